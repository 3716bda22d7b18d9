//! While the subscription lives: what NOTIFYs decide, and what silence does.

use super::fixtures::{ACCEPTED, LIVE, OVER, completed, feed, notify, reply, subscribed};
use crate::transfer::Event;

const SECOND: u64 = 1_000;

/// Every code of RFC 3261, by Twilio's table: 2xx, 486 and 600, 487, then all others.
#[test]
fn every_final_code_decides_whatever_the_subscription_says() {
    for code in 100..=699 {
        let status = match code {
            100..=199 => None,
            200..=299 => Some("in-progress"),
            486 | 600 => Some("busy"),
            487 => Some("no-answer"),
            _ => Some("failed"),
        };
        for state in [LIVE, "pending", OVER] {
            let body = format!("SIP/2.0 {code} Reason\r\n");
            let outputs = feed(&mut subscribed(), notify(1, state, &body), ACCEPTED + 1);
            // The end of the subscription decides, too.
            let status = status.or_else(|| (state == OVER).then_some("failed"));
            let expected = status.map(|status| completed(status, 202, code));
            let expected: Vec<_> = [reply(200)].into_iter().chain(expected).collect();
            assert_eq!(outputs, expected, "{state} {code}");
        }
    }
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
