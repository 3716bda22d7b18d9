//! Which reply a NOTIFY is owed while the transfer lives: the checks, their order, and repeats.

use super::fixtures::{ACCEPTED, LIVE, feed, notify, notify_of, referring, reply, subscribed};
use crate::transfer::Transfer;

const ANSWERED: &str = "SIP/2.0 200 OK\r\n";
const RINGING: &str = "SIP/2.0 180 Ringing\r\n";

/// Both live states, each after a NOTIFY with CSeq 10.
fn live() -> [Transfer; 2] {
    [referring(), subscribed()].map(|mut transfer| {
        assert_eq!(feed(&mut transfer, notify(10, LIVE, RINGING), ACCEPTED), [reply(200)]);
        transfer
    })
}

#[test]
fn a_refused_notify_of_the_dialog_raises_the_cseq() {
    let of_the_dialog = [
        (notify_of("presence", 20, Some(LIVE), ANSWERED), 489),
        (notify_of("refer;id=9", 20, Some(LIVE), ANSWERED), 481),
        (notify_of("refer;id=1", 20, None, ANSWERED), 400),
    ];
    for (event, code) in of_the_dialog {
        for mut transfer in live() {
            assert_eq!(feed(&mut transfer, event, ACCEPTED + 1), [reply(code)]);
            assert_eq!(feed(&mut transfer, notify(20, LIVE, RINGING), ACCEPTED + 2), [reply(500)]);
            assert_eq!(feed(&mut transfer, notify(15, LIVE, RINGING), ACCEPTED + 2), [reply(500)]);
            assert_eq!(feed(&mut transfer, notify(21, LIVE, RINGING), ACCEPTED + 3), [reply(200)]);
        }
    }
}

#[test]
fn the_first_cseq_of_a_dialog_may_be_any_and_they_may_skip() {
    for cseq in [0, 1, 4_000_000_000] {
        let mut transfer = subscribed();
        assert_eq!(feed(&mut transfer, notify(cseq, LIVE, RINGING), ACCEPTED), [reply(200)]);
        assert_eq!(feed(&mut transfer, notify(u32::MAX, LIVE, ""), ACCEPTED), [reply(200)]);
    }
}

#[test]
fn only_the_last_notify_can_be_repeated() {
    for mut transfer in live() {
        feed(&mut transfer, notify(11, LIVE, ""), ACCEPTED + 1);
        assert_eq!(feed(&mut transfer, notify(10, LIVE, RINGING), ACCEPTED + 2), [reply(500)]);
        // The one that was overtaken neither is the last one now nor lowers the CSeq.
        assert_eq!(feed(&mut transfer, notify(11, LIVE, ANSWERED), ACCEPTED + 2), [reply(500)]);
        assert_eq!(feed(&mut transfer, notify(11, LIVE, ""), ACCEPTED + 3), [reply(200)]);
    }
}

#[test]
fn the_same_cseq_from_another_dialog_is_no_repeat() {
    for mut transfer in live() {
        let other = notify(10, LIVE, RINGING).with_in_dialog(false);
        assert_eq!(feed(&mut transfer, other, ACCEPTED + 1), [reply(481)]);
    }
}
