//! Twilio's signature as its documentation tells it, without any thought of speed.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// The signature of a form request.
///
/// # Panics
///
/// Never: any key length is a key.
#[must_use]
pub fn signature(token: &str, url: &str, pairs: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = pairs.to_vec();
    sorted.sort();
    sorted.dedup();
    let text: String = sorted.iter().map(|(name, value)| format!("{name}{value}")).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("any length is a key");
    mac.update(url.as_bytes());
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
