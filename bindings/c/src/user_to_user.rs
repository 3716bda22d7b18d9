//! User-to-User values.

use std::ffi::c_char;

use twiml_refer::sip::UserToUser;

use crate::error::{twr_error, twr_status};
use crate::guard::{calm, get, guard, make, put, take};
use crate::text::{twr_str, write};

/// A User-to-User value; it does not change, and any thread may read it.
pub struct twr_user_to_user(pub(crate) UserToUser);

/// The parts of a User-to-User value; views of it.
#[repr(C)]
pub struct twr_user_to_user_parts {
    /// The data as spelled.
    pub data: twr_str,
    /// Its parameter `encoding`; absent if there is none.
    pub encoding: twr_str,
    /// Its parameter `purpose`; absent if there is none.
    pub purpose: twr_str,
    /// Its parameter `content`; absent if there is none.
    pub content: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Reads the decoded value of a User-to-User header. Free it with twr_user_to_user_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_parse(
    text: twr_str,
    value: *mut *mut twr_user_to_user,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(value, error, || Ok(twr_user_to_user(UserToUser::parse(text.text()?)?))) }
}

/// Makes a value of bytes, which are hex-encoded. Free it with twr_user_to_user_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_from_bytes(
    bytes: twr_str,
    value: *mut *mut twr_user_to_user,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(value, error, || Ok(twr_user_to_user(UserToUser::from_bytes(bytes.bytes()?)?))) }
}

/// Frees a value and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_free(value: *mut *mut twr_user_to_user) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(value) }));
}

/// Writes the parts of a value.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_get(
    value: *const twr_user_to_user,
    parts: *mut twr_user_to_user_parts,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let value = &get(value)?.0;
            let found = twr_user_to_user_parts {
                data: twr_str::of(value.data()),
                encoding: twr_str::maybe(value.encoding()),
                purpose: twr_str::maybe(value.purpose()),
                content: twr_str::maybe(value.content()),
                reserved: [0; 2],
            };
            put(parts, found)
        })
    }
}

/// Writes the value as spelled in a header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_user_to_user_text(
    value: *const twr_user_to_user,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || write(get(value)?.0.to_string().as_bytes(), buffer, capacity, length))
    }
}
