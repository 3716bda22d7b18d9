//! The door of the lane: one C function with scalars only. All unsafe code of the bridge is here.

use std::panic::catch_unwind;
use std::slice;

use crate::lane;

/// What is returned for a job that cannot be done: no such job, a frame that is none, a panic.
const BROKEN: i32 = -1;

/// Does a job and writes its answer, if `capacity` is enough. Returns the length of the answer: if it
/// is larger than `capacity`, nothing was written and the caller asks again with more room; the jobs
/// change nothing. Negative: the call itself was wrong.
///
/// # Safety
///
/// `input` points to `length` readable bytes, and `output` to `capacity` writable ones that do not
/// overlap them; either may be null if its size is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twiml_refer_lane(
    job: u32,
    input: *const u8,
    length: u32,
    output: *mut u8,
    capacity: u32,
) -> i32 {
    let (Ok(length), Ok(capacity)) = (usize::try_from(length), usize::try_from(capacity)) else {
        return BROKEN;
    };
    if (input.is_null() && length > 0) || (output.is_null() && capacity > 0) {
        return BROKEN;
    }
    // SAFETY: the caller promises as many readable bytes; a null pointer has none.
    let input = if length == 0 { &[] } else { unsafe { slice::from_raw_parts(input, length) } };
    let Ok(Some(answer)) = catch_unwind(|| lane::run(job, input)) else { return BROKEN };
    let Ok(needed) = i32::try_from(answer.len()) else { return BROKEN };
    if answer.len() <= capacity {
        // SAFETY: the caller promises as many writable bytes, and the answer is our own memory.
        unsafe { output.copy_from_nonoverlapping(answer.as_ptr(), answer.len()) };
    }
    needed
}
