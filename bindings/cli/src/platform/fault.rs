//! What may be wrong with a webhook: each fault with a name for programs, what it is, and what to do.

use twiml_refer::limits::MAX_DOCUMENT_BYTES;
use twiml_refer::{Error, error::ErrorKind};

use crate::secret;

/// HTTP redirects, and `<Redirect>`s, that are followed.
pub(crate) const MAX_REDIRECTS: u32 = 10;

/// Requests of one simulation.
pub(crate) const MAX_REQUESTS: u32 = 50;

/// Why the call cannot go on. The URL, with no secret in it, is the one that is to blame.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) url: String,
    pub(crate) cause: Cause,
}

#[derive(Debug)]
pub(crate) enum Cause {
    ConnectionRefused,
    HostNotFound,
    /// No whole answer within this many seconds.
    Timeout(f64),
    /// The whole run took more than this many seconds.
    Run(f64),
    /// A failure of the connection, of TLS or of HTTP itself.
    Connection(String),
    /// The certificate of the other side is not trusted, for this reason.
    Certificate(String),
    /// A status that brings no document, and whether the request was signed.
    Status {
        status: u16,
        signed: bool,
    },
    /// A redirect that says no place.
    NoLocation(u16),
    /// More than [`MAX_REDIRECTS`] redirects of HTTP.
    HttpRedirects,
    /// More than [`MAX_REDIRECTS`] verbs.
    Redirects,
    /// More than [`MAX_REQUESTS`] requests.
    Requests,
    Empty,
    TooLarge,
    Html,
    /// Neither TwiML nor HTML: the bytes, and what core says.
    Document {
        bytes: Vec<u8>,
        error: Error,
    },
    /// The URL that a verb or a redirect names.
    Url {
        place: String,
        text: String,
    },
    /// `method` of this verb.
    Method {
        verb: String,
        error: Error,
    },
    /// A `<Refer>` that the platform refuses; the diagnostics said why.
    Refer,
}

impl Fault {
    pub(crate) fn new(url: &str, cause: Cause) -> Self {
        Self { url: secret::hidden(url), cause }
    }

    /// For programs.
    pub(crate) const fn kind(&self) -> &'static str {
        match self.cause {
            Cause::ConnectionRefused => "connection-refused",
            Cause::HostNotFound => "host-not-found",
            Cause::Timeout(_) | Cause::Run(_) => "timeout",
            Cause::Connection(_) => "connection-failed",
            Cause::Certificate(_) => "certificate-invalid",
            Cause::Status { status: 401 | 403, .. } => "request-refused",
            Cause::Status { .. } | Cause::NoLocation(_) => "http-status",
            Cause::HttpRedirects | Cause::Redirects => "too-many-redirects",
            Cause::Requests => "too-many-requests",
            Cause::Empty => "body-empty",
            Cause::TooLarge => "document-too-large",
            Cause::Html => "body-html",
            Cause::Document { .. } => "document-invalid",
            Cause::Url { .. } => "url-invalid",
            Cause::Method { .. } => "method-invalid",
            Cause::Refer => "refer-invalid",
        }
    }

    /// What core says about it.
    pub(crate) const fn error(&self) -> Option<&Error> {
        match &self.cause {
            Cause::Document { error, .. } | Cause::Method { error, .. } => Some(error),
            _ => None,
        }
    }

    /// What is wrong.
    pub(crate) fn message(&self) -> String {
        let url = &self.url;
        match &self.cause {
            Cause::ConnectionRefused => format!("nothing listens at {url}: connection refused"),
            Cause::HostNotFound => format!("there is no host of the name in {url}"),
            Cause::Timeout(seconds) => format!("{url} gave no whole answer within {seconds} s"),
            Cause::Run(seconds) => {
                format!("the whole run took longer than {seconds} s; it was at {url}")
            }
            Cause::Connection(reason) => format!("the connection to {url} failed: {reason}"),
            Cause::Certificate(reason) => {
                format!("the certificate of {url} is not trusted: {reason}")
            }
            Cause::Status { status, .. } => format!("{url} answered with HTTP status {status}"),
            Cause::NoLocation(status) => {
                format!("{url} answered with HTTP status {status}, and without a Location")
            }
            Cause::HttpRedirects => format!("{url} is the end of {MAX_REDIRECTS} HTTP redirects"),
            Cause::Redirects => {
                format!("{url} asks for yet another <Redirect>, after {MAX_REDIRECTS}")
            }
            Cause::Requests => format!("{url} would be request number {}", MAX_REQUESTS + 1),
            Cause::Empty => format!("{url} answered with an empty body"),
            Cause::TooLarge => {
                format!("{url} answered with more than {MAX_DOCUMENT_BYTES} bytes")
            }
            Cause::Html => format!("{url} answered with HTML, not with TwiML"),
            Cause::Document { error, .. } => error.message(),
            Cause::Url { place, text } => {
                format!("{place} names {:?}, which is no URL to call", secret::hidden(text))
            }
            Cause::Method { verb, error } => format!("<{verb}>: {error}"),
            Cause::Refer => format!("the platform refuses this <Refer> of {url}"),
        }
    }

    /// What to do.
    pub(crate) fn advice(&self) -> &'static str {
        match &self.cause {
            Cause::ConnectionRefused => "start the webhook, and check host and port of the URL",
            Cause::HostNotFound => "check the spelling of the host",
            Cause::Timeout(_) => {
                "the platform gives up, too: answer first and do slow work afterwards; \
                 --timeout waits longer here"
            }
            Cause::Run(_) => "--max-time SECONDS allows more, for the whole run",
            Cause::Certificate(_) => {
                "if a CA of your own has signed it, name the certificate of that CA: \
                 SSL_CERT_FILE=ca.pem; otherwise renew it, or use the host name that it is for"
            }
            Cause::Connection(_) => "check scheme (http or https), host and port of the URL",
            Cause::Status { status: 401 | 403, signed: false } => {
                "it surely asks for a signature: set TWILIO_AUTH_TOKEN, or give --token-file"
            }
            Cause::Status { status: 401 | 403, signed: true } => {
                "it surely refuses the signature: use the auth token that it has, and behind a \
                 proxy give --public-base with the URL that it verifies"
            }
            Cause::Status { status: 404 | 405, .. } => {
                "check the path, and whether the route takes this method"
            }
            Cause::Status { status: 500..=599, .. } => {
                "the webhook itself failed: its log says why"
            }
            Cause::Status { .. } | Cause::NoLocation(_) => "answer with 200 and the document",
            Cause::HttpRedirects => "let the URL answer with the document itself",
            Cause::Redirects => {
                "let it end in another verb; if it is a menu that asks again, give --digits"
            }
            Cause::Requests => "the app seems to go in circles: let it come to an end",
            Cause::Empty => "answer with a document; <Response/> ends the call",
            Cause::TooLarge => "the platform refuses it (its error 11750): make it smaller",
            Cause::Html => {
                "surely an error or login page: answer with <Response>…</Response> and the \
                 Content-Type text/xml"
            }
            Cause::Document { .. } => {
                "the platform refuses the document; the SDK's VoiceResponse cannot write such a one"
            }
            Cause::Url { .. } => "write https://…, http://… or a path such as /handleRefer",
            Cause::Method { .. } => "write method=\"GET\" or method=\"POST\"",
            Cause::Refer => "mend what the errors above say",
        }
    }

    /// The document was read and is none: one that is HTML rather than a faulty one is called so.
    pub(crate) fn of_document(url: &str, bytes: Vec<u8>, error: Error) -> Self {
        let cause = match error.kind() {
            _ if bytes.trim_ascii().is_empty() => Cause::Empty,
            ErrorKind::DocumentTooLarge => Cause::TooLarge,
            _ if is_html(&bytes) => Cause::Html,
            _ => Cause::Document { bytes, error },
        };
        Self::new(url, cause)
    }
}

fn is_html(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii_start();
    ["<!doctype html", "<html", "<head", "<body"].iter().any(|start| {
        text.get(..start.len()).is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
    })
}
