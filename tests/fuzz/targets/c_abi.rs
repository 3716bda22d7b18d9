//! The C ABI: any calls with anything that C can pass; nothing of all that was made is left.
#![no_main]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};

use libfuzzer_sys::fuzz_target;
use twiml_refer_fuzz::c_abi::run;

/// The system's allocator, and how many of its pieces are held.
struct Counting(AtomicIsize);

// SAFETY: it does what the system's does.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.0.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, piece: *mut u8, layout: Layout) {
        self.0.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(piece, layout) }
    }
}

#[global_allocator]
static PIECES: Counting = Counting(AtomicIsize::new(0));

fuzz_target!(|bytes: &[u8]| {
    let left = || {
        let before = PIECES.0.load(Ordering::Relaxed);
        run(bytes);
        PIECES.0.load(Ordering::Relaxed) - before
    };
    // What a process makes once is made the first time.
    assert!(left() == 0 || left() == 0, "something was not freed");
});
