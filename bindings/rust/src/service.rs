//! The layer and its service: reading the body up to the limit, answering, and the line for the log. The
//! rules are those of [`HttpVerifier`].

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::{BufMut, Bytes, BytesMut};
use http::header::{ALLOW, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use tower_layer::Layer;
use tower_service::Service;
use twiml_refer::webhook::{AllowedMethods, HttpRejection, HttpRequest, HttpVerifier, Origin};
use twiml_refer::{Error, RequestValidator, VoiceRequest};

use crate::log::{Rate, more};

/// A layer that lets through only the requests that Twilio signed. See the [crate](crate) for an
/// example and for its answers.
///
/// Made of an [`HttpVerifier`], it accepts several auth tokens or another origin:
///
/// ```
/// use twiml_refer_tower::{HttpVerifier, Origin, RequestValidator, VerifyLayer};
///
/// let validator = RequestValidator::new("new token")?.with_auth_token("old token")?;
/// let verify = VerifyLayer::from(HttpVerifier::new(validator, Origin::Forwarded)?);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct VerifyLayer {
    verifier: Arc<HttpVerifier>,
    /// One for all services that are made of this layer.
    rate: Arc<Rate>,
}

impl VerifyLayer {
    /// Verifies with the account's auth token and the public base: scheme, host, port and path prefix by
    /// which Twilio reaches the app. Only POST is accepted, and no header of the request is trusted.
    ///
    /// # Errors
    ///
    /// `auth-token-empty` without one, `public-base-invalid` for a base that is not one.
    ///
    /// ```
    /// use twiml_refer_tower::VerifyLayer;
    ///
    /// assert!(VerifyLayer::new("12345", "https://voice.example.com/ivr").is_ok());
    /// assert!(VerifyLayer::new("", "https://voice.example.com").is_err());
    /// ```
    pub fn new(token: impl AsRef<str>, public_base: &str) -> Result<Self, Error> {
        let validator = RequestValidator::new(token)?.with_public_base(public_base)?;
        Ok(HttpVerifier::new(validator, Origin::PublicBase)?.into())
    }

    /// Sets the methods that are accepted: see [`HttpVerifier::with_allowed_methods`].
    ///
    /// ```
    /// use axum::{Router, routing::get};
    /// use twiml_refer_tower::{AllowedMethods, VerifyLayer};
    ///
    /// let verify = VerifyLayer::new("12345", "https://voice.example.com")?;
    /// let verify = verify.with_allowed_methods(AllowedMethods::Get);
    /// # let _: Router =
    /// Router::new().route("/voice", get(async || "hello").layer(verify));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn with_allowed_methods(self, methods: AllowedMethods) -> Self {
        let verifier = HttpVerifier::clone(&self.verifier).with_allowed_methods(methods);
        Self { verifier: Arc::new(verifier), ..self }
    }

    /// The verified request and its body, or what to answer.
    async fn verify<B: Body>(
        &self,
        parts: &Parts,
        body: B,
    ) -> Result<(VoiceRequest, Bytes), HttpRejection> {
        let method = parts.method.as_str();
        let body = match self.verifier.check_head(method, &parts.headers) {
            Ok(()) => read(body, self.verifier.max_body_bytes()).await,
            // Rejected again below.
            Err(_) => Some(Bytes::new()),
        };
        let target = target(parts);
        let request = match &body {
            Some(body) => HttpRequest::new(method, &target, &parts.headers, body),
            None => HttpRequest::incomplete(method, &target, &parts.headers),
        };
        let verified = self.verifier.verify(&request);
        if verified.is_err()
            && let Some(left_out) = self.rate.grant(Instant::now())
        {
            tracing::warn!("{}{}", self.verifier.diagnose(&request), more(left_out));
        }
        Ok((verified?, body.unwrap_or_default()))
    }
}

/// Reads a body, or as much of it as shows that it is over the limit. `None` if it ends early or is malformed.
async fn read<B: Body>(body: B, max_bytes: usize) -> Option<Bytes> {
    let (mut body, mut read) = (pin!(body), BytesMut::new());
    while read.len() <= max_bytes
        && let Some(frame) = body.frame().await
    {
        if let Ok(data) = frame.ok()?.into_data() {
            read.put(data);
        }
    }
    Some(read.freeze())
}

impl From<HttpVerifier> for VerifyLayer {
    fn from(verifier: HttpVerifier) -> Self {
        Self { verifier: Arc::new(verifier), rate: Arc::default() }
    }
}

/// The target as it came on the wire. A nested router of axum cuts its prefix off the URI, and keeps the
/// original one.
fn target(parts: &Parts) -> String {
    #[cfg(feature = "axum")]
    let uri = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    #[cfg(not(feature = "axum"))]
    let uri = &parts.uri;
    uri.to_string()
}

impl<S> Layer<S> for VerifyLayer {
    type Service = Verify<S>;

    fn layer(&self, inner: S) -> Verify<S> {
        Verify { layer: self.clone(), inner }
    }
}

/// The service that [`VerifyLayer`] makes.
#[derive(Debug, Clone)]
pub struct Verify<S> {
    layer: VerifyLayer,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for Verify<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
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
        let layer = self.layer.clone();
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            match layer.verify(&parts, body).await {
                Ok((verified, body)) => {
                    parts.extensions.insert(verified);
                    inner.call(Request::from_parts(parts, B::from(body))).await
                }
                Err(rejection) => {
                    let mut answer = Response::new(R::default());
                    // Every status of a rejection is one of HTTP.
                    *answer.status_mut() =
                        StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::FORBIDDEN);
                    if let Some(allow) = rejection.allow() {
                        answer.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
                    }
                    Ok(answer)
                }
            }
        })
    }
}
