//! `sign` and `verify`, with Twilio's own vectors, and where tokens come from.

use serde_json::{Value, json};

use crate::run::{Run, command, feed, file, run, run_token, run_with};

const URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
const FORM: &str = "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234\
    &From=%2B14158675309&To=%2B18005551212";
const SHA1: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
const SHA1_WITH_PORT: &str = "kvajT1Ptam85bY51eRf/AJRuM3w=";
const SHA256: &str = "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=";
const RAW: &str = "{\"property\": \"value\", \"boolean\": true}";
const RAW_URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2\
    &bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
const RAW_SHA1: &str = "a9nBmqA0ju/hNViExpshrM61xv4=";

fn verify(url: &str, signature: &str, more: &[&str]) -> Run {
    run_token(&[&["verify", "--url", url, "--signature", signature], more].concat(), FORM)
}

#[test]
fn twilios_vectors_are_signed() {
    let sign = |more: &[&str], input: &str| {
        run_token(&[&["sign", "--url"], more].concat(), input).expect(0).stdout
    };
    assert_eq!(sign(&[URL, "--body", "-"], FORM), format!("{SHA1}\n"));
    assert_eq!(sign(&[URL, "--body", "-", "--algorithm", "sha256"], FORM), format!("{SHA256}\n"));
    assert_eq!(sign(&[RAW_URL, "--json-body", "-"], RAW), format!("{RAW_SHA1}\n"));
    let path = file("sign-form", FORM);
    assert_eq!(sign(&[URL, "--body", &path], ""), format!("{SHA1}\n"));
    let json = run_token(&["sign", "--url", URL, "--body", "-", "--json"], FORM).expect(0).json();
    assert_eq!(json["signature"], SHA1);
}

#[test]
fn a_body_that_is_no_form_needs_its_hash_in_the_url() {
    let signed = run_token(&["sign", "--url", URL, "--json-body", "-"], RAW).expect(0);
    assert_eq!(signed.stdout, format!("{RAW_SHA1}\n"));
    assert!(signed.stderr.contains(RAW_URL), "{}", signed.stderr);

    let verify = |url: &str, body: &str| {
        run_token(&["verify", "--url", url, "--signature", RAW_SHA1, "--json-body", "-"], body)
    };
    verify(RAW_URL, RAW).expect(0);
    verify(RAW_URL, &RAW.replace("true", "null")).expect(1);
    let without = verify(URL, RAW).expect(1);
    assert!(without.stderr.contains("bodySHA256"), "{}", without.stderr);
}

#[test]
fn a_good_signature_is_a_yes() {
    let yes = verify(URL, SHA1, &["--body", "-"]).expect(0);
    assert_eq!((yes.stdout.as_str(), yes.stderr.as_str()), ("valid\n", ""));
    verify(URL, SHA1_WITH_PORT, &["--body", "-"]).expect(0);
    verify(URL, SHA256, &["--body", "-", "--algorithm", "sha256"]).expect(0);
    let json = verify(URL, SHA1, &["--body", "-", "--json"]).expect(0).json();
    assert_eq!((&json["valid"], &json["tried"]), (&json!(true), &Value::Null));
}

#[test]
fn any_other_signature_is_a_no_with_advice() {
    let almost = SHA1.replace('8', "9");
    for signature in [almost.as_str(), "?", SHA256, "-1", &"A".repeat(5000)] {
        let no = verify(URL, signature, &["--body", "-"]).expect(1);
        assert_eq!(no.stdout, "");
        assert!(no.stderr.contains("check the auth token"), "{}", no.stderr);
        assert!(no.stderr.contains("public base") && no.stderr.contains("--explain"));
        let json = verify(URL, signature, &["--body", "-", "--json"]).expect(1).json();
        assert_eq!((&json["valid"], &json["tried"]), (&json!(false), &Value::Null));
    }
    let missing = verify(URL, "", &["--body", "-", "--json"]).expect(1).json();
    assert_eq!(missing["error"]["kind"], "signature-missing");
    // The caller pins the algorithm.
    verify(URL, SHA256, &["--body", "-"]).expect(1);
    for url in ["", "://", "https://", "\u{1b}"] {
        verify(url, SHA1, &["--body", "-"]).expect(1);
    }
}

#[test]
fn a_public_base_replaces_what_a_proxy_left() {
    let seen = "http://10.0.0.7:8080/myapp.php?foo=1&bar=2";
    verify(seen, SHA1, &["--body", "-"]).expect(1);
    verify(seen, SHA1, &["--body", "-", "--public-base", "https://mycompany.com"]).expect(0);
    let target = "/myapp.php?foo=1&bar=2";
    verify(target, SHA1, &["--body", "-", "--public-base", "https://mycompany.com/"]).expect(0);
    verify(target, SHA1, &["--body", "-", "--public-base", "https://mycompany.com/tw"]).expect(1);
    let refused = verify(seen, SHA1, &["--body", "-", "--public-base", "mycompany"]).expect(2);
    assert!(refused.stderr.contains("expected scheme, host"), "{}", refused.stderr);
}

#[test]
fn a_near_miss_is_named() {
    let kinds = |url: &str, options: &[&str]| {
        let json = verify(url, SHA1, &[options, &["--json"]].concat()).json();
        let hints = json["hints"].as_array().unwrap().clone();
        hints.into_iter().map(|hint| hint["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(URL, &["--body", "-"]), [""; 0]);
    assert_eq!(kinds(&URL.replace("https", "http"), &["--body", "-"]), ["scheme"]);
    assert_eq!(
        kinds("https://mycompany.com/myapp.php?bar=2&foo=1", &["--body", "-"]),
        ["query-order"]
    );
    assert_eq!(kinds(URL, &["--body", "-", "--method", "GET"]), ["method"]);
    assert_eq!(kinds("/myapp.php?foo=1&bar=2", &["--body", "-"]), ["url"]);
    let shown = verify(&format!("{URL}#top"), SHA1, &["--body", "-"]).expect(1);
    assert!(shown.stderr.contains("without the fragment"), "{}", shown.stderr);

    let other = RAW.replace("true", "null");
    let raw = ["verify", "--url", RAW_URL, "--signature", RAW_SHA1, "--json-body", "-", "--json"];
    let json = run_token(&raw, &other).expect(1).json();
    let [hint] = json["hints"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!(hint["kind"], "body-hash");
}

#[test]
fn encoded_spellings_are_accepted_on_request_alone() {
    let sign = ["sign", "--url", "https://example.com/r?To=sip%3Aa%40example.com"];
    let signature = run_token(&sign, "").expect(0).stdout;
    let seen = "https://example.com/r?To=sip:a@example.com";
    let verify = ["verify", "--url", seen, "--signature", signature.trim_end()];
    run_token(&verify, "").expect(1);
    run_token(&[&verify[..], &["--accept-encoded-spellings"]].concat(), "").expect(0);
}

#[test]
fn explaining_lists_what_was_tried_and_no_secret() {
    let parameters = "CallSidCA1234567890ABCDECaller+14158675309Digits1234\
        From+14158675309To+18005551212";
    let port = "https://mycompany.com:443/myapp.php?foo=1&bar=2";
    let json = verify(URL, "bm8=", &["--body", "-", "--json", "--explain"]).expect(1).json();
    assert_eq!(
        json["tried"],
        json!([
            {"url": URL, "hashed": format!("{URL}{parameters}")},
            {"url": port, "hashed": format!("{port}{parameters}")},
        ]),
    );
    let shown = verify(URL, "bm8=", &["--body", "-", "--explain"]).expect(1);
    for text in [URL, port, parameters] {
        assert!(shown.stdout.contains(text), "{text}: {}", shown.stdout);
    }
    let both = format!("{}{}", shown.stdout, shown.stderr);
    assert!(!both.contains("12345\n") && !both.contains(SHA1), "{both}");
}

/// A signature covers no method: a POST cut at one of its parameters would be a GET of the same bytes.
#[test]
fn the_method_is_that_of_the_route() {
    let post = "https://mycompany.com/choice";
    let form = "Digits=1%3FReferCallStatus%3Dbusy";
    let signature = run_token(&["sign", "--url", post, "--body", "-"], form).expect(0).stdout;
    let get = "https://mycompany.com/choiceDigits1?ReferCallStatus=busy";
    let verify = |url: &str, body: &str, more: &[&str]| {
        let verify = ["verify", "--url", url, "--signature", signature.trim_end(), "--json"];
        run_token(&[&verify[..], more].concat(), body)
    };
    verify(post, form, &["--body", "-"]).expect(0);
    verify(post, form, &["--body", "-", "--method", "POST"]).expect(0);
    verify(get, "", &["--method", "GET"]).expect(0);
    // What the route is not: a GET has no body, and an empty body is an empty form, not a GET.
    for (url, body, more) in [
        (post, form, &["--body", "-", "--method", "GET"][..]),
        (get, form, &["--body", "-", "--method", "GET"]),
    ] {
        let no = verify(url, body, more).expect(1).json();
        assert_eq!(no["error"]["kind"], "signature-mismatch");
    }
    verify(post, form, &["--body", "-", "--method", "post"]).expect(2);
    verify(post, form, &["--body", "-", "--method", "DELETE"]).expect(2);
    let raw = ["verify", "--url", RAW_URL, "--signature", RAW_SHA1, "--json-body", "-", "--method"];
    run_token(&[&raw[..], &["POST"]].concat(), RAW).expect(0);
    run_token(&[&raw[..], &["GET"]].concat(), RAW).expect(1);
}

/// A request target has no fragment: whatever follows `#` in a Host header is foreign.
#[test]
fn a_fragment_is_signed_away_and_never_verified_away() {
    let with = [URL, "#top"].concat();
    let sign = ["sign", "--url", &with, "--body", "-"];
    assert_eq!(run_token(&sign, FORM).expect(0).stdout, format!("{SHA1}\n"));
    let no = verify(&with, SHA1, &["--body", "-", "--json"]).expect(1).json();
    assert_eq!(no["error"]["kind"], "signature-mismatch");
}

#[test]
fn a_get_brings_its_parameters_in_the_url() {
    let url = "https://mycompany.com/refer?ReferCallStatus=busy";
    let signature = run_token(&["sign", "--url", url], "").expect(0).stdout;
    run_token(&["verify", "--url", url, "--signature", signature.trim_end()], "").expect(0);
}

#[test]
fn a_signed_body_that_cannot_be_read_has_its_own_error() {
    let body = "A=1&B=%FF";
    let signature = run_token(&["sign", "--url", URL, "--body", "-"], body).expect(0).stdout;
    let arguments = ["verify", "--url", URL, "--signature", signature.trim_end(), "--body", "-"];
    let shown = run_token(&arguments, body).expect(1);
    assert!(shown.stderr.contains("request-not-utf8"), "{}", shown.stderr);
    let json = run_token(&[&arguments[..], &["--json"]].concat(), body).expect(1).json();
    assert_eq!(
        (&json["valid"], &json["error"]["kind"]),
        (&json!(false), &json!("request-not-utf8"))
    );
}

#[test]
fn tokens_come_from_files_and_any_may_have_signed() {
    let (old, new) = (file("token-old", "12345\n"), file("token-new", "67890\r\n"));
    let path = file("token-form", FORM);
    let sign = ["sign", "--url", URL, "--body", &path];
    let with = |files: &[&str]| {
        let options: Vec<&str> = files.iter().flat_map(|file| ["--token-file", file]).collect();
        run_with(&[&sign[..], &options].concat(), "12345")
    };
    assert_eq!(with(&[&old]).expect(0).stdout, format!("{SHA1}\n"));
    assert_eq!(with(&["-"]).expect(0).stdout, format!("{SHA1}\n"));
    // The first one signs.
    assert_ne!(with(&[&new, &old]).expect(0).stdout, format!("{SHA1}\n"));

    let verify = ["verify", "--url", URL, "--signature", SHA1, "--body", &path];
    run(&[&verify[..], &["--token-file", &new]].concat()).expect(1);
    run(&[&verify[..], &["--token-file", &new, "--token-file", &old]].concat()).expect(0);
    // Only one line end is dropped, and a file goes before the environment.
    let blank = file("token-blank", "12345\n\n");
    run_token(&[&verify[..], &["--token-file", &blank]].concat(), "").expect(1);
}

#[test]
fn without_a_token_it_is_wrong_usage() {
    let empty = file("token-empty", "\n");
    let ill = file("token-ill", b"\xff");
    let large = file("token-large", "a".repeat(5000));
    for more in [
        &[][..],
        &["--token-file", "/nonexistent/token"],
        &["--token-file", &empty],
        &["--token-file", &ill],
        &["--token-file", &large],
        &["--token-file", "/dev/zero"],
        &["--token-file", "-", "--body", "-"],
        &["--token-file", "-", "--token-file", "-"],
    ] {
        for command in [&["sign"][..], &["verify", "--signature", SHA1]] {
            run_with(&[command, &["--url", URL, "--json"], more].concat(), "12345").expect(2);
        }
    }
    let mut empty = command(&["sign", "--url", URL]);
    empty.env("TWILIO_AUTH_TOKEN", "");
    let refused = feed(empty, b"").expect(2);
    assert!(refused.stderr.contains("TWILIO_AUTH_TOKEN"), "{}", refused.stderr);
}

#[test]
fn a_token_is_never_shown() {
    let secret = "s3cret-0123456789";
    let path = file("token-secret", secret);
    for arguments in [
        &["sign", "--help"][..],
        &["verify", "--help"],
        &["--help"],
        &["sign", "--url", URL, "--token-file", &path],
        &["verify", "--url", URL, "--signature", "bm8=", "--explain"],
        &["verify", "--url", URL, "--signature", "bm8=", "--json", "--explain"],
        &["verify", "--url", URL],
        &["sign", "--url", URL, "--token=s3cret-0123456789"],
        &["rest", "x", "--account", "y", "--url", "z", "--curl"],
        &["simulate", "http://127.0.0.1:1/", "--token-file", &path],
        &["simulate", "http://127.0.0.1:1/", "--json"],
        &["man", "sign"],
        &["completions", "bash"],
    ] {
        let mut command = command(arguments);
        command.env("TWILIO_AUTH_TOKEN", secret);
        let run = feed(command, b"");
        assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
    }
    for option in ["--token", "--auth-token"] {
        run(&["sign", "--url", URL, option, secret]).expect(2);
    }
}
