//! The headers part of a [`SipUri`] (`?name=value&…`): read decoded, written from decoded text.

use std::borrow::Cow;

use super::escape;
use super::parse::over_limit;
use super::uri::SipUri;
use super::user_to_user::UserToUser;
use crate::Error;
use crate::error::ErrorKind;
use crate::limits::MAX_URI_BYTES;

pub(super) const USER_TO_USER: &str = "User-to-User";

impl SipUri {
    /// The headers, decoded, in their order; bytes that are not UTF-8 read as U+FFFD.
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let uri = SipUri::parse("sip:alice@example.com?X-Reason=billing%20question&X-Empty=")?;
    /// let headers: Vec<_> = uri.headers().collect();
    /// assert_eq!(headers, [
    ///     ("X-Reason".into(), "billing question".into()),
    ///     ("X-Empty".into(), "".into()),
    /// ]);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        self.header_pairs().map(|(name, value)| (escape::decode(name), escape::decode(value)))
    }

    /// The headers part as spelled: everything after `?`.
    #[must_use]
    pub fn headers_spelled(&self) -> Option<&str> {
        self.parts.headers_start.and_then(|start| self.text.get(start..))
    }

    /// The decoded value of the first header of this name, compared without regard to case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.header_pairs()
            .find(|(spelled, _)| escape::decode(spelled).eq_ignore_ascii_case(name))
            .map(|(_, value)| escape::decode(value))
    }

    /// The first `User-to-User` value, typed (RFC 7433). An error says why it cannot be read.
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let uri = SipUri::parse("sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex")?;
    /// let uui = uri.user_to_user().unwrap()?;
    /// assert_eq!((uui.data(), uui.encoding()), ("123456789", Some("hex")));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn user_to_user(&self) -> Option<Result<UserToUser, Error>> {
        self.user_to_users().into_iter().next()
    }

    /// Every `User-to-User` value in order, typed: a header may hold several, separated by commas
    /// (RFC 7433 §4).
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let uri = SipUri::parse("sip:alice@example.com?User-to-User=a%2Cb&User-to-User=c")?;
    /// let values = uri.user_to_users().into_iter().map(|value| value.unwrap().to_string());
    /// assert_eq!(values.collect::<Vec<_>>(), ["a", "b", "c"]);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn user_to_users(&self) -> Vec<Result<UserToUser, Error>> {
        let is_ours = |name: &str| escape::decode(name).eq_ignore_ascii_case(USER_TO_USER);
        let headers = self.header_pairs().filter(|(name, _)| is_ours(name));
        headers
            .flat_map(|(_, value)| {
                UserToUser::parse_list(&escape::decode(value)).collect::<Vec<_>>()
            })
            .collect()
    }

    /// Adds a header after those that are there. Name and value are given decoded and are escaped
    /// here: `billing question` goes out as `billing%20question`.
    ///
    /// # Errors
    ///
    /// `header-name-invalid` for a name that is not a token, `header-value-invalid` (with the offset in
    /// the value) for CR, LF or NUL, which would add a header of someone else's choice, and
    /// `uri-over-limit`.
    ///
    /// ```
    /// # use twiml_refer::{SipUri, error::ErrorKind};
    /// let uri = SipUri::parse("sip:alice@example.com")?;
    /// let error = uri.with_header("X-A", "1\r\nRoute: <sip:evil@example.net>").unwrap_err();
    /// assert_eq!((error.kind(), error.offset()), (ErrorKind::HeaderValueInvalid, Some(1)));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn with_header(mut self, name: &str, value: &str) -> Result<Self, Error> {
        self.add_header(name, value)?;
        Ok(self)
    }

    /// Adds a header in place, like [`with_header`](Self::with_header): if it is refused, the URI stays as
    /// it was.
    ///
    /// # Errors
    ///
    /// Like [`with_header`](Self::with_header).
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// let mut uri = SipUri::parse("sip:alice@example.com")?;
    /// assert!(uri.add_header("X A", "1").is_err());
    /// uri.add_header("X-A", "1")?;
    /// assert_eq!(uri.as_str(), "sip:alice@example.com?X-A=1");
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn add_header(&mut self, name: &str, value: &str) -> Result<(), Error> {
        check_header(name, value)?;
        let before = self.text.len();
        self.text.push(if self.parts.headers_start.is_some() { '&' } else { '?' });
        let start = self.text.len();
        push_header(&mut self.text, name, value);
        if self.text.len() > MAX_URI_BYTES {
            self.text.truncate(before);
            return Err(over_limit());
        }
        if self.parts.headers_start.is_none() {
            self.parts.headers_start = Some(start);
        }
        Ok(())
    }

    /// Adds a `User-to-User` header (RFC 7433).
    ///
    /// # Errors
    ///
    /// `uri-over-limit`.
    ///
    /// ```
    /// # use twiml_refer::{SipUri, sip::UserToUser};
    /// let uri = SipUri::parse("sip:alice@example.com")?
    ///     .with_user_to_user(&UserToUser::from_bytes(&[0x12, 0xAB])?)?;
    /// assert_eq!(uri.as_str(), "sip:alice@example.com?User-to-User=12AB%3Bencoding%3Dhex");
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn with_user_to_user(mut self, value: &UserToUser) -> Result<Self, Error> {
        self.add_user_to_user(value)?;
        Ok(self)
    }

    /// Adds a `User-to-User` header in place, like [`with_user_to_user`](Self::with_user_to_user).
    ///
    /// # Errors
    ///
    /// `uri-over-limit`; the URI stays as it was.
    pub fn add_user_to_user(&mut self, value: &UserToUser) -> Result<(), Error> {
        self.add_header(USER_TO_USER, &value.to_string())
    }

    /// Escapes decoded text as it is written in a header's name or value: everything but
    /// `hnv-unreserved / unreserved` (RFC 3261 §25.1) as `%XX` of its UTF-8; a space is `%20`.
    ///
    /// ```
    /// # use twiml_refer::SipUri;
    /// assert_eq!(SipUri::escape_header("a b;c=d/é"), "a%20b%3Bc%3Dd/%C3%A9");
    /// ```
    #[must_use]
    pub fn escape_header(decoded: &str) -> String {
        let mut out = String::with_capacity(decoded.len());
        escape::push_header(&mut out, decoded);
        out
    }

    /// Names and values as spelled.
    pub(super) fn header_pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let headers = self.headers_spelled();
        headers.into_iter().flat_map(|text| text.split('&')).filter_map(|pair| pair.split_once('='))
    }
}

/// Checks that a decoded header can be written.
pub(super) fn check_header(name: &str, value: &str) -> Result<(), Error> {
    if !escape::is_token(name.as_bytes()) {
        let error = Error::new(ErrorKind::HeaderNameInvalid);
        return Err(error.arg(&format!("`{name}`")).parameter_named(name));
    }
    match value.char_indices().find(|(_, c)| matches!(c, '\r' | '\n' | '\0')) {
        Some((at, c)) => {
            let error = Error::new(ErrorKind::HeaderValueInvalid).arg(&escape::name(c));
            Err(error.parameter_named(name).at(at))
        }
        None => Ok(()),
    }
}

pub(super) fn push_header(out: &mut String, name: &str, value: &str) {
    escape::push_header(out, name);
    out.push('=');
    escape::push_header(out, value);
}
