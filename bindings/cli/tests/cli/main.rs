//! The command as a user runs it: the real binary, its output and its exit status, command by
//! command. Expected values come from the command's contract and the sources that it names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod build;
mod callback;
mod captures;
mod check;
mod conventions;
mod demo;
mod emulate;
mod limits;
mod notations;
mod packets;
mod picture;
mod read;
mod replay;
mod rest;
mod run;
mod scripts;
mod secrets;
mod signature;
mod simulate;
mod simulate_errors;
mod simulate_walk;
mod terminal;
mod tls;
mod trace;
mod trace_formats;
mod traces;
mod uri;
mod vectors;
mod webhook;
