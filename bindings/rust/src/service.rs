//! The layer and its service: reading the body up to the limit, answering, and the line for the log. The
//! rules are those of [`HttpVerifier`].

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http::header::{ALLOW, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_layer::Layer;
use tower_service::Service;
use twiml_refer::webhook::{HttpRejection, HttpRequest, HttpVerifier, Origin};
use twiml_refer::{Error, RequestValidator, VoiceRequest};

use crate::log::Rate;

/// A layer that lets through only the requests that Twilio signed. See the [crate](crate) for an
/// example and for its answers.
///
/// Made of an [`HttpVerifier`], it accepts several secrets or another origin:
///
/// ```
/// use twiml_refer_tower::{HttpVerifier, Origin, RequestValidator, VerifyLayer};
///
/// let validator = RequestValidator::new("new token")?.with_secret("old token")?;
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
    /// which Twilio reaches the app. POST alone is accepted, and no header of the request is trusted.
    ///
    /// # Errors
    ///
    /// `secret-empty` without a token, `public-base-invalid` for a base that is not one.
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

    /// Accepts GET as well: see [`HttpVerifier::with_get`].
    #[must_use]
    pub fn with_get(self) -> Self {
        let verifier = HttpVerifier::clone(&self.verifier).with_get(true);
        Self { verifier: Arc::new(verifier), ..self }
    }

    /// The verified request and its body, or what to answer.
    async fn verify<B>(
        &self,
        parts: &Parts,
        body: B,
    ) -> Result<(VoiceRequest, Bytes), HttpRejection>
    where
        B: Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let method = parts.method.as_str();
        self.verifier.check_head(method, &parts.headers)?;
        let body = Limited::new(body, self.verifier.max_body_bytes()).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => HttpRejection::ContentTooLarge,
            false => HttpRejection::BadRequest,
        })?;
        let (target, body) = (target(parts), body.to_bytes());
        let request = HttpRequest::new(method, &target, &parts.headers, &body);
        match self.verifier.verify(&request) {
            Ok(verified) => Ok((verified, body)),
            Err(rejection) => {
                if rejection == HttpRejection::Forbidden
                    && let Some(left_out) = self.rate.grant(Instant::now())
                {
                    tracing::warn!(left_out, "{}", self.verifier.diagnose(&request));
                }
                Err(rejection)
            }
        }
    }
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
