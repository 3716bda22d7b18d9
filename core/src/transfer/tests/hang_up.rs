//! When either side hangs up: at once by default, after a grace if one is set.

use std::time::Duration;

use super::fixtures::{
    ACCEPTED, LIVE, OVER, START, completed, feed, notify, notify_of, referring, referring_with,
    reply, subscribed, subscribed_with,
};
use crate::transfer::{Event, Response, TransferSettings, TransferState};

const RINGING: &str = "SIP/2.0 180 Ringing\r\n";
const BYE: u64 = ACCEPTED + 1_000;
const GRACE: u64 = 1_000;

fn grace() -> TransferSettings {
    TransferSettings::new().with_hang_up_grace(Duration::from_millis(GRACE)).unwrap()
}

#[test]
fn a_hang_up_cancels_at_once() {
    assert_eq!(feed(&mut referring(), Event::HangUp, BYE), [completed("canceled", None, None)]);
    let mut early = referring();
    feed(&mut early, notify(1, LIVE, RINGING), ACCEPTED);
    assert_eq!(feed(&mut early, Event::HangUp, BYE), [completed("canceled", None, 180)]);
    assert_eq!(feed(&mut subscribed(), Event::HangUp, BYE), [completed("canceled", 202, None)]);
    let mut notified = subscribed();
    feed(&mut notified, notify(1, LIVE, RINGING), ACCEPTED);
    assert_eq!(feed(&mut notified, Event::HangUp, BYE), [completed("canceled", 202, 180)]);
}

/// The target's call was decided: the hang-up of an endpoint then is not that of a caller who gave up.
#[test]
fn a_decided_early_notify_wins() {
    for settings in [TransferSettings::new(), grace()] {
        let mut transfer = referring_with(settings);
        feed(&mut transfer, notify(1, OVER, "SIP/2.0 200 OK\r\n"), ACCEPTED);
        let outputs = feed(&mut transfer, Event::HangUp, BYE);
        assert_eq!(outputs, [completed("in-progress", None, 200)]);
    }
}

#[test]
fn a_second_hang_up_does_not_prolong_the_grace() {
    let mut transfer = subscribed_with(grace());
    feed(&mut transfer, Event::HangUp, BYE);
    assert_eq!(feed(&mut transfer, Event::HangUp, BYE + 500), []);
    assert_eq!(transfer.deadline_ms(), Some(BYE + GRACE));
}

#[test]
fn a_final_notify_in_the_grace_decides() {
    for (body, status, code) in [
        ("SIP/2.0 200 OK\r\n", "in-progress", 200),
        ("SIP/2.0 486 Busy Here\r\n", "busy", 486),
        ("SIP/2.0 487 Request Terminated\r\n", "no-answer", 487),
        ("SIP/2.0 503 Service Unavailable\r\n", "failed", 503),
    ] {
        for (mut transfer, refer_code) in
            [(referring_with(grace()), None), (subscribed_with(grace()), Some(202))]
        {
            feed(&mut transfer, Event::HangUp, BYE);
            let outputs = feed(&mut transfer, notify(1, LIVE, body), BYE + GRACE - 1);
            assert_eq!(outputs, [reply(200), completed(status, refer_code, code)]);
        }
    }
}

#[test]
fn a_final_notify_at_the_end_of_the_grace_is_late() {
    let mut transfer = subscribed_with(grace());
    feed(&mut transfer, Event::HangUp, BYE);
    let late = notify(1, LIVE, "SIP/2.0 200 OK\r\n");
    let outputs = feed(&mut transfer, late, BYE + GRACE);
    assert_eq!(outputs, [completed("canceled", 202, None), reply(200)]);
}

#[test]
fn a_refused_notify_in_the_grace_decides_nothing() {
    let mut transfer = subscribed_with(grace());
    feed(&mut transfer, Event::HangUp, BYE);
    let wrong = notify_of("refer;id=9", 1, Some(LIVE), "SIP/2.0 200 OK\r\n");
    assert_eq!(feed(&mut transfer, wrong, BYE + 1), [reply(481)]);
    assert_eq!(feed(&mut transfer, Event::Time, BYE + GRACE), [completed("canceled", 202, None)]);
}

#[test]
fn the_answer_of_the_refer_may_come_in_the_grace() {
    let mut waiting = referring_with(grace());
    assert_eq!(feed(&mut waiting, Event::HangUp, START + 10), []);
    let end = START + 10 + GRACE;

    let mut accepted = waiting.clone();
    assert_eq!(feed(&mut accepted, Response::new(202), START + 20), []);
    assert_eq!((accepted.state(), accepted.deadline_ms()), (TransferState::Subscribed, Some(end)));
    assert_eq!(feed(&mut accepted, Event::Time, end), [completed("canceled", 202, None)]);

    // After these no NOTIFY can come: the caller is gone, whatever the endpoint says.
    let outputs = feed(&mut waiting.clone(), Response::new(405), START + 20);
    assert_eq!(outputs, [completed("canceled", 405, None)]);
    let no_subscription = Response::new(202).with_refer_sub(false);
    let outputs = feed(&mut waiting.clone(), no_subscription, START + 20);
    assert_eq!(outputs, [completed("canceled", 202, None)]);

    assert_eq!(feed(&mut waiting, Event::TransportError, START + 20), []);
    assert_eq!(feed(&mut waiting, Event::Time, end), [completed("canceled", None, None)]);
}
