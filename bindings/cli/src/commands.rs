//! One module for each command: its options, what it asks core, and what it prints of the answer.

pub(crate) mod app;
pub(crate) mod build;
pub(crate) mod callback;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod emulate;
pub(crate) mod man;
pub(crate) mod read;
pub(crate) mod replay;
pub(crate) mod rest;
pub(crate) mod sign;
pub(crate) mod simulate;
pub(crate) mod uri;
pub(crate) mod verify;
