//! [`SipStatus`]: the status code of a SIP response.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::ErrorKind;

/// The status code of a SIP response, 100 to 699 (RFC 3261 §21).
///
/// ```
/// use twiml_refer::sip::SipStatus;
///
/// let busy = SipStatus::new(486)?;
/// assert!(busy.is_final() && !busy.is_success());
/// assert_eq!((busy.as_u16(), busy.to_string().as_str()), (486, "486"));
/// assert_eq!("180".parse::<SipStatus>()?.is_provisional(), true);
/// assert_eq!(
///     SipStatus::new(99).unwrap_err().to_string(),
///     "invalid SIP status code 99: must be 100 to 699",
/// );
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct SipStatus(u16);

impl SipStatus {
    pub(crate) const OK: Self = Self(200);
    pub(crate) const BAD_REQUEST: Self = Self(400);
    pub(crate) const REQUEST_TIMEOUT: Self = Self(408);
    /// Call/Transaction Does Not Exist: also the answer to a NOTIFY without a subscription.
    pub(crate) const NO_TRANSACTION: Self = Self(481);
    pub(crate) const BAD_EVENT: Self = Self(489);
    pub(crate) const SERVER_ERROR: Self = Self(500);
    pub(crate) const SERVICE_UNAVAILABLE: Self = Self(503);

    /// Checks a status code of any integer type.
    ///
    /// # Errors
    ///
    /// `sip-status-invalid` for a code that is not 100 to 699.
    pub fn new(code: impl Into<i64>) -> Result<Self, Error> {
        let code = code.into();
        u16::try_from(code)
            .ok()
            .and_then(Self::in_range)
            .ok_or_else(|| Error::new(ErrorKind::SipStatusInvalid).arg(&code.to_string()))
    }

    const fn in_range(code: u16) -> Option<Self> {
        match code {
            100..=699 => Some(Self(code)),
            _ => None,
        }
    }

    /// Reads exactly three ASCII digits.
    pub(crate) fn from_digits(digits: &[u8]) -> Option<Self> {
        let &[a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9'] = digits else { return None };
        let digit = |byte: u8| u16::from(byte - b'0');
        Self::in_range(100 * digit(a) + 10 * digit(b) + digit(c))
    }

    /// The code as a number.
    #[must_use]
    pub const fn as_u16(self) -> u16 {
        self.0
    }

    /// Whether it is 1xx: the request is being processed.
    #[must_use]
    pub const fn is_provisional(self) -> bool {
        self.0 < 200
    }

    /// Whether it is 2xx.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!(self.0, 200..=299)
    }

    /// Whether it is 200 or more: nothing follows it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        self.0 >= 200
    }
}

impl TryFrom<u16> for SipStatus {
    type Error = Error;

    fn try_from(code: u16) -> Result<Self, Error> {
        Self::new(code)
    }
}

impl From<SipStatus> for u16 {
    fn from(status: SipStatus) -> Self {
        status.0
    }
}

/// Reads exactly three ASCII digits.
impl FromStr for SipStatus {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::from_digits(text.as_bytes())
            .ok_or_else(|| Error::new(ErrorKind::SipStatusInvalid).arg(&format!("`{text}`")))
    }
}

impl PartialEq<u16> for SipStatus {
    fn eq(&self, code: &u16) -> bool {
        self.0 == *code
    }
}

impl fmt::Display for SipStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for SipStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
