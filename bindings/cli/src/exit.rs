//! How a command ends: the exit statuses, and the failures that lead to them.

use std::io;

use serde_json::{Value, json};
use twiml_refer::Error;

use crate::message::{self, Report};
use crate::source::Source;

/// The result of a command, or of a step on the way to it.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// The answer to what was asked about the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Status 0.
    Yes,
    /// Status 1.
    No,
}

impl Answer {
    pub(crate) const fn yes_if(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }

    /// Returns `No` if either is.
    pub(crate) const fn and(self, other: Self) -> Self {
        match self {
            Self::Yes => other,
            Self::No => Self::No,
        }
    }
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Status 1: the input is invalid. `error` is for `--json`, `report` for people.
    Refused { error: Value, report: Report },
    /// Status 2: wrong usage, or a file that cannot be read or written; standard output stays empty.
    Usage(Report),
    /// Status 0: the reader of standard output has closed it.
    Closed,
}

impl Failure {
    /// Input that core refuses.
    pub(crate) fn refused(error: &Error, source: Option<&Source<'_>>) -> Self {
        Self::Refused { error: json!(error), report: message::error(error, source) }
    }

    /// Input that this command refuses.
    pub(crate) fn refused_as(kind: &str, text: &str) -> Self {
        Self::Refused { error: own_error(kind, text, None), report: message::plain_error(text) }
    }

    pub(crate) fn usage(text: &str) -> Self {
        Self::Usage(message::plain_error(text))
    }

    /// The value of an option that core refuses.
    pub(crate) fn option(option: &str, value: &str, error: &Error) -> Self {
        Self::Usage(message::error(error, Some(&Source::text(option, value))))
    }

    /// A failure to write standard output.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::usage(&format!("cannot write the output: {error}"))
        }
    }

    /// A failure to read a file.
    pub(crate) fn input(name: &str, error: &io::Error) -> Self {
        Self::usage(&format!("cannot read {name}: {error}"))
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::usage(&format!("cannot write JSON: {error}"))
    }
}

/// An error of this command in the shape that core's errors have in JSON.
pub(crate) fn own_error(kind: &str, message: &str, line: Option<usize>) -> Value {
    let column = line.map(|_| 1);
    json!({"kind": kind, "message": message, "offset": null, "line": line, "column": column,
        "parameter": null, "number": null})
}
