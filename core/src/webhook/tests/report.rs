//! The three parameters of `<Refer>`, what may be odd about them, and action requests of other platforms.

use super::*;

#[test]
fn a_diagnostic_shows_a_long_or_ugly_value_within_bounds() {
    let value = "\u{1b}[31m\n".repeat(1000);
    let one = VoiceRequest::from_pairs([("ReferSipResponseCode", value)], None).unwrap();
    let message = one.diagnostics()[0].message();
    assert!(message.len() < crate::limits::MAX_MESSAGE_BYTES, "{message}");
    assert!(message.starts_with("\\u{1b}[31m\\n"), "{message}");
}

#[test]
fn a_request_reads_alike_as_body_and_query_and_writes_back() {
    let body = "CallSid=CA1&ReferCallStatus=busy&NotifySipResponseCode=486";
    assert_eq!(request(body).to_form(), body);
    assert_eq!(VoiceRequest::from_query(body, None).unwrap(), request(body));
}
