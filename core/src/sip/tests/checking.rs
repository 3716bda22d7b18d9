//! Diagnostics: each with what raises it and its nearest neighbour that does not.

use super::uri;

fn codes(text: &str) -> Vec<&'static str> {
    uri(text).check().iter().map(|found| found.code().as_str()).collect()
}

#[test]
fn each_diagnostic_and_its_neighbour() {
    let long = |length: usize| format!("sip:{}@example.com", "a".repeat(length - 16));
    let headers = |length: usize| format!("sip:a@b?X-A={}", "a".repeat(length - 4));
    for (text, expected) in [
        (long(254), vec![]),
        (long(255), vec!["uri-too-long"]),
        // Headers are not of that length.
        (long(254) + "?X-A=1", vec![]),
        (long(255) + "?X-A=1", vec!["uri-too-long"]),
        (headers(1023), vec![]),
        (headers(1024), vec!["headers-too-long"]),
    ] {
        assert_eq!(codes(&text), expected, "{}", text.len());
    }
    for (text, expected) in [
        ("sip:a@b?x-twilio-id=1", &["header-reserved"][..]),
        ("sip:a@b?X-Twili=1", &[]),
        ("sip:a@b?FROM=x", &["header-not-for-uri"]),
        ("sip:a@b?i=x", &["header-not-for-uri"]),
        ("sip:a@b?Subject=x", &["header-may-be-dropped"]),
        ("sip:a@b?user-to-user=x&Replaces=y&remote-party-id=z", &[]),
        ("sip:a@b?X%20A=1", &["header-name-invalid"]),
        ("sip:a@b?X-A=1%0d", &["header-injection"]),
        ("sip:a@b?X-A%0A=1", &["header-name-invalid", "header-injection"]),
        ("sip:a@b?X-A=%00", &["header-injection"]),
        ("sip:a@b?X-A=%ff", &["header-not-utf8"]),
        ("sip:a@b?X-A=%C3%A9", &[]),
        ("sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex", &["uui-odd-hex"]),
        ("sip:a@b?User-to-User=1G%3Bencoding%3DHEX", &["uui-odd-hex"]),
        ("sip:a@b?User-to-User=1A%3Bencoding%3Dhex", &[]),
        ("sip:a@b?User-to-User=123", &[]),
        ("sip:a@b?X-A=a+b", &["plus-in-value"]),
        ("sip:a@b?X-A=a%2Bb", &[]),
        ("sip:a:b@c", &["password-in-uri"]),
        ("sip://a@b", &["double-slash"]),
        ("sip:a/@b", &[]),
        ("sip:a@b;transport=ws", &["transport-unsupported"]),
        ("sip:a@b;transport=TLS", &[]),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
}

#[test]
fn a_message_says_what_was_meant() {
    let found = uri("sip://alice@example.com").check();
    assert!(found[0].message().contains("sip:alice@example.com"), "{}", found[0].message());
    assert_eq!((found[0].path(), found[0].line()), ("", None));
}
