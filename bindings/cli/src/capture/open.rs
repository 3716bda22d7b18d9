//! What a file is, found in its first bytes: packets, text, packed or in UTF-16, or something that is
//! named and refused.

use std::io::{self, BufRead, BufReader, Cursor, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

/// The most bytes of a text: it is held in memory, at most twice.
pub(crate) const MAX_TEXT_BYTES: u64 = 64 * 1024 * 1024;

/// The most bytes of a pcap or pcapng file, unpacked. It is read as a stream: what is held are the
/// transfers, the calls by their Call-ID, and what `packets` and `tcp` keep.
pub(crate) const MAX_PACKET_BYTES: u64 = 1024 * 1024 * 1024;

/// A capture that can be read.
pub(crate) enum Opened {
    /// UTF-8, or what other tools take for it.
    Text(Vec<u8>),
    /// A pcap or pcapng file.
    Packets(Box<dyn Read + Send>),
}

/// A file that cannot be read as a capture, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

impl Refused {
    pub(crate) fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    fn too_large(most: u64) -> Self {
        Self::new(
            "trace-too-large",
            format!("the capture has more than {most} bytes; cut out the calls in question"),
        )
    }
}

/// First bytes that say what a file is.
const MAGIC: [(&[u8], Kind); 15] = [
    (b"\xd4\xc3\xb2\xa1", Kind::Packets),
    (b"\xa1\xb2\xc3\xd4", Kind::Packets),
    (b"\x4d\x3c\xb2\xa1", Kind::Packets),
    (b"\xa1\xb2\x3c\x4d", Kind::Packets),
    (b"\x0a\x0d\x0d\x0a", Kind::Packets),
    (b"\x1f\x8b", Kind::Gzip),
    (b"\xff\xfe", Kind::Utf16(u16::from_le_bytes)),
    (b"\xfe\xff", Kind::Utf16(u16::from_be_bytes)),
    (b"PK\x03\x04", Kind::Other("a zip archive: unpack it with unzip")),
    (b"\xfd7zXZ\0", Kind::Other("packed with xz: unpack it with xz -d")),
    (b"\x28\xb5\x2f\xfd", Kind::Other("packed with zstd: unpack it with zstd -d")),
    (b"BZh", Kind::Other("packed with bzip2: unpack it with bzip2 -d")),
    (b"7z\xbc\xaf\x27\x1c", Kind::Other("a 7z archive: unpack it with 7z x")),
    (
        b"snoop\0\0\0",
        Kind::Other("a snoop capture: convert it with editcap -F pcap FILE FILE.pcap"),
    ),
    (
        b"GMBU",
        Kind::Other("a Network Monitor capture: convert it with editcap -F pcap FILE FILE.pcap"),
    ),
];

#[derive(Clone, Copy)]
enum Kind {
    Packets,
    Gzip,
    Utf16(fn([u8; 2]) -> u16),
    Other(&'static str),
}

/// Bytes that are looked at for a NUL: text has none.
const LOOKED_AT: usize = 4096;

/// What comes out of a packed file. Where that is cut it ends: what came before is read, and says itself where it
/// breaks off.
struct Unpacked<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).or_else(|error| match error.kind() {
            ErrorKind::UnexpectedEof | ErrorKind::InvalidData | ErrorKind::InvalidInput => Ok(0),
            _ => Err(error),
        })
    }
}

/// Finds out what is behind a reader.
pub(crate) fn open(reader: impl Read + Send + 'static) -> io::Result<Result<Opened, Refused>> {
    let (first, reader) = first_bytes(reader)?;
    match kind(&first) {
        Some(Kind::Gzip) => {
            let unpacked = Unpacked(MultiGzDecoder::new(BufReader::new(reader)));
            let (first, reader) = first_bytes(unpacked)?;
            opened(&first, reader, " in gzip")
        }
        _ => opened(&first, reader, ""),
    }
}

fn opened(
    first: &[u8],
    reader: impl Read + Send + 'static,
    packed: &str,
) -> io::Result<Result<Opened, Refused>> {
    Ok(match kind(first) {
        Some(Kind::Packets) => {
            Ok(Opened::Packets(Box::new(reader.take(MAX_PACKET_BYTES.saturating_add(1)))))
        }
        Some(Kind::Utf16(unit)) => {
            text(reader)?.map(|bytes| Opened::Text(from_utf16(&bytes, unit)))
        }
        Some(Kind::Other(what)) => {
            Err(Refused::new("capture-unreadable", format!("the file is {what}")))
        }
        Some(Kind::Gzip) => Err(Refused::new(
            "capture-unreadable",
            format!("the file is gzip{packed}: unpack it with gzip -d"),
        )),
        None if first.len() >= LOOKED_AT && first.iter().all(|byte| *byte == 0) => {
            Err(Refused::too_large(MAX_TEXT_BYTES))
        }
        None => text(reader)?.map(Opened::Text),
    })
}

fn kind(first: &[u8]) -> Option<Kind> {
    MAGIC.iter().find(|(magic, _)| first.starts_with(magic)).map(|(_, kind)| *kind)
}

/// A reader of which the first bytes were looked at.
type Seen<R> = io::Chain<Cursor<Vec<u8>>, R>;

fn first_bytes<R: Read>(mut reader: R) -> io::Result<(Vec<u8>, Seen<R>)> {
    let mut first = Vec::new();
    reader.by_ref().take(LOOKED_AT as u64).read_to_end(&mut first)?;
    Ok((first.clone(), Cursor::new(first).chain(reader)))
}

fn text(reader: impl Read) -> io::Result<Result<Vec<u8>, Refused>> {
    let mut bytes = Vec::new();
    reader.take(MAX_TEXT_BYTES.saturating_add(1)).read_to_end(&mut bytes)?;
    let is_too_large = u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_TEXT_BYTES);
    Ok(if is_too_large { Err(Refused::too_large(MAX_TEXT_BYTES)) } else { Ok(bytes) })
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let (pairs, _) = bytes.as_chunks();
    let units = pairs.iter().skip(1).map(|pair| unit(*pair));
    let text: String =
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    text.into_bytes()
}
