//! Frames: a count, as many lengths, and the bytes. All numbers are 32 bits, little-endian; a
//! length of all ones is an absent part. There are no separators, so that no value can become
//! another field.

const ABSENT: u32 = u32::MAX;

/// The parts of a frame; `None` if it is none.
pub(crate) fn read(frame: &[u8]) -> Option<Vec<Option<&[u8]>>> {
    let (count, rest) = frame.split_first_chunk()?;
    let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
    let (lengths, mut bytes) = rest.split_at_checked(count.checked_mul(4)?)?;
    let (lengths, _) = lengths.as_chunks::<4>();
    let mut parts = Vec::with_capacity(count);
    for length in lengths {
        let length = u32::from_le_bytes(*length);
        if length == ABSENT {
            parts.push(None);
            continue;
        }
        let (part, rest) = bytes.split_at_checked(usize::try_from(length).ok()?)?;
        parts.push(Some(part));
        bytes = rest;
    }
    bytes.is_empty().then_some(parts)
}

/// A frame that is being written.
#[derive(Default)]
pub(crate) struct Frame {
    lengths: Vec<u8>,
    bytes: Vec<u8>,
}

impl Frame {
    pub(crate) fn put(&mut self, part: impl AsRef<[u8]>) {
        let part = part.as_ref();
        self.lengths.extend(u32::try_from(part.len()).unwrap_or(ABSENT).to_le_bytes());
        self.bytes.extend_from_slice(part);
    }

    pub(crate) fn put_or_absent(&mut self, part: Option<impl AsRef<[u8]>>) {
        match part {
            Some(part) => self.put(part),
            None => self.lengths.extend(ABSENT.to_le_bytes()),
        }
    }

    pub(crate) fn put_number(&mut self, number: Option<impl ToString>) {
        self.put_or_absent(number.map(|number| number.to_string()));
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let count = u32::try_from(self.lengths.len() / 4).unwrap_or(ABSENT);
        [&count.to_le_bytes(), self.lengths.as_slice(), self.bytes.as_slice()].concat()
    }
}
