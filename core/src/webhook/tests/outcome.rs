//! What follows from an outcome. Its table is in the vectors `callbacks`, and for all parameters in the fuzz target
//! `callback`.

use super::*;
use crate::ReferOutcome::{Canceled, Rejected, TargetFailed, Transferred, Unconfirmed, Unknown};
use crate::webhook::ReferCallStatus::{Busy, Failed, NoAnswer};

fn target_failed(status: ReferCallStatus, number: Option<u16>) -> ReferOutcome {
    TargetFailed { status, code: number.map(code) }
}

fn rejected(number: u16) -> ReferOutcome {
    Rejected { code: code(number) }
}

fn unknown(status: &str) -> ReferOutcome {
    Unknown { status: status.to_owned() }
}

#[test]
fn the_call_may_resume_unless_the_caller_left_or_the_call_is_over() {
    let cases = [
        ("in-progress", false),
        ("canceled", false),
        ("busy", true),
        ("failed", true),
        ("parked", true),
        ("", true),
    ];
    for (status, may) in cases {
        let body = format!("ReferCallStatus={status}");
        assert_eq!(request(&body).may_resume(), may, "{body}");
        for live in ["in-progress", "ringing", "queued", "", "Completed"] {
            assert_eq!(request(&format!("{body}&CallStatus={live}")).may_resume(), may, "{live}");
        }
        for over in ["completed", "canceled", "busy", "failed", "no-answer"] {
            assert!(!request(&format!("{body}&CallStatus={over}")).may_resume(), "{over}");
        }
    }
}

#[test]
fn a_lost_dialog_is_gone_unless_the_call_status_says_otherwise() {
    for (code, lost) in [(405, false), (408, true), (481, true), (503, false)] {
        let body = format!("ReferCallStatus=failed&ReferSipResponseCode={code}");
        assert_eq!(request(&body).may_resume(), !lost, "{body}");
        assert_eq!(request(&format!("{body}&CallStatus=")).may_resume(), !lost, "{body}");
        assert!(request(&format!("{body}&CallStatus=in-progress")).may_resume(), "{body}");
        assert!(!request(&format!("{body}&CallStatus=completed")).may_resume(), "{body}");
    }
}

#[test]
fn without_a_report_the_call_status_says_whether_the_call_may_resume() {
    for (body, may) in [
        ("", true),
        ("CallStatus=", true),
        ("CallStatus=ringing", true),
        ("CallStatus=in-progress", true),
        ("CallStatus=completed", false),
        ("CallStatus=no-answer", false),
    ] {
        assert_eq!(request(body).may_resume(), may, "{body}");
    }
}

#[test]
fn the_status_map_covers_every_code() {
    for number in 100..=699 {
        let expected = match number {
            200..=299 => Some("in-progress"),
            486 | 600 => Some("busy"),
            487 => Some("no-answer"),
            300..=699 => Some("failed"),
            _ => None,
        };
        let status = ReferCallStatus::from_notify_code(code(number));
        assert_eq!(status.as_ref().map(ReferCallStatus::as_str), expected, "{number}");
    }
}

#[test]
fn an_explanation_says_the_code_and_whether_the_app_may_go_on() {
    let all = [
        (Transferred, &["the target answered"][..]),
        (rejected(405), &["rejected", "405", "can go on"]),
        // Reported also for silence and for a broken connection (RFC 3261 section 8.1.3.1).
        (rejected(408), &["never answered", "408"]),
        (rejected(503), &["did not reach", "503"]),
        (rejected(481), &["481"]),
        (target_failed(Busy, Some(486)), &["busy", "486", "can go on"]),
        (target_failed(NoAnswer, Some(487)), &["did not answer", "487", "can go on"]),
        (target_failed(Failed, Some(404)), &["failed", "404", "can go on"]),
        (target_failed(Failed, Some(180)), &["never got a final response", "180", "can go on"]),
        (target_failed(Failed, None), &["failed", "can go on"]),
        (Canceled, &["ended before"]),
        (Unconfirmed, &["never reported"]),
        (unknown("parked"), &["parked"]),
    ];
    for (outcome, words) in all {
        let text = outcome.explanation();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
        let gone = matches!(outcome, Transferred | Canceled)
            || [rejected(408), rejected(481)].contains(&outcome);
        assert!(!gone || !text.contains("can go on"), "{text}");
    }
    let hostile = unknown(&"\u{1b}[31m\u{202e}\n".repeat(1000)).explanation();
    assert!(hostile.len() < 300 && !hostile.contains(['\u{1b}', '\u{202e}', '\n']), "{hostile}");
}
