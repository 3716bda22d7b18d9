//! The HTTP side of verifying, for the middleware of web servers: which URL a request was made to, which
//! methods and sizes are accepted, and what is answered. No I/O: the middleware reads the request, logs,
//! and answers.

use std::borrow::Cow;

use super::hint::{Hint, HintKind};
use super::http_request::{Body, ContentLength, Header, Headers, HttpRequest};
use super::request::VoiceRequest;
use super::signature::{RequestValidator, VerifyError};
use super::url::{UrlParts, is_http_authority};
use crate::Error;
use crate::error::ErrorKind;
use crate::http::Method;
use crate::message;

/// Why parameters of a servlet may not match although Twilio signed them.
const PARSED_BEFORE: &str = "something parsed the form before it was verified: let verification come first, or \
                             check that the form was decoded as UTF-8";

/// Where scheme and host of the URL that Twilio requested come from; path and query are the request target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Origin {
    /// The [public base](RequestValidator::with_public_base) of the validator. No header is trusted.
    #[default]
    PublicBase,
    /// `X-Forwarded-Proto` (`https` without it) and `X-Forwarded-Host` (`Host` without it). Only behind a
    /// proxy that sets these headers itself.
    Forwarded,
    /// The header `Host`. Only where the app is reached directly.
    Host {
        /// Whether the scheme is `https`; else it is `http`.
        https: bool,
    },
}

/// The methods that a route accepts. Any other is answered 405, with these in the header `Allow` (RFC 9110
/// section 10.2.1).
///
/// A signature covers no method, and joins the URL and the form without a delimiter: what Twilio signed as a
/// POST can be sent again as a GET of other parameters. Hence only POST is accepted by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AllowedMethods {
    /// Only POST: its form holds the parameters.
    #[default]
    Post,
    /// Only GET: its query holds the parameters, and it must have no body.
    Get,
    /// Both. Only for routes that read nothing but the parameters of a [`VoiceRequest`], and are safe to request by
    /// either method.
    GetAndPost,
}

impl AllowedMethods {
    const fn allow(self) -> &'static str {
        match self {
            Self::Post => "POST",
            Self::Get => "GET",
            Self::GetAndPost => "GET, POST",
        }
    }
}

/// Verifies requests as an HTTP server receives them, for middleware.
///
/// It checks the method, the size and the signature, in this order, and says what to answer. The limit and
/// the auth tokens are those of the [`RequestValidator`]. A POST is read as a form, whatever its
/// `Content-Type`: multipart and JSON bodies are answered 403. For requests with such a body that Twilio
/// did sign use [`validate_raw`](RequestValidator::validate_raw).
///
/// What a signature cannot prove, and what the app does about it:
///
/// * It covers no method. So only POST is accepted by default; see [`AllowedMethods`].
/// * It covers no time: a captured request verifies forever, and Twilio itself repeats a request that it
///   got no answer to. Check the state of the call, and answer a repeated action request as the first
///   time. The key by which it is recognised is the `CallSid` with all parameters, which
///   [`to_form`](VoiceRequest::to_form) writes: unlike the header `I-Twilio-Idempotency-Token`, they are
///   signed.
/// * It joins the URL, names and values without delimiters: `Digits` + `1234` signs like
///   `Digits1` + `234`. Check that the parameters that the app needs are there.
///
/// It does no I/O, has no clock and can be shared by threads. An app with subaccounts makes one for each
/// and chooses it by [`claimed_account_sid`](super::claimed_account_sid).
///
/// ```
/// use twiml_refer::RequestValidator;
/// use twiml_refer::webhook::{HttpRejection, HttpRequest, HttpVerifier, Origin};
///
/// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
/// # let signature = validator.sign_form("/refer?x=%2B1", "CallSid=CA1");
/// let verifier = HttpVerifier::new(validator, Origin::PublicBase)?;
///
/// // What the server received: method, raw target, headers; then the body.
/// let (method, target) = ("POST", "/refer?x=%2B1");
/// let headers = [("Content-Length", "11"), ("X-Twilio-Signature", signature.as_str())];
/// verifier.check_head(method, headers)?; // before the body is read
/// let request = HttpRequest::new(method, target, headers, b"CallSid=CA1");
/// assert_eq!(verifier.verify(&request)?.call_sid(), Some("CA1"));
///
/// let forged = HttpRequest::new(method, target, headers, b"CallSid=CA2");
/// let rejection = verifier.verify(&forged).unwrap_err();
/// assert_eq!((rejection.status(), rejection), (403, HttpRejection::Forbidden));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct HttpVerifier {
    validator: RequestValidator,
    origin: Origin,
    allowed_methods: AllowedMethods,
    lost_question_mark: bool,
}

impl HttpVerifier {
    /// Makes a verifier that accepts only POST.
    ///
    /// With [`Origin::Forwarded`] and [`Origin::Host`] a public base of the validator is not used.
    ///
    /// # Errors
    ///
    /// `public-base-missing` for [`Origin::PublicBase`] and a validator without one.
    ///
    /// ```
    /// use twiml_refer::webhook::{HttpVerifier, Origin};
    /// use twiml_refer::{RequestValidator, error::ErrorKind};
    ///
    /// let validator = || RequestValidator::new("12345");
    /// let error = HttpVerifier::new(validator()?, Origin::PublicBase).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::PublicBaseMissing);
    /// assert!(HttpVerifier::new(validator()?, Origin::Host { https: true }).is_ok());
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn new(mut validator: RequestValidator, origin: Origin) -> Result<Self, Error> {
        match (origin, &validator.base) {
            (Origin::PublicBase, None) => return Err(Error::new(ErrorKind::PublicBaseMissing)),
            (Origin::PublicBase, Some(_)) => {}
            (Origin::Forwarded | Origin::Host { .. }, _) => validator.base = None,
        }
        let allowed_methods = AllowedMethods::default();
        Ok(Self { validator, origin, allowed_methods, lost_question_mark: false })
    }

    /// Sets the methods that are accepted: those of the route. The default is [`AllowedMethods::Post`].
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    /// use twiml_refer::webhook::{AllowedMethods, HttpVerifier, Origin};
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let verifier = HttpVerifier::new(validator, Origin::PublicBase)?;
    /// let verifier = verifier.with_allowed_methods(AllowedMethods::Get);
    /// let allow = |method| verifier.check_head(method, [("", ""); 0]).err().and_then(|it| it.allow());
    /// assert_eq!((allow("GET"), allow("POST")), (None, Some("GET")));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn with_allowed_methods(mut self, methods: AllowedMethods) -> Self {
        self.allowed_methods = methods;
        self
    }

    /// Sets whether a target without `?` is also tried with an empty query: for server interfaces
    /// that cannot tell `/refer?` from `/refer`, such as ASGI.
    #[must_use]
    pub fn with_lost_question_mark(mut self, accept: bool) -> Self {
        self.lost_question_mark = accept;
        self
    }

    /// The limit of a body in bytes: read at most one byte more.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.validator.max_body_bytes()
    }

    /// Checks the method and `Content-Length`, before the body is read. [`verify`](Self::verify) checks
    /// them again.
    ///
    /// # Errors
    ///
    /// [`MethodNotAllowed`](HttpRejection::MethodNotAllowed),
    /// [`ContentTooLarge`](HttpRejection::ContentTooLarge), or [`BadRequest`](HttpRejection::BadRequest) for
    /// a `Content-Length` that is not a number or differs from another one.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    /// use twiml_refer::webhook::{HttpVerifier, Origin};
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let verifier = HttpVerifier::new(validator, Origin::PublicBase)?;
    /// let status = |method, length| {
    ///     let checked = verifier.check_head(method, [("Content-Length", length)]);
    ///     checked.err().map(|rejection| (rejection.status(), rejection.allow()))
    /// };
    /// assert_eq!(status("POST", "65536"), None);
    /// assert_eq!(status("POST", "65537"), Some((413, None)));
    /// assert_eq!(status("PUT", "0"), Some((405, Some("POST"))));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn check_head<'a, N: AsRef<str> + ?Sized + 'a, V: AsRef<[u8]> + ?Sized + 'a>(
        &self,
        method: &str,
        headers: impl IntoIterator<Item = (&'a N, &'a V)>,
    ) -> Result<(), HttpRejection> {
        self.method(method, &Headers::of(headers)).map(|_| ())
    }

    /// Verifies a request and returns it, parsed.
    ///
    /// # Errors
    ///
    /// Any [`HttpRejection`]: answer its status.
    pub fn verify(&self, request: &HttpRequest<'_>) -> Result<VoiceRequest, HttpRejection> {
        let method = self.method(request.method, &request.headers)?;
        match request.body {
            Body::Raw(body) if body.len() > self.max_body_bytes() => {
                return Err(HttpRejection::ContentTooLarge);
            }
            Body::Incomplete => return Err(HttpRejection::BadRequest),
            _ => {}
        }
        let signature = request.headers.signature.value();
        let signature = signature.map_err(|()| HttpRejection::Forbidden)?;
        let url = self.url(request).map_err(|_| HttpRejection::Forbidden)?;
        let verify = |url: &str| match &request.body {
            Body::ServletParams(params) => {
                self.validator.verify_servlet_params(url, params.iter().copied(), signature)
            }
            body => self.validator.verify(method, url, body.bytes(), signature),
        };
        let verified = match verify(&url) {
            Err(VerifyError::SignatureMismatch)
                if self.lost_question_mark && !url.contains('?') =>
            {
                verify(&[&url, "?"].concat())
            }
            verified => verified,
        };
        verified.map_err(HttpRejection::from)
    }

    /// Returns one line for the log about a request that [`verify`](Self::verify) rejects: the status, the
    /// method, the path without its query, and hints. Empty if it is accepted. No secret, signature or
    /// parameter is in it.
    ///
    /// It may cost a thousand times as much as `verify`: call it only when the line will be written, at a
    /// bounded rate. The middleware that comes with this library writes at most one line per second; a line after
    /// others that were left out ends with ` (3 more were not logged)`.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    /// use twiml_refer::webhook::{HttpRequest, HttpVerifier, Origin};
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let signature = validator.sign_form("/refer/", "");
    /// let verifier = HttpVerifier::new(validator, Origin::PublicBase)?;
    /// let headers = [("X-Twilio-Signature", signature.as_str())];
    /// assert_eq!(
    ///     verifier.diagnose(&HttpRequest::new("POST", "/refer", headers, b"")),
    ///     "403 to POST /refer: the signature matches with another slash at the end of the path: \
    ///      pass the path that Twilio requested",
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn diagnose(&self, request: &HttpRequest<'_>) -> String {
        let Err(rejection) = self.verify(request) else { return String::new() };
        let (method, path) = (message::quote(request.method), message::quote(request.path()));
        let why = match (rejection, &request.body) {
            (HttpRejection::Forbidden, _) => self.hints(request),
            (HttpRejection::BadRequest, Body::Incomplete) => {
                "the body ended early, or is malformed".to_owned()
            }
            (other, _) => other.to_string(),
        };
        format!("{} to {method} {path}: {why}", rejection.status())
    }

    /// Why a request is answered 403.
    fn hints(&self, request: &HttpRequest<'_>) -> String {
        let Ok(signature) = request.headers.signature.value() else {
            return "the header X-Twilio-Signature is there twice, or is not text".to_owned();
        };
        let url = match self.url(request) {
            Ok(url) => url,
            Err(why) => return why.to_owned(),
        };
        let method = if request.method == "GET" { Method::Get } else { Method::Post };
        let form = match &request.body {
            Body::ServletParams(_) => request
                .servlet_params()
                .and_then(|raw| VoiceRequest::from_raw(raw, b""))
                .map_or_else(|_| Vec::new(), |request| request.to_form().into_bytes()),
            body => body.bytes().to_owned(),
        };
        // A form that was parsed and is written again may be longer than it was.
        let validator = self.validator.clone().with_max_body_bytes(usize::MAX);
        let hints = validator.diagnose(method, &url, &form, signature);
        let mut messages: Vec<_> = hints.iter().map(Hint::message).collect();
        let has_no_near_miss = hints.last().is_some_and(|hint| hint.kind() == HintKind::AuthToken);
        if has_no_near_miss && matches!(request.body, Body::ServletParams(_)) && !form.is_empty() {
            messages.push(PARSED_BEFORE);
        }
        messages.join("; ")
    }

    /// Checks the method and the announced size.
    fn method(&self, method: &str, headers: &Headers<'_>) -> Result<Method, HttpRejection> {
        let allowed = self.allowed_methods;
        let method = match method {
            "POST" if allowed != AllowedMethods::Get => Method::Post,
            "GET" if allowed != AllowedMethods::Post => Method::Get,
            _ => return Err(HttpRejection::MethodNotAllowed { allow: allowed.allow() }),
        };
        match headers.content_length {
            ContentLength::Bytes(bytes) if bytes > self.max_body_bytes() => {
                Err(HttpRejection::ContentTooLarge)
            }
            ContentLength::Invalid => Err(HttpRejection::BadRequest),
            _ => Ok(method),
        }
    }

    /// The URL to verify, or why there is none. Headers that give the origin may hold only a scheme and
    /// an authority: with a path or a query in the Host header, a request that was signed for one route
    /// would verify for another.
    fn url<'a>(&self, request: &HttpRequest<'a>) -> Result<Cow<'a, str>, &'static str> {
        let Headers { host, forwarded_proto, forwarded_host, .. } = request.headers;
        let (scheme, host) = match self.origin {
            Origin::PublicBase => return Ok(request.target.into()),
            Origin::Host { https } => (if https { "https" } else { "http" }, host),
            Origin::Forwarded => match forwarded_proto.or(Header::One("https")) {
                Header::One(scheme @ ("http" | "https")) => (scheme, forwarded_host.or(host)),
                _ => return Err("invalid X-Forwarded-Proto: expected http or https, once"),
            },
        };
        let target = UrlParts::of(request.target);
        if !(target.scheme.is_empty() && target.path.starts_with('/') || target.is_http()) {
            return Err(
                "invalid request target: expected one that begins with `/`, or an absolute URL",
            );
        }
        let own = [target.host, target.port].concat();
        let host = host.value().map(|host| host.unwrap_or(&own)).unwrap_or_default();
        if !is_http_authority(scheme, host) {
            return Err("invalid host of the request: expected a host and optionally a port, once");
        }
        let UrlParts { path, query, fragment, .. } = target;
        Ok([scheme, "://", host, path, query, fragment].concat().into())
    }
}

/// Why a request is not passed to the app, and what to answer. The body of the answer is up to the
/// middleware; it must not say more than this does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum HttpRejection {
    /// 403: the signature is missing, or it is not Twilio's over this URL and body.
    #[error("the request is not proved to be from Twilio")]
    Forbidden,
    /// 405: the route does not accept the method.
    #[error("the method is not accepted: use {allow}")]
    MethodNotAllowed {
        /// The value of the header `Allow`.
        allow: &'static str,
    },
    /// 413: the body, or the query of a GET, is over the limit.
    #[error("the request is larger than the limit")]
    ContentTooLarge,
    /// 400: the request is signed and not UTF-8, its `Content-Length` is not valid, or its body is incomplete.
    #[error("the request cannot be read")]
    BadRequest,
}

impl HttpRejection {
    /// The HTTP status to answer: 403, 405, 413 or 400.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Forbidden => 403,
            Self::MethodNotAllowed { .. } => 405,
            Self::ContentTooLarge => 413,
            Self::BadRequest => 400,
        }
    }

    /// The value of the header `Allow`, which an answer 405 must have (RFC 9110 section 15.5.6).
    #[must_use]
    pub const fn allow(self) -> Option<&'static str> {
        match self {
            Self::MethodNotAllowed { allow } => Some(allow),
            _ => None,
        }
    }
}

impl From<VerifyError> for HttpRejection {
    fn from(error: VerifyError) -> Self {
        match error.kind() {
            ErrorKind::RequestTooLarge => Self::ContentTooLarge,
            ErrorKind::RequestNotUtf8 => Self::BadRequest,
            _ => Self::Forbidden,
        }
    }
}
