//! What holds for every request: what was signed verifies, and what was changed does not. How forms are read is in
//! the fuzz target `callback`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the strategies are tests, too

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use twiml_refer::{
    RequestValidator, VoiceRequest,
    error::ErrorKind,
    http::Method,
    webhook::{Algorithm, VerifyError},
};

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(vec![
            "ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode", "CallSid", "From",
            "To", "CallerCity", "CallerCountry", "CallToken", "SipHeader_X-A", "bodySHA256", "",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => select(vec!["busy", "202", "486", "", "sip:a@b.example", "+1415", "a b", "%41", "&="])
            .prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    vec((name(), value()), 0..12)
}

/// An ordinary URL, without anything that has another accepted spelling by a change of one byte.
fn url() -> impl Strategy<Value = String> {
    (
        select(vec!["https", "http"]),
        select(vec!["voice.example.com", "[2001:db8::1]", "10.0.0.7:8080", "h.example:443"]),
        "(/[a-z0-9%._-]{0,6}){0,3}",
        "(\\?([a-z]{1,3}=[a-zA-Z0-9%+]{0,5}&?){0,3})?",
    )
        .prop_map(|(scheme, host, path, query)| format!("{scheme}://{host}{path}{query}"))
}

/// Anything that could stand where a URL should.
fn hostile_url() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => select(vec![
            "https://", "wss://", "://", ":", "//", "@", "[", "]", "::1", ":443", ":0", "/", "?", "#",
            "&", "bodySHA256=", "CallToken=", "sip:", "%3A", "%27", "'", "h.example", "é", "\0", " ",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// The text with one byte changed, removed or added, still text.
fn changed(text: &str, place: Index, with: u8, how: u8) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    match how % 3 {
        0 if !bytes.is_empty() => {
            let at = place.index(bytes.len());
            *bytes.get_mut(at)? = with;
        }
        1 if !bytes.is_empty() => drop(bytes.remove(place.index(bytes.len()))),
        _ => bytes.insert(place.index(bytes.len() + 1), with),
    }
    String::from_utf8(bytes).ok().filter(|changed| changed != text)
}

fn without_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

proptest! {
    #[test]
    fn what_was_signed_verifies(
        url in prop_oneof![url(), hostile_url()],
        pairs in pairs(),
        secret in ".{1,70}",
        sha256 in any::<bool>(),
        shift in any::<Index>(),
    ) {
        prop_assume!(!url.contains("bodySHA256"));
        let algorithm = if sha256 { Algorithm::Sha256 } else { Algorithm::Sha1 };
        let validator = RequestValidator::new(&secret).unwrap().with_algorithm(algorithm);
        let signature = validator.sign(&url, pairs.clone());
        // Signed without its fragment, which no request has: with one, nothing verifies.
        let asked = without_fragment(&url);
        prop_assert!(asked == url || !validator.validate(&url, pairs.clone(), Some(&signature)));
        let url = asked.to_owned();
        prop_assert!(validator.validate(&url, pairs.clone(), Some(&signature)));

        let body = VoiceRequest::from_pairs(pairs.clone(), None).unwrap().to_form();
        prop_assert_eq!(&validator.sign_form(&url, &body), &signature);
        if !pairs.is_empty() {
            let request = validator.verify(Method::Post, &url, &body, Some(&signature)).unwrap();
            prop_assert!(request.params().eq(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()))));
            // The order of arrival is not signed.
            let mut turned = pairs.clone();
            turned.rotate_left(shift.index(pairs.len()));
            prop_assert!(validator.validate(&url, turned, Some(&signature)));
        }
        let other = RequestValidator::new(secret + "x").unwrap().with_algorithm(algorithm);
        prop_assert!(!other.validate(&url, pairs, Some(&signature)));
    }

    #[test]
    fn what_was_signed_raw_verifies(url in hostile_url(), body in vec(any::<u8>(), 0..64)) {
        let validator = RequestValidator::new("12345").unwrap();
        let with_hash = RequestValidator::url_with_body_sha256(&url, &body);
        let signature = validator.sign_raw(&url, &body);
        prop_assert!(validator.validate_raw(without_fragment(&with_hash), &body, Some(&signature)));
        prop_assert_eq!(RequestValidator::url_with_body_sha256(&with_hash, &body), with_hash.clone());
        let mut other = body.clone();
        other.push(b'x');
        prop_assert!(!validator.validate_raw(&with_hash, &other, Some(&signature)));
    }

    #[test]
    fn a_changed_url_does_not_verify(
        url in url(), place in any::<Index>(), with in any::<u8>(), how in any::<u8>(),
    ) {
        let validator = RequestValidator::new("12345").unwrap();
        let body = "CallSid=CA1&ReferCallStatus=busy";
        let signature = validator.sign_form(&url, body);
        if let Some(changed) = changed(&url, place, with, how) {
            // Only an accepted spelling may pass: one that is tried for both.
            let tried = |url: &str| {
                validator.explain(url, "").into_iter().map(|it| it.url().to_owned()).collect::<Vec<_>>()
            };
            let accepted = tried(&changed).contains(&url);
            prop_assert_eq!(
                validator.verify(Method::Post, &changed, body, Some(&signature)).is_ok(), accepted, "{}", changed
            );
            // That is: another port, no port, or user info, and nothing else.
            if accepted {
                prop_assert!(changed.contains('@') || changed.matches(':').count() > 1, "{changed}");
            }
        }
    }

    #[test]
    fn a_changed_body_does_not_verify(
        pairs in pairs(), place in any::<Index>(), with in any::<u8>(), how in any::<u8>(),
    ) {
        prop_assume!(!pairs.is_empty());
        let validator = RequestValidator::new("12345").unwrap();
        let url = "https://voice.example.com/refer";
        let body = VoiceRequest::from_pairs(pairs, None).unwrap().to_form();
        let signature = validator.sign_form(url, &body);
        if let Some(changed) = changed(&body, place, with, how) {
            // Twilio signs names and values run together: what only moves the border between
            // them, their order or their escapes, signs alike.
            let hashed = |body: &str| validator.explain(url, body.replace("CallToken", "Hidden"))
                .first().map(|candidate| candidate.hashed());
            let alike = hashed(&body) == hashed(&changed);
            match validator.verify(Method::Post, url, &changed, Some(&signature)) {
                Ok(_) => prop_assert!(alike, "{changed}"),
                Err(VerifyError::Request(error)) => {
                    prop_assert_eq!(error.kind(), ErrorKind::RequestNotUtf8);
                }
                Err(error) => {
                    prop_assert_eq!(error, VerifyError::SignatureMismatch);
                    prop_assert!(!alike, "{changed}");
                }
            }
        }
    }

    #[test]
    fn a_changed_signature_does_not_verify(
        place in any::<Index>(), with in any::<u8>(), how in any::<u8>(), sha256 in any::<bool>(),
    ) {
        let algorithm = if sha256 { Algorithm::Sha256 } else { Algorithm::Sha1 };
        let validator = RequestValidator::new("12345").unwrap().with_algorithm(algorithm);
        let url = "https://voice.example.com/refer";
        let signature = validator.sign_form(url, "CallSid=CA1");
        if let Some(changed) = changed(&signature, place, with, how) {
            let error = validator.verify(Method::Post, url, "CallSid=CA1", Some(&changed)).unwrap_err();
            prop_assert_eq!(error, VerifyError::SignatureMismatch);
        }
    }
}
