//! The rules that move a transfer: one function for each kind of event, and one for time. Reading a NOTIFY
//! is in `notify`, the bytes in `saved`.

use super::events::{EventKind, QueuedOutput};
use super::notify::{
    BAD_EVENT, BAD_REQUEST, Id, LastNotify, NO_SUBSCRIPTION, Notification, OK, OUT_OF_ORDER,
    Subscription,
};
use super::settings::RejectedStatus;
use super::state::{Progress, TransferState};
use super::{Event, Transfer};
use crate::Error;
use crate::error::ErrorKind;
use crate::sip::SipStatus;
use crate::webhook::{Leg, ReferCallStatus, ReferReport};

/// What RFC 3261 §8.1.3.1 has a request count as answered with when no answer came.
const REQUEST_TIMEOUT: u16 = 408;
/// The same when it could not be sent.
const SERVICE_UNAVAILABLE: u16 = 503;

/// What becomes of a NOTIFY.
enum Verdict {
    /// It counts; the reply is 200.
    Accepted,
    /// It changes nothing; the reply is this.
    Refused(u16),
}

impl Progress {
    /// Classifies and remembers it. A repeat has been accounted for: it gets its reply again.
    fn classify(&mut self, said: Notification, cseq: u32, in_dialog: bool) -> Verdict {
        let before = self.last_notify.filter(|_| in_dialog);
        if let Some(last) = before.filter(|last| (last.cseq, last.notification) == (cseq, said)) {
            return Verdict::Refused(last.reply);
        }
        let in_order = before.is_none_or(|last| cseq > last.cseq);
        let reply = if !said.is_refer {
            BAD_EVENT
        } else if !in_dialog || !self.is_ours(said.id) || self.subscription_is_over() {
            NO_SUBSCRIPTION
        } else if said.subscription == Subscription::Missing {
            BAD_REQUEST
        } else if !in_order {
            OUT_OF_ORDER
        } else {
            OK
        };
        if in_dialog && in_order {
            self.last_notify = Some(LastNotify { cseq, notification: said, reply });
        }
        if reply == OK { Verdict::Accepted } else { Verdict::Refused(reply) }
    }

    fn is_ours(&self, id: Id) -> bool {
        self.state != TransferState::Idle
            && match id {
                Id::Missing => self.first_in_dialog,
                Id::Number(number) => number == self.refer_cseq,
                Id::Other => false,
            }
    }
}

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
        let code = |code: Option<u16>| code.and_then(|code| SipStatus::new(code).ok());
        let (refer, notify) = (code(self.progress.refer_code), code(self.progress.last_code));
        self.progress.report = Some(ReferReport::new(status, refer, notify));
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
