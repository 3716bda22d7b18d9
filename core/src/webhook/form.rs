//! Form decoding (`application/x-www-form-urlencoded`) of a body or a query, checked for size and UTF-8.
//!
//! It reads as `url::form_urlencoded::parse` does (a property test holds them together), but that
//! replaces what is not UTF-8, which here is an error, while the signature is over the bytes that were
//! sent.

use percent_encoding::percent_decode;

use super::params::{NotUtf8, Params, RawParams, too_large};
use crate::{Error, ErrorKind};

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
    // `+` is a space; an escaped one is decoded later and stays.
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
