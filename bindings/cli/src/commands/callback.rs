//! `callback`: what Twilio reported, typed.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use twiml_refer::{VoiceRequest, limits::DEFAULT_MAX_BODY_BYTES, webhook::ReferCallback};

use crate::console::{self, Console, merged};
use crate::exit::{Answer, Failure, Result};
use crate::source::{Source, printable};
use crate::{input, message};

const HIDDEN: &str = "***";

/// Explain a callback: its form body, or its query string.
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
    let callback = ReferCallback::from_form(body).map_err(|error| {
        Failure::refused(&error, Source::form(&input::name(&path), body, &error).as_ref())
    })?;
    let show = |name: &str| options.show_secrets || !VoiceRequest::is_secret(name);
    if console.is_json() {
        console.json(&fields(&callback, show))?;
    } else {
        print(&callback, show, console)?;
    }
    Ok(Answer::Yes)
}

/// Drops what copying leaves: one `?` in front, one line end behind.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"?").unwrap_or(bytes);
    bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}

/// The request as core serializes it, without secrets; these come from the getters.
fn fields(callback: &ReferCallback, show: impl Fn(&str) -> bool) -> Value {
    let shown = |name, value| if show(name) { value } else { HIDDEN };
    let params = callback.params().map(|(name, value)| (name, shown(name, value)));
    let mut own = json!({
        "may_resume": callback.may_resume(),
        "params": params.collect::<Vec<_>>(),
    });
    if let Some(token) = callback.request().call_token() {
        own = merged(own, json!({"call_token": shown("CallToken", token)}));
    }
    merged(merged(json!({"valid": true}), json!(callback)), own)
}

fn print(
    callback: &ReferCallback,
    show: impl Fn(&str) -> bool,
    console: &mut Console,
) -> Result<()> {
    console.line(&format!("outcome: {}", printable(&message::outcome(&callback.outcome()))))?;
    console.line(if callback.may_resume() {
        "the call: still there, the app can go on with it"
    } else {
        "the call: gone, there is no one left to talk to"
    })?;
    console.line(&format!("leg: {}", callback.request().leg()))?;
    let longest = callback.params().map(|(name, _)| name.chars().count()).max();
    let width = longest.unwrap_or_default().min(24);
    for (name, value) in callback.params() {
        let value = if show(name) { printable(value) } else { HIDDEN.to_owned() };
        console.line(&format!("  {:<width$}  {value}", printable(name)))?;
    }
    for problem in callback.problems() {
        console::print_error(&message::warning(&problem.to_string()));
    }
    Ok(())
}
