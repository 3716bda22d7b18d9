//! From text to values: TwiML as Twilio would read it, within its bounds, and nothing that is
//! not well-formed. `quick-xml` cuts the text into events; what it lets pass is refused here.
//!
//! There is a stack of open elements instead of recursion, and every byte is looked at a fixed number
//! of times.

mod document;
mod tag;

use super::response::VoiceResponse;
use crate::Error;
use crate::error::ErrorKind;
use crate::limits::MAX_DOCUMENT_BYTES;
use tag::Locator;

const BOM: &[u8] = "\u{feff}".as_bytes();

pub(super) fn from_bytes(bytes: &[u8]) -> Result<VoiceResponse, Error> {
    check_size(bytes)?;
    if bytes.starts_with(&[0xfe, 0xff]) || bytes.starts_with(&[0xff, 0xfe]) {
        let error = Error::new(ErrorKind::DocumentEncoding).arg("UTF-16");
        return Err(Fault::new(0, error).located_in(bytes));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => read(text),
        Err(error) => Err(Fault::of(ErrorKind::DocumentNotUtf8, without_bom_offset(bytes, error))
            .located_in(bytes)),
    }
}

pub(super) fn from_str(text: &str) -> Result<VoiceResponse, Error> {
    check_size(text.as_bytes())?;
    read(text)
}

fn read(text: &str) -> Result<VoiceResponse, Error> {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    document::read(body)
        .map(VoiceResponse::from_root)
        .map_err(|fault| fault.located_in(text.as_bytes()))
}

fn check_size(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() <= MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    let error = Error::new(ErrorKind::DocumentTooLarge).arg(&MAX_DOCUMENT_BYTES.to_string());
    let at = MAX_DOCUMENT_BYTES.saturating_sub(bom_length(bytes));
    Err(Fault::new(at, error).located_in(bytes))
}

fn bom_length(bytes: &[u8]) -> usize {
    if bytes.starts_with(BOM) { BOM.len() } else { 0 }
}

fn without_bom_offset(bytes: &[u8], error: std::str::Utf8Error) -> usize {
    error.valid_up_to().saturating_sub(bom_length(bytes))
}

/// What is wrong, and at which byte after the byte order mark. Line and column are counted once, for
/// the one fault that is reported.
struct Fault {
    at: usize,
    error: Error,
}

impl Fault {
    fn new(at: usize, error: Error) -> Self {
        Self { at, error }
    }

    fn of(kind: ErrorKind, at: usize) -> Self {
        Self::new(at, Error::new(kind))
    }

    /// The text is cut where messages cut foreign text, so it stays short.
    fn syntax(at: usize, text: &str) -> Self {
        Self::new(at, Error::new(ErrorKind::DocumentSyntax).arg(text))
    }

    fn located_in(self, bytes: &[u8]) -> Error {
        let mark = bom_length(bytes);
        let (line, column) = Locator::new(bytes.get(mark..).unwrap_or_default()).locate(self.at);
        self.error.at(self.at.saturating_add(mark)).at_line(line, column)
    }
}
