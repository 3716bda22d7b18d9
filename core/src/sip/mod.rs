//! SIP URIs as a transfer needs them: the typed URI, its headers, `User-to-User`, and what a
//! Refer-To value names. Documents live in `twiml`, the REFER itself in `transfer`.

mod builder;
mod chars;
mod check;
mod equivalent;
mod escape;
mod headers;
mod parse;
mod refer_to;
mod serialize;
mod status;
#[cfg(test)]
mod tests;
mod uri;
mod user_to_user;

pub use builder::SipUriBuilder;
pub use refer_to::ReferTarget;
pub use status::SipStatus;
pub use uri::{Scheme, SipUri};
pub use user_to_user::UserToUser;
