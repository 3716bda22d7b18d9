//! Statuses and the caller's error structure.

use std::ffi::c_char;

use twiml_refer::{Error, error::ErrorKind, webhook::VerifyError};

use crate::text::twr_str;

/// What a call came to. The numbers are never used again for something else.
pub type twr_status = i32;

/// It is done.
pub const TWR_STATUS_OK: twr_status = 0;
/// The call itself is wrong: NULL where something must be, a number that is no constant.
pub const TWR_STATUS_INVALID_ARGUMENT: twr_status = 1;
/// The buffer has too little room; the length it needs was written.
pub const TWR_STATUS_BUFFER_TOO_SMALL: twr_status = 2;
/// The input is refused: `kind` says why.
pub const TWR_STATUS_REFUSED: twr_status = 3;
/// The signature is not that of this request: answer 403.
pub const TWR_STATUS_SIGNATURE_MISMATCH: twr_status = 4;
/// The request is signed, but cannot be read: answer 400.
pub const TWR_STATUS_CALLBACK_INVALID: twr_status = 5;
/// There is no such thing: no outcome yet, no index as high, nothing waits.
pub const TWR_STATUS_NONE: twr_status = 6;
/// The request has no signature, or an empty one: answer 403.
pub const TWR_STATUS_SIGNATURE_MISSING: twr_status = 7;
/// The request has more bytes than the limit: answer 413. Nothing else of it was looked at.
pub const TWR_STATUS_TOO_LARGE: twr_status = 8;
/// A fault of this library; please report it.
pub const TWR_STATUS_INTERNAL: twr_status = 99;

/// TWR_NO_OFFSET of the header, which cbindgen cannot write.
const NO_OFFSET: usize = usize::MAX;

/// What went wrong; the caller's own, and NULL wherever nobody asks. It is written when a call fails,
/// and left alone when it does not.
#[repr(C)]
pub struct twr_error {
    /// The status that was returned.
    pub status: twr_status,
    /// The number of the kind (`twr_error_kind_name`); 0 unless the input was refused.
    pub kind: u16,
    /// Twilio's own number for it, or 0.
    pub number: u16,
    /// The byte of the input, from 0; TWR_NO_OFFSET if it is not known.
    pub offset: usize,
    /// The line of a document, from 1; 0 if it is not known.
    pub line: usize,
    /// The column of that line, from 1; 0 if it is not known.
    pub column: usize,
    /// The parameter, attribute or header at fault, NUL-terminated; empty if there is none.
    pub parameter: [c_char; 40],
    /// What to do about it, NUL-terminated UTF-8.
    pub message: [c_char; 248],
    /// Zero; room for later versions.
    pub reserved: [u64; 4],
}

/// Why a call failed.
pub(crate) enum Fault {
    Refused(Error),
    Verify(VerifyError),
    Argument(&'static str),
    BufferTooSmall,
    None,
    Internal,
}

impl Fault {
    pub(crate) const fn argument(message: &'static str) -> Self {
        Self::Argument(message)
    }

    pub(crate) fn status(&self) -> twr_status {
        match self {
            Self::Refused(error) | Self::Verify(VerifyError::Request(error))
                if error.kind() == ErrorKind::RequestTooLarge =>
            {
                TWR_STATUS_TOO_LARGE
            }
            Self::Refused(_) => TWR_STATUS_REFUSED,
            Self::Verify(VerifyError::SignatureMissing) => TWR_STATUS_SIGNATURE_MISSING,
            Self::Verify(VerifyError::SignatureMismatch) => TWR_STATUS_SIGNATURE_MISMATCH,
            Self::Verify(_) => TWR_STATUS_CALLBACK_INVALID,
            Self::Argument(_) => TWR_STATUS_INVALID_ARGUMENT,
            Self::BufferTooSmall => TWR_STATUS_BUFFER_TOO_SMALL,
            Self::None => TWR_STATUS_NONE,
            Self::Internal => TWR_STATUS_INTERNAL,
        }
    }

    pub(crate) fn describe(self) -> twr_error {
        let status = self.status();
        let plain = |message: &str| twr_error {
            status,
            kind: 0,
            number: 0,
            offset: NO_OFFSET,
            line: 0,
            column: 0,
            parameter: [0; 40],
            message: terminated(message),
            reserved: [0; 4],
        };
        let error = match self {
            Self::Refused(error) => error,
            Self::Verify(error) => Error::from(error),
            Self::Argument(message) => return plain(message),
            Self::BufferTooSmall => return plain("the buffer is too small"),
            Self::None => return plain("there is none"),
            Self::Internal => return plain("a fault of the library; please report it"),
        };
        twr_error {
            kind: error.kind().number(),
            number: error.platform_number().unwrap_or(0),
            offset: error.offset().unwrap_or(NO_OFFSET),
            line: error.line().unwrap_or(0),
            column: error.column().unwrap_or(0),
            parameter: terminated(error.parameter().unwrap_or_default()),
            ..plain(&error.message())
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<VerifyError> for Fault {
    fn from(error: VerifyError) -> Self {
        Self::Verify(error)
    }
}

/// As much as fits before the NUL, cut between characters.
fn terminated<const SIZE: usize>(text: &str) -> [c_char; SIZE] {
    let mut buffer = [0; SIZE];
    let mut end = text.len().min(SIZE.saturating_sub(1));
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let bytes = text.as_bytes().get(..end).unwrap_or_default();
    buffer.iter_mut().zip(bytes).for_each(|(place, byte)| *place = c_char::from_ne_bytes([*byte]));
    buffer
}

/// The name of a kind of error, the same in every language; absent if there is no such kind. The
/// view lives as long as the process. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_error_kind_name(kind: u16) -> twr_str {
    let found = ErrorKind::ALL.iter().find(|known| known.number() == kind);
    twr_str::maybe(found.map(|known| known.as_str()))
}
