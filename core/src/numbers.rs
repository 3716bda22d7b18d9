//! Checks of numbers and text as other languages pass them: what is out of range or not UTF-8 is refused
//! with the error kind of what it was meant for.

use std::time::Duration;

use crate::{Error, error::ErrorKind};

/// Checks a limit for the bytes of a body.
///
/// # Errors
///
/// `request-limit-invalid` for a negative one, or one of 2 GiB and more.
///
/// ```
/// assert_eq!(twiml_refer::numbers::body_bytes(1024)?, 1024);
/// assert!(twiml_refer::numbers::body_bytes(-1).is_err());
/// # Ok::<(), twiml_refer::Error>(())
/// ```
pub fn body_bytes(limit: i64) -> Result<usize, Error> {
    let refused = || Error::new(ErrorKind::RequestLimitInvalid).arg(&limit.to_string());
    let bytes = i32::try_from(limit).map_err(|_| refused())?;
    usize::try_from(bytes).map_err(|_| refused())
}

/// Checks a CSeq number (RFC 3261 §20.16).
///
/// # Errors
///
/// `cseq-invalid` for what is not 0 to 4294967295.
///
/// ```
/// assert_eq!(twiml_refer::numbers::cseq(7)?, 7);
/// assert!(twiml_refer::numbers::cseq(-1).is_err());
/// # Ok::<(), twiml_refer::Error>(())
/// ```
pub fn cseq(number: i64) -> Result<u32, Error> {
    u32::try_from(number).map_err(|_| Error::new(ErrorKind::CseqInvalid).arg(&number.to_string()))
}

/// Takes the CSeq number of a request that came. What the wire brings is never an error: a number that
/// SIP does not have counts as 0, so that it is older than any other.
///
/// ```
/// use twiml_refer::numbers::received_cseq;
///
/// assert_eq!((received_cseq(7), received_cseq(-1), received_cseq(1 << 32)), (7, 0, 0));
/// ```
#[must_use]
pub fn received_cseq(number: i64) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

/// Checks text from a language whose strings are bytes, or may hold lone surrogates.
///
/// # Errors
///
/// `text-not-utf8`, with the offset of the first byte that is not UTF-8.
///
/// ```
/// assert_eq!(twiml_refer::numbers::text(b"Zo\xC3\xAB")?, "Zoë");
/// assert_eq!(twiml_refer::numbers::text(b"Zo\xEB").unwrap_err().offset(), Some(2));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
pub fn text(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes)
        .map_err(|error| Error::new(ErrorKind::TextNotUtf8).at(error.valid_up_to()))
}

/// Checks the length of a text in bytes, for a language that passes lengths as 32 bits.
///
/// # Errors
///
/// `text-over-limit` for 2 GiB or more.
///
/// ```
/// assert_eq!(twiml_refer::numbers::text_length(1024)?, 1024);
/// assert!(twiml_refer::numbers::text_length(1 << 31).is_err());
/// # Ok::<(), twiml_refer::Error>(())
/// ```
pub fn text_length(bytes: usize) -> Result<i32, Error> {
    i32::try_from(bytes).map_err(|_| Error::new(ErrorKind::TextOverLimit))
}

/// Checks a number of milliseconds for [`TransferSettings`](crate::transfer::TransferSettings).
///
/// # Errors
///
/// `setting-invalid` for a negative one.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(twiml_refer::numbers::milliseconds(1500)?, Duration::from_millis(1500));
/// assert!(twiml_refer::numbers::milliseconds(-1).is_err());
/// # Ok::<(), twiml_refer::Error>(())
/// ```
pub fn milliseconds(time: i64) -> Result<Duration, Error> {
    u64::try_from(time).map(Duration::from_millis).map_err(|_| {
        Error::new(ErrorKind::SettingInvalid)
            .arg("time")
            .arg("0 ms or more")
            .arg(&format!("{time} ms"))
    })
}
