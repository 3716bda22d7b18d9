//! A SIP message, read and written (RFC 3261 section 7).

use std::fmt::Write;
use std::net::SocketAddr;

use super::values::{Address, Via, is_header, split};

/// A request or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) start: Start,
    /// Names as on the wire, and values, each on one line.
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// What is wrong with it, if it can be answered all the same.
    mistake: Option<Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Start {
    Request { method: String, uri: String },
    Response { code: u16 },
}

/// The response to a request that cannot be served, and its reason phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) reason: &'static str,
}

impl Refusal {
    const fn bad(reason: &'static str) -> Self {
        Self { code: 400, reason }
    }
}

/// The headers that every request has once (RFC 3261 section 8.1.1), as far as they are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) call_id: String,
    pub(super) cseq: u32,
    /// The method in CSeq.
    pub(super) method: String,
    pub(super) from_tag: Option<String>,
    pub(super) to_tag: Option<String>,
}

/// Headers of which a message has one at most.
const SINGLE: [&str; 6] = ["From", "To", "Call-ID", "CSeq", "Content-Length", "Max-Forwards"];

impl Message {
    /// Reads a message. In a datagram it ends where Content-Length says, or else with the datagram (RFC 3261 section 18.3); of a
    /// stream, no more than one message is passed. `None`: it is not SIP, and cannot be answered.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (head, body) = split_head(bytes);
        let head = String::from_utf8_lossy(head);
        let mut lines = lines(&head);
        let (start, mut mistake) = read_start(lines.next()?.as_str())?;
        let mut headers = Vec::new();
        for line in lines {
            match line.split_once(':').map(|(name, value)| (name.trim_end(), value.trim())) {
                Some((name, value)) if is_token(name) => {
                    headers.push((name.to_owned(), value.to_owned()));
                }
                _ => mistake = mistake.or(Some(Refusal::bad("Invalid Header Line"))),
            }
        }
        let mut message = Self { start, headers, body: body.to_vec(), mistake };
        match message.content_length() {
            Ok(None) => {}
            Ok(Some(length)) if length <= message.body.len() => message.body.truncate(length),
            Ok(Some(_)) | Err(()) => {
                message.mistake = message.mistake.or(Some(Refusal::bad("Invalid Content-Length")));
            }
        }
        Some(message)
    }

    fn content_length(&self) -> Result<Option<usize>, ()> {
        let mut lengths = self.all("Content-Length").map(|value| number(value).ok_or(()));
        match (lengths.next(), lengths.next()) {
            (None, _) => Ok(None),
            (Some(length), None) => length.map(|length| usize::try_from(length).ok()),
            _ => Err(()),
        }
    }

    /// Returns the values of all headers of this name, in order.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let headers = self.headers.iter().filter(move |(other, _)| is_header(other, name));
        headers.map(|(_, value)| value.as_str())
    }

    /// Returns the elements of a header that is a list, over all its lines.
    pub(super) fn list<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let elements = self.all(name).flat_map(|value| split(value, ','));
        elements.map(str::trim).filter(|element| !element.is_empty())
    }

    pub(super) fn header<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    pub(super) fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    pub(super) fn method(&self) -> Option<&str> {
        match &self.start {
            Start::Request { method, .. } => Some(method),
            Start::Response { .. } => None,
        }
    }

    pub(super) fn via(&self) -> Option<Via<'_>> {
        Via::read(self.header("Via")?)
    }

    /// Returns the ids of the message.
    ///
    /// # Errors
    ///
    /// What it is answered with if it is a request: one of these headers is missing, repeated or invalid, or another part of
    /// the message is (RFC 3261 sections 8.2 and 21.4.1).
    pub(super) fn ids(&self) -> Result<Ids, Refusal> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        if SINGLE.iter().any(|name| self.all(name).nth(1).is_some()) {
            return Err(Refusal::bad("Repeated Header"));
        }
        let address = |name| self.header(name).and_then(Address::read);
        let from = address("From").ok_or(Refusal::bad("Missing or Invalid From"))?;
        let to = address("To").ok_or(Refusal::bad("Missing or Invalid To"))?;
        let call_id = self.header("Call-ID").filter(|id| !id.is_empty());
        let call_id = call_id.ok_or(Refusal::bad("Missing Call-ID"))?.to_owned();
        let (cseq, method) = self
            .header("CSeq")
            .and_then(|value| value.split_once(char::is_whitespace))
            .and_then(|(digits, method)| Some((number(digits)?, method.trim())))
            .ok_or(Refusal::bad("Missing or Invalid CSeq"))?;
        // RFC 3261 section 8.1.1.5: below 2^31.
        let cseq = u32::try_from(cseq).ok().filter(|cseq| *cseq < 1 << 31);
        let cseq = cseq.ok_or(Refusal::bad("Invalid CSeq"))?;
        if self.method().is_some_and(|other| other != method) {
            return Err(Refusal::bad("CSeq Method Differs"));
        }
        let owned = |tag: Option<&str>| tag.map(str::to_owned);
        let (from_tag, to_tag) = (owned(from.tag()), owned(to.tag()));
        Ok(Ids { call_id, cseq, method: method.to_owned(), from_tag, to_tag })
    }

    /// Returns a response to this request (RFC 3261 section 8.2.6), to be finished with [`Writer::end`]. A To that has a tag keeps
    /// it; another gets this one. `None`: the request has no Via that it could be answered by.
    pub(super) fn response(
        &self,
        refusal: Refusal,
        to_tag: Option<&str>,
        source: SocketAddr,
    ) -> Option<Writer> {
        let Refusal { code, reason } = refusal;
        let mut writer = Writer::new(&format!("SIP/2.0 {code} {reason}"));
        let mut vias = self.all("Via");
        let first = vias.next()?;
        writer.header("Via", &Via::read(first)?.in_response(source));
        for more in split(first, ',').skip(1).chain(vias) {
            writer.header("Via", more.trim());
        }
        for name in ["From", "To", "Call-ID", "CSeq"] {
            let Some(value) = self.header(name) else { continue };
            let is_untagged =
                name == "To" && Address::read(value).is_none_or(|to| to.tag().is_none());
            match to_tag.filter(|_| is_untagged) {
                Some(tag) => writer.header(name, &format!("{value};tag={tag}")),
                None => writer.header(name, value),
            }
        }
        Some(writer)
    }
}

/// Writes a message.
#[derive(Debug)]
pub(super) struct Writer {
    text: String,
}

impl Writer {
    pub(super) fn new(start: &str) -> Self {
        Self { text: format!("{start}\r\n") }
    }

    pub(super) fn header(&mut self, name: &str, value: &str) {
        // Writing to a String does not fail.
        let _ = write!(self.text, "{name}: {value}\r\n");
    }

    pub(super) fn end(self) -> Vec<u8> {
        self.end_with(None)
    }

    /// Ends the message with a body and its type.
    pub(super) fn end_with(mut self, body: Option<(&str, &str)>) -> Vec<u8> {
        let (kind, body) = body.unwrap_or_default();
        if !kind.is_empty() {
            self.header("Content-Type", kind);
        }
        self.header("Content-Length", &body.len().to_string());
        self.text.push_str("\r\n");
        self.text.push_str(body);
        self.text.into_bytes()
    }
}

/// Splits a message behind the empty line that ends its head.
fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    match head_end(bytes, 0) {
        Some(end) => bytes.split_at_checked(end).unwrap_or((bytes, &[])),
        None => (bytes, &[]),
    }
}

/// Returns where the head ends, behind its empty line. The search may begin up to three bytes before the end of what was
/// searched already.
pub(super) fn head_end(bytes: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    memchr::memchr_iter(b'\n', rest).find_map(|at| {
        let after = rest.get(at.saturating_add(1)..).unwrap_or_default();
        let length = match after {
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => return None,
        };
        Some(from.saturating_add(at).saturating_add(1 + length))
    })
}

/// Returns the Content-Length of a head in a stream, 0 if it has none. `None`: it is invalid, or there are several.
pub(super) fn stream_content_length(head: &[u8]) -> Option<usize> {
    let head = String::from_utf8_lossy(head);
    let mut lengths = lines(&head).skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        is_header(name.trim_end(), "Content-Length").then(|| number(value.trim()))
    });
    match (lengths.next(), lengths.next()) {
        (None, _) => Some(0),
        (Some(length), None) => usize::try_from(length?).ok(),
        _ => None,
    }
}

/// The lines of a head, folded ones joined (RFC 3261 section 7.3.1).
fn lines(head: &str) -> impl Iterator<Item = String> {
    let mut lines = head.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).peekable();
    std::iter::from_fn(move || {
        let mut line = lines.next().filter(|line| !line.is_empty())?.replace('\r', " ");
        while let Some(more) = lines.next_if(|next| next.starts_with([' ', '\t'])) {
            line.push(' ');
            line.push_str(&more.trim().replace('\r', " "));
        }
        Some(line)
    })
}

/// Reads the first line. A request of another version, or with an invalid URI, is answered.
fn read_start(line: &str) -> Option<(Start, Option<Refusal>)> {
    if let Some(rest) = line.strip_prefix("SIP/2.0 ") {
        let code = rest.split(' ').next()?;
        let code = number(code).and_then(|code| u16::try_from(code).ok());
        let code = code.filter(|code| (100..700).contains(code))?;
        return Some((Start::Response { code }, None));
    }
    let whole = line.trim_end();
    let (method, rest) = whole.split_once(' ')?;
    let (uri, version) = rest.rsplit_once(' ')?;
    let (protocol, number) = version.split_once('/').filter(|_| is_token(method))?;
    let mistake = if !protocol.eq_ignore_ascii_case("SIP") {
        return None;
    } else if number != "2.0" {
        Some(Refusal { code: 505, reason: "Version Not Supported" })
    } else if whole != line {
        Some(Refusal::bad("Invalid Request Line"))
    } else if uri.is_empty() || uri.contains([' ', '\t', '<', '>', '"']) || !uri.contains(':') {
        Some(Refusal::bad("Invalid Request-URI"))
    } else {
        None
    };
    Some((Start::Request { method: method.to_owned(), uri: uri.to_owned() }, mistake))
}

/// Reads only digits.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|_| is_number)
}

fn is_token(name: &str) -> bool {
    let is_mark = |byte| b"-.!%*_+`'~".contains(&byte);
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_mark(byte))
}
