//! The verb itself: [`Transfer`], a sans-IO state machine for REFER and NOTIFY (RFC 3515) that any
//! SIP stack can drive. No socket, no clock, no thread. What the
//! platform then sends to the app is read in `webhook`; the scenario files are the command's.

mod events;
mod notify;
mod rules;
mod saved;
mod settings;
mod state;
#[cfg(test)]
mod tests;
mod verb;

pub use events::{Event, Output};
pub use settings::{RejectedStatus, TransferSettings};
pub use state::TransferState;
pub use verb::Transfer;
