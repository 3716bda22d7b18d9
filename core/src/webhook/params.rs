//! Decoded parameters in arrival order: one text for all of them, and where each name and value
//! ends in it. Form decoding is `form`'s, what the names mean is `parameter`'s.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use crate::{Error, ErrorKind};

/// Where a name and its value end in the text; each begins where the one before it ends.
///
/// Four bytes each, so that the shortest pairs (`a&b&c`) take a small multiple of their input.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Ends {
    name: u32,
    value: u32,
}

/// The ranges of the pair at `index`.
fn ranges(ends: &[Ends], index: usize) -> Option<(Range<usize>, Range<usize>)> {
    let start = match index.checked_sub(1) {
        Some(before) => ends.get(before)?.value,
        None => 0,
    };
    let &Ends { name, value } = ends.get(index)?;
    Some((start as usize..name as usize, name as usize..value as usize))
}

/// Pairs up to which the keys of sorting are kept: above, they would take more memory than the pairs.
const KEYED_PAIRS: usize = 1024;

/// The first eight bytes of a name as a number that sorts as they do.
fn key(name: &[u8]) -> u64 {
    match name.first_chunk() {
        Some(&first) => u64::from_be_bytes(first),
        None => name
            .iter()
            .zip((0..u64::BITS).step_by(8).rev())
            .fold(0, |key, (&byte, shift)| key | u64::from(byte) << shift),
    }
}

/// Parameters as bytes: what was signed, be it UTF-8 or not.
#[derive(Default)]
pub(super) struct RawParams {
    bytes: Vec<u8>,
    ends: Vec<Ends>,
}

impl RawParams {
    pub(super) fn with_capacity(bytes: usize, pairs: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ends: Vec::with_capacity(pairs) }
    }

    /// The pairs of a framework that has decoded them. `None` as soon as no form of `max_bytes`
    /// could have brought them.
    pub(super) fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: usize,
    ) -> Option<Self> {
        let mut raw = Self::default();
        for (name, value) in pairs {
            let (name, value) = (name.as_ref().as_bytes(), value.as_ref().as_bytes());
            let more = raw.shortest_form().saturating_add(name.len()).saturating_add(value.len());
            if more > max_bytes {
                return None;
            }
            raw.push(name, value)?;
        }
        (raw.shortest_form() <= max_bytes).then_some(raw)
    }

    /// Appends a pair. `None` where the text outgrows 32 bits.
    fn push(&mut self, name: &[u8], value: &[u8]) -> Option<()> {
        self.bytes.extend_from_slice(name);
        let name_end = self.end()?;
        self.bytes.extend_from_slice(value);
        self.close_pair(name_end)
    }

    /// Where a decoder writes names and values, one after the other.
    pub(super) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Where the bytes end now.
    pub(super) fn end(&self) -> Option<u32> {
        u32::try_from(self.bytes.len()).ok()
    }

    /// Makes a pair of what was written since the last one; its name ends at `name`. `None` where
    /// bytes or pairs outgrow 32 bits.
    pub(super) fn close_pair(&mut self, name: u32) -> Option<()> {
        u32::try_from(self.ends.len()).ok()?;
        let value = self.end()?;
        self.ends.push(Ends { name, value });
        Some(())
    }

    /// Bytes of the shortest body that could have brought these.
    pub(super) fn shortest_form(&self) -> usize {
        self.bytes.len().saturating_add(self.ends.len()).saturating_sub(1)
    }

    fn pair(&self, index: usize) -> (&[u8], &[u8]) {
        ranges(&self.ends, index)
            .and_then(|(name, value)| Some((self.bytes.get(name)?, self.bytes.get(value)?)))
            .unwrap_or_default()
    }

    /// The same with no secret in it.
    pub(super) fn redacted(&self) -> Self {
        let mut shown = Self::default();
        for index in 0..self.ends.len() {
            let (name, value) = self.pair(index);
            let secret = std::str::from_utf8(name).is_ok_and(is_secret);
            let value = if secret { REDACTED.as_bytes() } else { value };
            if shown.push(name, value).is_none() {
                break;
            }
        }
        shown
    }

    /// What stands after the URL in the signed text: names and values by name, then value, in byte
    /// order, a pair that is repeated only once.
    pub(super) fn signed(&self) -> Cow<'_, [u8]> {
        let count = self.ends.len();
        if (1..count).all(|index| self.pair(index.saturating_sub(1)) < self.pair(index)) {
            return Cow::Borrowed(&self.bytes);
        }
        let at = |index: u32| self.pair(index as usize);
        let indices = (0_u32..).take(count);
        if count <= KEYED_PAIRS {
            let mut order: Vec<_> = indices.map(|index| (key(at(index).0), index)).collect();
            order.sort_unstable_by(|&(key, one), &(other_key, other)| {
                key.cmp(&other_key).then_with(|| at(one).cmp(&at(other)))
            });
            Cow::Owned(self.joined(order.into_iter().map(|(_, index)| index)))
        } else {
            let mut order: Vec<_> = indices.collect();
            order.sort_unstable_by(|&one, &other| at(one).cmp(&at(other)));
            Cow::Owned(self.joined(order.into_iter()))
        }
    }

    /// The pairs in this order, each once of those that are equal and next to each other.
    fn joined(&self, order: impl Iterator<Item = u32>) -> Vec<u8> {
        let mut signed = Vec::with_capacity(self.bytes.len());
        let mut last = None;
        for index in order {
            let pair = self.pair(index as usize);
            if last.replace(pair) != Some(pair) {
                signed.extend_from_slice(pair.0);
                signed.extend_from_slice(pair.1);
            }
        }
        signed
    }

    /// The first pair with a half that is not UTF-8: its index, its name where that is text, in
    /// which half, and the byte of that half.
    pub(super) fn first_not_utf8(&self) -> Option<NotUtf8<'_>> {
        (0..self.ends.len()).find_map(|index| {
            let (name, value) = self.pair(index);
            match (std::str::from_utf8(name), std::str::from_utf8(value)) {
                (Err(error), _) => {
                    Some(NotUtf8 { index, name: None, in_value: false, at: error.valid_up_to() })
                }
                (Ok(name), Err(error)) => Some(NotUtf8 {
                    index,
                    name: Some(name),
                    in_value: true,
                    at: error.valid_up_to(),
                }),
                _ => None,
            }
        })
    }

    /// As text, where each name and each value is UTF-8 by itself.
    pub(super) fn into_text(self) -> Result<Params, Self> {
        match String::from_utf8(self.bytes) {
            Ok(text)
                if self.ends.iter().all(|ends| {
                    text.is_char_boundary(ends.name as usize)
                        && text.is_char_boundary(ends.value as usize)
                }) =>
            {
                Ok(Params { text, ends: self.ends })
            }
            Ok(text) => Err(Self { bytes: text.into_bytes(), ends: self.ends }),
            Err(error) => Err(Self { bytes: error.into_bytes(), ends: self.ends }),
        }
    }
}

/// See [`RawParams::first_not_utf8`].
pub(super) struct NotUtf8<'a> {
    pub(super) index: usize,
    pub(super) name: Option<&'a str>,
    pub(super) in_value: bool,
    pub(super) at: usize,
}

/// Parameters as text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Params {
    text: String,
    ends: Vec<Ends>,
}

impl Params {
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn pair(&self, index: usize) -> Option<(&str, &str)> {
        let (name, value) = ranges(&self.ends, index)?;
        Some((self.text.get(name)?, self.text.get(value)?))
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        (0..self.len()).map(|index| self.pair(index).unwrap_or_default())
    }
}

/// Whether the value of a parameter must never be shown. Without regard to case: hiding one too
/// many does no harm.
pub(super) fn is_secret(name: &str) -> bool {
    name.eq_ignore_ascii_case("CallToken")
}

/// What stands in the place of a secret.
pub(super) const REDACTED: &str = "***";

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
