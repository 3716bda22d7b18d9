//! The HTTP side of verifying, for the code between a web server and the app; and signed requests for its tests.

use std::ffi::c_char;

use twiml_refer::http::Method;
use twiml_refer::testing::{Scenario, SignedRequest};
use twiml_refer::webhook::{
    AllowedMethods, HttpRejection, HttpRequest, HttpVerifier, Origin, claimed_account_sid,
};

use crate::error::{Failure, TWR_STATUS_OK, twr_error, twr_status};
use crate::guard::{array, calm, get, get_mut, guard, make, present, put, take};
use crate::request::{pairs, twr_pair, twr_request};
use crate::text::{twr_str, write};
use crate::validator::{route_method, twr_validator, wire};

/// Verifies requests as an HTTP server receives them. Once it is set up, any number of threads may use one.
pub struct twr_http_verifier(HttpVerifier);

/// Scheme and host of the URL that Twilio requested are those of the validator's public base. No header is trusted.
pub const TWR_ORIGIN_PUBLIC_BASE: i32 = 1;
/// They are X-Forwarded-Proto (https without it) and X-Forwarded-Host (Host without it). Only behind a proxy that sets
/// these headers itself.
pub const TWR_ORIGIN_FORWARDED: i32 = 2;
/// They are https and the header Host. Only where the app is reached directly.
pub const TWR_ORIGIN_HOST_HTTPS: i32 = 3;
/// They are http and the header Host. Only where the app is reached directly.
pub const TWR_ORIGIN_HOST_HTTP: i32 = 4;

/// Only POST, the default: a signature covers no method, so that what was signed as a POST could be sent as a GET.
pub const TWR_ALLOWED_METHODS_POST: i32 = 1;
/// Only GET: its query holds the parameters, and it must have no body.
pub const TWR_ALLOWED_METHODS_GET: i32 = 2;
/// Both. Only for routes that read nothing but the parameters of the verified request.
pub const TWR_ALLOWED_METHODS_GET_AND_POST: i32 = 3;

/// A request as an HTTP server received it; nothing may have decoded or normalized it.
#[repr(C)]
pub struct twr_http_request {
    /// The method.
    pub method: twr_str,
    /// The request target, path and query as they came on the wire.
    pub target: twr_str,
    /// All headers, a repeated one as often as it came; may be NULL if `header_count` is 0.
    pub headers: *const twr_pair,
    /// The number of headers.
    pub header_count: usize,
    /// The body, read up to a byte over twr_http_verifier_max_body_bytes.
    pub body: twr_str,
    /// Not 0 if the body ended before its Content-Length, or its chunks are malformed: the answer is 400.
    pub body_is_incomplete: i32,
    /// Zero; room for later versions.
    pub reserved: [u64; 3],
}

/// What to answer.
#[repr(C)]
pub struct twr_http_answer {
    /// The HTTP status: 200 if there is nothing to object, 403, 405, 413 or 400; 500 if the call itself is wrong.
    pub status: i32,
    /// The header Allow, which 405 must have; else absent. The view lives as long as the process.
    pub allow: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Makes a verifier that accepts only POST. `origin` is a TWR_ORIGIN_… number; with TWR_ORIGIN_PUBLIC_BASE a
/// validator without public base is refused. The validator is copied. Free it with twr_http_verifier_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_new(
    validator: *const twr_validator,
    origin: i32,
    verifier: *mut *mut twr_http_verifier,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(verifier, error, || {
            let origin = match origin {
                TWR_ORIGIN_PUBLIC_BASE => Origin::PublicBase,
                TWR_ORIGIN_FORWARDED => Origin::Forwarded,
                TWR_ORIGIN_HOST_HTTPS => Origin::Host { https: true },
                TWR_ORIGIN_HOST_HTTP => Origin::Host { https: false },
                _ => return Err(Failure::Argument("there is no such origin")),
            };
            Ok(twr_http_verifier(HttpVerifier::new(get(validator)?.0.clone(), origin)?))
        })
    }
}

/// Frees a verifier and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_free(verifier: *mut *mut twr_http_verifier) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(verifier) }));
}

/// Sets the methods that are accepted, those of the route: a TWR_ALLOWED_METHODS_… number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_set_allowed_methods(
    verifier: *mut twr_http_verifier,
    allowed_methods: i32,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let methods = match allowed_methods {
                TWR_ALLOWED_METHODS_POST => AllowedMethods::Post,
                TWR_ALLOWED_METHODS_GET => AllowedMethods::Get,
                TWR_ALLOWED_METHODS_GET_AND_POST => AllowedMethods::GetAndPost,
                _ => return Err(Failure::Argument("there are no such allowed methods")),
            };
            let held = get_mut(verifier)?;
            held.0 = held.0.clone().with_allowed_methods(methods);
            Ok(())
        })
    }
}

/// Sets whether a target without `?` is also tried with an empty query: for servers that cannot tell `/refer?` from
/// `/refer`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_set_lost_question_mark(
    verifier: *mut twr_http_verifier,
    accept: bool,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let held = get_mut(verifier)?;
            held.0 = held.0.clone().with_lost_question_mark(accept);
            Ok(())
        })
    }
}

/// Returns the limit of a body in bytes: read at most one byte more. 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_max_body_bytes(
    verifier: *const twr_http_verifier,
) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { get(verifier) }.map_or(0, |held| held.0.max_body_bytes())
}

/// Runs a check, and writes what to answer.
///
/// # Safety
///
/// `answer` and `error` are NULL or writable.
unsafe fn answered(
    answer: *mut twr_http_answer,
    error: *mut twr_error,
    check: impl FnOnce() -> Result<(), Failure>,
) -> twr_status {
    let mut found = twr_http_answer { status: 500, allow: twr_str::ABSENT, reserved: [0; 2] };
    // SAFETY: the caller's promise.
    unsafe {
        let status = guard(error, || {
            present(answer)?;
            let checked = check();
            if let Err(Failure::Http(rejection)) = &checked {
                found.status = rejection.status().into();
                found.allow = twr_str::maybe(rejection.allow());
            }
            checked
        });
        if status == TWR_STATUS_OK {
            found.status = 200;
        }
        // Without a place for it there is nothing to write, and that is what the status says.
        let _ = put(answer, found);
        status
    }
}

/// The headers of a request. A name that is not text matches none that is read.
///
/// # Safety
///
/// The request has as many headers as it says, of readable text.
unsafe fn headers<'a>(request: &twr_http_request) -> Result<Vec<(&'a str, &'a [u8])>, Failure> {
    // SAFETY: the caller's promise.
    let headers = unsafe { array(request.headers, request.header_count) }?;
    // SAFETY: the caller's promise.
    headers
        .iter()
        .map(|header| unsafe { Ok((wire(header.name)?, header.value.bytes()?)) })
        .collect()
}

/// The request of the caller.
///
/// # Safety
///
/// As [`headers`], and the other texts are readable, too.
unsafe fn received<'a>(request: *const twr_http_request) -> Result<HttpRequest<'a>, Failure> {
    // SAFETY: the caller's promise.
    unsafe {
        let request = get(request)?;
        let (method, target) = (wire(request.method)?, wire(request.target)?);
        let headers = headers(request)?;
        if request.body_is_incomplete != 0 {
            return Ok(HttpRequest::incomplete(method, target, headers));
        }
        Ok(HttpRequest::new(method, target, headers, request.body.bytes()?))
    }
}

/// Checks method and Content-Length before the body is read. It returns and writes what twr_http_verifier_verify does, which
/// checks them again; `target` and `body` of the request are not looked at.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_check_head(
    verifier: *const twr_http_verifier,
    request: *const twr_http_request,
    answer: *mut twr_http_answer,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        answered(answer, error, || {
            let request = get(request)?;
            let (method, headers) = (wire(request.method)?, headers(request)?);
            Ok(get(verifier)?.0.check_head(method, headers)?)
        })
    }
}

/// Verifies a request and reads it: method, size and signature, in this order. TWR_STATUS_OK (answer status 200), else
/// TWR_STATUS_METHOD_NOT_ALLOWED (405), TWR_STATUS_TOO_LARGE (413), TWR_STATUS_SIGNATURE_MISMATCH (403: missing, or
/// not Twilio's) or TWR_STATUS_REQUEST_INVALID (400). A POST is read as a form, whatever its type. `answer` is written
/// in any case. Free the request with twr_request_free.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_verify(
    verifier: *const twr_http_verifier,
    request: *const twr_http_request,
    answer: *mut twr_http_answer,
    verified: *mut *mut twr_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        let mut made = None;
        let status = answered(answer, error, || {
            present(verified)?;
            made = Some(twr_request::new(get(verifier)?.0.verify(&received(request)?)?));
            Ok(())
        });
        if !verified.is_null() {
            verified.write(made.map_or(std::ptr::null_mut(), |made| Box::into_raw(Box::new(made))));
        }
        status
    }
}

/// Writes one line for the log about a request that twr_http_verifier_verify rejects: status, method, path and hints, without
/// secrets. Empty if it is accepted. It costs up to a thousand times as much as twr_http_verifier_verify: call it at a bounded
/// rate, and only when the line will be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_http_verifier_diagnose(
    verifier: *const twr_http_verifier,
    request: *const twr_http_request,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let line = get(verifier)?.0.diagnose(&received(request)?);
            write(line.as_bytes(), buffer, capacity, length)
        })
    }
}

/// Writes the AccountSid that a request claims, to choose the auth tokens of a subaccount by; trust it for nothing
/// else. It is in the query of a GET, and in the form of any other method. TWR_STATUS_NONE if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_claimed_account_sid(
    method: twr_str,
    target: twr_str,
    body: twr_str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let sid = claimed_account_sid(wire(method)?, wire(target)?, body.bytes()?);
            write(sid.ok_or(Failure::None)?.as_bytes(), buffer, capacity, length)
        })
    }
}

/// A request as Twilio sends it, for the tests of an app. It does not change, and any thread may read it.
pub struct twr_signed_request(SignedRequest);

/// The target answers.
pub const TWR_SCENARIO_TRANSFERRED: i32 = 1;
/// The endpoint rejects the REFER with 405.
pub const TWR_SCENARIO_REJECTED: i32 = 2;
/// The target is busy.
pub const TWR_SCENARIO_TARGET_FAILED: i32 = 3;
/// The caller hangs up while the target rings.
pub const TWR_SCENARIO_CANCELED: i32 = 4;
/// The endpoint accepts the REFER and never says how it went.
pub const TWR_SCENARIO_UNCONFIRMED: i32 = 5;

/// The parts of a signed request; views of it.
#[repr(C)]
pub struct twr_signed_request_parts {
    /// GET or POST.
    pub method: twr_str,
    /// The URL, with the parameters of a GET.
    pub url: twr_str,
    /// The form of a POST.
    pub body: twr_str,
    /// The header X-Twilio-Signature.
    pub signature: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Makes a request as Twilio sends it, for the tests of an app: that to the action URL in a scenario (a
/// TWR_SCENARIO_… number), or any other (0). `params` are added to the usual ones, or replace them. `url` is what is
/// passed to twr_validator_verify. Free it with twr_signed_request_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_signed_request_new(
    validator: *const twr_validator,
    scenario: i32,
    method: i32,
    url: twr_str,
    params: *const twr_pair,
    param_count: usize,
    request: *mut *mut twr_signed_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            let (validator, method) = (&get(validator)?.0, route_method(method)?);
            let (url, params) = (url.text()?, pairs(params, param_count)?);
            let scenario = match scenario {
                0 => {
                    return Ok(twr_signed_request(SignedRequest::new(
                        validator, method, url, params,
                    )?));
                }
                TWR_SCENARIO_TRANSFERRED => Scenario::Transferred,
                TWR_SCENARIO_REJECTED => Scenario::Rejected,
                TWR_SCENARIO_TARGET_FAILED => Scenario::TargetFailed,
                TWR_SCENARIO_CANCELED => Scenario::Canceled,
                TWR_SCENARIO_UNCONFIRMED => Scenario::Unconfirmed,
                _ => return Err(Failure::Argument("there is no such scenario")),
            };
            Ok(twr_signed_request(scenario.request(validator, method, url, params)?))
        })
    }
}

/// Writes the parts of a signed request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_signed_request_get(
    request: *const twr_signed_request,
    parts: *mut twr_signed_request_parts,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let made = &get(request)?.0;
            let found = twr_signed_request_parts {
                method: twr_str::of(Method::as_str(made.method())),
                url: twr_str::of(made.url()),
                body: twr_str::of(made.body()),
                signature: twr_str::of(made.signature()),
                reserved: [0; 2],
            };
            put(parts, found)
        })
    }
}

/// Frees a signed request and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_signed_request_free(request: *mut *mut twr_signed_request) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(request) }));
}

impl From<HttpRejection> for Failure {
    fn from(rejection: HttpRejection) -> Self {
        Self::Http(rejection)
    }
}
