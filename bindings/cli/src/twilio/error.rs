//! What can be wrong with a webhook: a kind for programs, and for people what is wrong and what to do.

use twiml_refer::limits::MAX_DOCUMENT_BYTES;
use twiml_refer::{Error, error::ErrorKind};

use crate::{recognize, redact};

/// The most HTTP redirects, and `<Redirect>` verbs, that are followed.
pub(crate) const MAX_REDIRECTS: u32 = 10;

/// The most requests of one run.
pub(crate) const MAX_REQUESTS: u32 = 50;

/// Twilio's error numbers: the document cannot be had, cannot be parsed, is too large, or has another Content-Type.
const RETRIEVAL: u16 = 11200;
const PARSING: u16 = 12100;
const TOO_LARGE: u16 = 11750;
const CONTENT_TYPE: u16 = 12300;

/// Why the call cannot go on.
#[derive(Debug)]
pub(crate) struct WebhookError {
    /// The URL that caused it, without secrets.
    pub(crate) url: String,
    pub(crate) kind: &'static str,
    /// What is wrong.
    pub(crate) message: String,
    /// What to do.
    pub(crate) advice: &'static str,
    /// Twilio's error number.
    pub(crate) number: Option<u16>,
    /// The error of core that is the cause.
    pub(crate) cause: Option<Error>,
    /// The document with that error.
    pub(crate) document: Option<Vec<u8>>,
}

impl WebhookError {
    fn new(url: &str, kind: &'static str, text: &str, advice: &'static str) -> Self {
        let url = redact::hidden(url);
        let message = format!("{url}: {text}");
        Self { url, kind, message, advice, number: None, cause: None, document: None }
    }

    fn with_number(self, number: u16) -> Self {
        Self { number: Some(number), ..self }
    }

    pub(crate) fn connection_refused(url: &str) -> Self {
        let advice = "start the webhook, and check host and port of the URL";
        Self::new(url, "connection-refused", "connection refused: nothing listens there", advice)
            .with_number(RETRIEVAL)
    }

    pub(crate) fn host_not_found(url: &str) -> Self {
        Self::new(url, "host-not-found", "host not found", "check the spelling of the host")
            .with_number(RETRIEVAL)
    }

    pub(crate) fn timeout(url: &str, seconds: f64) -> Self {
        let text = format!("no complete response within {seconds} s");
        let advice = "Twilio gives up, too: respond first and do slow work afterwards; --timeout \
            waits longer here";
        Self::new(url, "timeout", &text, advice).with_number(RETRIEVAL)
    }

    pub(crate) fn run_timeout(url: &str, seconds: f64) -> Self {
        let text = format!("the whole run took longer than {seconds} s");
        Self::new(url, "timeout", &text, "--max-time SECONDS allows more for the whole run")
    }

    /// The connection, TLS or HTTP itself failed.
    pub(crate) fn connection(url: &str, reason: &str) -> Self {
        let text = format!("the connection failed: {reason}");
        let advice = "check scheme (http or https), host and port of the URL";
        Self::new(url, "connection-failed", &text, advice).with_number(RETRIEVAL)
    }

    pub(crate) fn certificate(url: &str, reason: &str) -> Self {
        let text = format!("the certificate is not trusted: {reason}");
        let advice = "if a CA of your own has signed it, name the certificate of that CA: \
            SSL_CERT_FILE=ca.pem; otherwise renew it, or use the host name that it is for";
        Self::new(url, "certificate-invalid", &text, advice).with_number(RETRIEVAL)
    }

    pub(crate) fn status(url: &str, status: u16, signed: bool) -> Self {
        let (kind, advice) = match status {
            401 | 403 if !signed => (
                "request-refused",
                "it probably requires a signature: set TWILIO_AUTH_TOKEN, or give --token-file",
            ),
            401 | 403 => (
                "request-refused",
                "it probably refuses the signature: use the auth token that it has, and behind a \
                 proxy give --public-base with the URL that it verifies",
            ),
            404 | 405 => ("http-status", "check the path, and whether the route takes this method"),
            500..=599 => ("http-status", "the webhook itself failed: its log says why"),
            _ => ("http-status", "respond with 200 and the document"),
        };
        Self::new(url, kind, &format!("the response has HTTP status {status}"), advice)
            .with_number(RETRIEVAL)
    }

    pub(crate) fn location_missing(url: &str, status: u16) -> Self {
        let text = format!("the response has HTTP status {status}, and no Location");
        Self::new(url, "http-status", &text, "respond with 200 and the document")
    }

    pub(crate) fn too_many_http_redirects(url: &str) -> Self {
        let text = format!("this is the end of {MAX_REDIRECTS} HTTP redirects");
        Self::new(url, "too-many-redirects", &text, "let the URL respond with the document itself")
    }

    pub(crate) fn too_many_redirect_verbs(url: &str, limit: u32) -> Self {
        let text = format!("another <Redirect> after {limit}");
        let advice = "let it end in another verb; if it is a menu that asks again, give --digits";
        Self::new(url, "too-many-redirects", &text, advice)
    }

    pub(crate) fn too_many_requests(url: &str, limit: u32) -> Self {
        let text = format!("this would be request number {}", limit.saturating_add(1));
        let advice = "the app seems to go in circles: let it come to an end";
        Self::new(url, "too-many-requests", &text, advice)
    }

    /// A verb or a redirect of `url` names a URL that cannot be requested.
    pub(crate) fn url(url: &str, place: &str, named: &str) -> Self {
        let text = format!("{place} names an invalid URL: {:?}", redact::hidden(named));
        let advice = "write https://…, http://… or a path such as /handleRefer";
        Self::new(url, "url-invalid", &text, advice)
    }

    pub(crate) fn method(url: &str, verb: &str, cause: Error) -> Self {
        let text = format!("<{verb}>: {cause}");
        let advice = "write method=\"GET\" or method=\"POST\"";
        Self { cause: Some(cause), ..Self::new(url, "method-invalid", &text, advice) }
    }

    /// A `<Refer>` with errors, which the diagnostics have named.
    pub(crate) fn refer(url: &str) -> Self {
        Self::new(url, "refer-invalid", "Twilio refuses this <Refer>", "correct the errors above")
    }

    /// A response whose Content-Type says that it is not TwiML. Returns `None` where Twilio runs the document.
    pub(crate) fn content_type(url: &str, content_type: Option<&str>) -> Option<Self> {
        let Some(content_type) = content_type else {
            let text = "the response has no Content-Type: Twilio refuses it (error 12300)";
            let advice = "send the document with Content-Type: text/xml";
            return Some(Self::new(url, "content-type", text, advice).with_number(CONTENT_TYPE));
        };
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let handling = match media_type.to_ascii_lowercase().as_str() {
            "text/xml" | "application/xml" | "text/html" => return None,
            "text/plain" => "Twilio speaks the text, and ends the call",
            audio if audio.starts_with("audio/") => "Twilio plays it as audio, and ends the call",
            _ => {
                let text = format!(
                    "the response has Content-Type {content_type}: Twilio refuses it (error 12300)"
                );
                let advice = "send the document with Content-Type: text/xml";
                return Some(
                    Self::new(url, "content-type", &text, advice).with_number(CONTENT_TYPE),
                );
            }
        };
        let text = format!("the response has Content-Type {content_type}: {handling}");
        let advice = "if it is TwiML, send it with Content-Type: text/xml";
        Some(Self::new(url, "content-type", &text, advice))
    }

    /// A request with a wrong signature was answered like a real one.
    pub(crate) fn forgery(url: &str, status: u16) -> Self {
        let text = format!("a request with a wrong signature got HTTP status {status}");
        let advice = "anyone who knows the URL can send such requests: verify X-Twilio-Signature \
            before anything else, and answer 403 if it is wrong";
        Self::new(url, "forgery-accepted", &text, advice)
    }

    /// A response that is not TwiML: empty, too large, HTML, or a document with an error.
    pub(crate) fn document(url: &str, bytes: Vec<u8>, error: Error) -> Self {
        if bytes.trim_ascii().is_empty() {
            let advice = "respond with a document; <Response/> ends the call";
            return Self::new(url, "body-empty", "the response has an empty body", advice)
                .with_number(PARSING);
        }
        if error.kind() == ErrorKind::DocumentTooLarge {
            let text = format!("the response has more than {MAX_DOCUMENT_BYTES} bytes");
            let advice = "Twilio refuses the document (error 11750): make it smaller";
            return Self::new(url, "document-too-large", &text, advice).with_number(TOO_LARGE);
        }
        let recognized = recognize::not_twiml(&bytes);
        if let Some(html) = recognized.filter(|it| it.is_html()) {
            let text = "the response is HTML, not TwiML";
            return Self::new(url, "body-html", text, html.advice).with_number(PARSING);
        }
        let advice = recognized.map_or(
            "Twilio refuses the document; build it with the SDK's VoiceResponse, which writes valid \
                documents only",
            |it| it.advice,
        );
        let (message, document) = (error.message(), Some(bytes));
        let new = Self::new(url, "document-invalid", "", advice).with_number(PARSING);
        Self { message, cause: Some(error), document, ..new }
    }
}
