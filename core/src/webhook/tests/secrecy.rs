//! What must never be shown: `CallToken`, the secret, a signature, a password in a URL.

use super::*;

const TOKEN_VALUE: &str = "b7e0hush";

#[test]
fn the_call_token_is_readable_but_never_shown() {
    let body = format!(
        "CallToken={TOKEN_VALUE}&ReferSipResponseCode=x&From=a&CallToken={TOKEN_VALUE}2&From=b"
    );
    let one = callback(&body);
    assert_eq!(one.request().call_token(), Some(TOKEN_VALUE));
    assert_eq!(one.param("CallToken"), Some(TOKEN_VALUE));
    assert!(one.to_form().contains(TOKEN_VALUE));
    for shown in [
        format!("{one:?}"),
        format!("{one:#?}"),
        format!("{:?}", one.request()),
        format!("{:?}", one.problems()),
        one.problems().iter().map(ToString::to_string).collect(),
    ] {
        assert!(!shown.contains(TOKEN_VALUE), "{shown}");
    }
    assert!(format!("{one:?}").contains(r#"("CallToken", "***")"#), "{one:?}");
    assert!(format!("{one:?}").contains(r#"("From", "a")"#), "{one:?}");
}

#[test]
fn errors_do_not_quote_the_call_token() {
    let body = format!("CallToken={TOKEN_VALUE}%FF");
    let error = ReferCallback::from_form(&body).unwrap_err();
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
    let secret = validator().accept_encoded_spellings(true);
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
fn a_validator_does_not_show_its_secret() {
    let one = RequestValidator::new("s3cr3t-one").unwrap().with_secret("s3cr3t-two").unwrap();
    let shown = format!("{one:?} {one:#?}");
    assert!(!shown.contains("s3cr3t"), "{shown}");
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
