//! A URL taken apart on its bytes, nothing decoded, nothing put in order: a signature is over the
//! spelling. Also the public base that may stand for its scheme, host and port.

use crate::{Error, ErrorKind};

/// The pieces of a URL; put together in this order they are the URL.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UrlParts<'a> {
    /// With `://`; empty where the text has none, then `path` holds what is before `?` and `#`.
    pub(super) scheme: &'a str,
    /// With `@`.
    pub(super) userinfo: &'a str,
    /// IPv6 with its brackets.
    pub(super) host: &'a str,
    /// With `:`.
    pub(super) port: &'a str,
    /// The path prefix of the public base; a part of `path` where there is none.
    pub(super) prefix: &'a str,
    pub(super) path: &'a str,
    /// With `?`.
    pub(super) query: &'a str,
    /// With `#`.
    pub(super) fragment: &'a str,
}

impl<'a> UrlParts<'a> {
    pub(super) fn of(url: &'a str) -> Self {
        let (scheme, rest) = with_scheme(url).unwrap_or(("", url));
        let (authority, rest) =
            if scheme.is_empty() { ("", rest) } else { before(rest, &['/', '?', '#']) };
        let (rest, fragment) = before(rest, &['#']);
        let (path, query) = before(rest, &['?']);
        let (userinfo, host_port) = match authority.rfind('@') {
            Some(at) => authority.split_at_checked(at.saturating_add(1)).unwrap_or(("", authority)),
            None => ("", authority),
        };
        // The colons of an IPv6 address stand inside its brackets.
        let bracket = if host_port.starts_with('[') { host_port.find(']') } else { None };
        let after_bracket = bracket.map_or(0, |at| at.saturating_add(1));
        let colon = host_port
            .get(after_bracket..)
            .and_then(|rest| rest.find(':'))
            .map_or(host_port.len(), |at| at.saturating_add(after_bracket));
        let (host, port) = host_port.split_at_checked(colon).unwrap_or((host_port, ""));
        Self { scheme, userinfo, host, port, prefix: "", path, query, fragment }
    }

    /// The text after `?`.
    pub(super) fn query_text(&self) -> &'a str {
        self.query.strip_prefix('?').unwrap_or_default()
    }

    /// The port that goes without saying, with its colon.
    pub(super) fn default_port(&self) -> Option<&'static str> {
        let is = |name: &str| {
            self.scheme.strip_suffix("://").is_some_and(|scheme| scheme.eq_ignore_ascii_case(name))
        };
        if is("https") || is("wss") {
            Some(":443")
        } else if is("http") || is("ws") {
            Some(":80")
        } else {
            None
        }
    }

    /// Whether it is an absolute `http`, `https`, `ws` or `wss` URL.
    pub(super) fn is_http(&self) -> bool {
        self.default_port().is_some()
    }

    pub(super) fn is_secure_web_socket(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("wss://")
    }

    /// Whether the port is a number from 1 to 65535.
    pub(super) fn has_port_number(&self) -> bool {
        self.port.strip_prefix(':').is_some_and(|digits| {
            digits.bytes().all(|byte| byte.is_ascii_digit())
                && digits.parse::<u16>().is_ok_and(|port| port > 0)
        })
    }
}

/// The scheme with its `://`, and what follows.
fn with_scheme(url: &str) -> Option<(&str, &str)> {
    let (name, rest) = url.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    let is_scheme = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let end = name.len().saturating_add("://".len());
    Some((url.get(..end).filter(|_| is_scheme)?, rest))
}

/// The text split before the first of `ends`.
fn before<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    text.find(ends).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// Scheme, host, port and path prefix by which Twilio reaches the app.
#[derive(Debug, Clone)]
pub(super) struct PublicBase(String);

impl PublicBase {
    pub(super) fn parse(base: &str) -> Result<Self, Error> {
        let text = base.strip_suffix('/').unwrap_or(base);
        let parts = UrlParts::of(text);
        let stands_alone =
            parts.userinfo.is_empty() && parts.query.is_empty() && parts.fragment.is_empty();
        let port_is_fit = parts.port.is_empty() || parts.has_port_number();
        // What `Url` would drop or resolve is not what Twilio signs.
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
            && !parts.path.ends_with('/')
            && !parts.path.split('/').any(|segment| matches!(segment, "." | ".."));
        if parts.is_http()
            && stands_alone
            && port_is_fit
            && is_plain
            && url::Url::parse(text).is_ok()
        {
            Ok(Self(text.to_owned()))
        } else {
            // Not quoted: whoever writes a user there writes a password, too.
            Err(Error::new(ErrorKind::PublicBaseInvalid))
        }
    }

    /// The URL that Twilio asked for: this with the request target behind it, or an absolute URL with
    /// this in the place of its scheme, host and port. `None` for what is neither.
    pub(super) fn join<'a>(&'a self, url: &UrlParts<'a>) -> Option<UrlParts<'a>> {
        let is_target = url.scheme.is_empty() && url.path.starts_with('/');
        if !is_target && !url.is_http() {
            return None;
        }
        let UrlParts { scheme, host, port, path: prefix, .. } = UrlParts::of(&self.0);
        Some(UrlParts { scheme, host, port, prefix, ..*url })
    }
}
