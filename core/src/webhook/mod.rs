//! Requests from Twilio: their signatures, their parameters, and how a transfer ended.

mod diagnose;
mod hint;
mod http_request;
mod http_verifier;
mod parameter;
mod report;
mod request;
mod serialize;
mod signature;
mod typed;
mod url;
mod validator;

pub use crate::redact::redact_url;
pub use hint::{Hint, HintKind};
pub use http_request::{HttpRequest, claimed_account_sid};
pub use http_verifier::{AllowedMethods, HttpRejection, HttpVerifier, Origin};
pub use report::{ReferCallStatus, ReferOutcome, ReferReport};
pub use request::VoiceRequest;
pub use signature::{Algorithm, RequestValidator, VerifyError};
pub use typed::Leg;
pub use url::UrlCandidate;

#[cfg(test)]
mod tests;
