//! Our Rust crate.

use serde_json::{Value, json};
use twiml_refer::{
    Error, Refer, RequestValidator, SipUri, VoiceResponse,
    http::Method,
    twiml::Element,
    webhook::{Algorithm, ReferReport},
};

use crate::{Answer, text};

pub fn answer(job: &str, case: &Value) -> Answer {
    let url = text(case, "url").or(text(case, "seen")).unwrap_or_default();
    let signature = text(case, "signature");
    let pairs = case["params"].as_array().into_iter().flatten();
    let pairs = pairs.map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    Ok(match job {
        "document" => json!({"xml": document(case)?}),
        "read" => match VoiceResponse::parse(text(case, "xml").unwrap())?.first_refer() {
            Some(refer) => json!({
                "sip": refer.target().as_str(),
                "action": refer.action(),
                "method": refer.method().map(|method| method.as_str()),
            }),
            None => json!({}),
        },
        // Such an app never starts.
        "verify" if text(case, "token") == Some("") => {
            json!({"valid": RequestValidator::new("").is_ok()})
        }
        "verify" => json!({"valid": match text(case, "json") {
            Some(body) => validator(case)?.validate_raw(url, body, signature),
            None => validator(case)?.validate(url, pairs, signature),
        }}),
        "servlet" => {
            let verified = validator(case)?.verify_servlet_params(url, pairs, signature);
            json!({"valid": verified.is_ok()})
        }
        "multipart" => {
            let body = text(case, "body").unwrap();
            let verified = validator(case)?.verify(Method::Post, url, body, signature);
            json!({"valid": verified.is_ok()})
        }
        "callback" => {
            let body = text(case, "body").unwrap();
            let method = if body.is_empty() { Method::Get } else { Method::Post };
            let request = validator(case)?.verify(method, url, body, signature)?;
            let refer = request.refer();
            json!({
                "status": refer.and_then(ReferReport::call_status),
                "refer_code": refer.and_then(ReferReport::refer_sip_response_code),
                "notify_code": refer.and_then(ReferReport::notify_sip_response_code),
                "call_sid": request.call_sid(),
                "from": request.from(),
                "to": request.to(),
                "call_status": request.call_status(),
            })
        }
        "header" => {
            let [name, value] = [0, 1].map(|index| case["header"][index].as_str().unwrap());
            let uri = SipUri::parse(text(case, "sip").unwrap())?.with_header(name, value)?;
            json!({"uri": uri.as_str()})
        }
        _ => Value::Null,
    })
}

fn document(case: &Value) -> Result<String, Box<dyn std::error::Error>> {
    let mut response = VoiceResponse::new();
    if let Some(spoken) = text(&case["say"], "text") {
        let mut say = Element::say(spoken)?;
        if let Some(language) = text(&case["say"], "language") {
            say = say.with_attribute("language", language)?;
        }
        response = response.append(say);
    }
    if case["refer"].is_object() {
        let asked = &case["refer"];
        // A Refer without target cannot be written: it is made of one.
        let target = text(asked, "sip").ok_or("does not compile")?;
        let mut refer = Refer::to(SipUri::parse(target)?);
        if let Some(action) = text(asked, "action") {
            refer = refer.with_action(action)?;
        }
        if let Some(method) = text(asked, "method") {
            refer = refer.with_method(method.parse::<Method>()?);
        }
        response = response.refer(refer);
    }
    Ok(response.to_xml())
}

fn validator(case: &Value) -> Result<RequestValidator, Error> {
    let mut validator = RequestValidator::new(text(case, "token").unwrap())?;
    if text(case, "algorithm") == Some("sha256") {
        validator = validator.with_algorithm(Algorithm::Sha256);
    }
    match text(case, "public") {
        Some(base) => validator.with_public_base(base),
        None => Ok(validator),
    }
}
