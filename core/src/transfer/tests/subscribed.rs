//! While the subscription lives: what NOTIFYs decide, and what silence does.

use super::fixtures::{
    ACCEPTED, LIVE, OVER, completed, feed, notify, reply, subscribed, unexpected,
};
use crate::transfer::{Event, Response, TransferState};

const SECOND: u64 = 1_000;

#[test]
fn progress_is_remembered_and_renews_the_subscription() {
    let mut transfer = subscribed();
    let steps = [
        ("active;expires=60", "SIP/2.0 100 Trying\r\n", 60),
        ("pending;expires=500", "SIP/2.0 183 Session Progress\r\n", 500),
        ("active", "SIP/2.0 180 Ringing\r\n", 180),
    ];
    for (cseq, (state, body, lifetime)) in (1..).zip(steps) {
        let now = ACCEPTED + u64::from(cseq) * SECOND;
        assert_eq!(feed(&mut transfer, notify(cseq, state, body), now), [reply(200)]);
        assert_eq!(transfer.state(), TransferState::Subscribed);
        assert_eq!(transfer.deadline_ms(), Some(now + lifetime * SECOND), "{state}");
    }
    let end = ACCEPTED + 183 * SECOND;
    assert_eq!(feed(&mut transfer, Event::Time, end - 1), []);
    assert_eq!(feed(&mut transfer, Event::Time, end), [completed("failed", 202, 180)]);
}

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
fn never_a_notify_reports_the_refer_alone() {
    let mut transfer = subscribed();
    assert_eq!(feed(&mut transfer, Event::Time, ACCEPTED + 32 * SECOND - 1), []);
    let outputs = feed(&mut transfer, Event::Time, ACCEPTED + 32 * SECOND);
    assert_eq!(outputs, [completed(None, 202, None)]);
}

#[test]
fn a_subscription_that_runs_out_without_any_code_has_no_status() {
    let mut transfer = subscribed();
    // Unreadable, but a NOTIFY: timer N is over, 180 s count.
    assert_eq!(feed(&mut transfer, notify(1, "active", "INVITE"), ACCEPTED + 5), [reply(200)]);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 5 + 180 * SECOND));
    let outputs = feed(&mut transfer, Event::Time, ACCEPTED + 5 + 180 * SECOND);
    assert_eq!(outputs, [completed(None, 202, None)]);
}

#[test]
fn an_unreadable_body_changes_no_code() {
    for body in ["", "SIP/2.0", "SIP/2.0 20 OK", "SIP/2.0 2000 OK", "HTTP/1.1 200 OK\r\n"] {
        let mut transfer = subscribed();
        feed(&mut transfer, notify(1, LIVE, "SIP/2.0 180 Ringing\r\n"), ACCEPTED + 1);
        assert_eq!(feed(&mut transfer, notify(2, LIVE, body), ACCEPTED + 2), [reply(200)]);
        let outputs = feed(&mut transfer, Event::HangUp, ACCEPTED + 3);
        assert_eq!(outputs, [completed("canceled", 202, 180)], "{body}");
    }
}

#[test]
fn a_sipfrag_may_go_on_behind_its_status_line() {
    for body in [
        "SIP/2.0 486 Busy Here\n",
        "SIP/2.0 486 Busy Here",
        "SIP/2.0 486 \r\n",
        "SIP/2.0 486\r\n",
        "SIP/2.0 486 Busy Here\r\nTo: <sip:alice@example.com>;tag=1\r\nSIP/2.0 200 OK\r\n",
    ] {
        let outputs = feed(&mut subscribed(), notify(1, OVER, body), ACCEPTED + 1);
        assert_eq!(outputs, [reply(200), completed("busy", 202, 486)], "{body}");
    }
}

#[test]
fn a_broken_transport_is_left_to_the_timers_of_the_dialog() {
    let mut transfer = subscribed();
    assert_eq!(feed(&mut transfer, Event::TransportError, ACCEPTED + 1), []);
    assert_eq!(transfer.state(), TransferState::Subscribed);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 32 * SECOND));
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
