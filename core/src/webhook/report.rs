//! How a transfer ended: [`ReferReport`] holds the three parameters of `<Refer>`, [`ReferCallStatus`] is
//! the first of them, and [`ReferOutcome`] what the three mean together.

use super::parameter::Parameter;
use crate::message::quote;
use crate::sip::SipStatus;

/// The state of the call to the transfer target: the parameter `ReferCallStatus`.
///
/// ```
/// use twiml_refer::{sip::SipStatus, webhook::ReferCallStatus};
///
/// assert_eq!(ReferCallStatus::from("no-answer"), ReferCallStatus::NoAnswer);
/// assert_eq!(ReferCallStatus::from("parked").as_str(), "parked");
/// assert_eq!(ReferCallStatus::from_notify_code(SipStatus::new(486)?), Some(ReferCallStatus::Busy));
/// # Ok::<(), twiml_refer::Error>(())
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
    /// `failed`: the endpoint rejected the REFER, or the call to the target failed otherwise.
    Failed,
    /// `canceled`: the call ended before the transfer was decided, most often because the caller hung
    /// up.
    Canceled,
    /// Any other text, compared with case.
    Other(String),
}

impl ReferCallStatus {
    /// The text on the wire.
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

    /// Maps the status code of a NOTIFY: 2xx is `in-progress`, 486 and 600 are `busy`, 487 is
    /// `no-answer`, any other final code is `failed`. `None` for a provisional code (1xx), which
    /// decides nothing.
    #[must_use]
    pub const fn from_notify_code(code: SipStatus) -> Option<Self> {
        match code.as_u16() {
            ..=199 => None,
            200..=299 => Some(Self::InProgress),
            486 | 600 => Some(Self::Busy),
            487 => Some(Self::NoAnswer),
            _ => Some(Self::Failed),
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

display_as_str!(ReferCallStatus);

/// How a transfer ended, in one value for an app to branch on.
///
/// ```
/// use twiml_refer::{ReferOutcome, VoiceRequest, sip::SipStatus, webhook::ReferCallStatus};
///
/// let request = VoiceRequest::from_form(
///     b"ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486",
///     None,
/// )?;
/// let code = Some(SipStatus::new(486)?);
/// let outcome = ReferOutcome::TargetFailed { status: ReferCallStatus::Busy, code };
/// assert_eq!(request.outcome(), Some(outcome.clone()));
/// assert_eq!((outcome.kind(), outcome.status(), outcome.code()), ("target-failed", Some("busy"), code));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferOutcome {
    /// The target answered: the caller is no longer with the app.
    Transferred,
    /// The endpoint rejected the REFER itself.
    Rejected {
        /// The status code of its response to the REFER, 300 to 699.
        code: SipStatus,
    },
    /// The endpoint called the target, and that call failed.
    TargetFailed {
        /// `busy`, `no-answer` or `failed`.
        status: ReferCallStatus,
        /// The last status code of that call, if one was reported.
        code: Option<SipStatus>,
    },
    /// The call ended before the transfer was decided, most often because the caller hung up.
    Canceled,
    /// The endpoint never reported a result: it may or may not have transferred the caller.
    Unconfirmed,
    /// Twilio sent a status that this version does not know.
    Unknown {
        /// That status.
        status: String,
    },
}

impl ReferOutcome {
    /// Classifies a report: the first arm that matches. A provisional code of the REFER counts as absent.
    fn classify(
        status: Option<ReferCallStatus>,
        refer_code: Option<SipStatus>,
        notify_code: Option<SipStatus>,
    ) -> Self {
        use ReferCallStatus::{Busy, Canceled, Failed, InProgress, NoAnswer, Other};
        let refused = refer_code.filter(|code| code.is_final() && !code.is_success());
        match (status, refused) {
            (Some(InProgress), _) => Self::Transferred,
            (Some(Canceled), _) => Self::Canceled,
            // Some platform versions report a refusal without a status, others as `failed`.
            (_, Some(code)) => Self::Rejected { code },
            (Some(status @ (Busy | NoAnswer | Failed)), None) => {
                Self::TargetFailed { status, code: notify_code }
            }
            (Some(Other(status)), None) => Self::Unknown { status },
            (None, None) => match notify_code.and_then(ReferCallStatus::from_notify_code) {
                Some(InProgress) => Self::Transferred,
                Some(status) => Self::TargetFailed { status, code: notify_code },
                None => Self::Unconfirmed,
            },
        }
    }

    /// Whether the call is still with the app, given its `CallStatus` if there is one.
    pub(super) fn may_resume(&self, call_status: Option<&str>) -> bool {
        match (self, call_status) {
            (Self::Transferred | Self::Canceled, _) => false,
            (_, Some(status)) => !has_ended(status),
            // 408 and 481 end the dialog (RFC 3261 section 12.2.1.2).
            (Self::Rejected { code }, None) => !matches!(code.as_u16(), 408 | 481),
            (_, None) => true,
        }
    }

    /// All values of [`kind`](Self::kind).
    pub const KINDS: [&'static str; 6] =
        ["transferred", "rejected", "target-failed", "canceled", "unconfirmed", "unknown"];

    /// `transferred`, `rejected`, `target-failed`, `canceled`, `unconfirmed` or `unknown`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Transferred => "transferred",
            Self::Rejected { .. } => "rejected",
            Self::TargetFailed { .. } => "target-failed",
            Self::Canceled => "canceled",
            Self::Unconfirmed => "unconfirmed",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// The status of [`TargetFailed`](Self::TargetFailed) and [`Unknown`](Self::Unknown).
    #[must_use]
    pub fn status(&self) -> Option<&str> {
        match self {
            Self::TargetFailed { status, .. } => Some(status.as_str()),
            Self::Unknown { status } => Some(status),
            _ => None,
        }
    }

    /// The status code of [`Rejected`](Self::Rejected) and [`TargetFailed`](Self::TargetFailed).
    #[must_use]
    pub const fn code(&self) -> Option<SipStatus> {
        match self {
            Self::Rejected { code } => Some(*code),
            Self::TargetFailed { code, .. } => *code,
            _ => None,
        }
    }

    /// Says what happened, for people: a clause to be used in a sentence.
    ///
    /// ```
    /// use twiml_refer::{ReferOutcome, sip::SipStatus};
    ///
    /// assert_eq!(
    ///     ReferOutcome::Rejected { code: SipStatus::new(405)? }.explanation(),
    ///     "the endpoint rejected the REFER with 405: it called nobody, and the app can go on with the caller",
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn explanation(&self) -> String {
        const RESUME: &str = "the app can go on with the caller";
        let text = match self {
            Self::Transferred => {
                "the target answered: the caller is with the target, no longer with the app"
            }
            Self::Rejected { code } => match code.as_u16() {
                // Twilio reports the same codes for silence and for a broken connection.
                408 => "the endpoint never answered the REFER, or with 408: there was no transfer",
                503 => "the REFER did not reach the endpoint, or got 503: there was no transfer",
                481 => "the endpoint knows no such call (481): there was no transfer",
                _ => {
                    return format!(
                        "the endpoint rejected the REFER with {code}: it called nobody, and {RESUME}"
                    );
                }
            },
            Self::TargetFailed { status, code } => {
                let how = match (status, code) {
                    (ReferCallStatus::Busy, _) => "the target was busy",
                    (ReferCallStatus::NoAnswer, _) => "the target did not answer",
                    (_, Some(code)) if code.is_provisional() => {
                        "the call to the target never got a final response"
                    }
                    _ => "the call to the target failed",
                };
                let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
                return format!("the endpoint accepted the REFER, but {how}{code}: {RESUME}");
            }
            Self::Canceled => "the call ended before the transfer was decided",
            Self::Unconfirmed => {
                "the endpoint never reported how the call to the target went: the caller may have been \
                 transferred or not"
            }
            Self::Unknown { status } => {
                let status = quote(status);
                return format!(
                    "Twilio reported the status {status}, which this version does not know"
                );
            }
        };
        text.to_owned()
    }
}

/// Whether a call of this `CallStatus` has ended.
pub(super) fn has_ended(call_status: &str) -> bool {
    matches!(call_status, "completed" | "canceled" | "busy" | "failed" | "no-answer")
}

/// The three parameters of `<Refer>` in the request to the action URL, each of them optional.
///
/// It comes with a request ([`VoiceRequest::refer`](crate::VoiceRequest::refer)) or from a
/// [`Transfer`](crate::Transfer) that has completed.
///
/// ```
/// use twiml_refer::{ReferOutcome, sip::SipStatus, webhook::{ReferCallStatus, ReferReport}};
///
/// let refused = SipStatus::new(405)?;
/// let report = ReferReport::new(Some(ReferCallStatus::Failed), Some(refused), None);
/// let params: Vec<_> = report.params().collect();
/// assert_eq!(params[0], ("ReferCallStatus", "failed".to_owned()));
/// assert_eq!(params[1], ("ReferSipResponseCode", "405".to_owned()));
/// assert_eq!(report.outcome(), ReferOutcome::Rejected { code: refused });
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReferReport {
    call_status: Option<ReferCallStatus>,
    refer_code: Option<SipStatus>,
    notify_code: Option<SipStatus>,
}

impl ReferReport {
    /// The names of the three parameters, in the order of Twilio's documentation.
    pub const PARAMETER_NAMES: [&'static str; 3] = [
        Parameter::ReferCallStatus.name(),
        Parameter::ReferSipResponseCode.name(),
        Parameter::NotifySipResponseCode.name(),
    ];

    /// Makes a report of the state of the call to the target, the status code of the response to the
    /// REFER, and the last status code that a NOTIFY reported.
    #[must_use]
    pub const fn new(
        call_status: Option<ReferCallStatus>,
        refer: Option<SipStatus>,
        notify: Option<SipStatus>,
    ) -> Self {
        Self { call_status, refer_code: refer, notify_code: notify }
    }

    /// `ReferCallStatus`: the state of the call to the target.
    #[must_use]
    pub fn call_status(&self) -> Option<&ReferCallStatus> {
        self.call_status.as_ref()
    }

    /// `ReferSipResponseCode`: the endpoint's response to the REFER.
    #[must_use]
    pub fn refer_sip_response_code(&self) -> Option<SipStatus> {
        self.refer_code
    }

    /// `NotifySipResponseCode`: the last status code of the call to the target.
    #[must_use]
    pub fn notify_sip_response_code(&self) -> Option<SipStatus> {
        self.notify_code
    }

    /// The parameters that are there, in the order of Twilio's documentation, ready to be joined with
    /// the standard voice parameters.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, String)> {
        let values = [
            self.call_status.as_ref().map(ToString::to_string),
            self.refer_code.map(|code| code.to_string()),
            self.notify_code.map(|code| code.to_string()),
        ];
        let pairs = Self::PARAMETER_NAMES.into_iter().zip(values);
        pairs.filter_map(|(name, value)| Some((name, value?)))
    }

    /// How the transfer ended.
    #[must_use]
    pub fn outcome(&self) -> ReferOutcome {
        ReferOutcome::classify(self.call_status.clone(), self.refer_code, self.notify_code)
    }
}
