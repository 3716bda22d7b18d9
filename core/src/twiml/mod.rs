//! TwiML documents: building, writing, reading and checking them, and the REST requests that carry
//! them. What a SIP URI is, `sip` knows; what comes back from a transfer, `webhook`.
//!
//! A value checks itself when it is set, so whatever exists can be written and is well-formed:
//! writing never fails.

mod check;
mod element;
mod node;
mod read;
mod refer;
mod response;
mod rest;
mod serialize;
mod verbs;
mod write;
mod xml;

pub use check::Follows;
pub use element::Element;
pub use node::{Comment, Node, Text};
pub use refer::Refer;
pub use response::VoiceResponse;
pub use rest::{CallCreate, CallUpdate, RestRequest};
pub use verbs::{Gather, Hangup, Pause, Play, Redirect, Say};

#[cfg(test)]
mod tests;
