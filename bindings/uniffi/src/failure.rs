//! Errors and findings as plain values.

use twiml_refer::{Error, diagnostic::Diagnostic, webhook::VerifyError};

use crate::small;

/// An error of the library.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Fault {
    pub kind: String,
    pub text: String,
    pub offset: Option<u32>,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub parameter: Option<String>,
    pub number: Option<u16>,
    pub group: String,
}

/// What every fallible call throws.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum Failure {
    #[error("{}", fault.text)]
    Refused { fault: Fault },
}

/// A finding of a check.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Finding {
    pub code: String,
    pub severity: String,
    pub path: String,
    pub text: String,
    pub number: Option<u16>,
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub cause: Option<Fault>,
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        Self {
            kind: error.kind().as_str().to_owned(),
            text: error.message(),
            offset: error.offset().map(small),
            line: error.line().map(small),
            column: error.column().map(small),
            // An empty one, as of an empty header name, is none: the lane cannot tell them apart.
            parameter: error.parameter().filter(|name| !name.is_empty()).map(str::to_owned),
            number: error.platform_number(),
            group: error.group().as_str().to_owned(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused { fault: Fault::from(&error) }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        Error::from(error).into()
    }
}

impl From<&Diagnostic> for Finding {
    fn from(found: &Diagnostic) -> Self {
        Self {
            code: found.code().as_str().to_owned(),
            severity: found.severity().as_str().to_owned(),
            path: found.path().to_owned(),
            text: found.message(),
            number: found.platform_number(),
            line: found.line().map(small),
            column: found.column().map(small),
            cause: found.error().map(Fault::from),
        }
    }
}

/// Whether so many bytes can cross, for a language whose generated code would trap.
#[uniffi::export]
pub fn size_check(bytes: u64) -> Result<(), Failure> {
    i32::try_from(bytes).map_err(Error::from)?;
    Ok(())
}

pub(crate) fn findings(found: &[Diagnostic]) -> Vec<Finding> {
    found.iter().map(Finding::from).collect()
}
