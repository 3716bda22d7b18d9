//! `check`: diagnostics of a document and of a URI, and the answer that each makes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twiml_refer::diagnostic::DiagnosticCode;

use crate::run::{Run, file, run, run_with};

const CLEAN: &str =
    "<Response><Refer action=\"/a\"><Sip>sip:alice@example.com</Sip></Refer></Response>";

/// A document with a mistake for each diagnostic of a document; a second one where one mistake hides another.
const WRONG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Response>
    stray
    <Refer/>
    <Refer method="post" action="ftp://example.com/" timeout="5">
        <Sip codec="PCMU">sip:alice@example.com?X-A=a b</Sip>
        <Number>+15005550006</Number>
        <Sip>sip://bob:pw@example.com;transport=sctp?X-Twilio-A=1&amp;To=2&amp;Subject=3&amp;a%20b=4&amp;X-B=5%0D%0A&amp;X-C=%FF&amp;User-to-User=123%3Bencoding%3Dhex&amp;User-to-User=%3Bencoding%3Dhex&amp;X-D=a+b</Sip>
    </Refer>
    <Reffer/>
    <Gather>
        <Refer><Sip>sip:carol@example.com</Sip></Refer>
    </Gather>
    <Refer action="undefined">
        <Sip>sip:tel:LONG@example.com?transport=udp&amp;X-Long=LONG</Sip>
    </Refer>
    <Say>never said</Say>
</Response>
"#;

fn wrong() -> String {
    WRONG.replace("LONG", &"x".repeat(1100))
}

fn check(arguments: &[&str], document: &str) -> Run {
    run_with(&[&["check"], arguments].concat(), document)
}

#[test]
fn a_clean_document_is_a_yes() {
    assert_eq!(
        check(&["--json"], CLEAN).expect(0).json(),
        json!({"valid": true, "error": null, "diagnostics": [], "follows": "action"}),
    );
    let path = file("clean.xml", CLEAN);
    let shown = run(&["check", &path]).expect(0);
    assert_eq!(shown.stderr, "");
    assert!(shown.stdout.contains("no diagnostics"), "{}", shown.stdout);
}

#[test]
fn what_follows_the_first_refer() {
    let refer = "<Refer><Sip>sip:alice@example.com</Sip></Refer>";
    for (document, follows) in [
        (format!("<Response>{refer}</Response>"), json!("hangup")),
        (format!("<Response>{refer}<Say>a</Say></Response>"), json!("next-verb")),
        ("<Response/>".to_owned(), Value::Null),
    ] {
        assert_eq!(check(&["--json", "-"], &document).expect(0).json()["follows"], follows);
    }
}

/// The vectors of the topic `diagnostics` check what each diagnostic says.
#[test]
fn each_diagnostic_has_its_place() {
    let json = check(&["--json"], &wrong()).expect(1).json();
    assert_eq!((&json["valid"], &json["error"]), (&json!(false), &Value::Null));
    let shown = check(&[], &wrong()).expect(1).stdout;
    let mut found = BTreeSet::new();
    for one in json["diagnostics"].as_array().unwrap() {
        assert_eq!(one.as_object().unwrap().len(), 9, "{one}");
        assert!(one["line"].is_u64() && one["column"].is_u64(), "{one}");
        let code = one["code"].as_str().unwrap();
        assert!(shown.contains(&format!("[{code}]: ")), "{code}: {shown}");
        found.insert(code);
    }
    // The others are about the size of documents (3), the events of a transfer (2), and parameters (2).
    assert_eq!(found.len() + 7, DiagnosticCode::ALL.len(), "{found:?}");
}

#[test]
fn the_error_of_the_target_is_its_own() {
    let json = check(&["--json"], &wrong()).expect(1).json();
    let found = json["diagnostics"].as_array().unwrap();
    let target = found.iter().find(|one| one["code"] == "target-invalid").unwrap();
    assert_eq!(target["path"], "Response/Refer[1]/Sip[0]");
    assert_eq!((&target["line"], &target["column"]), (&json!(6), &json!(9)));
    assert_eq!(target["error"]["kind"], "uri-white-space");
    assert_eq!(target["error"]["offset"], 27);
}

#[test]
fn people_see_the_line_and_then_the_uri_with_its_caret() {
    let shown = check(&[], &wrong()).expect(1);
    assert_eq!(shown.stderr, "", "the diagnostics are the result");
    let pointed = shown.pointed();
    let line = "        <Sip codec=\"PCMU\">sip:alice@example.com?X-A=a b</Sip>".to_owned();
    let at = pointed.iter().position(|it| *it == (line.clone(), 8)).expect("the document's line");
    assert_eq!(pointed[at + 1], ("sip:alice@example.com?X-A=a b".to_owned(), 27));
    assert!(pointed.contains(&("    <Reffer/>".to_owned(), 4)), "{pointed:?}");
    assert!(shown.stdout.contains("<stdin>:6:9"), "{}", shown.stdout);
    assert!(shown.stdout.contains("did you mean <Refer>?"), "{}", shown.stdout);
    assert!(shown.stdout.contains("write it as %20"), "{}", shown.stdout);
}

#[test]
fn warnings_count_only_when_they_are_denied() {
    let warned = "<Response>\n<Reffer/></Response>";
    assert_eq!(check(&["--json"], warned).expect(0).json()["valid"], true);
    assert_eq!(check(&["--json", "--deny", "warnings"], warned).expect(1).json()["valid"], false);
    check(&[], warned).expect(0);
    check(&["--deny", "warnings"], warned).expect(1);
    let noted = "<Response><Refer><Sip>sip:alice@example.com</Sip></Refer></Response>";
    let json = check(&["--json", "--deny", "warnings"], noted).expect(0).json();
    assert_eq!(json["diagnostics"][0]["severity"], "note");
    check(&["--deny", "notes"], noted).expect(2);
}

#[test]
fn an_invalid_document_is_a_no() {
    for (document, kind, line, column) in [
        ("", "document-empty", 1, 1),
        ("<Response>\n<Say>", "document-unclosed", 2, 1),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><Response/>", "document-dtd", 1, 1),
        ("<response/>", "document-root-invalid", 1, 1),
        ("<?xml version='1.0' encoding='latin1'?><Response/>", "document-encoding", 1, 31),
    ] {
        let json = check(&["--json"], document).expect(1).json();
        assert_eq!((&json["valid"], &json["follows"]), (&json!(false), &Value::Null), "{document}");
        assert_eq!(json["diagnostics"], json!([]), "{document}");
        let error = &json["error"];
        assert_eq!(error["kind"], kind, "{document}");
        assert_eq!(
            (&error["line"], &error["column"]),
            (&json!(line), &json!(column)),
            "{document}"
        );
        let shown = check(&[], document).expect(1);
        assert!(shown.stdout.contains(&format!("error[{kind}]")), "{}", shown.stdout);
    }
}

#[test]
fn what_is_not_a_document_is_named() {
    let document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Hangup/></Response>";
    for (input, what) in [
        ("<!DOCTYPE html>\n<html><body>Log in</body></html>".to_owned(), "HTML"),
        ("<html lang=\"en\"><head>".to_owned(), "HTML"),
        ("<?xml version=\"1.0\"?>\n<!-- x -->\n<!DOCTYPE HTML><html/>".to_owned(), "HTML"),
        (
            "\"<?xml version=\\\"1.0\\\"?><Response><Hangup/></Response>\"".to_owned(),
            "a JSON string",
        ),
        ("{\"statusCode\":200,\"body\":\"<Response/>\"}".to_owned(), "JSON"),
        ("[\"<Response/>\"]".to_owned(), "JSON"),
        (
            format!("\nNotice: Undefined variable: x in /var/www/a.php on line 3\n{document}"),
            "a message of PHP",
        ),
        (
            format!(
                "<br />\n<b>Warning</b>:  Undefined array key in <b>/a.php</b> on line <b>3</b><br />\n{document}"
            ),
            "a message of PHP",
        ),
        ("PHP Fatal error:  Uncaught Error in /a.php on line 9".to_owned(), "a message of PHP"),
        ("<?php echo $response;".to_owned(), "PHP source"),
        (format!("b'{document}'"), "literal"),
        ("<twilio.twiml.voice_response.VoiceResponse object at 0x7f>".to_owned(), "an object"),
        ("[object Object]".to_owned(), "an object"),
        ("&lt;Response&gt;&lt;/Response&gt;".to_owned(), "angle brackets are escaped"),
        (
            "<string xmlns=\"http://schemas.microsoft.com/2003/10/Serialization/\">x</string>"
                .to_owned(),
            ".NET",
        ),
        (format!("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n{document}"), "with its head"),
        (format!("```xml\n{document}\n```"), "Markdown"),
        ("Traceback (most recent call last):\n  File \"a.py\"".to_owned(), "a Python traceback"),
        ("Hello".to_owned(), "plain text"),
    ] {
        let json = check(&["--json"], &input).expect(1).json();
        let message = json["error"]["message"].as_str().unwrap();
        assert!(message.contains(what) && message.contains(", not TwiML: "), "{input}: {message}");
        let shown = check(&[], &input).expect(1).stdout;
        assert!(shown.contains("error[") && shown.contains(what), "{input}: {shown}");
    }
    // An error in a document is core's alone, and a valid one is a document.
    for input in ["<Response>\n<Say>", "<response/>", ""] {
        let message = check(&["--json"], input).expect(1).json()["error"]["message"].to_string();
        assert!(!message.contains("not TwiML"), "{input}: {message}");
    }
    let said = "<Response><Say>Warning: wet on line 3</Say></Response>";
    assert_eq!(check(&["--json"], said).expect(0).json()["valid"], true);
}
