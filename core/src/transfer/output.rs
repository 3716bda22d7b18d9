//! [`Output`]: what a transfer asks of the SIP stack, and the small queue in which it waits.

use super::event::EventKind;
use super::progress::TransferState;
use super::report::ReferReport;
use crate::{Diagnostic, DiagnosticCode};

/// What [`Transfer::poll`](crate::Transfer::poll) asks the SIP stack to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Output {
    /// Send the REFER in the call's dialog, with
    /// [`Transfer::refer_to`](crate::Transfer::refer_to) as its Refer-To.
    SendRefer,
    /// Answer the NOTIFY that was just fed with this status code: 200, 400, 481, 489 or 500.
    Reply(u16),
    /// The endpoint has lost the dialog: end it without waiting for an answer (RFC 3261 §12.2.1.2).
    EndDialog,
    /// The verb has ended; comes once. These are the parameters to call the action URL with.
    Completed(ReferReport),
    /// What came from the wire was odd, and was answered or ignored: `event-unexpected` or
    /// `response-code-invalid`. There is nothing to do but to log it.
    Diagnostic(Diagnostic),
}

/// An output without its report, which the transfer itself holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    SendRefer,
    Reply(u16),
    EndDialog,
    Completed,
    Unexpected(EventKind, TransferState),
    CodeInvalid(u16),
}

impl Waiting {
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
pub(super) struct Outputs(pub(super) Vec<Waiting>);

impl Outputs {
    /// What one event can cause: a deadline ends the dialog and completes, and the event itself is
    /// answered and odd.
    const MOST_PER_EVENT: usize = 4;
    /// More than this wait only where nobody polls.
    const MOST: usize = 8;

    pub(super) fn push(&mut self, output: Waiting) {
        self.0.push(output);
    }

    pub(super) fn pop(&mut self) -> Option<Waiting> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether whatever the next event causes finds room.
    pub(super) fn has_room(&self) -> bool {
        self.len() + Self::MOST_PER_EVENT <= Self::MOST
    }

    /// How often the end waits to be told.
    pub(super) fn count_completed(&self) -> usize {
        self.0.iter().filter(|output| **output == Waiting::Completed).count()
    }
}
