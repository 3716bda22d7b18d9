//! `callback`: what Twilio reported, typed.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use twiml_refer::{VoiceRequest, limits::DEFAULT_MAX_BODY_BYTES};

use crate::console::{self, Console, merged};
use crate::exit::{Answer, Failure, Result};
use crate::source::{Source, printable};
use crate::{input, message};

const HIDDEN: &str = "***";

/// Explain a request from Twilio: its form body, or its query string.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  echo 'ReferCallStatus=busy&ReferSipResponseCode=202&\
    NotifySipResponseCode=486' | \\\n      twiml-refer callback -")]
pub(crate) struct Options {
    /// The body; - or nothing is standard input
    file: Option<PathBuf>,
    /// Show the value of CallToken
    #[arg(long)]
    show_secrets: bool,
}

pub(crate) fn run(options: Options, console: &mut Console) -> Result<Answer> {
    let path = input::or_stdin(options.file);
    // Room for what is dropped around a body of exactly the limit.
    let bytes = input::read(&path, DEFAULT_MAX_BODY_BYTES + "?\r\n".len())?;
    let body = trimmed(&bytes);
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
    console.line(&match request.outcome() {
        Some(outcome) => format!("outcome: {}", printable(&message::outcome(&outcome))),
        None => "outcome: none, this is not the action request of a <Refer>".to_owned(),
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

/// Drops what copying leaves: one `?` in front, one line end behind.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"?").unwrap_or(bytes);
    bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}
