//! The border: what every function body runs in, and how handles cross.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Fault, TWR_STATUS_OK, twr_error, twr_status};

/// Runs the body of a function; a panic stops here, and the caller's error is written.
///
/// # Safety
///
/// `error` is NULL or writable.
pub(crate) unsafe fn guard(
    error: *mut twr_error,
    body: impl FnOnce() -> Result<(), Fault>,
) -> twr_status {
    // A handle that a panic leaves half changed is still a valid value: none is used after it.
    let fault = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return TWR_STATUS_OK,
        Ok(Err(fault)) => fault,
        Err(_) => Fault::Internal,
    };
    let status = fault.status();
    if !error.is_null() {
        // SAFETY: not NULL, and writable as promised.
        unsafe { error.write(fault.describe()) };
    }
    status
}

/// Runs a body that cannot fail but may panic.
pub(crate) fn calm<T>(instead: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(instead)
}

/// The object of a handle.
///
/// # Safety
///
/// `handle` is NULL or came from this library and was not freed.
pub(crate) unsafe fn get<'a, T>(handle: *const T) -> Result<&'a T, Fault> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_ref() }.ok_or(Fault::argument("a handle is NULL"))
}

/// The object of a handle, to change it.
///
/// # Safety
///
/// As [`get`], and nobody else uses it during the call.
pub(crate) unsafe fn get_mut<'a, T>(handle: *mut T) -> Result<&'a mut T, Fault> {
    // SAFETY: the caller's promise.
    unsafe { handle.as_mut() }.ok_or(Fault::argument("a handle is NULL"))
}

/// Writes an output.
///
/// # Safety
///
/// `place` is NULL or writable.
pub(crate) unsafe fn put<T>(place: *mut T, value: T) -> Result<(), Fault> {
    present(place)?;
    // SAFETY: not NULL, and writable as promised.
    unsafe { place.write(value) };
    Ok(())
}

/// Writes all outputs, or none if the place for one is NULL.
///
/// # Safety
///
/// As [`put`].
pub(crate) unsafe fn put_all<T, const COUNT: usize>(
    outputs: [(*mut T, T); COUNT],
) -> Result<(), Fault> {
    outputs.iter().try_for_each(|(place, _)| present(*place))?;
    for (place, value) in outputs {
        // SAFETY: not NULL, and writable as promised.
        unsafe { place.write(value) };
    }
    Ok(())
}

/// Refuses NULL as the place for an output.
pub(crate) fn present<T>(place: *mut T) -> Result<(), Fault> {
    if place.is_null() {
        return Err(Fault::argument("the place for an output is NULL"));
    }
    Ok(())
}

/// Hands an object over.
///
/// # Safety
///
/// As [`put`].
pub(crate) unsafe fn give<T>(place: *mut *mut T, value: T) -> Result<(), Fault> {
    if place.is_null() {
        return Err(Fault::argument("the place for a handle is NULL"));
    }
    // SAFETY: not NULL, and writable as promised.
    unsafe { place.write(Box::into_raw(Box::new(value))) };
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
    // SAFETY: a handle that is not NULL came from `give`, and nobody has it now.
    (!taken.is_null()).then(|| unsafe { Box::from_raw(taken) })
}

/// An array of the caller.
///
/// # Safety
///
/// `first` has `count` readable values (or is NULL with 0).
pub(crate) unsafe fn array<'a, T>(first: *const T, count: usize) -> Result<&'a [T], Fault> {
    if count == 0 {
        return Ok(&[]);
    }
    if first.is_null() {
        return Err(Fault::argument("there is a count, but no array"));
    }
    if count > isize::MAX.unsigned_abs() / size_of::<T>() {
        return Err(Fault::argument("a count is larger than any array"));
    }
    // SAFETY: as many are readable, and the bound was checked.
    Ok(unsafe { std::slice::from_raw_parts(first, count) })
}
