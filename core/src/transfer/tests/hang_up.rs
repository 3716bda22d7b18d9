//! When either side hangs up: at once by default, after a grace if one is set.

use std::time::Duration;

use super::fixtures::{
    ACCEPTED, LIVE, START, completed, feed, notify, referring, referring_with, subscribed,
    subscribed_with,
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

#[test]
fn a_second_hang_up_does_not_prolong_the_grace() {
    let mut transfer = subscribed_with(grace());
    feed(&mut transfer, Event::HangUp, BYE);
    assert_eq!(feed(&mut transfer, Event::HangUp, BYE + 500), []);
    assert_eq!(transfer.deadline_ms(), Some(BYE + GRACE));
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
