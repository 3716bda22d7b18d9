//! The crate `twiml-rust`, used as its documentation shows: what it builds it also validates. Requests
//! and answers: `run.py`.

use std::hint::black_box;

use peers::{Job, Value, json, serve, text};
use twiml_rust::voice::{Refer, ReferSip, Say};
use twiml_rust::{TwiML, ValidationErrorType, VoiceResponse, validate_twiml};

fn main() {
    let print = |sip: &str| refer(sip).to_xml();
    let answer = |case: &Value| match text(case, "job")? {
        "document" => Some(document(case)),
        "read" => Some(judge(case)),
        _ => None,
    };
    serve(print, answer, timed);
}

fn document(case: &Value) -> Value {
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
        Ok(errors) if errors.is_empty() => json!({"xml": response.to_xml()}),
        other => json!({"error": format!("{other:?}")}),
    }
}

/// It reads no document, but says whether one is well-formed.
fn judge(case: &Value) -> Value {
    let errors = validate_twiml(text(case, "xml").unwrap()).unwrap_or_default();
    let malformed = errors.iter().find(|it| it.error_type == ValidationErrorType::MalformedXml);
    malformed.map_or_else(|| json!({"well_formed": true}), |error| json!({"error": error.message}))
}

fn refer(sip: &str) -> VoiceResponse {
    let refer = Refer::new().action("/handleRefer").method("POST");
    VoiceResponse::new().refer(refer.add_refer_sip(ReferSip::new(sip)))
}

fn timed<'a>(name: &str, given: &'a Value) -> Option<Job<'a>> {
    let sip = text(&given["refer"], "sip")?;
    let job = move || drop(black_box(refer(black_box(sip)).to_xml()));
    (name == "document").then(|| Box::new(job) as Job<'a>)
}
