//! Text across the ABI: views in both directions, and buffers of the caller.

use std::ffi::{CStr, c_char};
use std::slice;
use std::str;

use twiml_refer::{Error, numbers};

use crate::error::Failure;

/// Text by its beginning and length in bytes: not NUL-terminated, and never owned by who receives it.
/// `ptr` NULL: absent where absence means something, else the empty text.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct twr_str {
    /// The first byte; may be NULL if `len` is 0.
    pub ptr: *const c_char,
    /// Bytes.
    pub len: usize,
}

impl twr_str {
    pub(crate) const ABSENT: Self = Self { ptr: std::ptr::null(), len: 0 };

    pub(crate) fn of(text: &str) -> Self {
        Self { ptr: text.as_ptr().cast(), len: text.len() }
    }

    pub(crate) fn maybe(text: Option<&str>) -> Self {
        text.map_or(Self::ABSENT, Self::of)
    }

    /// The bytes.
    ///
    /// # Safety
    ///
    /// `ptr` points to `len` readable bytes that do not change during the call.
    pub(crate) unsafe fn bytes<'a>(self) -> Result<&'a [u8], Failure> {
        match (self.ptr.is_null(), self.len) {
            (_, 0) => Ok(&[]),
            (true, _) => Err(Failure::Argument("a text has a length but no bytes")),
            // No object is larger: such a length is a mistake, and undefined for a slice.
            (_, len) if len > isize::MAX.unsigned_abs() => {
                Err(Failure::Argument("a length is larger than any object"))
            }
            // SAFETY: the caller's promise, and the bound was checked.
            (_, len) => Ok(unsafe { slice::from_raw_parts(self.ptr.cast(), len) }),
        }
    }

    /// The text.
    ///
    /// # Safety
    ///
    /// As [`bytes`](Self::bytes).
    pub(crate) unsafe fn text<'a>(self) -> Result<&'a str, Failure> {
        // SAFETY: the caller's promise.
        Ok(utf8(unsafe { self.bytes() }?)?)
    }

    /// The text; `None` where `ptr` is NULL.
    ///
    /// # Safety
    ///
    /// As [`bytes`](Self::bytes).
    pub(crate) unsafe fn maybe_text<'a>(self) -> Result<Option<&'a str>, Failure> {
        if self.ptr.is_null() && self.len == 0 {
            return Ok(None);
        }
        // SAFETY: the caller's promise.
        unsafe { self.text() }.map(Some)
    }
}

/// Reads UTF-8. Nearly all of it is ASCII and short, which is faster to check.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    if bytes.is_ascii() {
        // SAFETY: ASCII is UTF-8.
        return Ok(unsafe { str::from_utf8_unchecked(bytes) });
    }
    numbers::text(bytes)
}

/// Returns a view of NUL-terminated text, as getenv() or main() have it; absent if it is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_str_of(text: *const c_char) -> twr_str {
    if text.is_null() {
        return twr_str::ABSENT;
    }
    // SAFETY: what a C string is; the view is not kept here.
    let len = unsafe { CStr::from_ptr(text) }.count_bytes();
    twr_str { ptr: text, len }
}

/// Writes text into the caller's buffer, with a NUL behind it where there is room, and its length in any case.
///
/// # Safety
///
/// `buffer` has `capacity` writable bytes (or is NULL with 0), `length` is writable.
pub(crate) unsafe fn write(
    bytes: &[u8],
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
) -> Result<(), Failure> {
    if length.is_null() || (buffer.is_null() && capacity > 0) {
        return Err(Failure::Argument("the buffer or the place for its length is NULL"));
    }
    // SAFETY: not NULL, and writable as promised.
    unsafe { length.write(bytes.len()) };
    if bytes.len() > capacity {
        return Err(Failure::BufferTooSmall);
    }
    // SAFETY: as many bytes are writable, and they are not ours.
    unsafe { buffer.copy_from_nonoverlapping(bytes.as_ptr().cast(), bytes.len()) };
    if bytes.len() < capacity {
        // SAFETY: the byte behind them is writable, too.
        unsafe { buffer.add(bytes.len()).write(0) };
    }
    Ok(())
}
