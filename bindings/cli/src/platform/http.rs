//! Asking a webhook for a document, as the platform does: GET or POST, signed, redirects followed,
//! and neither time nor size without a limit. What is in the document, `walk` runs.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use twiml_refer::limits::MAX_DOCUMENT_BYTES;
use twiml_refer::{Error, RequestValidator, http::Method};
use ureq::tls::{RootCerts, TlsConfig};
use url::{Host, Origin, Url};

use super::fault::{Cause, Fault, MAX_REDIRECTS};

const SIGNATURE: &str = "X-Twilio-Signature";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// The platform's client.
pub(crate) struct Client {
    /// For addresses of this machine, which no proxy reaches.
    direct: ureq::Agent,
    /// For all others, through the proxy of the environment if there is one.
    outward: ureq::Agent,
    limits: Limits,
    started: Instant,
    signer: Option<Signer>,
}

/// How long is waited.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) request: Duration,
    pub(crate) run: Duration,
}

/// A whole run may take as long as so many requests, unless said.
const REQUESTS_A_RUN: u32 = 8;

impl Limits {
    pub(crate) fn new(request: Duration, run: Option<Duration>) -> Self {
        Self { request, run: run.unwrap_or(request.saturating_mul(REQUESTS_A_RUN)) }
    }
}

/// What signs the requests. A public base stands for one origin, that of the app: whoever else is named by a
/// document gets nothing that is signed for it.
pub(crate) struct Signer {
    validator: RequestValidator,
    based: Option<(Origin, RequestValidator)>,
}

impl Signer {
    pub(crate) fn new(validator: RequestValidator) -> Self {
        Self { validator, based: None }
    }

    pub(crate) fn with_public_base(self, app: &Url, base: &str) -> Result<Self, Error> {
        let based = self.validator.clone().with_public_base(base)?;
        Ok(Self { based: Some((app.origin(), based)), ..self })
    }

    fn sign(&self, origin: &Origin, url: &str, body: &str) -> String {
        let based = self.based.as_ref().filter(|(app, _)| app == origin);
        based.map_or(&self.validator, |(_, based)| based).sign_form(url, body)
    }
}

/// A request that is due.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// The form: the body of a POST, part of the query of a GET.
    pub(crate) form: String,
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) location: Option<String>,
    /// Up to a byte more than a document may have.
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(limits: Limits, signer: Option<Signer>, roots: RootCerts) -> Self {
        let tls = TlsConfig::builder().root_certs(roots).build();
        let agent = |proxy| {
            ureq::Agent::config_builder()
                .tls_config(tls.clone())
                .http_status_as_error(false)
                .max_redirects(0)
                .user_agent(concat!("twiml-refer/", env!("CARGO_PKG_VERSION"), " (simulation)"))
                .proxy(proxy)
                .build()
                .new_agent()
        };
        let outward = agent(ureq::Proxy::try_from_env());
        Self { direct: agent(None), outward, limits, started: Instant::now(), signer }
    }

    /// Why no request is made any more, if it is so.
    pub(crate) fn overdue(&self) -> Option<Cause> {
        self.left().is_zero().then_some(Cause::Run(self.limits.run.as_secs_f64()))
    }

    fn left(&self) -> Duration {
        self.limits.run.saturating_sub(self.started.elapsed())
    }

    /// One request and its answer, whatever its status.
    pub(crate) fn send(&self, request: &Request) -> Result<Reply, Fault> {
        let fault = |cause| Fault::new(request.url.as_str(), cause);
        let url = request.full_url();
        let body = match request.method {
            Method::Get => "",
            Method::Post => request.form.as_str(),
        };
        let sign = |signer: &Signer| signer.sign(&request.url.origin(), &url, body);
        let signature = self.signer.as_ref().map(sign);
        let agent = if is_loopback(&request.url) { &self.direct } else { &self.outward };
        let left = self.left();
        let late = || {
            let Limits { request, run } = self.limits;
            if left < request {
                Cause::Run(run.as_secs_f64())
            } else {
                Cause::Timeout(request.as_secs_f64())
            }
        };
        let within = left.min(self.limits.request);
        let sent = match request.method {
            Method::Get => signed(agent.get(&url), signature.as_deref(), within).call(),
            Method::Post => {
                let post = agent.post(&url).header("Content-Type", FORM);
                signed(post, signature.as_deref(), within).send(body)
            }
        };
        let mut response = sent.map_err(|error| fault(cause(error, late)))?;
        let most = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        response
            .body_mut()
            .as_reader()
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| fault(cause(ureq::Error::from(error), late)))?;
        let header = |name| {
            let value = response.headers().get(name)?;
            Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        Ok(Reply {
            status: response.status().as_u16(),
            content_type: header("content-type"),
            location: header("location"),
            body: bytes,
        })
    }

    /// Why a reply brings no document, if it brings none. The redirects were followed already.
    pub(crate) fn refusal(&self, reply: &Reply) -> Option<Cause> {
        let signed = self.signer.is_some();
        (!(200..300).contains(&reply.status))
            .then_some(Cause::Status { status: reply.status, signed })
    }
}

/// With the signature, if there is one, and given up after that time.
fn signed<B>(
    request: ureq::RequestBuilder<B>,
    signature: Option<&str>,
    within: Duration,
) -> ureq::RequestBuilder<B> {
    let request = request.config().timeout_global(Some(within)).build();
    match signature {
        Some(signature) => request.header(SIGNATURE, signature),
        None => request,
    }
}

/// How the TLS library begins what it says of a certificate that it does not trust.
const UNTRUSTED: &str = "invalid peer certificate: ";

fn cause(error: ureq::Error, late: impl Fn() -> Cause) -> Cause {
    match error {
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            Cause::ConnectionRefused
        }
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => late(),
        ureq::Error::Timeout(_) => late(),
        ureq::Error::HostNotFound => Cause::HostNotFound,
        error => {
            let said = error.to_string();
            match said.split_once(UNTRUSTED) {
                Some((_, reason)) => Cause::Certificate(reason.to_owned()),
                None => Cause::Connection(said),
            }
        }
    }
}

impl Request {
    /// The URL as it is asked for: with the parameters of a GET.
    pub(crate) fn full_url(&self) -> String {
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

    /// The request to make instead, if the reply redirects to another place. What HTTP itself
    /// redirects by GET has lost its parameters.
    pub(crate) fn redirected(&self, reply: &Reply) -> Result<Option<Self>, Fault> {
        let (method, form) = match reply.status {
            301..=303 => (Method::Get, String::new()),
            307 | 308 => (self.method, self.form.clone()),
            _ => return Ok(None),
        };
        let fault = |cause| Fault::new(self.url.as_str(), cause);
        let location = reply.location.as_deref();
        let location = location.ok_or_else(|| fault(Cause::NoLocation(reply.status)))?;
        let url = resolve(&self.url, location, "the HTTP redirect")?;
        Ok(Some(Self { method, url, form }))
    }
}

/// Follows the redirects of HTTP one by one: `ask` is called for each request.
pub(crate) fn follow<E: From<Fault>>(
    mut request: Request,
    mut ask: impl FnMut(&Request) -> Result<Reply, E>,
) -> Result<(Request, Reply), E> {
    for _ in 0..=MAX_REDIRECTS {
        let reply = ask(&request)?;
        match request.redirected(&reply)? {
            Some(next) => request = next,
            None => return Ok((request, reply)),
        }
    }
    Err(Fault::new(request.url.as_str(), Cause::HttpRedirects).into())
}

/// An absolute URL that can be called.
pub(crate) fn callable(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    (matches!(url.scheme(), "http" | "https") && has_host).then_some(url)
}

/// What a URL means that stands in the document, or in the redirect, of another.
pub(crate) fn resolve(base: &Url, text: &str, place: &str) -> Result<Url, Fault> {
    base.join(text.trim()).ok().and_then(|url| callable(url.as_str())).ok_or_else(|| {
        let (place, text) = (place.to_owned(), text.to_owned());
        Fault::new(base.as_str(), Cause::Url { place, text })
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
