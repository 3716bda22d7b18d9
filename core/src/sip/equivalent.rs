//! Equality of SIP URIs by RFC 3261 §19.1.4. `==` compares spellings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::Ipv6Addr;

use super::uri::SipUri;
use super::{escape, parse};

impl SipUri {
    /// Whether two URIs are equal as RFC 3261 §19.1.4 compares them. This is not an equivalence relation:
    /// most parameters that only one of them has are ignored.
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let a = SipUri::parse("sip:%61lice@atlanta.com;transport=TCP")?;
    /// let b = SipUri::parse("sip:alice@AtLanTa.CoM;Transport=tcp")?;
    /// assert!(a != b && a.equivalent(&b));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn equivalent(&self, other: &Self) -> bool {
        self.scheme() == other.scheme()
            && same(self.user(), other.user())
            && same(self.password(), other.password())
            && same_host(self.host(), other.host())
            && self.port() == other.port()
            && same_params(self, other)
            && sorted_headers(self) == sorted_headers(other)
    }
}

/// Compares user information with case; an escape of what need not be escaped equals the character.
fn same(a: Option<&str>, b: Option<&str>) -> bool {
    a.map(normalize) == b.map(normalize)
}

fn same_host(a: &str, b: &str) -> bool {
    match (ipv6(a), ipv6(b)) {
        (Some(a), Some(b)) => a == b,
        _ => a.eq_ignore_ascii_case(b),
    }
}

fn ipv6(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

/// Parameters of which absence means something else than any value; other parameters that only one
/// of the URIs has are ignored.
const NEVER_IGNORED: [&str; 5] = ["user", "ttl", "method", "maddr", "transport"];

fn same_params(a: &SipUri, b: &SipUri) -> bool {
    let folded = |uri: &SipUri| -> HashMap<Vec<u8>, Option<String>> {
        uri.params()
            .map(|(name, value)| {
                let value = value.map(|value| normalize(value).to_ascii_lowercase());
                (parse::fold_name(name).into_owned(), value)
            })
            .collect()
    };
    let (a, b) = (folded(a), folded(b));
    a.iter().all(|(name, value)| b.get(name).is_none_or(|other| other == value))
        && NEVER_IGNORED
            .iter()
            .all(|&name| a.contains_key(name.as_bytes()) == b.contains_key(name.as_bytes()))
}

/// Headers are never ignored, and their order matters only among those of the same name.
fn sorted_headers(uri: &SipUri) -> Vec<(Vec<u8>, Cow<'_, [u8]>)> {
    let mut headers: Vec<_> = uri
        .header_pairs()
        .map(|(name, value)| {
            (escape::decode_bytes(name).to_ascii_lowercase(), escape::decode_bytes(value))
        })
        .collect();
    headers.sort_by(|(a, _), (b, _)| a.cmp(b));
    headers
}

/// Decodes escapes of characters that are not `reserved` and writes the others in upper case: a reserved
/// character and its escape differ.
fn normalize(spelled: &str) -> Cow<'_, str> {
    if !spelled.contains('%') {
        return Cow::Borrowed(spelled);
    }
    let mut out = String::with_capacity(spelled.len());
    let mut pieces = spelled.split('%');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        match u8::from_str_radix(digits, 16) {
            Ok(byte) if byte.is_ascii_graphic() && !b";/?:@&=+$,%".contains(&byte) => {
                out.push(char::from(byte));
            }
            _ => {
                out.push('%');
                out.push_str(&digits.to_ascii_uppercase());
            }
        }
        out.push_str(rest);
    }
    Cow::Owned(out)
}
