//! `bodySHA256` in a URL's query: the hash of a body that the signature itself does not cover.

use sha2::{Digest, Sha256};

use super::url_parts::UrlParts;

const NAME: &str = "bodySHA256";

/// How often the hash stands in a query, and whether it is the body's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyHash {
    Absent,
    Agrees,
    Disagrees,
}

impl BodyHash {
    /// Standing twice is a disagreement, whatever the two say.
    pub(super) fn check(query: &str, body: &[u8]) -> Self {
        let mut standing = query.split('&').filter_map(value);
        match (standing.next(), standing.next()) {
            (None, _) => Self::Absent,
            (Some(hash), None) if hash == hex(body) => Self::Agrees,
            _ => Self::Disagrees,
        }
    }
}

/// The value of a pair where it is the hash.
fn value(pair: &str) -> Option<&str> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (name == NAME).then_some(value)
}

fn hex(body: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let nibbles = Sha256::digest(body);
    let nibbles = nibbles.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    nibbles.filter_map(|nibble| DIGITS.get(usize::from(nibble))).collect()
}

/// The URL with the hash of `body` in its query exactly once; unchanged where it is so already.
pub(super) fn url_with(url: &str, body: &[u8]) -> String {
    let parts = UrlParts::of(url);
    let query = parts.query_text();
    if BodyHash::check(query, body) == BodyHash::Agrees {
        return url.to_owned();
    }
    let UrlParts { scheme, userinfo, host, port, path, fragment, .. } = parts;
    let mut out = [scheme, userinfo, host, port, path, "?"].concat();
    for pair in query.split('&').filter(|pair| !pair.is_empty() && value(pair).is_none()) {
        out.push_str(pair);
        out.push('&');
    }
    out.push_str(NAME);
    out.push('=');
    out.push_str(&hex(body));
    out.push_str(fragment);
    out
}
