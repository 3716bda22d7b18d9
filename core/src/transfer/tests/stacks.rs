//! Stacks that do more themselves: they choose the CSeq, answer challenges, or report codes alone.

use super::fixtures::{
    ACCEPTED, LIVE, OVER, START, feed, idle, notify, notify_of, referring, refused, reply,
    subscribed,
};
use crate::error::ErrorKind;
use crate::transfer::{Event, Output, Response, Start, Transfer, TransferSettings};

const RINGING: &str = "SIP/2.0 180 Ringing\r\n";

fn without_cseq() -> Transfer {
    let mut transfer = idle(TransferSettings::new());
    assert_eq!(feed(&mut transfer, Start::without_cseq(), START), [Output::SendRefer]);
    transfer
}

#[test]
fn trust_does_not_extend_to_a_missing_id_of_a_later_refer() {
    let mut transfer = idle(TransferSettings::new());
    feed(&mut transfer, Start::without_cseq().with_first_in_dialog(false), START);
    let ringing = |event, cseq| notify_of(event, cseq, Some(LIVE), RINGING);
    assert_eq!(feed(&mut transfer, ringing("refer", 1), ACCEPTED), [reply(481)]);
    assert_eq!(feed(&mut transfer, ringing("refer;id=3", 2), ACCEPTED), [reply(200)]);
}

#[test]
fn a_cseq_may_be_fed_in_every_state_but_idle() {
    let mut transfer = idle(TransferSettings::new());
    let kind = refused(&mut transfer, Event::Cseq(7), START);
    assert_eq!(
        (kind, transfer),
        (ErrorKind::TransferEventUnexpected, idle(TransferSettings::new()))
    );

    let mut ended = without_cseq();
    feed(&mut ended, Response::new(202), ACCEPTED);
    feed(&mut ended, Event::HangUp, ACCEPTED);
    for mut transfer in [without_cseq(), referring(), subscribed(), ended] {
        let state = transfer.state();
        assert_eq!(feed(&mut transfer, Event::Cseq(7), ACCEPTED), []);
        assert_eq!(transfer.state(), state);
        let ringing = |event, cseq| notify_of(event, cseq, Some(LIVE), RINGING);
        assert_eq!(feed(&mut transfer, ringing("refer;id=1", 1), ACCEPTED), [reply(481)]);
        assert_eq!(feed(&mut transfer, ringing("refer;id=7", 2), ACCEPTED), [reply(200)]);
    }
}

#[test]
fn every_final_status_decides_whether_or_not_it_is_the_last() {
    for code in 200..=699_u16 {
        for is_final in [false, true] {
            let body = format!("SIP/2.0 {code} \r\n");
            let state = if is_final { OVER } else { LIVE };
            let mut by_notify = feed(&mut subscribed(), notify(1, state, &body), ACCEPTED);
            let by_status = feed(&mut subscribed(), Event::status(code, is_final), ACCEPTED);
            assert_eq!(by_notify.remove(0), reply(200));
            assert_eq!(by_status, by_notify, "{code}");
        }
    }
}
