//! How verifying fails and in which order, rotation of auth tokens, and malformed signatures.

use super::*;

const URL: &str = "https://voice.example.com/refer";
const SIGNATURE: &str = "O15dENaal3IO/3sC6RgDyUBKbg4=";

/// A signature covers no method: what was signed as one must not be read as the other.
#[test]
fn a_request_is_not_recast_as_another_method() {
    let attackers = "https://voice.example.com/refer?A=ReferCallStatusin-progress";
    // A POST with an empty form, whose query somebody chose, comes back as a GET…
    let signature = validator().sign_form(attackers, "");
    let empty = validator().verify(Method::Post, attackers, "", Some(&signature)).unwrap();
    assert_eq!((empty.params().len(), empty.outcome()), (0, None));
    assert_eq!(
        validator().verify_params(attackers, [("", ""); 0], Some(&signature)).unwrap(),
        empty
    );
    // …and a GET with its query as the body of a POST.
    let get = "https://voice.example.com/refer?A=1&ReferCallStatus=in-progress";
    let signature = validator().sign_form(get, "");
    let (url, query) = get.split_once("?A=").unwrap();
    for body in
        [&format!("?A={}", query.replace('=', "%3D")), query, "?A=1%26ReferCallStatus=in-progress"]
    {
        let recast = validator().verify(Method::Get, url, body, Some(&signature));
        assert_eq!(recast.unwrap_err(), VerifyError::SignatureMismatch, "{body}");
    }
    let body = "x=1";
    let signed = validator().sign_form(URL, body);
    let error = validator().verify(Method::Get, URL, body, Some(&signed)).unwrap_err();
    assert_eq!(error, VerifyError::SignatureMismatch);
}

#[test]
fn the_query_of_a_post_is_not_mixed_in() {
    let url = "https://voice.example.com/refer?ReferCallStatus=in-progress&x=1";
    let signature = validator().sign_form(url, BODY);
    let one = validator().verify(Method::Post, url, BODY, Some(&signature)).unwrap();
    assert_eq!(one, request(BODY));
    assert_eq!(one.param("x"), None);
}

#[test]
fn what_is_not_a_signature_is_refused() {
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
        let error = validator().verify(Method::Post, URL, BODY, bad).unwrap_err();
        let expected = match bad {
            None | Some("") => VerifyError::SignatureMissing,
            _ => VerifyError::SignatureMismatch,
        };
        assert_eq!(error, expected, "{bad:?}");
        assert!(!validator().validate(URL, request(BODY).params(), bad));
        assert!(!validator().validate_raw(URL, BODY, bad));
    }
}

#[test]
fn any_of_several_auth_tokens_may_have_signed() {
    let rotating = RequestValidator::new("new")
        .unwrap()
        .with_auth_token("newer")
        .unwrap()
        .with_auth_token(TOKEN)
        .unwrap();
    assert!(passes(&rotating, URL, SIGNATURE));
    assert!(passes(&rotating, "https://voice.example.com:8443/refer", SIGNATURE));
    for signed in ["new", "newer"] {
        let signature = RequestValidator::new(signed).unwrap().sign_form(URL, BODY);
        assert!(passes(&rotating, URL, &signature), "{signed}");
    }
    let other = RequestValidator::new("older").unwrap().sign_form(URL, BODY);
    assert!(!passes(&rotating, URL, &other));
    assert_eq!(
        rotating.sign_form(URL, BODY),
        RequestValidator::new("new").unwrap().sign_form(URL, BODY)
    );
}

#[test]
fn the_signature_is_checked_before_the_text() {
    // HMAC-SHA1 by Python's hmac over the URL and To with the byte FF.
    let signature = Some("WU7qpHwqi9WD+g3phAyv7ptg3YA=");
    let error = validator().verify(Method::Post, URL, "To=%FF", signature).unwrap_err();
    assert_eq!(
        (error.kind(), error.kind().as_str()),
        (ErrorKind::RequestNotUtf8, "request-not-utf8")
    );
    let VerifyError::Request(error) = error else { panic!("{error:?}") };
    assert_eq!((error.offset(), error.parameter()), (Some(3), Some("To")));
    let error = validator().verify(Method::Post, URL, "To=%FE", signature).unwrap_err();
    assert_eq!(error, VerifyError::SignatureMismatch);
}

#[test]
fn the_size_is_checked_before_the_signature() {
    // By Python's hmac, over To with 70 000 letters a.
    let signature = Some("jZQHhdJ3ilN5yrM8aCa6gSt0u1Q=");
    let (value, long) = ("a".repeat(70_000), format!("To={}", "a".repeat(70_000)));
    let pairs = [("To", value.as_str())];
    for signature in [signature, Some("c2lnbmF0dXJl"), Some("not base64"), None] {
        for method in [Method::Post, Method::Get] {
            let error = validator().verify(method, URL, &long, signature).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
        }
        let error = validator().verify_params(URL, pairs, signature).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
        assert!(!validator().validate(URL, pairs, signature));
        let url = format!("{URL}?{long}");
        let error = validator().verify(Method::Get, &url, "", signature).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
    }
    let wide = validator().with_max_body_bytes(100_000);
    assert!(wide.verify(Method::Post, URL, &long, signature).is_ok());
    assert!(wide.verify_params(URL, pairs, signature).is_ok());
    let error = wide.verify(Method::Post, URL, long + "a", signature).unwrap_err();
    assert_eq!(error, VerifyError::SignatureMismatch);
}

#[test]
fn a_body_of_separators_alone_brings_nothing_of_the_query() {
    let url = format!("{URL}?ReferCallStatus=in-progress");
    let signature = validator().sign_form(&url, "");
    let one = validator().verify(Method::Post, &url, "&&", Some(&signature)).unwrap();
    assert_eq!((one.params().len(), one.outcome()), (0, None));
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
        for validator in [validator(), validator().with_encoded_spellings(true)] {
            assert!(!passes(&validator, url, SIGNATURE), "{url}");
            let own = validator.sign_form(url, BODY);
            let refuted = url.contains("bodySHA256") || url.contains('#');
            assert_eq!(passes(&validator, url, &own), !refuted, "{url}");
        }
    }
}
