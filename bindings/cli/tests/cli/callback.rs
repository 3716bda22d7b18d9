//! `callback`.

use serde_json::{Value, json};

use crate::run::{file, run, run_with};

const BUSY: &str = "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486\
    &CallSid=CA1&Direction=inbound&From=sip%3Aalice%40example.com&SipHeader_X-Id=7&CallToken=s3cret";

#[test]
fn the_transfer_that_succeeded() {
    let body = "ReferCallStatus=in-progress&ReferSipResponseCode=202&NotifySipResponseCode=200";
    let json = run_with(&["callback", "-", "--json"], body).expect(0).json();
    assert_eq!(json["valid"], true);
    assert_eq!(json["refer_call_status"], "in-progress");
    assert_eq!(json["refer_sip_response_code"], 202);
    assert_eq!(json["notify_sip_response_code"], 200);
    assert_eq!(
        json["outcome"],
        json!({"kind": "transferred", "status": null, "code": null, "may_resume": false}),
    );
    for key in [
        "call_sid",
        "account_sid",
        "from",
        "to",
        "call_status",
        "direction",
        "api_version",
        "refer_transfer_target",
        "call_token",
    ] {
        assert_eq!(json.get(key), Some(&Value::Null), "{key}");
    }
    assert_eq!((&json["leg"], &json["problems"]), (&json!("unknown"), &json!([])));
    assert_eq!(json["params"][0], json!(["ReferCallStatus", "in-progress"]));
}

#[test]
fn the_typed_view_and_every_pair() {
    let json = run_with(&["callback", "--json"], BUSY).expect(0).json();
    assert_eq!(json["from"], "sip:alice@example.com");
    assert_eq!(json["leg"], "sip");
    assert_eq!(json["sip_headers"], json!([["X-Id", "7"]]));
    assert_eq!(json["params"].as_array().unwrap().len(), 8);
    assert_eq!(
        json["outcome"],
        json!({"kind": "target-failed", "status": "busy", "code": 486, "may_resume": true}),
    );
}

#[test]
fn a_call_token_is_shown_on_request_alone() {
    for arguments in [&["callback"][..], &["callback", "--json"]] {
        let hidden = run_with(arguments, BUSY).expect(0);
        assert!(!hidden.stdout.contains("s3cret"), "{}", hidden.stdout);
        assert!(hidden.stdout.contains("***"), "{}", hidden.stdout);
        let shown = run_with(&[arguments, &["--show-secrets"]].concat(), BUSY).expect(0);
        assert!(shown.stdout.contains("s3cret") && !shown.stdout.contains("***"));
    }
    let json = run_with(&["callback", "--json"], BUSY).expect(0).json();
    assert_eq!(json["call_token"], "***");
    assert_eq!(json["params"][7], json!(["CallToken", "***"]));
    let json = run_with(&["callback", "--json", "--show-secrets"], BUSY).expect(0).json();
    assert_eq!(json["call_token"], "s3cret");
    assert_eq!(json["params"][7], json!(["CallToken", "s3cret"]));
}

#[test]
fn no_error_shows_a_call_token() {
    for body in ["CallToken=s3cret%FF&A=1", "CallToken=s3cret&A=%FF", "%FFCallToken=s3cret"] {
        for arguments in [&["callback"][..], &["callback", "--json"]] {
            let refused = run_with(arguments, body).expect(1);
            let both = format!("{}{}", refused.stdout, refused.stderr);
            assert!(both.contains("request-not-utf8") && !both.contains("s3cret"), "{both}");
        }
    }
}

#[test]
fn one_question_mark_and_one_final_newline_are_dropped() {
    for (body, name, value) in [
        ("?A=1\n", "A", "1"),
        ("?A=1\r\n", "A", "1"),
        ("??A=1", "?A", "1"),
        ("A=1\n\n", "A", "1\n"),
        ("A=1\r", "A", "1\r"),
    ] {
        let json = run_with(&["callback", "--json"], body).expect(0).json();
        assert_eq!(json["params"], json!([[name, value]]), "{body:?}");
    }
}

#[test]
fn odd_values_have_diagnostics_and_cost_nothing() {
    let body = "ReferCallStatus=busy&NotifySipResponseCode=48x&CallSid=CA1&CallSid=CA2";
    let json = run_with(&["callback", "--json"], body).expect(0).json();
    assert_eq!(json["notify_sip_response_code"], Value::Null);
    let named: Vec<_> =
        json["problems"].as_array().unwrap().iter().map(|it| &it["parameter"]).collect();
    assert_eq!(named.len(), 2);
    assert!(named.contains(&&json!("NotifySipResponseCode")) && named.contains(&&json!("CallSid")));

    let path = file("callback-body", body);
    let shown = run(&["callback", &path]).expect(0);
    assert!(shown.stdout.starts_with("outcome: target-failed (busy)\n"), "{}", shown.stdout);
    assert!(shown.stderr.contains("warning[parameter-invalid]: 48x"), "{}", shown.stderr);
    assert!(shown.stderr.contains("= note: parameter CallSid"), "{}", shown.stderr);
}

#[test]
fn invalid_utf8_is_pointed_at() {
    let body = "A=1&B=ab%FFc&D=2";
    let shown = run_with(&["callback"], body).expect(1);
    assert_eq!(shown.stdout, "");
    assert_eq!(shown.pointed(), [("B=ab%FFc".to_owned(), 4)]);
    let json = run_with(&["callback", "--json"], body).expect(1).json();
    assert_eq!(json["valid"], false);
    let error = &json["error"];
    assert_eq!((&error["parameter"], &error["offset"]), (&json!("B"), &json!(8)));
}

#[test]
fn values_reach_a_terminal_without_control_characters() {
    let shown = run_with(&["callback"], "A=%1B%5B31m&%0Ab=1%C2%9B").expect(0);
    assert!(!shown.stdout.contains(['\u{1b}', '\u{9b}']), "{:?}", shown.stdout);
    assert!(shown.stdout.contains("\u{241b}[31m") && shown.stdout.contains("\u{240a}b"));
}

#[test]
fn a_request_that_is_not_of_a_refer_has_no_outcome() {
    for (body, may_resume) in [
        ("CallSid=CA1&Digits=1", Value::Null),
        ("CallSid=CA1&CallStatus=in-progress", json!(true)),
        ("CallSid=CA1&CallStatus=completed", json!(false)),
    ] {
        let json = run_with(&["callback", "--json"], body).expect(0).json();
        assert_eq!((&json["outcome"], &json["may_resume"]), (&Value::Null, &may_resume), "{body}");
        let shown = run_with(&["callback"], body).expect(0).stdout;
        assert!(shown.contains("this is not the action request of a <Refer>"), "{shown}");
        assert_eq!(shown.contains("the call: "), !may_resume.is_null(), "{shown}");
    }
}

#[test]
fn which_other_request_it_is() {
    for (body, which) in [
        ("CallSid=CA1&CallStatus=in-progress&Digits=1", "the action request of a <Gather>"),
        ("SpeechResult=yes&Confidence=0.9", "the action request of a <Gather>"),
        ("DialCallStatus=busy&CallStatus=in-progress", "the action request of a <Dial>"),
        ("DialCallStatus=completed&RecordingUrl=x&Digits=1", "the action request of a <Dial>"),
        ("RecordingUrl=x&RecordingSid=RE1&Digits=hangup", "the action request of a <Record>"),
        ("RecordingSid=RE1&RecordingStatus=completed", "a status callback of a recording"),
        ("ReferTransferTarget=sip%3Aa%40b&CallSid=CA1", "the referUrl of a <Dial>"),
        (
            "CallStatus=completed&CallbackSource=call-progress-events&SequenceNumber=3",
            "a status callback of a call",
        ),
        ("CallSid=CA1&ErrorCode=11200&ErrorUrl=x", "a fallback URL"),
        ("MessageSid=SM1&Body=hi", "about a message"),
        ("CallSid=CA1&CallStatus=ringing&From=%2B1", "a request for the document of a call"),
        ("", "it has no parameters at all"),
    ] {
        let shown = run_with(&["callback"], body).expect(0).stdout;
        let first = shown.lines().next().unwrap();
        assert!(first.contains("not the action request of a <Refer>"), "{first}");
        assert!(first.contains(which), "{body}: {first}");
    }
    // Nothing is said of a call about which nothing is known.
    let shown = run_with(&["callback"], "").expect(0).stdout;
    assert!(!shown.contains("the call:"), "{shown}");
}

#[test]
fn what_is_not_a_form_is_named() {
    for (input, what) in [
        (r#"{"ReferCallStatus": "busy", "ReferSipResponseCode": "202"}"#, "JSON"),
        ("{}", "JSON"),
        ("\n [\n  {\n    \"ReferCallStatus\": \"busy\"}]", "JSON"),
        ("\"ReferCallStatus=busy\"", "JSON"),
        ("{'ReferCallStatus': 'busy', 'CallToken': 's3cret'}", "a logged dictionary"),
        ("ImmutableMultiDict([('ReferCallStatus', 'busy')])", "a logged dictionary"),
        ("[Object: null prototype] {\n  ReferCallStatus: 'busy'\n}", "a logged dictionary"),
        ("INFO app: {'ReferCallStatus': 'busy'}", "a logged dictionary"),
        ("{\"ReferCallStatus\"=>\"busy\", \"CallSid\"=>\"CA1\"}", "a logged dictionary"),
        ("Parameters: {\"ReferCallStatus\"=>\"busy\"}", "a logged dictionary"),
        ("Array\n(\n    [ReferCallStatus] => busy\n)\n", "a logged dictionary"),
        ("array(2) {\n  [\"ReferCallStatus\"]=>\n  string(4) \"busy\"", "a logged dictionary"),
        ("map[ReferCallStatus:[busy] CallSid:[CA1]]", "a logged dictionary"),
        ("{ReferCallStatus=[busy], CallSid=[CA1]}", "a logged dictionary"),
        ("ReferCallStatus: busy\nReferSipResponseCode: 202\n", "a colon and a value"),
        ("ReferCallStatus: busy", "a colon and a value"),
        ("ReferCallStatus=busy\nReferSipResponseCode=202\nCallSid=CA1", "one pair a line"),
        ("<Response/>", "XML or HTML"),
        (
            "--x\r\nContent-Disposition: form-data; name=\"ReferCallStatus\"\r\n\r\nbusy\r\n--x--",
            "multipart/form-data",
        ),
        ("curl -X POST https://h/a --data 'ReferCallStatus=busy'", "a curl command"),
        ("https://voice.example.com/refer", "a URL without a query"),
        ("UmVmZXJDYWxsU3RhdHVzPWJ1c3kmUmVmZXJTaXBSZXNwb25zZUNvZGU9MjAy", "base64"),
        ("ReferCallStatus\tbusy\nReferSipResponseCode\t202\n", "without name=value pairs"),
        ("busy", "without name=value pairs"),
    ] {
        let shown = run_with(&["callback"], input).expect(1);
        assert_eq!(shown.stdout, "", "{input}");
        let says = format!("{what}, not a form: ");
        assert!(shown.stderr.contains(&says), "{input}: {}", shown.stderr);
        let json = run_with(&["callback", "--json"], input).expect(1).json();
        assert_eq!(json["error"]["kind"], "request-not-form", "{input}");
        assert!(!format!("{shown:?}{json}").contains("s3cret"), "{input}");
    }
}

#[test]
fn the_form_is_taken_out_of_what_was_copied() {
    let form = "ReferCallStatus=busy&A=1";
    for input in [
        format!("https://voice.example.com/refer?{form}\n"),
        format!("/refer?{form}"),
        format!("POST /refer HTTP/1.1\r\nHost: h\r\nContent-Type: x\r\n\r\n{form}"),
        format!("POST /refer?b=2 HTTP/1.1\nHost: h\n\n{form}\n"),
        format!("GET /refer?{form} HTTP/1.1\r\nHost: h\r\n\r\n"),
        format!("GET https://h/refer?{form} HTTP/1.1"),
        format!("Host: voice.example.com\r\nContent-Length: 24\r\n\r\n{form}"),
    ] {
        let json = run_with(&["callback", "--json"], &input).expect(0).json();
        let expected = json!([["ReferCallStatus", "busy"], ["A", "1"]]);
        assert_eq!(json["params"], expected, "{input}");
    }
    let head = "POST /refer HTTP/1.1\r\nHost: h\r\n\r\n";
    let json = run_with(&["callback", "--json"], format!("{head}{{\"A\":1}}")).expect(1).json();
    assert_eq!(json["error"]["kind"], "request-not-form");
}
