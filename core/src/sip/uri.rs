//! [`SipUri`]: a valid URI in its own spelling, and the getters of its parts.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::escape;
use super::parse::{self, Parts};
use crate::Error;

/// The scheme of a [`SipUri`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// `sip`
    Sip,
    /// `sips`: every hop by TLS (RFC 3261 §26.2.2).
    Sips,
}

impl Scheme {
    /// `sip` or `sips`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sip => "sip",
            Self::Sips => "sips",
        }
    }
}

display_as_str!(Scheme);

/// A valid `sip:` or `sips:` URI (RFC 3261 §19.1, IPv6 as RFC 5954 has it).
///
/// What was parsed keeps its spelling byte for byte, and `==`, ordering and hash compare that
/// spelling; [`equivalent`](Self::equivalent) compares as SIP does. `Debug` hides the password.
///
/// ```
/// use twiml_refer::SipUri;
///
/// let uri: SipUri = "sip:alice@example.com?X-AcctNumber=123456".parse()?;
/// assert_eq!(uri.host(), "example.com");
/// assert_eq!(uri.header("x-acctnumber").as_deref(), Some("123456"));
///
/// let uri = uri.with_header("X-ReasonForCalling", "billing question")?;
/// assert_eq!(
///     uri.as_str(),
///     "sip:alice@example.com?X-AcctNumber=123456&X-ReasonForCalling=billing%20question",
/// );
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SipUri {
    // First: it is what is compared, and the parts follow from it.
    pub(super) text: String,
    pub(super) parts: Parts,
}

impl SipUri {
    /// Parses a URI; nothing is trimmed.
    ///
    /// # Errors
    ///
    /// One of the kinds `uri-…` with the byte offset at which the text stops being a SIP URI: a
    /// character that is not allowed there, the first byte of a part that is invalid as a whole, or the
    /// place where something is missing.
    ///
    /// ```
    /// use twiml_refer::{SipUri, error::ErrorKind};
    ///
    /// let error = SipUri::parse("sip:alice@example.com?X-A=1&").unwrap_err();
    /// assert_eq!((error.kind(), error.offset()), (ErrorKind::UriHeaderMissing, Some(28)));
    /// ```
    pub fn parse(text: &str) -> Result<Self, Error> {
        let parts = parse::parse(text)?;
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The whole URI as it was spelled.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `sip` or `sips`.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        if self.parts.secure { Scheme::Sips } else { Scheme::Sip }
    }

    /// The scheme as spelled: `SIP:` is a scheme too.
    #[must_use]
    pub fn scheme_spelled(&self) -> &str {
        self.slice(0, self.parts.after_scheme - 1)
    }

    /// The user part as spelled, with its escapes.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.parts.user_end.map(|end| self.slice(self.parts.after_scheme, end))
    }

    /// The user part without its escapes; bytes that are not UTF-8 read as U+FFFD.
    #[must_use]
    pub fn user_decoded(&self) -> Option<Cow<'_, str>> {
        self.user().map(escape::decode)
    }

    /// The password as spelled. Every hop logs it: avoid one.
    #[must_use]
    pub fn password(&self) -> Option<&str> {
        let start = self.parts.user_end? + 1;
        self.parts.password_end.map(|end| self.slice(start, end))
    }

    /// The host as spelled; an IPv6 address with its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.slice(self.parts.host_start, self.parts.host_end)
    }

    /// The port, 1 to 65535, if one is written.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.parts.port
    }

    /// The parameters (`;name` or `;name=value`) as spelled, in their order.
    pub fn params(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let end = self.parts.headers_start.map_or(self.text.len(), |start| start - 1);
        let params = self.text.get(self.parts.params_start..end).unwrap_or_default();
        params.split(';').skip(1).map(|param| match param.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (param, None),
        })
    }

    /// The value of a parameter, its name compared without regard to case and escapes:
    /// `Some(None)` for one without value.
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let uri = SipUri::parse("sip:example.com;transport=tls;lr")?;
    /// assert_eq!(uri.param("Transport"), Some(Some("tls")));
    /// assert_eq!(uri.param("lr"), Some(None));
    /// assert_eq!(uri.param("maddr"), None);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn param(&self, name: &str) -> Option<Option<&str>> {
        self.params()
            .find(|(spelled, _)| parse::fold_name(spelled).eq_ignore_ascii_case(name.as_bytes()))
            .map(|(_, value)| value)
    }

    /// Returns the value of a Refer-To header for this target, always in angle brackets (RFC 3515 §2.1):
    /// without them its parameters and headers would belong to Refer-To.
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let uri = SipUri::parse("sip:alice@example.com?X-A=1")?;
    /// assert_eq!(uri.to_refer_to(), "<sip:alice@example.com?X-A=1>");
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn to_refer_to(&self) -> String {
        format!("<{}>", self.text)
    }

    fn slice(&self, from: usize, to: usize) -> &str {
        self.text.get(from..to).unwrap_or_default()
    }
}

impl FromStr for SipUri {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for SipUri {
    type Error = Error;

    fn try_from(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl TryFrom<String> for SipUri {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        let parts = parse::parse(&text)?;
        Ok(Self { text, parts })
    }
}

impl From<SipUri> for String {
    fn from(uri: SipUri) -> Self {
        uri.text
    }
}

impl AsRef<str> for SipUri {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for SipUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(password) = self.password() else {
            return write!(f, "SipUri({:?})", self.text);
        };
        let start = self.parts.user_end.unwrap_or_default() + 1;
        let end = start + password.len();
        let rest = self.text.get(end..).unwrap_or_default();
        write!(f, "SipUri({:?})", format!("{}***{rest}", self.slice(0, start)))
    }
}

impl Serialize for SipUri {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for SipUri {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
