//! What a SIP stack tells a transfer, [`Event`], and what the transfer asks of it, [`Output`], with the
//! queue in which that waits.

use serde::{Deserialize, Serialize};

use super::state::TransferState;
use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::webhook::{Leg, ReferReport};

/// Something that happened on the SIP side, as [`Transfer::handle`](crate::Transfer::handle) takes
/// it. Header values are passed as they stand on the wire: the transfer reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// The verb begins; the answer is [`Output::SendRefer`](crate::transfer::Output::SendRefer).
    Start {
        /// What is at the far end of the call: anything but [`Leg::Sip`] is refused.
        leg: Leg,
        /// The CSeq number that the stack gives the REFER.
        cseq: u32,
        /// Whether this is the first REFER of its dialog: only then do NOTIFYs without `id` belong
        /// to it (RFC 3515 §2.4.6).
        first_in_dialog: bool,
    },
    /// A response to the REFER, provisional or final.
    Response {
        /// Its status code, 100 to 699.
        code: u16,
        /// What its Refer-Sub header says (RFC 4488); true where there is none.
        refer_sub: bool,
        /// After a 401 or 407: the CSeq number of the REFER that the stack has sent again with
        /// credentials (RFC 3261 §22). `None`: it has not.
        retry: Option<u32>,
    },
    /// A NOTIFY request; the answer is one [`Output::Reply`](crate::transfer::Output::Reply).
    Notify {
        /// Its Event header, as `refer;id=2`; empty where there is none.
        event: &'a str,
        /// Its CSeq number.
        cseq: u32,
        /// Its Subscription-State header, as `active;expires=60`.
        subscription_state: Option<&'a str>,
        /// Its body: `message/sipfrag` that begins with a status line (RFC 3420).
        body: &'a [u8],
        /// Whether it belongs to the dialog of the REFER (Call-ID and both tags).
        in_dialog: bool,
    },
    /// Either side ended the call.
    HangUp,
    /// The REFER could not be sent, or its connection broke.
    TransportError,
    /// Nothing happened but time: the one event to feed when the
    /// [deadline](crate::Transfer::deadline) has come.
    Time,
}

impl Event<'_> {
    /// A final or provisional response to the REFER with nothing special in it.
    #[must_use]
    pub const fn response(code: u16) -> Self {
        Self::Response { code, refer_sub: true, retry: None }
    }

    /// The start of the first REFER of a SIP call's dialog.
    #[must_use]
    pub const fn start(cseq: u32) -> Self {
        Self::Start { leg: Leg::Sip, cseq, first_in_dialog: true }
    }
}

/// What a diagnostic calls an event that came from the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum EventKind {
    Response,
    Notify,
    HangUp,
    TransportError,
}

impl EventKind {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Response => "response",
            Self::Notify => "NOTIFY",
            Self::HangUp => "hang-up",
            Self::TransportError => "transport error",
        }
    }
}

/// What [`Transfer::poll`](crate::Transfer::poll) asks the SIP stack to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Send the REFER in the call's dialog, with
    /// [`Transfer::refer_to`](crate::Transfer::refer_to) as its Refer-To.
    SendRefer,
    /// Answer the NOTIFY that was just fed with this status code: 200, 400, 481, 489 or 500.
    Reply(u16),
    /// The endpoint has lost the dialog, or did not answer the REFER at all: end it without waiting
    /// for an answer (RFC 3261 §12.2.1.2).
    EndDialog,
    /// The verb has ended; comes once. These are the parameters to call the action URL with.
    Completed(ReferReport),
    /// What came from the wire was odd, and was answered or ignored: `event-unexpected` or
    /// `response-code-invalid`. There is nothing to do but to log it.
    Diagnostic(Diagnostic),
}

/// An output without its report, which the transfer itself holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum QueuedOutput {
    SendRefer,
    Reply(u16),
    EndDialog,
    Completed,
    Unexpected(EventKind, TransferState),
    CodeInvalid(u16),
}

impl QueuedOutput {
    /// The diagnostic that it is, if it is one.
    pub(super) fn diagnostic(self) -> Option<Diagnostic> {
        match self {
            Self::Unexpected(kind, state) => {
                let found = Diagnostic::new(DiagnosticCode::EventUnexpected);
                Some(found.arg(kind.as_str()).arg(state.as_str()))
            }
            Self::CodeInvalid(code) => {
                Some(Diagnostic::new(DiagnosticCode::ResponseCodeInvalid).arg(&code.to_string()))
            }
            _ => None,
        }
    }
}

/// First in, first out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Outputs(pub(super) Vec<QueuedOutput>);

impl Outputs {
    /// What one event can cause: a deadline ends the dialog and completes, and the event itself is
    /// answered and odd.
    const MOST_PER_EVENT: usize = 4;
    /// More than this wait only where nobody polls.
    const MOST: usize = 8;

    pub(super) fn push(&mut self, output: QueuedOutput) {
        self.0.push(output);
    }

    pub(super) fn pop(&mut self) -> Option<QueuedOutput> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether whatever the next event causes finds room.
    pub(super) fn has_room(&self) -> bool {
        self.len() + Self::MOST_PER_EVENT <= Self::MOST
    }

    /// Whether more wait than any transfer lets wait.
    pub(super) fn is_over_full(&self) -> bool {
        self.len() > Self::MOST
    }

    /// How often the end waits to be told.
    pub(super) fn count_completed(&self) -> usize {
        self.0.iter().filter(|output| **output == QueuedOutput::Completed).count()
    }
}
