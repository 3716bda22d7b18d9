//! The verb itself: [`Transfer`], a sans-IO state machine for REFER and NOTIFY (RFC 3515) that any
//! SIP stack can drive. No socket, no clock, no thread. What the
//! platform then sends to the app is read in `webhook`; the scenario files are the command's.

mod event;
mod notify;
mod output;
mod progress;
mod report;
mod saved;
mod serialize;
mod settings;
#[cfg(test)]
mod tests;
mod transitions;
mod verb;

pub use event::Event;
pub use output::Output;
pub use progress::TransferState;
pub use report::ReferReport;
pub use settings::{RejectedStatus, TransferSettings};
pub use verb::Transfer;
