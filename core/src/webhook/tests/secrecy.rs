//! What must never be shown: `CallToken`, the auth token, a signature, a password in a URL.

use super::*;
use crate::twiml::{CallUpdate, Element};
use crate::{Refer, SipUri, VoiceResponse};

const TOKEN_VALUE: &str = "b7e0hush";

#[test]
fn the_call_token_is_readable_but_never_shown() {
    let body = format!(
        "CallToken={TOKEN_VALUE}&ReferSipResponseCode=x&From=a&CallToken={TOKEN_VALUE}2&From=b"
    );
    let one = request(&body);
    assert_eq!(one.call_token(), Some(TOKEN_VALUE));
    assert_eq!(one.param("CallToken"), Some(TOKEN_VALUE));
    assert!(one.to_form().contains(TOKEN_VALUE));
    for shown in [
        format!("{one:?}"),
        format!("{one:#?}"),
        format!("{:?}", one.diagnostics()),
        one.diagnostics().iter().map(ToString::to_string).collect(),
    ] {
        assert!(!shown.contains(TOKEN_VALUE), "{shown}");
    }
    assert!(format!("{one:?}").contains(r#"("CallToken", "***")"#), "{one:?}");
    assert!(format!("{one:?}").contains(r#"("From", "a")"#), "{one:?}");
}

#[test]
fn errors_do_not_quote_the_call_token() {
    let body = format!("CallToken={TOKEN_VALUE}%FF");
    let error = VoiceRequest::from_form(&body, None).unwrap_err();
    assert_eq!(error.parameter(), Some("CallToken"));
    let signature = validator().sign_form("https://a/", &body);
    let verified =
        validator().verify(Method::Post, "https://a/", &body, Some(&signature)).unwrap_err();
    for shown in [format!("{error} {error:?}"), format!("{verified} {verified:?}")] {
        assert!(!shown.contains("hush"), "{shown}");
    }
}

#[test]
fn explain_shows_neither_token_nor_password() {
    let secret = validator().with_encoded_spellings(true);
    let url = format!(
        "https://user:pw@hush@example.com/r?a='&CallToken={TOKEN_VALUE}?hush&Call%54oken={TOKEN_VALUE}&b=1#f"
    );
    let body = format!("To=x&CallToken={TOKEN_VALUE}&CallToken={TOKEN_VALUE}2&%43allToken=hush");
    let tried = secret.explain(&url, &body);
    assert_eq!(tried.len(), 8);
    assert_eq!(
        tried[0].url(),
        "https://user:***@example.com/r?a='&CallToken=***&Call%54oken=***&b=1#f"
    );
    assert_eq!(tried[0].hashed(), format!("{}CallToken***Tox", tried[0].url()));
    let shown = format!("{tried:?}");
    assert!(!shown.contains("hush") && !shown.contains("pw"), "{shown}");
}

#[test]
fn a_bad_public_base_is_not_quoted() {
    let error = validator().with_public_base("https://user:hush@voice.example.com").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hush"), "{error}");
}

#[test]
fn a_url_is_shown_without_its_secrets() {
    for (url, shown) in [
        ("https://u:hush@h:80/a:b@c?x=1#f", "https://u:***@h:80/a:b@c?x=1#f"),
        ("https://u:hu@sh@h/", "https://u:***@h/"),
        // A password that is not escaped ends the authority.
        ("https://u:hu/sh@h/refer", "https://u:***@h/refer"),
        ("https://u:hu?sh@h/refer?CallToken=hush", "https://u:***@h/refer?CallToken=***"),
        ("https://u:hu#sh@h/refer", "https://u:***@h/refer"),
        ("https://u:hu\\sh@h", "https://u:***@h"),
        ("https://u:hu sh@h", "https://u:***@h"),
        // What clients read as https://u:hush@h.
        ("https:u:hush@h", "https:u:***@h"),
        ("https:/u:hush@h", "https:/u:***@h"),
        ("HTTPS:\\\\u:hush@h/", "HTTPS:\\\\u:***@h/"),
        ("//u:hush@h/", "//u:***@h/"),
        (
            "/r?CallToken=hush?hush;a&b=1&Call%54oken=hush#c",
            "/r?CallToken=***&b=1&Call%54oken=***#c",
        ),
        ("/r?a=1;CallToken=hush&amp;calltoken=hush", "/r?a=1;CallToken=***&amp;calltoken=***"),
        // A Host header of `h#`.
        ("https://h#/refer?CallToken=hush&a=1", "https://h#/refer?CallToken=***&a=1"),
        ("https://h/#CallToken=hush", "https://h/#CallToken=***"),
    ] {
        assert_eq!(redact_url(url), shown);
    }
    for url in [
        "",
        "?",
        ":",
        "@",
        "http://u@h/",
        "http://h:80/x@y",
        "http://h:/x@y",
        "http://[::1]/x@y",
        "http://[::1]:80/x@y",
        "mailto:a@b",
        "/t/sip:alice@example.com?To=sip:bob@example.com",
        "https://h/t/sip:alice@example.com",
        "/?CallToken",
        "é:é@é",
    ] {
        assert_eq!(redact_url(url), url);
    }
}

#[test]
fn no_url_that_is_refused_is_quoted_with_a_secret() {
    let long = "hush".repeat(30);
    let account = "AC00000000000000000000000000000001";
    for url in [
        "ftp://u:hush@h/?CallToken=hush".to_owned(),
        "https://u:hush@h/<?CallToken=hush".to_owned(),
        "https://u:hu sh@h/".to_owned(),
        format!("ftp://u:{long}@h/"),
    ] {
        let call = "CA00000000000000000000000000000002";
        let document = Element::new("Refer").and_then(|refer| refer.with_attribute("action", &url));
        let document = document.map(|refer| VoiceResponse::new().append(refer)).unwrap();
        let found = document.check().into_iter().find(|it| it.code().as_str() == "action-invalid");
        let refer = Refer::to(SipUri::parse("sip:a@h").unwrap());
        for shown in [
            CallUpdate::from_url(account, call, &url).unwrap_err().to_string(),
            CallUpdate::from_url(account, call, "https://h/")
                .and_then(|update| update.with_base(&url))
                .unwrap_err()
                .to_string(),
            refer.clone().with_action(&url).unwrap_err().to_string(),
            refer.with_action("/a").and_then(|it| it.resolve_action(&url)).unwrap_err().to_string(),
            found.unwrap().message(),
        ] {
            assert!(!shown.contains("hu") && !shown.contains("sh@"), "{shown}");
        }
    }
}

#[test]
fn a_validator_does_not_show_its_auth_tokens() {
    let one = RequestValidator::new("s3cr3t-one").unwrap().with_auth_token("s3cr3t-two").unwrap();
    let shown = format!("{one:?} {one:#?}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert!(shown.contains("AuthToken(***)"), "{shown}");
}

#[test]
fn a_mismatch_says_what_to_do_and_nothing_else() {
    let error =
        validator().verify(Method::Post, "https://a/", "To=x", Some("c2VjcmV0")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "signature check failed: no signature matches: check the auth token, and behind a proxy set \
         the public base"
    );
    assert_eq!(error.kind(), ErrorKind::SignatureMismatch);
    assert_eq!(Error::from(error).kind(), ErrorKind::SignatureMismatch);
}
