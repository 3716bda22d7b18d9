//! Signatures: made and verified.

use std::ffi::c_char;

use twiml_refer::http::Method;
use twiml_refer::webhook::{Algorithm, Hint};
use twiml_refer::{RequestValidator, numbers};

use crate::error::{Failure, TWR_STATUS_OK, twr_error, twr_status};
use crate::guard::{calm, count, entry, get, get_mut, guard, make, take};
use crate::request::{lossy_pairs, pairs, twr_pair, twr_request};
use crate::text::{twr_str, utf8, write};

/// Verifies requests from Twilio. Once it is set up, any number of threads may use one.
pub struct twr_validator(pub(crate) RequestValidator);

/// The usual one.
pub const TWR_ALGORITHM_SHA1: i32 = 1;
/// HMAC-SHA256 with a shared key; pinned by the caller, never by the request.
pub const TWR_ALGORITHM_SHA256: i32 = 2;

/// The route takes GET: the URL's query holds the parameters.
pub const TWR_METHOD_GET: i32 = 1;
/// The route takes POST: the body is the form.
pub const TWR_METHOD_POST: i32 = 2;

/// Makes a validator with the account's auth token; an absent or empty one is refused. Free it with
/// twr_validator_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_new(
    auth_token: twr_str,
    validator: *mut *mut twr_validator,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(validator, error, || Ok(twr_validator(RequestValidator::new(auth_token.text()?)?)))
    }
}

/// Frees a validator and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_free(validator: *mut *mut twr_validator) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(validator) }));
}

/// Changes a validator.
///
/// # Safety
///
/// As [`get_mut`], and `error` as in [`guard`].
unsafe fn change(
    validator: *mut twr_validator,
    error: *mut twr_error,
    how: impl FnOnce(RequestValidator) -> Result<RequestValidator, Failure>,
) -> twr_status {
    // SAFETY: the caller's promise.
    unsafe {
        guard(error, || {
            let held = get_mut(validator)?;
            held.0 = how(held.0.clone())?;
            Ok(())
        })
    }
}

/// Adds another auth token; a signature made with any of them is accepted (rotation).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_add_auth_token(
    validator: *mut twr_validator,
    auth_token: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        change(validator, error, |validator| Ok(validator.with_auth_token(auth_token.text()?)?))
    }
}

/// Sets how Twilio reaches the app, whatever proxies are in between: scheme, host, port, and the path prefix
/// that a gateway strips (`https://voice.example.com/tw`). Then the URL to verify is the request target as it
/// came on the wire (`/handleRefer?x=1`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_set_public_base(
    validator: *mut twr_validator,
    base: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { change(validator, error, |validator| Ok(validator.with_public_base(base.text()?)?)) }
}

/// Pins the algorithm: a TWR_ALGORITHM_… number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_set_algorithm(
    validator: *mut twr_validator,
    algorithm: i32,
    error: *mut twr_error,
) -> twr_status {
    let how = |validator: RequestValidator| match algorithm {
        TWR_ALGORITHM_SHA1 => Ok(validator.with_algorithm(Algorithm::Sha1)),
        TWR_ALGORITHM_SHA256 => Ok(validator.with_algorithm(Algorithm::Sha256)),
        _ => Err(Failure::Argument("there is no such algorithm")),
    };
    // SAFETY: the conventions of the header.
    unsafe { change(validator, error, how) }
}

/// Sets the limit of a body in bytes (64 KiB unless set).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_set_max_body_bytes(
    validator: *mut twr_validator,
    max_body_bytes: i64,
    error: *mut twr_error,
) -> twr_status {
    let how = |validator: RequestValidator| {
        Ok(validator.with_max_body_bytes(numbers::body_bytes(max_body_bytes)?))
    };
    // SAFETY: the conventions of the header.
    unsafe { change(validator, error, how) }
}

/// Sets whether spellings of path and query are tried as well that a framework writes anew: with %27 for ',
/// with escaped SIP URIs, and with escapes for what is beyond ASCII, or without.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_set_encoded_spellings(
    validator: *mut twr_validator,
    accept: bool,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { change(validator, error, |validator| Ok(validator.with_encoded_spellings(accept))) }
}

pub(crate) fn route_method(method: i32) -> Result<Method, Failure> {
    match method {
        TWR_METHOD_GET => Ok(Method::Get),
        TWR_METHOD_POST => Ok(Method::Post),
        _ => Err(Failure::Argument("there is no such method")),
    }
}

/// Stands for a URL or signature that is not UTF-8: it is neither, so core answers as for any other that is none.
const NOT_TEXT: &str = "\u{fffd}";

/// A URL or signature as it came. Nothing from the wire is misuse.
///
/// # Safety
///
/// As [`twr_str::bytes`].
pub(crate) unsafe fn wire<'a>(text: twr_str) -> Result<&'a str, Failure> {
    // SAFETY: the caller's promise.
    Ok(utf8(unsafe { text.bytes() }?).unwrap_or(NOT_TEXT))
}

/// As [`wire`]; `None` where `ptr` is NULL.
///
/// # Safety
///
/// As [`twr_str::bytes`].
unsafe fn maybe_wire<'a>(text: twr_str) -> Result<Option<&'a str>, Failure> {
    if text.ptr.is_null() && text.len == 0 {
        return Ok(None);
    }
    // SAFETY: the caller's promise.
    unsafe { wire(text) }.map(Some)
}

/// Verifies the signature of a request and reads it; else TWR_STATUS_TOO_LARGE (413, before anything is
/// hashed), TWR_STATUS_SIGNATURE_MISSING, TWR_STATUS_SIGNATURE_MISMATCH (both 403) or
/// TWR_STATUS_REQUEST_INVALID (400). `method` is a TWR_METHOD_… number: that of the route, not a copy of the
/// request's, which the signature does not cover. `url` is the request target where a public base is set,
/// else the URL that was asked for; `body` the form as it was received (empty: an empty form); `signature`
/// the header X-Twilio-Signature, absent if there was none. Free the request with twr_request_free.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_verify(
    validator: *const twr_validator,
    method: i32,
    url: twr_str,
    body: twr_str,
    signature: twr_str,
    request: *mut *mut twr_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            let (validator, method) = (&get(validator)?.0, route_method(method)?);
            let (url, body, signature) = (wire(url)?, body.bytes()?, maybe_wire(signature)?);
            Ok(twr_request::new(validator.verify(method, url, body, signature)?))
        })
    }
}

/// Verifies a POST like twr_validator_verify, from pairs that were decoded already; none: an empty form. The
/// parameters of the URL must not be among them.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_verify_pairs(
    validator: *const twr_validator,
    url: twr_str,
    pairs: *const twr_pair,
    count: usize,
    signature: twr_str,
    request: *mut *mut twr_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            let validator = &get(validator)?.0;
            let (url, signature) = (wire(url)?, maybe_wire(signature)?);
            let pairs = match self::pairs(pairs, count) {
                Ok(pairs) => pairs,
                Err(Failure::Refused(_)) => {
                    let pairs = lossy_pairs(pairs, count)?;
                    // Twilio signs only text.
                    let signature = signature.filter(|text| !text.is_empty()).map(|_| NOT_TEXT);
                    return Ok(twr_request::new(validator.verify_params(url, pairs, signature)?));
                }
                Err(failure) => return Err(failure),
            };
            Ok(twr_request::new(validator.verify_params(url, pairs, signature)?))
        })
    }
}

/// Returns whether Twilio signed a request whose body is not a form: `bodySHA256` in the URL must be its hash.
/// False for anything that is wrong with the call, too.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_validate_raw(
    validator: *const twr_validator,
    url: twr_str,
    body: twr_str,
    signature: twr_str,
) -> bool {
    let mut valid = false;
    // SAFETY: the conventions of the header; NULL asks for no error.
    let status = unsafe {
        guard(std::ptr::null_mut(), || {
            let (url, body, signature) = (url.text()?, body.bytes()?, signature.maybe_text()?);
            valid = get(validator)?.0.validate_raw(url, body, signature);
            Ok(())
        })
    };
    status == TWR_STATUS_OK && valid
}

/// Writes the signature of a request with these parameters; without any, of only the URL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_sign(
    validator: *const twr_validator,
    url: twr_str,
    pairs: *const twr_pair,
    count: usize,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let signature = get(validator)?.0.sign(url.text()?, self::pairs(pairs, count)?);
            write(signature.as_bytes(), buffer, capacity, length)
        })
    }
}

/// Writes the signature of a request whose body is not a form. The request must go to the URL that
/// twr_url_with_body_sha256 writes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_sign_raw(
    validator: *const twr_validator,
    url: twr_str,
    body: twr_str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let signature = get(validator)?.0.sign_raw(url.text()?, body.bytes()?);
            write(signature.as_bytes(), buffer, capacity, length)
        })
    }
}

/// Writes the URL with the hash of a body in its query.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_url_with_body_sha256(
    url: twr_str,
    body: twr_str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let url = RequestValidator::url_with_body_sha256(url.text()?, body.bytes()?);
            write(url.as_bytes(), buffer, capacity, length)
        })
    }
}

/// The URLs that verifying tries, and what is hashed for each; never a signature or secret. They do not
/// change, and any thread may read them.
pub struct twr_url_candidates(Vec<(String, String)>);

/// A URL that verifying tries; views of the candidates.
#[repr(C)]
pub struct twr_url_candidate {
    /// The URL.
    pub url: twr_str,
    /// The text that is hashed for it: the URL with the parameters.
    pub hashed: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Lists the URLs that verifying tries, to find out why a signature does not match. Free them with
/// twr_url_candidates_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_explain(
    validator: *const twr_validator,
    url: twr_str,
    body: twr_str,
    candidates: *mut *mut twr_url_candidates,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(candidates, error, || {
            let tried = get(validator)?.0.explain(url.text()?, body.bytes()?);
            let own = tried.iter().map(|one| (one.url().to_owned(), one.hashed()));
            Ok(twr_url_candidates(own.collect()))
        })
    }
}

/// Returns the number of candidates; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_url_candidates_count(candidates: *const twr_url_candidates) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(candidates, |held| held.0.len()) }
}

/// Writes the candidate at an index from 0. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_url_candidates_at(
    candidates: *const twr_url_candidates,
    index: usize,
    candidate: *mut twr_url_candidate,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        entry(candidates, candidate, error, |held| {
            let (url, hashed) = held.0.get(index)?;
            let (url, hashed) = (twr_str::of(url), twr_str::of(hashed));
            Some(twr_url_candidate { url, hashed, reserved: [0; 2] })
        })
    }
}

/// Frees candidates and writes NULL in their place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_url_candidates_free(candidates: *mut *mut twr_url_candidates) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(candidates) }));
}

/// Why twr_validator_verify refuses a request. They do not change, and any thread may read them.
pub struct twr_hints(Vec<Hint>);

/// A reason; views of the hints.
#[repr(C)]
pub struct twr_hint {
    /// The kind, the same in every language: `scheme`.
    pub kind: twr_str,
    /// What is wrong and what to change; no secret, signature or parameter value is in it.
    pub message: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Finds out why twr_validator_verify refuses a request: the near miss that would match. None if it accepts the
/// request. It computes up to a thousand signatures with each auth token: for logs at a bounded rate, and never to
/// accept a request. Free them with twr_hints_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_diagnose(
    validator: *const twr_validator,
    method: i32,
    url: twr_str,
    body: twr_str,
    signature: twr_str,
    hints: *mut *mut twr_hints,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(hints, error, || {
            let (validator, method) = (&get(validator)?.0, route_method(method)?);
            let (url, body, signature) = (wire(url)?, body.bytes()?, maybe_wire(signature)?);
            Ok(twr_hints(validator.diagnose(method, url, body, signature)))
        })
    }
}

/// Returns the number of hints; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_hints_count(hints: *const twr_hints) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(hints, |held| held.0.len()) }
}

/// Writes the hint at an index from 0. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_hints_at(
    hints: *const twr_hints,
    index: usize,
    hint: *mut twr_hint,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        entry(hints, hint, error, |held| {
            let found = held.0.get(index)?;
            let (kind, message) = (found.kind().as_str(), found.message());
            let (kind, message) = (twr_str::of(kind), twr_str::of(message));
            Some(twr_hint { kind, message, reserved: [0; 2] })
        })
    }
}

/// Frees hints and writes NULL in their place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_hints_free(hints: *mut *mut twr_hints) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(hints) }));
}
