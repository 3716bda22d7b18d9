//! Transfers in each state, events and outputs.

use crate::SipUri;
use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::error::ErrorKind;
use crate::sip::SipStatus;
use crate::transfer::{Event, Notify, Output, Response, Start, Transfer, TransferSettings};
use crate::webhook::{ReferCallStatus, ReferReport};

/// When every transfer here is started, and when its REFER is accepted.
pub(super) const START: u64 = 1_000;
pub(super) const ACCEPTED: u64 = 1_500;

pub(super) const LIVE: &str = "active;expires=60";
pub(super) const OVER: &str = "terminated;reason=noresource";

pub(super) fn idle(settings: TransferSettings) -> Transfer {
    Transfer::with_settings(SipUri::parse("sip:alice@example.com").unwrap(), settings)
}

pub(super) fn referring_with(settings: TransferSettings) -> Transfer {
    let mut transfer = idle(settings);
    assert_eq!(feed(&mut transfer, Start::new(1), START), [Output::SendRefer]);
    transfer
}

pub(super) fn referring() -> Transfer {
    referring_with(TransferSettings::new())
}

pub(super) fn subscribed_with(settings: TransferSettings) -> Transfer {
    let mut transfer = referring_with(settings);
    assert_eq!(feed(&mut transfer, Response::new(202), ACCEPTED), []);
    transfer
}

pub(super) fn subscribed() -> Transfer {
    subscribed_with(TransferSettings::new())
}

pub(super) fn drain(transfer: &mut Transfer) -> Vec<Output> {
    std::iter::from_fn(|| transfer.poll()).collect()
}

/// One event that must be taken, and all that comes of it.
pub(super) fn feed<'a>(
    transfer: &mut Transfer,
    event: impl Into<Event<'a>>,
    now: u64,
) -> Vec<Output> {
    transfer.handle(event, now).unwrap();
    drain(transfer)
}

/// One event that must be refused.
pub(super) fn refused<'a>(
    transfer: &mut Transfer,
    event: impl Into<Event<'a>>,
    now: u64,
) -> ErrorKind {
    transfer.handle(event, now).unwrap_err().kind()
}

/// A NOTIFY of the first REFER of this dialog.
pub(super) fn notify<'a>(cseq: u32, state: &'a str, body: &'a str) -> Notify<'a> {
    notify_of("refer;id=1", cseq, Some(state), body)
}

pub(super) fn notify_of<'a>(
    event: &'a str,
    cseq: u32,
    subscription_state: Option<&'a str>,
    body: &'a str,
) -> Notify<'a> {
    Notify::new(cseq, event, body).with_subscription_state(subscription_state)
}

/// The diagnostic of an event that changes nothing in this state.
pub(super) fn unexpected<'a>(event: impl Into<Event<'a>>, state: &str) -> Output {
    let what = match event.into() {
        Event::Response(_) => "response",
        Event::Notify(_) => "NOTIFY",
        Event::Status { .. } => "status",
        Event::HangUp => "hang-up",
        Event::TransportError => "transport error",
        other => panic!("{other:?}"),
    };
    Output::Diagnostic(Diagnostic::new(DiagnosticCode::EventUnexpected).arg(what).arg(state))
}

pub(super) fn reply(code: u16) -> Output {
    Output::Reply(SipStatus::new(code).unwrap())
}

/// The end with these parameters.
pub(super) fn completed(
    status: impl Into<Option<&'static str>>,
    refer_code: impl Into<Option<u16>>,
    notify_code: impl Into<Option<u16>>,
) -> Output {
    let code = |code: Option<u16>| code.map(|code| SipStatus::new(code).unwrap());
    Output::Completed(ReferReport::new(
        status.into().map(ReferCallStatus::from),
        code(refer_code.into()),
        code(notify_code.into()),
    ))
}
