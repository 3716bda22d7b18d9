//! The bridge from the library to Python, Kotlin and Swift: pure functions over records, enums and
//! one error. It is not API: each language has a package of its own over it.
//!
//! [`functions`] declares each function once. UniFFI exports all of them, and the one C function of
//! [`entry`] calls the same ones with UniFFI's own serialization in a single native call. What UniFFI
//! generates for a language works as it is; the program `uniffi-bindgen` in `bindgen` makes the
//! generated functions of Python and Kotlin call that one, because it is several times as fast.

// The error is a type of UniFFI, which cannot box it.
#![allow(clippy::result_large_err)]

mod document;
mod entry;
mod functions;
mod records;
mod requests;
mod tables;
#[cfg(test)]
mod tests;
mod transfers;

uniffi::setup_scaffolding!();
