//! What holds for every request: what was signed verifies, and what was changed does not. How forms are read, and that
//! signatures are those of a second implementation, is in the fuzz targets `callback` and `signature`.
#![allow(clippy::unwrap_used)] // a test

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use twiml_refer::{
    RequestValidator, VoiceRequest,
    error::ErrorKind,
    http::Method,
    webhook::{Algorithm, VerifyError},
};

fn text(usual: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![3 => select(usual).prop_map(str::to_owned), 1 => any::<String>()]
}

fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
    let name =
        text(&["ReferCallStatus", "CallSid", "To", "CallToken", "SipHeader_X-A", "bodySHA256", ""]);
    vec((name, text(&["busy", "202", "", "sip:a@b.example", "+1415", "a b", "%41", "&="])), 1..12)
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
    let piece = text(&[
        "https://",
        "wss://",
        "://",
        ":",
        "//",
        "@",
        "[",
        "]",
        "::1",
        ":443",
        ":0",
        "/",
        "?",
        "#",
        "&",
        "CallToken=",
        "sip:",
        "%3A",
        "%27",
        "'",
        "h.example",
        "é",
        "\0",
        " ",
    ]);
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn validator() -> impl Strategy<Value = RequestValidator> {
    (".{1,70}", select(vec![Algorithm::Sha1, Algorithm::Sha256])).prop_map(|(token, algorithm)| {
        RequestValidator::new(&token).unwrap().with_algorithm(algorithm)
    })
}

/// The text with one byte changed, removed or added, still text.
fn changed(text: &str, (place, with, how): (Index, u8, u8)) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    match how % 3 {
        0 => *bytes.get_mut(place.index(text.len()))? = with,
        1 => drop(bytes.remove(place.index(text.len()))),
        _ => bytes.insert(place.index(text.len() + 1), with),
    }
    String::from_utf8(bytes).ok().filter(|changed| changed != text)
}

proptest! {
    #[test]
    fn what_was_signed_verifies(
        validator in validator(),
        url in prop_oneof![url(), hostile_url()],
        pairs in pairs(),
        shift in any::<Index>(),
        raw in vec(any::<u8>(), 0..64),
    ) {
        prop_assume!(!url.contains("bodySHA256"));
        let body = VoiceRequest::from_pairs(pairs.clone(), None).unwrap().to_form();
        let signature = validator.sign_form(&url, &body);
        prop_assert_eq!(&validator.sign(&url, pairs.clone()), &signature);
        // Signed without its fragment, which no request has: with one, nothing verifies.
        let asked = url.split('#').next().unwrap_or_default();
        prop_assert!(asked == url || !validator.validate(&url, pairs.clone(), Some(&signature)));
        let request = validator.verify(Method::Post, asked, &body, Some(&signature)).unwrap();
        prop_assert!(request.params().eq(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str()))));
        // The order of arrival is not signed.
        let mut turned = pairs.clone();
        turned.rotate_left(shift.index(pairs.len()));
        prop_assert!(validator.validate(asked, turned, Some(&signature)));

        let with_hash = RequestValidator::url_with_body_sha256(asked, &raw);
        prop_assert_eq!(&RequestValidator::url_with_body_sha256(&with_hash, &raw), &with_hash);
        let signature = validator.sign_raw(asked, &raw);
        prop_assert!(validator.validate_raw(&with_hash, &raw, Some(&signature)));
        let other = [raw.as_slice(), b"x"].concat();
        prop_assert!(!validator.validate_raw(&with_hash, other, Some(&signature)));
    }

    #[test]
    fn what_was_changed_does_not_verify(
        validator in validator(), url in url(), pairs in pairs(), change in any::<(Index, u8, u8)>(),
    ) {
        let body = VoiceRequest::from_pairs(pairs, None).unwrap().to_form();
        let signature = validator.sign_form(&url, &body);
        let verify = |url: &str, body: &str, signature: &str| {
            validator.verify(Method::Post, url, body, Some(signature))
        };
        if let Some(changed) = changed(&signature, change) {
            prop_assert_eq!(verify(&url, &body, &changed), Err(VerifyError::SignatureMismatch));
        }
        if let Some(changed) = changed(&url, change) {
            // Only an accepted spelling may pass: one that is tried for both. That is: another port, no port, or user
            // info, and nothing else.
            let is_accepted = validator.explain(&changed, "").iter().any(|tried| tried.url() == url);
            prop_assert_eq!(verify(&changed, &body, &signature).is_ok(), is_accepted, "{}", changed);
            prop_assert!(
                !is_accepted || changed.contains('@') || changed.matches(':').count() > 1, "{changed}"
            );
        }
        if let Some(changed) = changed(&body, change) {
            // Twilio signs names and values run together: what only moves the border between
            // them, their order or their escapes, signs alike.
            let hashed = |body: &str| validator.explain(&url, body.replace("CallToken", "Hidden"))
                .first().map(|candidate| candidate.hashed());
            let is_alike = hashed(&body) == hashed(&changed);
            match verify(&url, &changed, &signature) {
                Ok(_) => prop_assert!(is_alike, "{changed}"),
                Err(VerifyError::Request(error)) => {
                    prop_assert_eq!(error.kind(), ErrorKind::RequestNotUtf8);
                }
                Err(error) => {
                    prop_assert_eq!(error, VerifyError::SignatureMismatch);
                    prop_assert!(!is_alike, "{changed}");
                }
            }
        }
    }
}
