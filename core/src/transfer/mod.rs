//! The verb itself: [`Transfer`], a sans-IO state machine for REFER and NOTIFY (RFC 3515, RFC 6665) that
//! any SIP stack can drive.
//!
//! [`Event`] is what the stack feeds, [`Output`] what it is asked to do. What Twilio then sends to the
//! app is read in [`webhook`](crate::webhook).

mod events;
mod notify;
mod saved;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::ErrorKind;
use crate::sip::SipStatus;
use crate::webhook::{Leg, ReferCallStatus, ReferReport};
use crate::{Error, SipUri};
pub use events::{Event, Notify, Output, Response, Start, TransferState};
use events::{EventKind, QueuedOutput};
use notify::{Id, LastNotify, Notification, Subscription};
pub use settings::{RejectedStatus, TransferSettings};

/// One `<Refer>` in progress: from the REFER to the parameters for the action URL.
///
/// It has no socket, clock or thread: feed what the SIP stack receives with [`handle`](Self::handle),
/// do what [`poll`](Self::poll) asks until it returns `None`, and call
/// [`handle_timeout`](Self::handle_timeout) at the [deadline](Self::deadline_ms). Every NOTIFY gets
/// exactly one [`Output::Reply`], [`Output::Completed`] comes at most once, and it has come once the
/// deadlines have passed.
///
/// Times are milliseconds on a clock that all who hold the transfer share, as Unix time; a time
/// before the last one counts as the last one. [`save`](Self::save) and [`restore`](Self::restore) move a
/// transfer between processes.
///
/// ```
/// use twiml_refer::{SipUri, Transfer, transfer::{Notify, Output, Response, Start}};
///
/// let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
/// transfer.handle(Start::new(1), 0)?;
/// assert_eq!(transfer.poll(), Some(Output::SendRefer));
/// assert_eq!(transfer.refer_to(), "<sip:alice@example.com>");
///
/// transfer.handle(Response::new(202), 50)?;
/// assert_eq!(transfer.deadline_ms(), Some(32_050));
///
/// let busy = Notify::new(1, "refer;id=1", "SIP/2.0 486 Busy Here\r\n")
///     .with_subscription_state("terminated;reason=noresource");
/// transfer.handle(busy, 9_500)?;
/// assert!(matches!(transfer.poll(), Some(Output::Reply(status)) if status == 200));
/// let Some(Output::Completed(report)) = transfer.poll() else { unreachable!() };
/// assert_eq!(report.outcome().kind(), "target-failed");
/// assert_eq!(transfer.poll(), None);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
///
/// Stacks do more or less of this themselves, and all can drive it:
///
/// * One that chooses the CSeq number: [`Start::without_cseq`], and [`Event::Cseq`] once it is known.
/// * One that answers challenges: [`Event::Cseq`] with the new number, and the final [`Response`].
/// * One that answers NOTIFYs: feed them, and ignore [`Output::Reply`].
/// * One that reads NOTIFYs and reports only code and finality: [`Event::status`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    target: SipUri,
    settings: Arc<TransferSettings>,
    progress: Progress,
    report: Option<ReferReport>,
    outputs: VecDeque<QueuedOutput>,
}

/// How far a transfer has come; times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    state: TransferState,
    /// The latest time fed.
    now: u64,
    /// The CSeq of the REFER; of the last one, after a challenge. `None`: the stack has not said it.
    refer_cseq: Option<u32>,
    first_in_dialog: bool,
    /// The final response to the REFER.
    refer_code: Option<SipStatus>,
    /// The last code of the call to the target.
    last_code: Option<SipStatus>,
    /// Until when a response to the REFER is awaited.
    response_by: Option<u64>,
    /// Until when the subscription lives; before the first NOTIFY, until when that is awaited.
    notify_by: Option<u64>,
    /// Until when all of it must be over: set once the REFER was accepted or a NOTIFY came.
    ends_by: Option<u64>,
    /// After a hang-up: until when a last NOTIFY may still decide.
    grace_until: Option<u64>,
    /// The subscription has ended, or there will never be one.
    subscription_over: bool,
    /// What NOTIFYs said before the REFER was answered.
    decided: Option<ReferCallStatus>,
    last_notify: Option<LastNotify>,
}

/// An event is refused while more outputs than these are pending.
const MAX_PENDING: usize = 4;

impl Transfer {
    /// A transfer to this target with the default settings, not yet started.
    #[must_use]
    pub fn new(target: SipUri) -> Self {
        Self::with_settings(target, TransferSettings::new())
    }

    /// A transfer with other settings; many transfers may share one `Arc` of them.
    #[must_use]
    pub fn with_settings(target: SipUri, settings: impl Into<Arc<TransferSettings>>) -> Self {
        let progress = Progress {
            state: TransferState::Idle,
            now: 0,
            refer_cseq: None,
            first_in_dialog: true,
            refer_code: None,
            last_code: None,
            response_by: None,
            notify_by: None,
            ends_by: None,
            grace_until: None,
            subscription_over: false,
            decided: None,
            last_notify: None,
        };
        let settings = settings.into();
        Self { target, settings, progress, report: None, outputs: VecDeque::new() }
    }

    /// Takes in what happened at the time `now_ms`. Deadlines up to then come first.
    ///
    /// What comes from the wire is never an error: a response in another state, a code that SIP does
    /// not have, a NOTIFY or a hang-up before the start are answered or ignored as SIP says, and leave
    /// an [`Output::Diagnostic`].
    ///
    /// # Errors
    ///
    /// Only misuse, and then nothing has changed, the clock included:
    ///
    /// * `refer-not-supported` (Twilio error 13801): the leg is not SIP; nothing is sent.
    /// * `transfer-event-unexpected`: a second start, a CSeq before the start, or a retry after another
    ///   code than 401 and 407.
    /// * `transfer-outputs-pending`: [`poll`](Self::poll) first, then feed the same event again.
    pub fn handle<'a>(&mut self, event: impl Into<Event<'a>>, now_ms: u64) -> Result<(), Error> {
        let event = event.into();
        if self.outputs.len() > MAX_PENDING {
            let pending = self.outputs.len().to_string();
            return Err(Error::new(ErrorKind::TransferOutputsPending).arg(&pending));
        }
        self.refuse_misuse(event)?;
        self.progress.now = self.progress.now.max(now_ms);
        self.fire_deadline();
        match event {
            Event::Start(start) => self.on_start(start),
            Event::Response(response) => self.on_response(response),
            Event::Notify(notify) => self.on_notify(notify),
            Event::Cseq(cseq) => self.on_cseq(cseq),
            Event::Status { code, is_final } => self.on_status(code, is_final),
            Event::HangUp => self.on_hang_up(),
            Event::TransportError => self.on_transport_error(),
            Event::Time => {}
        }
        Ok(())
    }

    /// Fires the deadline if it has come: the same as feeding [`Event::Time`].
    ///
    /// # Errors
    ///
    /// `transfer-outputs-pending`: [`poll`](Self::poll) first.
    pub fn handle_timeout(&mut self, now_ms: u64) -> Result<(), Error> {
        self.handle(Event::Time, now_ms)
    }

    /// What to do next; call it after every event until there is nothing.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()?.into_output(self.report.as_ref())
    }

    /// When to call [`handle_timeout`](Self::handle_timeout) if nothing else comes before; a time that
    /// is past means at once. `None`: there is nothing to wait for.
    #[must_use]
    pub fn deadline_ms(&self) -> Option<u64> {
        match self.progress.state {
            TransferState::Idle | TransferState::Completed => None,
            _ if self.progress.grace_until.is_some() => self.progress.grace_until,
            TransferState::Referring => self.progress.response_by,
            TransferState::Subscribed => self.progress.notify_by,
        }
    }

    /// The value for the Refer-To header, always in angle brackets.
    #[must_use]
    pub fn refer_to(&self) -> String {
        self.target.to_refer_to()
    }

    /// The target.
    #[must_use]
    pub fn target(&self) -> &SipUri {
        &self.target
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &TransferSettings {
        &self.settings
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> TransferState {
        self.progress.state
    }

    /// The parameters for the action URL, once completed.
    #[must_use]
    pub fn report(&self) -> Option<&ReferReport> {
        self.report.as_ref()
    }
}

/// The rules: one function for each kind of event, and one for time.
impl Transfer {
    /// Refuses misuse of the API, before anything has changed.
    fn refuse_misuse(&self, event: Event<'_>) -> Result<(), Error> {
        let unexpected = |name| {
            let error = Error::new(ErrorKind::TransferEventUnexpected);
            Err(error.arg(name).arg(self.progress.state.as_str()))
        };
        match event {
            Event::Start(_) if self.progress.state != TransferState::Idle => unexpected("start"),
            Event::Start(start) if start.leg != Leg::Sip => {
                Err(Error::new(ErrorKind::ReferNotSupported))
            }
            Event::Cseq(_) if self.progress.state == TransferState::Idle => unexpected("CSeq"),
            Event::Response(Response { code, retry: Some(_), .. })
                if !matches!(code, 401 | 407) =>
            {
                unexpected("retry without a challenge")
            }
            _ => Ok(()),
        }
    }

    fn on_start(&mut self, start: Start) {
        self.progress.state = TransferState::Referring;
        self.progress.first_in_dialog = start.first_in_dialog;
        self.progress.refer_cseq = start.cseq;
        self.progress.response_by = Some(self.after(self.settings.response_timeout));
        self.outputs.push_back(QueuedOutput::SendRefer);
    }

    fn on_cseq(&mut self, cseq: u32) {
        self.progress.refer_cseq = Some(cseq);
        if self.progress.response_by.is_some() {
            self.progress.response_by = Some(self.after(self.settings.response_timeout));
        }
    }

    fn on_response(&mut self, response: Response) {
        let Some(code) = self.checked(response.code) else { return };
        match (self.progress.state, self.progress.refer_code) {
            (TransferState::Idle, _) | (TransferState::Subscribed, Some(_)) => {
                self.unexpected(EventKind::Response);
            }
            // A late response changes nothing.
            (TransferState::Completed, Some(_)) => {}
            _ => match response.retry {
                Some(cseq) => self.on_cseq(cseq),
                None if code.is_provisional() => {}
                None if code.is_success() => self.accepted(Some(code), response.refer_sub),
                None => self.refused(code),
            },
        }
    }

    /// The REFER was accepted; without a code if only what followed said so.
    fn accepted(&mut self, code: Option<SipStatus>, refer_sub: bool) {
        self.progress.refer_code = code;
        self.progress.response_by = None;
        if self.progress.notify_by.is_none() {
            self.live_until(self.after(self.settings.notify_timeout));
        }
        self.progress.subscription_over |= !refer_sub;
        if self.progress.state == TransferState::Completed {
            return;
        }
        self.progress.state = TransferState::Subscribed;
        if let Some(status) = self.progress.decided.take() {
            self.complete(Some(status));
        } else if !refer_sub {
            self.complete(self.progress.grace_until.map(|_| ReferCallStatus::Canceled));
        }
    }

    fn refused(&mut self, code: SipStatus) {
        self.progress.subscription_over = true;
        if self.progress.state == TransferState::Completed {
            return;
        }
        self.progress.refer_code = Some(code);
        if self.progress.grace_until.is_some() {
            return self.complete(Some(ReferCallStatus::Canceled));
        }
        if matches!(code, SipStatus::REQUEST_TIMEOUT | SipStatus::NO_TRANSACTION) {
            self.outputs.push_back(QueuedOutput::EndDialog);
        }
        self.refer_failed();
    }

    /// The REFER got no answer; `code` is what RFC 3261 §8.1.3.1 has that count as.
    fn unanswered(&mut self, code: SipStatus) {
        self.progress.subscription_over = true;
        match self.progress.decided.take() {
            Some(status) => self.complete(Some(status)),
            None => {
                self.progress.refer_code = Some(code);
                self.refer_failed();
            }
        }
    }

    /// No code of a NOTIFY is reported: what came before counts for nothing.
    fn refer_failed(&mut self) {
        self.progress.last_code = None;
        self.complete(match self.settings.rejected_status {
            RejectedStatus::Failed => Some(ReferCallStatus::Failed),
            RejectedStatus::Omitted => None,
        });
    }

    fn on_notify(&mut self, notify: Notify<'_>) {
        if self.progress.state == TransferState::Idle {
            self.unexpected(EventKind::Notify);
        }
        let notification = Notification::read(&notify);
        let last = self.progress.last_notify.filter(|_| notify.in_dialog);
        let reply = match last {
            // A repeat has been accounted for: it gets its reply again.
            Some(last) if (last.cseq, last.notification) == (notify.cseq, notification) => {
                return self.outputs.push_back(QueuedOutput::Reply(last.reply));
            }
            _ if !notification.is_refer => SipStatus::BAD_EVENT,
            _ if !notify.in_dialog || !self.is_ours(notification.id) || self.is_unsubscribed() => {
                SipStatus::NO_TRANSACTION
            }
            _ if notification.subscription == Subscription::Missing => SipStatus::BAD_REQUEST,
            Some(last) if notify.cseq <= last.cseq => SipStatus::SERVER_ERROR,
            _ => SipStatus::OK,
        };
        self.outputs.push_back(QueuedOutput::Reply(reply));
        if notify.in_dialog && last.is_none_or(|last| notify.cseq > last.cseq) {
            let cseq = notify.cseq;
            self.progress.last_notify = Some(LastNotify { cseq, notification, reply });
        }
        if reply == SipStatus::OK {
            let is_over = notification.subscription == Subscription::Terminated;
            self.on_subscription(notification.code, is_over, notification.expires);
        }
    }

    /// Whether an id is that of this REFER.
    fn is_ours(&self, id: Id) -> bool {
        self.progress.state != TransferState::Idle
            && match id {
                Id::Missing => self.progress.first_in_dialog,
                Id::Number(number) => self.progress.refer_cseq.is_none_or(|cseq| cseq == number),
                Id::Other => false,
            }
    }

    /// Whether the subscription is over. No deadline fires in a completed transfer, so the time decides.
    fn is_unsubscribed(&self) -> bool {
        let ends = self.progress.response_by.max(self.progress.notify_by);
        self.progress.subscription_over
            || self.progress.state == TransferState::Completed
                && ends.is_none_or(|end| self.progress.now >= end)
    }

    fn on_status(&mut self, code: i64, is_final: bool) {
        let code = self.checked(code);
        if self.progress.state == TransferState::Idle {
            return self.unexpected(EventKind::Status);
        }
        if self.progress.state == TransferState::Referring {
            self.accepted(None, true);
        }
        self.on_subscription(code, is_final, None);
    }

    /// What an accepted NOTIFY or a status says: a code of the call to the target, if it has one,
    /// whether the subscription is over, and for how many seconds it lives else.
    fn on_subscription(&mut self, code: Option<SipStatus>, is_over: bool, expires: Option<u32>) {
        if is_over {
            self.progress.subscription_over = true;
        } else {
            let expires_ms = expires.map(|seconds| u64::from(seconds) * 1000);
            let lifetime = expires_ms.unwrap_or_else(|| self.settings.subscription.into());
            self.live_until(self.progress.now.saturating_add(lifetime));
        }
        if self.progress.state == TransferState::Completed || self.progress.decided.is_some() {
            return;
        }
        self.progress.last_code = code.or(self.progress.last_code);
        let in_grace = self.progress.grace_until.is_some();
        let status = match code.and_then(|code| self.settings.status_of(code)) {
            Some(status) => status,
            None if !is_over => return,
            None if in_grace => ReferCallStatus::Canceled,
            None => ReferCallStatus::Failed,
        };
        if self.progress.state == TransferState::Referring && !in_grace {
            self.progress.decided = Some(status);
        } else {
            self.complete(Some(status));
        }
    }

    fn on_hang_up(&mut self) {
        match self.progress.state {
            TransferState::Idle => self.unexpected(EventKind::HangUp),
            TransferState::Completed => {}
            _ if self.progress.grace_until.is_some() => {}
            TransferState::Referring | TransferState::Subscribed => {
                // The call to the target was decided before: the hang-up of an endpoint is not that of
                // a caller who gave up.
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
                self.unanswered(SipStatus::SERVICE_UNAVAILABLE);
            }
            // The dialog's own timers decide.
            _ => {}
        }
    }

    fn fire_deadline(&mut self) {
        if self.deadline_ms().is_none_or(|deadline| self.progress.now < deadline) {
            return;
        }
        if self.progress.grace_until.is_some() {
            self.complete(Some(ReferCallStatus::Canceled));
        } else if self.progress.state == TransferState::Referring {
            self.outputs.push_back(QueuedOutput::EndDialog);
            self.unanswered(SipStatus::REQUEST_TIMEOUT);
        } else {
            self.progress.subscription_over = true;
            self.complete(self.progress.last_code.map(|_| ReferCallStatus::Failed));
        }
    }

    fn complete(&mut self, status: Option<ReferCallStatus>) {
        let Progress { refer_code, last_code, .. } = self.progress;
        self.progress.state = TransferState::Completed;
        self.report = Some(ReferReport::new(status, refer_code, last_code));
        self.outputs.push_back(QueuedOutput::Completed);
    }

    fn after(&self, milliseconds: u32) -> u64 {
        self.progress.now.saturating_add(milliseconds.into())
    }

    /// Sets the end of the subscription. The longest time of it all runs from the first one.
    fn live_until(&mut self, time: u64) {
        let longest = self.after(self.settings.max_duration);
        let ends_by = *self.progress.ends_by.get_or_insert(longest);
        self.progress.notify_by = Some(time.min(ends_by));
    }

    fn checked(&mut self, code: i64) -> Option<SipStatus> {
        let status = SipStatus::new(code).ok();
        if status.is_none() {
            self.outputs.push_back(QueuedOutput::CodeInvalid(code));
        }
        status
    }

    fn unexpected(&mut self, kind: EventKind) {
        self.outputs.push_back(QueuedOutput::Unexpected(kind, self.progress.state));
    }
}
