//! `callback`: what Twilio reported, typed.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use twiml_refer::{VoiceRequest, limits::DEFAULT_MAX_BODY_BYTES};

use crate::console::{self, Console, merged};
use crate::exit::{Answer, Failure, Result};
use crate::source::{Source, printable};
use crate::{input, message, recognize};

const HIDDEN: &str = "***";

/// Room for what is dropped around a body of exactly the limit: the head of a request, for instance.
const MAX_AROUND_BYTES: usize = 64 * 1024;

/// Explain a request from Twilio: its form body, or its query string.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  echo 'ReferCallStatus=busy&ReferSipResponseCode=202&\
    NotifySipResponseCode=486' | \\\n      twiml-refer callback -")]
pub(crate) struct Options {
    /// The body, or a URL or an HTTP request that has it; - or nothing is standard input
    file: Option<PathBuf>,
    /// Show the value of CallToken
    #[arg(long)]
    show_secrets: bool,
}

pub(crate) fn run(options: Options, console: &mut Console) -> Result<Answer> {
    let path = input::or_stdin(options.file);
    let bytes = input::read(&path, DEFAULT_MAX_BODY_BYTES + MAX_AROUND_BYTES)?;
    let body = form(&bytes);
    let fits = body.len() <= DEFAULT_MAX_BODY_BYTES;
    if let Some(recognized) = recognize::not_form(body).filter(|_| fits) {
        return Err(Failure::refused_as("request-not-form", &recognized.instead_of("a form")));
    }
    let request = VoiceRequest::from_form(body, None).map_err(|error| {
        Failure::refused(&error, Source::form(&input::name(&path), body, &error).as_ref())
    })?;
    let show = |name: &str| options.show_secrets || !VoiceRequest::is_secret(name);
    let shown = |name: &str, value: &str| if show(name) { value } else { HIDDEN }.to_owned();
    let params: Vec<_> =
        request.params().map(|(name, value)| (name.to_owned(), shown(name, value))).collect();
    let mut fields = json!(request);
    if console.is_json() {
        // Core leaves secrets out.
        fields = merged(json!({"valid": true}), merged(fields, json!({"params": params})));
        if let Some(token) = request.call_token() {
            fields = merged(fields, json!({"call_token": shown("CallToken", token)}));
        }
        console.json(&fields)?;
        return Ok(Answer::Yes);
    }
    let outcome = request.outcome();
    console.line(&match &outcome {
        Some(outcome) => format!("outcome: {}", printable(&message::outcome(outcome))),
        None => {
            format!("outcome: none, this is not the action request of a <Refer>{}", which(&request))
        }
    })?;
    match fields.get("may_resume").and_then(Value::as_bool) {
        Some(true) => console.line("the call: still there, the app can go on with it")?,
        Some(false) => console.line("the call: gone, there is no one left to talk to")?,
        None => {}
    }
    console.line(&format!("leg: {}", request.leg()))?;
    let longest = params.iter().map(|(name, _)| name.chars().count()).max();
    let width = longest.unwrap_or_default().min(24);
    for (name, value) in &params {
        console.line(&format!("  {:<width$}  {}", printable(name), printable(value)))?;
    }
    message::diagnostics(request.diagnostics(), |_| None).iter().for_each(console::print_error);
    Ok(Answer::Yes)
}

/// Returns the form in what was copied: the body of an HTTP request, or its query if there is no body; the query
/// of a URL; and that without one `?` in front and one line end behind.
fn form(bytes: &[u8]) -> &[u8] {
    let form = match http_request(bytes) {
        Some((target, body)) if body.trim_ascii().is_empty() => query(target).unwrap_or_default(),
        Some((_, body)) => body,
        None if is_url(bytes) => query(bytes).unwrap_or(bytes),
        None => bytes.strip_prefix(b"?").unwrap_or(bytes),
    };
    form.strip_suffix(b"\r\n").or_else(|| form.strip_suffix(b"\n")).unwrap_or(form)
}

/// Splits an HTTP request into its target and its body. The first line may be missing.
fn http_request(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b'\n', bytes).unwrap_or(bytes.len());
    let (line, rest) = bytes.split_at_checked(end)?;
    let blank = |blank: &[u8]| Some(memchr::memmem::find(rest, blank)?.saturating_add(blank.len()));
    let body = blank(b"\n\r\n").into_iter().chain(blank(b"\n\n")).min();
    let body = body.and_then(|at| rest.get(at..));
    let mut words = line.trim_ascii().split(|byte| *byte == b' ');
    let (first, target) = (words.next()?, words.next()?);
    if words.next().is_some_and(|version| version.starts_with(b"HTTP/")) {
        return Some((target, body.unwrap_or_default()));
    }
    // A header, and a body that has more than another line of text.
    let body = body.filter(|body| first.ends_with(b":") && body.contains(&b'='))?;
    Some((&[], body))
}

fn is_url(bytes: &[u8]) -> bool {
    [&b"http://"[..], b"https://", b"/"].iter().any(|start| bytes.starts_with(start))
}

fn query(url: &[u8]) -> Option<&[u8]> {
    let at = memchr::memchr(b'?', url)?;
    url.get(at.saturating_add(1)..)
}

/// Parameters by which another request of Twilio's is known, the most telling first.
const REQUESTS: [(&[&str], &str); 13] = [
    (&["ReferTransferTarget"], "a request to the referUrl of a <Dial>"),
    (&["DialCallStatus", "DialCallSid", "DialBridged"], "the action request of a <Dial>"),
    (&["RecordingStatus"], "a status callback of a recording"),
    (&["RecordingUrl", "RecordingSid"], "the action request of a <Record>"),
    (&["Digits", "SpeechResult", "FinishedOnKey"], "the action request of a <Gather>"),
    (&["QueueResult", "QueueSid"], "a request of an <Enqueue> or <Queue>"),
    (&["ConferenceSid"], "a status callback of a <Conference>"),
    (&["StreamSid"], "a status callback of a <Stream>"),
    (&["MessageSid", "SmsSid"], "a request about a message, not a call"),
    (&["ErrorUrl", "ErrorCode"], "a request to a fallback URL, after an error"),
    (&["PayloadType", "Level"], "a debugger event"),
    (&["CallbackSource", "SequenceNumber", "CallDuration"], "a status callback of a call"),
    (&["AnsweredBy"], "a request with the result of answering machine detection"),
];

/// Returns which request of Twilio's it is instead, as a clause.
fn which(request: &VoiceRequest) -> String {
    let has = |name: &str| request.params().any(|(known, _)| known == name);
    if request.params().next().is_none() {
        return ": it has no parameters at all; did something else read the body before?"
            .to_owned();
    }
    let known = REQUESTS.iter().find(|(names, _)| names.iter().any(|name| has(name)));
    match known {
        Some((_, request)) => format!(", but {request}"),
        None if has("CallSid") && has("CallStatus") => {
            ", but a request for the document of a call, or a status callback".to_owned()
        }
        None => String::new(),
    }
}
