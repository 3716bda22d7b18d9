//! How a command ends: the three exit statuses and the ways to each. What is printed on the way
//! stands in `output` and `render`.

use std::io;
use std::process::ExitCode;

use twiml_refer::Error;

use crate::render;
use crate::source::Source;

/// The input was read, and this is what it says.
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

    /// No, if either says so.
    pub(crate) const fn and(self, other: Self) -> Self {
        match self {
            Self::Yes => other,
            Self::No => Self::No,
        }
    }
}

/// There is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Status 2, with the text for standard error; nothing may stand on standard output.
    Usage(String),
    /// Status 0: nobody reads the output any longer, so there is nothing left to do.
    Closed,
}

impl Failure {
    /// Something that no option is to blame for.
    pub(crate) fn usage(message: &str) -> Self {
        Self::Usage(render::plain_error(message, &render::for_stderr()))
    }

    /// The value of an option, which core refuses.
    pub(crate) fn option(option: &str, value: &str, error: &Error) -> Self {
        let source = Source::text(option, value);
        Self::Usage(render::error(error, Some(&source), &render::for_stderr()))
    }

    /// The output could not be written.
    pub(crate) fn output(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::usage(&format!("cannot write the output: {error}"))
        }
    }

    /// A file could not be read.
    pub(crate) fn input(name: &str, error: &io::Error) -> Self {
        Self::usage(&format!("cannot read {name}: {error}"))
    }
}

/// The process's exit status.
pub(crate) fn code(result: &Result<Answer, Failure>) -> ExitCode {
    match result {
        Ok(Answer::Yes) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Ok(Answer::No) => ExitCode::from(1),
        Err(Failure::Usage(_)) => usage_code(),
    }
}

/// Status 2.
pub(crate) fn usage_code() -> ExitCode {
    ExitCode::from(2)
}
