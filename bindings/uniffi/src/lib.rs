//! The bridge from the library to Python, Kotlin and Swift. It is not API: each language has a face
//! of its own, written by hand, and nobody else calls this. It holds no rule: every call is one job
//! of the library, taken apart into plain values.
//!
//! `lane` carries the jobs that every call of an app makes in frames of bytes, because the generated
//! code of UniFFI costs more than they do; `export` is its door, and all the unsafe code there is.

// The error is a type of UniFFI, which cannot box it.
#![allow(clippy::result_large_err)]

mod document;
mod export;
mod failure;
mod frame;
mod lane;
mod rest;
mod tables;
#[cfg(test)]
mod tests;
mod transfer;
mod uri;
mod webhook;

uniffi::setup_scaffolding!();

/// A name and a value.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Pair {
    pub name: String,
    pub value: String,
}

impl Pair {
    fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// Offsets, lines and columns: inputs are far below what 32 bits can count.
fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
