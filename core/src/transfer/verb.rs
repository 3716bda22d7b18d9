//! [`Transfer`]: the public face of the state machine. Its rules are in `transitions` and
//! `notify`, its bytes in `save`.

use std::sync::Arc;

use super::events::{Outputs, QueuedOutput};
use super::state::Progress;
use super::{Event, Output, TransferSettings, TransferState};
use crate::error::ErrorKind;
use crate::webhook::ReferReport;
use crate::{Error, SipUri};

/// One `<Refer>` at work: from the REFER to the parameters for the action URL (RFC 3515).
///
/// It has no socket, clock or thread: feed what the SIP stack hears with [`handle`](Self::handle),
/// do what [`poll`](Self::poll) asks until it returns `None`, and feed [`Event::Time`] when the
/// [`deadline`](Self::deadline) has come. Every NOTIFY gets exactly one [`Output::Reply`],
/// [`Output::Completed`] comes at most once, and once the deadlines have passed it has come.
///
/// Times are milliseconds on a clock that all who hold the transfer share, as Unix time; a time
/// before the last one counts as the last one. It may be sent between threads; one at a time drives
/// it. [`save`](Self::save) and [`restore`](Self::restore) move it between processes.
///
/// ```
/// use twiml_refer::{ReferOutcome, SipUri, Transfer, transfer::{Event, Output}};
///
/// let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com")?);
/// transfer.handle(Event::start(1), 0)?;
/// assert_eq!(transfer.poll(), Some(Output::SendRefer));
/// assert_eq!(transfer.refer_to(), "<sip:alice@example.com>");
///
/// transfer.handle(Event::response(202), 50)?;
/// assert_eq!(transfer.deadline(), Some(32_050));
///
/// let busy = Event::Notify {
///     event: "refer;id=1",
///     cseq: 1,
///     subscription_state: Some("terminated;reason=noresource"),
///     body: b"SIP/2.0 486 Busy Here\r\n",
///     in_dialog: true,
/// };
/// transfer.handle(busy, 9_500)?;
/// assert_eq!(transfer.poll(), Some(Output::Reply(200)));
/// let Some(Output::Completed(report)) = transfer.poll() else { unreachable!() };
/// assert_eq!(report.outcome().kind(), "target-failed");
/// assert_eq!(transfer.poll(), None);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    pub(super) target: SipUri,
    pub(super) settings: Arc<TransferSettings>,
    pub(super) progress: Progress,
    pub(super) outputs: Outputs,
}

impl Transfer {
    /// A transfer to this target with the default settings, not yet started.
    #[must_use]
    pub fn new(target: SipUri) -> Self {
        Self::idle(target, Arc::default())
    }

    /// A transfer with other settings; many transfers may share one `Arc` of them.
    #[must_use]
    pub fn with_settings(target: SipUri, settings: impl Into<Arc<TransferSettings>>) -> Self {
        Self::idle(target, settings.into())
    }

    fn idle(target: SipUri, settings: Arc<TransferSettings>) -> Self {
        Self { target, settings, progress: Progress::new(), outputs: Outputs::default() }
    }

    /// Takes in what happened at the time `now`. Deadlines up to `now` come first.
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
    /// * `transfer-event-unexpected`: a second start, or a retry after another code than 401 and 407.
    /// * `transfer-outputs-pending`: [`poll`](Self::poll) first, then feed the same event again.
    pub fn handle(&mut self, event: Event<'_>, now: u64) -> Result<(), Error> {
        if !self.outputs.has_room() {
            let waiting = self.outputs.len().to_string();
            return Err(Error::new(ErrorKind::TransferOutputsPending).arg(&waiting));
        }
        self.refuse_misuse(&event)?;
        self.progress.now = self.progress.now.max(now);
        self.handle_timeout();
        self.apply(event);
        Ok(())
    }

    /// What to do next; call it after every event until there is nothing.
    pub fn poll(&mut self) -> Option<Output> {
        match self.outputs.pop()? {
            QueuedOutput::SendRefer => Some(Output::SendRefer),
            QueuedOutput::Reply(code) => Some(Output::Reply(code)),
            QueuedOutput::EndDialog => Some(Output::EndDialog),
            QueuedOutput::Completed => self.progress.report.clone().map(Output::Completed),
            odd => odd.diagnostic().map(Output::Diagnostic),
        }
    }

    /// When to feed [`Event::Time`] if nothing else comes before; a time that is past means at once.
    /// `None`: there is nothing to wait for.
    #[must_use]
    pub fn deadline(&self) -> Option<u64> {
        self.progress.deadline()
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

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> TransferState {
        self.progress.state
    }

    /// The parameters for the action URL, once completed.
    #[must_use]
    pub fn report(&self) -> Option<&ReferReport> {
        self.progress.report.as_ref()
    }
}
