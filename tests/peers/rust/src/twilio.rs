//! The crate `twilio`, used as its documentation shows: it is given hyper's request, which it verifies. It
//! has no `<Refer>`.

use hyper::{Body, Request, Uri};
use serde_json::{Value, json};
use twilio::twiml::{Say, Twiml, Voice};
use twilio::{Call, Client, TwilioError};

use crate::{Answer, text};

pub fn answer(job: &str, case: &Value) -> Answer {
    Ok(match job {
        "document" => text(&case["say"], "text").map_or(Value::Null, |spoken| {
            let (txt, voice) = (spoken.into(), Voice::Woman);
            let language = text(&case["say"], "language").unwrap_or("en").into();
            json!({"xml": Twiml::new().add(&Say { txt, voice, language }).as_twiml()})
        }),
        "verify" => verify(case).unwrap_or_default(),
        _ => Value::Null,
    })
}

fn verify(case: &Value) -> Option<Value> {
    // It has no body but a form's, no other algorithm, and no setting for a proxy that hides the host.
    let host = |url: &str| url.split('/').nth(2).map(str::to_owned);
    let is_hidden = text(case, "public").and_then(host) != text(case, "seen").and_then(host);
    if case["json"].is_string() || case["algorithm"].is_string() || is_hidden {
        return None;
    }
    let client = Client::new("AC0", text(case, "token")?);
    let runtime = tokio::runtime::Builder::new_current_thread().build().ok()?;
    let answer = runtime.block_on(client.parse_request::<Call>(request(case)?));
    let refused = matches!(answer, Err(TwilioError::AuthError | TwilioError::BadRequest));
    Some(json!({"valid": !refused}))
}

/// The request as it arrives: nothing where the URL cannot be one.
fn request(case: &Value) -> Option<Request<Body>> {
    let url: Uri = text(case, "url").or(text(case, "seen"))?.parse().ok()?;
    let host = url.authority()?.as_str().rsplit('@').next()?;
    let body = text(case, "body")?;
    let method = if body.is_empty() { "GET" } else { "POST" };
    let mut request = Request::builder().method(method).uri(url.path_and_query()?.as_str());
    request = request.header("Host", host);
    if let Some(signature) = text(case, "signature") {
        request = request.header("X-Twilio-Signature", signature);
    }
    request.body(Body::from(body.to_owned())).ok()
}
