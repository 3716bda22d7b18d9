//! The options of the app that a command calls as Twilio: its URL, and how the requests are signed.

use std::path::PathBuf;

use clap::Args;
use twiml_refer::http::Method;
use url::Url;

use crate::exit::{Failure, Result};
use crate::token;
use crate::twilio::client::{self, Signer};

#[derive(Debug, Args)]
pub(crate) struct App {
    /// The URL that answers the call: http://localhost:8080/voice
    url: String,
    /// The HTTP method of that request: GET or POST
    #[arg(long, value_name = "METHOD", default_value = "POST")]
    pub(crate) method: Method,
    /// Scheme, host and port by which Twilio reaches the app, if it verifies behind a proxy: requests
    /// to the origin of URL are signed for it
    #[arg(long, value_name = "BASE")]
    public_base: Option<String>,
    /// A file (or -) with the auth token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Vec<PathBuf>,
}

impl App {
    pub(crate) fn url(&self) -> Result<Url> {
        parse(&self.url)
    }

    /// Returns a signer with the public base, if there is one: without a token it would change nothing.
    pub(crate) fn signer(&self, url: &Url) -> Result<Option<Signer>> {
        let signer = token::validator_if_any(&self.token_file)?.map(Signer::new);
        match (&self.public_base, signer) {
            (Some(base), Some(signer)) => signer
                .with_public_base(url, base)
                .map(Some)
                .map_err(|error| Failure::option("--public-base", base, &error)),
            (Some(_), None) => Err(Failure::usage(
                "--public-base is for the signature, and there is no auth token: set \
                 TWILIO_AUTH_TOKEN, or give --token-file FILE",
            )),
            (None, signer) => Ok(signer),
        }
    }
}

/// Parses the URL of a webhook that was given as an option.
pub(crate) fn parse(text: &str) -> Result<Url> {
    client::parse_url(text).ok_or_else(|| {
        // In what cannot be read, a password could be anywhere before `@`.
        let may_have_password = text.contains('@');
        let example = match text.contains("://") || may_have_password {
            true => "http://localhost:8080/voice".to_owned(),
            false => format!("http://{text}"),
        };
        let url = if may_have_password { "" } else { text };
        Failure::usage(&format!("invalid URL of the webhook {url}: write it as {example}"))
    })
}
