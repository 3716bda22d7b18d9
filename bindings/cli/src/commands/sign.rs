//! `sign`: the signature of a request; and the request's body, which `verify` reads as well.

use std::path::PathBuf;

use serde::Serialize;
use twiml_refer::{
    Error, RequestValidator, limits::DEFAULT_MAX_BODY_BYTES, webhook::ReferCallback,
};

use crate::cli::{Request, Sign};
use crate::exit::{Answer, Failure};
use crate::output::{self, Output};
use crate::{input, render, secrets};

#[derive(Serialize)]
struct Signed<'a> {
    signature: &'a str,
    /// The URL to which the request must go: with `bodySHA256` where the body is no form.
    url: &'a str,
}

/// What is signed beside the URL.
pub(crate) enum Body {
    Form(Vec<u8>),
    Raw(Vec<u8>),
}

pub(crate) fn run(options: &Sign, output: &mut Output) -> Result<Answer, Failure> {
    let request = &options.request;
    let (validator, body) = prepare(request)?;
    let body = match body {
        Ok(body) => body,
        Err(error) => return output.refuse(&error, None),
    };
    let (signature, url) = match &body {
        Body::Form(body) => (validator.sign_form(&request.url, body), request.url.clone()),
        Body::Raw(body) => (
            validator.sign_raw(&request.url, body),
            RequestValidator::url_with_body_sha256(&request.url, body),
        ),
    };
    if output.is_json() {
        output.json(&Signed { signature: &signature, url: &url })?;
        return Ok(Answer::Yes);
    }
    if url != request.url {
        let note = format!("this is the signature for {url}");
        output::complain(&render::note(&note, &render::for_stderr()));
    }
    output.line(&signature)?;
    Ok(Answer::Yes)
}

/// The validator with the secrets, and the body, or the error that it is over the limit.
pub(crate) fn prepare(
    request: &Request,
) -> Result<(RequestValidator, Result<Body, Error>), Failure> {
    let body_file = request.body.as_ref().or(request.json_body.as_ref());
    input::check_stdin_once(request.token_file.iter().chain(body_file))?;
    let validator =
        secrets::validator(&request.token_file)?.with_algorithm(request.algorithm.into());
    Ok((validator, body(request.body.as_ref(), request.json_body.as_ref())?))
}

fn body(form: Option<&PathBuf>, raw: Option<&PathBuf>) -> Result<Result<Body, Error>, Failure> {
    let read = |file: &PathBuf| input::read(file, DEFAULT_MAX_BODY_BYTES);
    let (bytes, body): (_, fn(Vec<u8>) -> Body) = match (form, raw) {
        (Some(file), _) => (read(file)?, Body::Form),
        (None, Some(file)) => (read(file)?, Body::Raw),
        (None, None) => (Vec::new(), Body::Form),
    };
    if bytes.len() > DEFAULT_MAX_BODY_BYTES {
        // Only the beginning was read, so that nothing could be said but this, in core's words.
        if let Err(error) = ReferCallback::from_form(&bytes) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(body(bytes)))
}
