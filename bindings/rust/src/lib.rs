//! Verified requests from Twilio in tower services, axum's among them.
//!
//! [`VerifyLayer`] wraps a service: it rejects requests that Twilio did not sign and passes on the others,
//! with the parsed [`VoiceRequest`] among the request's extensions. [`Verified`] is the extractor for axum.
//!
//! ```
//! use axum::{Router, http::header::CONTENT_TYPE, response::IntoResponse, routing::post};
//! use twiml_refer::{Error, ReferOutcome, VoiceResponse};
//! use twiml_refer_tower::{Verified, VerifyLayer};
//!
//! async fn refer_done(Verified(request): Verified) -> impl IntoResponse {
//!     let document = match request.outcome() {
//!         Some(ReferOutcome::TargetFailed { .. }) => VoiceResponse::new().redirect("/voice"),
//!         _ => Ok(VoiceResponse::new().hangup()),
//!     };
//!     let xml = document.map_or_else(|error| error.message(), |document| document.to_xml());
//!     ([(CONTENT_TYPE, "text/xml")], xml)
//! }
//!
//! # fn app(token: &str) -> Result<Router, Error> {
//! let verify = VerifyLayer::new(token, "https://voice.example.com")?;
//! let app = Router::new().route("/refer", post(refer_done)).layer(verify);
//! # Ok(app) }
//! # app("12345")?;
//! # Ok::<(), Error>(())
//! ```
//!
//! What it answers itself, with an empty body:
//!
//! | status | when |
//! | --- | --- |
//! | 403 | the signature is missing, or it is not Twilio's over this target and body |
//! | 405 | the method is not POST, or not one of [`with_allowed_methods`](VerifyLayer::with_allowed_methods) |
//! | 413 | the body is over the [limit](RequestValidator::with_max_body_bytes), 64 KiB by default |
//! | 400 | the body could not be read to its end, or it is signed and not UTF-8 |
//!
//! The body is read once, up to the limit, and passed on unread: other extractors can read it. Why a request
//! is rejected is logged by `tracing` at level WARN, at most one line per second, without parameters or
//! signatures.

#[cfg(feature = "axum")]
mod extract;
mod log;
mod service;

#[cfg(feature = "axum")]
pub use extract::{NotVerified, Verified};
pub use service::{Verify, VerifyLayer};

#[doc(no_inline)]
pub use twiml_refer::webhook::{AllowedMethods, HttpVerifier, Origin};
#[doc(no_inline)]
pub use twiml_refer::{RequestValidator, VoiceRequest};

/// The examples of README are run.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../README.md")]
struct Readme;
