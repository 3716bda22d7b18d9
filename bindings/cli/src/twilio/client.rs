//! Requests to a webhook as Twilio makes them: GET or POST, signed, redirects followed, with limits of time
//! and size.

use std::borrow::Cow;
use std::env;
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use twiml_refer::limits::MAX_DOCUMENT_BYTES;
use twiml_refer::{Error, RequestValidator, VoiceRequest, http::Method, webhook::UrlCandidate};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use url::{Host, Origin, Url, form_urlencoded};

use super::error::{MAX_REDIRECTS, WebhookError};
use crate::exit::{Failure, Result as CommandResult};
use crate::redact;

const SIGNATURE: &str = "X-Twilio-Signature";
/// Not the token of any account.
const WRONG_TOKEN: &str = "a wrong token, for a forged request";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// Room for the head of a request or of a response. A thousand calls may each have a connection.
const BUFFER: usize = 32 * 1024;

/// The stack of a request, with TLS.
const STACK_BYTES: usize = 512 * 1024;

/// An HTTP client that signs.
pub(crate) struct Client {
    /// For addresses of this machine, which no proxy reaches.
    direct: ureq::Agent,
    /// For all others, through the proxy of the environment if there is one.
    proxied: ureq::Agent,
    request_timeout: Duration,
    run_timeout: Option<Duration>,
    started: Instant,
    signer: Option<Signer>,
}

/// Signs the requests. The public base holds only for the origin of the app: another server that a document
/// names gets nothing that would be valid at the app.
pub(crate) struct Signer {
    validator: RequestValidator,
    with_base: Option<(Origin, RequestValidator)>,
}

impl Signer {
    pub(crate) fn new(validator: RequestValidator) -> Self {
        Self { validator, with_base: None }
    }

    pub(crate) fn with_public_base(self, app: &Url, base: &str) -> Result<Self, Error> {
        let with_base = self.validator.clone().with_public_base(base)?;
        Ok(Self { with_base: Some((app.origin(), with_base)), ..self })
    }

    fn sign(&self, origin: &Origin, url: &str, body: &str) -> String {
        self.validator(origin).sign_form(url, body)
    }

    fn validator(&self, origin: &Origin) -> &RequestValidator {
        let with_base = self.with_base.as_ref().filter(|(app, _)| app == origin);
        with_base.map_or(&self.validator, |(_, validator)| validator)
    }
}

pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The form: the body of a POST, part of the query of a GET.
    pub(crate) form: String,
}

/// A response, with up to a byte more than a document may have.
pub(crate) type Response = ureq::http::Response<Vec<u8>>;

/// Returns a header as text.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> Option<Cow<'a, str>> {
    Some(String::from_utf8_lossy(response.headers().get(name)?.as_bytes()))
}

impl Client {
    /// Gives up a request after `request_timeout`, and all of them after `run_timeout`.
    pub(crate) fn new(
        request_timeout: Duration,
        run_timeout: Option<Duration>,
        signer: Option<Signer>,
        roots: RootCerts,
    ) -> Self {
        let tls = TlsConfig::builder().root_certs(roots).build();
        let agent = |proxy| {
            ureq::Agent::config_builder()
                .tls_config(tls.clone())
                .http_status_as_error(false)
                .max_redirects(0)
                .max_response_header_size(BUFFER - 1)
                .input_buffer_size(BUFFER)
                .output_buffer_size(BUFFER)
                .user_agent(concat!("twiml-refer/", env!("CARGO_PKG_VERSION"), " (simulation)"))
                .proxy(proxy)
                .build()
                .new_agent()
        };
        Self {
            direct: agent(None),
            proxied: agent(ureq::Proxy::try_from_env()),
            request_timeout,
            run_timeout,
            started: Instant::now(),
            signer,
        }
    }

    pub(crate) fn is_signing(&self) -> bool {
        self.signer.is_some()
    }

    /// Returns whether this is the token that signs.
    pub(crate) fn accepts_token(&self, token: &str) -> bool {
        let Some(signer) = &self.signer else { return false };
        let (url, given) = ("https://api.twilio.com/", RequestValidator::new(token));
        given.is_ok_and(|given| {
            let signature = given.sign_form(url, "");
            signer.validator.verify(Method::Get, url, "", Some(&signature)).is_ok()
        })
    }

    /// Returns what the signature of a request covers, with secrets hidden; without a token there is no signature.
    pub(crate) fn signed_text(&self, request: &Request) -> Option<String> {
        let validator = self.signer.as_ref()?.validator(&request.url.origin());
        let candidates = validator.explain(&request.full_url(), request.body());
        candidates.first().map(UrlCandidate::hashed)
    }

    /// Makes one request, and returns the response whatever its status.
    pub(crate) fn send(&self, request: &Request) -> Result<Response, WebhookError> {
        let (url, body) = (request.full_url(), request.body());
        let sign = |signer: &Signer| signer.sign(&request.url.origin(), &url, body);
        self.send_with(request, &url, self.signer.as_ref().map(sign))
    }

    /// Makes one request with a wrong signature, which looks like a real one.
    pub(crate) fn send_forged(&self, request: &Request) -> Result<Response, WebhookError> {
        let url = request.full_url();
        let sign = |validator: RequestValidator| validator.sign_form(&url, request.body());
        self.send_with(request, &url, RequestValidator::new(WRONG_TOKEN).ok().map(sign))
    }

    fn send_with(
        &self,
        request: &Request,
        url: &str,
        signature: Option<String>,
    ) -> Result<Response, WebhookError> {
        let shown = request.url.as_str();
        let remaining =
            self.run_timeout.map(|all| (all.saturating_sub(self.started.elapsed()), all));
        let timed_out = || match remaining {
            Some((remaining, all)) if remaining < self.request_timeout => {
                WebhookError::run_timeout(shown, all.as_secs_f64())
            }
            _ => WebhookError::timeout(shown, self.request_timeout.as_secs_f64()),
        };
        let timeout = remaining
            .map_or(self.request_timeout, |(remaining, _)| remaining.min(self.request_timeout));
        if timeout.is_zero() {
            return Err(timed_out());
        }
        let perform = || self.perform(request, url, signature.as_deref(), timeout);
        // In a thread of its own, whose memory is free again while the call goes on.
        let sent = thread::scope(|scope| {
            match thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, perform) {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => perform(),
            }
        });
        sent.map_err(|error| webhook_error(shown, error, timed_out))
    }

    fn perform(
        &self,
        request: &Request,
        url: &str,
        signature: Option<&str>,
        timeout: Duration,
    ) -> Result<Response, ureq::Error> {
        let agent = if is_loopback(&request.url) { &self.direct } else { &self.proxied };
        let sent = match request.method {
            Method::Get => with_signature(agent.get(url), signature, timeout).call(),
            Method::Post => {
                let post = agent.post(url).header("Content-Type", FORM);
                with_signature(post, signature, timeout).send(request.body())
            }
        };
        let (head, mut body) = sent?.into_parts();
        let mut bytes = Vec::new();
        body.as_reader().take(MAX_DOCUMENT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        Ok(Response::from_parts(head, bytes))
    }
}

/// Adds the signature and the timeout.
fn with_signature<B>(
    request: ureq::RequestBuilder<B>,
    signature: Option<&str>,
    timeout: Duration,
) -> ureq::RequestBuilder<B> {
    let request = request.config().timeout_global(Some(timeout)).build();
    match signature {
        Some(signature) => request.header(SIGNATURE, signature),
        None => request,
    }
}

fn webhook_error(
    url: &str,
    error: ureq::Error,
    timed_out: impl Fn() -> WebhookError,
) -> WebhookError {
    match error {
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            WebhookError::connection_refused(url)
        }
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => timed_out(),
        ureq::Error::Timeout(_) => timed_out(),
        ureq::Error::HostNotFound => WebhookError::host_not_found(url),
        error => {
            // An untrusted certificate has no variant of its own, only the text of the TLS library.
            let text = error.to_string();
            match text.split_once("invalid peer certificate: ") {
                Some((_, reason)) => WebhookError::certificate(url, reason),
                None => WebhookError::connection(url, &text),
            }
        }
    }
}

impl Request {
    /// Returns the request as it may be shown: without passwords and tokens among its parameters.
    pub(crate) fn redacted(&self) -> Self {
        let shown = |name: &str, value: &str| match VoiceRequest::is_secret(name) {
            true => "***".to_owned(),
            false => redact::hidden(value),
        };
        let mut form = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(self.form.as_bytes()) {
            form.append_pair(&name, &shown(&name, &value));
        }
        Self { method: self.method, url: self.url.clone(), form: form.finish() }
    }

    fn body(&self) -> &str {
        if self.method == Method::Get { "" } else { self.form.as_str() }
    }

    /// Returns the URL as it is requested: with the parameters of a GET.
    fn full_url(&self) -> String {
        let mut url = self.url.clone();
        url.set_fragment(None);
        if self.method == Method::Get && !self.form.is_empty() {
            let query = match url.query() {
                Some(query) if !query.is_empty() => [query, "&", &self.form].concat(),
                _ => self.form.clone(),
            };
            url.set_query(Some(&query));
        }
        url.into()
    }

    /// Returns the request that a redirect asks for. One that HTTP changes to GET loses its parameters.
    fn redirected(&self, response: &Response) -> Result<Option<Self>, WebhookError> {
        let status = response.status().as_u16();
        let (method, form) = match status {
            301..=303 => (Method::Get, String::new()),
            307 | 308 => (self.method, self.form.clone()),
            _ => return Ok(None),
        };
        let location = header(response, "location")
            .ok_or_else(|| WebhookError::location_missing(self.url.as_str(), status))?;
        let url = resolve(&self.url, &location, "the HTTP redirect")?;
        Ok(Some(Self { method, url, form }))
    }
}

/// Follows HTTP redirects: calls `send` for each request, and returns the last one.
pub(crate) fn follow<E: From<WebhookError>>(
    mut request: Request,
    mut send: impl FnMut(&Request) -> Result<Response, E>,
) -> Result<(Request, Response), E> {
    for _ in 0..=MAX_REDIRECTS {
        let response = send(&request)?;
        match request.redirected(&response)? {
            Some(next) => request = next,
            None => return Ok((request, response)),
        }
    }
    Err(WebhookError::too_many_http_redirects(request.url.as_str()).into())
}

/// Parses an absolute URL that can be requested.
pub(crate) fn parse_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    (matches!(url.scheme(), "http" | "https") && has_host).then_some(url)
}

/// Resolves a URL in a document or a redirect.
pub(crate) fn resolve(base: &Url, text: &str, place: &str) -> Result<Url, WebhookError> {
    let url = base.join(text.trim()).ok().and_then(|url| parse_url(url.as_str()));
    url.ok_or_else(|| WebhookError::url(base.as_str(), place, text))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Returns the trusted certificates: the system's, those of `SSL_CERT_FILE` and `SSL_CERT_DIR` in their
/// place, or on a system without any Mozilla's, which are built in.
pub(crate) fn trusted_certificates() -> CommandResult<RootCerts> {
    let found = rustls_native_certs::load_native_certs();
    if !found.certs.is_empty() {
        let certificates = found.certs.iter().map(|der| Certificate::from_der(der).to_owned());
        return Ok(RootCerts::Specific(Arc::new(certificates.collect())));
    }
    let variables = ["SSL_CERT_FILE", "SSL_CERT_DIR"];
    let Some(variable) = variables.into_iter().find(|name| env::var_os(name).is_some()) else {
        return Ok(RootCerts::WebPki);
    };
    let why = found.errors.first().map_or_else(|| "it is empty".to_owned(), ToString::to_string);
    Err(Failure::usage(&format!("cannot read a certificate from {variable}: {why}")))
}
