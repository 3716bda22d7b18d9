//! The extractor of axum.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use twiml_refer::VoiceRequest;

/// The request from Twilio that [`VerifyLayer`](crate::VerifyLayer) verified.
///
/// Without the layer around the route, the answer is 500: a handler never sees what nobody verified.
/// `Option<Verified>` is `None` then.
///
/// ```
/// async fn voice(twiml_refer_tower::Verified(request): twiml_refer_tower::Verified) -> String {
///     format!("{:?}", request.leg())
/// }
/// # let _: axum::routing::MethodRouter = axum::routing::post(voice);
/// ```
#[derive(Debug, Clone)]
pub struct Verified(pub VoiceRequest);

/// The answer where a route has no [`VerifyLayer`](crate::VerifyLayer): status 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotVerified;

impl std::fmt::Display for NotVerified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("missing VerifyLayer: add it to the router of this route")
    }
}

impl std::error::Error for NotVerified {}

impl IntoResponse for NotVerified {
    fn into_response(self) -> Response {
        tracing::error!("{self}");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

impl<S: Sync> FromRequestParts<S> for Verified {
    type Rejection = NotVerified;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotVerified> {
        parts.extensions.get().cloned().map(Self).ok_or(NotVerified)
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Verified {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned().map(Self))
    }
}
