//! [`SipUriBuilder`]: a URI from decoded text. What may stand where is judged by `parse`.

use super::headers::{USER_TO_USER, check_header, push_header};
use super::parse::{self, check_host};
use super::{SipUri, UserToUser, escape};
use crate::Error;
use crate::error::ErrorKind;

/// Makes a [`SipUri`] from decoded text; escaping is done here. Begun by [`SipUri::builder`], whose
/// example shows it.
#[derive(Debug, Clone)]
#[must_use]
pub struct SipUriBuilder {
    secure: bool,
    user: Option<String>,
    password: Option<String>,
    host: String,
    port: Option<i64>,
    params: String,
    headers: String,
    /// The first fault of a parameter or header: those are escaped as they come.
    fault: Option<Error>,
}

impl SipUriBuilder {
    pub(super) fn new(host: &str) -> Self {
        let is_bare_ipv6 = !host.starts_with('[') && host.contains(':');
        Self {
            secure: false,
            user: None,
            password: None,
            host: if is_bare_ipv6 { format!("[{host}]") } else { host.to_owned() },
            port: None,
            params: String::new(),
            headers: String::new(),
            fault: None,
        }
    }

    /// A `sips:` URI instead of `sip:`.
    pub fn sips(mut self) -> Self {
        self.secure = true;
        self
    }

    /// The user part. `;` and `?` could stand in it, but are escaped: many take them for its end.
    pub fn user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    /// The password, which will stand in the logs of every hop.
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// The port, 1 to 65535; any other number is refused by [`build`](Self::build).
    pub fn port(mut self, port: impl Into<i64>) -> Self {
        self.port = Some(port.into());
        self
    }

    /// One more parameter, with or without a value.
    pub fn param(mut self, name: &str, value: Option<&str>) -> Self {
        self.params.push(';');
        escape::push_param(&mut self.params, name);
        if let Some(value) = value {
            self.params.push('=');
            escape::push_param(&mut self.params, value);
        }
        self
    }

    /// One more header, as [`SipUri::with_header`] adds it.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match check_header(name, value) {
            Ok(()) => {
                self.headers.push(if self.headers.is_empty() { '?' } else { '&' });
                push_header(&mut self.headers, name, value);
            }
            Err(error) => self.fault = self.fault.or(Some(error)),
        }
        self
    }

    /// A `User-to-User` header (RFC 7433).
    pub fn user_to_user(self, value: &UserToUser) -> Self {
        self.header(USER_TO_USER, &value.to_string())
    }

    /// The URI.
    ///
    /// # Errors
    ///
    /// The first header that cannot be written (`header-…`), a bad host, port 0, an empty user or
    /// parameter name or value, a repeated parameter, a password without a user (`uri-…`). These
    /// carry no offset: there is no text yet that it could point into.
    pub fn build(self) -> Result<SipUri, Error> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        check_host(&self.host)?;
        if let Some(port) = self.port.filter(|port| !(1..=65_535).contains(port)) {
            return Err(Error::new(ErrorKind::UriPortInvalid).arg(&port.to_string()));
        }
        if self.user.is_none() && self.password.is_some() {
            return Err(Error::new(ErrorKind::UriUserEmpty));
        }
        let mut text = String::from(if self.secure { "sips:" } else { "sip:" });
        if let Some(user) = &self.user {
            escape::push_user(&mut text, user);
            if let Some(password) = &self.password {
                text.push(':');
                escape::push_password(&mut text, password);
            }
            text.push('@');
        }
        text.push_str(&self.host);
        if let Some(port) = self.port {
            text.push_str(&format!(":{port}"));
        }
        text.push_str(&self.params);
        text.push_str(&self.headers);
        let parts = parse::parse(&text).map_err(Error::without_offset)?;
        Ok(SipUri { text, parts })
    }
}
