//! The status of the call that a REFER began: [`ReferCallStatus`] and the one map from SIP codes.

use std::fmt;

/// How the call to the transfer target stands, as the `ReferCallStatus` parameter says.
///
/// ```
/// use twiml_refer::ReferCallStatus;
///
/// assert_eq!(ReferCallStatus::from("no-answer"), ReferCallStatus::NoAnswer);
/// assert_eq!(ReferCallStatus::from("parked").as_str(), "parked");
/// assert_eq!(ReferCallStatus::from_notify_code(486), Some(ReferCallStatus::Busy));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferCallStatus {
    /// `in-progress`: the target answered, the transfer succeeded.
    InProgress,
    /// `busy`: the target is busy.
    Busy,
    /// `no-answer`: the target did not answer.
    NoAnswer,
    /// `failed`: the endpoint refused the REFER, or the call to the target failed otherwise.
    Failed,
    /// `canceled`: the caller hung up before it was decided.
    Canceled,
    /// Any other text, compared with case.
    Other(String),
}

impl ReferCallStatus {
    /// As it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::InProgress => "in-progress",
            Self::Busy => "busy",
            Self::NoAnswer => "no-answer",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Other(text) => text,
        }
    }

    /// The status that the SIP code of a NOTIFY means: 2xx is `in-progress`, 486 and 600 `busy`, 487
    /// `no-answer`, any other from 300 to 699 `failed`. `None` for a provisional code (1xx), which
    /// decides nothing, and for what is no SIP code.
    #[must_use]
    pub const fn from_notify_code(code: u16) -> Option<Self> {
        match code {
            200..=299 => Some(Self::InProgress),
            486 | 600 => Some(Self::Busy),
            487 => Some(Self::NoAnswer),
            300..=699 => Some(Self::Failed),
            _ => None,
        }
    }
}

impl From<&str> for ReferCallStatus {
    fn from(text: &str) -> Self {
        match text {
            "in-progress" => Self::InProgress,
            "busy" => Self::Busy,
            "no-answer" => Self::NoAnswer,
            "failed" => Self::Failed,
            "canceled" => Self::Canceled,
            _ => Self::Other(text.to_owned()),
        }
    }
}

impl fmt::Display for ReferCallStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
