//! What Twilio sends to the app: its requests, typed, and their signatures. What a `<Refer>`
//! does before it calls back is not here.

mod callback;
mod form;
mod parameter;
mod report;
mod request;
mod serialize;
mod signature;
mod url;
mod validator;
mod verify;

pub use crate::redact::redact_url;
pub use callback::ReferCallback;
pub use report::{ReferCallStatus, ReferOutcome, ReferReport};
pub use request::{Leg, Problem, VoiceRequest};
pub use signature::{Algorithm, VerifyError};
pub use url::Spelling;
pub use validator::RequestValidator;

#[cfg(test)]
mod tests;
