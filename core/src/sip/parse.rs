//! The strict parser of SIP URIs: RFC 3261 §25.1 with RFC 5954's IPv6. It finds where the parts are, or
//! where and why a text is invalid; nothing is changed, trimmed or decoded here.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::escape::{self, HEADER, HOST, PARAM, PASSWORD, USER};
use super::host::{check_host, invalid};
use crate::Error;
use crate::error::ErrorKind;
use crate::limits::MAX_URI_BYTES;

/// Where the parts are, in bytes of the spelling. An absent part is `None`; the delimiters belong to no
/// part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Parts {
    pub(super) secure: bool,
    pub(super) after_scheme: usize,
    /// Where the user ends; it begins `after_scheme`.
    pub(super) user_end: Option<usize>,
    /// Where the password ends; it begins one after the user's end.
    pub(super) password_end: Option<usize>,
    pub(super) host_start: usize,
    pub(super) host_end: usize,
    pub(super) port: Option<u16>,
    /// Where the parameters begin: at the first `;`, or where it would be.
    pub(super) params_start: usize,
    /// Where the headers begin: behind `?`.
    pub(super) headers_start: Option<usize>,
}

pub(super) fn parse(text: &str) -> Result<Parts, Error> {
    if text.is_empty() {
        return Err(Error::new(ErrorKind::UriEmpty).at(0));
    }
    if text.len() > MAX_URI_BYTES {
        return Err(over_limit());
    }
    let (secure, after_scheme) = scheme(text)?;
    let reader = Reader { text, bytes: text.as_bytes() };
    let (user_end, password_end, host_start) = reader.userinfo(after_scheme)?;
    let host_end = reader.host(host_start)?;
    let (port, params_start) = reader.port(host_end)?;
    let params_end = reader.params(params_start)?;
    let headers_start = reader.headers(params_end)?;
    Ok(Parts {
        secure,
        after_scheme,
        user_end,
        password_end,
        host_start,
        host_end,
        port,
        params_start,
        headers_start,
    })
}

pub(super) fn over_limit() -> Error {
    Error::new(ErrorKind::UriOverLimit).arg(&MAX_URI_BYTES.to_string())
}

/// Whether the text begins with this scheme, compared without regard to case.
fn begins_with(text: &str, scheme: &str) -> bool {
    text.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme))
}

/// Whether the scheme is `sips`, and where what follows it begins.
fn scheme(text: &str) -> Result<(bool, usize), Error> {
    if begins_with(text, "sip:") {
        return Ok((false, 4));
    }
    if begins_with(text, "sips:") {
        return Ok((true, 5));
    }
    // A name-addr, as a header has it: `"Alice" <sip:alice@example.com>`.
    if let Some((name, uri)) = text.split_once('<')
        && (begins_with(uri, "sip:") || begins_with(uri, "sips:"))
    {
        let surplus = if name.is_empty() { "them" } else { "the name and the brackets" };
        return Err(Error::new(ErrorKind::UriAngleBrackets).arg(surplus).at(0));
    }
    match text.chars().next() {
        Some('<') => return Err(angle_brackets().at(0)),
        Some(c) if c.is_whitespace() || c.is_control() => {
            return Err(misplaced(c, "front of a SIP URI", Cure::Remove).at(0));
        }
        _ => {}
    }
    let other = text.split_once(':').map(|(name, _)| name).filter(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'-')
    });
    Err(match other {
        Some(name) => Error::new(ErrorKind::UriSchemeUnsupported).arg(name),
        None => Error::new(ErrorKind::UriSchemeMissing),
    }
    .at(0))
}

/// What to do about a character that is not allowed where it is.
#[derive(Clone, Copy)]
enum Cure {
    Escape,
    Remove,
    /// It was meant as a delimiter.
    Advise(&'static str),
}

pub(super) const PORT_RULE: &str = "must be 1 to 65535";

const HEADERS_BEGIN: Cure = Cure::Advise("write ? before the first header");

fn misplaced(c: char, part: &str, cure: Cure) -> Error {
    let kind = match c {
        '<' | '>' => return angle_brackets(),
        c if c.is_whitespace() => ErrorKind::UriWhiteSpace,
        c if c.is_control() => ErrorKind::UriControlCharacter,
        _ => ErrorKind::UriCharacter,
    };
    let cure = match cure {
        Cure::Remove => "remove it".to_owned(),
        Cure::Advise(advice) => advice.to_owned(),
        Cure::Escape => {
            let mut buffer = [0; 4];
            let bytes = c.encode_utf8(&mut buffer).bytes();
            let escaped: String = bytes.map(|byte| format!("%{byte:02X}")).collect();
            format!("write it as {escaped}")
        }
    };
    Error::new(kind).arg(&escape::name(c)).arg(part).arg(&cure)
}

fn angle_brackets() -> Error {
    Error::new(ErrorKind::UriAngleBrackets).arg("them")
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The next of `ends` at or after `from`, or the end of the text.
    fn until(&self, from: usize, ends: &[u8]) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        rest.iter()
            .position(|byte| ends.contains(byte))
            .map_or(self.bytes.len(), |found| from + found)
    }

    /// Why the character at `at` ended a run too early.
    fn refuse(&self, at: usize, part: &str, cure: Cure) -> Error {
        match self.text.get(at..).and_then(|rest| rest.chars().next()) {
            Some('%') => {
                let end = (at + 1..=at + 3).rev().find(|&end| self.text.is_char_boundary(end));
                let shown = self.slice(at, end.unwrap_or(at).min(self.text.len()));
                Error::new(ErrorKind::UriEscapeInvalid).arg(&format!("`{shown}`"))
            }
            Some(c) => misplaced(c, part, cure),
            None => Error::new(ErrorKind::UriHostEmpty),
        }
        .at(at)
    }

    /// User end, password end, and where the host begins. The first `@` decides: no later part
    /// may hold it unescaped, while the user may hold `;` and `?`.
    fn userinfo(&self, from: usize) -> Result<(Option<usize>, Option<usize>, usize), Error> {
        let at_sign = self.until(from, b"@");
        if at_sign == self.bytes.len() {
            return Ok((None, None, from));
        }
        let user_end = escape::run(self.bytes, from, USER);
        if user_end == from && matches!(self.byte(from), Some(b'@' | b':')) {
            return Err(Error::new(ErrorKind::UriUserEmpty).at(from));
        }
        if user_end == at_sign {
            return Ok((Some(user_end), None, at_sign + 1));
        }
        if self.byte(user_end) != Some(b':') {
            return Err(self.refuse(user_end, "the user part", Cure::Escape));
        }
        let password_end = escape::run(self.bytes, user_end + 1, PASSWORD);
        if password_end != at_sign {
            return Err(self.refuse(password_end, "the password", Cure::Escape));
        }
        Ok((Some(user_end), Some(password_end), at_sign + 1))
    }

    fn host(&self, from: usize) -> Result<usize, Error> {
        let end = match self.byte(from) {
            Some(b'[') => self.until(from, b"]").saturating_add(1).min(self.bytes.len()),
            _ => {
                let end = escape::run(self.bytes, from, HOST);
                let part_end = self.until(from, b";?");
                let colons = self.slice(from, part_end).matches(':').count();
                if colons > 1 {
                    return Err(
                        invalid(ErrorKind::UriIpv6Invalid, self.slice(from, part_end)).at(from)
                    );
                }
                end
            }
        };
        self.refuse_delimiter(end, "a host")?;
        if !matches!(self.byte(end), None | Some(b':' | b';' | b'?')) {
            let name_end = self.until(end, b":;?");
            let bad = self.text.get(end..).and_then(|rest| rest.chars().next());
            return Err(match bad {
                Some(c) if c.is_whitespace() || c.is_control() || matches!(c, '<' | '>') => {
                    self.refuse(end, "a host", Cure::Remove)
                }
                _ => invalid(ErrorKind::UriHostInvalid, self.slice(from, name_end)).at(from),
            });
        }
        check_host(self.slice(from, end)).map_err(|error| error.at(from))?;
        Ok(end)
    }

    /// Refuses a delimiter of other URIs where a host or port has ended.
    fn refuse_delimiter(&self, at: usize, part: &str) -> Result<(), Error> {
        match self.byte(at) {
            Some(b'&') => Err(self.refuse(at, part, HEADERS_BEGIN)),
            Some(b'#') => Err(self.refuse(at, part, Cure::Advise("remove the fragment"))),
            _ => Ok(()),
        }
    }

    fn port(&self, from: usize) -> Result<(Option<u16>, usize), Error> {
        if self.byte(from) != Some(b':') {
            return Ok((None, from));
        }
        let start = from + 1;
        let end = self.until(start, b";?&#");
        self.refuse_delimiter(end, "a port")?;
        let digits = self.slice(start, end);
        let port = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok());
        match port.flatten() {
            Some(port) if port != 0 => Ok((Some(port), end)),
            _ => {
                let is_scheme =
                    is_scheme(self.slice(0, from).rsplit(':').next().unwrap_or_default());
                let advice =
                    if is_scheme { "keep one scheme, as in sip:user@host" } else { PORT_RULE };
                Err(invalid(ErrorKind::UriPortInvalid, digits).arg(advice).at(start))
            }
        }
    }

    /// Where the parameters end.
    fn params(&self, from: usize) -> Result<usize, Error> {
        let mut names = BTreeSet::new();
        let mut at = from;
        while self.byte(at) == Some(b';') {
            let start = at + 1;
            let name_end = escape::run(self.bytes, start, PARAM);
            let name = self.slice(start, name_end);
            at = name_end;
            if name.is_empty() && matches!(self.byte(at), None | Some(b';' | b'=' | b'?')) {
                return Err(Error::new(ErrorKind::UriParameterNameEmpty).at(start));
            }
            if self.byte(at) == Some(b'=') {
                let value_start = at + 1;
                at = escape::run(self.bytes, value_start, PARAM);
                if at == value_start && matches!(self.byte(at), None | Some(b';' | b'?')) {
                    let error = Error::new(ErrorKind::UriParameterValueEmpty).arg(name);
                    return Err(error.parameter_named(name).at(at));
                }
            }
            if !matches!(self.byte(at), None | Some(b';' | b'?')) {
                let is_header = self.byte(at) == Some(b'=') && self.slice(start, at).contains('&');
                let cure = if is_header { HEADERS_BEGIN } else { Cure::Escape };
                return Err(self.refuse(at, "a parameter", cure));
            }
            if !names.insert(fold_name(name)) {
                let error = Error::new(ErrorKind::UriParameterRepeated).arg(name);
                return Err(error.parameter_named(name).at(start));
            }
        }
        Ok(at)
    }

    /// Where the headers begin, if there are any.
    fn headers(&self, question_mark: usize) -> Result<Option<usize>, Error> {
        if self.byte(question_mark).is_none() {
            return Ok(None);
        }
        let mut delimiter = question_mark;
        loop {
            let start = delimiter + 1;
            let name_end = escape::run(self.bytes, start, HEADER);
            match self.byte(name_end) {
                None | Some(b'&') if name_end == start => {
                    let shown = self.slice(delimiter, start);
                    return Err(Error::new(ErrorKind::UriHeaderMissing).arg(shown).at(start));
                }
                None | Some(b'&') => {
                    let name = self.slice(start, name_end);
                    let advice = if is_known_param(name) {
                        format!(";{name} before the ?")
                    } else {
                        "name=value".to_owned()
                    };
                    let error = Error::new(ErrorKind::UriHeaderValueMissing).arg(name).arg(&advice);
                    return Err(error.parameter_named(name).at(name_end));
                }
                Some(b'=') if name_end == start => {
                    return Err(Error::new(ErrorKind::UriHeaderNameEmpty).at(start));
                }
                Some(b'=') => {}
                Some(_) => return Err(self.refuse_header(delimiter, name_end, "a header name")),
            }
            let value_end = escape::run(self.bytes, name_end + 1, HEADER);
            match self.byte(value_end) {
                None => return Ok(Some(question_mark + 1)),
                Some(b'&') => delimiter = value_end,
                Some(_) => return Err(self.refuse_header(delimiter, value_end, "a header value")),
            }
        }
    }

    fn refuse_header(&self, delimiter: usize, at: usize, part: &str) -> Error {
        let header = self.slice(delimiter, at);
        match self.byte(at) {
            Some(b';') => {}
            // A second `=`: of a second header, if a delimiter is there.
            Some(b'=') if header.contains("%26") => {
                return self.refuse(at, part, Cure::Advise("write & for %26 between headers"));
            }
            Some(b'=') if header.get(1..).is_some_and(|header| header.contains('?')) => {
                return self.refuse(at, part, Cure::Advise("write & for ? between headers"));
            }
            _ => return self.refuse(at, part, Cure::Escape),
        }
        let left_over = Error::new(ErrorKind::UriXmlLeftOver);
        if header == "&amp" {
            return left_over.arg("&amp;").arg("write & between headers").at(delimiter);
        }
        let param = self.slice(at, self.until(at + 1, b";&?"));
        let name = param.get(1..).and_then(|param| param.split('=').next()).unwrap_or_default();
        let advice = if is_known_param(name) {
            format!("write {param} before the ?")
        } else {
            "write it as %3B, or a parameter before the ?".to_owned()
        };
        left_over.arg(";").arg(&advice).at(at)
    }
}

/// Whether a user or host is a scheme that was written after `sip:` by mistake.
pub(super) fn is_scheme(name: &str) -> bool {
    ["sip", "sips", "tel"].iter().any(|scheme| name.eq_ignore_ascii_case(scheme))
}

/// Whether a parameter is one of RFC 3261 §19.1.1 or Twilio's own: among the headers it is a mistake.
pub(super) fn is_known_param(name: &str) -> bool {
    ["transport", "user", "method", "maddr", "ttl", "lr", "edge", "region", "secure"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// A parameter's name as §19.1.4 compares it: as bytes, for escapes need not be UTF-8.
pub(super) fn fold_name(name: &str) -> Cow<'_, [u8]> {
    if name.bytes().any(|byte| byte == b'%' || byte.is_ascii_uppercase()) {
        Cow::Owned(escape::decode_bytes(name).to_ascii_lowercase())
    } else {
        Cow::Borrowed(name.as_bytes())
    }
}
