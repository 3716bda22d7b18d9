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

/// Parameters as bytes: what was signed, whether it is UTF-8 or not.
#[derive(Default)]
pub(super) struct RawParams(Vec<(Vec<u8>, Vec<u8>)>);

impl RawParams {
    /// The pairs that a framework has decoded. `None` as soon as no form of `max_bytes` could have
    /// brought them.
    pub(super) fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: usize,
    ) -> Option<Self> {
        let mut raw = Vec::new();
        // Bytes of the shortest form: `n` for a pair without a value, and `&` between pairs.
        let mut bytes = 0_usize;
        for (name, value) in pairs {
            let (name, value) = (name.as_ref().as_bytes(), value.as_ref().as_bytes());
            let separator = usize::from(!raw.is_empty());
            bytes = bytes.saturating_add(name.len() + value.len() + separator);
            if bytes > max_bytes {
                return None;
            }
            raw.push((name.to_vec(), value.to_vec()));
        }
        Some(Self(raw))
    }

    /// What stands after the URL in the signed text: names and values by name, then value, in byte
    /// order, a repeated pair only once.
    pub(super) fn signed(&self) -> Vec<u8> {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        sorted
            .iter()
            .flat_map(|(name, value)| [name.as_slice(), value])
            .collect::<Vec<_>>()
            .concat()
    }

    /// The same without the value of any secret.
    pub(super) fn redacted(mut self) -> Self {
        for (name, value) in &mut self.0 {
            if std::str::from_utf8(name).is_ok_and(is_secret) {
                *value = REDACTED.into();
            }
        }
        self
    }

    /// As text. Else which pair is not, in which half, and at which byte of that half.
    pub(super) fn into_text(self) -> Result<Params, NotUtf8> {
        let read = |(index, (name, value)): (usize, (Vec<u8>, Vec<u8>))| {
            let name = String::from_utf8(name).map_err(|error| NotUtf8 {
                index,
                name: None,
                at: error.utf8_error().valid_up_to(),
            })?;
            match String::from_utf8(value) {
                Ok(value) => Ok((name, value)),
                Err(error) => {
                    Err(NotUtf8 { index, name: Some(name), at: error.utf8_error().valid_up_to() })
                }
            }
        };
        self.0.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Params)
    }
}

impl FromIterator<(Vec<u8>, Vec<u8>)> for RawParams {
    fn from_iter<I: IntoIterator<Item = (Vec<u8>, Vec<u8>)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
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
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
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
    pairs(form).map(|(name, value)| (decode_half(name), decode_half(value))).collect()
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

fn decode_half(half: &[u8]) -> Vec<u8> {
    if !half.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return half.to_vec();
    }
    // `+` is a space; an escaped one is decoded afterwards and stays.
    let spaced: Vec<_> = half.iter().map(|&byte| if byte == b'+' { b' ' } else { byte }).collect();
    percent_decode(&spaced).collect()
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
