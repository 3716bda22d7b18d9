//! SIP URIs as a transfer needs them: the typed URI, its headers, `User-to-User`, what a Refer-To value
//! names, and SIP status codes.

mod builder;
mod check;
mod equivalent;
mod escape;
mod headers;
mod host;
mod parse;
mod refer_to;
mod status;
#[cfg(test)]
mod tests;
mod uri;
mod user_to_user;

pub use crate::redact::redact_uri;
pub use builder::SipUriBuilder;
pub use refer_to::ReferTarget;
pub use status::SipStatus;
pub use uri::{Scheme, SipUri};
pub use user_to_user::UserToUser;
