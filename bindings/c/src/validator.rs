//! Signatures: making and verifying them.

use std::ffi::c_char;

use twiml_refer::{RequestValidator, http::Method, numbers, webhook::Algorithm};

use crate::callback::{pairs, twr_callback, twr_pair};
use crate::error::{Fault, TWR_STATUS_OK, twr_error, twr_status};
use crate::guard::{calm, get, get_mut, give, guard, put_all, take};
use crate::text::{twr_str, write};

/// Verifies requests of Twilio. Once it is set up, any number of threads may use one.
pub struct twr_validator(RequestValidator);

/// The usual one.
pub const TWR_ALGORITHM_SHA1: i32 = 1;
/// HMAC-SHA256 with a shared key; pinned by the caller, never by the request.
pub const TWR_ALGORITHM_SHA256: i32 = 2;

/// The route takes GET: the URL's query holds the parameters.
pub const TWR_METHOD_GET: i32 = 1;
/// The route takes POST: the body is the form.
pub const TWR_METHOD_POST: i32 = 2;

/// Makes a validator with the account's auth token; one that is absent or empty is refused. Free it with
/// twr_validator_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_new(
    secret: twr_str,
    validator: *mut *mut twr_validator,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe { give(validator, twr_validator(RequestValidator::new(secret.text()?)?)) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Frees a validator and writes NULL in its place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_free(validator: *mut *mut twr_validator) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(validator) }));
}

/// Changes a validator.
///
/// # Safety
///
/// As [`get_mut`].
unsafe fn change(
    validator: *mut twr_validator,
    how: impl FnOnce(RequestValidator) -> Result<RequestValidator, Fault>,
) -> Result<(), Fault> {
    // SAFETY: the caller's promise.
    let held = unsafe { get_mut(validator) }?;
    held.0 = how(held.0.clone())?;
    Ok(())
}

/// Takes another secret as well (rotation).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_add_secret(
    validator: *mut twr_validator,
    secret: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        let secret = secret.text()?;
        change(validator, |validator| Ok(validator.with_secret(secret)?))
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Says how Twilio reaches the app, whatever proxies stand between: scheme, host, port, and the path
/// prefix that a gateway strips (`https://voice.example.com/tw`). Then the URL to verify is the request
/// target as it came on the wire (`/handleRefer?x=1`).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_set_public_base(
    validator: *mut twr_validator,
    base: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        let base = base.text()?;
        change(validator, |validator| Ok(validator.with_public_base(base)?))
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Pins the algorithm: a TWR_ALGORITHM_… number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_set_algorithm(
    validator: *mut twr_validator,
    algorithm: i32,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        let algorithm = match algorithm {
            TWR_ALGORITHM_SHA1 => Algorithm::Sha1,
            TWR_ALGORITHM_SHA256 => Algorithm::Sha256,
            _ => return Err(Fault::argument("there is no such algorithm")),
        };
        // SAFETY: the conventions of the header.
        unsafe { change(validator, |validator| Ok(validator.with_algorithm(algorithm))) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Sets the limit of a body in bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_set_max_body_bytes(
    validator: *mut twr_validator,
    max_bytes: i64,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        let max_bytes = numbers::body_bytes(max_bytes)?;
        change(validator, |validator| Ok(validator.with_max_body_bytes(max_bytes)))
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Tries also the spellings of path and query with %27 for ', with escaped SIP URIs, and with escapes for
/// what is beyond ASCII, or without: for frameworks that write them anew.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_accept_encoded_spellings(
    validator: *mut twr_validator,
    accept: bool,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body =
        || unsafe { change(validator, |validator| Ok(validator.accept_encoded_spellings(accept))) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Verifies the signature of a request and gives its callback; else TWR_STATUS_TOO_LARGE (413,
/// before anything is hashed), TWR_STATUS_SIGNATURE_MISSING, TWR_STATUS_SIGNATURE_MISMATCH (both 403) or
/// TWR_STATUS_CALLBACK_INVALID (400). `method` is a TWR_METHOD_… number: that of the route, not a copy of the
/// request's, which the signature does not cover. `url` is the request target where a public base is set,
/// else the URL that was asked for; `body` the form as it was received (empty: an empty form); `signature`
/// the header X-Twilio-Signature, absent if there was none.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_verify(
    validator: *const twr_validator,
    method: i32,
    url: twr_str,
    body: twr_str,
    signature: twr_str,
    callback: *mut *mut twr_callback,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let verify = || unsafe {
        let validator = &get(validator)?.0;
        let method = match method {
            TWR_METHOD_GET => Method::Get,
            TWR_METHOD_POST => Method::Post,
            _ => return Err(Fault::argument("there is no such method")),
        };
        let (url, body, signature) = (url.text()?, body.bytes()?, signature.maybe_text()?);
        give(callback, twr_callback::new(validator.verify(method, url, body, signature)?))
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, verify) }
}

/// Does as twr_validator_verify for a POST, with the pairs that were decoded already; none: an empty form.
/// The URL's own must not be among them.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_verify_pairs(
    validator: *const twr_validator,
    url: twr_str,
    pairs: *const twr_pair,
    count: usize,
    signature: twr_str,
    callback: *mut *mut twr_callback,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let verify = || unsafe {
        let validator = &get(validator)?.0;
        let (url, pairs, signature) =
            (url.text()?, self::pairs(pairs, count)?, signature.maybe_text()?);
        give(callback, twr_callback::new(validator.verify_params(url, pairs, signature)?))
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, verify) }
}

/// Whether Twilio signed a request whose body is no form: `bodySHA256` in the URL must be its
/// hash. False for anything that is wrong with the call, too.
#[must_use]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_validate_raw(
    validator: *const twr_validator,
    url: twr_str,
    body: twr_str,
    signature: twr_str,
) -> bool {
    let mut valid = false;
    // SAFETY: the conventions of the header.
    let validate = || unsafe {
        let (url, body, signature) = (url.text()?, body.bytes()?, signature.maybe_text()?);
        valid = get(validator)?.0.validate_raw(url, body, signature);
        Ok(())
    };
    // SAFETY: NULL asks for no error.
    let status = unsafe { guard(std::ptr::null_mut(), validate) };
    status == TWR_STATUS_OK && valid
}

/// Writes the signature of a request with these parameters; without any, of the URL alone.
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
    let body = || unsafe {
        let signature = get(validator)?.0.sign(url.text()?, self::pairs(pairs, count)?);
        write(signature.as_bytes(), buffer, capacity, length)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Writes the signature of a request whose body is no form. The request must go to the URL with the hash in it,
/// which twr_url_with_body_sha256 writes.
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
    let sign = || unsafe {
        let signature = get(validator)?.0.sign_raw(url.text()?, body.bytes()?);
        write(signature.as_bytes(), buffer, capacity, length)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, sign) }
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
    let hash = || unsafe {
        let url = RequestValidator::url_with_body_sha256(url.text()?, body.bytes()?);
        write(url.as_bytes(), buffer, capacity, length)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, hash) }
}

/// The spellings of a URL that are tried, and what is hashed for each; never a signature or secret. It
/// does not change, and any thread may read it.
pub struct twr_spellings(Vec<(String, String)>);

/// Lists the spellings that verifying tries, for the person who hunts a mismatch. Free it with
/// twr_spellings_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_validator_explain(
    validator: *const twr_validator,
    url: twr_str,
    body: twr_str,
    spellings: *mut *mut twr_spellings,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let explain = || unsafe {
        let tried = get(validator)?.0.explain(url.text()?, body.bytes()?);
        let own = tried.iter().map(|one| (one.url().to_owned(), one.hashed()));
        give(spellings, twr_spellings(own.collect()))
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, explain) }
}

/// A spelling by its place from 0: the URL and the text that is hashed; views. TWR_STATUS_NONE behind
/// the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_spellings_get(
    spellings: *const twr_spellings,
    index: usize,
    url: *mut twr_str,
    hashed: *mut twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (tried, text) = unsafe { get(spellings) }?.0.get(index).ok_or(Fault::None)?;
        // SAFETY: the conventions of the header.
        unsafe { put_all([(url, twr_str::of(tried)), (hashed, twr_str::of(text))]) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Frees spellings and writes NULL in their place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_spellings_free(spellings: *mut *mut twr_spellings) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(spellings) }));
}
