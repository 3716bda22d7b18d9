//! A REFER and its NOTIFYs: what the SIP side feeds to a [`Transfer`], and does for it.

use twiml_refer::transfer::Output;
use twiml_refer::webhook::ReferReport;

use super::call::{Ended, Party};

/// A transfer that has completed.
#[derive(Debug, Clone)]
pub(crate) struct Referred {
    pub(crate) report: ReferReport,
    /// How the call has ended meanwhile, if it has.
    pub(crate) ended: Option<Ended>,
    /// What happened, in milliseconds since the REFER, up to a limit.
    pub(crate) steps: Vec<(u64, ReferStep)>,
}

/// What was fed to a transfer, or came out of it.
#[derive(Debug, Clone)]
pub(crate) enum ReferStep {
    Start { cseq: u32 },
    Response { code: u16, refer_sub: bool, retry: Option<u32> },
    Notify { cseq: u32, event: String, subscription_state: Option<String>, body: Vec<u8> },
    HangUp(Party),
    TransportError,
    Time,
    Output(Output),
}
