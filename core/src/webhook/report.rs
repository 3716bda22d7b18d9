//! How a transfer ended: [`ReferCallStatus`] with the one map from SIP codes, and [`ReferOutcome`] with
//! the one table that tells it from the three parameters of `<Refer>`, which a [`ReferReport`] holds.

use std::fmt;

use super::callback::ReferCallback;
use crate::message::quote;
use crate::sip::SipStatus;

/// How the call to the transfer target stands, as the `ReferCallStatus` parameter says.
///
/// ```
/// use twiml_refer::{sip::SipStatus, webhook::ReferCallStatus};
///
/// assert_eq!(ReferCallStatus::from("no-answer"), ReferCallStatus::NoAnswer);
/// assert_eq!(ReferCallStatus::from("parked").as_str(), "parked");
/// let busy_here = SipStatus::new(486)?;
/// assert_eq!(ReferCallStatus::from_notify_code(busy_here), Some(ReferCallStatus::Busy));
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
    /// `no-answer`, any other `failed`. `None` for a provisional code (1xx), which
    /// decides nothing.
    #[must_use]
    pub const fn from_notify_code(code: SipStatus) -> Option<Self> {
        match code.as_u16() {
            200..=299 => Some(Self::InProgress),
            486 | 600 => Some(Self::Busy),
            487 => Some(Self::NoAnswer),
            ..200 => None,
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

impl fmt::Display for ReferCallStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn known_status(code: u16) -> Option<ReferCallStatus> {
    SipStatus::new(code).ok().and_then(ReferCallStatus::from_notify_code)
}

/// How a transfer ended, told from the status and the two codes of a callback.
///
/// ```
/// use twiml_refer::{ReferOutcome, webhook::{ReferCallStatus, ReferCallback}};
///
/// let callback = ReferCallback::from_form(
///     b"ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486",
/// )?;
/// let outcome = callback.outcome();
/// assert_eq!(
///     outcome,
///     ReferOutcome::TargetFailed { status: ReferCallStatus::Busy, code: Some(486) },
/// );
/// assert_eq!((outcome.kind(), outcome.status(), outcome.code()), ("target-failed", Some("busy"), Some(486)));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferOutcome {
    /// The target answered: the caller is no longer with the app.
    Transferred,
    /// The endpoint refused the REFER itself.
    Rejected {
        /// Its answer to the REFER, 300 to 699.
        code: u16,
    },
    /// The endpoint called the target, and that call failed.
    TargetFailed {
        /// `busy`, `no-answer` or `failed`.
        status: ReferCallStatus,
        /// The last SIP code of that call, where one was reported.
        code: Option<u16>,
    },
    /// The caller hung up before it was decided.
    Canceled,
    /// The endpoint never told how it went: it may or may not have transferred the caller.
    Unconfirmed,
    /// Twilio sent a status that this version does not know.
    Unknown {
        /// That status.
        status: String,
    },
}

impl ReferOutcome {
    /// The first row that matches; a provisional code of the REFER counts as none.
    pub(crate) fn classify(
        status: Option<ReferCallStatus>,
        refer_code: Option<u16>,
        notify_code: Option<u16>,
    ) -> Self {
        use ReferCallStatus::{Busy, Canceled, Failed, InProgress, NoAnswer, Other};
        let refused = refer_code.filter(|&code| code >= 300);
        match (status, refused) {
            (Some(InProgress), _) => Self::Transferred,
            (Some(Canceled), _) => Self::Canceled,
            // Some platform versions report a refusal without a status, others as `failed`.
            (_, Some(code)) => Self::Rejected { code },
            (Some(status @ (Busy | NoAnswer | Failed)), None) => {
                Self::TargetFailed { status, code: notify_code }
            }
            (Some(Other(status)), None) => Self::Unknown { status },
            (None, None) => match notify_code.and_then(known_status) {
                Some(InProgress) => Self::Transferred,
                Some(status) => Self::TargetFailed { status, code: notify_code },
                None => Self::Unconfirmed,
            },
        }
    }

    /// Whether the original call goes on, where the request has this `CallStatus`.
    pub(super) fn leaves_call(&self, call_status: Option<&str>) -> bool {
        let gone = matches!(
            (self, call_status),
            (Self::Transferred | Self::Canceled, _)
                | (_, Some("completed" | "canceled" | "busy" | "failed" | "no-answer"))
                | (Self::Rejected { code: 408 | 481 }, None)
        );
        !gone
    }

    /// What [`kind`](Self::kind) may say.
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

    /// The SIP code of [`Rejected`](Self::Rejected) and [`TargetFailed`](Self::TargetFailed).
    #[must_use]
    pub const fn code(&self) -> Option<u16> {
        match self {
            Self::Rejected { code } => Some(*code),
            Self::TargetFailed { code, .. } => *code,
            _ => None,
        }
    }

    /// What happened, for a person, as a clause to stand in a sentence of theirs.
    ///
    /// ```
    /// use twiml_refer::ReferOutcome;
    ///
    /// assert_eq!(
    ///     ReferOutcome::Rejected { code: 405 }.explanation(),
    ///     "the endpoint refused the REFER with 405: it called nobody, and the app can go on with the caller",
    /// );
    /// ```
    #[must_use]
    pub fn explanation(&self) -> String {
        const RESUME: &str = "the app can go on with the caller";
        match self {
            Self::Transferred => {
                "the target answered: the caller is with the target, no longer with the app"
                    .to_owned()
            }
            // What Twilio reports for silence and for a broken connection, too.
            Self::Rejected { code: 408 } => {
                "the endpoint never answered the REFER, or with 408: there was no transfer"
                    .to_owned()
            }
            Self::Rejected { code: 503 } => {
                "the REFER did not reach the endpoint, or got 503: there was no transfer".to_owned()
            }
            Self::Rejected { code: 481 } => {
                "the endpoint knows no such call (481): there was no transfer".to_owned()
            }
            Self::Rejected { code } => {
                format!(
                    "the endpoint refused the REFER with {code}: it called nobody, and {RESUME}"
                )
            }
            Self::TargetFailed { status, code } => {
                let how = match (status, code) {
                    (ReferCallStatus::Busy, _) => "the target was busy",
                    (ReferCallStatus::NoAnswer, _) => "the target did not answer",
                    (_, Some(100..=199)) => "the call to the target came to no end",
                    _ => "the call to the target failed",
                };
                let code = code.map(|code| format!(" ({code})")).unwrap_or_default();
                format!("the endpoint accepted the REFER, but {how}{code}: {RESUME}")
            }
            Self::Canceled => "the call ended before the transfer was decided".to_owned(),
            Self::Unconfirmed => {
                "the endpoint accepted the REFER, but never told how the call to the \
                target went: the caller may have been transferred or not"
                    .to_owned()
            }
            Self::Unknown { status } => {
                format!(
                    "Twilio reported the status {}, which this version does not know",
                    quote(status)
                )
            }
        }
    }
}

/// The parameters of `<Refer>` in the request to the action URL; absent ones are left out.
///
/// ```
/// use twiml_refer::{ReferOutcome, SipUri, Transfer, transfer::{Output, Response, Start}};
///
/// let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
/// transfer.handle(Start::new(1), 0)?;
/// assert_eq!(transfer.poll(), Some(Output::SendRefer));
/// transfer.handle(Response::new(405), 50)?;
///
/// let Some(Output::Completed(report)) = transfer.poll() else { unreachable!() };
/// let params: Vec<_> = report.params().collect();
/// assert_eq!(params[0], ("ReferCallStatus", "failed".to_owned()));
/// assert_eq!(params[1], ("ReferSipResponseCode", "405".to_owned()));
/// assert_eq!(report.outcome(), ReferOutcome::Rejected { code: 405 });
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReferReport {
    status: Option<ReferCallStatus>,
    refer_code: Option<SipStatus>,
    notify_code: Option<SipStatus>,
}

impl ReferReport {
    /// A report with these parameters; `None`: the parameter is left out.
    #[must_use]
    pub const fn new(
        call_status: Option<ReferCallStatus>,
        refer_sip_response_code: Option<SipStatus>,
        notify_sip_response_code: Option<SipStatus>,
    ) -> Self {
        Self {
            status: call_status,
            refer_code: refer_sip_response_code,
            notify_code: notify_sip_response_code,
        }
    }

    /// `ReferCallStatus`: how the call to the target stands.
    #[must_use]
    pub fn call_status(&self) -> Option<&ReferCallStatus> {
        self.status.as_ref()
    }

    /// `ReferSipResponseCode`: the endpoint's answer to the REFER.
    #[must_use]
    pub fn refer_sip_response_code(&self) -> Option<SipStatus> {
        self.refer_code
    }

    /// `NotifySipResponseCode`: the last code of the call to the target.
    #[must_use]
    pub fn notify_sip_response_code(&self) -> Option<SipStatus> {
        self.notify_code
    }

    /// Names and values in the order of Twilio's documentation, ready to be joined with the
    /// standard voice parameters.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, String)> {
        let values = [
            self.status.as_ref().map(ReferCallStatus::to_string),
            self.refer_code.map(|code| code.to_string()),
            self.notify_code.map(|code| code.to_string()),
        ];
        ReferCallback::PARAMETER_NAMES
            .into_iter()
            .zip(values)
            .filter_map(|(name, value)| value.map(|value| (name, value)))
    }

    /// What the app that receives them will read.
    #[must_use]
    pub fn outcome(&self) -> ReferOutcome {
        let number = |code: Option<SipStatus>| code.map(SipStatus::as_u16);
        ReferOutcome::classify(
            self.status.clone(),
            number(self.refer_code),
            number(self.notify_code),
        )
    }
}
