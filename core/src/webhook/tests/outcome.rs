//! Every row of the table of outcomes, and what follows from an outcome.

use super::*;
use crate::ReferOutcome::{Canceled, Rejected, TargetFailed, Transferred, Unconfirmed, Unknown};
use crate::webhook::ReferCallStatus::{Busy, Failed, NoAnswer};

/// The outcome of a request with these three parameters, `-` for one that is not sent.
fn outcome(status: &str, refer: &str, notify: &str) -> ReferOutcome {
    let all = ReferReport::PARAMETER_NAMES.into_iter().zip([status, refer, notify]);
    let request = VoiceRequest::from_pairs(all.filter(|&(_, value)| value != "-"), None).unwrap();
    assert!(request.diagnostics().is_empty(), "{request:?}");
    request.outcome().unwrap_or_else(|| {
        assert_eq!((status, refer, notify), ("-", "-", "-"));
        ReferReport::new(None, None, None).outcome()
    })
}

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
fn the_scenarios_of_the_documentation() {
    assert_eq!(outcome("in-progress", "202", "200"), Transferred);
    assert_eq!(outcome("busy", "202", "486"), target_failed(Busy, Some(486)));
    assert_eq!(outcome("failed", "202", "404"), target_failed(Failed, Some(404)));
    assert_eq!(outcome("failed", "405", "-"), rejected(405));
    assert_eq!(outcome("canceled", "202", "180"), Canceled);
}

#[test]
fn in_progress_is_transferred_whatever_the_codes() {
    for refer in ["-", "100", "200", "202", "405", "699"] {
        for notify in ["-", "100", "200", "486"] {
            assert_eq!(outcome("in-progress", refer, notify), Transferred, "{refer} {notify}");
        }
    }
}

#[test]
fn canceled_is_canceled_whatever_the_codes() {
    for refer in ["-", "100", "202", "405"] {
        for notify in ["-", "180", "200", "486"] {
            assert_eq!(outcome("canceled", refer, notify), Canceled, "{refer} {notify}");
        }
    }
}

#[test]
fn a_refusal_is_rejected_under_any_other_status_and_without_one() {
    for status in ["failed", "busy", "no-answer", "parked", "-"] {
        for (refer, code) in [("300", 300), ("405", 405), ("603", 603), ("699", 699)] {
            for notify in ["-", "180", "200", "486"] {
                assert_eq!(outcome(status, refer, notify), rejected(code), "{status} {notify}");
            }
        }
    }
}

#[test]
fn a_failed_call_to_the_target_keeps_status_and_code_as_sent() {
    for refer in ["-", "200", "202", "299", "100", "180"] {
        for (status, typed) in [("busy", Busy), ("no-answer", NoAnswer), ("failed", Failed)] {
            assert_eq!(outcome(status, refer, "-"), target_failed(typed.clone(), None));
            assert_eq!(outcome(status, refer, "200"), target_failed(typed.clone(), Some(200)));
            assert_eq!(outcome(status, refer, "180"), target_failed(typed.clone(), Some(180)));
            assert_eq!(outcome(status, refer, "404"), target_failed(typed, Some(404)));
        }
    }
}

#[test]
fn without_a_status_the_code_of_the_notify_decides() {
    for refer in ["-", "100", "200", "202"] {
        assert_eq!(outcome("-", refer, "200"), Transferred);
        assert_eq!(outcome("-", refer, "299"), Transferred);
        assert_eq!(outcome("-", refer, "486"), target_failed(Busy, Some(486)));
        assert_eq!(outcome("-", refer, "600"), target_failed(Busy, Some(600)));
        assert_eq!(outcome("-", refer, "487"), target_failed(NoAnswer, Some(487)));
        assert_eq!(outcome("-", refer, "302"), target_failed(Failed, Some(302)));
        assert_eq!(outcome("-", refer, "603"), target_failed(Failed, Some(603)));
        assert_eq!(outcome("-", refer, "180"), Unconfirmed);
    }
}

#[test]
fn what_was_never_reported_is_unconfirmed() {
    assert_eq!(outcome("-", "202", "-"), Unconfirmed);
    assert_eq!(outcome("-", "100", "-"), Unconfirmed);
    assert_eq!(outcome("-", "-", "-"), Unconfirmed);
    assert_eq!(outcome("", "", ""), Unconfirmed);
}

#[test]
fn another_status_is_kept_as_text_and_compared_with_case() {
    assert_eq!(outcome("parked", "202", "200"), unknown("parked"));
    assert_eq!(outcome("Busy", "-", "486"), unknown("Busy"));
    assert_eq!(outcome(" busy", "100", "-"), unknown(" busy"));
}

#[test]
fn the_names_and_values_of_an_outcome() {
    let all = [
        (Transferred, "transferred", None, None),
        (rejected(405), "rejected", None, Some(405)),
        (target_failed(Busy, Some(486)), "target-failed", Some("busy"), Some(486)),
        (target_failed(NoAnswer, None), "target-failed", Some("no-answer"), None),
        (Canceled, "canceled", None, None),
        (Unconfirmed, "unconfirmed", None, None),
        (unknown("x"), "unknown", Some("x"), None),
    ];
    for (outcome, kind, status, code) in all {
        let code = code.map(super::code);
        assert_eq!((outcome.kind(), outcome.status(), outcome.code()), (kind, status, code));
    }
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
fn a_status_prints_as_it_was_read() {
    for text in ["in-progress", "busy", "no-answer", "failed", "canceled", "other", "BUSY", ""] {
        assert_eq!(ReferCallStatus::from(text).to_string(), text);
    }
    assert_eq!(ReferCallStatus::from("x"), ReferCallStatus::Other("x".to_owned()));
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
