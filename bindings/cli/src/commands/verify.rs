//! `verify`: whether a request was signed by Twilio.

use clap::Args;
use serde_json::{Value, json};
use twiml_refer::http::Method;
use twiml_refer::webhook::{Hint, HintKind, VerifyError};
use twiml_refer::{Error, RequestValidator};

use super::sign::{Body, Request};
use crate::cli::TOKEN_HELP;
use crate::console::{self, Console};
use crate::exit::{Answer, Failure, Result};
use crate::source::{Source, printable};
use crate::{input, message};

/// Check whether a request was signed by Twilio.
#[derive(Debug, Args)]
#[command(after_help = format!("{TOKEN_HELP}\n\nExample:\n  twiml-refer verify \
    --url /refer --public-base https://voice.example.com \\\n      \
    --signature RSOYDt4T1cUTdK1PDd93/VVr8B8= --body body.txt --explain"))]
pub(crate) struct Options {
    #[command(flatten)]
    request: Request,
    /// The method of the route [default: POST with a body, GET without]
    #[arg(long, value_name = "METHOD")]
    method: Option<Method>,
    /// The value of the header X-Twilio-Signature
    #[arg(long, value_name = "SIGNATURE", allow_hyphen_values = true)]
    signature: String,
    /// Scheme, host and port by which Twilio reaches the app, and the path prefix that a gateway strips:
    /// the URL may then be the request target, as it came (/refer?x=1)
    #[arg(long, value_name = "BASE")]
    public_base: Option<String>,
    /// Also try other escapes of ' : @ and of characters outside ASCII, which some proxies rewrite
    #[arg(long)]
    accept_encoded_spellings: bool,
    /// List the URLs that were tried, and what was hashed for each
    #[arg(long)]
    explain: bool,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let request = &options.request;
    let mut validator =
        request.validator()?.with_encoded_spellings(options.accept_encoded_spellings);
    if let Some(base) = &options.public_base {
        validator = validator
            .with_public_base(base)
            .map_err(|error| Failure::option("--public-base", base, &error))?;
    }
    let body = match request.body() {
        Ok(body) => body,
        // Of a body over the limit nothing was hashed.
        Err(Failure::Refused { error, .. }) if console.is_json() => {
            console.json(&json!({"valid": false, "tried": null, "hints": [], "error": error}))?;
            return Ok(Answer::No);
        }
        Err(failure) => return Err(failure),
    };
    let error = verify(&validator, options, &body).err();
    let form: &[u8] = if let Body::Form(bytes) = &body { bytes } else { &[] };
    let tried = options.explain.then(|| validator.explain(&request.url, form));
    let hints = if error.is_some() { hints(&validator, options, &body) } else { Vec::new() };
    if console.is_json() {
        let tried = tried.map(|tried| {
            let shown = tried.iter().map(|it| json!({"url": it.url(), "hashed": it.hashed()}));
            shown.collect::<Value>()
        });
        let hints = hints
            .iter()
            .map(|hint| json!({"kind": hint.kind().as_str(), "message": hint.message()}));
        let hints = hints.collect::<Value>();
        console.json(
            &json!({"valid": error.is_none(), "tried": tried, "hints": hints, "error": error}),
        )?;
        return Ok(Answer::yes_if(error.is_none()));
    }
    for candidate in tried.iter().flatten() {
        console.line(&format!("tried   {}", printable(candidate.url())))?;
        console.line(&format!("hashed  {}", printable(&candidate.hashed())))?;
    }
    let Some(error) = error else {
        console.line("valid")?;
        return Ok(Answer::Yes);
    };
    let name = request.body.as_deref().map_or_else(|| "query".to_owned(), input::name);
    let source = request.body.as_ref().and_then(|_| Source::form(&name, form, &error));
    console::print_error(&message::error(&error, source.as_ref()));
    if let Body::Raw(bytes) = &body
        && RequestValidator::url_with_body_sha256(&request.url, bytes) != request.url
    {
        console::print_error(&message::note(
            "the URL has no bodySHA256, without which the signature does not cover a body that is \
             not a form: give the URL as it was requested, with its query",
        ));
    }
    for hint in &hints {
        console::print_error(&message::note(hint.message()));
    }
    if !options.explain {
        let text = "--explain lists the URLs that were tried";
        console::print_error(&message::note(text));
    }
    Ok(Answer::No)
}

fn method(options: &Options) -> Method {
    let has_body = options.request.body.is_some() || options.request.json_body.is_some();
    options.method.unwrap_or(if has_body { Method::Post } else { Method::Get })
}

/// Why it is not valid. That a body which is not a form is not hashed with the URL is no reason.
fn hints(validator: &RequestValidator, options: &Options, body: &Body) -> Vec<Hint> {
    let (is_raw, bytes): (bool, &[u8]) = match body {
        Body::Form(bytes) => (false, bytes),
        Body::Raw(bytes) => (true, bytes),
    };
    let url = &options.request.url;
    let mut hints = validator.diagnose(method(options), url, bytes, Some(&options.signature));
    hints.retain(|hint| !is_raw || hint.kind() != HintKind::Body);
    hints
}

fn verify(
    validator: &RequestValidator,
    options: &Options,
    body: &Body,
) -> std::result::Result<(), Error> {
    let Options { request, signature, .. } = options;
    let method = method(options);
    match body {
        Body::Form(bytes) => {
            let verified = validator.verify(method, &request.url, bytes, Some(signature));
            verified.map(drop).map_err(Error::from)
        }
        Body::Raw(_) if signature.is_empty() => Err(VerifyError::SignatureMissing.into()),
        Body::Raw(bytes)
            if method == Method::Post
                && validator.validate_raw(&request.url, bytes, Some(signature)) =>
        {
            Ok(())
        }
        Body::Raw(_) => Err(VerifyError::SignatureMismatch.into()),
    }
}
