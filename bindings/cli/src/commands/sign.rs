//! `sign`: the signature of a request; and the options and the body, which `verify` has as well.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;
use twiml_refer::{
    RequestValidator, VoiceRequest, limits::DEFAULT_MAX_BODY_BYTES, webhook::Algorithm,
};

use crate::cli::TOKEN_HELP;
use crate::console::{self, Console};
use crate::exit::{Answer, Failure, Result};
use crate::{input, message, token};

/// Print the signature of a request, as Twilio would send it.
#[derive(Debug, Args)]
#[command(after_help = format!("{TOKEN_HELP}\n\nExample:\n  printf 'ReferCallStatus=busy' | \
    twiml-refer sign --url https://voice.example.com/refer --body -"))]
pub(crate) struct Options {
    #[command(flatten)]
    request: Request,
}

/// The request of `sign` and `verify`.
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// The URL that Twilio requests, with its query
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// A file (or -) with the form body
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// A file (or -) with a body that is not a form, for instance JSON
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    pub(crate) json_body: Option<PathBuf>,
    /// The hash of the signature
    #[arg(long, value_enum, default_value = "sha1")]
    algorithm: Hash,
    /// A file (or -) with an auth token; repeat it while tokens are rotated
    #[arg(long, value_name = "FILE")]
    token_file: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Hash {
    /// HMAC-SHA1 with the auth token, the usual one
    Sha1,
    /// HMAC-SHA256 with a shared key
    Sha256,
}

/// What is signed beside the URL.
pub(crate) enum Body {
    Form(Vec<u8>),
    Raw(Vec<u8>),
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let request = &options.request;
    let (validator, body) = (request.validator()?, request.body()?);
    let (signature, url) = match &body {
        Body::Form(body) => (validator.sign_form(&request.url, body), request.url.clone()),
        Body::Raw(body) => (
            validator.sign_raw(&request.url, body),
            RequestValidator::url_with_body_sha256(&request.url, body),
        ),
    };
    if console.is_json() {
        console.json(&json!({"signature": signature, "url": url}))?;
        return Ok(Answer::Yes);
    }
    if url != request.url {
        console::print_error(&message::note(&format!("this is the signature for {url}")));
    }
    console.line(&signature)?;
    Ok(Answer::Yes)
}

impl Request {
    pub(crate) fn validator(&self) -> Result<RequestValidator> {
        input::check_stdin_once(self.token_file.iter().chain(&self.body).chain(&self.json_body))?;
        Ok(token::validator(&self.token_file)?.with_algorithm(match self.algorithm {
            Hash::Sha1 => Algorithm::Sha1,
            Hash::Sha256 => Algorithm::Sha256,
        }))
    }

    /// Reads the body; one over the limit is refused.
    pub(crate) fn body(&self) -> Result<Body> {
        let Some(file) = self.body.as_ref().or(self.json_body.as_ref()) else {
            return Ok(Body::Form(Vec::new()));
        };
        let bytes = input::read(file, DEFAULT_MAX_BODY_BYTES)?;
        if bytes.len() > DEFAULT_MAX_BODY_BYTES
            && let Err(error) = VoiceRequest::from_form(&bytes, None)
        {
            return Err(Failure::refused(&error, None));
        }
        Ok(if self.body.is_some() { Body::Form(bytes) } else { Body::Raw(bytes) })
    }
}
