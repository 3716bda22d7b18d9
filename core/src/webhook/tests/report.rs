//! The three parameters of `<Refer>`, what may be odd about them, and action requests of other platforms.

use super::*;
use crate::diagnostic::{DiagnosticCode, Severity};

#[test]
fn codes_are_three_digits_from_100_to_699() {
    for good in ["100", "202", "486", "699"] {
        let one = request(&format!("ReferSipResponseCode={good}&NotifySipResponseCode={good}"));
        let number = good.parse().ok();
        assert_eq!(one.refer().unwrap(), &ReferReport::new(None, number, number));
        assert!(one.diagnostics().is_empty());
    }
    for bad in ["0", "99", "099", "700", "999", "20", "2020", "20x", " 202", "+202", "２０２", "-"]
    {
        for name in ["ReferSipResponseCode", "NotifySipResponseCode"] {
            let one = VoiceRequest::from_pairs([(name, bad)], None).unwrap();
            assert_eq!(one.refer(), Some(&ReferReport::new(None, None, None)));
            assert_eq!(one.param(name), Some(bad));
            let [diagnostic] = one.diagnostics() else { panic!("{bad}: {:?}", one.diagnostics()) };
            assert_eq!(diagnostic.code(), DiagnosticCode::ParameterInvalid);
            assert_eq!(diagnostic.severity(), Severity::Warning);
            assert_eq!(diagnostic.parameter(), Some(name));
            assert!(diagnostic.message().starts_with(bad), "{diagnostic}");
            assert_eq!(
                diagnostic.to_string(),
                format!("warning[parameter-invalid] {name}: {}", diagnostic.message())
            );
        }
    }
}

#[test]
fn an_empty_status_or_code_is_an_absent_one() {
    let one = request("ReferCallStatus=&ReferSipResponseCode=&NotifySipResponseCode=");
    assert_eq!(one.refer(), Some(&ReferReport::new(None, None, None)));
    assert!(one.diagnostics().is_empty());
}

#[test]
fn a_repeat_is_reported_once_by_name_and_the_first_counts() {
    let one = request(
        "ReferCallStatus=busy&From=a&NotifySipResponseCode=x&ReferCallStatus=failed&From=b&From=c\
         &NotifySipResponseCode=486&Unknown=1&Unknown=2",
    );
    assert_eq!(one.refer(), Some(&ReferReport::new(Some(ReferCallStatus::Busy), None, None)));
    assert_eq!(one.from(), Some("a"));
    let diagnostics = one.diagnostics().iter();
    let found: Vec<_> =
        diagnostics.map(|it| (it.code().as_str(), it.parameter().unwrap())).collect();
    assert_eq!(
        found,
        [
            ("parameter-repeated", "From"),
            ("parameter-repeated", "ReferCallStatus"),
            ("parameter-repeated", "NotifySipResponseCode"),
            ("parameter-invalid", "NotifySipResponseCode"),
        ]
    );
}

#[test]
fn a_diagnostic_shows_a_long_or_ugly_value_within_bounds() {
    let value = "\u{1b}[31m\n".repeat(1000);
    let one = VoiceRequest::from_pairs([("ReferSipResponseCode", value)], None).unwrap();
    let message = one.diagnostics()[0].message();
    assert!(message.len() < crate::limits::MAX_MESSAGE_BYTES, "{message}");
    assert!(message.starts_with("\\u{1b}[31m\\n"), "{message}");
}

#[test]
fn the_names_are_in_the_order_of_the_documentation() {
    assert_eq!(
        ReferReport::PARAMETER_NAMES,
        ["ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"]
    );
}

/// Other requests have no report: a status callback must not read as a transfer without a result.
#[test]
fn a_report_is_there_if_one_of_the_three_names_is() {
    for body in
        ["", "CallSid=CA1&CallStatus=completed", "referCallStatus=busy", "ReferCallStatus2="]
    {
        assert_eq!((request(body).refer(), request(body).outcome()), (None, None), "{body}");
    }
    for name in ReferReport::PARAMETER_NAMES {
        for value in ["", "100", "x"] {
            let one = VoiceRequest::from_pairs([("CallSid", "CA1"), (name, value)], None).unwrap();
            assert_eq!(one.refer().map(ReferReport::outcome), one.outcome());
            assert!(one.refer().is_some(), "{name}={value}");
        }
    }
    let odd = request("ReferCallStatus=&ReferSipResponseCode=20&NotifySipResponseCode=x");
    assert_eq!(odd.outcome(), Some(ReferOutcome::Unconfirmed));
}

#[test]
fn a_request_reads_alike_as_body_and_query_and_writes_back() {
    let body = "CallSid=CA1&ReferCallStatus=busy&NotifySipResponseCode=486";
    assert_eq!(request(body).to_form(), body);
    assert_eq!(VoiceRequest::from_query(body, None).unwrap(), request(body));
}

#[test]
fn a_report_lists_the_parameters_that_are_there() {
    let pairs = |report: ReferReport| {
        report.params().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    };
    assert_eq!(pairs(ReferReport::new(None, None, None)), "");
    assert_eq!(pairs(ReferReport::new(None, Some(code(202)), None)), "ReferSipResponseCode=202");
    let body = "ReferCallStatus=parked&ReferSipResponseCode=202&NotifySipResponseCode=180";
    assert_eq!(pairs(request(body).refer().unwrap().clone()), body);
}

#[test]
fn requests_of_other_platforms_are_read() {
    // The three names are the same, the others are not.
    let one = request(
        "AccountSid=61bf923e&CallSid=v3%3AabcDEF&CallSidLegacy=v3%3AabcDEF\
         &Timestamp=2024-01-31+10%3A20%3A30&ReferCallStatus=no-answer&ReferSipResponseCode=202\
         &NotifySipResponseCode=487",
    );
    assert_eq!(
        one.outcome(),
        Some(ReferOutcome::TargetFailed {
            status: ReferCallStatus::NoAnswer,
            code: Some(code(487))
        })
    );
    assert!(one.may_resume() && one.diagnostics().is_empty());
    assert_eq!(one.from(), None);
    assert_eq!(one.call_status(), None);
    assert_eq!(one.leg(), Leg::Unknown);
    assert_eq!(one.param("Timestamp"), Some("2024-01-31 10:20:30"));
    assert_eq!(one.param("CallSidLegacy"), Some("v3:abcDEF"));
}
