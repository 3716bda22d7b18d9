//! The ways in which verifying a request fails: [`VerifyError`].

use crate::{Error, ErrorKind};

/// Why a request was not returned. No two can be mixed up.
///
/// ```
/// use twiml_refer::{ErrorKind, Method, RequestValidator, VerifyError};
///
/// let validator = RequestValidator::new("12345")?;
/// let url = "https://voice.example.com/refer";
///
/// let unsigned = validator.verify(Method::Post, url, b"To=a", None).unwrap_err();
/// assert_eq!(unsigned, VerifyError::SignatureMissing);
///
/// let signature = validator.sign_form(url, b"To=%FF");
/// let unreadable = validator.verify(Method::Post, url, b"To=%FF", Some(&signature)).unwrap_err();
/// assert_eq!(unreadable.kind(), ErrorKind::RequestNotUtf8);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum VerifyError {
    /// The request has no signature, or an empty one: answer 403, and do nothing else.
    #[error("{}", Error::from(VerifyError::SignatureMissing))]
    SignatureMissing,
    /// The signature is not that of this request: answer 403, and do nothing else.
    #[error("{}", Error::from(VerifyError::SignatureMismatch))]
    SignatureMismatch,
    /// The request cannot be read: too large, which is judged before the signature (answer 413), or
    /// signed, but not UTF-8 (answer 400).
    #[error(transparent)]
    Request(Error),
}

impl VerifyError {
    /// What went wrong, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::SignatureMissing => ErrorKind::SignatureMissing,
            Self::SignatureMismatch => ErrorKind::SignatureMismatch,
            Self::Request(error) => error.kind(),
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Request(error) => error,
            other => Self::new(other.kind()),
        }
    }
}
