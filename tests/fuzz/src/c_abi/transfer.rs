//! Settings and transfers.

use std::sync::Arc;

use arbitrary::Arbitrary;
use twiml_refer::{
    Transfer, numbers,
    transfer::{Event, Output as Todo, RejectedStatus, TransferSettings},
    webhook::{Leg, ReferCallStatus},
};
use twiml_refer_c::callback::{TWR_LEG_CLIENT, TWR_LEG_PSTN, TWR_LEG_SIP, TWR_LEG_UNKNOWN};
use twiml_refer_c::error::{TWR_STATUS_INVALID_ARGUMENT, TWR_STATUS_NONE, TWR_STATUS_OK};
use twiml_refer_c::transfer::*;
use twiml_refer_c::uri::twr_uri_text;

use super::border::{No, Output, Places, Room, Said, Slot, Text, With, ask, core, fill, seen};
use super::webhook::{Number, outcome_number};
use super::{Session, pick, uri};

#[derive(Debug, Arbitrary)]
pub(super) enum Call<'a> {
    NewSettings { into: u8, places: Places },
    SetTime { at: u8, which: Number, time: Time, places: Places },
    OmitRejectedStatus { at: u8, omit: bool, places: Places },
    SetStatus { at: u8, code: u16, status: Text<'a>, places: Places },
    FreeSettings { at: u8 },
    New { into: u8, target: u8, settings: u8, places: Places },
    Start { at: u8, leg: Number, cseq: u8, first_in_dialog: bool, now: Time, places: Places },
    Response { at: u8, code: u16, refer_sub: bool, retried: Option<u8>, now: Time, places: Places },
    Notify { at: u8, texts: [Text<'a>; 3], cseq: u8, in_dialog: bool, now: Time, places: Places },
    Plain { at: u8, what: u8, now: Time, places: Places },
    Poll { at: u8, places: Places },
    Read { at: u8, room: Room, places: Places },
    Save { at: u8, room: Room, places: Places },
    Restore { into: u8, bytes: Text<'a>, places: Places },
    RestoreSaved { at: u8, into: u8, places: Places },
    Free { at: u8 },
}

/// A time in milliseconds.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(super) enum Time {
    Soon(u16),
    Any(u64),
}

impl Time {
    /// As a time of the settings, which may be negative.
    fn signed(self) -> i64 {
        self.ms().cast_signed()
    }

    fn ms(self) -> u64 {
        match self {
            Self::Soon(time) => u64::from(time) * 8,
            Self::Any(time) => time,
        }
    }
}

pub(super) type Settings = Slot<twr_settings, TransferSettings>;
pub(super) type Transferring = Slot<twr_transfer, Transfer>;

impl Session {
    pub(super) fn transfer(&mut self, call: &Call<'_>) {
        // SAFETY, here and below: the arguments are what the header asks for, and views end in time.
        match call {
            Call::NewSettings { into, places } => {
                let mut place = places.place(1);
                let answer = ask(*places, |error| unsafe { twr_settings_new(place.ptr(), error) });
                pick(&mut self.settings, *into).keep(answer, Ok(TransferSettings::new()), &place);
            }
            Call::SetTime { at, which, time, places } => {
                let slot = pick(&mut self.settings, *at);
                let (handle, which, time) = (slot.handle, which.get(), time.signed());
                let answer = ask(*places, |error| unsafe {
                    twr_settings_set_time(handle, which, time, error)
                });
                change(answer, slot, |settings| {
                    let time = core(numbers::milliseconds(time))?;
                    match which {
                        TWR_TIME_RESPONSE => core(settings.with_response_timeout(time)),
                        TWR_TIME_NOTIFY => core(settings.with_notify_timeout(time)),
                        TWR_TIME_SUBSCRIPTION => core(settings.with_subscription(time)),
                        TWR_TIME_HANG_UP_GRACE => core(settings.with_hang_up_grace(time)),
                        TWR_TIME_MAX_DURATION => core(settings.with_max_duration(time)),
                        _ => Err(vec![No::Argument]),
                    }
                });
            }
            Call::OmitRejectedStatus { at, omit, places } => {
                let slot = pick(&mut self.settings, *at);
                let handle = slot.handle;
                let answer = ask(*places, |error| unsafe {
                    twr_settings_omit_rejected_status(handle, *omit, error)
                });
                change(answer, slot, |settings| {
                    let status = match omit {
                        true => RejectedStatus::Omitted,
                        false => RejectedStatus::Failed,
                    };
                    Ok(settings.with_rejected_status(status))
                });
            }
            Call::SetStatus { at, code, status, places } => {
                let slot = pick(&mut self.settings, *at);
                let (handle, code) = (slot.handle, code_of(*code));
                let answer = ask(*places, |error| unsafe {
                    twr_settings_set_status(handle, code.into(), status.c(), error)
                });
                let status = status.text();
                let said = slot.get_mut().with(status).and_then(|(settings, status)| {
                    let status = ReferCallStatus::from(status);
                    *settings = core(settings.clone().with_status(code, status))?;
                    Ok(())
                });
                answer.judge(said, &[]);
            }
            Call::FreeSettings { at } => pick(&mut self.settings, *at).free(),
            Call::New { into, target, settings, places } => {
                let target = pick(&mut self.uris, *target);
                let settings = pick(&mut self.settings, *settings);
                let (to, by) = (unsafe { twr_uri_text(target.handle) }, settings.handle);
                let mut place = places.place(1);
                let at = place.ptr();
                let answer = ask(*places, |error| unsafe { twr_transfer_new(to, by, at, error) });
                let said = uri::reread(target).map(|target| match &settings.model {
                    Some(by) => Transfer::with_settings(target, Arc::new(by.clone())),
                    None => Transfer::new(target),
                });
                pick(&mut self.transfers, *into).keep(answer, said, &place);
            }
            Call::Poll { at, places } => poll(pick(&mut self.transfers, *at), *places),
            Call::Read { at, room, places } => {
                let slot = pick(&mut self.transfers, *at);
                let (handle, model) = (slot.handle, slot.model.as_ref());
                let state = model.map(|transfer| transfer.state().as_str());
                assert_eq!(unsafe { seen(twr_transfer_state(handle)) }, state);
                let deadline = model.and_then(Transfer::deadline).unwrap_or(TWR_NO_DEADLINE);
                assert_eq!(unsafe { twr_transfer_deadline(handle) }, deadline);
                let said = slot.get().map(|transfer| transfer.refer_to().into_bytes());
                fill(*room, *places, said, &[], |buffer, capacity, length, error| unsafe {
                    twr_transfer_refer_to(handle, buffer, capacity, length, error)
                });
            }
            Call::Save { at, room, places } => {
                let slot = pick(&mut self.transfers, *at);
                let said = slot.get().map(Transfer::save);
                fill(*room, *places, said, &[], |buffer, capacity, length, error| unsafe {
                    twr_transfer_save(slot.handle, buffer, capacity, length, error)
                });
            }
            Call::Restore { into, bytes, places } => self.restore(*into, bytes, *places),
            Call::RestoreSaved { at, into, places } => {
                let saved = pick(&mut self.transfers, *at).model.as_ref().map(Transfer::save);
                self.restore(*into, &Text::Bytes(&saved.unwrap_or_default()), *places);
            }
            Call::Free { at } => pick(&mut self.transfers, *at).free(),
            Call::Start { .. }
            | Call::Response { .. }
            | Call::Notify { .. }
            | Call::Plain { .. } => {
                self.feed(call);
            }
        }
    }

    fn restore(&mut self, into: u8, bytes: &Text<'_>, places: Places) {
        let mut place = places.place(1);
        let at = place.ptr();
        let answer = ask(places, |error| unsafe { twr_transfer_restore(bytes.c(), at, error) });
        let said = bytes.bytes().and_then(|bytes| core(Transfer::restore(bytes)));
        pick(&mut self.transfers, into).keep(answer, said, &place);
    }

    fn feed(&mut self, call: &Call<'_>) {
        match call {
            Call::Start { at, leg, cseq, first_in_dialog, now, places } => {
                let slot = pick(&mut self.transfers, *at);
                let (handle, number, cseq, now) =
                    (slot.handle, leg.get(), u32::from(*cseq), now.ms());
                let first_in_dialog = *first_in_dialog;
                let answer = ask(*places, |error| unsafe {
                    twr_transfer_start(handle, number, cseq.into(), first_in_dialog, now, error)
                });
                let leg = match number {
                    TWR_LEG_SIP => Ok(Leg::Sip),
                    TWR_LEG_PSTN => Ok(Leg::Pstn),
                    TWR_LEG_CLIENT => Ok(Leg::Client),
                    TWR_LEG_UNKNOWN => Ok(Leg::Unknown),
                    _ => Err(vec![No::Argument]),
                };
                let said = slot.get_mut().with(leg).and_then(|(transfer, leg)| {
                    core(transfer.handle(Event::Start { leg, cseq, first_in_dialog }, now))
                });
                answer.judge(said, &[]);
            }
            Call::Response { at, code, refer_sub, retried, now, places } => {
                let slot = pick(&mut self.transfers, *at);
                let (handle, code, now) = (slot.handle, code_of(*code), now.ms());
                let retry = retried.map(u32::from);
                let answer = ask(*places, |error| unsafe {
                    match retry {
                        None => twr_transfer_response(handle, code.into(), *refer_sub, now, error),
                        Some(cseq) => {
                            twr_transfer_retried(handle, code.into(), cseq.into(), now, error)
                        }
                    }
                });
                let refer_sub = *refer_sub || retry.is_some();
                let said = slot.get_mut().and_then(|transfer| {
                    core(transfer.handle(Event::Response { code, refer_sub, retry }, now))
                });
                answer.judge(said, &[]);
            }
            Call::Notify { at, texts, cseq, in_dialog, now, places } => {
                let slot = pick(&mut self.transfers, *at);
                let (handle, cseq, now) = (slot.handle, u32::from(*cseq), now.ms());
                let [event, state, body] = texts;
                let (e, s, b) = (event.c(), state.c(), body.c());
                let answer = ask(*places, |error| unsafe {
                    twr_transfer_notify(handle, e, cseq.into(), s, b, *in_dialog, now, error)
                });
                let texts = event.bytes().with(state.bytes()).with(body.bytes());
                let said =
                    slot.get_mut().with(texts).and_then(|(transfer, ((event, text), body))| {
                        let text = String::from_utf8_lossy(text);
                        let notify = Event::Notify {
                            event: &String::from_utf8_lossy(event),
                            cseq,
                            subscription_state: (!matches!(state, Text::Absent)).then_some(&*text),
                            body,
                            in_dialog: *in_dialog,
                        };
                        core(transfer.handle(notify, now))
                    });
                answer.judge(said, &[]);
            }
            Call::Plain { at, what, now, places } => {
                let slot = pick(&mut self.transfers, *at);
                let (handle, now) = (slot.handle, now.ms());
                let answer = ask(*places, |error| unsafe {
                    match what % 3 {
                        0 => twr_transfer_hang_up(handle, now, error),
                        1 => twr_transfer_transport_error(handle, now, error),
                        _ => twr_transfer_time(handle, now, error),
                    }
                });
                let event = match what % 3 {
                    0 => Event::HangUp,
                    1 => Event::TransportError,
                    _ => Event::Time,
                };
                let said = slot.get_mut().and_then(|transfer| core(transfer.handle(event, now)));
                answer.judge(said, &[]);
            }
            _ => {}
        }
    }
}

/// Often one that SIP has.
fn code_of(code: u16) -> u16 {
    if code.is_multiple_of(16) { code } else { 100 + code / 16 % 600 }
}

fn change(
    answer: super::border::Answer,
    slot: &mut Settings,
    how: impl FnOnce(TransferSettings) -> Said<TransferSettings>,
) {
    let said = slot.get_mut().and_then(|settings| {
        *settings = how(settings.clone())?;
        Ok(())
    });
    answer.judge(said, &[]);
}

fn poll(slot: &mut Transferring, places: Places) {
    let mut place = places.place(1);
    let status = unsafe { twr_transfer_poll(slot.handle, place.ptr()) };
    if slot.model.is_none() || place.is_null() {
        assert_eq!(status, TWR_STATUS_INVALID_ARGUMENT);
        return assert!(place.is_untouched());
    }
    let Some(expected) = slot.model.as_mut().and_then(Transfer::poll) else {
        assert_eq!(status, TWR_STATUS_NONE);
        return assert!(place.is_untouched());
    };
    assert_eq!(status, TWR_STATUS_OK);
    let made: twr_output = unsafe { place.get() };
    let (kind, code) = match &expected {
        Todo::SendRefer => (TWR_OUTPUT_SEND_REFER, 0),
        Todo::Reply(code) => (TWR_OUTPUT_REPLY, *code),
        Todo::EndDialog => (TWR_OUTPUT_END_DIALOG, 0),
        Todo::Completed(_) => (TWR_OUTPUT_COMPLETED, 0),
        Todo::Diagnostic(_) => (TWR_OUTPUT_DIAGNOSTIC, 0),
        other => panic!("an output that C does not know: {other:?}"),
    };
    assert_eq!((made.kind, made.code, made.reserved), (kind, code, [0; 4]));
    let report = if let Todo::Completed(report) = &expected { Some(report) } else { None };
    let outcome = report.map(twiml_refer::webhook::ReferReport::outcome);
    let codes = report.map(|it| (it.refer_sip_response_code(), it.notify_sip_response_code()));
    let (refer, notify) = codes.unwrap_or_default();
    let written = (made.refer_sip_response_code, made.notify_sip_response_code);
    assert_eq!(written, (refer.unwrap_or(0), notify.unwrap_or(0)));
    assert_eq!(made.outcome, outcome.as_ref().map_or(0, outcome_number));
    let found = if let Todo::Diagnostic(found) = &expected { Some(found) } else { None };
    let (code, message) = unsafe { (seen(made.finding.code), seen(made.finding.message)) };
    assert_eq!(code, found.map(|found| found.code().as_str()));
    assert_eq!(message, found.map(|found| found.message()).as_deref());
    let status = report.and_then(|report| report.refer_call_status()).map(ReferCallStatus::as_str);
    assert_eq!(unsafe { seen(made.refer_call_status) }, status);
}
