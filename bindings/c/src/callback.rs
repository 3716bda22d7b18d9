//! Twilio's requests and the callback of `<Refer>`.

use std::ffi::c_char;
use std::sync::OnceLock;

use twiml_refer::{
    ReferOutcome, numbers,
    webhook::{Leg, ReferCallback},
};

use crate::error::{Fault, twr_error, twr_status};
use crate::guard::{array, calm, get, give, guard, put, take};
use crate::text::{twr_str, write};

/// A request of Twilio; one that is no callback of `<Refer>` has no status and no codes. It
/// does not change, and any thread may read it.
pub struct twr_callback {
    callback: ReferCallback,
    outcome: ReferOutcome,
    status: Option<String>,
    messages: Vec<String>,
    params: Listed,
    sip_headers: Listed,
}

/// Views of the pairs of an object, made when the first is asked for: who walks them by index takes
/// linear time, whatever it takes to step over one.
#[derive(Default)]
pub(crate) struct Listed(OnceLock<Vec<twr_pair>>);

impl Listed {
    pub(crate) fn get<'a>(
        &self,
        index: usize,
        pairs: impl Iterator<Item = (&'a str, Option<&'a str>)>,
    ) -> Result<twr_pair, Fault> {
        let view =
            |(name, value)| twr_pair { name: twr_str::of(name), value: twr_str::maybe(value) };
        self.0.get_or_init(|| pairs.map(view).collect()).get(index).copied().ok_or(Fault::None)
    }
}

/// A name and a value.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct twr_pair {
    /// The name.
    pub name: twr_str,
    /// The value.
    pub value: twr_str,
}

/// The target answered: the caller is no longer with the app.
pub const TWR_OUTCOME_TRANSFERRED: i32 = 1;
/// The endpoint refused the REFER itself.
pub const TWR_OUTCOME_REJECTED: i32 = 2;
/// The endpoint called the target, and that call failed.
pub const TWR_OUTCOME_TARGET_FAILED: i32 = 3;
/// The caller hung up before it was decided.
pub const TWR_OUTCOME_CANCELED: i32 = 4;
/// The endpoint never told how it went.
pub const TWR_OUTCOME_UNCONFIRMED: i32 = 5;
/// Twilio sent a status that this version does not know.
pub const TWR_OUTCOME_UNKNOWN: i32 = 6;

/// How a transfer ended.
#[repr(C)]
pub struct twr_outcome {
    /// A TWR_OUTCOME_… number; 0 for a NULL handle.
    pub kind: i32,
    /// The SIP code of REJECTED and TARGET_FAILED, or 0.
    pub code: u16,
    /// The status of TARGET_FAILED and UNKNOWN, a view; else absent.
    pub status: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// A SIP device or domain: `<Refer>` works.
pub const TWR_LEG_SIP: i32 = 1;
/// A telephone number.
pub const TWR_LEG_PSTN: i32 = 2;
/// Twilio's Voice SDK.
pub const TWR_LEG_CLIENT: i32 = 3;
/// The request does not tell.
pub const TWR_LEG_UNKNOWN: i32 = 4;

pub(crate) const fn outcome_number(outcome: &ReferOutcome) -> i32 {
    match outcome {
        ReferOutcome::Transferred => TWR_OUTCOME_TRANSFERRED,
        ReferOutcome::Rejected { .. } => TWR_OUTCOME_REJECTED,
        ReferOutcome::TargetFailed { .. } => TWR_OUTCOME_TARGET_FAILED,
        ReferOutcome::Canceled => TWR_OUTCOME_CANCELED,
        ReferOutcome::Unconfirmed => TWR_OUTCOME_UNCONFIRMED,
        _ => TWR_OUTCOME_UNKNOWN,
    }
}

impl twr_callback {
    pub(crate) fn new(callback: ReferCallback) -> Self {
        let outcome = callback.outcome();
        let status = callback.refer_call_status().map(|status| status.to_string());
        let messages = callback.problems().iter().map(|problem| problem.message()).collect();
        let (params, sip_headers) = (Listed::default(), Listed::default());
        Self { callback, outcome, status, messages, params, sip_headers }
    }
}

/// The pairs of a caller's array.
///
/// # Safety
///
/// `pairs` has `count` readable pairs of readable text (or is NULL with 0).
pub(crate) unsafe fn pairs<'a>(
    pairs: *const twr_pair,
    count: usize,
) -> Result<Vec<(&'a str, &'a str)>, Fault> {
    // SAFETY: the caller's promise.
    let pairs = unsafe { array(pairs, count) }?;
    // SAFETY: the caller's promise.
    pairs.iter().map(|pair| unsafe { Ok((pair.name.text()?, pair.value.text()?)) }).collect()
}

/// Reads a form body, or a URL's query without its `?`. `max_bytes` 0 is the usual limit of 64 KiB.
/// Free it with twr_callback_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_from_form(
    body: twr_str,
    max_bytes: i64,
    callback: *mut *mut twr_callback,
    error: *mut twr_error,
) -> twr_status {
    let read = || {
        // SAFETY: the conventions of the header.
        let body = unsafe { body.bytes() }?;
        let read = match max_bytes {
            0 => ReferCallback::from_form(body)?,
            limit => ReferCallback::from_form_with_limit(body, numbers::body_bytes(limit)?)?,
        };
        // SAFETY: the conventions of the header.
        unsafe { give(callback, twr_callback::new(read)) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, read) }
}

/// Takes pairs that were decoded already.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_from_pairs(
    pairs: *const twr_pair,
    count: usize,
    callback: *mut *mut twr_callback,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        let read = ReferCallback::from_pairs(self::pairs(pairs, count)?)?;
        give(callback, twr_callback::new(read))
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Frees a callback and writes NULL in its place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_free(callback: *mut *mut twr_callback) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(callback) }));
}

/// How the transfer ended; never fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_outcome(callback: *const twr_callback) -> twr_outcome {
    let none = twr_outcome { kind: 0, code: 0, status: twr_str::ABSENT, reserved: [0; 2] };
    // SAFETY: the conventions of the header.
    unsafe { get(callback) }.map_or(none, |held| twr_outcome {
        kind: outcome_number(&held.outcome),
        code: held.outcome.code().unwrap_or(0),
        status: twr_str::maybe(held.outcome.status()),
        reserved: [0; 2],
    })
}

/// Whether the original call is still there for the app to talk to; false for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_may_resume(callback: *const twr_callback) -> bool {
    // SAFETY: the conventions of the header.
    unsafe { get(callback) }.is_ok_and(|held| held.callback.may_resume())
}

/// ReferCallStatus; a view, absent if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_refer_call_status(callback: *const twr_callback) -> twr_str {
    // SAFETY: the conventions of the header.
    unsafe { get(callback) }.map_or(twr_str::ABSENT, |held| twr_str::maybe(held.status.as_deref()))
}

/// ReferSipResponseCode, or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_refer_sip_response_code(
    callback: *const twr_callback,
) -> u16 {
    // SAFETY: the conventions of the header.
    let code =
        unsafe { get(callback) }.ok().and_then(|held| held.callback.refer_sip_response_code());
    code.unwrap_or(0)
}

/// NotifySipResponseCode, or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_notify_sip_response_code(
    callback: *const twr_callback,
) -> u16 {
    // SAFETY: the conventions of the header.
    let code =
        unsafe { get(callback) }.ok().and_then(|held| held.callback.notify_sip_response_code());
    code.unwrap_or(0)
}

/// The leg that it speaks of: a TWR_LEG_… number; 0 for a NULL handle.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_leg(callback: *const twr_callback) -> i32 {
    // SAFETY: the conventions of the header.
    let leg = unsafe { get(callback) }.map(|held| held.callback.request().leg());
    match leg {
        Ok(Leg::Sip) => TWR_LEG_SIP,
        Ok(Leg::Pstn) => TWR_LEG_PSTN,
        Ok(Leg::Client) => TWR_LEG_CLIENT,
        Ok(_) => TWR_LEG_UNKNOWN,
        Err(_) => 0,
    }
}

/// The first value of the parameter of this name, compared with case; a view, absent if it was not
/// sent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_param(
    callback: *const twr_callback,
    name: twr_str,
) -> twr_str {
    // SAFETY: the conventions of the header.
    let both = unsafe { (get(callback), name.text()) };
    calm(twr_str::ABSENT, || match both {
        (Ok(held), Ok(name)) => twr_str::maybe(held.callback.param(name)),
        _ => twr_str::ABSENT,
    })
}

/// How many parameters there are; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_param_count(callback: *const twr_callback) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { get(callback) }.map_or(0, |held| held.callback.params().len())
}

/// A parameter by its place from 0, in arrival order; views. TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_param_at(
    callback: *const twr_callback,
    index: usize,
    pair: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get(callback) }?;
        let params = held.callback.params().map(|(name, value)| (name, Some(value)));
        // SAFETY: the conventions of the header.
        unsafe { put(pair, held.params.get(index, params)?) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// A header that came as SipHeader_…, without that prefix, by its place from 0; views.
/// TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_sip_header_at(
    callback: *const twr_callback,
    index: usize,
    pair: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get(callback) }?;
        let headers = held.callback.request().sip_headers();
        let headers = headers.map(|(name, value)| (name, Some(value)));
        // SAFETY: the conventions of the header.
        unsafe { put(pair, held.sip_headers.get(index, headers)?) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// What is odd about a parameter, by its place from 0: its name and a message; views.
/// TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_problem_at(
    callback: *const twr_callback,
    index: usize,
    problem: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get(callback) }?;
        let found = held.callback.problems().get(index).ok_or(Fault::None)?;
        let message = held.messages.get(index).ok_or(Fault::None)?;
        let pair = twr_pair { name: twr_str::of(found.parameter()), value: twr_str::of(message) };
        // SAFETY: the conventions of the header.
        unsafe { put(problem, pair) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Writes every pair as a form body.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_callback_to_form(
    callback: *const twr_callback,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body =
        || unsafe { write(get(callback)?.callback.to_form().as_bytes(), buffer, capacity, length) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}
