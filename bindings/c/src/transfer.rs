//! The verb itself: REFER and NOTIFY as a state machine.

use std::borrow::Cow;
use std::ffi::c_char;
use std::sync::{Arc, OnceLock};

use twiml_refer::{
    SipUri, Transfer, numbers,
    transfer::{
        Event, Notify, Output, RejectedStatus, Response, Start, TransferSettings, TransferState,
    },
    webhook::ReferCallStatus,
};

use crate::diagnostics::{Listed, twr_diagnostic};
use crate::error::{Failure, twr_error, twr_status};
use crate::guard::{calm, get, get_mut, guard, make, present, put, take};
use crate::request::{LEGS, Report, twr_refer_report};
use crate::text::{twr_str, utf8, write};

/// One `<Refer>` in progress. One thread at a time.
pub struct twr_transfer {
    transfer: Transfer,
    report: OnceLock<Report>,
    diagnostic: Option<Listed>,
}

impl twr_transfer {
    fn new(transfer: Transfer) -> Self {
        Self { transfer, report: OnceLock::new(), diagnostic: None }
    }
}

/// How long a transfer waits, and what it reports. twr_settings_new makes the defaults.
pub struct twr_settings(Arc<TransferSettings>);

/// What to do next.
#[repr(C)]
pub struct twr_output {
    /// A TWR_OUTPUT_… number.
    pub kind: i32,
    /// The status code of TWR_OUTPUT_REPLY; else 0.
    pub code: i32,
    /// TWR_OUTPUT_DIAGNOSTIC: what was unexpected or invalid; views of the transfer until the next
    /// TWR_OUTPUT_DIAGNOSTIC.
    pub diagnostic: twr_diagnostic,
    /// Zero; room for later versions.
    pub reserved: [u64; 4],
}

/// Send the REFER, with twr_transfer_refer_to as its Refer-To.
pub const TWR_OUTPUT_SEND_REFER: i32 = 1;
/// Answer the NOTIFY that was just fed with `code`.
pub const TWR_OUTPUT_REPLY: i32 = 2;
/// The endpoint has lost the dialog, or did not answer the REFER: end the dialog without waiting for an answer.
pub const TWR_OUTPUT_END_DIALOG: i32 = 3;
/// The transfer has ended, once: twr_transfer_report says how.
pub const TWR_OUTPUT_COMPLETED: i32 = 4;
/// What came from the wire was unexpected or invalid, and was answered or ignored: log it.
pub const TWR_OUTPUT_DIAGNOSTIC: i32 = 5;

/// Not started.
pub const TWR_STATE_IDLE: i32 = 1;
/// The REFER has no final response yet.
pub const TWR_STATE_REFERRING: i32 = 2;
/// The REFER was accepted: NOTIFYs report the call to the target.
pub const TWR_STATE_SUBSCRIBED: i32 = 3;
/// The transfer has ended.
pub const TWR_STATE_COMPLETED: i32 = 4;

/// Every state with its number in C.
const STATES: [(i32, TransferState); 4] = [
    (TWR_STATE_IDLE, TransferState::Idle),
    (TWR_STATE_REFERRING, TransferState::Referring),
    (TWR_STATE_SUBSCRIBED, TransferState::Subscribed),
    (TWR_STATE_COMPLETED, TransferState::Completed),
];

/// Where there is no deadline.
pub const TWR_NO_DEADLINE: u64 = u64::MAX;

/// A CSeq that is not known yet: twr_transfer_cseq feeds it once the stack has sent the REFER.
pub const TWR_NO_CSEQ: i64 = -1;

/// A NOTIFY, with its headers as they are on the wire. Set every member to 0 first: so that those of later
/// versions are, too.
#[repr(C)]
pub struct twr_notify {
    /// The CSeq number.
    pub cseq: i64,
    /// The Event header; absent if there is none.
    pub event: twr_str,
    /// The Subscription-State header; absent if there is none.
    pub subscription_state: twr_str,
    /// The body.
    pub body: twr_str,
    /// Not 0: it came outside the dialog of the REFER (in_dialog in the other languages, inverted here so that 0 is
    /// the usual case).
    pub outside_dialog: i32,
    /// Zero; room for later versions.
    pub reserved: [u64; 4],
}

/// Makes the default settings. Free them with twr_settings_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_new(
    settings: *mut *mut twr_settings,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(settings, error, || Ok(twr_settings(Arc::new(TransferSettings::new())))) }
}

/// Frees settings and writes NULL in their place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_free(settings: *mut *mut twr_settings) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(settings) }));
}

/// Changes settings.
///
/// # Safety
///
/// As [`get_mut`], and `error` as in [`guard`].
unsafe fn change(
    settings: *mut twr_settings,
    error: *mut twr_error,
    how: impl FnOnce(TransferSettings) -> Result<TransferSettings, Failure>,
) -> twr_status {
    // SAFETY: the caller's promise.
    unsafe {
        guard(error, || {
            let held = get_mut(settings)?;
            held.0 = Arc::new(how(TransferSettings::clone(&held.0))?);
            Ok(())
        })
    }
}

/// The wait for a final response to the REFER (32 s unless set).
pub const TWR_TIME_RESPONSE: i32 = 1;
/// The wait for the first NOTIFY (32 s).
pub const TWR_TIME_NOTIFY: i32 = 2;
/// The life of the subscription after a NOTIFY without expires (180 s).
pub const TWR_TIME_SUBSCRIPTION: i32 = 3;
/// The wait for a last NOTIFY after a hang-up (0).
pub const TWR_TIME_HANG_UP_GRACE: i32 = 4;
/// The longest time of a transfer, counted from the 2xx to the REFER, whatever expires says (600 s).
pub const TWR_TIME_MAX_DURATION: i32 = 5;

/// Sets a time: `which` is a TWR_TIME_… number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_set_time(
    settings: *mut twr_settings,
    which: i32,
    time_ms: i64,
    error: *mut twr_error,
) -> twr_status {
    let how = |old: TransferSettings| {
        let time = numbers::milliseconds(time_ms)?;
        Ok(match which {
            TWR_TIME_RESPONSE => old.with_response_timeout(time)?,
            TWR_TIME_NOTIFY => old.with_notify_timeout(time)?,
            TWR_TIME_SUBSCRIPTION => old.with_subscription(time)?,
            TWR_TIME_HANG_UP_GRACE => old.with_hang_up_grace(time)?,
            TWR_TIME_MAX_DURATION => old.with_max_duration(time)?,
            _ => return Err(Failure::Argument("there is no such time")),
        })
    };
    // SAFETY: the conventions of the header.
    unsafe { change(settings, error, how) }
}

/// Sets whether ReferCallStatus is omitted when the REFER itself fails, instead of `failed`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_set_rejected_status_omitted(
    settings: *mut twr_settings,
    omitted: bool,
    error: *mut twr_error,
) -> twr_status {
    let status = if omitted { RejectedStatus::Omitted } else { RejectedStatus::Failed };
    // SAFETY: the conventions of the header.
    unsafe { change(settings, error, |old| Ok(old.with_rejected_status(status))) }
}

/// Sets the status that is reported for a final code of the call to the target.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_settings_set_status(
    settings: *mut twr_settings,
    code: i32,
    status: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        change(settings, error, |old| {
            Ok(old.with_status(code, ReferCallStatus::from(status.text()?))?)
        })
    }
}

/// Makes a transfer to this SIP URI, not yet started: its text, which twr_uri_text returns of one that was
/// built. `settings` NULL: the defaults; they are copied. Free it with twr_transfer_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_new(
    target: twr_str,
    settings: *const twr_settings,
    transfer: *mut *mut twr_transfer,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(transfer, error, || {
            let target = SipUri::parse(target.text()?)?;
            Ok(twr_transfer::new(match settings.as_ref() {
                Some(settings) => Transfer::with_settings(target, Arc::clone(&settings.0)),
                None => Transfer::new(target),
            }))
        })
    }
}

/// Frees a transfer and writes NULL in its place; NULL is ignored.
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
unsafe fn feed<'a, E: Into<Event<'a>>>(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
    event: impl FnOnce() -> Result<E, Failure>,
) -> twr_status {
    // SAFETY: the caller's promise.
    unsafe { guard(error, || Ok(get_mut(transfer)?.transfer.handle(event()?, now_ms)?)) }
}

/// Starts the transfer. `leg` is a TWR_LEG_… number (on any but TWR_LEG_SIP: Twilio's error 13801), `cseq` that
/// of the REFER, or TWR_NO_CSEQ; `first_in_dialog`: no REFER was sent in this dialog before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_start(
    transfer: *mut twr_transfer,
    leg: i32,
    cseq: i64,
    first_in_dialog: bool,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    let start = || {
        let leg = LEGS.iter().find(|(number, _)| *number == leg);
        let leg = leg.ok_or(Failure::Argument("there is no such leg"))?.1;
        let start = match cseq {
            TWR_NO_CSEQ => Start::without_cseq(),
            cseq => Start::new(numbers::cseq(cseq)?),
        };
        Ok(start.with_leg(leg).with_first_in_dialog(first_in_dialog))
    };
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, start) }
}

/// Feeds the CSeq with which the stack has sent the REFER (after TWR_NO_CSEQ), or has sent it again after it
/// answered a challenge itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_cseq(
    transfer: *mut twr_transfer,
    cseq: i64,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::Cseq(numbers::cseq(cseq)?))) }
}

/// Feeds a response to the REFER. `refer_sub` is what its Refer-Sub header says, true if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_response(
    transfer: *mut twr_transfer,
    code: i32,
    refer_sub: bool,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Response::new(code).with_refer_sub(refer_sub))) }
}

/// Feeds a 401 or 407 (`code`) after which the REFER was sent again with credentials, and this CSeq.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_retried(
    transfer: *mut twr_transfer,
    code: i32,
    cseq: i64,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        feed(transfer, now_ms, error, || Ok(Response::new(code).with_retry(numbers::cseq(cseq)?)))
    }
}

/// Feeds what a stack reports that reads NOTIFYs itself: the status code of the call to the target, and whether
/// it is the last one. It needs no reply.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_status(
    transfer: *mut twr_transfer,
    code: i32,
    is_final: bool,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::status(code, is_final))) }
}

/// Feeds a NOTIFY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_notify(
    transfer: *mut twr_transfer,
    notify: *const twr_notify,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let notify = get(notify)?;
            // What is not UTF-8 is not a valid header: it is answered as such.
            let event = header(notify.event.bytes()?);
            let absent = notify.subscription_state.ptr.is_null();
            let state = header(notify.subscription_state.bytes()?);
            let cseq = numbers::received_cseq(notify.cseq);
            let event = Notify::new(cseq, &event, notify.body.bytes()?)
                .with_subscription_state((!absent).then_some(&*state))
                .with_in_dialog(notify.outside_dialog == 0);
            Ok(get_mut(transfer)?.transfer.handle(event, now_ms)?)
        })
    }
}

/// Text of a header. Nearly all of it is UTF-8 and not copied.
fn header(bytes: &[u8]) -> Cow<'_, str> {
    utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Reports that either side ended the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_hang_up(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::HangUp)) }
}

/// Reports that the REFER could not be sent, or that its connection broke.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_transport_error(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::TransportError)) }
}

/// Fires expired deadlines: to be called when twr_transfer_deadline_ms has come.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_handle_timeout(
    transfer: *mut twr_transfer,
    now_ms: u64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { feed(transfer, now_ms, error, || Ok(Event::Time)) }
}

/// Writes what to do next; to be called after every event until it returns TWR_STATUS_NONE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_poll(
    transfer: *mut twr_transfer,
    output: *mut twr_output,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            present(output)?;
            let held = get_mut(transfer)?;
            let (mut code, mut diagnostic) = (0, twr_diagnostic::NONE);
            let kind = match held.transfer.poll().ok_or(Failure::None)? {
                Output::SendRefer => TWR_OUTPUT_SEND_REFER,
                Output::Reply(reply) => {
                    code = reply.as_u16().into();
                    TWR_OUTPUT_REPLY
                }
                Output::Completed(_) => TWR_OUTPUT_COMPLETED,
                Output::Diagnostic(found) => {
                    diagnostic =
                        held.diagnostic.insert(Listed::new([found])).at(0).ok_or(Failure::None)?;
                    TWR_OUTPUT_DIAGNOSTIC
                }
                _ => TWR_OUTPUT_END_DIALOG,
            };
            put(output, twr_output { kind, code, diagnostic, reserved: [0; 4] })
        })
    }
}

/// Writes how the transfer ended: the parameters for the action URL, one by one and as a form, and the outcome
/// with its explanation. TWR_STATUS_NONE before TWR_OUTPUT_COMPLETED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_report(
    transfer: *const twr_transfer,
    report: *mut twr_refer_report,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let held = get(transfer)?;
            let ended = held.transfer.report().ok_or(Failure::None)?;
            put(report, held.report.get_or_init(|| Report::new(ended)).view())
        })
    }
}

/// Returns when to call twr_transfer_handle_timeout at the latest; TWR_NO_DEADLINE: never. A time that is past
/// means at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_deadline_ms(transfer: *const twr_transfer) -> u64 {
    // SAFETY: the conventions of the header.
    let deadline = unsafe { get(transfer) }.ok().and_then(|held| held.transfer.deadline_ms());
    deadline.unwrap_or(TWR_NO_DEADLINE)
}

/// Writes the value of the Refer-To header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_refer_to(
    transfer: *const twr_transfer,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            write(get(transfer)?.transfer.refer_to().as_bytes(), buffer, capacity, length)
        })
    }
}

/// Returns the state: a TWR_STATE_… number; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_state(transfer: *const twr_transfer) -> i32 {
    // SAFETY: the conventions of the header.
    unsafe { get(transfer) }.map_or(0, |held| {
        let state = held.transfer.state();
        STATES.iter().find(|(_, known)| *known == state).map_or(0, |(number, _)| *number)
    })
}

/// Returns the name of a TWR_STATE_… number (`subscribed`); absent for another number. The view lives as long
/// as the process. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_state_name(state: i32) -> twr_str {
    let found = STATES.iter().find(|(number, _)| *number == state);
    twr_str::maybe(found.map(|(_, state)| state.as_str()))
}

/// Returns the name of a TWR_OUTPUT_… number (`send-refer`); absent for another number. As twr_state_name.
#[unsafe(no_mangle)]
pub extern "C" fn twr_output_name(output: i32) -> twr_str {
    twr_str::maybe(match output {
        TWR_OUTPUT_SEND_REFER => Some("send-refer"),
        TWR_OUTPUT_REPLY => Some("reply"),
        TWR_OUTPUT_END_DIALOG => Some("end-dialog"),
        TWR_OUTPUT_COMPLETED => Some("completed"),
        TWR_OUTPUT_DIAGNOSTIC => Some("diagnostic"),
        _ => None,
    })
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
    unsafe { guard(error, || write(&get(transfer)?.transfer.save(), buffer, capacity, length)) }
}

/// Restores what twr_transfer_save wrote, in this or any older version. Free it with twr_transfer_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_transfer_restore(
    bytes: twr_str,
    transfer: *mut *mut twr_transfer,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(transfer, error, || Ok(twr_transfer::new(Transfer::restore(bytes.bytes()?)?))) }
}
