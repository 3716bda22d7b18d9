//! Twilio's side of a call: `client` requests documents from the app, `interpreter` runs their `verbs`,
//! `call` is the call that the requests are about, `endpoint` the caller's device, scripted or a real one
//! (`live`), `registry` all live calls, and `transcript` prints what happens.

pub(crate) mod call;
pub(crate) mod client;
pub(crate) mod endpoint;
pub(crate) mod error;
pub(crate) mod gather;
pub(crate) mod interpreter;
pub(crate) mod live;
pub(crate) mod playing;
pub(crate) mod registry;
pub(crate) mod transcript;
mod verbs;
