//! How far a transfer has come: plain data, without the rules that move it (`rules`) and without its
//! bytes (`saved`).

use std::fmt;

use serde::{Deserialize, Serialize};

use super::notify::LastNotify;
use crate::webhook::{ReferCallStatus, ReferReport};

/// Where a [`Transfer`](crate::Transfer) stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TransferState {
    /// Not started.
    Idle,
    /// The REFER was sent, and has no final response.
    Referring,
    /// The REFER was accepted: NOTIFYs are awaited.
    Subscribed,
    /// The verb has ended.
    Completed,
}

impl TransferState {
    /// `idle`, `referring`, `subscribed` or `completed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Referring => "referring",
            Self::Subscribed => "subscribed",
            Self::Completed => "completed",
        }
    }
}

impl fmt::Display for TransferState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Times are milliseconds on the clock of whoever feeds the events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) state: TransferState,
    /// the latest time fed.
    pub(super) now: u64,
    /// The CSeq of the REFER; of the last one, after a challenge.
    pub(super) refer_cseq: u32,
    pub(super) first_in_dialog: bool,
    /// The final response to the REFER.
    pub(super) refer_code: Option<u16>,
    /// The last code of the call to the target.
    pub(super) last_code: Option<u16>,
    /// Until when a response to the REFER is awaited; 0 once it came.
    pub(super) response_by: u64,
    /// Until when the subscription lives; before the first NOTIFY, until when that is awaited.
    pub(super) notify_by: u64,
    /// Until when all of it must be over; 0 until the REFER was accepted or a NOTIFY came.
    pub(super) ends_by: u64,
    /// Since a hang-up: until when a last NOTIFY may still decide.
    pub(super) grace_until: Option<u64>,
    /// Whether a NOTIFY of this subscription came.
    pub(super) notified: bool,
    /// There is no subscription any more, or there never will be.
    pub(super) subscription_over: bool,
    /// What NOTIFYs said before the REFER was answered.
    pub(super) decided: Option<ReferCallStatus>,
    pub(super) last_notify: Option<LastNotify>,
    #[serde(skip)] // `saved` writes it apart
    pub(super) report: Option<ReferReport>,
}

impl Progress {
    pub(super) const fn new() -> Self {
        Self {
            state: TransferState::Idle,
            now: 0,
            refer_cseq: 0,
            first_in_dialog: true,
            refer_code: None,
            last_code: None,
            response_by: 0,
            notify_by: 0,
            ends_by: 0,
            grace_until: None,
            notified: false,
            subscription_over: false,
            decided: None,
            last_notify: None,
            report: None,
        }
    }

    pub(super) fn deadline(&self) -> Option<u64> {
        match self.state {
            TransferState::Idle | TransferState::Completed => None,
            _ if self.grace_until.is_some() => self.grace_until,
            TransferState::Referring => Some(self.response_by),
            TransferState::Subscribed => Some(self.notify_by),
        }
    }

    /// After the end nobody watches the clock: whether a late NOTIFY still finds its subscription
    /// is told by its own time.
    pub(super) fn subscription_is_over(&self) -> bool {
        let timed_out = self.now >= self.response_by.max(self.notify_by);
        self.subscription_over || (self.state == TransferState::Completed && timed_out)
    }
}
