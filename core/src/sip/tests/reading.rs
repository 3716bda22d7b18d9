//! Reading: parts, and every refusal with its place (RFC 3261 §25.1).

use super::uri;
use crate::SipUri;
use crate::error::ErrorKind as Kind;
use crate::limits::MAX_URI_BYTES;
use crate::sip::ReferTarget;

#[test]
fn getters_decode_and_show_what_is_not_utf8() {
    let uri = uri("sip:%61b%FF@h?%58-A=%C3%A9%20+&B=%ff");
    assert_eq!(uri.user_decoded().as_deref(), Some("ab\u{FFFD}"));
    assert_eq!(uri.header("x-a").as_deref(), Some("é +"));
    assert_eq!(uri.header("b").as_deref(), Some("\u{FFFD}"));
}

#[test]
fn every_refusal_says_where() {
    for (text, kind, offset) in [
        ("", Kind::UriEmpty, 0),
        ("alice@example.com", Kind::UriSchemeMissing, 0),
        ("tel:+1555", Kind::UriSchemeUnsupported, 0),
        ("sip:", Kind::UriHostEmpty, 4),
        ("sip:alice@", Kind::UriHostEmpty, 10),
        ("sip:@host", Kind::UriUserEmpty, 4),
        ("<sip:alice@example.com>", Kind::UriAngleBrackets, 0),
        ("sip:alice@example.com>", Kind::UriAngleBrackets, 21),
        (" sip:alice@example.com", Kind::UriWhiteSpace, 0),
        ("sip:alice@example.com ", Kind::UriWhiteSpace, 21),
        ("sip:al ice@example.com", Kind::UriWhiteSpace, 6),
        ("sip:alice@example.com?X=a b", Kind::UriWhiteSpace, 25),
        ("sip:alice@example.com?X=a\u{7}", Kind::UriControlCharacter, 25),
        ("sip:alice@example.com?X=a\0", Kind::UriControlCharacter, 25),
        ("sip:älice@example.com", Kind::UriCharacter, 4),
        ("sip:alice@example.com?X=a%2", Kind::UriEscapeInvalid, 25),
        ("sip:alice%zz@example.com", Kind::UriEscapeInvalid, 9),
        ("sip:alice@exa_mple.com", Kind::UriHostInvalid, 10),
        ("sip:alice@example.1com", Kind::UriHostInvalid, 10),
        ("sip:alice@256.1.1.1", Kind::UriIpv4Invalid, 10),
        ("sip:alice@1.2.3", Kind::UriIpv4Invalid, 10),
        ("sip:alice@[::g]", Kind::UriIpv6Invalid, 10),
        ("sip:alice@[::1", Kind::UriIpv6Invalid, 10),
        ("sip:alice@2001:db8::1", Kind::UriIpv6Invalid, 10),
        ("sip:example.com:0", Kind::UriPortInvalid, 16),
        ("sip:example.com:65536", Kind::UriPortInvalid, 16),
        ("sip:example.com:", Kind::UriPortInvalid, 16),
        ("sip:example.com:50x", Kind::UriPortInvalid, 16),
        ("sip:example.com;", Kind::UriParameterNameEmpty, 16),
        ("sip:example.com;=1", Kind::UriParameterNameEmpty, 16),
        ("sip:example.com;a=", Kind::UriParameterValueEmpty, 18),
        ("sip:example.com;a=1;b;A=2", Kind::UriParameterRepeated, 22),
        ("sip:example.com?", Kind::UriHeaderMissing, 16),
        ("sip:example.com?a=1&", Kind::UriHeaderMissing, 20),
        ("sip:example.com?a", Kind::UriHeaderValueMissing, 17),
        ("sip:example.com?=1", Kind::UriHeaderNameEmpty, 16),
        ("sip:example.com?a=1&amp;b=2", Kind::UriXmlLeftOver, 19),
        ("sip:example.com?a=1;b=2", Kind::UriXmlLeftOver, 19),
        ("sip:example.com?a=1=2", Kind::UriCharacter, 19),
    ] {
        let error = SipUri::parse(text).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (kind, Some(offset)), "{text}: {error}");
    }
}

#[test]
fn a_huge_uri_is_refused_at_once_and_a_large_one_in_linear_time() {
    let huge = format!("sip:{}@example.com", "a".repeat(10_000_000));
    assert_eq!(SipUri::parse(&huge).unwrap_err().kind(), Kind::UriOverLimit);

    let params: String = (0..9_000).map(|n| format!(";p{n}")).collect();
    let large = uri(&format!("sip:example.com{params}"));
    assert!(large.as_str().len() <= MAX_URI_BYTES);
    assert_eq!(large.params().count(), 9_000);
    assert!(large.equivalent(&large.clone()));
}

#[test]
fn a_refer_to_value_in_all_its_forms() {
    let sip = |text: &str| ReferTarget::Sip(uri(text));
    for (text, target) in [
        ("sip:a@b", sip("sip:a@b")),
        (" <sip:a@b;lr?X=1> ", sip("sip:a@b;lr?X=1")),
        ("Bob Smith <sip:a@b>;p=1", sip("sip:a@b")),
        ("\"B\\\"<x>\" <sip:a@b>", sip("sip:a@b")),
        ("<tel:+1555>", ReferTarget::Tel("tel:+1555".into())),
        ("TEL:911", ReferTarget::Tel("TEL:911".into())),
        ("tel:", ReferTarget::Other("tel:".into())),
        ("tel:+1 5", ReferTarget::Other("tel:+1 5".into())),
        ("tel:\"1\"", ReferTarget::Other("tel:\"1\"".into())),
        ("<sip:a b>", ReferTarget::Other("<sip:a b>".into())),
        ("<sip:a@b>, <sip:c@d>", ReferTarget::Other("<sip:a@b>, <sip:c@d>".into())),
        ("", ReferTarget::Other(String::new())),
    ] {
        assert_eq!(ReferTarget::parse(text), target, "{text}");
    }
    for (text, shown) in [("<sip:a@b>;x=1", "sip:a@b"), ("<tel:1>", "tel:1"), (" bob ", "bob")] {
        assert_eq!(ReferTarget::parse(text).to_string(), shown);
    }
}

#[test]
fn the_password_is_not_shown() {
    let shown = format!("{:?}", uri("sip:alice:secret@example.com;lr"));
    assert_eq!(shown, "SipUri(\"sip:alice:***@example.com;lr\")");
}

#[test]
fn the_rest_of_a_password_with_an_at_sign_is_not_quoted() {
    for uri in ["sip:a:b@hush@h", "sip:a:b@c:hush@h", "sip:a:b@c:d:hush@h", "sip:a:b@[hush@h]x"] {
        let error = SipUri::parse(uri).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hush"), "{uri}: {error}");
    }
}
