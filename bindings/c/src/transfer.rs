//! The verb itself.

use std::borrow::Cow;
use std::ffi::c_char;
use std::sync::Arc;

use twiml_refer::{
    SipUri, Transfer,
    diagnostic::Diagnostic,
    numbers,
    transfer::{Event, Output, RejectedStatus, TransferSettings},
    webhook::{Leg, ReferCallStatus},
};

use crate::callback::{TWR_LEG_CLIENT, TWR_LEG_PSTN, TWR_LEG_SIP, TWR_LEG_UNKNOWN, outcome_number};
use crate::error::{Fault, twr_error, twr_status};
use crate::findings::twr_finding;
use crate::guard::{calm, get, get_mut, give, guard, present, put, take};
use crate::text::{twr_str, utf8, write};

/// One `<Refer>` at work. One thread at a time.
pub struct twr_transfer {
    transfer: Transfer,
    status: Option<ReferCallStatus>,
    found: Option<(Diagnostic, String)>,
}

/// How long to wait for what, and what is reported. twr_settings_new makes the defaults.
pub struct twr_settings(Arc<TransferSettings>);

/// What to do.
#[repr(C)]
pub struct twr_output {
    /// A TWR_OUTPUT_… number.
    pub kind: i32,
    /// The status code of TWR_OUTPUT_REPLY.
    pub code: u16,
    /// TWR_OUTPUT_COMPLETED: ReferSipResponseCode; 0 if it is omitted.
    pub refer_sip_response_code: u16,
    /// TWR_OUTPUT_COMPLETED: NotifySipResponseCode; 0 if it is omitted.
    pub notify_sip_response_code: u16,
    /// TWR_OUTPUT_COMPLETED: a TWR_OUTCOME_… number.
    pub outcome: i32,
    /// TWR_OUTPUT_COMPLETED: ReferCallStatus, absent if it is omitted; a view of the transfer.
    pub refer_call_status: twr_str,
    /// TWR_OUTPUT_DIAGNOSTIC: what was odd; views of the transfer until the next TWR_OUTPUT_DIAGNOSTIC.
    pub finding: twr_finding,
    /// Zero; room for later versions.
    pub reserved: [u64; 4],
}

/// Send the REFER, with twr_transfer_refer_to as its Refer-To.
pub const TWR_OUTPUT_SEND_REFER: i32 = 1;
/// Answer the NOTIFY that was just fed with `code`.
pub const TWR_OUTPUT_REPLY: i32 = 2;
/// The endpoint has lost the dialog: end it without waiting for an answer.
pub const TWR_OUTPUT_END_DIALOG: i32 = 3;
/// The verb has ended; comes once.
pub const TWR_OUTPUT_COMPLETED: i32 = 4;
/// What came from the wire was odd, and was answered or ignored: there is nothing to do but to log it.
pub const TWR_OUTPUT_DIAGNOSTIC: i32 = 5;

/// Where there is no deadline.
pub const TWR_NO_DEADLINE: u64 = u64::MAX;

/// Makes the default settings. Free them with twr_settings_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_new(
    settings: *mut *mut twr_settings,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { guard(error, || give(settings, twr_settings(Arc::new(TransferSettings::new())))) }
}

/// Frees settings and writes NULL in their place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_free(settings: *mut *mut twr_settings) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(settings) }));
}

/// Wait for an answer to the REFER (32 s unless set).
pub const TWR_TIME_RESPONSE: i32 = 1;
/// Wait for the first NOTIFY (32 s).
pub const TWR_TIME_NOTIFY: i32 = 2;
/// A subscription lives after a NOTIFY without expires (180 s).
pub const TWR_TIME_SUBSCRIPTION: i32 = 3;
/// Wait for a last NOTIFY after a hang-up (0).
pub const TWR_TIME_HANG_UP_GRACE: i32 = 4;

/// A transfer lasts at most, counted from the 2xx to the REFER, whatever expires says (600 s).
pub const TWR_TIME_MAX_DURATION: i32 = 5;

/// Sets a time in milliseconds: `which` is a TWR_TIME_… number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_set_time(
    settings: *mut twr_settings,
    which: i32,
    milliseconds: i64,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get_mut(settings) }?;
        let (old, time) = (TransferSettings::clone(&held.0), numbers::milliseconds(milliseconds)?);
        held.0 = Arc::new(match which {
            TWR_TIME_RESPONSE => old.with_response_timeout(time)?,
            TWR_TIME_NOTIFY => old.with_notify_timeout(time)?,
            TWR_TIME_SUBSCRIPTION => old.with_subscription(time)?,
            TWR_TIME_HANG_UP_GRACE => old.with_hang_up_grace(time)?,
            TWR_TIME_MAX_DURATION => old.with_max_duration(time)?,
            _ => return Err(Fault::argument("there is no such time")),
        });
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Omits ReferCallStatus when the REFER itself fails, instead of `failed`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_omit_rejected_status(
    settings: *mut twr_settings,
    omit: bool,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get_mut(settings) }?;
        let status = if omit { RejectedStatus::Omitted } else { RejectedStatus::Failed };
        held.0 = Arc::new(TransferSettings::clone(&held.0).with_rejected_status(status));
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Reports another status for a final code of the call to the target.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_set_status(
    settings: *mut twr_settings,
    code: i32,
    status: twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (held, status) = unsafe { (get_mut(settings)?, status.text()?) };
        let settings = TransferSettings::clone(&held.0);
        held.0 = Arc::new(settings.with_status(code, ReferCallStatus::from(status))?);
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Makes a transfer to this SIP URI, not yet started: its text, which twr_uri_text gives of one that was
/// built. `settings` NULL: the defaults; they are copied.
/// Free it with twr_transfer_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_new(
    target: twr_str,
    settings: *const twr_settings,
    transfer: *mut *mut twr_transfer,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (target, settings) = unsafe { (SipUri::parse(target.text()?)?, settings.as_ref()) };
        let made = match settings {
            Some(settings) => Transfer::with_settings(target, Arc::clone(&settings.0)),
            None => Transfer::new(target),
        };
        // SAFETY: the conventions of the header.
        unsafe { give(transfer, twr_transfer { transfer: made, status: None, found: None }) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Frees a transfer and writes NULL in its place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_free(transfer: *mut *mut twr_transfer) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(transfer) }));
}

/// Feeds an event.
///
/// # Safety
///
/// As the conventions of the header say.
unsafe fn feed(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
    event: impl FnOnce() -> Result<Event<'static>, Fault>,
) -> twr_status {
    // SAFETY: the caller's promise.
    unsafe { guard(error, || Ok(get_mut(transfer)?.transfer.handle(event()?, now_ms)?)) }
}

/// A code that SIP does not have is passed on as 0: the transfer gives a diagnostic.
fn code(number: i32) -> u16 {
    u16::try_from(number).unwrap_or_default()
}

/// The verb begins. `leg` is a TWR_LEG_… number (on any but TWR_LEG_SIP: Twilio's error 13801),
/// `cseq` that of the REFER; `first_in_dialog`: no REFER was sent in this dialog before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_start(
    transfer: *mut twr_transfer,
    leg: i32,
    cseq: i64,
    first_in_dialog: bool,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    let event = || {
        let leg = match leg {
            TWR_LEG_SIP => Leg::Sip,
            TWR_LEG_PSTN => Leg::Pstn,
            TWR_LEG_CLIENT => Leg::Client,
            TWR_LEG_UNKNOWN => Leg::Unknown,
            _ => return Err(Fault::argument("there is no such leg")),
        };
        Ok(Event::Start { leg, cseq: numbers::cseq(cseq)?, first_in_dialog })
    };
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, event) }
}

/// A response to the REFER. `refer_sub` is what its Refer-Sub header says, true if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_response(
    transfer: *mut twr_transfer,
    code: i32,
    refer_sub: bool,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    let event = || Ok(Event::Response { code: self::code(code), refer_sub, retry: None });
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, event) }
}

/// After a 401 or 407 (`code`): the REFER was sent again with credentials, and this CSeq.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_retried(
    transfer: *mut twr_transfer,
    code: i32,
    cseq: i64,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    let event = || {
        let retry = Some(numbers::cseq(cseq)?);
        Ok(Event::Response { code: self::code(code), refer_sub: true, retry })
    };
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, event) }
}

/// A NOTIFY: its Event and Subscription-State headers as they stand on the wire (absent if there is
/// none), its CSeq, its body, and whether it belongs to the dialog of the REFER.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_notify(
    transfer: *mut twr_transfer,
    event: twr_str,
    cseq: i64,
    subscription_state: twr_str,
    body: twr_str,
    in_dialog: bool,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let notify = || unsafe {
        // What is no UTF-8 is no header that could be meant: it is judged, and answered.
        let event = header(event.bytes()?);
        let absent = subscription_state.ptr.is_null();
        let state = header(subscription_state.bytes()?);
        let event = Event::Notify {
            event: &event,
            cseq: numbers::received_cseq(cseq),
            subscription_state: (!absent).then_some(&state),
            body: body.bytes()?,
            in_dialog,
        };
        Ok(get_mut(transfer)?.transfer.handle(event, now_ms)?)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, notify) }
}

/// What nearly always is UTF-8 is not searched for what is none.
fn header(bytes: &[u8]) -> Cow<'_, str> {
    utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Either side ended the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_hang_up(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::HangUp)) }
}

/// The REFER could not be sent, or its connection broke.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_transport_error(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::TransportError)) }
}

/// Nothing happened but time: to be called when the deadline has come.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_time(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::Time)) }
}

/// What to do next; to be called after every event until it returns TWR_STATUS_NONE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_poll(
    transfer: *mut twr_transfer,
    output: *mut twr_output,
) -> twr_status {
    let body = || {
        present(output)?;
        // SAFETY: the conventions of the header.
        let held = unsafe { get_mut(transfer) }?;
        let next = held.transfer.poll().ok_or(Fault::None)?;
        let mut made = twr_output {
            kind: 0,
            code: 0,
            refer_sip_response_code: 0,
            notify_sip_response_code: 0,
            outcome: 0,
            refer_call_status: twr_str::ABSENT,
            finding: twr_finding::NONE,
            reserved: [0; 4],
        };
        match next {
            Output::SendRefer => made.kind = TWR_OUTPUT_SEND_REFER,
            Output::Reply(code) => (made.kind, made.code) = (TWR_OUTPUT_REPLY, code),
            Output::Completed(report) => {
                made.kind = TWR_OUTPUT_COMPLETED;
                made.refer_sip_response_code = report.refer_sip_response_code().unwrap_or(0);
                made.notify_sip_response_code = report.notify_sip_response_code().unwrap_or(0);
                made.outcome = outcome_number(&report.outcome());
                held.status = report.refer_call_status().cloned();
                made.refer_call_status =
                    twr_str::maybe(held.status.as_ref().map(ReferCallStatus::as_str));
            }
            Output::Diagnostic(found) => {
                made.kind = TWR_OUTPUT_DIAGNOSTIC;
                let message = found.message();
                let (found, message) = held.found.insert((found, message));
                made.finding = twr_finding::of(found, message);
            }
            _ => made.kind = TWR_OUTPUT_END_DIALOG,
        }
        // SAFETY: the conventions of the header.
        unsafe { put(output, made) }
    };
    // SAFETY: NULL asks for no error.
    unsafe { guard(std::ptr::null_mut(), body) }
}

/// When to call twr_transfer_time at the latest; TWR_NO_DEADLINE: never. A time that is past means at
/// once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_deadline(transfer: *const twr_transfer) -> u64 {
    // SAFETY: the conventions of the header.
    let deadline = unsafe { get(transfer) }.ok().and_then(|held| held.transfer.deadline());
    deadline.unwrap_or(TWR_NO_DEADLINE)
}

/// Writes the value for the Refer-To header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_refer_to(
    transfer: *const twr_transfer,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        write(get(transfer)?.transfer.refer_to().as_bytes(), buffer, capacity, length)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Where it stands: `idle`, `referring`, `subscribed` or `completed`; absent for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_state(transfer: *const twr_transfer) -> twr_str {
    // SAFETY: the conventions of the header.
    unsafe { get(transfer) }
        .map_or(twr_str::ABSENT, |held| twr_str::of(held.transfer.state().as_str()))
}

/// Writes the whole transfer as bytes, to be kept anywhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_save(
    transfer: *const twr_transfer,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe { write(&get(transfer)?.transfer.save(), buffer, capacity, length) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Takes back what twr_transfer_save wrote, by this or any older version.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_restore(
    bytes: twr_str,
    transfer: *mut *mut twr_transfer,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        let restored = Transfer::restore(bytes.bytes()?)?;
        give(transfer, twr_transfer { transfer: restored, status: None, found: None })
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}
