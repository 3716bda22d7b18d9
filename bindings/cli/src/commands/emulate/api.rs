//! The part of Twilio's REST API that concerns `<Refer>`: a live call is read, given another document or ended, and a
//! call is made. Answers are Twilio's JSON, errors have its numbers.

use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use twiml_refer::error::ErrorKind;
use twiml_refer::http::Method;
use twiml_refer::limits::DEFAULT_MAX_BODY_BYTES;
use twiml_refer::twiml::CallUpdate;
use twiml_refer::webhook::Leg;
use twiml_refer::{Error, SipUri, VoiceRequest, VoiceResponse};
use url::{Url, form_urlencoded};

use super::calls::{CallManager, timestamp};
use crate::commands::http::{self, Request, Response};
use crate::console::merged;
use crate::exit::Result;
use crate::twilio::call::ACCOUNT_SID;
use crate::twilio::client;
use crate::twilio::registry::{LiveCall, Update};

/// Twilio's numbers of what can be wrong with a request.
const AUTHENTICATE: u32 = 20003;
const FORBIDDEN: u32 = 20403;
const NOT_FOUND: u32 = 20404;
const METHOD_NOT_ALLOWED: u32 = 20004;
const INVALID_PARAMETER: u32 = 20001;
const UNPARSABLE: u32 = 12100;
const TO_MISSING: u32 = 21201;
const URL_INVALID: u32 = 21205;
const TO_INVALID: u32 = 21211;
const FROM_MISSING: u32 = 21213;
const NOT_IN_PROGRESS: u32 = 21220;

const IN_PROGRESS: &str = "in-progress";
const OUTBOUND: &str = "outbound-api";

/// Properties of Twilio's Call resource that no call has here.
const UNKNOWN: [&str; 9] = [
    "annotation",
    "answered_by",
    "caller_name",
    "forwarded_from",
    "group_sid",
    "parent_call_sid",
    "phone_number_sid",
    "price",
    "trunk_sid",
];

/// What is wrong: the HTTP status, Twilio's number, and a sentence.
struct Refusal(u16, u32, String);

type Answer = std::result::Result<(u16, Value), Refusal>;

/// Serves the API until the process ends.
pub(super) fn serve(listener: TcpListener, manager: &CallManager) -> Result<()> {
    let manager = manager.clone();
    http::serve(listener, move |request| respond(request, &manager))
}

fn respond(request: std::result::Result<&mut Request, u16>, manager: &CallManager) -> Response {
    let answer = request.map_err(unreadable).and_then(|request| answer(request, manager));
    let (status, body) = answer.unwrap_or_else(|Refusal(status, code, message)| {
        let more = format!("https://www.twilio.com/docs/errors/{code}");
        (status, json!({"code": code, "message": message, "more_info": more, "status": status}))
    });
    let headers = "Content-Type: application/json\r\n".to_owned();
    Response { status, headers, body: body.to_string() }
}

fn unreadable(status: u16) -> Refusal {
    Refusal(status, INVALID_PARAMETER, "The request cannot be read, or is too large".to_owned())
}

fn answer(request: &mut Request, manager: &CallManager) -> Answer {
    if request.is_cross_site {
        let text = "Forbidden: the request comes from a page in a browser. Send it without Origin";
        return Err(Refusal(403, FORBIDDEN, text.to_owned()));
    }
    if !is_authentic(request, manager) {
        return Err(Refusal(401, AUTHENTICATE, "Authenticate".to_owned()));
    }
    let target = request.target.clone();
    let path = target.split('?').next().unwrap_or_default();
    let account = format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Calls");
    let rest = path.strip_prefix(&account).and_then(|rest| rest.strip_suffix(".json"));
    let not_found =
        || Refusal(404, NOT_FOUND, format!("The requested resource {path} was not found"));
    let rest = rest.ok_or_else(not_found)?;
    let is_post = match request.method.as_str() {
        "POST" => true,
        "GET" => false,
        _ => return Err(Refusal(405, METHOD_NOT_ALLOWED, "Method not allowed".to_owned())),
    };
    match rest.strip_prefix('/').map(|sid| manager.registry().get(sid)) {
        Some(None) => Err(not_found()),
        Some(Some(call)) if is_post => update(&call, &form(request)?),
        Some(Some(call)) => Ok((200, resource(&call))),
        None if rest.is_empty() && is_post => create(manager, &form(request)?),
        None => Err(not_found()),
    }
}

/// Checks the Basic credentials: the account and its token.
fn is_authentic(request: &Request, manager: &CallManager) -> bool {
    let encoded = request.authorization.as_ref().and_then(|header| {
        let (scheme, encoded) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("Basic").then(|| encoded.trim().to_owned())
    });
    let decoded = encoded.and_then(|encoded| BASE64.decode(encoded).ok());
    let Some(credentials) = decoded.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return false;
    };
    credentials
        .split_once(':')
        .is_some_and(|(account, token)| account == ACCOUNT_SID && manager.accepts_token(token))
}

struct Form(Vec<(String, String)>);

impl Form {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn form(request: &mut Request) -> std::result::Result<Form, Refusal> {
    let body = request.body(DEFAULT_MAX_BODY_BYTES).map_err(unreadable)?;
    Ok(Form(form_urlencoded::parse(body).into_owned().collect()))
}

fn update(call: &LiveCall, form: &Form) -> Answer {
    match form.get("Status") {
        // "It will not affect calls already in progress" (Twilio's documentation of the Call resource).
        Some("canceled") if call.status().0 == IN_PROGRESS => {}
        Some("completed" | "canceled") => call.hang_up(),
        Some(status) => {
            let text = format!("Status {status} is not supported here: send completed or canceled");
            return Err(Refusal(400, INVALID_PARAMETER, text));
        }
        None => {
            if form.get("Url").is_some() && form.get("Twiml").is_some() {
                let text = "Twiml and Url are mutually exclusive: send one of them".to_owned();
                return Err(Refusal(400, INVALID_PARAMETER, text));
            }
            let update = document(form, &call.sid)?;
            if !call.update(update) {
                let text = "Call is not in-progress. Cannot redirect.".to_owned();
                return Err(Refusal(400, NOT_IN_PROGRESS, text));
            }
        }
    }
    Ok((200, resource(call)))
}

fn create(manager: &CallManager, form: &Form) -> Answer {
    let to = called(form.get("To").unwrap_or_default())?;
    let from = form.get("From").filter(|from| !from.is_empty());
    let missing = || Refusal(400, FROM_MISSING, "No 'From' number is specified".to_owned());
    let from = from.ok_or_else(missing)?;
    let update = document(form, "CA00000000000000000000000000000000")?;
    let call = manager
        .call(to, Some(from), Some(update))
        .map_err(|error| Refusal(400, TO_INVALID, error))?;
    Ok((201, resource(&call)))
}

/// Returns the endpoint to call.
fn called(to: &str) -> std::result::Result<SipUri, Refusal> {
    if to.is_empty() {
        return Err(Refusal(400, TO_MISSING, "No 'To' number is specified".to_owned()));
    }
    SipUri::parse(to).map_err(|error| {
        let call = [("Direction", OUTBOUND), ("To", to)];
        let leg = VoiceRequest::from_pairs(call, None).map(|call| call.leg());
        match (leg, ErrorKind::ReferNotSupported.twilio_number()) {
            (Ok(Leg::Pstn | Leg::Client), Some(number)) => {
                let text = format!(
                    "To: {to} is not a SIP URI: only SIP endpoints can be called here, and <Refer> works on SIP legs \
                     only"
                );
                Refusal(400, number.into(), text)
            }
            _ => Refusal(400, TO_INVALID, format!("To: {}", error.message())),
        }
    })
}

/// Returns the document that a request names or holds: with both, Twilio uses the URL.
fn document(form: &Form, call_sid: &str) -> std::result::Result<Update, Refusal> {
    let Some(text) = form.get("Url") else {
        let missing = || Refusal(400, URL_INVALID, "Url parameter is required".to_owned());
        let twiml = form.get("Twiml").ok_or_else(missing)?;
        let refuse = |error: Error, other: u32| {
            let code = error.twilio_number().map_or(other, u32::from);
            Refusal(400, code, format!("Twiml: {}", error.message()))
        };
        let document = VoiceResponse::parse(twiml).map_err(|error| refuse(error, UNPARSABLE))?;
        CallUpdate::from_twiml(ACCOUNT_SID, call_sid, &document)
            .map_err(|error| refuse(error, INVALID_PARAMETER))?;
        return Ok(Update::Document(document));
    };
    let invalid = || Refusal(400, URL_INVALID, format!("Url is not a valid URL: {text}"));
    let url: Url = client::parse_url(text).ok_or_else(invalid)?;
    let method = form.get("Method").map_or(Ok(Method::Post), str::parse);
    let method = method.map_err(|error| Refusal(400, INVALID_PARAMETER, error.message()))?;
    Ok(Update::Fetch { method, url })
}

/// Returns the call as Twilio's Call resource. What is not known of a call here is null.
fn resource(call: &LiveCall) -> Value {
    let (status, duration) = call.status();
    // The resource has another word for a call that was just made than a status callback.
    let status = if status == "initiated" { "queued" } else { status };
    let (sid, created, changed) = (&call.sid, timestamp(call.created), timestamp(call.changed()));
    let unknown: serde_json::Map<_, _> =
        UNKNOWN.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    let known = json!({"sid": sid, "account_sid": ACCOUNT_SID, "api_version": "2010-04-01",
        "from": call.from, "from_formatted": call.from, "to": call.to, "to_formatted": call.to,
        "status": status, "direction": if call.is_outgoing { OUTBOUND } else { "inbound" },
        "date_created": created, "date_updated": changed, "start_time": created,
        "end_time": duration.is_some().then_some(changed),
        "duration": duration.map(|duration| duration.as_secs().to_string()),
        "price_unit": "USD", "queue_time": "0", "subresource_uris": {},
        "uri": format!("/2010-04-01/Accounts/{ACCOUNT_SID}/Calls/{sid}.json")});
    merged(Value::Object(unknown), known)
}
