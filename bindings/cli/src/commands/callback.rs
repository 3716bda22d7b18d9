//! `callback`: what the platform reported, typed.

use serde::Serialize;
use serde_json::{Map, Value};
use twiml_refer::{Error, VoiceRequest, limits::DEFAULT_MAX_BODY_BYTES, webhook::ReferCallback};

use crate::cli::Callback;
use crate::describe;
use crate::exit::{Answer, Failure};
use crate::output::{self, Output};
use crate::source::{Source, printable};
use crate::{input, render};

const HIDDEN: &str = "***";

#[derive(Serialize)]
struct Shown {
    valid: bool,
    #[serde(flatten)]
    fields: Map<String, Value>,
}

pub(crate) fn run(options: Callback, output: &mut Output) -> Result<Answer, Failure> {
    let path = input::or_stdin(options.file);
    // Room for what is dropped around a body that just fits.
    let bytes = input::read(&path, DEFAULT_MAX_BODY_BYTES.saturating_add("?\r\n".len()))?;
    let body = trimmed(&bytes);
    let callback = match ReferCallback::from_form(body) {
        Ok(callback) => callback,
        Err(error) => return refuse(&error, &input::name(&path), body, output),
    };
    if output.is_json() {
        let fields = fields(&callback, options.show_secrets)?;
        output.json(&Shown { valid: true, fields })?;
    } else {
        show(&callback, options.show_secrets, output)?;
    }
    Ok(Answer::Yes)
}

fn refuse(error: &Error, name: &str, body: &[u8], output: &mut Output) -> Result<Answer, Failure> {
    output.refuse(error, Source::form(name, body, error).as_ref())
}

/// Without one `?` before and one line end behind: as a body or query was copied.
fn trimmed(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"?").unwrap_or(bytes);
    bytes.strip_suffix(b"\r\n").or_else(|| bytes.strip_suffix(b"\n")).unwrap_or(bytes)
}

/// As core writes a callback, which leaves secrets out: that there is one, and what it is if that is asked for,
/// comes from the getters.
fn fields(callback: &ReferCallback, show_secrets: bool) -> Result<Map<String, Value>, Failure> {
    let failure = |error: serde_json::Error| Failure::usage(&format!("cannot write JSON: {error}"));
    let Value::Object(mut fields) = serde_json::to_value(callback).map_err(failure)? else {
        return Err(Failure::usage("cannot write JSON: a callback is no object"));
    };
    fields.insert("may_resume".to_owned(), Value::from(callback.may_resume()));
    let hides = |name: &str| VoiceRequest::is_secret(name) && !show_secrets;
    if let Some(token) = callback.request().call_token() {
        let shown = if show_secrets { token } else { HIDDEN };
        fields.insert("call_token".to_owned(), Value::from(shown));
    }
    let shown = |(name, value)| (name, if hides(name) { HIDDEN } else { value });
    let params: Vec<(&str, &str)> = callback.params().map(shown).collect();
    fields.insert("params".to_owned(), serde_json::to_value(params).map_err(failure)?);
    Ok(fields)
}

fn show(callback: &ReferCallback, show_secrets: bool, output: &mut Output) -> Result<(), Failure> {
    output.line(&format!("outcome: {}", printable(&describe::outcome(&callback.outcome()))))?;
    output.line(if callback.may_resume() {
        "the call: still there, the app can go on with it"
    } else {
        "the call: gone, there is no one left to talk to"
    })?;
    output.line(&format!("leg: {}", callback.request().leg()))?;
    let pairs: Vec<_> = callback.params().collect();
    let longest = pairs.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let width = longest.min(24);
    for (name, value) in pairs {
        let hidden = VoiceRequest::is_secret(name) && !show_secrets;
        let value = if hidden { HIDDEN.to_owned() } else { printable(value) };
        let name = printable(name);
        output.line(&format!("  {name:<width$}  {value}"))?;
    }
    let renderer = render::for_stderr();
    for problem in callback.problems() {
        output::complain(&render::warning(&problem.to_string(), &renderer));
    }
    Ok(())
}
