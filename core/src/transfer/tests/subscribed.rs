//! While the subscription lives: what NOTIFYs decide, and what silence does.

use super::fixtures::{
    ACCEPTED, LIVE, OVER, completed, feed, notify, reply, subscribed, unexpected,
};
use crate::transfer::{Event, Response, TransferState};

const SECOND: u64 = 1_000;

/// The whole range, by the table: 2xx, then 486 and 600, then 487, then all others.
#[test]
fn every_final_code_decides_whatever_the_subscription_says() {
    for code in 200..=699 {
        let status = match code {
            200..=299 => "in-progress",
            486 | 600 => "busy",
            487 => "no-answer",
            _ => "failed",
        };
        for state in [LIVE, "pending", OVER] {
            let body = format!("SIP/2.0 {code} Reason\r\n");
            let outputs = feed(&mut subscribed(), notify(1, state, &body), ACCEPTED + 1);
            assert_eq!(outputs, [reply(200), completed(status, 202, code)], "{state} {code}");
        }
    }
}

#[test]
fn no_provisional_code_decides() {
    for code in 100..=199 {
        let mut transfer = subscribed();
        let body = format!("SIP/2.0 {code} Reason\r\n");
        assert_eq!(feed(&mut transfer, notify(1, LIVE, &body), ACCEPTED + 1), [reply(200)]);
        assert_eq!(transfer.state(), TransferState::Subscribed);
    }
}

#[test]
fn the_end_of_the_subscription_without_a_final_code_is_a_failure() {
    let ringing = "SIP/2.0 180 Ringing\r\n";
    for (before, body, last) in [
        (None, "", None),
        (None, ringing, Some(180)),
        (Some(ringing), "", Some(180)),
        (Some(ringing), "unreadable", Some(180)),
        (Some(ringing), "SIP/2.0 183 Progress\r\n", Some(183)),
    ] {
        let mut transfer = subscribed();
        if let Some(before) = before {
            feed(&mut transfer, notify(1, LIVE, before), ACCEPTED + 1);
        }
        let outputs = feed(&mut transfer, notify(2, "terminated", body), ACCEPTED + 2);
        assert_eq!(outputs, [reply(200), completed("failed", 202, last)], "{before:?} {body}");
    }
}

#[test]
fn the_refer_is_answered_once() {
    let mut transfer = subscribed();
    for code in [100, 200, 401, 405] {
        let event = Response::new(code);
        let outputs = feed(&mut transfer, event, ACCEPTED + 1);
        assert_eq!(outputs, [unexpected(event, "subscribed")], "{code}");
    }
    let outputs = feed(&mut transfer, notify(1, OVER, "SIP/2.0 200 OK\r\n"), ACCEPTED + 2);
    assert_eq!(outputs, [reply(200), completed("in-progress", 202, 200)]);
}

#[test]
fn a_deadline_comes_before_the_event_that_is_later() {
    let mut transfer = subscribed();
    let late = notify(1, LIVE, "SIP/2.0 200 OK\r\n");
    let outputs = feed(&mut transfer, late, ACCEPTED + 32 * SECOND);
    assert_eq!(outputs, [completed(None, 202, None), reply(481)]);
}

#[test]
fn a_time_that_goes_back_counts_as_the_last_one() {
    let mut transfer = subscribed();
    assert_eq!(feed(&mut transfer, notify(1, LIVE, "SIP/2.0 180 Ringing\r\n"), 0), [reply(200)]);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 60 * SECOND));
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let mut transfer = subscribed();
    let forever = "active;expires=4294967295";
    feed(&mut transfer, notify(1, forever, "SIP/2.0 180 Ringing\r\n"), ACCEPTED + 1);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 600 * SECOND), "the longest time");
    assert_eq!(feed(&mut transfer, Event::Time, u64::MAX), [completed("failed", 202, 180)]);
    assert_eq!(transfer.deadline_ms(), None);
}
