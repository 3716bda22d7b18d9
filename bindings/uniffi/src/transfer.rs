//! The verb: the one object that crosses the bridge.

use std::sync::{Mutex, MutexGuard, PoisonError};

use twiml_refer::{
    SipUri, numbers,
    transfer::{Event, Output, RejectedStatus, TransferSettings},
    webhook::{ReferCallStatus, ReferReport},
};

use crate::Pair;
use crate::failure::{Failure, Finding};
use crate::webhook::{Outcome, leg};

/// What differs from the defaults; times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Settings {
    pub response_timeout: Option<i64>,
    pub notify_timeout: Option<i64>,
    pub subscription: Option<i64>,
    pub max_duration: Option<i64>,
    pub hang_up_grace: Option<i64>,
    pub rejected_status_omitted: bool,
    pub statuses: Vec<StatusEntry>,
}

/// The status that is reported for a code.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct StatusEntry {
    pub code: i64,
    pub status: String,
}

/// What the SIP stack is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Action {
    SendRefer,
    Reply { code: u16 },
    EndDialog,
    Completed { report: Report },
    Diagnostic { finding: Finding },
}

/// The three parameters, and what they mean.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Report {
    pub params: Vec<Pair>,
    pub outcome: Outcome,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Occurrence {
    Start {
        leg: String,
        cseq: i64,
        first_in_dialog: bool,
    },
    Response {
        code: i64,
        refer_sub: bool,
        retry: Option<i64>,
    },
    Notify {
        event: String,
        cseq: i64,
        subscription_state: Option<String>,
        body: Vec<u8>,
        in_dialog: bool,
    },
    HangUp,
    TransportError,
    Time,
}

/// A transfer; calls from several threads come one after the other.
#[derive(uniffi::Object)]
pub struct Transfer(Mutex<twiml_refer::Transfer>);

#[uniffi::export]
impl Transfer {
    #[uniffi::constructor]
    pub fn new(target: &str, settings: Settings) -> Result<Self, Failure> {
        let settings = read(settings)?;
        let target = SipUri::parse(target)?;
        Ok(Self(Mutex::new(twiml_refer::Transfer::with_settings(target, settings))))
    }

    #[uniffi::constructor]
    pub fn restore(bytes: Vec<u8>) -> Result<Self, Failure> {
        Ok(Self(Mutex::new(twiml_refer::Transfer::restore(&bytes)?)))
    }

    /// Feeds what happened and takes everything that is to be done.
    pub fn handle(&self, occurrence: Occurrence, now: i64) -> Result<Vec<Action>, Failure> {
        let mut transfer = self.lock();
        let event = match &occurrence {
            Occurrence::Start { leg: name, cseq, first_in_dialog } => Event::Start {
                leg: leg(name),
                cseq: numbers::cseq(*cseq)?,
                first_in_dialog: *first_in_dialog,
            },
            &Occurrence::Response { code, refer_sub, retry } => Event::Response {
                // No code of SIP, so that the transfer says so.
                code: u16::try_from(code).unwrap_or_default(),
                refer_sub,
                retry: retry.map(numbers::cseq).transpose()?,
            },
            Occurrence::Notify { event, cseq, subscription_state, body, in_dialog } => {
                Event::Notify {
                    event,
                    cseq: numbers::received_cseq(*cseq),
                    subscription_state: subscription_state.as_deref(),
                    body,
                    in_dialog: *in_dialog,
                }
            }
            Occurrence::HangUp => Event::HangUp,
            Occurrence::TransportError => Event::TransportError,
            Occurrence::Time => Event::Time,
        };
        // Times before the epoch count as it: the clock never goes back.
        transfer.handle(event, u64::try_from(now).unwrap_or_default())?;
        Ok(taken(&mut transfer))
    }

    /// What waits: after `restore`, and after a refused event whose time let a deadline pass.
    pub fn poll(&self) -> Vec<Action> {
        taken(&mut self.lock())
    }

    pub fn deadline(&self) -> Option<u64> {
        self.lock().deadline()
    }

    pub fn refer_to(&self) -> String {
        self.lock().refer_to()
    }

    pub fn target(&self) -> String {
        self.lock().target().as_str().to_owned()
    }

    pub fn state(&self) -> String {
        self.lock().state().as_str().to_owned()
    }

    pub fn report(&self) -> Option<Report> {
        self.lock().report().map(plain)
    }

    pub fn save(&self) -> Vec<u8> {
        self.lock().save()
    }
}

impl Transfer {
    /// No event leaves a transfer half changed, so that a poisoned lock guards a whole one.
    fn lock(&self) -> MutexGuard<'_, twiml_refer::Transfer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn taken(transfer: &mut twiml_refer::Transfer) -> Vec<Action> {
    let action = |output| match output {
        Output::SendRefer => Some(Action::SendRefer),
        Output::Reply(code) => Some(Action::Reply { code }),
        Output::EndDialog => Some(Action::EndDialog),
        Output::Completed(report) => Some(Action::Completed { report: plain(&report) }),
        Output::Diagnostic(found) => Some(Action::Diagnostic { finding: Finding::from(&found) }),
        _ => None,
    };
    std::iter::from_fn(|| transfer.poll()).filter_map(action).collect()
}

fn plain(report: &ReferReport) -> Report {
    let outcome = report.outcome();
    Report {
        params: report.params().map(|(name, value)| Pair::new(name, value)).collect(),
        outcome: outcome.into(),
    }
}

fn read(settings: Settings) -> Result<TransferSettings, twiml_refer::Error> {
    let mut read = TransferSettings::new();
    if let Some(time) = settings.response_timeout {
        read = read.with_response_timeout(numbers::milliseconds(time)?)?;
    }
    if let Some(time) = settings.notify_timeout {
        read = read.with_notify_timeout(numbers::milliseconds(time)?)?;
    }
    if let Some(time) = settings.subscription {
        read = read.with_subscription(numbers::milliseconds(time)?)?;
    }
    if let Some(time) = settings.max_duration {
        read = read.with_max_duration(numbers::milliseconds(time)?)?;
    }
    if let Some(time) = settings.hang_up_grace {
        read = read.with_hang_up_grace(numbers::milliseconds(time)?)?;
    }
    if settings.rejected_status_omitted {
        read = read.with_rejected_status(RejectedStatus::Omitted);
    }
    for StatusEntry { code, status } in settings.statuses {
        read = read.with_status(code, ReferCallStatus::from(status.as_str()))?;
    }
    Ok(read)
}
