//! TwiML documents: building, writing, reading and checking them, and the REST requests that carry them.
//!
//! A document is a [`VoiceResponse`], a tree of [`Element`], [`Text`] and [`Comment`]. What cannot be written
//! (a name, a character, a URI) is refused when it is set, so writing never fails. Depth, count and size
//! are limits of reading, and diagnostics of [`check`](VoiceResponse::check).

mod action;
mod check;
mod element;
mod markup;
mod parse;
mod refer;
mod response;
mod rest;
mod text;
mod verbs;
mod write;
mod xml;

pub use check::Follows;
pub use element::{Element, Node};
pub use refer::Refer;
pub use response::VoiceResponse;
pub use rest::{CallCreate, CallUpdate, RestRequest};
pub use text::{Comment, Text};
pub use verbs::{Verb, verbs};

#[cfg(test)]
mod tests;
