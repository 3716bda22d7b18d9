//! The layer and its service: method, size, signature, in this order.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::header::{ALLOW, HeaderMap, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::Authority;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;
use twiml_refer::error::ErrorKind;
use twiml_refer::http::Method;
use twiml_refer::webhook::{Hint, VerifyError};
use twiml_refer::{Error, RequestValidator, VoiceRequest};

use crate::log::Rate;

const SIGNATURE: HeaderName = HeaderName::from_static("x-twilio-signature");

/// How the URL that Twilio asked for is known.
#[derive(Debug, Clone)]
enum Origin {
    /// From the validator's public base.
    PublicBase,
    /// From `X-Forwarded-Proto` and `X-Forwarded-Host`, or `Host`.
    Forwarded,
    /// From `Host`, and this scheme.
    Host(&'static str),
}

/// A layer that lets through only the requests that Twilio signed. See the [crate](crate) for an
/// example and for its answers.
#[derive(Debug, Clone)]
pub struct VerifyLayer {
    validator: RequestValidator,
    origin: Origin,
    accepts_get: bool,
    /// One for all services that are made of this layer.
    rate: Arc<Rate>,
}

impl VerifyLayer {
    /// Verifies with the account's auth token and the public base: scheme, host, port and path prefix by
    /// which Twilio reaches the app. No header of the request is trusted.
    ///
    /// # Errors
    ///
    /// `secret-empty` without a token, `public-base-invalid` for a base that is not one.
    ///
    /// ```
    /// use twiml_refer_tower::VerifyLayer;
    ///
    /// let verify = VerifyLayer::new("12345", "https://voice.example.com/ivr")?.with_get();
    /// assert!(VerifyLayer::new("", "https://voice.example.com").is_err());
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn new(token: impl AsRef<str>, public_base: &str) -> Result<Self, Error> {
        let validator = RequestValidator::new(token)?.with_public_base(public_base)?;
        Ok(Self::of(validator, Origin::PublicBase))
    }

    /// Like [`new`](Self::new), with a validator that has more secrets, another algorithm or another
    /// limit.
    ///
    /// # Errors
    ///
    /// `public-base-invalid` for a base that is not one.
    ///
    /// ```
    /// use twiml_refer_tower::{RequestValidator, VerifyLayer};
    ///
    /// let validator = RequestValidator::new("new token")?.with_secret("old token")?;
    /// VerifyLayer::with_validator(validator, "https://voice.example.com")?;
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn with_validator(validator: RequestValidator, public_base: &str) -> Result<Self, Error> {
        Ok(Self::of(validator.with_public_base(public_base)?, Origin::PublicBase))
    }

    /// Takes the origin from `X-Forwarded-Proto` and `X-Forwarded-Host` (else `Host`). Only behind a
    /// proxy that sets these headers itself, and with a validator without public base.
    ///
    /// ```
    /// use twiml_refer_tower::{RequestValidator, VerifyLayer};
    ///
    /// VerifyLayer::trusting_forwarded(RequestValidator::new("12345")?);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn trusting_forwarded(validator: RequestValidator) -> Self {
        Self::of(validator, Origin::Forwarded)
    }

    /// Takes the host from `Host`, with the scheme `https`, or `http` where the app has no TLS in front
    /// of it. Only where the app is reached directly, and with a validator without public base.
    ///
    /// ```
    /// use twiml_refer_tower::{RequestValidator, VerifyLayer};
    ///
    /// VerifyLayer::trusting_host(RequestValidator::new("12345")?, true);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn trusting_host(validator: RequestValidator, is_https: bool) -> Self {
        Self::of(validator, Origin::Host(if is_https { "https" } else { "http" }))
    }

    /// Accepts GET as well: the query then holds the parameters. Only for routes that read nothing else,
    /// because a signature covers no method.
    #[must_use]
    pub fn with_get(mut self) -> Self {
        self.accepts_get = true;
        self
    }

    fn of(validator: RequestValidator, origin: Origin) -> Self {
        Self { validator, origin, accepts_get: false, rate: Arc::default() }
    }

    /// The URL to verify: the request target, behind the origin where no public base gives it. `None` if
    /// the headers that give the origin hold anything but a scheme and an authority: with a path or a
    /// query in the Host header, a request that was signed for one route would verify for another.
    fn url(&self, parts: &Parts) -> Option<String> {
        let target = target(parts);
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let host = || header("host").or_else(|| parts.uri.authority().map(|found| found.as_str()));
        let (scheme, host) = match self.origin {
            Origin::PublicBase => return Some(target.to_owned()),
            Origin::Host(scheme) => (scheme, host()?),
            Origin::Forwarded => {
                let scheme = header("x-forwarded-proto").unwrap_or("https");
                (scheme, header("x-forwarded-host").or_else(host)?)
            }
        };
        let is_host = host.parse::<Authority>().is_ok() && !host.contains('@');
        let is_scheme = ["http", "https"].contains(&scheme);
        (is_host && is_scheme).then(|| format!("{scheme}://{host}{target}"))
    }

    /// The verified request and its body, or the status to answer.
    async fn verify<B>(&self, parts: &Parts, body: B) -> Result<(VoiceRequest, Bytes), StatusCode>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let method = match parts.method {
            http::Method::POST => Method::Post,
            http::Method::GET if self.accepts_get => Method::Get,
            _ => return Err(StatusCode::METHOD_NOT_ALLOWED),
        };
        let body = Limited::new(body, self.validator.max_body_bytes()).collect().await;
        let body = body.map_err(|error| {
            if error.is::<LengthLimitError>() {
                StatusCode::PAYLOAD_TOO_LARGE
            } else {
                StatusCode::BAD_REQUEST
            }
        })?;
        let body = body.to_bytes();
        let signature = signature(&parts.headers);
        let Some(url) = self.url(parts) else { return Err(StatusCode::FORBIDDEN) };
        match self.validator.verify(method, &url, &body, signature) {
            Ok(request) => Ok((request, body)),
            Err(VerifyError::Request(error)) if error.kind() == ErrorKind::RequestTooLarge => {
                Err(StatusCode::PAYLOAD_TOO_LARGE)
            }
            Err(VerifyError::Request(_)) => Err(StatusCode::BAD_REQUEST),
            Err(VerifyError::SignatureMissing | VerifyError::SignatureMismatch) => {
                if let Some(left_out) = self.rate.grant(Instant::now()) {
                    let hints = self.validator.diagnose(method, &url, &body, signature);
                    let hints: Vec<_> = hints.iter().map(Hint::message).collect();
                    let path = parts.uri.path();
                    tracing::warn!(path, left_out, "403 to a request: {}", hints.join("; "));
                }
                Err(StatusCode::FORBIDDEN)
            }
        }
    }
}

/// The one value of the signature's header; of several, none is trusted.
fn signature(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(SIGNATURE).iter();
    let first = values.next()?;
    if values.next().is_some() { Some("repeated") } else { Some(first.to_str().unwrap_or("?")) }
}

/// The path and query as they came on the wire. A nested router of axum cuts its prefix off the URI, and
/// keeps the original one.
fn target(parts: &Parts) -> &str {
    #[cfg(feature = "axum")]
    let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    #[cfg(not(feature = "axum"))]
    let uri = &parts.uri;
    uri.path_and_query().map_or("/", |target| target.as_str())
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify { layer: Arc::new(self.clone()), inner }
    }
}

/// The service that [`VerifyLayer`] makes.
#[derive(Debug, Clone)]
pub struct Verify<S> {
    layer: Arc<VerifyLayer>,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<R>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that is ready is the one to call: its clone takes its place.
        let clone = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, clone);
        let layer = Arc::clone(&self.layer);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match layer.verify(&parts, body).await {
                Ok((verified, body)) => {
                    parts.extensions.insert(verified);
                    inner.call(Request::from_parts(parts, B::from(body))).await
                }
                Err(status) => {
                    let mut answer = Response::new(R::default());
                    *answer.status_mut() = status;
                    if status == StatusCode::METHOD_NOT_ALLOWED {
                        let methods = if layer.accepts_get { "GET, POST" } else { "POST" };
                        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
                    }
                    Ok(answer)
                }
            }
        })
    }
}
