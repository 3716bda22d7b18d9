//! Finding the messages in a trace: whatever stands between them, lines that end in CR LF, LF, or in
//! the dot that some tools print for CR, indented or with the rest of a packet before the first
//! line. What a message says is read in `message`.

use std::borrow::Cow;
use std::ops::Range;

use super::clock::{self, Clock};
use super::message::{Head, Message};

/// What was found, in its order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) messages: Vec<Message>,
    pub(crate) faults: Vec<Fault>,
    /// Whether the trace tells the time.
    pub(crate) is_timed: bool,
}

/// A place where the trace is broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// From 1.
    pub(crate) line: usize,
    pub(crate) message: String,
}

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

const VERSION: &[u8] = b"SIP/2.0";

/// Every message of a trace, and every place where one breaks off.
pub(crate) fn scan(text: &[u8]) -> Scan {
    let mut scanner = Scanner { lines: Lines { text, at: 0, number: 0 }, found: Scan::default() };
    let mut clock = Clock::default();
    let mut first_time = None;
    while let Some(line) = scanner.lines.next() {
        if let Some(layout) = scanner.layout(line) {
            scanner.message(line, &layout, clock.now());
        } else {
            clock.hear(line.bytes);
            first_time = first_time.or(clock.now());
        }
    }
    let mut found = scanner.found;
    found.is_timed = first_time.is_some();
    for message in &mut found.messages {
        // Messages above the first time count as sent then.
        message.at = message.at.max(first_time.unwrap_or_default());
    }
    found
}

/// The lines of a text, and how far they are read.
#[derive(Clone, Copy)]
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    number: usize,
}

#[derive(Clone, Copy)]
struct TextLine<'a> {
    /// Without its LF.
    bytes: &'a [u8],
    number: usize,
    /// Where it begins in the text.
    start: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<TextLine<'a>> {
        let line = self.peek()?;
        self.at = self.at.saturating_add(line.bytes.len()).saturating_add(1);
        self.number = line.number;
        Some(line)
    }

    fn peek(&self) -> Option<TextLine<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let bytes = rest.split(|byte| *byte == b'\n').next()?;
        Some(TextLine { bytes, number: self.number.saturating_add(1), start: self.at })
    }
}

/// How the lines of one message are printed.
struct Layout {
    /// Where the first line begins and ends.
    first: Range<usize>,
    /// The white space before each line.
    indent: usize,
    /// A dot stands for CR.
    is_dotted: bool,
}

impl Layout {
    /// A line as it was sent, without its end.
    fn sent<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        let sent = without_cr(line.get(self.indent_of(line)..).unwrap_or_default());
        if self.is_dotted { sent.strip_suffix(b".").unwrap_or(sent) } else { sent }
    }

    fn indent_of(&self, line: &[u8]) -> usize {
        let line = without_cr(line);
        let indent = self.indent.min(line.len());
        if line.get(..indent).is_some_and(is_blank) { indent } else { 0 }
    }
}

struct Scanner<'a> {
    lines: Lines<'a>,
    found: Scan,
}

impl Scanner<'_> {
    /// How a message is printed that begins on this line, if one does: a first line, and below it a
    /// header or the end of the trace.
    fn layout(&self, line: TextLine<'_>) -> Option<Layout> {
        let first = first_line(line.bytes)?;
        let indent = line.bytes.get(..first.start).filter(|before| is_blank(before));
        let indent = indent.map_or(0, <[u8]>::len);
        let Some(next) = self.lines.peek() else {
            return Some(Layout { first, indent, is_dotted: false });
        };
        let is_dotted = [line, next].iter().all(|line| without_cr(line.bytes).ends_with(b"."));
        let layout = Layout { first, indent, is_dotted };
        is_header(layout.sent(next.bytes)).then_some(layout)
    }

    fn message(&mut self, first: TextLine<'_>, layout: &Layout, at: Option<u64>) {
        let number = first.number;
        let Some(head) = self.head(first, layout) else { return };
        let (length, head) = match Head::read(&head) {
            Ok(head) => (head.headers.content_length, Ok(head)),
            Err(unreadable) => (unreadable.content_length, Err(unreadable.expected)),
        };
        let body = self.body(number, layout, length);
        match head {
            Ok(head) => {
                let at = at.unwrap_or_default();
                self.found.messages.push(Message { line: number, at, head, body });
            }
            Err(expected) => {
                self.fault(number, format!("no SIP message can be read here; expected {expected}"));
            }
        }
    }

    fn fault(&mut self, line: usize, message: String) {
        self.found.faults.push(Fault { line, message });
    }

    /// The lines up to the empty one, each with CR LF.
    fn head(&mut self, first: TextLine<'_>, layout: &Layout) -> Option<String> {
        let mut head = String::new();
        let start = first.bytes.get(layout.first.clone()).unwrap_or_default();
        push_line(&mut head, start);
        loop {
            let next = self.lines.peek();
            let line = next.map(|line| layout.sent(line.bytes));
            match line {
                Some([]) => {
                    self.lines.next();
                    break;
                }
                Some(line)
                    if is_header(line) || line.starts_with(b" ") || line.starts_with(b"\t") =>
                {
                    self.lines.next();
                    push_line(&mut head, line);
                }
                // Some tools drop the empty line where no body follows.
                _ if says_no_body(&head) => break,
                _ => {
                    let number = next.map_or(self.lines.number, |line| line.number);
                    let what =
                        if next.is_some() { "breaks off here" } else { "is cut: the trace ends" };
                    self.fault(
                        number,
                        format!(
                            "the message of line {} {what}; expected a header, or the empty line \
                             before the body",
                            first.number
                        ),
                    );
                    return None;
                }
            }
        }
        head.push_str("\r\n");
        Some(head)
    }

    /// As many bytes as Content-Length says. Without it, the lines up to an empty one or to what
    /// a tool prints between messages.
    ///
    /// Of a line that ends in LF alone a tool may have dropped the CR: it counts as two bytes.
    fn body(&mut self, message: usize, layout: &Layout, length: Option<usize>) -> Vec<u8> {
        let mut body = Vec::new();
        while length.is_none_or(|length| body.len() < length) {
            let next = self.lines.peek().filter(|line| !self.begins_anew(*line, body.is_empty()));
            let sent = next.map(|line| layout.sent(line.bytes));
            let (Some(line), Some(sent)) =
                (next, sent.filter(|sent| length.is_some() || !sent.is_empty()))
            else {
                break;
            };
            self.lines.next();
            let missing = length.map_or(usize::MAX, |length| length.saturating_sub(body.len()));
            match sent.split_at_checked(missing) {
                // The next message begins right behind the body.
                Some((own, rest)) if !rest.is_empty() => {
                    body.extend_from_slice(own);
                    let own = layout.indent_of(line.bytes).saturating_add(own.len());
                    self.lines.at = line.start.saturating_add(own);
                    self.lines.number = line.number.saturating_sub(1);
                }
                _ => {
                    body.extend_from_slice(sent);
                    body.extend_from_slice(b"\r\n");
                }
            }
        }
        if let Some(length) = length {
            // A line end that a tool has dropped at the end is no loss.
            if body.len() < length {
                let number = self.lines.peek().map_or(self.lines.number, |line| line.number);
                self.fault(
                    number,
                    format!(
                        "the message of line {message} is cut; expected a body of {length} bytes, \
                         and there are {}",
                        body.len()
                    ),
                );
            }
            body.truncate(length);
        }
        body
    }

    /// Whether this line cannot belong to the body above it. The first line of a body may be that of
    /// a message, for so a sipfrag is one.
    fn begins_anew(&self, line: TextLine<'_>, is_first: bool) -> bool {
        let mut behind = Scanner { lines: self.lines, found: Scan::default() };
        behind.lines.next();
        let begins = |layout: Layout| layout.first.start == layout.indent;
        clock::leads(line.bytes) || (!is_first && behind.layout(line).is_some_and(begins))
    }
}

fn push_line(head: &mut String, line: &[u8]) {
    // A CR that ends no line is none of the message's.
    let text: Cow<'_, str> = String::from_utf8_lossy(line);
    head.extend(text.chars().map(|c| if c == '\r' { ' ' } else { c }));
    head.push_str("\r\n");
}

fn says_no_body(head: &str) -> bool {
    Head::read(&[head, "\r\n"].concat()).is_ok_and(|head| head.headers.content_length == Some(0))
}

fn without_cr(line: &[u8]) -> &[u8] {
    let end = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last.saturating_add(1));
    line.get(..end).unwrap_or_default()
}

fn is_blank(text: &[u8]) -> bool {
    text.iter().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// A name and a colon. Names may begin with a digit (RFC 3261 §25.1), but none does, and times do.
fn is_header(line: &[u8]) -> bool {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(byte);
    let name = line.iter().take_while(|byte| is_token(byte)).count();
    let (name, rest) = line.split_at_checked(name).unwrap_or_default();
    let behind = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
    name.first().is_some_and(u8::is_ascii_alphabetic) && behind == Some(&b':')
}

/// Where the first line of a message stands in a line, without its end.
fn first_line(line: &[u8]) -> Option<Range<usize>> {
    let line = without_cr(line);
    request_line(line)
        .or_else(|| request_line(line.strip_suffix(b".")?))
        .or_else(|| status_line(line))
}

/// `REFER sip:alice@example.com SIP/2.0`
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

/// `SIP/2.0 202 Accepted`
fn status_line(line: &[u8]) -> Option<Range<usize>> {
    let is_status = |text: &[u8]| match text.strip_prefix(VERSION) {
        Some([b' ', a, b, c, rest @ ..]) => {
            [a, b, c].iter().all(|digit| digit.is_ascii_digit())
                && rest.first().is_none_or(|byte| matches!(byte, b' ' | b'.' | b'\t'))
        }
        _ => false,
    };
    let start = line.windows(VERSION.len() + 4).position(is_status)?;
    Some(start..line.len())
}
