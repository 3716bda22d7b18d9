//! `bodySHA256`: where it must stand, where it may, and that a wrong or second one is a no.

use super::*;

const JSON: &str = r#"{"property": "value", "boolean": true}"#;
const HASH: &str = "0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
const SIGNATURE: &str = "a9nBmqA0ju/hNViExpshrM61xv4=";

fn url() -> String {
    format!("{EXAMPLE_URL}&bodySHA256={HASH}")
}

/// A URL signed as Twilio would, whatever stands in its query.
fn signed(url: &str) -> String {
    validator().sign(url, [("", ""); 0])
}

#[test]
fn the_hash_stands_once_in_the_query_and_in_lower_case() {
    for url in [
        format!("{EXAMPLE_URL}&bodySHA256={HASH}&bodySHA256={HASH}"),
        format!("{EXAMPLE_URL}&bodySHA256={HASH}&bodySHA256="),
        format!("{EXAMPLE_URL}&bodySHA256&bodySHA256={HASH}"),
        format!("{EXAMPLE_URL}&bodySHA256={}", HASH.to_uppercase()),
        format!("{EXAMPLE_URL}&bodySHA256={HASH}0"),
        format!("{EXAMPLE_URL}&bodySHA256={}", HASH.trim_end_matches('0')),
        format!("{EXAMPLE_URL}&bodySHA256="),
        format!("{EXAMPLE_URL}&bodySHA256"),
        format!("{EXAMPLE_URL}&bodysha256={HASH}"),
        format!("{EXAMPLE_URL}&xbodySHA256={HASH}"),
        format!("{EXAMPLE_URL}#&bodySHA256={HASH}"),
        format!("https://mycompany.com/bodySHA256={HASH}"),
    ] {
        assert!(!validator().validate_raw(&url, JSON, Some(&signed(&url))), "{url}");
    }
    for url in [
        format!("https://mycompany.com/?bodySHA256={HASH}"),
        format!("https://mycompany.com:443/?bodySHA256={HASH}&b=1"),
    ] {
        assert!(validator().validate_raw(&url, JSON, Some(&signed(&url))), "{url}");
    }
}

#[test]
fn with_a_form_it_is_checked_where_it_stands() {
    let good = RequestValidator::url_with_body_sha256(EXAMPLE_URL, BODY);
    let signature = validator().sign_form(&good, BODY);
    assert!(validator().verify(Method::Post, &good, BODY, Some(&signature)).is_ok());
    let hash = good.strip_prefix(EXAMPLE_URL).unwrap();
    for bad in [url(), format!("{good}{hash}"), format!("{EXAMPLE_URL}&bodySHA256=")] {
        let signature = validator().sign_form(&bad, BODY);
        let error = validator().verify(Method::Post, &bad, BODY, Some(&signature)).unwrap_err();
        assert_eq!(error, VerifyError::SignatureMismatch, "{bad}");
    }
}

#[test]
fn a_signed_json_request_cannot_come_back_without_its_body() {
    for method in [Method::Get, Method::Post] {
        assert!(validator().verify(method, &url(), "", Some(SIGNATURE)).is_err());
    }
    assert!(validator().verify(Method::Post, &url(), JSON, Some(SIGNATURE)).is_err());
    let of_nothing = RequestValidator::url_with_body_sha256(EXAMPLE_URL, "");
    assert!(
        of_nothing.ends_with("=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    );
    assert!(validator().verify(Method::Post, &of_nothing, "", Some(&signed(&of_nothing))).is_ok());
}
