//! A request as an HTTP server received it: [`HttpRequest`], and the headers that verifying reads.

use std::fmt;

use super::request::RawParams;
use super::url::UrlParts;
use crate::Error;

/// A request as it came on the wire, to be verified by an [`HttpVerifier`](super::HttpVerifier).
///
/// `Debug` shows only the method and the path.
///
/// ```
/// use twiml_refer::webhook::HttpRequest;
///
/// let headers = [("Host", "10.0.0.1:8080"), ("X-Twilio-Signature", "c2lnbmF0dXJl")];
/// let request = HttpRequest::new("POST", "/refer?x=1", headers, b"CallToken=abc");
/// assert_eq!(format!("{request:?}"), r#"HttpRequest { method: "POST", path: "/refer", .. }"#);
/// ```
#[derive(Clone)]
pub struct HttpRequest<'a> {
    pub(super) method: &'a str,
    pub(super) target: &'a str,
    pub(super) headers: Headers<'a>,
    pub(super) body: Body<'a>,
}

/// What a server has read of a body.
#[derive(Clone)]
pub(super) enum Body<'a> {
    /// All of it, or a byte more than the limit.
    Raw(&'a [u8]),
    /// It ended early, or its chunks are malformed.
    Incomplete,
    /// The parameters of a servlet, those of the query among them.
    ServletParams(Vec<(&'a str, &'a str)>),
}

impl<'a> Body<'a> {
    /// What was received, of a body that is complete.
    pub(super) fn bytes(&self) -> &'a [u8] {
        match self {
            Self::Raw(bytes) => bytes,
            Self::Incomplete | Self::ServletParams(_) => &[],
        }
    }
}

impl<'a> HttpRequest<'a> {
    /// Takes a request apart from its connection.
    ///
    /// * `target` is the request target (RFC 9112 section 3.2), path and query as they came on the wire:
    ///   nothing may have decoded or normalized it.
    /// * `headers` are all of them, a repeated one as often as it came; their case does not matter.
    /// * `body` is what the server read, before any decoding of forms.
    #[must_use]
    pub fn new<N: AsRef<str> + ?Sized + 'a, V: AsRef<[u8]> + ?Sized + 'a>(
        method: &'a str,
        target: &'a str,
        headers: impl IntoIterator<Item = (&'a N, &'a V)>,
        body: &'a [u8],
    ) -> Self {
        Self { method, target, headers: Headers::of(headers), body: Body::Raw(body) }
    }

    /// Takes a request whose body could not be read to its end (RFC 9112 section 8): it is answered 400.
    #[must_use]
    pub fn incomplete<N: AsRef<str> + ?Sized + 'a, V: AsRef<[u8]> + ?Sized + 'a>(
        method: &'a str,
        target: &'a str,
        headers: impl IntoIterator<Item = (&'a N, &'a V)>,
    ) -> Self {
        Self { method, target, headers: Headers::of(headers), body: Body::Incomplete }
    }

    /// Takes a POST whose form a servlet container has parsed, where no body is left to read. `params` holds
    /// the pairs of the URL's query as well: see
    /// [`verify_servlet_params`](super::RequestValidator::verify_servlet_params).
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    /// use twiml_refer::webhook::{HttpRequest, HttpVerifier, Origin};
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let signature = validator.sign("/refer?id=7", [("CallSid", "CA1")]);
    /// let verifier = HttpVerifier::new(validator, Origin::PublicBase)?;
    /// let headers = [("X-Twilio-Signature", signature.as_str())];
    /// let params = [("id", "7"), ("CallSid", "CA1")];
    /// let request = HttpRequest::from_servlet_params("/refer?id=7", headers, params);
    /// assert_eq!(verifier.verify(&request)?.to_form(), "CallSid=CA1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_servlet_params<N, V, P, Q>(
        target: &'a str,
        headers: impl IntoIterator<Item = (&'a N, &'a V)>,
        params: impl IntoIterator<Item = (&'a P, &'a Q)>,
    ) -> Self
    where
        N: AsRef<str> + ?Sized + 'a,
        V: AsRef<[u8]> + ?Sized + 'a,
        P: AsRef<str> + ?Sized + 'a,
        Q: AsRef<str> + ?Sized + 'a,
    {
        let params = params.into_iter().map(|(name, value)| (name.as_ref(), value.as_ref()));
        let body = Body::ServletParams(params.collect());
        Self { method: "POST", target, headers: Headers::of(headers), body }
    }

    /// Returns the `AccountSid` that the request claims, like [`claimed_account_sid`], also of the parameters
    /// of a servlet. `None` for an incomplete request.
    #[must_use]
    pub fn claimed_account_sid(&self) -> Option<String> {
        match &self.body {
            Body::ServletParams(_) => account_sid(&self.servlet_params().ok()?),
            body => claimed_account_sid(self.method, self.target, body.bytes()),
        }
    }

    /// The form's own pairs of a servlet's parameters; none of any other body.
    pub(super) fn servlet_params(&self) -> Result<RawParams, Error> {
        let Body::ServletParams(params) = &self.body else { return Ok(RawParams::default()) };
        let query = UrlParts::of(self.target).query_text();
        RawParams::from_servlet_params(query, params.iter().copied(), usize::MAX)
    }

    /// The path, without the query.
    pub(super) fn path(&self) -> &'a str {
        UrlParts::of(self.target).path
    }
}

impl fmt::Debug for HttpRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("path", &self.path())
            .finish_non_exhaustive()
    }
}

/// Returns the `AccountSid` that a request claims, so that an app with subaccounts can choose the auth tokens
/// to verify it with. Until then it is only what the client claims: trust it for nothing else.
///
/// It is read from the query of a `GET`, and from the form of any other method. `None` if there is none,
/// or if it is not 1 to 64 letters, digits and hyphens: it can be used as a key as it is.
///
/// ```
/// use twiml_refer::webhook::claimed_account_sid;
///
/// let sid = "AC0123456789abcdef0123456789abcdef";
/// let form = format!("CallSid=CA1&AccountSid={sid}");
/// assert_eq!(claimed_account_sid("POST", "/voice", form.as_bytes()).as_deref(), Some(sid));
/// assert_eq!(claimed_account_sid("POST", "/voice?AccountSid=AC1", b""), None);
/// assert_eq!(claimed_account_sid("POST", "/voice", b"AccountSid=..%2Fetc"), None);
/// ```
#[must_use]
pub fn claimed_account_sid(method: &str, target: &str, body: &[u8]) -> Option<String> {
    let query = UrlParts::of(target).query_text().as_bytes();
    let form = if method == "GET" { query } else { body };
    account_sid(&RawParams::from_form(form, form.len()).ok()?)
}

fn account_sid(params: &RawParams) -> Option<String> {
    let sid = params.iter().find(|(name, _)| *name == b"AccountSid").map(|(_, value)| value)?;
    let is_sid = (1..=64).contains(&sid.len())
        && sid.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    String::from_utf8(sid.to_vec()).ok().filter(|_| is_sid)
}

/// The headers that are read.
#[derive(Clone, Default)]
pub(super) struct Headers<'a> {
    pub(super) signature: Header<'a>,
    pub(super) host: Header<'a>,
    pub(super) forwarded_proto: Header<'a>,
    pub(super) forwarded_host: Header<'a>,
    pub(super) content_length: ContentLength,
}

impl<'a> Headers<'a> {
    pub(super) fn of<N: AsRef<str> + ?Sized + 'a, V: AsRef<[u8]> + ?Sized + 'a>(
        headers: impl IntoIterator<Item = (&'a N, &'a V)>,
    ) -> Self {
        let mut found = Self::default();
        for (name, value) in headers {
            let (name, value) = (name.as_ref(), value.as_ref());
            let is = |known| name.eq_ignore_ascii_case(known);
            if is("X-Twilio-Signature") {
                found.signature.add(value);
            } else if is("Host") {
                found.host.add(value);
            } else if is("X-Forwarded-Proto") {
                found.forwarded_proto.add(value);
            } else if is("X-Forwarded-Host") {
                found.forwarded_host.add(value);
            } else if is("Content-Length") {
                found.content_length.add(value);
            }
        }
        found
    }
}

/// A header that has one value.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Header<'a> {
    #[default]
    Absent,
    One(&'a str),
    /// It came twice, or is not UTF-8: none of its values is trusted.
    Invalid,
}

impl<'a> Header<'a> {
    fn add(&mut self, value: &'a [u8]) {
        *self = match (*self, std::str::from_utf8(value)) {
            (Self::Absent, Ok(value)) => Self::One(value),
            _ => Self::Invalid,
        };
    }

    /// The value, if there is one to trust.
    pub(super) fn value(self) -> Result<Option<&'a str>, ()> {
        match self {
            Self::Absent => Ok(None),
            Self::One(value) => Ok(Some(value)),
            Self::Invalid => Err(()),
        }
    }

    /// The value of another header if this one is absent.
    pub(super) fn or(self, other: Self) -> Self {
        if self == Self::Absent { other } else { self }
    }
}

/// The size that `Content-Length` announces (RFC 9110 section 8.6). A body in chunks has none.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum ContentLength {
    #[default]
    Absent,
    Bytes(usize),
    /// It is not a number, or several that differ.
    Invalid,
}

impl ContentLength {
    /// A repeated value may come as a list.
    fn add(&mut self, value: &[u8]) {
        for value in value.split(|&byte| byte == b',') {
            let value = value.trim_ascii();
            let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
            // More digits than the machine has.
            let bytes = std::str::from_utf8(value).ok().and_then(|value| value.parse().ok());
            let found = Self::Bytes(bytes.unwrap_or(usize::MAX));
            let agrees = *self == Self::Absent || *self == found;
            *self = if is_number && agrees { found } else { Self::Invalid };
        }
    }
}
