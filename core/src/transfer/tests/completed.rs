//! After the end: quiet, but every NOTIFY is still answered.

use super::fixtures::{
    ACCEPTED, LIVE, OVER, completed, feed, notify, notify_of, referring, reply, subscribed,
};
use crate::transfer::{Event, Response, Transfer, TransferState};

const ANSWERED: &str = "SIP/2.0 200 OK\r\n";
const SECOND: u64 = 1_000;

/// Ended by a 2xx while the subscription goes on for a minute.
fn answered() -> Transfer {
    let mut transfer = subscribed();
    let outputs = feed(&mut transfer, notify(10, LIVE, ANSWERED), ACCEPTED);
    assert_eq!(outputs, [reply(200), completed("in-progress", 202, 200)]);
    transfer
}

#[test]
fn nothing_ends_it_twice() {
    let mut transfer = answered();
    let report = transfer.report().cloned();
    assert_eq!(report.as_ref().map(|report| report.outcome().kind()), Some("transferred"));
    for event in [
        Event::HangUp,
        Event::TransportError,
        Event::Time,
        Response::new(100).into(),
        Response::new(202).into(),
        Response::new(486).into(),
    ] {
        assert_eq!(feed(&mut transfer, event, ACCEPTED + 1), [], "{event:?}");
    }
    let busy = notify(11, OVER, "SIP/2.0 486 Busy Here\r\n");
    assert_eq!(feed(&mut transfer, busy, ACCEPTED + 2), [reply(200)]);
    assert_eq!(feed(&mut transfer, Event::Time, u64::MAX), []);
    assert_eq!(transfer.report().cloned(), report);
    assert_eq!((transfer.state(), transfer.deadline_ms()), (TransferState::Completed, None));
}

#[test]
fn a_live_subscription_is_answered_until_it_runs_out() {
    let end = ACCEPTED + 60 * SECOND;
    let late = notify(11, LIVE, ANSWERED);
    assert_eq!(feed(&mut answered(), late, end - 1), [reply(200)]);
    assert_eq!(feed(&mut answered(), late, end), [reply(481)]);
    // Each NOTIFY renews it.
    let mut renewed = answered();
    feed(&mut renewed, late, end - 1);
    let later = notify(12, LIVE, ANSWERED);
    assert_eq!(feed(&mut renewed, later, end + 59 * SECOND), [reply(200)]);
}

#[test]
fn what_a_silent_endpoint_promised_does_not_count() {
    for event in [Event::TransportError, Event::Time] {
        let mut early = referring();
        let ringing = notify(10, "active;expires=3600", "SIP/2.0 180 Ringing\r\n");
        feed(&mut early, ringing, ACCEPTED);
        let end = early.deadline_ms().unwrap();
        feed(&mut early, event, if event == Event::Time { end } else { ACCEPTED + 1 });
        assert_eq!(early.state(), TransferState::Completed);
        let late = notify(11, LIVE, ANSWERED);
        assert_eq!(feed(&mut early, late, end), [reply(481)], "{event:?}");
    }
}

#[test]
fn the_refer_may_still_be_answered_after_a_hang_up() {
    let mut refused = referring();
    feed(&mut refused, Event::HangUp, ACCEPTED);
    assert_eq!(feed(&mut refused, Response::new(405), ACCEPTED + 1), []);
    assert_eq!(feed(&mut refused, notify(1, LIVE, ANSWERED), ACCEPTED + 2), [reply(481)]);

    // It was accepted late: timer N runs from there.
    let mut accepted = referring();
    feed(&mut accepted, Event::HangUp, ACCEPTED);
    assert_eq!(feed(&mut accepted, Response::new(202), ACCEPTED + 20 * SECOND), []);
    let late = notify(1, LIVE, ANSWERED);
    assert_eq!(feed(&mut accepted, late, ACCEPTED + 51 * SECOND), [reply(200)]);
}

#[test]
fn the_checks_are_those_of_a_live_one() {
    let at = ACCEPTED + 1;
    let mut transfer = answered();
    assert_eq!(feed(&mut transfer, notify_of("presence", 11, None, ""), at), [reply(489)]);
    assert_eq!(feed(&mut transfer, notify_of("refer;id=9", 12, None, ""), at), [reply(481)]);
    assert_eq!(feed(&mut transfer, notify_of("refer;id=1", 13, None, ""), at), [reply(400)]);
    assert_eq!(feed(&mut transfer, notify(13, LIVE, ANSWERED), at), [reply(500)]);
    assert_eq!(feed(&mut transfer, notify(14, LIVE, ANSWERED), at), [reply(200)]);
}
