//! A SIP user agent (RFC 3261) for one job: to be the far end of calls that are transferred. It answers and makes calls
//! over UDP and TCP, sends silence, reads digits, and runs a REFER (RFC 3515) by the rules of
//! [`Transfer`](twiml_refer::Transfer). It knows nothing of TwiML and of webhooks.
//!
//! [`Agent`] listens and hands out each [`Call`], which one thread leads with functions that block. Behind them, threads
//! read the sockets into one channel, and one loop decides: `agent` has the threads, `core` the rules, which have no
//! socket and no clock of their own. Nothing in the loop blocks, so that no webhook delays the answer to a NOTIFY.
//!
//! # Why not a SIP stack
//!
//! Each crate was run against sipp, pjsua2, baresip, raw sockets, garbage and load. What a transfer depends on failed:
//!
//! * `ezk-sip-ua` waits forever where the CSeq of a request has a gap, which is legal (RFC 3261 section 12.2.2), and its REFER
//!   has no Contact (RFC 3515 section 2.2). `ezk-sip-core` handles each message in a task of its own: NOTIFYs overtake one
//!   another. It drops a request with a `tel:` in From, and panics where no name server is configured. Both need tokio.
//! * `rsipstack` loses the code of a REFER that was challenged, answers its NOTIFYs with 481, loses the body of a message
//!   without Content-Length, and an unknown method ends a TCP connection.
//! * `ezk-sip-types`, only messages, reads methods without case and by their first letters (`INVITED` is an INVITE), and
//!   refuses a Request-URI of another scheme, which must be answered with 416. The lines of a head and the few values that
//!   are looked into here need neither it nor the parser library below it.

mod agent;
mod call;
mod calls;
mod codes;
mod core;
mod dialog;
mod digest;
mod media;
mod message;
mod refer;
mod request;
mod requests;
mod responses;
mod sdp;
mod stream;
#[cfg(test)]
mod tests;
mod transactions;
mod transport;
mod values;

#[cfg(test)]
use agent::Limits;
pub(crate) use agent::{Agent, Options, Outgoing};
pub(crate) use call::{Call, CallControl, CallInfo, Ended, Happening, Party, Why};
pub(crate) use digest::{Callers, Credentials};
pub(crate) use refer::{ReferStep, Referred};
pub(crate) use transport::{Position, Traced, Transport};
