//! One module for each command: its options, what it asks core, and what it prints of the answer. `http` is
//! the server that `demo` and `emulate` share.

pub(crate) mod app;
pub(crate) mod build;
pub(crate) mod callback;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod emulate;
mod http;
pub(crate) mod man;
pub(crate) mod read;
pub(crate) mod replay;
pub(crate) mod rest;
pub(crate) mod sign;
pub(crate) mod simulate;
pub(crate) mod uri;
pub(crate) mod verify;

use std::thread;

use crate::exit::{Failure, Result};

/// A thread needs little: documents are not read recursively, and large things are on the heap.
const STACK_BYTES: usize = 512 * 1024;

fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    let thread = thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(run);
    thread.map(drop).map_err(|error| Failure::usage(&format!("cannot start a thread: {error}")))
}
