//! Parameters in arrival order, as the bytes that were signed and as text, and form decoding
//! (`application/x-www-form-urlencoded`), checked for size and UTF-8.
//!
//! It reads as `url::form_urlencoded::parse` does (a property test holds them together), but that
//! replaces what is not UTF-8, which here is an error, while the signature is over the bytes that were
//! sent.

use std::fmt;

use percent_encoding::percent_decode;

use crate::Error;
use crate::error::ErrorKind;
use crate::redact::{REDACTED, is_secret};

/// Where a pair is in the text of all: its name begins, its value begins, its value ends.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Pair {
    name: usize,
    value: usize,
    end: usize,
}

/// Parameters as bytes: what was signed, whether it is UTF-8 or not. All in one text: an allocation for
/// each name and value would take longer than the signature.
#[derive(Default)]
pub(super) struct RawParams {
    bytes: Vec<u8>,
    pairs: Vec<Pair>,
}

impl RawParams {
    /// The pairs that a framework has decoded. `None` as soon as no form of `max_bytes` could have
    /// brought them.
    pub(super) fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: usize,
    ) -> Option<Self> {
        let mut raw = Self::default();
        for (name, value) in pairs {
            let (name, value) = (name.as_ref().as_bytes(), value.as_ref().as_bytes());
            // The shortest form: a pair without a value is `n`, and `&` is between pairs.
            let so_far = raw.bytes.len().saturating_add(raw.pairs.len());
            if so_far.saturating_add(name.len()).saturating_add(value.len()) > max_bytes {
                return None;
            }
            raw.push(|bytes| bytes.extend(name), |bytes| bytes.extend(value));
        }
        Some(raw)
    }

    fn push(&mut self, name: impl FnOnce(&mut Vec<u8>), value: impl FnOnce(&mut Vec<u8>)) {
        let start = self.bytes.len();
        name(&mut self.bytes);
        let middle = self.bytes.len();
        value(&mut self.bytes);
        self.pairs.push(Pair { name: start, value: middle, end: self.bytes.len() });
    }

    fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let part = |from, to| self.bytes.get(from..to).unwrap_or_default();
        self.pairs.iter().map(move |pair| (part(pair.name, pair.value), part(pair.value, pair.end)))
    }

    /// What stands after the URL in the signed text: names and values by name, then value, in byte
    /// order, a repeated pair only once.
    pub(super) fn signed(&self) -> Vec<u8> {
        let mut sorted: Vec<_> = self.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let mut signed = Vec::with_capacity(self.bytes.len());
        for (name, value) in sorted {
            signed.extend_from_slice(name);
            signed.extend_from_slice(value);
        }
        signed
    }

    /// The same without the value of any secret.
    pub(super) fn redacted(&self) -> Self {
        let mut shown = Self::default();
        for (name, value) in self.iter() {
            let secret = std::str::from_utf8(name).is_ok_and(is_secret);
            let value = if secret { REDACTED.as_bytes() } else { value };
            shown.push(|bytes| bytes.extend(name), |bytes| bytes.extend(value));
        }
        shown
    }

    /// As text, where each name and each value is UTF-8 by itself. Else which pair is not, in which
    /// half, and at which byte of that half.
    pub(super) fn into_text(self) -> Result<Params, NotUtf8> {
        for (index, (name, value)) in self.iter().enumerate() {
            let name = std::str::from_utf8(name).map_err(|error| NotUtf8 {
                index,
                name: None,
                at: error.valid_up_to(),
            })?;
            std::str::from_utf8(value).map_err(|error| NotUtf8 {
                index,
                name: Some(name.to_owned()),
                at: error.valid_up_to(),
            })?;
        }
        let text = String::from_utf8(self.bytes).unwrap_or_default();
        Ok(Params { text, pairs: self.pairs })
    }
}

/// See [`RawParams::into_text`].
pub(super) struct NotUtf8 {
    pub(super) index: usize,
    /// Where it is text: then it is the value that is not.
    pub(super) name: Option<String>,
    pub(super) at: usize,
}

/// Parameters as text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Params {
    text: String,
    pairs: Vec<Pair>,
}

impl Params {
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        let part = |from, to| self.text.get(from..to).unwrap_or_default();
        self.pairs.iter().map(move |pair| (part(pair.name, pair.value), part(pair.value, pair.end)))
    }

    /// The first value of this name, compared with case.
    pub(super) fn first(&self, name: &str) -> Option<&str> {
        self.iter().find(|&(known, _)| known == name).map(|(_, value)| value)
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value)| (name, if is_secret(name) { REDACTED } else { value });
        f.debug_list().entries(self.iter().map(shown)).finish()
    }
}

/// The error for more than `max_bytes`.
pub(super) fn too_large(max_bytes: usize) -> Error {
    Error::new(ErrorKind::RequestTooLarge).arg(&max_bytes.to_string())
}

/// Every pair, percent-decoded.
pub(super) fn decode(form: &[u8]) -> RawParams {
    let mut raw = RawParams::default();
    for (name, value) in pairs(form) {
        raw.push(|bytes| decode_half(name, bytes), |bytes| decode_half(value, bytes));
    }
    raw
}

/// Decoded, not over the limit, and text.
pub(super) fn read(form: &[u8], max_bytes: usize) -> Result<Params, Error> {
    if form.len() > max_bytes {
        return Err(too_large(max_bytes));
    }
    text(decode(form), form)
}

/// `raw`, which was decoded from `form`, as text.
pub(super) fn text(raw: RawParams, form: &[u8]) -> Result<Params, Error> {
    raw.into_text().map_err(|bad| not_utf8(bad, form))
}

/// Names and values as they are spelled; empty pairs are skipped.
fn pairs(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    form.split(|&byte| byte == b'&').filter(|pair| !pair.is_empty()).map(|pair| {
        let mut halves = pair.splitn(2, |&byte| byte == b'=');
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    })
}

fn decode_half(half: &[u8], out: &mut Vec<u8>) {
    // `+` is a space; an escaped one is a plus.
    for (index, piece) in half.split(|&byte| byte == b'+').enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        if piece.contains(&b'%') {
            out.extend(percent_decode(piece));
        } else {
            out.extend_from_slice(piece);
        }
    }
}

/// Says at which byte of the form it is not UTF-8.
fn not_utf8(bad: NotUtf8, form: &[u8]) -> Error {
    let error = Error::new(ErrorKind::RequestNotUtf8);
    let spelled = pairs(form).nth(bad.index);
    let (half, error) = match bad.name {
        Some(name) => (spelled.map(|(_, value)| value), error.parameter_named(&name)),
        None => (spelled.map(|(name, _)| name), error),
    };
    // Decoded pairs of a framework have no form to point into.
    let Some(half) = half else { return error };
    let before = half.as_ptr().addr().saturating_sub(form.as_ptr().addr());
    error.at(before.saturating_add(spelled_length(half, bad.at)))
}

/// How many bytes spell the first `decoded` ones.
fn spelled_length(half: &[u8], decoded: usize) -> usize {
    let mut rest = half;
    for _ in 0..decoded {
        rest = match rest {
            [b'%', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                after
            }
            [_, after @ ..] => after,
            [] => rest,
        };
    }
    half.len().saturating_sub(rest.len())
}
