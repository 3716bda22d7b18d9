//! Which reply a NOTIFY is owed while the transfer lives: the checks, their order, and repeats.

use super::fixtures::{
    ACCEPTED, LIVE, OVER, completed, feed, notify, notify_of, referring, reply, subscribed,
};
use crate::transfer::{Event, Notify, Response, Transfer, TransferState};

const ANSWERED: &str = "SIP/2.0 200 OK\r\n";
const RINGING: &str = "SIP/2.0 180 Ringing\r\n";

fn elsewhere(event: &'static str, cseq: u32, state: Option<&'static str>) -> Notify<'static> {
    notify_of(event, cseq, state, ANSWERED).with_in_dialog(false)
}

/// Both live states, each after a NOTIFY with CSeq 10.
fn live() -> [Transfer; 2] {
    [referring(), subscribed()].map(|mut transfer| {
        assert_eq!(feed(&mut transfer, notify(10, LIVE, RINGING), ACCEPTED), [reply(200)]);
        transfer
    })
}

/// A refused NOTIFY moves nothing: not the deadline, not the code.
fn refuses(event: Notify<'_>, code: u16) {
    for mut transfer in live() {
        let (state, deadline) = (transfer.state(), transfer.deadline_ms());
        assert_eq!(feed(&mut transfer, event, ACCEPTED + 9), [reply(code)], "{event:?}");
        assert_eq!((transfer.state(), transfer.deadline_ms()), (state, deadline));
        let refer_code = (state == TransferState::Subscribed).then_some(202);
        let outputs = feed(&mut transfer, Event::HangUp, ACCEPTED + 10);
        assert_eq!(outputs, [completed("canceled", refer_code, 180)]);
    }
}

#[test]
fn another_package_is_489() {
    for event in ["presence", "", "refer.winfo", "conference;id=1", ";id=1"] {
        refuses(notify_of(event, 11, Some(LIVE), ANSWERED), 489);
    }
}

#[test]
fn another_subscription_is_481() {
    for event in ["refer;id=2", "refer;id=", "refer;id", "refer;id=1x", "refer;id=4294967297"] {
        refuses(notify_of(event, 11, Some(LIVE), ANSWERED), 481);
    }
    refuses(elsewhere("refer;id=1", 11, Some(LIVE)), 481);
}

#[test]
fn without_a_subscription_state_it_is_400() {
    for state in [None, Some(""), Some(" "), Some(";expires=60")] {
        refuses(notify_of("refer;id=1", 11, state, ANSWERED), 400);
    }
}

#[test]
fn a_cseq_that_is_not_higher_is_500() {
    for cseq in [0, 1, 9, 10] {
        refuses(notify(cseq, LIVE, ANSWERED), 500);
    }
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
fn neither_another_dialog_nor_a_late_one_raises_it() {
    for mut transfer in live() {
        let other = elsewhere("refer;id=1", 500, Some(LIVE));
        assert_eq!(feed(&mut transfer, other, ACCEPTED + 1), [reply(481)]);
        assert_eq!(feed(&mut transfer, notify(3, LIVE, RINGING), ACCEPTED + 1), [reply(500)]);
        assert_eq!(feed(&mut transfer, notify(11, LIVE, RINGING), ACCEPTED + 2), [reply(200)]);
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
fn a_repeat_gets_its_reply_again_and_renews_nothing() {
    for mut transfer in live() {
        let deadline = transfer.deadline_ms();
        for _ in 0..3 {
            let outputs = feed(&mut transfer, notify(10, LIVE, RINGING), ACCEPTED + 5_000);
            assert_eq!((outputs, transfer.deadline_ms()), (vec![reply(200)], deadline));
        }
    }
    for (event, code) in [
        (notify_of("presence", 20, Some(LIVE), ANSWERED), 489),
        (notify_of("refer;id=9", 20, Some(LIVE), ANSWERED), 481),
        (notify_of("refer;id=1", 20, None, ANSWERED), 400),
    ] {
        for mut transfer in live() {
            for _ in 0..3 {
                assert_eq!(feed(&mut transfer, event, ACCEPTED + 1), [reply(code)]);
            }
        }
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

#[test]
fn once_terminated_an_early_subscription_is_gone() {
    let mut transfer = referring();
    assert_eq!(feed(&mut transfer, notify(1, OVER, ANSWERED), ACCEPTED), [reply(200)]);
    assert_eq!(feed(&mut transfer, notify(2, LIVE, RINGING), ACCEPTED), [reply(481)]);
    let outputs = feed(&mut transfer, Response::new(202), ACCEPTED);
    assert_eq!(outputs, [completed("in-progress", 202, 200)]);
}
