//! Documents, reading, diagnostics and REST requests.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;
use twiml_refer::{
    Error, Refer, SipUri, VoiceResponse,
    diagnostic::DiagnosticCode,
    twiml::{CallCreate, CallUpdate, Element, Follows, RestRequest},
};

use super::{bytes, full_pairs, run, same, settle, text};

#[test]
fn documents() {
    run("documents", |case| {
        settle(build(&case["verbs"]), case, |response| {
            same("compact form", response.to_xml().as_str(), text(case, "compact").unwrap())?;
            if case.get("follows").is_some() {
                let follows = response.follows().map(Follows::as_str);
                same("what follows", follows, text(case, "follows"))?;
            }
            match text(case, "pretty") {
                Some(pretty) => same("pretty form", response.to_xml_pretty().as_str(), pretty),
                None => Ok(()),
            }
        })
    });
}

fn build(verbs: &Value) -> Result<VoiceResponse, Error> {
    verbs.as_array().unwrap().iter().try_fold(VoiceResponse::new(), |response, verb| {
        if verb["element"].is_object() {
            return Ok(add(response, &element(&verb["element"])?, verb));
        }
        let verb = &verb["refer"];
        let mut refer = Refer::to(SipUri::parse(text(verb, "sip").unwrap())?);
        if let Some(action) = text(verb, "action") {
            refer = refer.with_action(action)?;
        }
        if let Some(method) = text(verb, "method") {
            refer = refer.with_method(method.parse()?);
        }
        Ok(response.refer(refer))
    })
}

/// Adds an element as often, and nested as deep in others of its name, as the case says.
fn add(response: VoiceResponse, element: &Element, verb: &Value) -> VoiceResponse {
    let number = |key: &str| verb[key].as_u64().unwrap_or(1);
    let nested = (1..number("levels"))
        .fold(element.clone(), |inner, _| Element::new(element.name()).unwrap().with_child(inner));
    (0..number("times")).fold(response, |response, _| response.append(nested.clone()))
}

fn element(value: &Value) -> Result<Element, Error> {
    let mut element = Element::new(text(value, "name").unwrap())?;
    for (name, value) in full_pairs(&value["attributes"]) {
        element = element.with_attribute(&name, value)?;
    }
    if let Some(inside) = text(value, "text") {
        element = element.with_text(inside)?;
    }
    let children = value["children"].as_array().map(Vec::as_slice).unwrap_or_default();
    children.iter().try_fold(element, |parent, child| Ok(parent.with_child(self::element(child)?)))
}

#[test]
fn reading() {
    run("reading", |case| {
        settle(VoiceResponse::parse_bytes(&bytes(case, "xml")), case, |response| {
            if let Some(expected) = case.get("first_refer") {
                let refer = response.first_refer().map_or(Value::Null, |refer| {
                    serde_json::json!({
                        "sip": refer.target().as_str(),
                        "action": refer.action(),
                        "method": refer.method().map(|method| method.as_str()),
                    })
                });
                same("first Refer", &refer, expected)?;
            }
            match text(case, "compact") {
                Some(compact) => same("compact form", response.to_xml().as_str(), compact),
                None => Ok(()),
            }
        })
    });
}

#[test]
fn diagnostics() {
    let seen = RefCell::new(BTreeSet::new());
    run("diagnostics", |case| {
        let response = match case.get("verbs") {
            Some(verbs) => build(verbs),
            None => VoiceResponse::parse_bytes(&bytes(case, "xml")),
        };
        settle(response, case, |response| {
            let found: Vec<_> = response
                .check()
                .iter()
                .map(|found| {
                    seen.borrow_mut().insert(found.code());
                    serde_json::json!({
                        "code": found.code().as_str(),
                        "severity": found.severity().as_str(),
                        "number": found.twilio_number(),
                        "path": found.path(),
                        "message": found.message(),
                    })
                })
                .collect();
            same("diagnostics", &Value::Array(found), &case["found"])
        })
    });
    // Every language finds every code; the topics `transfer` and `callbacks` find those of events and
    // parameters.
    let elsewhere = [
        DiagnosticCode::EventUnexpected,
        DiagnosticCode::ResponseCodeInvalid,
        DiagnosticCode::ParameterRepeated,
        DiagnosticCode::ParameterInvalid,
    ];
    let all = DiagnosticCode::ALL.iter().copied().filter(|code| !elsewhere.contains(code));
    assert_eq!(seen.into_inner(), all.collect::<BTreeSet<_>>());
}

#[test]
fn rest() {
    run("rest", |case| {
        let request = if case["call"].is_string() { update(case) } else { create(case) };
        settle(request, case, |request| {
            same("method", request.method().as_str(), text(case, "method").unwrap())?;
            same("url", request.url(), text(case, "request_url").unwrap())?;
            let body: Vec<_> =
                url::form_urlencoded::parse(request.body().as_bytes()).into_owned().collect();
            same("body", body, full_pairs(&case["body"]))
        })
    });
}

fn update(case: &Value) -> Result<RestRequest, Error> {
    let [account, call] = ["account", "call"].map(|key| text(case, key).unwrap());
    let mut update = match text(case, "twiml") {
        Some(xml) => CallUpdate::from_twiml(account, call, &VoiceResponse::parse(xml)?)?,
        None => CallUpdate::from_url(account, call, text(case, "url").unwrap())?,
    };
    if let Some(method) = text(case, "url_method") {
        update = update.with_url_method(method.parse()?);
    }
    if let Some(base) = text(case, "base") {
        update = update.with_base(base)?;
    }
    Ok(update.request())
}

fn create(case: &Value) -> Result<RestRequest, Error> {
    let [account, to, from] = ["account", "to", "from"].map(|key| text(case, key).unwrap());
    let to = SipUri::parse(to)?;
    let mut create = match text(case, "twiml") {
        Some(xml) => CallCreate::from_twiml(account, &to, from, &VoiceResponse::parse(xml)?)?,
        None => CallCreate::from_url(account, &to, from, text(case, "url").unwrap())?,
    };
    if let Some(method) = text(case, "url_method") {
        create = create.with_url_method(method.parse()?);
    }
    if let Some(base) = text(case, "base") {
        create = create.with_base(base)?;
    }
    Ok(create.request())
}
