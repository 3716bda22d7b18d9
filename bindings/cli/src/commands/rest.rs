//! `rest`: the REST request that gives a live call a new document.

use serde::Serialize;
use twiml_refer::{
    Error, VoiceResponse,
    error::ErrorKind,
    limits::MAX_DOCUMENT_BYTES,
    twiml::{CallUpdate, RestRequest},
};

use crate::cli::Rest;
use crate::exit::{Answer, Failure};
use crate::input;
use crate::output::Output;
use crate::source::Source;

const CREDENTIALS: &str = "\"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\"";

#[derive(Serialize)]
struct Shown<'a> {
    method: &'static str,
    url: &'a str,
    body: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    curl: Option<&'a str>,
}

pub(crate) fn run(options: &Rest, output: &mut Output) -> Result<Answer, Failure> {
    let (account, call) = (options.account.as_str(), options.call_sid.as_str());
    let update = if let Some(file) = &options.twiml {
        let bytes = input::read(file, MAX_DOCUMENT_BYTES)?;
        let name = input::name(file);
        let document = match VoiceResponse::parse_bytes(&bytes) {
            Ok(document) => document,
            Err(error) => return output.refuse(&error, Some(&Source::document(&name, &bytes))),
        };
        match CallUpdate::with_twiml(account, call, &document) {
            Err(error) if error.kind() == ErrorKind::RestTwimlTooLong => {
                return output.refuse(&error, Some(&Source::document(&name, &bytes)));
            }
            other => other,
        }
    } else {
        CallUpdate::with_url(account, call, options.url.as_deref().unwrap_or_default())
    };
    let request = request(update, options)?;
    let curl = options.curl.then(|| curl(&request)).transpose()?;
    if output.is_json() {
        let (method, url, body) = (request.method().as_str(), request.url(), request.body());
        output.json(&Shown { method, url, body, curl: curl.as_deref() })?;
    } else if let Some(curl) = curl {
        output.line(&curl)?;
    } else {
        output.line(&format!("{} {}", request.method(), request.url()))?;
        output.line("Content-Type: application/x-www-form-urlencoded\n")?;
        output.line(request.body())?;
    }
    Ok(Answer::Yes)
}

fn request(update: Result<CallUpdate, Error>, options: &Rest) -> Result<RestRequest, Failure> {
    let mut update = update.map_err(|error| refused_option(options, &error))?;
    if let Some(method) = options.url_method {
        update = update.url_method(method);
    }
    if let Some(base) = &options.base {
        update = update.base(base).map_err(|error| Failure::option("--base", base, &error))?;
    }
    Ok(update.request())
}

/// Which of the values on the command line core means.
fn refused_option(options: &Rest, error: &Error) -> Failure {
    match error.parameter() {
        Some("AccountSid") => Failure::option("--account", &options.account, error),
        Some("CallSid") => Failure::option("CALL_SID", &options.call_sid, error),
        _ => Failure::option("--url", options.url.as_deref().unwrap_or_default(), error),
    }
}

/// For a POSIX shell, which fills in the credentials when it is run.
fn curl(request: &RestRequest) -> Result<String, Failure> {
    let quote = |text| {
        shlex::try_quote(text)
            .map_err(|error| Failure::usage(&format!("cannot be quoted for a shell: {error}")))
    };
    let (url, body) = (quote(request.url())?, quote(request.body())?);
    let method = request.method();
    Ok(format!("curl -X {method} {url} -u {CREDENTIALS} --data-raw {body}"))
}
