//! Requests with their outcomes, and signatures.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Value, json};
use twiml_refer::{
    Error, ReferOutcome, RequestValidator, VoiceRequest,
    http::Method,
    webhook::{Algorithm, AllowedMethods, HttpRequest, HttpVerifier, Origin, claimed_account_sid},
};

use super::{bytes, full_pairs, run, same, settle, text};

#[test]
fn callbacks() {
    let read = RefCell::new(BTreeSet::new());
    run("callbacks", |case| {
        settle(VoiceRequest::from_form(bytes(case, "form"), None), case, |request| {
            let (outcome, expected) = (request.outcome(), &case["outcome"]);
            let outcome = outcome.as_ref();
            same("outcome", outcome.map(ReferOutcome::kind), text(expected, "kind"))?;
            let code = outcome.and_then(ReferOutcome::code).map(|code| code.as_u16().into());
            same("code", code, expected["code"].as_u64())?;
            same("status", outcome.and_then(ReferOutcome::status), text(expected, "status"))?;
            if let Some(may_resume) = expected["may_resume"].as_bool() {
                same("may_resume", request.may_resume(), may_resume)?;
            }
            if let Some(leg) = text(case, "leg") {
                same("leg", request.leg().as_str(), leg)?;
            }
            let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            if case["params"].is_array() {
                let found: Vec<_> = request.params().map(own).collect();
                same("params", found, full_pairs(&case["params"]))?;
            }
            if case["sip_headers"].is_array() {
                let found: Vec<_> = request.sip_headers().map(own).collect();
                same("SIP headers", found, full_pairs(&case["sip_headers"]))?;
            }
            for (getter, value) in case["typed"].as_object().into_iter().flatten() {
                let parameters = VoiceRequest::typed_parameters();
                let name = parameters.into_iter().find(|(known, _)| known == getter);
                let found = name.and_then(|(_, name)| request.param(name));
                same(getter, found, value.as_str())?;
                read.borrow_mut().extend(found.and(name));
            }
            let expected = case["diagnostics"].as_array().map(Vec::as_slice).unwrap_or_default();
            let found: Vec<_> = request
                .diagnostics()
                .iter()
                .map(|it| {
                    let (code, severity) = (it.code().as_str(), it.severity().as_str());
                    json!({
                        "code": code,
                        "severity": severity,
                        "parameter": it.parameter(),
                        "message": it.message(),
                    })
                })
                .collect();
            same("diagnostics", found.as_slice(), expected)
        })
    });
    // Every language has every getter. What is secret is not shown by all of them.
    let typed = VoiceRequest::typed_parameters().filter(|(_, name)| !VoiceRequest::is_secret(name));
    assert_eq!(read.into_inner(), typed.collect());
}

/// A case without a method is a POST.
fn method(case: &Value) -> Method {
    text(case, "method").unwrap_or("POST").parse().unwrap()
}

fn validator(case: &Value) -> Result<RequestValidator, Error> {
    let secrets = case["secrets"].as_array().unwrap();
    let mut secrets = secrets.iter().map(|secret| secret.as_str().unwrap());
    let mut validator = RequestValidator::new(secrets.next().unwrap_or_default())?;
    for secret in secrets {
        validator = validator.with_auth_token(secret)?;
    }
    match text(case, "algorithm") {
        Some("sha256") => validator = validator.with_algorithm(Algorithm::Sha256),
        None => {}
        other => panic!("no algorithm {other:?}"),
    }
    if let Some(limit) = case["max_body_bytes"].as_u64() {
        validator = validator.with_max_body_bytes(limit as usize);
    }
    match text(case, "public_base") {
        Some(base) => validator.with_public_base(base),
        None => Ok(validator),
    }
}

#[test]
fn requests() {
    run("requests", |case| {
        let (url, signature) = (text(case, "url").unwrap(), text(case, "signature"));
        let body = bytes(case, "body");
        let verified = validator(case)
            .and_then(|validator| Ok(validator.verify(method(case), url, &body, signature)?));
        settle(verified, case, |request| {
            let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
            let expected = full_pairs(&case["params"]);
            same("params", request.params().map(own).collect(), expected.clone())?;
            if case["servlet_params"].is_null() {
                return Ok(());
            }
            let map = full_pairs(&case["servlet_params"]);
            let validator = validator(case).unwrap();
            let request = validator.verify_servlet_params(url, map, signature).unwrap();
            same("params of a servlet", request.params().map(own).collect(), expected)
        })
    });
}

/// The verifier that a case describes.
fn http_verifier(case: &Value) -> Result<HttpVerifier, Error> {
    let origin = match text(case, "origin") {
        None | Some("public-base") => Origin::PublicBase,
        Some("forwarded") => Origin::Forwarded,
        Some("host-https") => Origin::Host { https: true },
        Some("host-http") => Origin::Host { https: false },
        other => panic!("no origin {other:?}"),
    };
    let methods = match text(case, "allowed_methods") {
        None | Some("post") => AllowedMethods::Post,
        Some("get") => AllowedMethods::Get,
        Some("get-and-post") => AllowedMethods::GetAndPost,
        other => panic!("no methods {other:?}"),
    };
    let is_lost = case["lost_question_mark"].as_bool().unwrap_or_default();
    let verifier = HttpVerifier::new(validator(case)?, origin)?;
    Ok(verifier.with_allowed_methods(methods).with_lost_question_mark(is_lost))
}

#[test]
fn http_requests() {
    run("http-requests", |case| {
        settle(http_verifier(case), case, |verifier| {
            let [method, target] = ["method", "target"].map(|key| text(case, key).unwrap());
            let (headers, body) = (full_pairs(&case["headers"]), bytes(case, "body"));
            let headers = || headers.iter().map(|(name, value)| (name, value));
            let head = verifier.check_head(method, headers());
            let head = head.map_or_else(|rejection| rejection.status(), |()| 200);
            same("head", u64::from(head), case["head"].as_u64().unwrap_or(200))?;
            if let Some(sid) = case.get("account_sid") {
                same(
                    "account",
                    claimed_account_sid(method, target, &body).as_deref(),
                    sid.as_str(),
                )?;
            }
            let request = HttpRequest::new(method, target, headers(), &body);
            let expected = case["status"].as_u64().unwrap();
            let line = verifier.diagnose(&request);
            same("line for the log", line.is_empty(), expected == 200)?;
            match verifier.verify(&request) {
                Ok(request) => {
                    same("status", 200, expected)?;
                    if case.get("params").is_none() {
                        return Ok(());
                    }
                    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                    same("params", request.params().map(own).collect(), full_pairs(&case["params"]))
                }
                Err(rejection) => {
                    same("status", u64::from(rejection.status()), expected)?;
                    same("Allow", rejection.allow(), text(case, "allow"))?;
                    same("line for the log", line.starts_with(&format!("{expected} to ")), true)
                }
            }
        })
    });
}

#[test]
fn raw_bodies() {
    run("raw-bodies", |case| {
        let (validator, body) = (validator(case).unwrap(), bytes(case, "raw_body"));
        let url = text(case, "url").unwrap();
        let with_hash = RequestValidator::url_with_body_sha256(url, &body);
        same("URL", Some(with_hash.as_str()), text(case, "url_with_hash"))?;
        let signature = text(case, "signature");
        same("signature", Some(validator.sign_raw(url, &body).as_str()), signature)?;
        same("valid", validator.validate_raw(&with_hash, &body, signature), true)?;
        let other = [body.as_slice(), b"x"].concat();
        same("another body", validator.validate_raw(&with_hash, other, signature), false)
    });
}

#[test]
fn signatures() {
    run("signatures", |case| {
        let validator = validator(case).unwrap();
        let (url, signature) = (text(case, "url").unwrap(), text(case, "signature"));
        let expected = case["valid"].as_bool().unwrap();
        if let Some(body) = text(case, "raw_body") {
            let found = validator.validate_raw(url, body.as_bytes(), signature);
            return same("valid", found, expected);
        }
        let params = full_pairs(&case["params"]);
        let pairs = || params.iter().map(|(name, value)| (name, value));
        same("valid, by pairs", validator.validate(url, pairs(), signature), expected)?;
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs()).finish();
        let verified = validator.verify(method(case), url, form.as_bytes(), signature);
        same("valid, by body", verified.is_ok(), expected)?;
        if case["signs"].as_bool() == Some(true) {
            same("signature", Some(validator.sign(url, pairs()).as_str()), signature)?;
        }
        Ok(())
    });
}
