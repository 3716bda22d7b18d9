//! The HTTP side of verifying, where the vectors do not reach: the lines for the log, headers that are not
//! text, and the parameters of a servlet.

use super::*;

const TARGET: &str = "/refer?CallToken=s3cret";

fn verifier(origin: Origin) -> HttpVerifier {
    let validator = validator().with_public_base("https://voice.example.com").unwrap();
    HttpVerifier::new(validator, origin).unwrap()
}

fn signed() -> String {
    let behind = validator().with_public_base("https://voice.example.com").unwrap();
    behind.sign_form(TARGET, BODY)
}

#[test]
fn a_line_for_the_log_says_what_to_change() {
    let signature = signed();
    let sent = ("X-Twilio-Signature", signature.as_str());
    let line = |origin, method, target, headers: &[(&'static str, &str)]| {
        let headers = headers.iter().copied();
        let request = HttpRequest::new(method, target, headers, BODY.as_bytes());
        verifier(origin).diagnose(&request)
    };
    let (base, host) = (Origin::PublicBase, Origin::Host { https: true });
    for (line, expected) in [
        (line(base, "POST", TARGET, &[sent]), ""),
        (line(base, "POST", TARGET, &[]), "403 to POST /refer: missing signature: pass"),
        (
            line(base, "POST", TARGET, &[sent, sent]),
            "403 to POST /refer: the header X-Twilio-Signature is there twice",
        ),
        (line(base, "POST", "/refer", &[sent]), "403 to POST /refer: no near miss matches"),
        (
            line(base, "POST", "*", &[sent]),
            "403 to POST *: invalid URL: with a public base, pass the request target",
        ),
        (
            line(base, "PUT", TARGET, &[sent]),
            "405 to PUT /refer: the method is not accepted: use POST",
        ),
        (
            line(base, "POST", TARGET, &[("Content-Length", "65537")]),
            "413 to POST /refer: the request is larger",
        ),
        (
            line(base, "POST", TARGET, &[("Content-Length", "x")]),
            "400 to POST /refer: the request cannot be read",
        ),
        (line(host, "POST", TARGET, &[sent]), "403 to POST /refer: invalid host of the request"),
        (
            line(host, "POST", TARGET, &[sent, ("Host", "h/x")]),
            "403 to POST /refer: invalid host of the request",
        ),
        (
            line(host, "POST", "refer", &[sent, ("Host", "h")]),
            "403 to POST refer: invalid request target",
        ),
        (
            line(Origin::Forwarded, "POST", TARGET, &[sent, ("X-Forwarded-Proto", "ftp")]),
            "403 to POST /refer: invalid X-Forwarded-Proto",
        ),
        (line(host, "POST", TARGET, &[sent, ("Host", "voice.example.com:8080")]), ""),
        (
            line(
                Origin::Host { https: false },
                "POST",
                TARGET,
                &[sent, ("Host", "voice.example.com")],
            ),
            "403 to POST /refer: the signature matches with https instead of http",
        ),
        (line(base, "P\n\u{1b}", "/a\n\u{1b}b?c", &[sent]), "405 to P\\n\\u{1b} /a\\n\\u{1b}b: "),
    ] {
        assert!(line.starts_with(expected) && line.is_empty() == expected.is_empty(), "{line}");
        for secret in [TOKEN, "s3cret", "CallToken", &signature, "alice"] {
            assert!(!line.contains(secret), "{line}");
        }
    }
    let long = "/x".repeat(10_000);
    assert!(line(base, "PUT", &long, &[]).len() < 200);
}

#[test]
fn the_hints_for_a_get_are_those_of_a_get() {
    let target = "/refer?a=1&b=2";
    let signature = validator().sign("https://voice.example.com/refer?b=2&a=1", [("", ""); 0]);
    let headers = [("X-Twilio-Signature", signature.as_str())];
    let request = HttpRequest::new("GET", target, headers, b"");
    let line =
        verifier(Origin::PublicBase).with_allowed_methods(AllowedMethods::Get).diagnose(&request);
    assert!(line.starts_with("403 to GET /refer: the signature matches with the query"), "{line}");
    let signature = validator().sign_form(&format!("https://voice.example.com{target}"), BODY);
    let headers = [("X-Twilio-Signature", signature.as_str())];
    let request = HttpRequest::new("GET", target, headers, BODY.as_bytes());
    let line =
        verifier(Origin::PublicBase).with_allowed_methods(AllowedMethods::Get).diagnose(&request);
    assert!(line.contains("matches for POST"), "{line}");
}

#[test]
fn a_header_that_is_not_text_is_not_trusted() {
    let signature = signed();
    let signed: (&str, &[u8]) = ("x-twilio-signature", signature.as_bytes());
    let status = |origin, headers: Vec<(&str, &[u8])>| {
        let request = HttpRequest::new("POST", TARGET, headers, BODY.as_bytes());
        verifier(origin).verify(&request).map_or_else(HttpRejection::status, |_| 200)
    };
    let host = Origin::Host { https: true };
    let bad: &[u8] = b"voice.example.com\xff";
    assert_eq!(status(Origin::PublicBase, vec![signed, ("Cookie", bad)]), 200);
    assert_eq!(status(Origin::PublicBase, vec![("X-Twilio-Signature", b"\xff")]), 403);
    assert_eq!(status(host, vec![signed, ("Host", b"voice.example.com")]), 200);
    assert_eq!(status(host, vec![signed, ("Host", bad)]), 403);
    assert_eq!(status(Origin::Forwarded, vec![signed, ("Host", bad)]), 403);
    assert_eq!(status(Origin::PublicBase, vec![signed, ("Content-Length", b"1\xff")]), 400);
}

#[test]
fn the_parameters_of_a_servlet_are_verified_for_any_origin() {
    let (path, query) = ("/refer?CallSid=CA1", ("CallSid", "CA1"));
    let signature =
        validator().sign("https://voice.example.com/refer?CallSid=CA1", [("To", "J\u{fc}rgen")]);
    let signed = ("X-Twilio-Signature", signature.as_str());
    let host = ("Host", "voice.example.com");
    let check = |verifier: HttpVerifier, headers: &[(&'static str, &str)], to| {
        let params = [query, ("To", to)];
        let request = HttpRequest::from_servlet_params(path, headers.iter().copied(), params);
        let status = verifier.verify(&request).map_or_else(HttpRejection::status, |_| 200);
        (status, verifier.diagnose(&request))
    };
    let accepted = (200, String::new());
    let https = Origin::Host { https: true };
    assert_eq!(check(verifier(Origin::PublicBase), &[signed], "J\u{fc}rgen"), accepted);
    assert_eq!(check(verifier(https), &[signed, host], "J\u{fc}rgen"), accepted);

    let line = |(status, line): (u16, String), expected, part: &str| {
        assert_eq!((status, line.contains(part)), (expected, true), "{line}");
        assert!(!line.contains("body is empty") && !line.contains("rgen"), "{line}");
    };
    // As ISO 8859-1.
    let decoded = check(verifier(https), &[signed, host], "J\u{c3}\u{bc}rgen");
    line(decoded, 403, "; something parsed the form before it was verified: ");
    let http = verifier(Origin::Host { https: false });
    let scheme = check(http, &[signed, host], "J\u{fc}rgen");
    assert!(!scheme.1.contains("something parsed"), "{}", scheme.1);
    line(scheme, 403, "matches with https instead of http");
    let get = verifier(https).with_allowed_methods(AllowedMethods::Get);
    line(
        check(get, &[signed, host], ""),
        405,
        "405 to POST /refer: the method is not accepted: use GET",
    );
    let small = validator().with_max_body_bytes(5);
    let small = HttpVerifier::new(small, https).unwrap();
    line(check(small, &[signed, host], "J\u{fc}rgen"), 413, "larger than the limit");
}

#[test]
fn the_account_that_a_servlet_claims_is_that_of_its_form() {
    let claimed = |target, params: &[(&str, &str)]| {
        let params = params.iter().copied();
        HttpRequest::from_servlet_params(target, [("", ""); 0], params).claimed_account_sid()
    };
    let (of_query, of_form) = (("AccountSid", "AC1"), ("AccountSid", "AC2"));
    assert_eq!(claimed("/?AccountSid=AC1", &[of_query, of_form]).as_deref(), Some("AC2"));
    assert_eq!(claimed("/?AccountSid=AC1", &[of_query]), None);
    assert_eq!(HttpRequest::new("POST", "/", [("", ""); 0], b"").claimed_account_sid(), None);
}

#[test]
fn the_size_is_checked_before_the_signature_and_may_be_the_limit() {
    let limited =
        HttpVerifier::new(validator().with_max_body_bytes(5), Origin::Host { https: true });
    let status = |headers: &[(&'static str, &str)], body| {
        let request = HttpRequest::new("POST", TARGET, headers.iter().copied(), body);
        limited.as_ref().unwrap().verify(&request).unwrap_err().status()
    };
    assert_eq!(status(&[], b"a=1234"), 413);
    assert_eq!(status(&[], b"a=123"), 403);
    assert_eq!(status(&[("Content-Length", "6")], b""), 413);
    assert_eq!(status(&[("Content-Length", "5")], b"a=123"), 403);
}

#[test]
fn a_request_shows_its_path_alone() {
    let headers = [("X-Twilio-Signature", "s3cret")];
    let request = HttpRequest::new("POST", TARGET, headers, b"CallToken=s3cret");
    assert_eq!(format!("{request:?}"), r#"HttpRequest { method: "POST", path: "/refer", .. }"#);
}

#[test]
fn a_body_that_ended_early_is_answered_400_after_the_method() {
    let status = |method| {
        let request = HttpRequest::incomplete(method, TARGET, [("Content-Length", "5")]);
        let rejection = verifier(Origin::PublicBase).verify(&request).unwrap_err();
        (rejection.status(), verifier(Origin::PublicBase).diagnose(&request))
    };
    let line = "400 to POST /refer: the body ended early, or is malformed";
    assert_eq!(status("POST"), (400, line.to_owned()));
    assert_eq!(status("GET").0, 405);
}

#[test]
fn the_query_that_a_servlet_adds_is_not_limited() {
    let url = "https://voice.example.com/refer?a=1234567890";
    let limited = validator().with_max_body_bytes(4);
    let verified = |form: &[(&'static str, &str)]| {
        let signature = validator().sign(url, form.iter().copied());
        let map = form.iter().copied().chain([("a", "1234567890")]);
        limited.verify_servlet_params(url, map, Some(&signature))
    };
    assert_eq!(verified(&[("b", "12")]).unwrap().to_form(), "b=12");
    assert_eq!(verified(&[("b", ""), ("c", "1")]).unwrap().params().len(), 2);
    let error = verified(&[("b", "1234")]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
    // Less than the query is not what was signed.
    let signature = validator().sign(url, [("b", "12")]);
    let wrong = limited.verify_servlet_params(url, [("b", "12"), ("b", "12")], Some(&signature));
    assert_eq!(wrong.unwrap_err().kind(), ErrorKind::RequestTooLarge);
    let changed = limited.verify_servlet_params(url, [("b", "13")], Some(&signature));
    assert_eq!(changed.unwrap_err(), VerifyError::SignatureMismatch);
}
