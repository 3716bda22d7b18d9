//! The REST requests that invoke the verb.

use twiml_refer::{
    SipUri,
    twiml::{CallCreate, CallUpdate, RestRequest},
};

use crate::document::twr_response;
use crate::error::{twr_error, twr_status};
use crate::guard::{calm, get, guard, make, put, take};
use crate::text::twr_str;

/// A REST request to make, as plain data; it does not change, and any thread may read it.
pub struct twr_rest_request(RestRequest);

/// The parts of a REST request; views of it.
#[repr(C)]
pub struct twr_rest_request_parts {
    /// The HTTP method.
    pub method: twr_str,
    /// The URL.
    pub url: twr_str,
    /// The form body.
    pub body: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Makes the request that gives a live call another document: `twiml`, or (if it is NULL) the one at `url`,
/// requested by `url_method` (absent: Twilio's default). `base` absent: Twilio's usual API.
/// Free it with twr_rest_request_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_call_update(
    account_sid: twr_str,
    call_sid: twr_str,
    twiml: *const twr_response,
    url: twr_str,
    url_method: twr_str,
    base: twr_str,
    request: *mut *mut twr_rest_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            let (account, call) = (account_sid.text()?, call_sid.text()?);
            let mut update = match twiml.as_ref() {
                Some(twiml) => CallUpdate::from_twiml(account, call, twiml.response())?,
                None => CallUpdate::from_url(account, call, url.text()?)?,
            };
            if let Some(method) = url_method.maybe_text()? {
                update = update.with_url_method(method.parse()?);
            }
            if let Some(base) = base.maybe_text()? {
                update = update.with_base(base)?;
            }
            Ok(twr_rest_request(update.request()))
        })
    }
}

/// Makes the request for a new call to this SIP URI. The rest is as in twr_call_update.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_call_create(
    account_sid: twr_str,
    to: twr_str,
    from: twr_str,
    twiml: *const twr_response,
    url: twr_str,
    url_method: twr_str,
    base: twr_str,
    request: *mut *mut twr_rest_request,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(request, error, || {
            let (account, from) = (account_sid.text()?, from.text()?);
            let to = SipUri::parse(to.text()?)?;
            let mut create = match twiml.as_ref() {
                Some(twiml) => CallCreate::from_twiml(account, &to, from, twiml.response())?,
                None => CallCreate::from_url(account, &to, from, url.text()?)?,
            };
            if let Some(method) = url_method.maybe_text()? {
                create = create.with_url_method(method.parse()?);
            }
            if let Some(base) = base.maybe_text()? {
                create = create.with_base(base)?;
            }
            Ok(twr_rest_request(create.request()))
        })
    }
}

/// Writes the parts of a request.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_rest_request_get(
    request: *const twr_rest_request,
    parts: *mut twr_rest_request_parts,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let request = &get(request)?.0;
            let found = twr_rest_request_parts {
                method: twr_str::of(request.method().as_str()),
                url: twr_str::of(request.url()),
                body: twr_str::of(request.body()),
                reserved: [0; 2],
            };
            put(parts, found)
        })
    }
}

/// Frees a request and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_rest_request_free(request: *mut *mut twr_rest_request) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(request) }));
}
