//! The rules that move a transfer: how far it has come, one function for each kind of event, and one for
//! time. Reading and classifying a NOTIFY is in `notify`, the bytes in `saved`.

use std::fmt;

use serde::Deserialize;
use serde::Serialize;

use super::Event;
use super::Transfer;
use super::events::EventKind;
use super::events::QueuedOutput;
use super::notify::LastNotify;
use super::notify::Notification;
use super::notify::OK;
use super::notify::Verdict;
use super::settings::RejectedStatus;
use crate::Error;
use crate::error::ErrorKind;
use crate::webhook::Leg;
use crate::webhook::ReferCallStatus;
use crate::webhook::ReferReport;

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

/// What RFC 3261 §8.1.3.1 has a request count as answered with when no answer came.
const REQUEST_TIMEOUT: u16 = 408;
/// The same when it could not be sent.
const SERVICE_UNAVAILABLE: u16 = 503;

impl Transfer {
    /// Refuses what no wire can bring, before anything has changed.
    pub(super) fn refuse_misuse(&self, event: &Event<'_>) -> Result<(), Error> {
        let unexpected = |name| {
            let error = Error::new(ErrorKind::TransferEventUnexpected);
            Err(error.arg(name).arg(self.progress.state.as_str()))
        };
        match *event {
            Event::Start { .. } if self.progress.state != TransferState::Idle => {
                unexpected("start")
            }
            Event::Start { leg, .. } if leg != Leg::Sip => {
                Err(Error::new(ErrorKind::ReferNotSupported))
            }
            Event::Response { code, retry: Some(_), .. } if !matches!(code, 401 | 407) => {
                unexpected("retry without a challenge")
            }
            _ => Ok(()),
        }
    }

    pub(super) fn apply(&mut self, event: Event<'_>) {
        match event {
            Event::Start { cseq, first_in_dialog, .. } => {
                self.progress.state = TransferState::Referring;
                self.progress.first_in_dialog = first_in_dialog;
                self.sent(cseq);
                self.outputs.push(QueuedOutput::SendRefer);
            }
            Event::Response { code, refer_sub, retry } => self.on_response(code, refer_sub, retry),
            Event::Notify { event, cseq, subscription_state, body, in_dialog } => {
                self.on_notify(
                    Notification::read(event, subscription_state, body),
                    cseq,
                    in_dialog,
                );
            }
            Event::HangUp => self.on_hang_up(),
            Event::TransportError => self.on_transport_error(),
            Event::Time => {}
        }
    }

    fn sent(&mut self, cseq: u32) {
        self.progress.refer_cseq = cseq;
        self.progress.response_by = self.after(self.settings.response_timeout);
    }

    fn on_response(&mut self, code: u16, refer_sub: bool, retry: Option<u32>) {
        match (self.progress.state, code, retry) {
            (_, ..=99 | 700.., _) => self.outputs.push(QueuedOutput::CodeInvalid(code)),
            (TransferState::Idle | TransferState::Subscribed, ..) => {
                self.unexpected(EventKind::Response);
            }
            // Nobody waits for it any more.
            (TransferState::Completed, ..) if self.progress.refer_code.is_some() => {}
            (_, _, Some(cseq)) => self.sent(cseq),
            (_, 100..=199, None) => {}
            (_, 200..=299, None) => self.accepted(code, refer_sub),
            (_, _, None) => self.refused(code),
        }
    }

    fn accepted(&mut self, code: u16, refer_sub: bool) {
        self.progress.refer_code = Some(code);
        self.progress.response_by = 0;
        self.bound_duration();
        if !self.progress.notified {
            self.live_until(self.after(self.settings.notify_timeout));
        }
        self.progress.subscription_over |= !refer_sub;
        if self.progress.state == TransferState::Completed {
            return;
        }
        self.progress.state = TransferState::Subscribed;
        if let Some(status) = self.progress.decided.take() {
            self.complete(Some(status));
        } else if self.progress.grace_until.is_some() {
            if !refer_sub {
                self.complete(Some(ReferCallStatus::Canceled));
            }
        } else if !refer_sub {
            self.complete(None);
        }
    }

    fn refused(&mut self, code: u16) {
        self.progress.subscription_over = true;
        if self.progress.state == TransferState::Completed {
            return;
        }
        self.progress.refer_code = Some(code);
        if self.progress.grace_until.is_some() {
            return self.complete(Some(ReferCallStatus::Canceled));
        }
        if matches!(code, 408 | 481) {
            self.outputs.push(QueuedOutput::EndDialog);
        }
        self.refer_failed();
    }

    /// The REFER got no answer at all; `code` stands for what kept it away.
    fn unanswered(&mut self, code: u16) {
        self.progress.subscription_over = true;
        match self.progress.decided.take() {
            Some(status) => self.complete(Some(status)),
            None => {
                self.progress.refer_code = Some(code);
                self.refer_failed();
            }
        }
    }

    /// What NOTIFYs told before counts for nothing, so no code of theirs is reported.
    fn refer_failed(&mut self) {
        self.progress.last_code = None;
        self.complete(match self.settings.rejected_status {
            RejectedStatus::Failed => Some(ReferCallStatus::Failed),
            RejectedStatus::Omitted => None,
        });
    }

    fn on_notify(&mut self, said: Notification, cseq: u32, in_dialog: bool) {
        if self.progress.state == TransferState::Idle {
            self.unexpected(EventKind::Notify);
        }
        match self.progress.classify(said, cseq, in_dialog) {
            Verdict::Refused(code) => self.outputs.push(QueuedOutput::Reply(code)),
            Verdict::Accepted => {
                self.outputs.push(QueuedOutput::Reply(OK));
                self.accept_notify(said);
            }
        }
    }

    fn accept_notify(&mut self, said: Notification) {
        self.progress.notified = true;
        self.bound_duration();
        if said.ends_subscription() {
            self.progress.subscription_over = true;
        } else {
            let expires = said.expires.map(|seconds| u64::from(seconds) * 1000);
            let lifetime = expires.unwrap_or_else(|| self.settings.subscription.into());
            self.live_until(self.progress.now.saturating_add(lifetime));
        }
        if self.progress.state == TransferState::Completed || self.progress.decided.is_some() {
            return;
        }
        self.progress.last_code = said.code.or(self.progress.last_code);
        let status = said.code.and_then(|code| self.settings.status_of(code));
        match (status, self.progress.grace_until) {
            (Some(status), None) if self.progress.state == TransferState::Referring => {
                self.progress.decided = Some(status);
            }
            (Some(status), _) => self.complete(Some(status)),
            (None, _) if !said.ends_subscription() => {}
            (None, Some(_)) => self.complete(Some(ReferCallStatus::Canceled)),
            (None, None) if self.progress.state == TransferState::Referring => {
                self.progress.decided = Some(ReferCallStatus::Failed);
            }
            (None, None) => self.complete(Some(ReferCallStatus::Failed)),
        }
    }

    fn on_hang_up(&mut self) {
        match self.progress.state {
            TransferState::Idle => self.unexpected(EventKind::HangUp),
            TransferState::Completed => {}
            TransferState::Referring | TransferState::Subscribed => {
                if self.progress.grace_until.is_some() {
                    return;
                }
                // The target's call was decided before: an endpoint that hangs up then is no
                // caller who gave up.
                if let Some(status) = self.progress.decided.take() {
                    self.complete(Some(status));
                } else if self.settings.hang_up_grace == 0 {
                    self.complete(Some(ReferCallStatus::Canceled));
                } else {
                    self.progress.grace_until = Some(self.after(self.settings.hang_up_grace));
                }
            }
        }
    }

    fn on_transport_error(&mut self) {
        match self.progress.state {
            TransferState::Idle => self.unexpected(EventKind::TransportError),
            TransferState::Referring if self.progress.grace_until.is_none() => {
                self.unanswered(SERVICE_UNAVAILABLE);
            }
            // The dialog's own timers decide.
            _ => {}
        }
    }

    /// What happens when nothing happens.
    pub(super) fn handle_timeout(&mut self) {
        if self.progress.deadline().is_none_or(|deadline| self.progress.now < deadline) {
            return;
        }
        if self.progress.grace_until.is_some() {
            self.complete(Some(ReferCallStatus::Canceled));
        } else if self.progress.state == TransferState::Referring {
            self.outputs.push(QueuedOutput::EndDialog);
            self.unanswered(REQUEST_TIMEOUT);
        } else {
            self.progress.subscription_over = true;
            self.complete(self.progress.last_code.map(|_| ReferCallStatus::Failed));
        }
    }

    fn complete(&mut self, status: Option<ReferCallStatus>) {
        self.progress.state = TransferState::Completed;
        self.progress.report = Some(ReferReport {
            status,
            refer_code: self.progress.refer_code,
            notify_code: self.progress.last_code,
        });
        self.outputs.push(QueuedOutput::Completed);
    }

    fn after(&self, milliseconds: u32) -> u64 {
        self.progress.now.saturating_add(milliseconds.into())
    }

    /// The longest time runs from the first sign that the endpoint acts on the REFER.
    fn bound_duration(&mut self) {
        if self.progress.ends_by == 0 {
            self.progress.ends_by = self.after(self.settings.max_duration);
        }
    }

    fn live_until(&mut self, time: u64) {
        self.progress.notify_by = time.min(self.progress.ends_by);
    }

    fn unexpected(&mut self, kind: EventKind) {
        self.outputs.push(QueuedOutput::Unexpected(kind, self.progress.state));
    }
}
