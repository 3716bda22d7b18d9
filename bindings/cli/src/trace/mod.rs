//! Traces: real SIP messages in text, as capture tools and sipp print them. `scan` finds the
//! messages, `message` reads one, `clock` the times between them; `dialogs` tells which belong to
//! which transfer, `transfer` is fed with them, and `why` says what decided it. What a transfer does
//! with an event, core alone knows.

mod clock;
mod dialogs;
mod message;
mod scan;
mod transfer;
mod why;

pub(crate) use dialogs::Trace;
pub(crate) use scan::Fault;
pub(crate) use transfer::Traced;
pub(crate) use why::why;

/// The most that a trace may have: tens of thousands of messages.
pub(crate) const MAX_BYTES: usize = 16 * 1024 * 1024;
