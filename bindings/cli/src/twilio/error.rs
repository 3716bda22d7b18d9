//! What can be wrong with a webhook: a kind for programs, and for people what is wrong and what to do.

use twiml_refer::limits::MAX_DOCUMENT_BYTES;
use twiml_refer::{Error, error::ErrorKind};

use crate::redact;

/// The most HTTP redirects, and `<Redirect>` verbs, that are followed.
pub(crate) const MAX_REDIRECTS: u32 = 10;

/// The most requests of one run.
pub(crate) const MAX_REQUESTS: u32 = 50;

/// Why the call cannot go on, and the URL that caused it, without secrets.
#[derive(Debug)]
pub(crate) struct WebhookError {
    pub(crate) url: String,
    pub(crate) cause: Cause,
}

#[derive(Debug)]
pub(crate) enum Cause {
    ConnectionRefused,
    HostNotFound,
    /// There was no complete response within this many seconds.
    Timeout(f64),
    /// The whole run took more than this many seconds.
    RunTimeout(f64),
    /// The connection, TLS or HTTP itself failed.
    Connection(String),
    /// The certificate is not trusted, for this reason.
    Certificate(String),
    Status {
        status: u16,
        signed: bool,
    },
    LocationMissing(u16),
    TooManyHttpRedirects,
    TooManyRedirectVerbs,
    TooManyRequests,
    Empty,
    TooLarge,
    Html,
    /// Neither TwiML nor HTML: the bytes, and the error of core.
    Document {
        bytes: Vec<u8>,
        error: Error,
    },
    /// The URL in a verb or a redirect cannot be requested.
    Url {
        place: String,
        text: String,
    },
    Method {
        verb: String,
        error: Error,
    },
    /// Twilio refuses the `<Refer>`; the diagnostics say why.
    Refer,
}

impl WebhookError {
    pub(crate) fn new(url: &str, cause: Cause) -> Self {
        Self { url: redact::hidden(url), cause }
    }

    /// Classifies a response that is not TwiML: empty, too large, HTML, or a document with an error.
    pub(crate) fn of_document(url: &str, bytes: Vec<u8>, error: Error) -> Self {
        let cause = match error.kind() {
            _ if bytes.trim_ascii().is_empty() => Cause::Empty,
            ErrorKind::DocumentTooLarge => Cause::TooLarge,
            _ if is_html(&bytes) => Cause::Html,
            _ => Cause::Document { bytes, error },
        };
        Self::new(url, cause)
    }

    /// Returns the error of core that is the cause.
    pub(crate) const fn error(&self) -> Option<&Error> {
        match &self.cause {
            Cause::Document { error, .. } | Cause::Method { error, .. } => Some(error),
            _ => None,
        }
    }

    /// Returns the kind, what is wrong, and what to do.
    pub(crate) fn describe(&self) -> (&'static str, String, &'static str) {
        let url = &self.url;
        match &self.cause {
            Cause::ConnectionRefused => (
                "connection-refused",
                format!("nothing listens at {url}: connection refused"),
                "start the webhook, and check host and port of the URL",
            ),
            Cause::HostNotFound => (
                "host-not-found",
                format!("the host of {url} was not found"),
                "check the spelling of the host",
            ),
            Cause::Timeout(seconds) => (
                "timeout",
                format!("{url} gave no complete response within {seconds} s"),
                "Twilio gives up, too: respond first and do slow work afterwards; --timeout waits \
                 longer here",
            ),
            Cause::RunTimeout(seconds) => (
                "timeout",
                format!("the whole run took longer than {seconds} s; it was at {url}"),
                "--max-time SECONDS allows more for the whole run",
            ),
            Cause::Connection(reason) => (
                "connection-failed",
                format!("the connection to {url} failed: {reason}"),
                "check scheme (http or https), host and port of the URL",
            ),
            Cause::Certificate(reason) => (
                "certificate-invalid",
                format!("the certificate of {url} is not trusted: {reason}"),
                "if a CA of your own has signed it, name the certificate of that CA: \
                 SSL_CERT_FILE=ca.pem; otherwise renew it, or use the host name that it is for",
            ),
            &Cause::Status { status, signed } => {
                let (kind, advice) = status_advice(status, signed);
                (kind, format!("{url} responded with HTTP status {status}"), advice)
            }
            Cause::LocationMissing(status) => (
                "http-status",
                format!("{url} responded with HTTP status {status}, and without a Location"),
                "respond with 200 and the document",
            ),
            Cause::TooManyHttpRedirects => (
                "too-many-redirects",
                format!("{url} is the end of {MAX_REDIRECTS} HTTP redirects"),
                "let the URL respond with the document itself",
            ),
            Cause::TooManyRedirectVerbs => (
                "too-many-redirects",
                format!("{url} asks for another <Redirect> after {MAX_REDIRECTS}"),
                "let it end in another verb; if it is a menu that asks again, give --digits",
            ),
            Cause::TooManyRequests => (
                "too-many-requests",
                format!("{url} would be request number {}", MAX_REQUESTS + 1),
                "the app seems to go in circles: let it come to an end",
            ),
            Cause::Empty => (
                "body-empty",
                format!("{url} responded with an empty body"),
                "respond with a document; <Response/> ends the call",
            ),
            Cause::TooLarge => (
                "document-too-large",
                format!("{url} responded with more than {MAX_DOCUMENT_BYTES} bytes"),
                "Twilio refuses the document (error 11750): make it smaller",
            ),
            Cause::Html => (
                "body-html",
                format!("{url} responded with HTML, not with TwiML"),
                "this may be an error or login page: respond with <Response>…</Response> and the \
                 Content-Type text/xml",
            ),
            Cause::Document { error, .. } => (
                "document-invalid",
                error.message(),
                "Twilio refuses the document; build it with the SDK's VoiceResponse, which writes \
                 valid documents only",
            ),
            Cause::Url { place, text } => (
                "url-invalid",
                format!("{place} names an invalid URL: {:?}", redact::hidden(text)),
                "write https://…, http://… or a path such as /handleRefer",
            ),
            Cause::Method { verb, error } => (
                "method-invalid",
                format!("<{verb}>: {error}"),
                "write method=\"GET\" or method=\"POST\"",
            ),
            Cause::Refer => (
                "refer-invalid",
                format!("Twilio refuses this <Refer> of {url}"),
                "correct the errors above",
            ),
        }
    }
}

fn status_advice(status: u16, signed: bool) -> (&'static str, &'static str) {
    match status {
        401 | 403 if !signed => (
            "request-refused",
            "it probably requires a signature: set TWILIO_AUTH_TOKEN, or give --token-file",
        ),
        401 | 403 => (
            "request-refused",
            "it probably refuses the signature: use the auth token that it has, and behind a proxy \
             give --public-base with the URL that it verifies",
        ),
        404 | 405 => ("http-status", "check the path, and whether the route takes this method"),
        500..=599 => ("http-status", "the webhook itself failed: its log says why"),
        _ => ("http-status", "respond with 200 and the document"),
    }
}

fn is_html(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|start| {
        text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
    })
}
