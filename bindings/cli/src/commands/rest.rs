//! `rest`: the REST request that gives a live call a new document.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use twiml_refer::{
    Error, VoiceResponse,
    error::ErrorKind,
    http::Method,
    limits::MAX_DOCUMENT_BYTES,
    twiml::{CallUpdate, RestRequest},
};

use crate::console::{Console, merged};
use crate::exit::{Answer, Failure, Result};
use crate::input;
use crate::source::Source;

/// Print the REST request that gives a live call a new document.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer build sip:alice@example.com | \\\n      \
    twiml-refer rest CA00000000000000000000000000000002 \\\n      \
    --account AC00000000000000000000000000000001 --twiml - --curl")]
pub(crate) struct Options {
    /// The call: CA and 32 hexadecimal digits
    call_sid: String,
    /// The account: AC and 32 hexadecimal digits
    #[arg(long, value_name = "SID")]
    account: String,
    /// The URL of the document
    #[arg(long, value_name = "URL", required_unless_present = "twiml", conflicts_with = "twiml")]
    url: Option<String>,
    /// The method with which Twilio requests the URL: GET or POST
    #[arg(long, value_name = "METHOD", requires = "url", conflicts_with = "twiml")]
    url_method: Option<Method>,
    /// A file (or -) with the document itself
    #[arg(long, value_name = "FILE")]
    twiml: Option<PathBuf>,
    /// Scheme, host and port of the API: another region or edge of Twilio, or --api of emulate, such as
    /// http://127.0.0.1:8081 [default: https://api.twilio.com]
    #[arg(long, value_name = "BASE")]
    base: Option<String>,
    /// Print a curl command, which takes TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN from the environment
    #[arg(long)]
    curl: bool,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let request = update(options)?.request();
    let (method, url, body) = (request.method(), request.url(), request.body());
    let curl = options.curl.then(|| curl(&request)).transpose()?;
    if console.is_json() {
        let mut shown = json!({"method": method.as_str(), "url": url, "body": body});
        if let Some(curl) = curl {
            shown = merged(shown, json!({"curl": curl}));
        }
        console.json(&shown)?;
    } else if let Some(curl) = curl {
        console.line(&curl)?;
    } else {
        console.line(&format!("{method} {url}"))?;
        console.line("Content-Type: application/x-www-form-urlencoded\n")?;
        console.line(body)?;
    }
    Ok(Answer::Yes)
}

fn update(options: &Options) -> Result<CallUpdate> {
    let (account, call) = (options.account.as_str(), options.call_sid.as_str());
    let wrong_option = |error: &Error| match error.parameter() {
        Some("AccountSid") => Failure::option("--account", account, error),
        Some("CallSid") => Failure::option("CALL_SID", call, error),
        _ => Failure::option("--url", options.url.as_deref().unwrap_or_default(), error),
    };
    let mut update = if let Some(file) = &options.twiml {
        let bytes = input::read(file, MAX_DOCUMENT_BYTES)?;
        let name = input::name(file);
        let refused =
            |error: &Error| Failure::refused(error, Some(&Source::document(&name, &bytes)));
        let document = VoiceResponse::parse_bytes(&bytes).map_err(|error| refused(&error))?;
        CallUpdate::from_twiml(account, call, &document).map_err(|error| match error.kind() {
            ErrorKind::RestTwimlTooLong => refused(&error),
            _ => wrong_option(&error),
        })?
    } else {
        let url = options.url.as_deref().unwrap_or_default();
        CallUpdate::from_url(account, call, url).map_err(|error| wrong_option(&error))?
    };
    if let Some(method) = options.url_method {
        update = update.with_url_method(method);
    }
    if let Some(base) = &options.base {
        update = update.with_base(base).map_err(|error| Failure::option("--base", base, &error))?;
    }
    Ok(update)
}

/// A line for a POSIX shell, which fills in the credentials when it runs.
fn curl(request: &RestRequest) -> Result<String> {
    let quote = |text| {
        shlex::try_quote(text)
            .map_err(|error| Failure::usage(&format!("cannot quote for a shell: {error}")))
    };
    let (method, url, body) = (request.method(), quote(request.url())?, quote(request.body())?);
    let credentials = "\"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\"";
    Ok(format!("curl -X {method} {url} -u {credentials} --data-raw {body}"))
}
