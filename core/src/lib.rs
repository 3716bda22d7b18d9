//! Call transfer with TwiML Voice `<Refer>`: build the document, read and check it, verify and
//! understand the webhook that follows, and run the verb itself. No I/O, no clock, no unsafe code.
//!
//! * [`SipUri`], [`UserToUser`], [`ReferTarget`]: the target, its headers and what is said in them.
//! * [`VoiceResponse`], [`Refer`], [`Element`]: the document, and [`check`](VoiceResponse::check).
//! * [`CallUpdate`], [`CallCreate`]: the REST request that invokes the verb.
//! * [`RequestValidator`], [`ReferCallback`], [`ReferOutcome`]: the webhook.
//! * [`Transfer`]: the verb, as a state machine for REFER and NOTIFY that any SIP stack can drive.
//!
//! Every fallible call returns [`Error`] with a stable [`ErrorKind`] and the place of the fault; what
//! is merely worth knowing is a [`Diagnostic`]. Bounds stand in [`limits`].

mod diagnostic;
mod error;
pub mod limits;
mod message;
#[cfg(test)]
mod pages;
mod sip;
mod transfer;
mod twiml;
mod webhook;

pub use diagnostic::{Diagnostic, DiagnosticCode, Severity};
pub use error::{Error, ErrorGroup, ErrorKind};
pub use sip::*;
pub use transfer::*;
pub use twiml::*;
pub use webhook::*;

/// The examples of README are run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
