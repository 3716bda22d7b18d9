//! The two ways of failing and their order, rotation, and signatures that are none.

use super::*;

const URL: &str = "https://voice.example.com/refer";
const SIGNATURE: &str = "O15dENaal3IO/3sC6RgDyUBKbg4=";

#[test]
fn what_passed_is_handed_over() {
    let one = validator().verify(URL, BODY, Some(SIGNATURE)).unwrap();
    assert_eq!(one, callback(BODY));
    let request = validator().verify_request(URL, BODY, Some(SIGNATURE)).unwrap();
    assert_eq!(&request, one.request());
    let pairs: Vec<_> = one.params().collect();
    assert_eq!(validator().verify_params(URL, pairs.clone(), Some(SIGNATURE)).unwrap(), one);
    assert!(validator().validate(URL, pairs, Some(SIGNATURE)));
    // Bodies come as bytes, too, borrowed or owned.
    let owned: Vec<u8> = BODY.into();
    assert!(validator().verify(URL, owned, Some(SIGNATURE)).is_ok());
}

#[test]
fn without_a_body_the_query_is_the_callback() {
    let url = "https://voice.example.com/refer?ReferCallStatus=canceled&ReferSipResponseCode=202\
        &NotifySipResponseCode=180";
    let signature = "kJxw4WC21uN7WR7JAaPWJzNJL5w=";
    let one = validator().verify(url, "", Some(signature)).unwrap();
    assert_eq!(one.outcome(), ReferOutcome::Canceled);
    assert_eq!(one.params().len(), 3);
    assert_eq!(validator().verify_params(url, [("", ""); 0], Some(signature)).unwrap(), one);
    assert_eq!(validator().verify(&format!("{url}#rc=3"), "", Some(signature)).unwrap(), one);
    let behind = validator().with_public_base("https://voice.example.com").unwrap();
    let path = url.strip_prefix("https://voice.example.com").unwrap();
    assert_eq!(behind.verify(path, "", Some(signature)).unwrap(), one);
    // The query of a GET passed as pairs, too, is no GET.
    assert!(validator().verify_params(url, one.params(), Some(signature)).is_err());
}

#[test]
fn the_query_of_a_post_is_not_mixed_in() {
    let url = "https://voice.example.com/refer?ReferCallStatus=in-progress&x=1";
    let signature = validator().sign_form(url, BODY);
    let one = validator().verify(url, BODY, Some(&signature)).unwrap();
    assert_eq!(one, callback(BODY));
    assert_eq!(one.param("x"), None);
}

#[test]
fn a_changed_parameter_is_a_mismatch() {
    for body in [
        BODY.replace("busy", "failed"),
        BODY.replace("486", "487"),
        format!("{BODY}&Extra=1"),
        BODY.replace("&ReferSipResponseCode=202", ""),
        BODY.replace("CallerName", "callerName"),
        String::new(),
    ] {
        let error = validator().verify(URL, &body, Some(SIGNATURE)).unwrap_err();
        assert_eq!(error, VerifyError::SignatureMismatch, "{body}");
    }
}

#[test]
fn what_is_no_signature_is_a_plain_no() {
    let long = "A".repeat(1_000_000);
    for bad in [
        None,
        Some(""),
        Some(" "),
        Some("="),
        Some("===="),
        Some("O15dENaal3IO/3sC6RgDyUBKbg4"),
        Some("O15dENaal3IO/3sC6RgDyUBKbg4=="),
        Some("O15dENaal3IO/3sC6RgDyUBKbg5="),
        Some("O15dENaal3IO/3sC6RgDyUBKbg4=\n"),
        Some(" O15dENaal3IO/3sC6RgDyUBKbg4="),
        Some("O15dENaal3IO_3sC6RgDyUBKbg4="),
        Some("o15dENaal3IO/3sC6RgDyUBKbg4="),
        Some("O15dENaal3IO/3sC6RgDyUBKbg=="),
        Some("O15dENaal3IO/3sC6RgDyUBKbg4=,O15dENaal3IO/3sC6RgDyUBKbg4="),
        Some("ÄÖÜ"),
        Some("\0"),
        Some(&long),
    ] {
        let error = validator().verify(URL, BODY, bad).unwrap_err();
        assert_eq!(error, VerifyError::SignatureMismatch, "{bad:?}");
        assert!(!validator().validate(URL, callback(BODY).params(), bad));
        assert!(!validator().validate_raw(URL, BODY, bad));
    }
}

#[test]
fn an_empty_secret_proves_nothing() {
    let empty = RequestValidator::new("");
    // The right HMAC with an empty key, as anyone can compute it.
    assert!(!empty.validate(EXAMPLE_URL, EXAMPLE, Some("aXngMTP07D4c4hkO+r0Kb5Oe528=")));
    let own = empty.sign(EXAMPLE_URL, EXAMPLE);
    assert!(!empty.validate(EXAMPLE_URL, EXAMPLE, Some(&own)));
    let rotating = validator().with_secret("");
    assert!(!rotating.validate(EXAMPLE_URL, EXAMPLE, Some(&own)));
    assert!(rotating.validate(EXAMPLE_URL, EXAMPLE, Some("RSOYDt4T1cUTdK1PDd93/VVr8B8=")));
}

#[test]
fn any_of_several_secrets_may_have_signed() {
    let rotating = RequestValidator::new("new").with_secret("newer").with_secret(TOKEN);
    assert!(passes(&rotating, URL, SIGNATURE));
    assert!(passes(&rotating, "https://voice.example.com:8443/refer", SIGNATURE));
    for signed in ["new", "newer"] {
        let signature = RequestValidator::new(signed).sign_form(URL, BODY);
        assert!(passes(&rotating, URL, &signature), "{signed}");
    }
    let other = RequestValidator::new("older").sign_form(URL, BODY);
    assert!(!passes(&rotating, URL, &other));
    assert_eq!(rotating.sign_form(URL, BODY), RequestValidator::new("new").sign_form(URL, BODY));
}

#[test]
fn the_signature_is_judged_before_the_body() {
    // HMAC-SHA1 by Python's hmac over the URL and To with the byte FF.
    let error =
        validator().verify(URL, "To=%FF", Some("WU7qpHwqi9WD+g3phAyv7ptg3YA=")).unwrap_err();
    assert_eq!(
        (error.kind(), error.kind().as_str()),
        (ErrorKind::RequestNotUtf8, "request-not-utf8")
    );
    let VerifyError::Request(error) = error else { panic!("{error:?}") };
    assert_eq!((error.offset(), error.parameter()), (Some(3), Some("To")));
    let error =
        validator().verify(URL, "To=%FE", Some("WU7qpHwqi9WD+g3phAyv7ptg3YA=")).unwrap_err();
    assert_eq!(error, VerifyError::SignatureMismatch);

    // The same over To with 70 000 letters a.
    let long = format!("To={}", "a".repeat(70_000));
    let signature = Some("jZQHhdJ3ilN5yrM8aCa6gSt0u1Q=");
    let error = validator().verify(URL, &long, signature).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
    let error = validator().verify(URL, long.clone() + "a", signature).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignatureMismatch);
    let wide = validator().with_max_body_bytes(100_000);
    assert!(wide.verify(URL, &long, signature).is_ok());
    let pairs = [("To", "a".repeat(70_000))];
    let error = validator().verify_params(URL, pairs.clone(), signature).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
    assert!(wide.verify_params(URL, pairs, signature).is_ok());
}

#[test]
fn the_limit_holds_for_the_query_of_a_get() {
    let url = format!("{URL}?To={}", "a".repeat(70_000));
    let signature = validator().sign_form(&url, "");
    let error = validator().verify(&url, "", Some(&signature)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
}

#[test]
fn a_body_of_separators_alone_brings_nothing_of_the_query() {
    let url = format!("{URL}?ReferCallStatus=in-progress");
    let signature = validator().sign_form(&url, "");
    let one = validator().verify(&url, "&&", Some(&signature)).unwrap();
    assert_eq!(one.outcome(), ReferOutcome::Unconfirmed);
}

#[test]
fn hostile_urls_are_a_plain_no() {
    let long = format!("https://{}/", "[".repeat(100_000));
    for url in [
        "",
        ":",
        "://",
        "https://",
        "https://@",
        "https://:",
        "https://[",
        "https://]:1",
        "https://[::1",
        "https://h:99999999999999999999/",
        "https://@@@:::@",
        "?",
        "#",
        "\0",
        "https://\u{202e}/",
        "é://h",
        "https://h/%",
        "https://h/?bodySHA256",
        "https://h/?CallToken",
        &long,
    ] {
        for validator in [validator(), validator().accept_encoded_spellings(true)] {
            assert!(!passes(&validator, url, SIGNATURE), "{url}");
            let own = validator.sign_form(url, BODY);
            let refuted = url.contains("bodySHA256");
            assert_eq!(passes(&validator, url, &own), !refuted, "{url}");
        }
    }
}
