//! [`ReferTarget`]: what a Refer-To value names. Writing one is [`SipUri::to_refer_to`].

use std::fmt;

use super::uri::SipUri;

/// The target that a Refer-To value, or Twilio's `ReferTransferTarget`, names.
///
/// ```
/// use twiml_refer::sip::ReferTarget;
///
/// let target = ReferTarget::parse("\"Bob <Sales>\" <sip:bob@example.com?X-A=1>;purpose=x");
/// assert!(matches!(&target, ReferTarget::Sip(uri) if uri.host() == "example.com"));
/// assert_eq!(ReferTarget::parse(" <tel:+15551234> "), ReferTarget::Tel("tel:+15551234".into()));
/// assert_eq!(ReferTarget::parse("bob"), ReferTarget::Other("bob".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReferTarget {
    /// A `sip:` or `sips:` URI.
    Sip(SipUri),
    /// A `tel:` URI as spelled (RFC 3966), scheme included.
    Tel(String),
    /// Any other text, trimmed.
    Other(String),
}

impl ReferTarget {
    /// Reads `<uri>`, a display name and `<uri>`, or a bare URI; white space around it is dropped.
    /// It never fails: what is neither SIP nor tel is [`Other`](Self::Other).
    ///
    /// A bare URI is taken whole, with its parameters and headers: RFC 3261 §20 would give them to
    /// Refer-To, but a sender that leaves the brackets out means the URI's.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let uri = bracketed(text).unwrap_or(text);
        if let Ok(uri) = SipUri::parse(uri) {
            return Self::Sip(uri);
        }
        match uri.split_once(':') {
            Some((scheme, number)) if scheme.eq_ignore_ascii_case("tel") && is_number(number) => {
                Self::Tel(uri.to_owned())
            }
            _ => Self::Other(text.to_owned()),
        }
    }
}

impl fmt::Display for ReferTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sip(uri) => uri.fmt(f),
            Self::Tel(text) | Self::Other(text) => f.pad(text),
        }
    }
}

/// The text between the brackets of one name-addr that only parameters follow.
fn bracketed(text: &str) -> Option<&str> {
    let rest = match text.strip_prefix('"') {
        Some(quoted) => after_quoted(quoted)?.trim_start().strip_prefix('<')?,
        None => text.split_once('<').map(|(_, rest)| rest)?,
    };
    let (uri, behind) = rest.split_once('>')?;
    let behind = behind.trim_start();
    (behind.is_empty() || behind.starts_with(';')).then(|| uri.trim())
}

/// What follows the closing quote of a quoted string whose opening quote is gone.
fn after_quoted(quoted: &str) -> Option<&str> {
    let mut escaped = false;
    let end = quoted.find(|c| {
        let is_end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end
    })?;
    quoted.get(end + 1..)
}

/// Visible characters without brackets and quotes: the rest of RFC 3966 is for the device that dials it.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte))
}
