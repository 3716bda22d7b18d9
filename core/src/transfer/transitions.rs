//! The rules that move a transfer: one function for each kind of event, and one for time.

use super::event::EventKind;
use super::notification::{Notification, OK, Verdict};
use super::output::Waiting;
use super::progress::TransferState;
use super::report::ReferReport;
use super::settings::RejectedStatus;
use super::{Event, Transfer};
use crate::{Error, ErrorKind, Leg, ReferCallStatus};

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
                unexpected("a start")
            }
            Event::Start { leg, .. } if leg != Leg::Sip => {
                Err(Error::new(ErrorKind::ReferNotSupported))
            }
            Event::Response { code, retry: Some(_), .. } if !matches!(code, 401 | 407) => {
                unexpected("a retry without a challenge")
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
                self.outputs.push(Waiting::SendRefer);
            }
            Event::Response { code, refer_sub, retry } => self.respond(code, refer_sub, retry),
            Event::Notify { event, cseq, subscription_state, body, in_dialog } => {
                self.notify(Notification::read(event, subscription_state, body), cseq, in_dialog);
            }
            Event::HangUp => self.hang_up(),
            Event::TransportError => self.transport_error(),
            Event::Time => {}
        }
    }

    fn sent(&mut self, cseq: u32) {
        self.progress.refer_cseq = cseq;
        self.progress.response_by = self.after(self.settings.response_timeout);
    }

    fn respond(&mut self, code: u16, refer_sub: bool, retry: Option<u32>) {
        match (self.progress.state, code, retry) {
            (_, ..=99 | 700.., _) => self.outputs.push(Waiting::CodeInvalid(code)),
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
            self.outputs.push(Waiting::EndDialog);
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

    fn notify(&mut self, said: Notification, cseq: u32, in_dialog: bool) {
        if self.progress.state == TransferState::Idle {
            self.unexpected(EventKind::Notify);
        }
        match self.progress.judge(said, cseq, in_dialog) {
            Verdict::Refused(code) => self.outputs.push(Waiting::Reply(code)),
            Verdict::Accepted => {
                self.outputs.push(Waiting::Reply(OK));
                self.heed(said);
            }
        }
    }

    fn heed(&mut self, said: Notification) {
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

    fn hang_up(&mut self) {
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

    fn transport_error(&mut self) {
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
    pub(super) fn fire(&mut self) {
        if self.progress.deadline().is_none_or(|deadline| self.progress.now < deadline) {
            return;
        }
        if self.progress.grace_until.is_some() {
            self.complete(Some(ReferCallStatus::Canceled));
        } else if self.progress.state == TransferState::Referring {
            self.outputs.push(Waiting::EndDialog);
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
        self.outputs.push(Waiting::Completed);
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
        self.outputs.push(Waiting::Unexpected(kind, self.progress.state));
    }
}
