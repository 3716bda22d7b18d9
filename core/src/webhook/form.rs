//! Form decoding (`application/x-www-form-urlencoded`) of a body or a query, with the judgement of
//! its size and its UTF-8.
//!
//! It reads as `url::form_urlencoded::parse` does (a property test holds them together), but that one
//! replaces what is not UTF-8, which here is an error, while the signature is over the bytes that
//! were sent; and it asks for memory for every name and value.

use super::params::{Params, RawParams, too_large};
use crate::{Error, ErrorKind};

/// Every pair, percent-decoded. `None` for 4 GiB and more, which nothing here can hold.
pub(super) fn decode(form: &[u8]) -> Option<RawParams> {
    u32::try_from(form.len()).ok()?;
    let mut raw = RawParams::with_capacity(form.len(), count(form));
    let mut rest = form;
    while let Some((&first, after)) = rest.split_first() {
        if first == b'&' {
            rest = after;
            continue;
        }
        rest = decode_half(rest, true, raw.bytes_mut());
        let name = raw.end()?;
        rest = decode_half(rest, false, raw.bytes_mut());
        raw.close_pair(name)?;
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

/// At least as many as there are pairs: what stands between `&`, of which every other byte can be one
/// where nothing is empty.
fn count(form: &[u8]) -> usize {
    // In small pieces the compiler counts many bytes at once.
    let in_piece = |piece: &[u8]| piece.iter().map(|&byte| u8::from(byte == b'&')).sum::<u8>();
    let separators: usize = form.chunks(128).map(|piece| usize::from(in_piece(piece))).sum();
    separators.min(form.len() / 2).saturating_add(1)
}

/// The pairs as they are spelled, empty ones skipped.
fn pieces(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    form.split(|&byte| byte == b'&').filter(|piece| !piece.is_empty()).map(|piece| {
        let mut halves = piece.splitn(2, |&byte| byte == b'=');
        (halves.next().unwrap_or_default(), halves.next().unwrap_or_default())
    })
}

/// Decodes up to the end of a name or a value, and gives what follows.
fn decode_half<'a>(form: &'a [u8], is_name: bool, bytes: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = form;
    loop {
        let plain = rest.iter().position(|byte| matches!(byte, b'&' | b'=' | b'+' | b'%'));
        let Some((run, found)) = plain.and_then(|plain| rest.split_at_checked(plain)) else {
            bytes.extend_from_slice(rest);
            return &[];
        };
        bytes.extend_from_slice(run);
        rest = match found {
            // What ends the pair is left for the value to find, which is empty then.
            [b'&', ..] if is_name => return found,
            [b'&', after @ ..] => return after,
            [b'=', after @ ..] if is_name => return after,
            [b'+', after @ ..] => {
                bytes.push(b' ');
                after
            }
            [other, after @ ..] => {
                let (byte, after) = unescaped(found).unwrap_or((*other, after));
                bytes.push(byte);
                after
            }
            [] => return found,
        };
    }
}

/// The byte of an escape, and what follows it.
fn unescaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', digits @ ..] = text else { return None };
    let (&[high, low], after) = digits.split_first_chunk()?;
    let high = char::from(high).to_digit(16)?;
    let low = char::from(low).to_digit(16)?;
    Some((u8::try_from(high << 4 | low).ok()?, after))
}

/// Says at which byte of the form it stops to be UTF-8.
fn not_utf8(raw: &RawParams, form: &[u8]) -> Error {
    let error = Error::new(ErrorKind::RequestNotUtf8);
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
        let one = || Some((0, rest.split_first()?.1));
        rest = unescaped(rest).or_else(one).map_or(rest, |(_, after)| after);
    }
    encoded.len().saturating_sub(rest.len())
}
