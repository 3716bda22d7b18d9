//! Finding the messages in a text: whatever is between them, with lines that end in CR LF, LF, or in
//! the dot that some tools print for CR, indented, behind a prefix that the lines of a message share, or
//! with the rest of a packet before the first line. What a message says is read in `message`.

use std::borrow::Cow;

use super::clock::Clock;
use super::layout::{
    Layout, first_line, header_at, is_blank, is_header, matched, prefix, without_cr,
};
use super::lines::{Plain, plain};
use super::message::{CaptureErrors, Head, Message, Place};
use super::stamp;

/// What was found, in its order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) messages: Vec<Message>,
    pub(crate) errors: CaptureErrors,
    /// Whether the text tells the time.
    pub(crate) is_timed: bool,
}

/// The most lines of others that may be between two lines of a message that have a prefix.
const MOST_BETWEEN: usize = 16;

/// The most lines between a message and a time behind it.
const MOST_BLANK: usize = 4;

/// Finds every message of a text, and every place where one breaks off.
pub(crate) fn scan(text: &[u8]) -> Scan {
    let plain = plain(text);
    let mut scanner = Scanner {
        lines: Lines { text: &plain.text, at: 0, index: 0 },
        plain: &plain,
        found: Scan::default(),
    };
    let mut clock = Clock::default();
    while let Some(line) = scanner.lines.next() {
        if let Some(layout) = scanner.layout(line) {
            clock.add_line(line.bytes.get(..layout.first.start).unwrap_or_default());
            if scanner.message(line, &layout) {
                // Some tools print the time since the last line behind a message.
                let mut behind = scanner.lines;
                let next = std::iter::from_fn(|| behind.next())
                    .take(MOST_BLANK)
                    .find(|line| !line.bytes.trim_ascii().is_empty());
                if let Some(line) = next.filter(|line| stamp::is_delta(line.bytes)) {
                    scanner.lines = behind;
                    clock.add_line(line.bytes);
                }
                clock.add_message();
            }
        } else {
            clock.add_line(line.bytes);
        }
    }
    let mut found = scanner.found;
    let times = clock.times();
    found.is_timed = times.is_some();
    for (message, time) in found.messages.iter_mut().zip(times.unwrap_or_default()) {
        message.at = time.at;
        message.clock = time.clock;
    }
    found
}

/// The lines of a text, and how far they are read.
#[derive(Clone, Copy)]
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    index: usize,
}

#[derive(Clone, Copy)]
struct TextLine<'a> {
    /// Without its LF.
    bytes: &'a [u8],
    index: usize,
    /// Where it begins in the text.
    start: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<TextLine<'a>> {
        let line = self.peek()?;
        self.at = self.at.saturating_add(line.bytes.len()).saturating_add(1);
        self.index = self.index.saturating_add(1);
        Some(line)
    }

    fn peek(&self) -> Option<TextLine<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        Some(TextLine { bytes: rest.get(..end)?, index: self.index, start: self.at })
    }
}

struct Scanner<'a> {
    lines: Lines<'a>,
    plain: &'a Plain<'a>,
    found: Scan,
}

impl<'a> Scanner<'a> {
    /// Returns how a message is printed that begins on this line, if one does: a first line, and below it a
    /// header or the end of the text.
    fn layout(&self, line: TextLine<'_>) -> Option<Layout<'a>> {
        let first = first_line(line.bytes)?;
        let before = line.bytes.get(..first.start).unwrap_or_default();
        let Some(next) = self.next_of(before) else {
            // The blanks of an indented message.
            let prefix = &[][..];
            return Some(Layout { first, prefix, is_dotted: false });
        };
        let is_dotted = [line, next].iter().all(|line| without_cr(line.bytes).ends_with(b"."));
        let prefix = prefix(before, next.bytes);
        let layout = Layout { first, prefix, is_dotted };
        is_header(layout.sent(next.bytes)?).then_some(layout)
    }

    /// Returns the next line, but for those of others between two that have the same prefix.
    fn next_of(&self, before: &[u8]) -> Option<TextLine<'a>> {
        let mut lines = self.lines;
        let next = lines.next()?;
        if is_blank(before) || is_header(next.bytes) || header_at(next.bytes).is_some() {
            return Some(next);
        }
        std::iter::from_fn(|| lines.next())
            .take(MOST_BETWEEN)
            .find(|line| {
                header_at(line.bytes).is_some_and(|at| {
                    line.bytes.get(..at).is_some_and(|prefix| matched(before, prefix) == Some(at))
                })
            })
            .or(Some(next))
    }

    /// Reads a message. Returns false if it cannot be read.
    fn message(&mut self, first: TextLine<'_>, layout: &Layout<'_>) -> bool {
        let number = self.plain.number(first.index);
        let Some(head) = self.head(first, layout) else { return false };
        let (length, head) = match Head::read(head.as_bytes()) {
            Ok(head) => (head.headers.content_length, Ok(head)),
            Err(unreadable) => (unreadable.content_length, Err(unreadable.expected)),
        };
        let body = self.body(number, layout, length);
        match head {
            Ok(head) => {
                let place = Place::Line(number);
                self.found.messages.push(Message { place, at: 0, clock: 0, head, body });
                true
            }
            Err(expected) => {
                self.error(number, format!("no SIP message can be read here; expected {expected}"));
                false
            }
        }
    }

    fn error(&mut self, line: usize, message: String) {
        self.found.errors.push(Place::Line(line), message);
    }

    /// Returns the next line of a message, and what was sent on it; lines of others before it are left out.
    fn of_message(&self, layout: &Layout<'_>) -> Option<(Lines<'a>, TextLine<'a>, &'a [u8])> {
        let mut lines = self.lines;
        let most = if layout.has_prefix() { MOST_BETWEEN } else { 0 };
        for _ in 0..=most {
            let line = lines.next()?;
            if let Some(sent) = layout.sent(line.bytes) {
                return Some((lines, line, sent));
            }
        }
        None
    }

    /// Reads the lines up to the empty one, each with CR LF.
    fn head(&mut self, first: TextLine<'_>, layout: &Layout<'_>) -> Option<String> {
        let mut head = String::new();
        let start = first.bytes.get(layout.first.clone()).unwrap_or_default();
        push_line(&mut head, start);
        loop {
            match self.of_message(layout) {
                Some((lines, _, sent)) if sent.iter().all(u8::is_ascii_whitespace) => {
                    self.lines = lines;
                    break;
                }
                Some((lines, _, sent))
                    if is_header(sent) || sent.starts_with(b" ") || sent.starts_with(b"\t") =>
                {
                    self.lines = lines;
                    push_line(&mut head, sent);
                }
                // Some tools drop the empty line where no body follows.
                _ if body_length(&head) == Some(0) => break,
                // And pages on the web the one before a body.
                Some((_, line, sent)) if self.is_body(&head, line, sent, layout) => break,
                next => {
                    let last = self.lines.index.saturating_sub(1);
                    let index = next.map_or(last, |(_, line, _)| line.index);
                    let number = self.plain.number(index);
                    let is_cut = self.lines.peek().is_none();
                    let what = if is_cut { "is cut: the capture ends" } else { "breaks off here" };
                    let of = self.plain.number(first.index);
                    self.error(
                        number,
                        format!(
                            "the message of line {of} {what}; expected a header, or the empty line \
                             before the body"
                        ),
                    );
                    return None;
                }
            }
        }
        head.push_str("\r\n");
        Some(head)
    }

    /// Returns whether a line that is not a header is the first one of the body: Content-Length says that there is a
    /// body, and neither a time nor another message begins here.
    fn is_body(&self, head: &str, line: TextLine<'_>, sent: &[u8], layout: &Layout<'_>) -> bool {
        let begins = !layout.has_prefix() && stamp::leads(line.bytes);
        let Some(length) = body_length(head).filter(|length| *length > 0 && !begins) else {
            return false;
        };
        // A sipfrag has the first line of a response, and often nothing else.
        let is_whole = (sent.len()..=sent.len().saturating_add(2)).contains(&length);
        first_line(sent).is_none()
            || is_whole
            || head.to_ascii_lowercase().contains("message/sipfrag")
    }

    /// Reads as many bytes as Content-Length says. Without it, the lines up to an empty one or to what
    /// a tool prints between messages.
    ///
    /// Of a line that ends in LF alone a tool may have dropped the CR: it counts as two bytes.
    fn body(&mut self, message: usize, layout: &Layout<'_>, length: Option<usize>) -> Vec<u8> {
        let mut body = Vec::new();
        while length.is_none_or(|length| body.len() < length) {
            let next = self.of_message(layout);
            let next = next.filter(|(lines, line, sent)| {
                !self.begins_anew(*lines, (*line, sent), layout, body.is_empty())
            });
            let Some((lines, line, sent)) =
                next.filter(|(_, _, sent)| length.is_some() || !sent.is_empty())
            else {
                break;
            };
            self.lines = lines;
            let missing = length.map_or(usize::MAX, |length| length.saturating_sub(body.len()));
            match sent.split_at_checked(missing) {
                // The next message begins right behind the body.
                Some((own, rest)) if !rest.is_empty() => {
                    body.extend_from_slice(own);
                    if rest.iter().all(u8::is_ascii_whitespace) {
                        break;
                    }
                    let prefix = layout.prefix_of(line.bytes).unwrap_or_default();
                    let own = prefix.saturating_add(own.len());
                    self.lines.at = line.start.saturating_add(own);
                    self.lines.index = line.index;
                    break;
                }
                _ => {
                    body.extend_from_slice(sent);
                    body.extend_from_slice(b"\r\n");
                }
            }
        }
        if let Some(length) = length {
            // The end of the last line may be missing.
            if body.len().saturating_add(2) < length {
                self.error(
                    message,
                    format!(
                        "the message of line {message} is cut: expected a body of {length} bytes, \
                         and there are {}",
                        body.len()
                    ),
                );
            }
            body.truncate(length);
        }
        body
    }

    /// Returns whether this line cannot belong to the body above it. The first line of a body may be that of
    /// a message, for so a sipfrag is one.
    fn begins_anew(
        &self,
        lines: Lines<'a>,
        (line, sent): (TextLine<'a>, &[u8]),
        layout: &Layout<'_>,
        is_first: bool,
    ) -> bool {
        let shown = if layout.has_prefix() { sent } else { line.bytes };
        let behind = Scanner { lines, plain: self.plain, found: Scan::default() };
        let begins = |next: Layout<'_>| next.has_prefix() || next.first.start == next.prefix.len();
        stamp::leads(shown)
            || (!is_first && first_line(shown).is_some() && behind.layout(line).is_some_and(begins))
    }
}

fn push_line(head: &mut String, line: &[u8]) {
    // A CR that ends no line is none of the message's.
    let text: Cow<'_, str> = String::from_utf8_lossy(line);
    head.extend(text.chars().map(|c| if c == '\r' { ' ' } else { c }));
    head.push_str("\r\n");
}

/// Returns the length of the body, if the head says it.
fn body_length(head: &str) -> Option<usize> {
    let head = Head::read(head.as_bytes());
    match head {
        Ok(head) => head.headers.content_length,
        Err(unreadable) => unreadable.content_length,
    }
}
