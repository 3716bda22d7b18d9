//! Asking a webhook for a document, as the platform does: GET or POST, signed, redirects followed,
//! and neither time nor size without a limit. What is in the document, `walk` runs.

use std::io::{self, Read};
use std::time::Duration;

use twiml_refer::limits::MAX_DOCUMENT_BYTES;
use twiml_refer::{Method, RequestValidator};
use url::{Host, Url};

use super::fault::{Cause, Fault, MAX_REDIRECTS};

const SIGNATURE: &str = "X-Twilio-Signature";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// The platform's client.
pub(crate) struct Client {
    /// For addresses of this machine, which no proxy reaches.
    direct: ureq::Agent,
    /// For all others, through the proxy of the environment if there is one.
    outward: ureq::Agent,
    timeout: Duration,
    validator: Option<RequestValidator>,
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
    pub(crate) fn new(timeout: Duration, validator: Option<RequestValidator>) -> Self {
        let agent = |proxy| {
            ureq::Agent::config_builder()
                .timeout_global(Some(timeout))
                .http_status_as_error(false)
                .max_redirects(0)
                .user_agent(concat!("twiml-refer/", env!("CARGO_PKG_VERSION"), " (simulation)"))
                .proxy(proxy)
                .build()
                .new_agent()
        };
        let outward = agent(ureq::Proxy::try_from_env());
        Self { direct: agent(None), outward, timeout, validator }
    }

    /// One request and its answer, whatever its status.
    pub(crate) fn send(&self, request: &Request) -> Result<Reply, Fault> {
        let fault = |cause| Fault::new(request.url.as_str(), cause);
        let url = request.full_url();
        let body = match request.method {
            Method::Get => "",
            Method::Post => request.form.as_str(),
        };
        let signature =
            self.validator.as_ref().map(|it| it.sign_form(&url, body)).unwrap_or_default();
        let agent = if is_loopback(&request.url) { &self.direct } else { &self.outward };
        let sent = match request.method {
            Method::Get if signature.is_empty() => agent.get(&url).call(),
            Method::Get => agent.get(&url).header(SIGNATURE, &signature).call(),
            Method::Post => {
                let post = agent.post(&url).header("Content-Type", FORM);
                if signature.is_empty() {
                    post.send(body)
                } else {
                    post.header(SIGNATURE, &signature).send(body)
                }
            }
        };
        let mut response = sent.map_err(|error| fault(self.cause(error)))?;
        let most = u64::try_from(MAX_DOCUMENT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        let mut bytes = Vec::new();
        response
            .body_mut()
            .as_reader()
            .take(most)
            .read_to_end(&mut bytes)
            .map_err(|error| fault(self.cause(ureq::Error::from(error))))?;
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
        let signed = self.validator.is_some();
        (!(200..300).contains(&reply.status))
            .then_some(Cause::Status { status: reply.status, signed })
    }

    fn cause(&self, error: ureq::Error) -> Cause {
        match error {
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                Cause::ConnectionRefused
            }
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => self.late(),
            ureq::Error::Timeout(_) => self.late(),
            ureq::Error::HostNotFound => Cause::HostNotFound,
            error => Cause::Connection(error.to_string()),
        }
    }

    fn late(&self) -> Cause {
        Cause::Timeout(self.timeout.as_secs_f64())
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
