//! Outputs that nobody polls: they keep their order, and no event is lost for want of room.

use super::fixtures::{ACCEPTED, LIVE, OVER, completed, drain, notify, reply, subscribed};
use crate::error::ErrorKind;
use crate::transfer::Output;

#[test]
fn too_many_that_wait_refuse_the_event_and_change_nothing() {
    let mut transfer = subscribed();
    let mut taken = 0;
    let error = loop {
        let before = transfer.clone();
        let event = notify(taken + 1, LIVE, "SIP/2.0 180 Ringing\r\n");
        match transfer.handle(event, ACCEPTED + 1) {
            Ok(()) => taken += 1,
            Err(error) => {
                assert_eq!(transfer, before);
                break error;
            }
        }
        assert!(taken < 100, "no limit");
    };
    assert_eq!(error.kind(), ErrorKind::TransferOutputsPending);
    assert!(taken > 0);

    // Even time is refused: the end could find no room.
    let before = transfer.clone();
    let error = transfer.handle_timeout(u64::MAX).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransferOutputsPending);
    assert_eq!(transfer, before);

    assert_eq!(drain(&mut transfer), vec![reply(200); usize::try_from(taken).unwrap()]);
    // The same event again, as the error says.
    let event = notify(taken + 1, OVER, "SIP/2.0 200 OK\r\n");
    transfer.handle(event, ACCEPTED + 1).unwrap();
    assert_eq!(drain(&mut transfer), [reply(200), completed("in-progress", 202, 200)]);
}

#[test]
fn an_event_that_is_taken_loses_nothing_however_much_waits() {
    for waiting in 0..16 {
        let mut transfer = subscribed();
        let ringing = |cseq| notify(cseq, LIVE, "SIP/2.0 180 Ringing\r\n");
        if (1..=waiting).any(|cseq| transfer.handle(ringing(cseq), ACCEPTED + 1).is_err()) {
            break;
        }
        // Its reply and the end; and, of a late one, the end and its reply.
        for (now, body) in [(ACCEPTED + 1, "SIP/2.0 486 Busy Here\r\n"), (u64::MAX, "")] {
            let mut transfer = transfer.clone();
            let replies = vec![reply(200); usize::try_from(waiting).unwrap()];
            let last = notify(waiting + 1, OVER, body);
            if transfer.handle(last, now).is_err() {
                assert_eq!(drain(&mut transfer), replies);
                continue;
            }
            let outputs = drain(&mut transfer);
            assert_eq!(outputs.len(), replies.len() + 2, "{outputs:?}");
            assert!(outputs.starts_with(&replies), "{outputs:?}");
            assert!(outputs.iter().any(|output| matches!(output, Output::Completed(_))));
        }
    }
}
