//! Frames: parts in a row, each of them bytes. Where no part holds a NUL they stand joined by it, which
//! every language makes and takes apart at once; else a frame says their lengths, so that no value
//! can become another part. A frame has one part at least.
//!
//! `J`, the parts with NUL between them; or `L`, a count, as many lengths (32 bits each, little-endian),
//! and the bytes.

const JOINED: u8 = b'J';
const LISTED: u8 = b'L';
const SEPARATOR: u8 = 0;

/// The frame with one part, an empty one.
pub(crate) const NOTHING_WRONG: &[u8] = &[JOINED];

/// The parts of a frame that were not taken yet.
pub(crate) enum Parts<'a> {
    /// Nothing when the last one was taken.
    Joined(Option<&'a [u8]>),
    /// Lengths, and the bytes of as many parts.
    Listed(&'a [[u8; 4]], &'a [u8]),
}

impl<'a> Parts<'a> {
    /// The parts of a frame; `None` if it is none.
    pub(crate) fn of(frame: &'a [u8]) -> Option<Self> {
        let (&form, rest) = frame.split_first()?;
        if form == JOINED {
            return Some(Self::Joined(Some(rest)));
        }
        if form != LISTED {
            return None;
        }
        let (count, rest) = rest.split_first_chunk()?;
        let count = usize::try_from(u32::from_le_bytes(*count)).ok()?;
        let (lengths, bytes) = rest.split_at_checked(count.checked_mul(4)?)?;
        let (lengths, _) = lengths.as_chunks();
        let total =
            lengths.iter().try_fold(0_usize, |total, &length| total.checked_add(number(length)));
        (count > 0 && total == Some(bytes.len())).then_some(Self::Listed(lengths, bytes))
    }

    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Joined(None) | Self::Listed([], _))
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        match self {
            Self::Joined(rest) => {
                let text = rest.take()?;
                let mut halves = text.splitn(2, |&byte| byte == SEPARATOR);
                let part = halves.next()?;
                *rest = halves.next();
                Some(part)
            }
            Self::Listed(lengths, bytes) => {
                let (&length, others) = lengths.split_first()?;
                let (part, rest) = bytes.split_at_checked(number(length))?;
                (*lengths, *bytes) = (others, rest);
                Some(part)
            }
        }
    }
}

fn length_of(part: &[u8]) -> u32 {
    u32::try_from(part.len()).unwrap_or(u32::MAX)
}

fn number(length: [u8; 4]) -> usize {
    usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX)
}

/// A frame that is being written.
pub(crate) struct Frame {
    joined: Vec<u8>,
    /// Of every part, once there is one that holds a NUL.
    lengths: Option<Vec<u32>>,
}

impl Frame {
    /// A frame with its first part.
    pub(crate) fn of(part: impl AsRef<[u8]>) -> Self {
        let mut frame = Self { joined: Vec::with_capacity(512), lengths: None };
        frame.joined.push(JOINED);
        frame.add(part.as_ref());
        frame
    }

    pub(crate) fn put(&mut self, part: impl AsRef<[u8]>) {
        self.joined.push(SEPARATOR);
        self.add(part.as_ref());
    }

    /// The part, empty where there is none: no part means anything else by that.
    pub(crate) fn put_maybe(&mut self, part: Option<impl ToString>) {
        self.put(part.map(|part| part.to_string()).unwrap_or_default());
    }

    fn add(&mut self, part: &[u8]) {
        if self.lengths.is_none() && part.contains(&SEPARATOR) {
            // Between the form and the separator that was just written.
            let before = self.joined.split_last().and_then(|(_, before)| before.get(1..));
            let parts = before.map(|before| before.split(|&byte| byte == SEPARATOR));
            self.lengths = Some(parts.into_iter().flatten().map(length_of).collect());
        }
        if let Some(lengths) = &mut self.lengths {
            lengths.push(length_of(part));
        }
        self.joined.extend_from_slice(part);
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        let Some(lengths) = self.lengths else { return self.joined };
        let count = u32::try_from(lengths.len()).unwrap_or(u32::MAX);
        let mut listed = vec![LISTED];
        listed.extend([count].iter().chain(&lengths).flat_map(|number| number.to_le_bytes()));
        // Before each part stands one byte: the form, or a separator.
        let mut rest = self.joined.as_slice();
        for &length in &lengths {
            let end = usize::try_from(length).unwrap_or(usize::MAX).saturating_add(1);
            let (part, others) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            listed.extend_from_slice(part.get(1..).unwrap_or_default());
            rest = others;
        }
        listed
    }
}
