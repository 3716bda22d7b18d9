//! What every function body runs in, and how handles and outputs cross the ABI.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Failure, TWR_STATUS_OK, twr_error, twr_status};

/// Runs the body of a function; a panic stops here, and the caller's error is written.
///
/// # Safety
///
/// `error` is NULL or writable.
pub(crate) unsafe fn guard(
    error: *mut twr_error,
    body: impl FnOnce() -> Result<(), Failure>,
) -> twr_status {
    // A handle that a panic leaves half changed is still a valid value: none is used after it.
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return TWR_STATUS_OK,
        Ok(Err(failure)) => failure,
        Err(_) => Failure::Internal,
    };
    let status = failure.status();
    if !error.is_null() {
        // SAFETY: not NULL, and writable as promised.
        unsafe { error.write(failure.describe()) };
    }
    status
}

/// Runs a body that makes an object, and writes its handle; NULL if it fails.
///
/// # Safety
///
/// `place` and `error` are NULL or writable.
pub(crate) unsafe fn make<T>(
    place: *mut *mut T,
    error: *mut twr_error,
    body: impl FnOnce() -> Result<T, Failure>,
) -> twr_status {
    // SAFETY: the caller's promise.
    unsafe {
        if !place.is_null() {
            place.write(std::ptr::null_mut());
        }
        guard(error, || {
            present(place)?;
            put(place, Box::into_raw(Box::new(body()?)))
        })
    }
}

/// Runs a body that cannot fail but may panic.
pub(crate) fn calm<T>(instead: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(instead)
}

/// The object of a handle, or a structure of the caller.
///
/// # Safety
///
/// `handle` is NULL or came from this library and was not freed.
pub(crate) unsafe fn get<'a, T>(handle: *const T) -> Result<&'a T, Failure> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_ref() }.ok_or(Failure::Argument("a handle or structure is NULL"))
}

/// The object of a handle, to change it.
///
/// # Safety
///
/// As [`get`], and nobody else uses it during the call.
pub(crate) unsafe fn get_mut<'a, T>(handle: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_mut() }.ok_or(Failure::Argument("a handle is NULL"))
}

/// Writes an output.
///
/// # Safety
///
/// `place` is NULL or writable.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) -> Result<(), Failure> {
    present(place)?;
    // SAFETY: not NULL, and writable as promised.
    unsafe { place.write(value) };
    Ok(())
}

/// The length of a list that an object has; 0 for NULL.
///
/// # Safety
///
/// As [`get`].
pub(crate) unsafe fn count<T>(handle: *const T, length: impl FnOnce(&T) -> usize) -> usize {
    // SAFETY: the caller's promise.
    let held = unsafe { get(handle) };
    calm(0, || held.map_or(0, length))
}

/// Writes an entry of a list that an object has; [`Failure::None`] past the last.
///
/// # Safety
///
/// `handle` as in [`get`], `place` as in [`put`], `error` as in [`guard`].
pub(crate) unsafe fn entry<T, Entry>(
    handle: *const T,
    place: *mut Entry,
    error: *mut twr_error,
    find: impl FnOnce(&T) -> Option<Entry>,
) -> twr_status {
    // SAFETY: the caller's promise.
    unsafe { guard(error, || put(place, find(get(handle)?).ok_or(Failure::None)?)) }
}

/// Refuses NULL as the place for an output.
pub(crate) fn present<T>(place: *mut T) -> Result<(), Failure> {
    if place.is_null() {
        return Err(Failure::Argument("the place for an output is NULL"));
    }
    Ok(())
}

/// Takes an object back, and leaves NULL in its place.
///
/// # Safety
///
/// `place` is NULL or points to a handle of this library, or to NULL.
pub(crate) unsafe fn take<T>(place: *mut *mut T) -> Option<Box<T>> {
    // SAFETY: the caller's promise.
    let handle = unsafe { place.as_mut() }?;
    let taken = std::mem::replace(handle, std::ptr::null_mut());
    // SAFETY: a handle that is not NULL came from `make`, and nobody has it now.
    (!taken.is_null()).then(|| unsafe { Box::from_raw(taken) })
}

/// An array of the caller.
///
/// # Safety
///
/// `first` has `count` readable values (or is NULL with 0).
pub(crate) unsafe fn array<'a, T>(first: *const T, count: usize) -> Result<&'a [T], Failure> {
    if count == 0 {
        return Ok(&[]);
    }
    if first.is_null() {
        return Err(Failure::Argument("there is a count, but no array"));
    }
    if count > isize::MAX.unsigned_abs() / size_of::<T>() {
        return Err(Failure::Argument("a count is larger than any array"));
    }
    // SAFETY: as many are readable, and the bound was checked.
    Ok(unsafe { std::slice::from_raw_parts(first, count) })
}
