//! Statuses, and the error structure of the caller.

use std::ffi::c_char;

use twiml_refer::{
    Error,
    error::{ErrorGroup, ErrorKind},
    webhook::{HttpRejection, VerifyError},
};

use crate::text::twr_str;

/// What a call returns. The numbers are never used again for something else.
pub type twr_status = i32;

/// The call succeeded.
pub const TWR_STATUS_OK: twr_status = 0;
/// The call itself is wrong: NULL where something must be, a number that is not a constant.
pub const TWR_STATUS_INVALID_ARGUMENT: twr_status = 1;
/// The buffer is too small; the length it needs was written.
pub const TWR_STATUS_BUFFER_TOO_SMALL: twr_status = 2;
/// The input is refused: `kind` says why.
pub const TWR_STATUS_REFUSED: twr_status = 3;
/// The signature is not that of this request: answer 403.
pub const TWR_STATUS_SIGNATURE_MISMATCH: twr_status = 4;
/// The request is signed, but cannot be read: answer 400.
pub const TWR_STATUS_REQUEST_INVALID: twr_status = 5;
/// There is nothing to return: no report, no index as high, no further output.
pub const TWR_STATUS_NONE: twr_status = 6;
/// The request has no signature, or an empty one: answer 403.
pub const TWR_STATUS_SIGNATURE_MISSING: twr_status = 7;
/// The request has more bytes than the limit: answer 413. Nothing else of it was looked at.
pub const TWR_STATUS_TOO_LARGE: twr_status = 8;
/// The route does not accept the method: answer 405 with the header Allow.
pub const TWR_STATUS_METHOD_NOT_ALLOWED: twr_status = 9;
/// A bug in this library; please report it.
pub const TWR_STATUS_INTERNAL: twr_status = 99;

/// A SIP URI cannot be read or built.
pub const TWR_GROUP_SIP_URI: i32 = 1;
/// A SIP header, or the value of User-to-User, cannot be written or read.
pub const TWR_GROUP_HEADER: i32 = 2;
/// A verb, an attribute or a text cannot be written.
pub const TWR_GROUP_TWIML: i32 = 3;
/// A document cannot be read.
pub const TWR_GROUP_DOCUMENT: i32 = 4;
/// A REST request cannot be made.
pub const TWR_GROUP_REST: i32 = 5;
/// A request from Twilio cannot be read.
pub const TWR_GROUP_REQUEST: i32 = 6;
/// A signature is missing or does not match, or a validator cannot be made.
pub const TWR_GROUP_SIGNATURE: i32 = 7;
/// A transfer was used wrongly, or cannot be restored.
pub const TWR_GROUP_TRANSFER: i32 = 8;
/// Text or a number cannot be passed.
pub const TWR_GROUP_TEXT: i32 = 9;

/// TWR_NO_OFFSET of the header, which cbindgen cannot write.
const NO_OFFSET: usize = usize::MAX;

/// Why a call failed; allocated by the caller; pass NULL if it is not needed. It is written when a call fails, and
/// left alone when it succeeds.
#[repr(C)]
pub struct twr_error {
    /// The status that was returned.
    pub status: twr_status,
    /// A TWR_KIND_… number (its name: twr_kind_name); 0 unless the input was refused.
    pub kind: i32,
    /// A TWR_GROUP_… number: what the kind is about; 0 unless the input was refused.
    pub group: i32,
    /// Twilio's own error number, or 0.
    pub number: i32,
    /// The byte of the input, from 0; TWR_NO_OFFSET if it is not known.
    pub offset: usize,
    /// The line of a document, from 1; 0 if it is not known.
    pub line: usize,
    /// The column of that line, from 1; 0 if it is not known.
    pub column: usize,
    /// The parameter, attribute or header that is wrong, NUL-terminated; empty if there is none.
    pub parameter: [c_char; 40],
    /// What is wrong and what to do about it, NUL-terminated UTF-8.
    pub message: [c_char; 248],
    /// Zero; room for later versions.
    pub reserved: [u64; 4],
}

/// Why a call failed.
pub(crate) enum Failure {
    Refused(Error),
    Verify(VerifyError),
    Http(HttpRejection),
    Argument(&'static str),
    BufferTooSmall,
    None,
    Internal,
}

impl Failure {
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
            Self::Verify(_) => TWR_STATUS_REQUEST_INVALID,
            Self::Http(HttpRejection::MethodNotAllowed { .. }) => TWR_STATUS_METHOD_NOT_ALLOWED,
            Self::Http(HttpRejection::ContentTooLarge) => TWR_STATUS_TOO_LARGE,
            Self::Http(HttpRejection::BadRequest) => TWR_STATUS_REQUEST_INVALID,
            Self::Http(_) => TWR_STATUS_SIGNATURE_MISMATCH,
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
            group: 0,
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
            Self::Http(rejection) => return plain(&rejection.to_string()),
            Self::Argument(message) => return plain(message),
            Self::BufferTooSmall => return plain("the buffer is too small"),
            Self::None => return plain("there is nothing to return"),
            Self::Internal => return plain("a bug in the library; please report it"),
        };
        twr_error {
            kind: error.kind().number().into(),
            group: group_number(error.group()),
            number: error.twilio_number().map_or(0, i32::from),
            offset: error.offset().unwrap_or(NO_OFFSET),
            line: error.line().unwrap_or(0),
            column: error.column().unwrap_or(0),
            parameter: terminated(error.parameter().unwrap_or_default()),
            ..plain(&error.message())
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Self::Verify(error)
    }
}

fn group_number(group: ErrorGroup) -> i32 {
    GROUPS.iter().find(|(_, known)| *known == group).map_or(0, |(number, _)| *number)
}

const GROUPS: [(i32, ErrorGroup); 9] = [
    (TWR_GROUP_SIP_URI, ErrorGroup::SipUri),
    (TWR_GROUP_HEADER, ErrorGroup::Header),
    (TWR_GROUP_TWIML, ErrorGroup::Twiml),
    (TWR_GROUP_DOCUMENT, ErrorGroup::Document),
    (TWR_GROUP_REST, ErrorGroup::Rest),
    (TWR_GROUP_REQUEST, ErrorGroup::Request),
    (TWR_GROUP_SIGNATURE, ErrorGroup::Signature),
    (TWR_GROUP_TRANSFER, ErrorGroup::Transfer),
    (TWR_GROUP_TEXT, ErrorGroup::Text),
];

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

/// Returns the name of a TWR_KIND_… number, the same in every language (`uri-empty`); absent for another number.
/// The view lives as long as the process. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_kind_name(kind: i32) -> twr_str {
    let found = ErrorKind::ALL.iter().find(|known| i32::from(known.number()) == kind);
    twr_str::maybe(found.map(|known| known.as_str()))
}

/// Returns the name of a TWR_GROUP_… number (`sip-uri`); absent for another number. As twr_kind_name.
#[unsafe(no_mangle)]
pub extern "C" fn twr_group_name(group: i32) -> twr_str {
    let found = GROUPS.iter().find(|(number, _)| *number == group);
    twr_str::maybe(found.map(|(_, known)| known.as_str()))
}

/// Returns the name of a TWR_STATUS_… number (`signature-mismatch`); absent for another number. As twr_kind_name.
#[unsafe(no_mangle)]
pub extern "C" fn twr_status_name(status: i32) -> twr_str {
    twr_str::maybe(match status {
        TWR_STATUS_OK => Some("ok"),
        TWR_STATUS_INVALID_ARGUMENT => Some("invalid-argument"),
        TWR_STATUS_BUFFER_TOO_SMALL => Some("buffer-too-small"),
        TWR_STATUS_REFUSED => Some("refused"),
        TWR_STATUS_SIGNATURE_MISMATCH => Some("signature-mismatch"),
        TWR_STATUS_REQUEST_INVALID => Some("request-invalid"),
        TWR_STATUS_NONE => Some("none"),
        TWR_STATUS_SIGNATURE_MISSING => Some("signature-missing"),
        TWR_STATUS_TOO_LARGE => Some("too-large"),
        TWR_STATUS_METHOD_NOT_ALLOWED => Some("method-not-allowed"),
        TWR_STATUS_INTERNAL => Some("internal"),
        _ => None,
    })
}
