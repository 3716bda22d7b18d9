//! The two ways in which verifying a request fails: [`VerifyError`].

use crate::{Error, ErrorKind};

/// Why a request was not handed over. The two cannot be mixed up.
///
/// ```
/// use twiml_refer::{ErrorKind, RequestValidator, VerifyError};
///
/// let validator = RequestValidator::new("12345");
/// let url = "https://voice.example.com/refer";
///
/// let none = validator.verify(url, b"To=a", None).unwrap_err();
/// assert_eq!(none, VerifyError::SignatureMismatch);
///
/// let signature = validator.sign_form(url, b"To=%FF");
/// let unreadable = validator.verify(url, b"To=%FF", Some(&signature)).unwrap_err();
/// assert_eq!(unreadable.kind(), ErrorKind::CallbackNotUtf8);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum VerifyError {
    /// The signature is missing, or is not that of this request: answer 403, and do nothing else.
    #[error("{}", Error::from(VerifyError::SignatureMismatch))]
    SignatureMismatch,
    /// The signature was good, but the body cannot be read: too large, or not UTF-8.
    #[error(transparent)]
    Callback(Error),
}

impl VerifyError {
    /// What went wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::SignatureMismatch => ErrorKind::SignatureMismatch,
            Self::Callback(error) => error.kind(),
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::SignatureMismatch => Self::new(ErrorKind::SignatureMismatch),
            VerifyError::Callback(error) => error,
        }
    }
}
