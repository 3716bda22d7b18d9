//! The shapes that errors, diagnostics and documents take with the feature `serde`.

use serde_json::{json, to_value};
use twiml_refer::{SipUri, VoiceResponse};

#[test]
fn an_error_shows_what_applies_and_null_elsewhere() {
    let error = SipUri::parse("sip:alice@example.com?X-A=a b").unwrap_err();
    assert_eq!(
        to_value(&error).unwrap(),
        json!({
            "kind": "uri-white-space",
            "message": "invalid SIP URI at byte 27: space is not allowed in a header value: write it as %20",
            "offset": 27,
            "line": null,
            "column": null,
            "parameter": null,
            "number": null,
        }),
    );
    let large = format!("<Response>{}</Response>", " ".repeat(70_000));
    let error = to_value(VoiceResponse::parse(&large).unwrap_err()).unwrap();
    assert_eq!((&error["kind"], &error["number"]), (&json!("document-too-large"), &json!(11750)));
}

#[test]
fn a_diagnostic_carries_the_error_behind_it() {
    let document = "<Response>\n<Refer action='/a'><Sip>sip:</Sip></Refer></Response>";
    let found = VoiceResponse::parse(document).unwrap().check();
    let found = to_value(&found).unwrap();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    for (key, expected) in [
        ("code", json!("target-invalid")),
        ("severity", json!("error")),
        ("path", json!("Response/Refer[0]/Sip")),
        ("number", json!(32110)),
        ("line", json!(2)),
        ("column", json!(20)),
        ("parameter", json!(null)),
    ] {
        assert_eq!(found[0][key], expected, "{key}");
    }
    assert_eq!(found[0]["error"]["kind"], "uri-host-empty");
    assert_eq!(found[0]["error"]["offset"], 4);
}

#[test]
fn a_document_is_its_xml_and_comes_back_through_the_reader() {
    let response = VoiceResponse::parse("<Response><Say>a &lt; b</Say></Response>").unwrap();
    let json = to_value(&response).unwrap();
    assert_eq!(json, json!(response.to_xml()));
    assert_eq!(serde_json::from_value::<VoiceResponse>(json).unwrap(), response);
    let refused = serde_json::from_value::<VoiceResponse>(json!("<Say/>")).unwrap_err();
    assert!(refused.to_string().contains("expected <Response>"), "{refused}");
}
