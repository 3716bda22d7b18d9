//! [`SipUriBuilder`]: a URI from decoded text. `parse` checks the result.

use super::escape;
use super::headers::{USER_TO_USER, check_header, push_header};
use super::host::check_host;
use super::parse::PORT_RULE;
use super::uri::SipUri;
use super::user_to_user::UserToUser;
use crate::Error;
use crate::error::ErrorKind;

/// Makes a [`SipUri`] from decoded text, which it escapes. [`SipUri::builder`] begins one.
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
    /// The first header that was refused.
    error: Option<Error>,
}

impl SipUri {
    /// Begins a URI from decoded text: host name, IPv4 address, or IPv6 address with or without
    /// brackets.
    ///
    /// ```
    /// use twiml_refer::SipUri;
    ///
    /// let uri = SipUri::builder("2001:db8::1")
    ///     .sips()
    ///     .user("alice smith")
    ///     .port(5061)
    ///     .param("transport", Some("tcp"))
    ///     .header("X-Reason", "billing; urgent")
    ///     .build()?;
    /// assert_eq!(
    ///     uri.as_str(),
    ///     "sips:alice%20smith@[2001:db8::1]:5061;transport=tcp?X-Reason=billing%3B%20urgent",
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn builder(host: &str) -> SipUriBuilder {
        SipUriBuilder::new(host)
    }
}

impl SipUriBuilder {
    fn new(host: &str) -> Self {
        let is_bare_ipv6 = !host.starts_with('[') && host.contains(':');
        Self {
            secure: false,
            user: None,
            password: None,
            host: if is_bare_ipv6 { format!("[{host}]") } else { host.to_owned() },
            port: None,
            params: String::new(),
            headers: String::new(),
            error: None,
        }
    }

    /// A `sips:` URI instead of `sip:`.
    pub fn sips(mut self) -> Self {
        self.secure = true;
        self
    }

    /// The user part. `;` and `?` are escaped, though allowed: many take them for its end.
    pub fn user(mut self, user: &str) -> Self {
        self.user = Some(user.to_owned());
        self
    }

    /// The password, which every hop will log.
    pub fn password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// The port, 1 to 65535; any other number is refused by [`build`](Self::build).
    pub fn port(mut self, port: impl Into<i64>) -> Self {
        self.port = Some(port.into());
        self
    }

    /// Adds a parameter, with or without a value.
    pub fn param(mut self, name: &str, value: Option<&str>) -> Self {
        self.params.push(';');
        escape::push_param(&mut self.params, name);
        if let Some(value) = value {
            self.params.push('=');
            escape::push_param(&mut self.params, value);
        }
        self
    }

    /// Adds a header, as [`SipUri::with_header`] does.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match check_header(name, value) {
            Ok(()) => {
                self.headers.push(if self.headers.is_empty() { '?' } else { '&' });
                push_header(&mut self.headers, name, value);
            }
            Err(error) => self.error = self.error.or(Some(error)),
        }
        self
    }

    /// Adds a `User-to-User` header (RFC 7433).
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
        if let Some(error) = self.error {
            return Err(error);
        }
        check_host(&self.host)?;
        if let Some(port) = self.port.filter(|port| !(1..=65_535).contains(port)) {
            return Err(Error::new(ErrorKind::UriPortInvalid)
                .arg(&port.to_string())
                .arg(PORT_RULE));
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
        SipUri::try_from(text).map_err(Error::without_offset)
    }
}
