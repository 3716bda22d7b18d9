//! The three parameters of `<Refer>`, what may be odd about them, and callbacks of other platforms.

use super::*;

#[test]
fn codes_are_three_digits_from_100_to_699() {
    for good in ["100", "202", "486", "699"] {
        let one = callback(&format!("ReferSipResponseCode={good}&NotifySipResponseCode={good}"));
        let number = good.parse().ok();
        assert_eq!(one.refer_sip_response_code(), number);
        assert_eq!(one.notify_sip_response_code(), number);
        assert!(one.problems().is_empty());
    }
    for bad in ["0", "99", "099", "700", "999", "20", "2020", "20x", " 202", "+202", "２０２", "-"]
    {
        for name in ["ReferSipResponseCode", "NotifySipResponseCode"] {
            let one = ReferCallback::from_pairs([(name, bad)]).unwrap();
            assert_eq!(
                (one.refer_sip_response_code(), one.notify_sip_response_code()),
                (None, None)
            );
            assert_eq!(one.param(name), Some(bad));
            let [problem] = one.problems() else { panic!("{bad}: {:?}", one.problems()) };
            assert_eq!(problem.parameter(), name);
            assert!(problem.message().starts_with(bad), "{problem}");
            assert!(one.request().problems().is_empty());
        }
    }
}

#[test]
fn an_empty_status_or_code_is_an_absent_one() {
    let one = callback("ReferCallStatus=&ReferSipResponseCode=&NotifySipResponseCode=");
    assert_eq!(one.refer_call_status(), None);
    assert_eq!((one.refer_sip_response_code(), one.notify_sip_response_code()), (None, None));
    assert!(one.problems().is_empty());
}

#[test]
fn a_repeat_is_reported_once_by_name_and_the_first_counts() {
    let one = callback(
        "ReferCallStatus=busy&From=a&NotifySipResponseCode=x&ReferCallStatus=failed&From=b&From=c\
         &NotifySipResponseCode=486&Unknown=1&Unknown=2",
    );
    assert_eq!(one.refer_call_status(), Some(ReferCallStatus::Busy));
    assert_eq!(one.request().from(), Some("a"));
    assert_eq!(one.notify_sip_response_code(), None);
    let named: Vec<_> = one.problems().iter().map(Problem::parameter).collect();
    assert_eq!(
        named,
        ["From", "ReferCallStatus", "NotifySipResponseCode", "NotifySipResponseCode"]
    );
    let of_request: Vec<_> = one.request().problems().iter().map(Problem::parameter).collect();
    assert_eq!(of_request, ["From"]);
}

#[test]
fn a_problem_shows_a_long_or_ugly_value_within_bounds() {
    let value = "\u{1b}[31m\n".repeat(1000);
    let one = ReferCallback::from_pairs([("ReferSipResponseCode", value)]).unwrap();
    let message = one.problems()[0].message();
    assert!(message.len() < crate::limits::MAX_MESSAGE_BYTES, "{message}");
    assert!(message.starts_with("\\u{1b}[31m\\n"), "{message}");
}

#[test]
fn the_names_are_in_the_order_of_the_documentation() {
    assert_eq!(
        ReferCallback::PARAMETER_NAMES,
        ["ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"]
    );
}

#[test]
fn a_callback_is_a_request_with_more() {
    let body = "CallSid=CA1&ReferCallStatus=busy&NotifySipResponseCode=486";
    assert_eq!(ReferCallback::from(request(body)), callback(body));
    assert_eq!(callback(body).into_request(), request(body));
    assert_eq!(callback(body).request(), &request(body));
    assert_eq!(callback(body).to_form(), body);
    assert_eq!(ReferCallback::from_query(body).unwrap(), callback(body));
}

#[test]
fn callbacks_of_other_platforms_are_read() {
    // Their names are the same, what stands around them is not.
    let one = callback(
        "AccountSid=61bf923e&CallSid=v3%3AabcDEF&CallSidLegacy=v3%3AabcDEF\
         &Timestamp=2024-01-31+10%3A20%3A30&ReferCallStatus=no-answer&ReferSipResponseCode=202\
         &NotifySipResponseCode=487",
    );
    assert_eq!(
        one.outcome(),
        ReferOutcome::TargetFailed { status: ReferCallStatus::NoAnswer, code: Some(487) }
    );
    assert!(one.may_resume() && one.problems().is_empty());
    assert_eq!(one.request().from(), None);
    assert_eq!(one.request().call_status(), None);
    assert_eq!(one.request().leg(), Leg::Unknown);
    assert_eq!(one.param("Timestamp"), Some("2024-01-31 10:20:30"));
    assert_eq!(one.param("CallSidLegacy"), Some("v3:abcDEF"));
}
