//! What the platform sends to the app: its requests, typed, and their signatures. What a `<Refer>`
//! does before it calls back is not here.

mod callback;
mod form;
mod leg;
mod outcome;
mod parameter;
mod params;
mod problem;
mod request;
mod status;

pub use callback::ReferCallback;
pub use leg::Leg;
pub use outcome::ReferOutcome;
pub use problem::Problem;
pub use request::VoiceRequest;
pub use status::ReferCallStatus;
