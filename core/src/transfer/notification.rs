//! Judging a NOTIFY: what it says, which reply it is owed, whether it is a repeat. What it then
//! does to the transfer is in `transitions`.

use serde::{Deserialize, Serialize};

use super::event_header::{self, Id};
use super::progress::{Progress, TransferState};
use super::sipfrag;
use super::subscription_state::{self, Subscription};

/// What a NOTIFY says, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notification {
    pub(super) is_refer: bool,
    pub(super) id: Id,
    pub(super) subscription: Subscription,
    /// In seconds.
    pub(super) expires: Option<u32>,
    pub(super) code: Option<u16>,
}

/// The last NOTIFY in order that came in the dialog, and its reply: what a repeat is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Heard {
    pub(super) cseq: u32,
    pub(super) notification: Notification,
    pub(super) reply: u16,
}

pub(super) const OK: u16 = 200;
const BAD_REQUEST: u16 = 400;
const NO_SUBSCRIPTION: u16 = 481;
const BAD_EVENT: u16 = 489;
const OUT_OF_ORDER: u16 = 500;

impl Notification {
    pub(super) fn read(event: &str, subscription_state: Option<&str>, body: &[u8]) -> Self {
        let (is_refer, id) = event_header::read(event);
        let (subscription, expires) = subscription_state::read(subscription_state);
        Self { is_refer, id, subscription, expires, code: sipfrag::status_code(body) }
    }

    pub(super) fn ends_subscription(&self) -> bool {
        self.subscription == Subscription::Terminated
    }
}

/// What becomes of a NOTIFY.
pub(super) enum Verdict {
    /// It counts; the reply is 200.
    Accepted,
    /// It changes nothing; the reply is this.
    Refused(u16),
}

impl Progress {
    /// Judges and remembers it. A repeat has been accounted for: it gets its reply again.
    pub(super) fn judge(&mut self, said: Notification, cseq: u32, in_dialog: bool) -> Verdict {
        let before = self.heard.filter(|_| in_dialog);
        if let Some(heard) = before.filter(|heard| (heard.cseq, heard.notification) == (cseq, said))
        {
            return Verdict::Refused(heard.reply);
        }
        let in_order = before.is_none_or(|heard| cseq > heard.cseq);
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
            self.heard = Some(Heard { cseq, notification: said, reply });
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
