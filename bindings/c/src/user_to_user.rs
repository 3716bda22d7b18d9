//! User-to-User values.

use std::ffi::c_char;

use twiml_refer::sip::UserToUser;

use crate::error::{twr_error, twr_status};
use crate::guard::{calm, get, give, guard, put_all, take};
use crate::text::{twr_str, write};

/// A User-to-User value; it does not change, and any thread may read it.
pub struct twr_user_to_user(pub(crate) UserToUser);

/// Reads the decoded value of a User-to-User header. Free it with twr_user_to_user_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_parse(
    text: twr_str,
    value: *mut *mut twr_user_to_user,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe { give(value, twr_user_to_user(UserToUser::parse(text.text()?)?)) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Encodes bytes as hexadecimal digits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_from_bytes(
    bytes: twr_str,
    value: *mut *mut twr_user_to_user,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe { give(value, twr_user_to_user(UserToUser::from_bytes(bytes.bytes()?)?)) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Frees a value and writes NULL in its place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_free(value: *mut *mut twr_user_to_user) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(value) }));
}

/// Its data, and the parameters encoding, purpose and content; views, absent where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_parts(
    value: *const twr_user_to_user,
    data: *mut twr_str,
    encoding: *mut twr_str,
    purpose: *mut twr_str,
    content: *mut twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        let value = &get(value)?.0;
        put_all([
            (data, twr_str::of(value.data())),
            (encoding, twr_str::maybe(value.encoding())),
            (purpose, twr_str::maybe(value.purpose())),
            (content, twr_str::maybe(value.content())),
        ])
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Writes the value as it stands in a header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_text(
    value: *const twr_user_to_user,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe { write(get(value)?.0.to_string().as_bytes(), buffer, capacity, length) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}
