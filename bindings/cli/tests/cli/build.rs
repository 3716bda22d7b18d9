//! `build`.

use serde_json::json;

use crate::run::{file, run, run_with};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

#[test]
fn twilios_user_to_user_example() {
    let json = run(&[
        "build",
        "sip:alice@example.com",
        "--action",
        "/handleRefer",
        "--method",
        "POST",
        "--uui",
        "123456789",
        "--uui-encoding",
        "hex",
        "--json",
    ])
    .expect(0)
    .json();
    let uri = "sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex";
    assert_eq!(
        json["twiml"],
        format!(
            "{HEAD}<Response><Refer action=\"/handleRefer\" method=\"POST\">\
             <Sip>{uri}</Sip></Refer></Response>"
        ),
    );
    assert_eq!(json["uri"], uri);
    // Nine digits are no whole bytes.
    assert_eq!(json["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(json["diagnostics"][0]["code"], "uui-odd-hex");
    assert_eq!(json["diagnostics"][0]["severity"], "warning");
    assert_eq!(json["diagnostics"][0]["path"], "Response/Refer[0]/Sip");
    for key in ["number", "line", "column", "error"] {
        assert!(json["diagnostics"][0][key].is_null(), "{key}");
    }
}

#[test]
fn twilios_first_example_pretty() {
    let built = run(&["build", "sip:alice@example.com", "--pretty"]).expect(0);
    let lines = [
        HEAD,
        "<Response>",
        "    <Refer>",
        "        <Sip>sip:alice@example.com</Sip>",
        "    </Refer>",
        "</Response>",
        "",
    ];
    assert_eq!(built.stdout, lines.join("\n"));
    // Only worth a note, and not on standard output.
    assert!(built.stderr.starts_with("note[no-action]: "), "{}", built.stderr);
}

#[test]
fn headers_are_given_decoded_and_verbs_stand_before() {
    let built = run(&[
        "build",
        "sip:alice@example.com",
        "--header",
        "X-AcctNumber=123456",
        "--header",
        "X-Reason=a b=c;é",
        "--header",
        "X-Empty=",
        "--say",
        "One & two",
        "--say",
        "three",
        "--action",
        "https://example.com/a?b=1&c=2",
        "--method",
        "GET",
    ])
    .expect(0);
    assert_eq!(built.stderr, "");
    assert_eq!(
        built.stdout,
        format!(
            "{HEAD}<Response><Say>One &amp; two</Say><Say>three</Say>\
             <Refer action=\"https://example.com/a?b=1&amp;c=2\" method=\"GET\">\
             <Sip>sip:alice@example.com?X-AcctNumber=123456&amp;\
             X-Reason=a%20b%3Dc%3B%C3%A9&amp;X-Empty=</Sip></Refer></Response>\n"
        ),
    );
}

#[test]
fn bytes_become_hexadecimal_digits() {
    let path = file("uui-bytes", [0x00, 0xff, 0x0a]);
    let arguments = ["build", "sip:alice@example.com", "--action", "/a", "--json", "--uui-hex"];
    for (file, input) in [(path.as_str(), ""), ("-", "\0\u{7f}\n")] {
        let json =
            run_with(&[&arguments[..], &[file, "--uui-purpose", "isdn-uui"]].concat(), input)
                .expect(0)
                .json();
        let data = if file == "-" { "007F0A" } else { "00FF0A" };
        let uri = json["uri"].as_str().unwrap();
        assert!(
            uri.eq_ignore_ascii_case(&format!(
                "sip:alice@example.com?User-to-User={data}%3Bencoding%3Dhex%3Bpurpose%3Disdn-uui"
            )),
            "{uri}",
        );
        assert_eq!(json["diagnostics"], json!([]));
    }
}

#[test]
fn an_invalid_target_is_pointed_at() {
    let built = run(&["build", "sip:alice@example.com?X-A=a b"]).expect(1);
    assert_eq!(built.stdout, "");
    assert!(
        built.stderr.contains(
            "invalid SIP URI at byte 27: space is not allowed in a header value: write it as %20"
        ),
        "{}",
        built.stderr,
    );
    assert_eq!(built.pointed(), [("sip:alice@example.com?X-A=a b".to_owned(), 27)]);

    let json = run(&["build", "alice@example.com", "--json"]).expect(1).json();
    assert_eq!(json["valid"], false);
    assert_eq!(json["error"]["kind"], "uri-scheme-missing");
    assert_eq!(json["error"]["offset"], 0);
    assert_eq!(json["error"].as_object().unwrap().len(), 7);
}

#[test]
fn values_that_core_refuses_are_wrong_usage() {
    for (option, value, complaint) in [
        ("--method", "DELETE", "use GET or POST"),
        ("--method", "post", "use GET or POST"),
        ("--action", "ftp://example.com/", "invalid URL"),
        ("--action", "a b", "invalid URL"),
        ("--header", "X A=1", "invalid header name"),
        ("--header", "X-A", "write NAME=VALUE"),
        ("--header", "X-A=1\r\nRoute: x", "is not allowed in a header value"),
        ("--uui", "", "no data"),
        ("--uui-encoding", "hex", "required"),
        ("--uui-purpose", "isdn-uui", "required"),
        ("--say", "\u{1b}[31m", "is not allowed in an XML document"),
        ("--uui-hex", "/nonexistent/file", "cannot read /nonexistent/file"),
    ] {
        for json in [&[][..], &["--json"]] {
            let arguments = [&["build", "sip:alice@example.com", option, value][..], json].concat();
            let refused = run(&arguments).expect(2);
            assert!(refused.stderr.contains(complaint), "{option} {value}: {}", refused.stderr);
            assert!(!refused.stderr.contains('\u{1b}'), "{option}: raw control characters");
        }
    }
    run(&["build"]).expect(2);
    run(&["build", "sip:a@example.com", "--uui", "1", "--uui-hex", "-"]).expect(2);
    run(&["build", "sip:a@example.com", "--uui", "1", "--uui-encoding", "a b"]).expect(2);
}

#[test]
fn the_content_of_a_file_is_input() {
    let arguments = ["build", "sip:alice@example.com", "--uui-hex", "-", "--json"];
    let empty = run_with(&arguments, "").expect(1).json();
    assert_eq!(empty["error"]["kind"], "uui-data-empty");
    // Hexadecimal digits take twice the room, and a URI has 65536 bytes at most.
    let large = run_with(&arguments, vec![7; 40_000]).expect(1).json();
    assert_eq!(large["error"]["kind"], "uri-over-limit");
}

#[test]
fn a_document_that_twilio_refuses_has_a_diagnostic() {
    let text = "a".repeat(64 * 1024);
    let json = run(&["build", "sip:alice@example.com", "--action", "/a", "--say", &text, "--json"])
        .expect(0)
        .json();
    let found = &json["diagnostics"][0];
    assert_eq!(
        (&found["code"], &found["severity"]),
        (&json!("document-too-large"), &json!("error"))
    );
    assert_eq!((&found["number"], &found["path"]), (&json!(11750), &json!("Response")));
}
