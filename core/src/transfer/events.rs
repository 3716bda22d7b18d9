//! What a SIP stack feeds to a transfer, [`Event`], and what the transfer asks of it, [`Output`].

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::sip::SipStatus;
use crate::webhook::{Leg, ReferReport};

/// The start of the verb. Its output is [`Output::SendRefer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    pub(super) leg: Leg,
    pub(super) cseq: Option<u32>,
    pub(super) first_in_dialog: bool,
}

impl Start {
    /// Starts on a SIP leg, with the CSeq number that the stack gives the REFER, the first one of its
    /// dialog.
    #[must_use]
    pub const fn new(cseq: u32) -> Self {
        Self { leg: Leg::Sip, cseq: Some(cseq), first_in_dialog: true }
    }

    /// Starts like [`new`](Self::new) where the stack chooses the CSeq number itself. Feed it as
    /// [`Event::Cseq`] once it is known: until then a NOTIFY with any id counts as one of this REFER.
    #[must_use]
    pub const fn without_cseq() -> Self {
        Self { leg: Leg::Sip, cseq: None, first_in_dialog: true }
    }

    /// Sets what is at the far end of the call: anything but [`Leg::Sip`] is refused.
    #[must_use]
    pub const fn with_leg(mut self, leg: Leg) -> Self {
        self.leg = leg;
        self
    }

    /// Sets whether this is the first REFER of its dialog: only then does a NOTIFY without `id` belong
    /// to it (RFC 3515 §2.4.6).
    #[must_use]
    pub const fn with_first_in_dialog(mut self, is_first: bool) -> Self {
        self.first_in_dialog = is_first;
        self
    }
}

/// A response to the REFER, provisional or final.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response {
    pub(super) code: i64,
    pub(super) refer_sub: bool,
    pub(super) retry: Option<u32>,
}

impl Response {
    /// A response with this status code. One that SIP does not have is ignored and leaves a diagnostic.
    #[must_use]
    pub fn new(code: impl Into<i64>) -> Self {
        Self { code: code.into(), refer_sub: true, retry: None }
    }

    /// Sets what its Refer-Sub header says (RFC 4488); true where there is none.
    #[must_use]
    pub const fn with_refer_sub(mut self, refer_sub: bool) -> Self {
        self.refer_sub = refer_sub;
        self
    }

    /// Sets, for a 401 or 407, the CSeq number of the REFER that the stack has sent again with
    /// credentials (RFC 3261 §22).
    #[must_use]
    pub const fn with_retry(mut self, cseq: u32) -> Self {
        self.retry = Some(cseq);
        self
    }
}

/// A NOTIFY request. Header values are passed as they are on the wire: the transfer reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notify<'a> {
    pub(super) cseq: u32,
    pub(super) event: &'a str,
    pub(super) subscription_state: Option<&'a str>,
    pub(super) body: &'a [u8],
    pub(super) in_dialog: bool,
}

impl<'a> Notify<'a> {
    /// A NOTIFY in the dialog of the REFER: its CSeq number, its Event header, as `refer;id=2` (empty
    /// where there is none), and its body: `message/sipfrag`, which begins with a status line
    /// (RFC 3420).
    #[must_use]
    pub fn new(cseq: u32, event: &'a str, body: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self { cseq, event, subscription_state: None, body: body.as_ref(), in_dialog: true }
    }

    /// Sets its Subscription-State header, as `active;expires=60`. Without one it is answered with 400.
    #[must_use]
    pub fn with_subscription_state(mut self, state: impl Into<Option<&'a str>>) -> Self {
        self.subscription_state = state.into();
        self
    }

    /// Sets whether it belongs to the dialog of the REFER (Call-ID and both tags).
    #[must_use]
    pub const fn with_in_dialog(mut self, in_dialog: bool) -> Self {
        self.in_dialog = in_dialog;
        self
    }
}

/// Something that happened on the SIP side, as [`Transfer::handle`](crate::Transfer::handle) takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The verb begins.
    Start(Start),
    /// A response to the REFER.
    Response(Response),
    /// A NOTIFY request; the answer is one [`Output::Reply`].
    Notify(Notify<'a>),
    /// The CSeq number with which the stack has sent the REFER, or has sent it again after it answered a
    /// challenge itself. While the REFER has no final response, the response timeout starts anew.
    Cseq(u32),
    /// What a stack reports that reads NOTIFYs itself and passes on only the status code. It counts as a
    /// NOTIFY that needs no reply, and means that the REFER was accepted.
    Status {
        /// The status code in the NOTIFY. One that SIP does not have is ignored and leaves a diagnostic.
        code: i64,
        /// Whether the subscription has ended: no other status follows.
        is_final: bool,
    },
    /// Either side ended the call.
    HangUp,
    /// The REFER could not be sent, or its connection broke.
    TransportError,
    /// Nothing happened but time, as [`handle_timeout`](crate::Transfer::handle_timeout) feeds it.
    Time,
}

impl Event<'_> {
    /// A [status](Event::Status) without a NOTIFY, as pjsua2's `onCallTransferStatus` has it.
    #[must_use]
    pub fn status(code: impl Into<i64>, is_final: bool) -> Self {
        Self::Status { code: code.into(), is_final }
    }
}

impl From<Start> for Event<'_> {
    fn from(start: Start) -> Self {
        Self::Start(start)
    }
}

impl From<Response> for Event<'_> {
    fn from(response: Response) -> Self {
        Self::Response(response)
    }
}

impl<'a> From<Notify<'a>> for Event<'a> {
    fn from(notify: Notify<'a>) -> Self {
        Self::Notify(notify)
    }
}

/// What [`Transfer::poll`](crate::Transfer::poll) asks the SIP stack to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Send the REFER in the call's dialog, with [`Transfer::refer_to`](crate::Transfer::refer_to) as
    /// its Refer-To.
    SendRefer,
    /// Answer the NOTIFY that was just fed with this status: 200, 400, 481, 489 or 500. A stack that
    /// answers NOTIFYs itself ignores it.
    Reply(SipStatus),
    /// The endpoint has lost the dialog, or did not answer the REFER at all: end the dialog without
    /// waiting for an answer (RFC 3261 §12.2.1.2).
    EndDialog,
    /// The verb has ended; comes once. These are the parameters to call the action URL with.
    Completed(ReferReport),
    /// What came from the wire was unexpected or invalid, and was answered or ignored: `event-unexpected`
    /// or `response-code-invalid`. There is nothing to do but to log it.
    Diagnostic(Diagnostic),
}

/// The state of a [`Transfer`](crate::Transfer).
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

display_as_str!(TransferState);

/// An event from the wire, for a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum EventKind {
    Response,
    Notify,
    HangUp,
    TransportError,
    Status,
}

/// A pending output as it is saved: without the report, which the transfer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum QueuedOutput {
    SendRefer,
    Reply(SipStatus),
    EndDialog,
    Completed,
    Unexpected(EventKind, TransferState),
    CodeInvalid(i64),
}

impl QueuedOutput {
    /// The output; `None` for an end without a report.
    pub(super) fn into_output(self, report: Option<&ReferReport>) -> Option<Output> {
        Some(match self {
            Self::SendRefer => Output::SendRefer,
            Self::Reply(status) => Output::Reply(status),
            Self::EndDialog => Output::EndDialog,
            Self::Completed => Output::Completed(report?.clone()),
            Self::Unexpected(kind, state) => {
                let event = match kind {
                    EventKind::Response => "response",
                    EventKind::Notify => "NOTIFY",
                    EventKind::HangUp => "hang-up",
                    EventKind::TransportError => "transport error",
                    EventKind::Status => "status",
                };
                let unexpected = Diagnostic::new(DiagnosticCode::EventUnexpected);
                Output::Diagnostic(unexpected.arg(event).arg(state.as_str()))
            }
            Self::CodeInvalid(code) => {
                let invalid = Diagnostic::new(DiagnosticCode::ResponseCodeInvalid);
                Output::Diagnostic(invalid.arg(&code.to_string()))
            }
        })
    }
}
