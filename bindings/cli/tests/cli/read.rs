//! `read`.

use serde_json::{Value, json};

use crate::run::{file, run, run_with};

/// As Twilio's own samples print it, with a comment and white space around the URI.
const SAMPLE: &str = "<?xml version='1.0'?>\n<Response>\n  <!-- hi -->\n  <Say voice='alice'>a &lt; b</Say>\n  \
    <Refer method='POST' action='/a'>\n    <Sip>\n      sip:alice@example.com?X-A=1&amp;X-B=2\n    </Sip>\n  \
    </Refer>\n  <Gather><Play>x.mp3</Play></Gather>\n</Response>\n";

#[test]
fn a_document_comes_out_canonical() {
    let read = run_with(&["read"], SAMPLE).expect(0);
    assert_eq!(
        read.stdout,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><!-- hi -->\
         <Say voice=\"alice\">a &lt; b</Say><Refer method=\"POST\" action=\"/a\">\
         <Sip>\n      sip:alice@example.com?X-A=1&amp;X-B=2\n    </Sip></Refer>\
         <Gather><Play>x.mp3</Play></Gather></Response>\n",
    );
    let path = file("read.xml", SAMPLE);
    assert_eq!(run(&["read", &path]).expect(0).stdout, read.stdout);
    let again = run_with(&["read", "-"], &read.stdout).expect(0);
    assert_eq!(again.stdout, read.stdout);
    let pretty = run_with(&["read", "--pretty"], SAMPLE).expect(0).stdout;
    assert!(
        pretty.contains("\n    <Refer method=\"POST\" action=\"/a\">\n        <Sip>"),
        "{pretty}"
    );
}

#[test]
fn the_tree_as_the_contract_names_it() {
    let json = run_with(&["read", "--json"], SAMPLE).expect(0).json();
    assert_eq!((&json["valid"], &json["error"]), (&json!(true), &Value::Null));
    assert!(json["twiml"].as_str().unwrap().ends_with("</Gather></Response>"));
    let uri = "\n      sip:alice@example.com?X-A=1&X-B=2\n    ";
    let sip = json!({"name": "Sip", "attributes": [], "text": uri, "children": []});
    let play = json!({"name": "Play", "attributes": [], "text": "x.mp3", "children": []});
    assert_eq!(
        json["verbs"],
        json!([
            {"name": "Say", "attributes": [["voice", "alice"]], "text": "a < b", "children": []},
            {
                "name": "Refer",
                "attributes": [["method", "POST"], ["action", "/a"]],
                "text": null,
                "children": [sip],
            },
            {"name": "Gather", "attributes": [], "text": null, "children": [play]},
        ]),
    );
}

#[test]
fn a_failure_points_into_the_document() {
    let document = "<Response>\n  <Refer></Reffer>\n</Response>";
    let read = run_with(&["read"], document).expect(1);
    assert_eq!(read.stdout, "");
    assert!(read.stderr.contains("found </Reffer>: expected </Refer>"), "{}", read.stderr);
    assert!(read.stderr.contains("<stdin>:2:10"), "{}", read.stderr);
    assert_eq!(read.pointed(), [("  <Refer></Reffer>".to_owned(), 9)]);

    let json = run_with(&["read", "--json"], document).expect(1).json();
    assert_eq!(json["valid"], false);
    assert_eq!((&json["twiml"], &json["verbs"]), (&Value::Null, &Value::Null));
    let error = &json["error"];
    assert_eq!(
        (&error["line"], &error["column"], &error["offset"]),
        (&json!(2), &json!(10), &json!(20))
    );
}

#[test]
fn lines_end_and_columns_count_as_core_says() {
    // CR alone ends a line, a byte order mark does not count, a character of two bytes counts once.
    let read = run_with(&["read"], "\u{feff}<Response>\r é&nbsp;</Response>").expect(1);
    assert!(read.stderr.contains("<stdin>:2:3"), "{}", read.stderr);
    assert_eq!(read.pointed(), [(" é&nbsp;</Response>".to_owned(), 2)]);

    let read = run_with(&["read"], b"<Response>\n<Say>\xff\x1b</Say></Response>").expect(1);
    assert!(read.stderr.contains("document-not-utf8"), "{}", read.stderr);
    assert_eq!(read.pointed()[0].1, 5);
    assert!(!read.stderr.contains('\u{1b}'));
}
