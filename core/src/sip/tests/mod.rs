//! Unit tests of SIP URIs by topic. The cases that every language runs are in `tests/vectors`.

mod building;
mod checking;
mod comparing;
mod reading;
mod status;
mod user_to_user;

use super::SipUri;

fn uri(text: &str) -> SipUri {
    SipUri::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
