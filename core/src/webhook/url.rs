//! The candidates for the URL that Twilio signed ([`CandidateParts`]). A signature covers the bytes of
//! the URL: it is split into its parts ([`UrlParts`]), with nothing decoded or normalized, and its origin
//! may be replaced by a [`PublicBase`].

use std::sync::Arc;

use percent_encoding::{AsciiSet, utf8_percent_encode};

use crate::Error;
use crate::error::ErrorKind;

/// The parts of a URL; joined in this order they are the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UrlParts<'a> {
    /// With `://`. Empty if the text has none: then `path` is all before `?` and `#`.
    pub(super) scheme: &'a str,
    /// With `@`.
    pub(super) userinfo: &'a str,
    /// IPv6 with its brackets.
    pub(super) host: &'a str,
    /// With `:`.
    pub(super) port: &'a str,
    /// The path prefix of the public base, if there is one.
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
        // The colons of an IPv6 address are inside its brackets.
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

    /// The default port of the scheme, with its colon.
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

/// Splits off the scheme with its `://`.
fn with_scheme(url: &str) -> Option<(&str, &str)> {
    let (name, rest) = url.split_once(':')?;
    let rest = rest.strip_prefix("//")?;
    let is_scheme = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let end = name.len().saturating_add("://".len());
    Some((url.get(..end).filter(|_| is_scheme)?, rest))
}

/// Splits the text before the first of `ends`.
fn before<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    text.find(ends).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

/// Whether a path segment is `.` or `..`, escaped or not.
fn is_dot_segment(segment: &str) -> bool {
    matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..")
}

/// Scheme, host, port and path prefix by which Twilio reaches the app.
#[derive(Debug, Clone)]
pub(super) struct PublicBase(String);

impl PublicBase {
    pub(super) fn parse(base: &str) -> Result<Self, Error> {
        let text = base.strip_suffix('/').unwrap_or(base);
        let parts = UrlParts::of(text);
        let is_bare =
            parts.userinfo.is_empty() && parts.query.is_empty() && parts.fragment.is_empty();
        let has_valid_port = parts.port.is_empty() || parts.has_port_number();
        // Twilio does not sign what `Url` would make of these.
        let is_plain = !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
            && !parts.path.ends_with('/')
            && !parts.path.split('/').any(is_dot_segment);
        // `Url` takes the host of `https:///host` from the path.
        if parts.is_http()
            && !parts.host.is_empty()
            && is_bare
            && has_valid_port
            && is_plain
            && url::Url::parse(text).is_ok()
        {
            Ok(Self(text.to_owned()))
        } else {
            // Not quoted: with a user there is often a password.
            Err(Error::new(ErrorKind::PublicBaseInvalid))
        }
    }

    /// Returns the URL that Twilio requested: this base followed by the request target, or an absolute URL
    /// with its scheme, host and port replaced by this base. `None` for what is neither.
    pub(super) fn join<'a>(&'a self, url: &UrlParts<'a>) -> Option<UrlParts<'a>> {
        let is_target = url.scheme.is_empty() && url.path.starts_with('/');
        if !is_target && !url.is_http() {
            return None;
        }
        let UrlParts { scheme, host, port, path: prefix, .. } = UrlParts::of(&self.0);
        Some(UrlParts { scheme, host, port, prefix, ..*url })
    }
}

/// Whether a scheme and a host, with a port or without, are all that is before the path of an `http` or
/// `https` URL.
pub(super) fn is_http_authority(scheme: &str, host: &str) -> bool {
    ["http", "https"].contains(&scheme)
        && !host.contains(['/', '\\', '?', '#', '@'])
        && PublicBase::parse(&[scheme, "://", host].concat()).is_ok()
}

/// One candidate for the URL, written in pieces, so that trying it allocates nothing.
#[derive(Clone, Copy)]
pub(super) struct CandidateParts<'a> {
    parts: UrlParts<'a>,
    /// Between path and query.
    slash: &'static str,
    escapes: Escapes,
}

impl<'a> CandidateParts<'a> {
    pub(super) fn as_given(parts: UrlParts<'a>) -> Self {
        Self { parts, slash: "", escapes: Escapes::AS_GIVEN }
    }

    pub(super) fn write(&self, sink: &mut impl FnMut(&str)) {
        let UrlParts { scheme, userinfo, host, port, prefix, path, query, fragment } = self.parts;
        for piece in [scheme, userinfo, host, port, prefix] {
            sink(piece);
        }
        self.escapes.write(path, sink);
        sink(self.slash);
        self.escapes.write(query, sink);
        sink(fragment);
    }

    pub(super) fn to_text(self) -> String {
        let mut text = String::new();
        self.write(&mut |piece| text.push_str(piece));
        text
    }
}

/// Whether `matches` accepts one of the URL candidates. Each is tried once, the most likely first.
pub(super) fn any_candidate(
    parts: UrlParts<'_>,
    with_escapes: bool,
    mut matches: impl FnMut(&CandidateParts<'_>) -> bool,
) -> bool {
    let given = CandidateParts::as_given(parts);
    if matches(&given) {
        return true;
    }
    let another_port = if parts.has_port_number() {
        Some("")
    } else if parts.port.is_empty() {
        parts.default_port()
    } else {
        None
    };
    let ports = [Some(parts.port), another_port];
    let userinfos = [Some(parts.userinfo), (!parts.userinfo.is_empty()).then_some("")];
    let takes_slash = parts.is_secure_web_socket() && !parts.path.ends_with('/');
    let slashes = [Some(""), takes_slash.then_some("/")];
    let escapes =
        if with_escapes { Escapes::of([parts.path, parts.query]) } else { vec![Escapes::AS_GIVEN] };

    let mut first = true;
    for escapes in escapes {
        for slash in slashes.into_iter().flatten() {
            for userinfo in userinfos.into_iter().flatten() {
                for port in ports.into_iter().flatten() {
                    if std::mem::take(&mut first) {
                        continue;
                    }
                    let parts = UrlParts { userinfo, port, ..parts };
                    if matches(&CandidateParts { parts, slash, escapes }) {
                        return true;
                    }
                }
            }
        }
    }
    false
}

/// A candidate for the URL that [`RequestValidator::verify`](crate::RequestValidator::verify) tries.
///
/// A password in the URL and the value of `CallToken` are shown as `***`; neither a signature nor a
/// secret is in it.
///
/// ```
/// use twiml_refer::RequestValidator;
///
/// let tried = RequestValidator::new("12345")?.explain("http://u:pw@h.example:80/?a=1", b"To=b");
/// let urls: Vec<_> = tried.iter().map(|candidate| candidate.url()).collect();
/// assert_eq!(
///     urls,
///     [
///         "http://u:***@h.example:80/?a=1",
///         "http://u:***@h.example/?a=1",
///         "http://h.example:80/?a=1",
///         "http://h.example/?a=1",
///     ],
/// );
/// assert_eq!(tried[3].hashed(), "http://h.example/?a=1Tob");
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UrlCandidate {
    url: String,
    params: Arc<str>,
}

impl UrlCandidate {
    pub(super) fn new(url: String, params: Arc<str>) -> Self {
        Self { url, params }
    }

    /// The URL of this candidate.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What is hashed for it: the URL, then the names and values of a form body in byte order.
    /// Bytes that are not UTF-8 are shown as U+FFFD.
    #[must_use]
    pub fn hashed(&self) -> String {
        format!("{}{}", self.url, self.params)
    }
}

/// How the characters of one class are rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rewrite {
    AsGiven,
    Decoded,
    Encoded,
}

/// How each class is rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Escapes {
    quotes: Rewrite,
    sip: Rewrite,
    /// Whether characters outside ASCII are escaped.
    non_ascii: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Quote,
    Sip,
}

enum Token<'a> {
    Text(&'a str),
    /// One character of a class, as it is spelled and as it could be.
    Escapable {
        class: Class,
        spelled: &'a str,
        decoded: &'static str,
        encoded: &'static str,
    },
}

impl Escapes {
    pub(super) const AS_GIVEN: Self =
        Self { quotes: Rewrite::AsGiven, sip: Rewrite::AsGiven, non_ascii: false };

    /// Lists the ways that give different spellings of the texts, as given first.
    pub(super) fn of(texts: [&str; 2]) -> Vec<Self> {
        let mut quotes = vec![Rewrite::AsGiven];
        let mut sip = vec![Rewrite::AsGiven];
        for text in texts {
            tokens(text, |token| {
                if let Token::Escapable { class, spelled, decoded, .. } = token {
                    let known = if class == Class::Quote { &mut quotes } else { &mut sip };
                    let change =
                        if spelled == decoded { Rewrite::Encoded } else { Rewrite::Decoded };
                    if !known.contains(&change) {
                        known.push(change);
                    }
                }
            });
        }
        let mut all = Vec::new();
        for non_ascii in [false, true] {
            if non_ascii && texts.iter().all(|text| text.is_ascii()) {
                break;
            }
            for &quotes in &quotes {
                all.extend(sip.iter().map(|&sip| Self { quotes, sip, non_ascii }));
            }
        }
        all
    }

    /// Writes `text` in this spelling.
    pub(super) fn write(self, text: &str, sink: &mut impl FnMut(&str)) {
        if self == Self::AS_GIVEN {
            return sink(text);
        }
        tokens(text, |token| match token {
            Token::Text(text) if self.non_ascii => {
                utf8_percent_encode(text, &AsciiSet::EMPTY).for_each(&mut *sink);
            }
            Token::Text(text) => sink(text),
            Token::Escapable { class, spelled, decoded, encoded } => {
                let rewrite = if class == Class::Quote { self.quotes } else { self.sip };
                sink(match rewrite {
                    Rewrite::AsGiven => spelled,
                    Rewrite::Decoded => decoded,
                    // An escape keeps the case of its digits.
                    Rewrite::Encoded if spelled == decoded => encoded,
                    Rewrite::Encoded => spelled,
                });
            }
        });
    }
}

/// Splits a path or query into tokens. A SIP URI begins with its scheme, after a delimiter.
fn tokens<'a>(text: &'a str, mut each: impl FnMut(Token<'a>)) {
    for segment in text.split_inclusive(['/', '?', '&', '=']) {
        let sip = is_sip(segment);
        let mut rest = segment;
        while let Some(at) = rest.find(['\'', '%', ':', '@']) {
            let Some((text, found)) = rest.split_at_checked(at) else { break };
            if !text.is_empty() {
                each(Token::Text(text));
            }
            let escapable = escapable(found, sip);
            let length = escapable.map_or(1, |(length, ..)| length);
            let Some((spelled, after)) = found.split_at_checked(length) else { break };
            each(match escapable {
                Some((_, class, decoded, encoded)) => {
                    Token::Escapable { class, spelled, decoded, encoded }
                }
                None => Token::Text(spelled),
            });
            rest = after;
        }
        each(Token::Text(rest));
    }
}

/// The character of a class at the beginning of `text`: its length as spelled, its class and spellings.
fn escapable(text: &str, sip: bool) -> Option<(usize, Class, &'static str, &'static str)> {
    const KNOWN: [(Class, &str, &str); 3] =
        [(Class::Quote, "'", "%27"), (Class::Sip, ":", "%3A"), (Class::Sip, "@", "%40")];
    KNOWN.into_iter().filter(|&(class, ..)| sip || class == Class::Quote).find_map(
        |(class, decoded, encoded)| {
            let spelled = [decoded, encoded].into_iter().find(|spelled| {
                text.get(..spelled.len()).is_some_and(|head| head.eq_ignore_ascii_case(spelled))
            })?;
            Some((spelled.len(), class, decoded, encoded))
        },
    )
}

fn is_sip(segment: &str) -> bool {
    ["sip:", "sips:", "sip%3A", "sips%3A"].iter().any(|scheme| {
        segment.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
    })
}
