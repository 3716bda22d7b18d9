//! Near misses of a signature: each is named, and nothing else matches.

use crate::RequestValidator;
use crate::http::Method;
use crate::webhook::{Algorithm, Hint, HintKind};

const SIGNED: &str = "https://voice.example.com/ivr/refer?b=2&a=it%27s+x";
const FORM: &str = "CallSid=CA1&To=%2B1555";

fn validator() -> RequestValidator {
    RequestValidator::new("12345").unwrap()
}

/// The hints for a request that was signed as [`SIGNED`] with [`FORM`].
fn hints(method: Method, url: &str, body: &str) -> Vec<HintKind> {
    let signature = validator().sign_form(SIGNED, FORM);
    let hints = validator().diagnose(method, url, body, Some(&signature));
    hints.iter().map(Hint::kind).collect()
}

#[test]
fn each_near_miss_of_the_url_is_named() {
    let cases: [(&str, &[HintKind]); 16] = [
        (SIGNED, &[]),
        ("https://voice.example.com:443/ivr/refer?b=2&a=it%27s+x", &[]),
        ("http://voice.example.com/ivr/refer?b=2&a=it%27s+x", &[HintKind::Scheme]),
        ("https://voice.example.com/api/ivr/refer?b=2&a=it%27s+x", &[HintKind::Prefix]),
        ("https://voice.example.com/ivr/refer?b=2&a=it%27s+x#top", &[HintKind::Fragment]),
        ("https://voice.example.com/ivr/refer/?b=2&a=it%27s+x", &[HintKind::TrailingSlash]),
        ("https://voice.example.com/ivr/refer?a=it%27s+x&b=2", &[HintKind::QueryOrder]),
        ("https://voice.example.com/ivr/refer?b=2&a=it%27s%20x", &[HintKind::Escapes]),
        ("https://voice.example.com/ivr/refer?b=2&a=it's+x", &[HintKind::Escapes]),
        ("https://voice.example.com/ivr/refer?b=2&a=it%27s%2Bx", &[HintKind::AuthToken]),
        ("https://voice.example.com/ivr/refer?b=2&a=it%27s+x%2", &[HintKind::AuthToken]),
        (
            "http://voice.example.com/ivr/refer/?b=2&a=it%27s+x",
            &[HintKind::Scheme, HintKind::TrailingSlash],
        ),
        ("https://voice.example.com/ivr/refer", &[HintKind::AuthToken]),
        ("https://other.example.com/ivr/refer?b=2&a=it%27s+x", &[HintKind::AuthToken]),
        ("/ivr/refer?b=2&a=it%27s+x", &[HintKind::Url]),
        ("voice.example.com/ivr/refer?b=2&a=it%27s+x", &[HintKind::Url]),
    ];
    for (url, expected) in cases {
        assert_eq!(hints(Method::Post, url, FORM), expected, "{url}");
    }
}

#[test]
fn a_port_and_a_question_mark_that_only_one_side_has_are_named() {
    let kinds = |signed: &str, seen: &str| {
        let signature = validator().sign_form(signed, FORM);
        let hints = validator().diagnose(Method::Post, seen, FORM, Some(&signature));
        hints.iter().map(Hint::kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds("https://a.example:8443/x", "https://a.example/x"), [HintKind::Port]);
    assert_eq!(kinds("https://a.example/x?", "https://a.example/x"), [HintKind::QuestionMark]);
    assert_eq!(kinds("https://a.example/x", "https://a.example/x?"), [HintKind::QuestionMark]);
    assert_eq!(kinds("https://a.example/x", "https://a.example/x?y=1"), [HintKind::Query]);
    // Escapes in the other case.
    for (signed, seen) in [("%2F%c3", "%2f%C3"), ("%2f%c3", "%2F%C3"), ("%2F%C3", "%2f%c3")] {
        let url = |escapes| format!("https://a.example/x{escapes}");
        let expected: &[_] =
            if signed == "%2F%c3" { &[HintKind::AuthToken] } else { &[HintKind::Escapes] };
        assert_eq!(kinds(&url(signed), &url(seen)), expected);
    }
}

#[test]
fn each_near_miss_of_the_body_is_named() {
    let with_newline = format!("{FORM}\r\n");
    assert_eq!(hints(Method::Post, SIGNED, &with_newline), [HintKind::BodyNewline]);
    let with_query = format!("{FORM}&a=it%27s+x&b=2");
    assert_eq!(hints(Method::Post, SIGNED, &with_query), [HintKind::QueryInForm]);
    // A pair of the query that the form has, too, is only there once more.
    let signature = validator().sign_form(SIGNED, "b=2&b=2&c=3");
    let seen =
        validator().diagnose(Method::Post, SIGNED, "b=2&b=2&b=2&c=3&a=it%27s+x", Some(&signature));
    assert_eq!(seen.iter().map(Hint::kind).collect::<Vec<_>>(), [HintKind::QueryInForm]);
    assert_eq!(hints(Method::Get, SIGNED, FORM), [HintKind::Method]);
    assert_eq!(hints(Method::Post, SIGNED, ""), [HintKind::BodyEmpty, HintKind::AuthToken]);

    let signature = validator().sign_form(SIGNED, "");
    let hints = validator().diagnose(Method::Post, SIGNED, "{\"a\": 1}", Some(&signature));
    assert_eq!(hints[0].kind(), HintKind::Body);
}

#[test]
fn a_body_beside_a_signed_get_is_named() {
    let signature = validator().sign_form(SIGNED, "");
    let kinds = |url: &str, body: &str| {
        let hints = validator().diagnose(Method::Get, url, body, Some(&signature));
        hints.iter().map(Hint::kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(SIGNED, "a=1"), [HintKind::Body]);
    let http = SIGNED.replace("https", "http");
    assert_eq!(kinds(&http, "a=1"), [HintKind::Scheme, HintKind::Body]);
    assert_eq!(kinds(&http, ""), [HintKind::Scheme]);
}

#[test]
fn a_hash_in_the_url_that_is_not_one_is_quoted_and_one_that_is_there_twice_is_named() {
    let hash = |query: &str| {
        let url = format!("https://voice.example.com/events?{query}");
        let signature = validator().sign_form(&url, "");
        let hints = validator().diagnose(Method::Post, &url, "{}", Some(&signature));
        hints.last().unwrap().message().rsplit_once(" is ").unwrap().1.to_owned()
    };
    assert_eq!(hash("bodySHA256=\u{1b}[2J"), "\\u{1b}[2J");
    assert!(hash(&format!("bodySHA256={}", "x".repeat(10_000))).len() < 100);
    assert!(hash(&format!("bodySHA256=\u{1b}{}", "a".repeat(63))).starts_with("\\u{1b}aaa"));
    assert_eq!(hash("bodySHA256=a&bodySHA256=a"), "there twice");
}

#[test]
fn another_body_than_the_one_that_was_hashed_is_named() {
    let url =
        RequestValidator::url_with_body_sha256("https://voice.example.com/events", "{\"a\": 1}");
    let signature = validator().sign_raw(&url, "{\"a\": 1}");
    let hints = validator().diagnose(Method::Post, &url, "{\"a\": 2}", Some(&signature));
    let [_, hash] = hints.as_slice() else { panic!("{hints:?}") };
    assert_eq!(hash.kind(), HintKind::BodyHash);
    // printf '{"a": 2}' | sha256sum, and that of the other.
    for hashed in [
        "e5a9d5b0300e0f50d372e5a9ddfa24208aac9a940ce9a36f247387221ae205fe",
        "f9d86028c6e0d64e225186f96acb69338b2c59764df79162107f5c4bb34d1310",
    ] {
        assert!(hash.message().contains(hashed), "{hash}");
    }
}

#[test]
fn what_is_not_a_signature_is_named() {
    let signature = validator().sign_form(SIGNED, FORM);
    let pasted = format!("X-Twilio-Signature: {signature}");
    let sha256 = validator().with_algorithm(Algorithm::Sha256).sign_form(SIGNED, FORM);
    let invalid = HintKind::SignatureInvalid;
    let cases = [
        (None, HintKind::SignatureMissing, "missing signature"),
        (Some(""), HintKind::SignatureMissing, "missing signature"),
        (Some(&*pasted), invalid, "without its name"),
        (Some("\"abc=\""), invalid, "quotes are not part"),
        (Some("'abc='"), invalid, "quotes are not part"),
        (Some("ab cd"), invalid, "white space"),
        (Some("abcd"), invalid, "expected base64"),
        (Some("0123456789abcdef0123456789abcdef01234567"), invalid, "expected base64"),
        (Some(&sha256), HintKind::Algorithm, "HMAC-SHA256"),
    ];
    for (signature, expected, words) in cases {
        let hints = validator().diagnose(Method::Post, SIGNED, FORM, signature);
        let [hint] = hints.as_slice() else { panic!("{hints:?}") };
        assert_eq!(hint.kind(), expected);
        assert!(hint.to_string().contains(words), "{hint}: {words}");
    }
}

#[test]
fn no_hint_has_a_secret_a_signature_or_a_value() {
    let signature = validator().sign_form(SIGNED, FORM);
    for (url, body) in [(SIGNED, "CallToken=topsecret"), ("http://u:pw@voice.example.com/", FORM)] {
        for hint in validator().diagnose(Method::Post, url, body, Some(&signature)) {
            for secret in ["12345", signature.as_str(), "topsecret", "pw@"] {
                assert!(!hint.message().contains(secret), "{hint}");
            }
        }
    }
}

#[test]
fn time_is_bounded_for_hostile_input() {
    // Many equal pairs in query and form: each is looked up once.
    let many = "a=1&".repeat(3_000);
    let url = format!("https://voice.example.com/?{many}");
    let signature = validator().sign_form(SIGNED, FORM);
    let hints = validator().diagnose(Method::Post, &url, &many, Some(&signature));
    assert_eq!(hints.last().map(Hint::kind), Some(HintKind::AuthToken));
}

#[test]
fn kinds_have_names_and_the_limit_can_be_asked_for() {
    assert!(HintKind::ALL.iter().all(|kind| kind.as_str() == kind.to_string()));
    assert_eq!(HintKind::QueryOrder.as_str(), "query-order");
    assert_eq!(validator().with_max_body_bytes(10).max_body_bytes(), 10);
}
