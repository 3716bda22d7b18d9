//! The HTTP methods and the URLs that Twilio calls.

use std::str::FromStr;

use url::Url;

use crate::Error;
use crate::error::ErrorKind;
use crate::redact::redact_url;

/// The HTTP method with which Twilio requests a URL; the default is `POST`.
///
/// It is parsed strictly, as Twilio does: `GET` or `POST`, in upper case.
///
/// ```
/// use twiml_refer::http::Method;
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

display_as_str!(Method);

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

/// Checks an `action`: an absolute http(s) URL, or a relative reference, which may be empty.
///
/// Characters outside ASCII are accepted: Twilio escapes them as a browser would. The offset of
/// the error is that of the first invalid character.
pub(crate) fn check_action(text: &str) -> Result<(), Error> {
    let at = match find_invalid(text) {
        Some(at) => at,
        None if text.starts_with("//") => match with_authority(&["https:", text].concat()) {
            Some(_) => return Ok(()),
            None => 0,
        },
        None if has_scheme(text) => match absolute(text) {
            Some(_) => return Ok(()),
            None => 0,
        },
        None => return Ok(()),
    };
    Err(Error::new(ErrorKind::ActionInvalid)
        .arg(&redact_url(text))
        .at(at)
        .parameter_named("action"))
}

/// Parses an absolute URL with scheme http or https and a host, without characters that are invalid.
pub(crate) fn absolute(text: &str) -> Option<Url> {
    if find_invalid(text).is_some() {
        return None;
    }
    let (scheme, _) = text.split_once(':')?;
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    if known { with_authority(text) } else { None }
}

/// Parses a URL with `://` and a host: the `url` crate repairs `https:host` and `https:///host` as
/// browsers do, but they are mistakes.
fn with_authority(text: &str) -> Option<Url> {
    let (_, rest) = text.split_once("://")?;
    let url = if rest.starts_with(['/', '?', '#']) { None } else { Url::parse(text).ok() };
    url.filter(|url| url.host_str().is_some_and(|host| !host.is_empty()))
}

/// A colon before any `/`, `?` or `#` ends a scheme (RFC 3986 section 4.2).
fn has_scheme(text: &str) -> bool {
    text.bytes().find(|byte| matches!(byte, b':' | b'/' | b'?' | b'#')) == Some(b':')
}

fn find_invalid(text: &str) -> Option<usize> {
    let plain = |byte| matches!(byte, 0x21..=0x7e) && !matches!(byte, b'<' | b'>' | b'"' | b'\\');
    if text.bytes().all(plain) {
        return None;
    }
    text.char_indices().find(|&(_, c)| !is_valid(c)).map(|(at, _)| at)
}

fn is_valid(c: char) -> bool {
    !(c.is_whitespace()
        || c.is_control()
        || matches!(c, '<' | '>' | '"' | '\\' | '\u{fffe}' | '\u{ffff}'))
}
