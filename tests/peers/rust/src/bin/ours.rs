//! Our Rust crate. Requests and answers: `run.py`.

use std::hint::black_box;

use peers::{Job, Value, json, pairs, serve, text};
use twiml_refer::{
    Error, Refer, RequestValidator, SipUri, VoiceResponse,
    http::Method,
    twiml::Element,
    webhook::{Algorithm, ReferReport},
};

fn main() {
    let print = |sip: &str| refer(sip).unwrap();
    let answer = |case: &Value| match text(case, "job")? {
        "document" => Some(result(document(case))),
        "read" => Some(read(case)),
        "verify" => verify(case),
        "servlet" => Some(servlet(case)),
        "multipart" => Some(multipart(case)),
        "callback" => Some(callback(case)),
        "header" => Some(result(header(case))),
        _ => None,
    };
    serve(print, answer, timed);
}

fn result(answer: Result<Value, String>) -> Value {
    answer.unwrap_or_else(|error| json!({"error": error}))
}

fn document(case: &Value) -> Result<Value, String> {
    let words = |error: Error| error.to_string();
    let mut response = VoiceResponse::new();
    if let Some(spoken) = text(&case["say"], "text") {
        let mut say = Element::say(spoken).map_err(words)?;
        if let Some(language) = text(&case["say"], "language") {
            say = say.with_attribute("language", language).map_err(words)?;
        }
        response = response.append(say);
    }
    if case["refer"].is_object() {
        let asked = &case["refer"];
        // A Refer without target cannot be written: it is made of one.
        let target = text(asked, "sip").ok_or("does not compile")?;
        let mut refer = Refer::to(SipUri::parse(target).map_err(words)?);
        if let Some(action) = text(asked, "action") {
            refer = refer.with_action(action).map_err(words)?;
        }
        if let Some(method) = text(asked, "method") {
            refer = refer.with_method(method.parse::<Method>().map_err(words)?);
        }
        response = response.refer(refer);
    }
    Ok(json!({"xml": response.to_xml()}))
}

fn read(case: &Value) -> Value {
    let response = match VoiceResponse::parse(text(case, "xml").unwrap()) {
        Ok(response) => response,
        Err(error) => return json!({"error": error.to_string()}),
    };
    match response.first_refer() {
        Some(refer) => json!({
            "sip": refer.target().as_str(),
            "action": refer.action(),
            "method": refer.method().map(|method| method.as_str()),
        }),
        None => json!({}),
    }
}

fn validator(case: &Value) -> RequestValidator {
    let validator = RequestValidator::new(text(case, "token").unwrap()).unwrap();
    let validator = match text(case, "algorithm") {
        Some("sha256") => validator.with_algorithm(Algorithm::Sha256),
        _ => validator,
    };
    match text(case, "public") {
        Some(base) => validator.with_public_base(base).unwrap(),
        None => validator,
    }
}

fn verify(case: &Value) -> Option<Value> {
    let url = text(case, "url").or(text(case, "seen"))?;
    let signature = text(case, "signature");
    if text(case, "token") == Some("") {
        // Such an app never starts.
        return Some(json!({"valid": RequestValidator::new("").is_ok()}));
    }
    let validator = validator(case);
    let valid = match text(case, "json") {
        Some(body) => validator.validate_raw(url, body, signature),
        None => validator.validate(url, pairs(case), signature),
    };
    Some(json!({"valid": valid}))
}

fn servlet(case: &Value) -> Value {
    let (url, signature) = (text(case, "url").unwrap(), text(case, "signature"));
    let verified = validator(case).verify_servlet_params(url, pairs(case), signature);
    json!({"valid": verified.is_ok()})
}

fn multipart(case: &Value) -> Value {
    let [url, body] = ["url", "body"].map(|name| text(case, name).unwrap());
    let verified = validator(case).verify(Method::Post, url, body, text(case, "signature"));
    json!({"valid": verified.is_ok()})
}

fn callback(case: &Value) -> Value {
    let url = text(case, "url").unwrap();
    let body = text(case, "body").unwrap_or_default();
    let method = if body.is_empty() { Method::Get } else { Method::Post };
    match validator(case).verify(method, url, body, text(case, "signature")) {
        Err(error) => json!({"error": error.to_string()}),
        Ok(request) => {
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
    }
}

fn header(case: &Value) -> Result<Value, String> {
    let [name, value] = [0, 1].map(|index| case["header"][index].as_str().unwrap());
    SipUri::parse(text(case, "sip").unwrap())
        .and_then(|uri| uri.with_header(name, value))
        .map(|uri| json!({"uri": uri.as_str()}))
        .map_err(|error| error.to_string())
}

fn refer(sip: &str) -> Result<String, Error> {
    let refer =
        Refer::to(SipUri::parse(sip)?).with_action("/handleRefer")?.with_method(Method::Post);
    Ok(VoiceResponse::new().refer(refer).to_xml())
}

fn timed<'a>(name: &str, given: &'a Value) -> Option<Job<'a>> {
    let url = text(given, "url").unwrap();
    let signature = text(given, "signature");
    let validator = validator(given);
    match name {
        "document" => {
            let sip = text(&given["refer"], "sip").unwrap();
            Some(Box::new(move || drop(black_box(refer(black_box(sip))))))
        }
        "verify" => {
            let params = pairs(given);
            Some(Box::new(move || {
                assert!(validator.validate(url, params.iter().copied(), signature));
            }))
        }
        "parse" => {
            let body = text(given, "body").unwrap();
            Some(Box::new(move || {
                let request = validator.verify(Method::Post, url, body, signature).unwrap();
                let refer = request.refer();
                black_box((
                    refer.and_then(ReferReport::call_status),
                    refer.and_then(ReferReport::refer_sip_response_code),
                    refer.and_then(ReferReport::notify_sip_response_code),
                ));
            }))
        }
        _ => None,
    }
}
