//! JSON: the keys, absent values, and reading back.

use serde_json::{Value, from_str, from_value, json, to_value};

use super::*;

#[test]
fn a_callback_has_the_keys_of_the_command() {
    let one = callback(
        "CallSid=CA1&From=sip%3Aa%40example.com&Direction=inbound&CallToken=hush&New=x\
         &SipHeader_X-A=1&ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=4&To=a&To=b",
    );
    let value = to_value(&one).unwrap();
    assert_eq!(value["refer_call_status"], "busy");
    assert_eq!(value["refer_sip_response_code"], 202);
    assert_eq!(value["notify_sip_response_code"], Value::Null);
    assert_eq!(value["call_sid"], "CA1");
    assert_eq!(value["from"], "sip:a@example.com");
    assert_eq!(value["to"], "a");
    assert_eq!(value["call_status"], Value::Null);
    assert_eq!(value["call_token"], Value::Null);
    assert_eq!(value["sip_headers"], json!([["X-A", "1"]]));
    // Without CallToken: what is read back has none, rather than one that is not it.
    assert_eq!(value["params"].as_array().unwrap().len(), 10);
    assert_eq!(value["params"][3], json!(["New", "x"]));
    let read: ReferCallback = serde_json::from_value(value.clone()).unwrap();
    assert_eq!((read.request().call_token(), read.param("New")), (None, Some("x")));
    assert_eq!(value["leg"], "sip");
    assert_eq!(
        value["outcome"],
        json!({"kind": "target-failed", "status": "busy", "code": null, "may_resume": true})
    );
    let problems = value["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 2);
    assert_eq!(problems[0]["parameter"], "To");
    assert_eq!(problems[1]["parameter"], "NotifySipResponseCode");
    assert_eq!(problems[1]["message"], one.problems()[1].message());
    for key in [
        "account_sid",
        "direction",
        "api_version",
        "refer_transfer_target",
        "caller",
        "called",
        "forwarded_from",
        "caller_name",
        "parent_call_sid",
        "stir_verstat",
        "from_city",
        "to_state",
        "caller_zip",
        "called_country",
        "sip_domain",
        "sip_domain_sid",
        "sip_username",
        "sip_call_id",
        "sip_source_ip",
    ] {
        assert!(value.get(key).is_some(), "{key}");
    }
    assert!(!value.to_string().contains("hush"));
}

#[test]
fn a_request_has_neither_outcome_nor_refer_keys() {
    let value = to_value(request("CallSid=CA1")).unwrap();
    assert_eq!(value["call_sid"], "CA1");
    assert_eq!(value["leg"], "unknown");
    for key in ["outcome", "refer_call_status", "refer_sip_response_code"] {
        assert_eq!(value.get(key), None);
    }
}

#[test]
fn what_was_written_reads_back() {
    let one = callback("ReferCallStatus=busy&From=a+b&From=c&x=&NotifySipResponseCode=486");
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(from_str::<ReferCallback>(&text).unwrap(), one);
    assert_eq!(&from_str::<VoiceRequest>(&text).unwrap(), one.request());
    let read: ReferCallback = from_str(r#"{"params":[["ReferCallStatus","canceled"]]}"#).unwrap();
    assert_eq!(read.outcome(), ReferOutcome::Canceled);
}

#[test]
fn what_is_no_callback_is_refused() {
    let long = json!({"params": [["a", "x".repeat(70_000)]]});
    assert!(from_value::<VoiceRequest>(long).unwrap_err().to_string().contains("more than 65536"));
    for bad in [json!({}), json!([]), json!({"params": [["a"]]}), json!({"params": {"a": "b"}})] {
        assert!(from_value::<ReferCallback>(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn a_status_is_its_text_and_an_outcome_an_object() {
    assert_eq!(to_value(ReferCallStatus::NoAnswer).unwrap(), "no-answer");
    assert_eq!(from_value::<ReferCallStatus>(json!("busy")).unwrap(), ReferCallStatus::Busy);
    assert_eq!(from_value::<ReferCallStatus>(json!("x")).unwrap(), ReferCallStatus::from("x"));
    assert_eq!(
        to_value(ReferOutcome::Rejected { code: 405 }).unwrap(),
        json!({"kind": "rejected", "status": null, "code": 405, "may_resume": true})
    );
    assert_eq!(to_value(callback("CallStatus=completed")).unwrap()["outcome"]["may_resume"], false);
}
