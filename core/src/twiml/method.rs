//! The HTTP methods that Twilio knows.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

/// How Twilio asks for a URL. Without one said, it is `POST`.
///
/// Read strictly, as Twilio does: `GET` or `POST`, in capitals.
///
/// ```
/// use twiml_refer::Method;
///
/// assert_eq!("GET".parse::<Method>()?, Method::Get);
/// assert_eq!(Method::default().as_str(), "POST");
/// assert!("post".parse::<Method>().is_err());
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Method {
    /// The parameters come in the URL's query.
    Get,
    /// The parameters come as the form body.
    #[default]
    Post,
}

impl Method {
    /// `GET` or `POST`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Method {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "GET" => Ok(Self::Get),
            "POST" => Ok(Self::Post),
            _ => Err(Error::new(ErrorKind::MethodInvalid).arg(text).parameter_named("method")),
        }
    }
}
