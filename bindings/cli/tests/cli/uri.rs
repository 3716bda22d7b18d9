//! `uri`.

use serde_json::{Value, json};

use crate::run::{command, feed, run, run_with};

#[test]
fn every_part_as_the_contract_names_it() {
    let input = "SIPS:alice:p%40w@[2001:db8::1]:5061;transport=tls;lr?X-A=a%20b&x%2Db=";
    let json = run(&["uri", input, "--json"]).expect(0).json();
    let Value::Object(mut json) = json else { panic!("an object") };
    let diagnostics = json.remove("diagnostics").unwrap();
    assert_eq!(
        Value::Object(json),
        json!({
            "input": input,
            "valid": true,
            "scheme": "SIPS",
            "user": "alice",
            "password": "p%40w",
            "host": "[2001:db8::1]",
            "port": 5061,
            "params": [["transport", "tls"], ["lr", null]],
            "headers": [["X-A", "a b"], ["x-b", ""]],
            "user_to_user": null,
        }),
    );
    let codes: Vec<_> = diagnostics.as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert_eq!(codes, ["password-in-uri"]);
    assert_eq!(diagnostics[0]["path"], "");
}

#[test]
fn what_is_absent_is_null() {
    let json = run(&["uri", "sip:example.com", "--json"]).expect(0).json();
    for key in ["user", "password", "port", "user_to_user"] {
        assert_eq!(json[key], Value::Null, "{key}");
    }
    for key in ["params", "headers", "diagnostics"] {
        assert_eq!(json[key], json!([]), "{key}");
    }
}

#[test]
fn user_to_user_is_typed() {
    let uri = "sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex";
    let json = run(&["uri", uri, "--json"]).expect(0).json();
    let user_to_user = &json["user_to_user"];
    assert_eq!(user_to_user["data"], "123456789");
    assert_eq!(user_to_user["encoding"], "hex");
    assert_eq!((&user_to_user["purpose"], &user_to_user["content"]), (&Value::Null, &Value::Null));
    assert_eq!(json["headers"], json!([["User-to-User", "123456789;encoding=hex"]]));
}

#[test]
fn any_invalid_one_makes_it_a_no() {
    let many =
        run(&["uri", "--json", "sip:a@example.com", "sip:", "tel:+1555", "sip:b@[::1]"]).expect(1);
    let lines = many.json_lines();
    assert_eq!(lines.iter().map(|it| &it["valid"]).collect::<Vec<_>>(), [true, false, false, true]);
    assert_eq!(lines[1]["input"], "sip:");
    assert_eq!(
        (&lines[1]["error"]["kind"], &lines[1]["error"]["offset"]),
        (&json!("uri-host-empty"), &json!(4))
    );
    assert_eq!(lines[2]["error"]["kind"], "uri-scheme-unsupported");
    assert_eq!(lines[1].as_object().unwrap().len(), 3);
    // Diagnostics change nothing.
    run(&["uri", "sip://bob@example.com?X-Twilio-A=1"]).expect(0);
}

#[test]
fn standard_input_brings_one_a_line() {
    let input = "sip:a@example.com\r\n\n \t\nsip:b@example.com:0\nsip:c@example.com";
    let lines = run_with(&["uri", "-", "--json"], input).expect(1).json_lines();
    let inputs: Vec<_> = lines.iter().map(|it| it["input"].as_str().unwrap()).collect();
    assert_eq!(inputs, ["sip:a@example.com", "sip:b@example.com:0", "sip:c@example.com"]);

    let shown = run_with(&["uri", "-"], input).expect(1);
    assert!(shown.stderr.contains("<stdin>:4:19"), "{}", shown.stderr);
    assert_eq!(shown.pointed(), [("sip:b@example.com:0".to_owned(), 18)]);
    assert_eq!(run_with(&["uri", "-"], "").expect(0).stdout, "");
}

#[test]
fn bytes_that_are_not_utf8_are_a_no_with_their_place() {
    let run = run_with(&["uri", "-", "--json"], b"sip:a\xffb@example.com\n").expect(1);
    let json = run.json();
    assert_eq!((&json["valid"], &json["error"]["offset"]), (&json!(false), &json!(5)));
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_utf8_is_a_no_too() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let mut command = command(&["uri", "--json"]);
    command.arg(OsStr::from_bytes(b"sip:a\xff@example.com"));
    assert_eq!(feed(command, b"").expect(1).json()["error"]["offset"], 5);
}

#[test]
fn people_see_parts_on_stdout_and_diagnostics_on_stderr() {
    let shown = run(&["uri", "sip:alice@example.com;lr?X-Twilio-A=b%0Ac"]).expect(0);
    for row in [
        "scheme        sip",
        "user          alice",
        "host          example.com",
        "parameter     lr",
    ] {
        assert!(shown.stdout.contains(row), "{row}: {}", shown.stdout);
    }
    assert!(shown.stdout.contains("header        X-Twilio-A: b\u{240a}c\n"), "{}", shown.stdout);
    assert!(shown.stderr.contains("warning[header-reserved]"), "{}", shown.stderr);
    assert!(shown.stderr.contains("error[header-injection]"), "{}", shown.stderr);
}

#[test]
fn control_characters_never_reach_a_terminal() {
    let shown = run(&["uri", "sip:a\u{1b}[31m\u{9b}\u{202e}@example.com"]).expect(1);
    assert!(!shown.stderr.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{:?}", shown.stderr);
    assert_eq!(shown.pointed()[0].1, 5);
}
