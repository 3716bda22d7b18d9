//! [`Output`]: what a transfer asks of the SIP stack, and the small queue in which it waits.

use super::report::ReferReport;

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
}

/// An output without its report, which the transfer itself holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waiting {
    SendRefer,
    Reply(u16),
    EndDialog,
    Completed,
}

/// First in, first out, in one word: sixteen bits each, none of them zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Outputs(u128);

const SEND_REFER: u16 = 1;
const END_DIALOG: u16 = 2;
const COMPLETED: u16 = 3;

impl Outputs {
    /// What one event can cause: a deadline completes and the event itself is answered.
    const MOST_PER_EVENT: u32 = 4;

    pub(super) fn push(&mut self, output: Waiting) {
        let word = match output {
            Waiting::SendRefer => SEND_REFER,
            Waiting::EndDialog => END_DIALOG,
            Waiting::Completed => COMPLETED,
            Waiting::Reply(code) => code,
        };
        self.0 |= u128::from(word) << (u16::BITS * self.len());
    }

    pub(super) fn pop(&mut self) -> Option<Waiting> {
        let word = u16::try_from(self.0 & u128::from(u16::MAX)).unwrap_or_default();
        self.0 >>= u16::BITS;
        match word {
            0 => None,
            SEND_REFER => Some(Waiting::SendRefer),
            END_DIALOG => Some(Waiting::EndDialog),
            COMPLETED => Some(Waiting::Completed),
            code => Some(Waiting::Reply(code)),
        }
    }

    pub(super) fn len(self) -> u32 {
        (u128::BITS - self.0.leading_zeros()).div_ceil(u16::BITS)
    }

    /// Whether whatever the next event causes finds room.
    pub(super) fn has_room(self) -> bool {
        self.len() + Self::MOST_PER_EVENT <= u128::BITS / u16::BITS
    }

    /// How often the end waits to be told.
    pub(super) fn count_completed(mut self) -> usize {
        std::iter::from_fn(|| self.pop()).filter(|it| *it == Waiting::Completed).count()
    }

    /// For saving.
    pub(super) fn bits(self) -> u128 {
        self.0
    }

    /// Back from saving; nothing that `push` could not have made.
    pub(super) fn from_bits(bits: u128) -> Option<Self> {
        let outputs = Self(bits);
        let mut rest = outputs;
        for _ in 0..outputs.len() {
            rest.pop()?;
        }
        Some(outputs)
    }
}
