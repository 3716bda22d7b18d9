//! The crate `twiml-rust`, used as its documentation shows: what it builds it also validates.

use std::hint::black_box;

use serde_json::{Value, json};
use twiml_rust::voice::{Refer, ReferSip, Say};
use twiml_rust::{TwiML, ValidationErrorType, VoiceResponse, validate_twiml};

use crate::{Answer, per_call, text};

pub fn answer(job: &str, case: &Value) -> Answer {
    match job {
        "document" => document(case),
        "read" => read(text(case, "xml").unwrap()),
        _ => Ok(Value::Null),
    }
}

fn document(case: &Value) -> Answer {
    let mut response = VoiceResponse::new();
    if let Some(spoken) = text(&case["say"], "text") {
        let mut say = Say::new(spoken);
        if let Some(language) = text(&case["say"], "language") {
            say = say.language(language);
        }
        response = response.say_with(say);
    }
    if case["refer"].is_object() {
        let asked = &case["refer"];
        let mut refer = Refer::new();
        if let Some(target) = text(asked, "sip") {
            refer = refer.add_refer_sip(ReferSip::new(target));
        }
        if let Some(action) = text(asked, "action") {
            refer = refer.action(action);
        }
        if let Some(method) = text(asked, "method") {
            refer = refer.method(method);
        }
        response = response.refer(refer);
    }
    match response.validate() {
        Ok(errors) if errors.is_empty() => Ok(json!({"xml": response.to_xml()})),
        other => Err(format!("{other:?}").into()),
    }
}

/// It reads no document, but says whether one is well-formed.
fn read(xml: &str) -> Answer {
    let errors = validate_twiml(xml).unwrap_or_default();
    match errors.iter().find(|it| it.error_type == ValidationErrorType::MalformedXml) {
        Some(error) => Err(error.message.clone().into()),
        None => Ok(json!({"well_formed": true})),
    }
}

pub fn timed(job: &str, input: &Value, calls: u64) -> Option<f64> {
    let target = text(&input["refer"], "sip").filter(|_| job == "document")?;
    per_call(calls, || {
        let refer = Refer::new().action("/handleRefer").method("POST");
        let refer = refer.add_refer_sip(ReferSip::new(black_box(target)));
        VoiceResponse::new().refer(refer).to_xml()
    })
}
