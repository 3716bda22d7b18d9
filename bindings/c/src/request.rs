//! Requests from Twilio, and what one says of a transfer.

use std::borrow::Cow;
use std::ffi::c_char;
use std::sync::OnceLock;

use twiml_refer::{
    ReferOutcome, VoiceRequest, numbers,
    sip::SipStatus,
    webhook::{Leg, ReferCallStatus, ReferReport},
};

use crate::diagnostics::{Listed, twr_diagnostic};
use crate::error::{Failure, twr_error, twr_status};
use crate::guard::{array, calm, count, entry, get, guard, make, take};
use crate::text::{twr_str, write};

/// A request from Twilio. It does not change, and any thread may read it.
pub struct twr_request {
    request: VoiceRequest,
    report: OnceLock<Option<Report>>,
    diagnostics: OnceLock<Listed>,
    params: Pairs,
    sip_headers: Pairs,
}

/// Views of the pairs of an object, made when the first is asked for: walking them by index takes linear time,
/// whatever it takes to step over one.
#[derive(Default)]
pub(crate) struct Pairs(OnceLock<Vec<twr_pair>>);

impl Pairs {
    pub(crate) fn all<'a, Value: Into<Option<&'a str>>>(
        &self,
        pairs: impl Iterator<Item = (&'a str, Value)>,
    ) -> &[twr_pair] {
        let view = |(name, value): (_, Value)| twr_pair {
            name: twr_str::of(name),
            value: twr_str::maybe(value.into()),
        };
        self.0.get_or_init(|| pairs.map(view).collect())
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

impl twr_pair {
    pub(crate) fn of((name, value): &(String, String)) -> Self {
        Self { name: twr_str::of(name), value: twr_str::of(value) }
    }
}

/// The target answered: the caller is no longer with the app.
pub const TWR_OUTCOME_TRANSFERRED: i32 = 1;
/// The endpoint rejected the REFER itself.
pub const TWR_OUTCOME_REJECTED: i32 = 2;
/// The endpoint called the target, and that call failed.
pub const TWR_OUTCOME_TARGET_FAILED: i32 = 3;
/// The call ended before the transfer was decided, most often because the caller hung up.
pub const TWR_OUTCOME_CANCELED: i32 = 4;
/// The endpoint never reported how it went.
pub const TWR_OUTCOME_UNCONFIRMED: i32 = 5;
/// Twilio sent a status that this version does not know.
pub const TWR_OUTCOME_UNKNOWN: i32 = 6;

/// `in-progress`: the target answered.
pub const TWR_CALL_STATUS_IN_PROGRESS: i32 = 1;
/// `busy`: the target is busy.
pub const TWR_CALL_STATUS_BUSY: i32 = 2;
/// `no-answer`: the target did not answer.
pub const TWR_CALL_STATUS_NO_ANSWER: i32 = 3;
/// `failed`: the call to the target failed, or the REFER was rejected.
pub const TWR_CALL_STATUS_FAILED: i32 = 4;
/// `canceled`: the caller hung up first.
pub const TWR_CALL_STATUS_CANCELED: i32 = 5;
/// A status that this version does not know; the text says it.
pub const TWR_CALL_STATUS_OTHER: i32 = 6;

/// How a transfer ended.
#[repr(C)]
pub struct twr_outcome {
    /// A TWR_OUTCOME_… number; 0 if the request has no report of a `<Refer>`.
    pub kind: i32,
    /// The SIP status code of REJECTED and TARGET_FAILED, or 0.
    pub code: i32,
    /// The status of TARGET_FAILED and UNKNOWN: a TWR_CALL_STATUS_… number; else 0.
    pub call_status: i32,
    /// That status as text, a view; else absent.
    pub call_status_text: twr_str,
    /// A sentence for a log, a view.
    pub explanation: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// The three parameters by which Twilio reports a transfer, and what they mean; views of the object that it was
/// asked of.
#[repr(C)]
pub struct twr_refer_report {
    /// ReferCallStatus as a TWR_CALL_STATUS_… number; 0 if it is absent.
    pub call_status: i32,
    /// ReferSipResponseCode: the answer to the REFER; 0 if it is absent.
    pub refer_sip_response_code: i32,
    /// NotifySipResponseCode: the last code of the call to the target; 0 if it is absent.
    pub notify_sip_response_code: i32,
    /// ReferCallStatus as text; absent if the parameter is.
    pub call_status_text: twr_str,
    /// The parameters as the body of a form: what Twilio adds to its other parameters for the action URL.
    pub form: twr_str,
    /// How the transfer ended.
    pub outcome: twr_outcome,
    /// Zero; room for later versions.
    pub reserved: [u64; 4],
}

/// A SIP device or domain: `<Refer>` works.
pub const TWR_LEG_SIP: i32 = 1;
/// A telephone number.
pub const TWR_LEG_PSTN: i32 = 2;
/// Twilio's Voice SDK.
pub const TWR_LEG_CLIENT: i32 = 3;
/// The request does not say.
pub const TWR_LEG_UNKNOWN: i32 = 4;

/// Every leg with its number in C.
pub(crate) const LEGS: [(i32, Leg); 4] = [
    (TWR_LEG_SIP, Leg::Sip),
    (TWR_LEG_PSTN, Leg::Pstn),
    (TWR_LEG_CLIENT, Leg::Client),
    (TWR_LEG_UNKNOWN, Leg::Unknown),
];

/// Every known status with its number in C.
static CALL_STATUSES: [(i32, ReferCallStatus); 5] = [
    (TWR_CALL_STATUS_IN_PROGRESS, ReferCallStatus::InProgress),
    (TWR_CALL_STATUS_BUSY, ReferCallStatus::Busy),
    (TWR_CALL_STATUS_NO_ANSWER, ReferCallStatus::NoAnswer),
    (TWR_CALL_STATUS_FAILED, ReferCallStatus::Failed),
    (TWR_CALL_STATUS_CANCELED, ReferCallStatus::Canceled),
];

const fn outcome_number(outcome: &ReferOutcome) -> i32 {
    match outcome {
        ReferOutcome::Transferred => TWR_OUTCOME_TRANSFERRED,
        ReferOutcome::Rejected { .. } => TWR_OUTCOME_REJECTED,
        ReferOutcome::TargetFailed { .. } => TWR_OUTCOME_TARGET_FAILED,
        ReferOutcome::Canceled => TWR_OUTCOME_CANCELED,
        ReferOutcome::Unconfirmed => TWR_OUTCOME_UNCONFIRMED,
        _ => TWR_OUTCOME_UNKNOWN,
    }
}

fn code_number(code: Option<SipStatus>) -> i32 {
    code.map_or(0, |code| code.as_u16().into())
}

fn status_number(status: &str) -> i32 {
    let found = CALL_STATUSES.iter().find(|(_, known)| known.as_str() == status);
    found.map_or(TWR_CALL_STATUS_OTHER, |(number, _)| *number)
}

impl twr_outcome {
    const NONE: Self = Self {
        kind: 0,
        code: 0,
        call_status: 0,
        call_status_text: twr_str::ABSENT,
        explanation: twr_str::ABSENT,
        reserved: [0; 2],
    };
}

/// What a report says, with the texts that C takes views of.
pub(crate) struct Report {
    report: ReferReport,
    outcome: ReferOutcome,
    explanation: String,
    form: String,
}

impl Report {
    pub(crate) fn new(report: &ReferReport) -> Self {
        let outcome = report.outcome();
        let explanation = outcome.explanation();
        // They are far below the limit, so that there is no error to report.
        let form = VoiceRequest::from_pairs(report.params(), None);
        let form = form.map_or_else(|_| String::new(), |form| form.to_form());
        Self { report: report.clone(), outcome, explanation, form }
    }

    fn outcome(&self) -> twr_outcome {
        twr_outcome {
            kind: outcome_number(&self.outcome),
            code: code_number(self.outcome.code()),
            call_status: self.outcome.status().map_or(0, status_number),
            call_status_text: twr_str::maybe(self.outcome.status()),
            explanation: twr_str::of(&self.explanation),
            reserved: [0; 2],
        }
    }

    pub(crate) fn view(&self) -> twr_refer_report {
        let status = self.report.call_status().map(ReferCallStatus::as_str);
        twr_refer_report {
            call_status: status.map_or(0, status_number),
            refer_sip_response_code: code_number(self.report.refer_sip_response_code()),
            notify_sip_response_code: code_number(self.report.notify_sip_response_code()),
            call_status_text: twr_str::maybe(status),
            form: twr_str::of(&self.form),
            outcome: self.outcome(),
            reserved: [0; 4],
        }
    }
}

impl twr_request {
    pub(crate) fn new(request: VoiceRequest) -> Self {
        Self {
            request,
            report: OnceLock::new(),
            diagnostics: OnceLock::new(),
            params: Pairs::default(),
            sip_headers: Pairs::default(),
        }
    }

    fn report(&self) -> Option<&Report> {
        self.report.get_or_init(|| self.request.refer().map(Report::new)).as_ref()
    }

    fn params(&self) -> &[twr_pair] {
        self.params.all(self.request.params())
    }

    fn sip_headers(&self) -> &[twr_pair] {
        self.sip_headers.all(self.request.sip_headers())
    }

    fn diagnostics(&self) -> &Listed {
        self.diagnostics.get_or_init(|| Listed::new(self.request.diagnostics().iter().cloned()))
    }
}

/// Reads a limit: 0 is the default.
fn limit(max_bytes: i64) -> Result<Option<usize>, Failure> {
    Ok((max_bytes != 0).then(|| numbers::body_bytes(max_bytes)).transpose()?)
}

/// The pairs of an array of the caller.
///
/// # Safety
///
/// `pairs` has `count` readable pairs of readable text (or is NULL with 0).
pub(crate) unsafe fn pairs<'a>(
    pairs: *const twr_pair,
    count: usize,
) -> Result<Vec<(&'a str, &'a str)>, Failure> {
    // SAFETY: the caller's promise.
    let pairs = unsafe { array(pairs, count) }?;
    // SAFETY: the caller's promise.
    pairs.iter().map(|pair| unsafe { Ok((pair.name.text()?, pair.value.text()?)) }).collect()
}

/// A name and a value.
type LossyPair<'a> = (Cow<'a, str>, Cow<'a, str>);

/// The same with U+FFFD for what is not UTF-8.
///
/// # Safety
///
/// As [`pairs`].
pub(crate) unsafe fn lossy_pairs<'a>(
    pairs: *const twr_pair,
    count: usize,
) -> Result<Vec<LossyPair<'a>>, Failure> {
    // SAFETY: the caller's promise.
    let text = |text: twr_str| unsafe { text.bytes() }.map(String::from_utf8_lossy);
    // SAFETY: the caller's promise.
    let pairs = unsafe { array(pairs, count) }?;
    pairs.iter().map(|pair| Ok((text(pair.name)?, text(pair.value)?))).collect()
}

/// Reads a form body; nothing is verified. `max_bytes` 0: the default limit of 64 KiB. Free it with
/// twr_request_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_from_form(
    body: twr_str,
    max_bytes: i64,
    request: *mut *mut twr_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            Ok(twr_request::new(VoiceRequest::from_form(body.bytes()?, limit(max_bytes)?)?))
        })
    }
}

/// Reads the query of a URL, without its `?`. The rest is as in twr_request_from_form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_from_query(
    query: twr_str,
    max_bytes: i64,
    request: *mut *mut twr_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            Ok(twr_request::new(VoiceRequest::from_query(query.text()?, limit(max_bytes)?)?))
        })
    }
}

/// Takes pairs that were decoded already. The rest is as in twr_request_from_form.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_from_pairs(
    pairs: *const twr_pair,
    count: usize,
    max_bytes: i64,
    request: *mut *mut twr_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            let (pairs, limit) = (self::pairs(pairs, count)?, limit(max_bytes)?);
            Ok(twr_request::new(VoiceRequest::from_pairs(pairs, limit)?))
        })
    }
}

/// Frees a request and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_free(request: *mut *mut twr_request) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(request) }));
}

/// Writes what the request says of a transfer. TWR_STATUS_NONE if it has none of the three parameters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_refer(
    request: *const twr_request,
    report: *mut twr_refer_report,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(request, report, error, |held| held.report().map(Report::view)) }
}

/// Returns how the transfer ended, as twr_request_refer does; its `kind` is 0 if the request says nothing of
/// one, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_outcome(request: *const twr_request) -> twr_outcome {
    // SAFETY: the conventions of the header.
    let held = unsafe { get(request) };
    calm(twr_outcome::NONE, || {
        held.ok().and_then(twr_request::report).map_or(twr_outcome::NONE, Report::outcome)
    })
}

/// Returns whether the original call is still there for the app to talk to; false for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_may_resume(request: *const twr_request) -> bool {
    // SAFETY: the conventions of the header.
    unsafe { get(request) }.is_ok_and(|held| held.request.may_resume())
}

/// Returns the leg that the request is about: a TWR_LEG_… number; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_leg(request: *const twr_request) -> i32 {
    // SAFETY: the conventions of the header.
    let leg = unsafe { get(request) }.map(|held| held.request.leg());
    leg.map_or(0, |leg| {
        LEGS.iter().find(|(_, known)| *known == leg).map_or(TWR_LEG_UNKNOWN, |(number, _)| *number)
    })
}

/// Returns the first value of the parameter of this name, compared with case; a view, absent if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_param(request: *const twr_request, name: twr_str) -> twr_str {
    // SAFETY: the conventions of the header.
    let both = unsafe { (get(request), name.text()) };
    calm(twr_str::ABSENT, || match both {
        (Ok(held), Ok(name)) => twr_str::maybe(held.request.param(name)),
        _ => twr_str::ABSENT,
    })
}

/// Returns the number of parameters; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_param_count(request: *const twr_request) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(request, |held| held.params().len()) }
}

/// Writes the parameter at an index from 0, in arrival order; views. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_param_at(
    request: *const twr_request,
    index: usize,
    param: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(request, param, error, |held| held.params().get(index).copied()) }
}

/// Returns the number of headers that came as `SipHeader_…`; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_sip_header_count(request: *const twr_request) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(request, |held| held.sip_headers().len()) }
}

/// Writes a header that came as `SipHeader_…`, without that prefix, at an index from 0; views.
/// TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_sip_header_at(
    request: *const twr_request,
    index: usize,
    header: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(request, header, error, |held| held.sip_headers().get(index).copied()) }
}

/// Returns the number of diagnostics; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_diagnostic_count(request: *const twr_request) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(request, |held| held.diagnostics().len()) }
}

/// Writes what is unexpected or invalid about a parameter, at an index from 0; views. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_diagnostic_at(
    request: *const twr_request,
    index: usize,
    diagnostic: *mut twr_diagnostic,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(request, diagnostic, error, |held| held.diagnostics().at(index)) }
}

/// Writes every pair as a form body.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_request_form(
    request: *const twr_request,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || write(get(request)?.request.to_form().as_bytes(), buffer, capacity, length))
    }
}

/// Returns the name of a TWR_OUTCOME_… number (`target-failed`); absent for another number. The view lives as
/// long as the process. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_outcome_name(outcome: i32) -> twr_str {
    twr_str::maybe(match outcome {
        TWR_OUTCOME_TRANSFERRED => Some("transferred"),
        TWR_OUTCOME_REJECTED => Some("rejected"),
        TWR_OUTCOME_TARGET_FAILED => Some("target-failed"),
        TWR_OUTCOME_CANCELED => Some("canceled"),
        TWR_OUTCOME_UNCONFIRMED => Some("unconfirmed"),
        TWR_OUTCOME_UNKNOWN => Some("unknown"),
        _ => None,
    })
}

/// Returns the name of a TWR_CALL_STATUS_… number (`no-answer`); absent for another number and for
/// TWR_CALL_STATUS_OTHER. As twr_outcome_name.
#[unsafe(no_mangle)]
pub extern "C" fn twr_call_status_name(call_status: i32) -> twr_str {
    let found = CALL_STATUSES.iter().find(|(number, _)| *number == call_status);
    twr_str::maybe(found.map(|(_, status)| status.as_str()))
}

/// Returns the name of a TWR_LEG_… number (`sip`); absent for another number. As twr_outcome_name.
#[unsafe(no_mangle)]
pub extern "C" fn twr_leg_name(leg: i32) -> twr_str {
    let found = LEGS.iter().find(|(number, _)| *number == leg);
    twr_str::maybe(found.map(|(_, leg)| leg.as_str()))
}
