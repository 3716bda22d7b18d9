//! [`TransferSettings`]: timeouts, and what is reported. The defaults and bounds are in `limits`, the
//! standard status map is that of [`ReferCallStatus`].

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::error::ErrorKind;
use crate::limits::{
    DEFAULT_MAX_DURATION_MS, DEFAULT_SUBSCRIPTION_MS, MAX_STATUS_BYTES, MAX_TRANSFER_TIMEOUT_MS,
    TIMER_F_MS, TIMER_N_MS,
};
use crate::sip::SipStatus;
use crate::webhook::ReferCallStatus;

/// Which `ReferCallStatus` is reported when the endpoint rejects the REFER, never answers it, or
/// cannot be reached: Twilio's documentation says both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RejectedStatus {
    /// `failed`, as its third scenario shows.
    #[default]
    Failed,
    /// No status, as its table of parameters says.
    Omitted,
}

/// How long a [`Transfer`](crate::Transfer) waits for what, and what it reports.
///
/// ```
/// use std::time::Duration;
/// use twiml_refer::{
///     SipUri, Transfer, sip::SipStatus, transfer::{RejectedStatus, TransferSettings},
///     webhook::ReferCallStatus,
/// };
///
/// let settings = TransferSettings::new()
///     .with_hang_up_grace(Duration::from_secs(1))?
///     .with_rejected_status(RejectedStatus::Omitted)
///     .with_status(603, ReferCallStatus::Busy)?;
/// let transfer = Transfer::with_settings(SipUri::parse("sip:alice@example.com")?, settings);
/// let decline = SipStatus::new(603)?;
/// assert_eq!(transfer.settings().status_of(decline), Some(ReferCallStatus::Busy));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TransferSettings {
    pub(super) response_timeout: u32,
    pub(super) notify_timeout: u32,
    pub(super) subscription: u32,
    pub(super) max_duration: u32,
    pub(super) hang_up_grace: u32,
    pub(super) rejected_status: RejectedStatus,
    /// What differs from the standard map.
    pub(super) statuses: BTreeMap<SipStatus, ReferCallStatus>,
}

impl TransferSettings {
    /// The defaults.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            response_timeout: TIMER_F_MS,
            notify_timeout: TIMER_N_MS,
            subscription: DEFAULT_SUBSCRIPTION_MS,
            max_duration: DEFAULT_MAX_DURATION_MS,
            hang_up_grace: 0,
            rejected_status: RejectedStatus::Failed,
            statuses: BTreeMap::new(),
        }
    }

    /// What is reported when the REFER itself fails.
    #[must_use]
    pub fn with_rejected_status(mut self, status: RejectedStatus) -> Self {
        self.rejected_status = status;
        self
    }

    /// Reports another status than [`ReferCallStatus::from_notify_code`] for a final code of the
    /// call to the target. The last call for a code counts.
    ///
    /// # Errors
    ///
    /// `setting-invalid`: the code is not 200 to 699, or the status has no text or one of more than
    /// [`MAX_STATUS_BYTES`] bytes.
    pub fn with_status(
        mut self,
        code: impl Into<i64>,
        status: ReferCallStatus,
    ) -> Result<Self, Error> {
        let code = code.into();
        let status_code = SipStatus::new(code).ok().filter(|code| code.is_final());
        let status_code = status_code
            .ok_or_else(|| refused("status code", "a final one, 200 to 699", &code.to_string()))?;
        if !(1..=MAX_STATUS_BYTES).contains(&status.as_str().len()) {
            let expected = format!("1 to {MAX_STATUS_BYTES} bytes");
            let shown = if status.as_str().is_empty() { "nothing" } else { status.as_str() };
            return Err(refused("status", &expected, shown));
        }
        self.statuses.insert(status_code, status);
        Ok(self)
    }

    /// Returns what was set by [`with_rejected_status`](Self::with_rejected_status).
    #[must_use]
    pub const fn rejected_status(&self) -> RejectedStatus {
        self.rejected_status
    }

    /// The codes whose status differs from the standard map, in ascending order.
    pub fn statuses(&self) -> impl Iterator<Item = (SipStatus, &ReferCallStatus)> {
        self.statuses.iter().map(|(code, status)| (*code, status))
    }

    /// The status that is reported for a code of the call to the target; `None` for a provisional one.
    #[must_use]
    pub fn status_of(&self, code: SipStatus) -> Option<ReferCallStatus> {
        let changed = self.statuses.get(&code).cloned();
        changed.or_else(|| ReferCallStatus::from_notify_code(code))
    }
}

/// The getters and setters of the times.
macro_rules! times {
    ($( $(#[doc = $doc:literal])+ $name:ident, $with:ident: $label:literal, at least $least:literal; )*) => {
        impl TransferSettings {$(
            $(#[doc = $doc])+
            #[must_use]
            pub const fn $name(&self) -> Duration {
                Duration::from_millis(self.$name as u64)
            }

            #[doc = concat!("Sets [`", stringify!($name), "`](Self::", stringify!($name), ").")]
            ///
            /// # Errors
            ///
            #[doc = concat!("`setting-invalid`: less than ", $least, " ms or more than")]
            /// [`MAX_TRANSFER_TIMEOUT_MS`] milliseconds.
            pub fn $with(mut self, time: Duration) -> Result<Self, Error> {
                self.$name = milliseconds($label, time, $least)?;
                Ok(self)
            }
        )*}
    };
}

times! {
    /// How long to wait for a final response to the REFER: 32 s by default, timer F of RFC 3261
    /// §17.1.2.2.
    response_timeout, with_response_timeout: "response timeout", at least 1;
    /// How long to wait for the first NOTIFY after the REFER was accepted: 32 s by default, timer N of
    /// RFC 6665 §4.1.2.4.
    notify_timeout, with_notify_timeout: "notify timeout", at least 1;
    /// How long a subscription lives after a NOTIFY without `expires`: 180 s by default, after timer C
    /// of RFC 3261 §16.6.
    subscription, with_subscription: "subscription lifetime", at least 1;
    /// How long a transfer may last, counted from the 2xx to the REFER (or from the first NOTIFY, if that
    /// came before), whatever `expires` says: ten minutes by default. After it the transfer completes
    /// as when the subscription expires.
    max_duration, with_max_duration: "longest time", at least 1;
    /// How long to wait after a hang-up for a last NOTIFY that races it (RFC 5057 §5.5): by default not at
    /// all; a second is enough in practice.
    hang_up_grace, with_hang_up_grace: "hang-up grace", at least 0;
}

impl Default for TransferSettings {
    fn default() -> Self {
        Self::new()
    }
}

fn milliseconds(name: &str, duration: Duration, least: u32) -> Result<u32, Error> {
    // Rounded up: a short time is not 0.
    let milliseconds = duration.as_nanos().div_ceil(1_000_000);
    u32::try_from(milliseconds)
        .ok()
        .filter(|milliseconds| (least..=MAX_TRANSFER_TIMEOUT_MS).contains(milliseconds))
        .ok_or_else(|| {
            let expected = format!("{least} ms to {} hours", MAX_TRANSFER_TIMEOUT_MS / 3_600_000);
            refused(name, &expected, &format!("{milliseconds} ms"))
        })
}

fn refused(name: &str, expected: &str, value: &str) -> Error {
    Error::new(ErrorKind::SettingInvalid).arg(name).arg(expected).arg(value)
}
