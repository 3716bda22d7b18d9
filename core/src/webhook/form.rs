//! Form decoding (`application/x-www-form-urlencoded`) of a body or a query, with the judgement of
//! its size and its UTF-8.
//!
//! It reads as `url::form_urlencoded::parse` does, but that one decodes lossily and pair by pair: a
//! signature is over the bytes that were sent, and a name or value that is not UTF-8 is an error.

use percent_encoding::percent_decode;

use super::params::{Params, RawParams, too_large};
use crate::{Error, ErrorKind};

/// Every pair, percent-decoded. `None` for 4 GiB and more, which nothing here can hold.
pub(super) fn decode(form: &[u8]) -> Option<RawParams> {
    u32::try_from(form.len()).ok()?;
    let mut raw = RawParams::with_capacity(form.len(), count(form));
    for (name, value) in pieces(form) {
        raw.push(|bytes| decode_into(bytes, name), |bytes| decode_into(bytes, value))?;
    }
    Some(raw)
}

/// Decoded, not over the limit, and text.
pub(super) fn read(form: &[u8], max_bytes: usize) -> Result<Params, Error> {
    if form.len() > max_bytes {
        return Err(too_large(max_bytes));
    }
    let raw = decode(form).ok_or_else(|| too_large(u32::MAX as usize))?;
    text(raw, form)
}

/// `raw`, which was decoded from `form`, as text.
pub(super) fn text(raw: RawParams, form: &[u8]) -> Result<Params, Error> {
    raw.into_text().map_err(|raw| not_utf8(&raw, form))
}

/// Pairs with something in them; as many are skipped as stand between two `&` next to each other.
fn count(form: &[u8]) -> usize {
    let first = form.first().is_some_and(|&byte| byte != b'&');
    let begin = |pair: &&[u8]| matches!(pair, [b'&', next] if *next != b'&');
    form.windows(2).filter(begin).count().saturating_add(usize::from(first))
}

/// The pairs as they are spelled, empty ones skipped.
fn pieces(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    form.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty()).map(|piece| {
        let mut halves = piece.splitn(2, |&byte| byte == b'=');
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    })
}

fn decode_into(bytes: &mut Vec<u8>, encoded: &[u8]) {
    if !encoded.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        bytes.extend_from_slice(encoded);
        return;
    }
    for (index, part) in encoded.split(|&byte| byte == b'+').enumerate() {
        if index > 0 {
            bytes.push(b' ');
        }
        bytes.extend(percent_decode(part));
    }
}

/// Says at which byte of the form it stops to be UTF-8.
fn not_utf8(raw: &RawParams, form: &[u8]) -> Error {
    let error = Error::new(ErrorKind::CallbackNotUtf8);
    let Some(bad) = raw.first_not_utf8() else { return error };
    let error = match bad.name {
        Some(name) => error.parameter_named(name),
        None => error,
    };
    let Some((name, value)) = pieces(form).nth(bad.index) else { return error };
    let half = if bad.in_value { value } else { name };
    let before = half.as_ptr().addr().saturating_sub(form.as_ptr().addr());
    error.at(before.saturating_add(spelled_length(half, bad.at)))
}

/// How many bytes spell the first `decoded` ones.
fn spelled_length(encoded: &[u8], decoded: usize) -> usize {
    let mut rest = encoded;
    for _ in 0..decoded {
        rest = match rest {
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                rest
            }
            [_, rest @ ..] => rest,
            [] => rest,
        };
    }
    encoded.len().saturating_sub(rest.len())
}
