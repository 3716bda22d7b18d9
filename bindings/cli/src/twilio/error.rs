//! What can be wrong with a webhook: a kind for programs, and for people what is wrong and what to do.

use twiml_refer::limits::MAX_DOCUMENT_BYTES;
use twiml_refer::{Error, error::ErrorKind};

use crate::{recognize, redact};

/// The most HTTP redirects, and `<Redirect>` verbs, that are followed.
pub(crate) const MAX_REDIRECTS: u32 = 10;

/// The most requests of one run.
pub(crate) const MAX_REQUESTS: u32 = 50;

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
    /// The error of core that is the cause.
    pub(crate) cause: Option<Error>,
    /// The document with that error.
    pub(crate) document: Option<Vec<u8>>,
}

impl WebhookError {
    fn new(url: &str, kind: &'static str, text: &str, advice: &'static str) -> Self {
        let url = redact::hidden(url);
        let message = format!("{url}: {text}");
        Self { url, kind, message, advice, cause: None, document: None }
    }

    pub(crate) fn connection_refused(url: &str) -> Self {
        let advice = "start the webhook, and check host and port of the URL";
        Self::new(url, "connection-refused", "connection refused: nothing listens there", advice)
    }

    pub(crate) fn host_not_found(url: &str) -> Self {
        Self::new(url, "host-not-found", "host not found", "check the spelling of the host")
    }

    pub(crate) fn timeout(url: &str, seconds: f64) -> Self {
        let text = format!("no complete response within {seconds} s");
        let advice = "Twilio gives up, too: respond first and do slow work afterwards; --timeout \
            waits longer here";
        Self::new(url, "timeout", &text, advice)
    }

    pub(crate) fn run_timeout(url: &str, seconds: f64) -> Self {
        let text = format!("the whole run took longer than {seconds} s");
        Self::new(url, "timeout", &text, "--max-time SECONDS allows more for the whole run")
    }

    /// The connection, TLS or HTTP itself failed.
    pub(crate) fn connection(url: &str, reason: &str) -> Self {
        let text = format!("the connection failed: {reason}");
        let advice = "check scheme (http or https), host and port of the URL";
        Self::new(url, "connection-failed", &text, advice)
    }

    pub(crate) fn certificate(url: &str, reason: &str) -> Self {
        let text = format!("the certificate is not trusted: {reason}");
        let advice = "if a CA of your own has signed it, name the certificate of that CA: \
            SSL_CERT_FILE=ca.pem; otherwise renew it, or use the host name that it is for";
        Self::new(url, "certificate-invalid", &text, advice)
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
    }

    pub(crate) fn location_missing(url: &str, status: u16) -> Self {
        let text = format!("the response has HTTP status {status}, and no Location");
        Self::new(url, "http-status", &text, "respond with 200 and the document")
    }

    pub(crate) fn too_many_http_redirects(url: &str) -> Self {
        let text = format!("this is the end of {MAX_REDIRECTS} HTTP redirects");
        Self::new(url, "too-many-redirects", &text, "let the URL respond with the document itself")
    }

    pub(crate) fn too_many_redirect_verbs(url: &str) -> Self {
        let text = format!("another <Redirect> after {MAX_REDIRECTS}");
        let advice = "let it end in another verb; if it is a menu that asks again, give --digits";
        Self::new(url, "too-many-redirects", &text, advice)
    }

    pub(crate) fn too_many_requests(url: &str) -> Self {
        let text = format!("this would be request number {}", MAX_REQUESTS + 1);
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

    /// A response that is not TwiML: empty, too large, HTML, or a document with an error.
    pub(crate) fn document(url: &str, bytes: Vec<u8>, error: Error) -> Self {
        if bytes.trim_ascii().is_empty() {
            let advice = "respond with a document; <Response/> ends the call";
            return Self::new(url, "body-empty", "the response has an empty body", advice);
        }
        if error.kind() == ErrorKind::DocumentTooLarge {
            let text = format!("the response has more than {MAX_DOCUMENT_BYTES} bytes");
            let advice = "Twilio refuses the document (error 11750): make it smaller";
            return Self::new(url, "document-too-large", &text, advice);
        }
        let recognized = recognize::not_twiml(&bytes);
        if let Some(html) = recognized.filter(|it| it.is_html()) {
            let text = "the response is HTML, not TwiML";
            return Self::new(url, "body-html", text, html.advice);
        }
        let advice = recognized.map_or(
            "Twilio refuses the document; build it with the SDK's VoiceResponse, which writes valid \
                documents only",
            |it| it.advice,
        );
        let (message, document) = (error.message(), Some(bytes));
        let new = Self::new(url, "document-invalid", "", advice);
        Self { message, cause: Some(error), document, ..new }
    }
}
