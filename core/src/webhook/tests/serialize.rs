//! JSON: the keys, absent values, and reading back.

use serde_json::{Value, from_str, from_value, json, to_value};

use super::*;

#[test]
fn an_action_request_has_the_keys_of_the_command() {
    let one = request(
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
    let read: VoiceRequest = serde_json::from_value(value.clone()).unwrap();
    assert_eq!((read.call_token(), read.param("New")), (None, Some("x")));
    assert_eq!(value["leg"], "sip");
    assert_eq!(
        value["outcome"],
        json!({"kind": "target-failed", "status": "busy", "code": null, "may_resume": true})
    );
    let problems = value["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 2);
    assert_eq!(
        (&problems[0]["parameter"], &problems[0]["code"]),
        (&json!("To"), &json!("parameter-repeated"))
    );
    assert_eq!(problems[1]["parameter"], "NotifySipResponseCode");
    assert_eq!(problems[1]["code"], "parameter-invalid");
    assert_eq!(problems[1]["severity"], "warning");
    assert_eq!(problems[1]["message"], one.diagnostics()[1].message());
    assert_eq!(value["may_resume"], true);
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
fn another_request_has_null_for_what_only_a_refer_reports() {
    let value = to_value(request("CallSid=CA1")).unwrap();
    assert_eq!(value["call_sid"], "CA1");
    assert_eq!(value["leg"], "unknown");
    for key in [
        "outcome",
        "refer_call_status",
        "refer_sip_response_code",
        "notify_sip_response_code",
        "may_resume",
    ] {
        assert_eq!(value.get(key), Some(&Value::Null), "{key}");
    }
    for (status, may_resume) in [("ringing", true), ("completed", false)] {
        let value = to_value(request(&format!("CallStatus={status}"))).unwrap();
        assert_eq!((&value["outcome"], &value["may_resume"]), (&Value::Null, &json!(may_resume)));
    }
}

#[test]
fn what_was_written_reads_back() {
    let one = request("ReferCallStatus=busy&From=a+b&From=c&x=&NotifySipResponseCode=486");
    let text = serde_json::to_string(&one).unwrap();
    assert_eq!(from_str::<VoiceRequest>(&text).unwrap(), one);
    let read: VoiceRequest = from_str(r#"{"params":[["ReferCallStatus","canceled"]]}"#).unwrap();
    assert_eq!(read.outcome(), Some(ReferOutcome::Canceled));
}

#[test]
fn what_is_not_a_request_is_refused() {
    let long = json!({"params": [["a", "x".repeat(70_000)]]});
    assert!(from_value::<VoiceRequest>(long).unwrap_err().to_string().contains("more than 65536"));
    for bad in [json!({}), json!([]), json!({"params": [["a"]]}), json!({"params": {"a": "b"}})] {
        assert!(from_value::<VoiceRequest>(bad.clone()).is_err(), "{bad}");
    }
}

#[test]
fn a_status_is_its_text_and_an_outcome_an_object() {
    assert_eq!(to_value(ReferCallStatus::NoAnswer).unwrap(), "no-answer");
    assert_eq!(from_value::<ReferCallStatus>(json!("busy")).unwrap(), ReferCallStatus::Busy);
    assert_eq!(from_value::<ReferCallStatus>(json!("x")).unwrap(), ReferCallStatus::from("x"));
    assert_eq!(
        to_value(ReferOutcome::Rejected { code: code(405) }).unwrap(),
        json!({"kind": "rejected", "status": null, "code": 405, "may_resume": true})
    );
    let over = to_value(request("CallStatus=completed&ReferCallStatus=")).unwrap();
    assert_eq!(over["outcome"]["may_resume"], false);
    let report = ReferReport::new(None, Some(code(408)), None);
    assert_eq!(
        to_value(report).unwrap(),
        json!({
            "params": [["ReferSipResponseCode", "408"]],
            "outcome": {"kind": "rejected", "status": null, "code": 408, "may_resume": false},
        })
    );
}
