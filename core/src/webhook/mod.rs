//! What the platform sends to the app: its requests, typed, and their signatures. What a `<Refer>`
//! does before it calls back is not here.

mod body_hash;
mod callback;
mod escapes;
mod form;
mod leg;
mod outcome;
mod parameter;
mod params;
mod problem;
mod request;
mod secret;
#[cfg(feature = "serde")]
mod serialize;
mod spelling;
mod status;
mod url_parts;
mod validator;
mod verify;
mod verify_error;

pub use callback::ReferCallback;
pub use leg::Leg;
pub use outcome::ReferOutcome;
pub use problem::Problem;
pub use request::VoiceRequest;
pub use secret::Algorithm;
pub use spelling::Spelling;
pub use status::ReferCallStatus;
pub use validator::{RequestValidator, redact_url};
pub use verify_error::VerifyError;

#[cfg(test)]
mod tests;
