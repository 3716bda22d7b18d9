//! The crate `twilio`, used as its documentation shows: it is given hyper's request, verifies it and
//! reads who calls whom. It has no `<Refer>`. Requests and answers: `run.py`.

use std::hint::black_box;

use hyper::{Body, Request, Uri};
use peers::{Job, Value, json, pairs, serve, text};
use tokio::runtime::{Builder, Runtime};
use twilio::twiml::{Say, Twiml, Voice};
use twilio::{Call, Client, TwilioError};

fn main() {
    let answer = |case: &Value| match text(case, "job")? {
        "document" => say(case),
        "verify" => verify(case),
        "callback" => callback(case),
        _ => None,
    };
    serve(|_| spoken("Connecting you.", "en"), answer, timed);
}

fn spoken(text: &str, language: &str) -> String {
    let voice = Voice::Woman;
    Twiml::new().add(&Say { txt: text.into(), voice, language: language.into() }).as_twiml()
}

fn say(case: &Value) -> Option<Value> {
    let text_spoken = text(&case["say"], "text")?;
    Some(json!({"xml": spoken(text_spoken, text(&case["say"], "language").unwrap_or("en"))}))
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

/// The request as it arrives: nothing where the URL cannot be one.
fn request(case: &Value) -> Option<Request<Body>> {
    let url: Uri = text(case, "url").or(text(case, "seen"))?.parse().ok()?;
    let host = url.authority()?.as_str().rsplit('@').next()?.to_owned();
    let body = text(case, "body").unwrap_or_default();
    let method = if body.is_empty() { "GET" } else { "POST" };
    let mut request = Request::builder().method(method).uri(url.path_and_query()?.as_str());
    request = request.header("Host", host);
    if let Some(signature) = text(case, "signature") {
        request = request.header("X-Twilio-Signature", signature);
    }
    request.body(Body::from(body.to_owned())).ok()
}

fn client(case: &Value) -> Client {
    Client::new("AC0", text(case, "token").unwrap())
}

fn verify(case: &Value) -> Option<Value> {
    // It has no body but a form's, no other algorithm, and no setting for a proxy that hides the host.
    let host = |url: &str| url.split('/').nth(2).map(str::to_owned);
    let is_hidden = text(case, "public").and_then(host) != text(case, "seen").and_then(host);
    if case["json"].is_string() || case["algorithm"].is_string() || is_hidden {
        return None;
    }
    let answer = runtime().block_on(client(case).parse_request::<Call>(request(case)?));
    let refused = matches!(answer, Err(TwilioError::AuthError | TwilioError::BadRequest));
    Some(json!({"valid": !refused}))
}

fn callback(case: &Value) -> Option<Value> {
    if pairs(case).iter().any(|(name, _)| *name == "ReferCallStatus") {
        return None; // it does not know the action request of <Refer>
    }
    Some(match runtime().block_on(client(case).parse_request::<Call>(request(case)?)) {
        Err(error) => json!({"error": error.to_string()}),
        Ok(call) => json!({
            "call_sid": call.sid,
            "from": call.from,
            "to": call.to,
            "call_status": kebab(&format!("{:?}", call.status)),
        }),
    })
}

/// The name of the status, whose type is not exported, as Twilio spells it.
fn kebab(name: &str) -> String {
    let mut spelled = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !spelled.is_empty() {
            spelled.push('-');
        }
        spelled.push(letter.to_ascii_lowercase());
    }
    spelled
}

fn timed<'a>(name: &str, given: &'a Value) -> Option<Job<'a>> {
    if name != "parse" {
        return None;
    }
    let (runtime, client) = (runtime(), client(given));
    Some(Box::new(move || {
        let read = client.parse_request::<Call>(request(given).unwrap());
        black_box(runtime.block_on(read).unwrap());
    }))
}
