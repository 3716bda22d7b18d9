//! How a tool prints the lines of one message: what is before each line, and where its first line begins.

use std::ops::Range;

use memchr::memmem;

/// The methods that are found behind what a tool prints of a packet's first bytes.
const METHODS: [&str; 14] = [
    "INVITE",
    "ACK",
    "BYE",
    "CANCEL",
    "REFER",
    "NOTIFY",
    "OPTIONS",
    "REGISTER",
    "SUBSCRIBE",
    "PUBLISH",
    "UPDATE",
    "PRACK",
    "INFO",
    "MESSAGE",
];

/// Headers of which every message has some near its first line: they show what each line begins with.
const HEADERS: [&str; 21] = [
    "via",
    "from",
    "to",
    "call-id",
    "cseq",
    "max-forwards",
    "contact",
    "record-route",
    "route",
    "refer-to",
    "referred-by",
    "content-length",
    "content-type",
    "user-agent",
    "server",
    "allow",
    "supported",
    "require",
    "event",
    "date",
    "p-asserted-identity",
];

const VERSION: &[u8] = b"SIP/2.0";

/// The most bytes that may be before the lines of a message.
const MOST_PREFIX: usize = 400;

/// How the lines of one message are printed.
pub(super) struct Layout<'a> {
    /// Where the first line begins and ends.
    pub(super) first: Range<usize>,
    /// What is before each line; its digits may differ.
    pub(super) prefix: &'a [u8],
    /// A dot stands for CR.
    pub(super) is_dotted: bool,
}

impl Layout<'_> {
    /// Returns a line as it was sent, without its end, or nothing if its prefix is another.
    pub(super) fn sent<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        let start = self.prefix_of(line)?;
        let sent = without_cr(line.get(start..).unwrap_or_default());
        Some(if self.is_dotted { sent.strip_suffix(b".").unwrap_or(sent) } else { sent })
    }

    pub(super) fn prefix_of(&self, line: &[u8]) -> Option<usize> {
        let line = without_cr(line);
        if is_blank(self.prefix) {
            let indent = self.prefix.len().min(line.len());
            return Some(if line.get(..indent).is_some_and(is_blank) { indent } else { 0 });
        }
        matched(self.prefix, line)
    }

    pub(super) fn has_prefix(&self) -> bool {
        !is_blank(self.prefix)
    }
}

/// Returns how much of a line a prefix matches: its digits may be others, and blanks at the end of the line may be
/// missing.
pub(super) fn matched(prefix: &[u8], line: &[u8]) -> Option<usize> {
    let (mut pattern, mut rest) = (prefix, line);
    loop {
        match (pattern.split_first(), rest.split_first()) {
            (None, _) => return line.len().checked_sub(rest.len()),
            (Some(_), None) => return is_blank(pattern).then_some(line.len()),
            (Some((a, pattern_rest)), Some((b, line_rest))) => {
                if a.is_ascii_digit() && b.is_ascii_digit() {
                    pattern = after_digits(pattern);
                    rest = after_digits(rest);
                } else if a == b {
                    (pattern, rest) = (pattern_rest, line_rest);
                } else if *a == b' ' && after_blanks(rest).first().is_some_and(u8::is_ascii_digit) {
                    // A number that is padded.
                    pattern = pattern_rest;
                } else if *b == b' ' && pattern.first().is_some_and(u8::is_ascii_digit) {
                    rest = line_rest;
                } else {
                    return None;
                }
            }
        }
    }
}

fn after_digits(text: &[u8]) -> &[u8] {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    text.get(count..).unwrap_or_default()
}

fn after_blanks(text: &[u8]) -> &[u8] {
    let count = text.iter().take_while(|byte| **byte == b' ').count();
    text.get(count..).unwrap_or_default()
}

/// Returns what is before each line of a message, as its first line and its first header show it.
pub(super) fn prefix<'a>(before: &[u8], next: &'a [u8]) -> &'a [u8] {
    let at = header_at(next).and_then(|at| next.get(..at));
    let shared = at.filter(|prefix| {
        !before.is_empty()
            && matched(prefix, before)
                .is_some_and(|length| length == before.len() || !is_blank(prefix))
    });
    if let Some(prefix) = shared {
        return prefix;
    }
    if is_header(next) {
        return &[];
    }
    let indent = next.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    next.get(..indent).unwrap_or_default()
}

/// Returns where a well-known header begins in a line.
pub(super) fn header_at(line: &[u8]) -> Option<usize> {
    let line = line.get(..MOST_PREFIX.min(line.len()))?;
    memchr::memchr_iter(b':', line).find_map(|colon| {
        let name = line.get(..colon)?.trim_ascii_end();
        HEADERS.iter().find_map(|known| {
            let start = name.len().checked_sub(known.len())?;
            let is_known = name.get(start..)?.eq_ignore_ascii_case(known.as_bytes());
            let before = start.checked_sub(1).and_then(|at| name.get(at));
            let is_alone =
                before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"-_.".contains(byte));
            (is_known && is_alone).then_some(start)
        })
    })
}

pub(super) fn without_cr(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last.saturating_add(1));
    line.get(..end).unwrap_or_default()
}

pub(super) fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// Returns whether a line begins with a name and a colon. Names may begin with a digit (RFC 3261 section 25.1), but none does, and times do.
pub(super) fn is_header(line: &[u8]) -> bool {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte);
    let name = line.iter().take_while(|byte| is_token(byte)).count();
    let (name, rest) = line.split_at_checked(name).unwrap_or_default();
    let behind = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
    name.first().is_some_and(u8::is_ascii_alphabetic) && behind == Some(&b':')
}

/// Returns where the first line of a message is in a line, without its end.
pub(super) fn first_line(line: &[u8]) -> Option<Range<usize>> {
    memmem::find(line, VERSION)?;
    let line = without_cr(line).trim_ascii_end();
    request_line(line)
        .or_else(|| request_line(line.strip_suffix(b".")?))
        .or_else(|| status_line(line))
}

/// Finds `REFER sip:alice@example.com SIP/2.0` at the end of a line.
fn request_line(line: &[u8]) -> Option<Range<usize>> {
    let before = line.strip_suffix(VERSION)?.strip_suffix(b" ")?;
    let uri = before.iter().rposition(|byte| *byte == b' ')?;
    let scheme = before.get(uri.saturating_add(1)..)?;
    if !scheme.first()?.is_ascii_alphabetic() || !scheme.contains(&b':') {
        return None;
    }
    let before = before.get(..uri)?;
    let method = before.iter().rev().take_while(|byte| byte.is_ascii_uppercase()).count();
    let start = before.len().checked_sub(method).filter(|_| method > 0)?;
    if is_blank(before.get(..start)?) {
        return Some(start..line.len());
    }
    // The bytes of a packet's header may be letters, too.
    let known = METHODS.iter().find(|known| before.ends_with(known.as_bytes()))?;
    Some(before.len().checked_sub(known.len())?..line.len())
}

/// Finds `SIP/2.0 202 Accepted` in a line.
fn status_line(line: &[u8]) -> Option<Range<usize>> {
    let start = memmem::find_iter(line, VERSION).find(|at| {
        let code = line.get(at.saturating_add(VERSION.len())..).unwrap_or_default();
        match code {
            [b' ', a, b, c, rest @ ..] => {
                [a, b, c].iter().all(|digit| digit.is_ascii_digit())
                    && rest.first().is_none_or(|byte| matches!(byte, b' ' | b'.' | b'\t'))
            }
            _ => false,
        }
    })?;
    Some(start..line.len())
}
