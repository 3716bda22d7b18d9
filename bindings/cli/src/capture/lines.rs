//! The lines of a text as they were before some tool put them into a string, a log or a tree: without
//! colour codes and escaped line ends, and with Wireshark's tree as the messages that it shows. What is
//! not escaped stays as it is, and every line keeps its number.

use std::borrow::Cow;

use memchr::memmem;

/// A text whose lines are as they were sent, but for a prefix.
pub(crate) struct Plain<'a> {
    pub(crate) text: Cow<'a, [u8]>,
    /// For each line the number that it has in the file; absent if nothing had to be changed.
    numbers: Option<Vec<usize>>,
}

impl Plain<'_> {
    /// Returns the number in the file of the line with this index.
    pub(crate) fn number(&self, index: usize) -> usize {
        match &self.numbers {
            None => index.saturating_add(1),
            Some(numbers) => numbers.get(index).or(numbers.last()).copied().unwrap_or(1),
        }
    }
}

/// What stands for a line end inside a line, the longest first, and whether `\` escapes other
/// characters beside it, once or twice.
const ENDS: [(&[u8], usize); 16] = [
    (b"\\\\r\\\\n", 2),
    (b"\\u000d\\u000a", 1),
    (b"\\u000D\\u000A", 1),
    (b"\\x0d\\x0a", 1),
    (b"\\x0D\\x0A", 1),
    (b"\\015\\012", 0),
    (b"#015#012", 0),
    (b"<CR><LF>", 0),
    (b"[CR][LF]", 0),
    ("\u{240d}\u{240a}".as_bytes(), 0),
    (b"\\r\\n", 1),
    (b"\\\\n", 2),
    (b"\\n", 1),
    (b"#012", 0),
    (b"#015", 0),
    (b"^M", 0),
];

/// Bytes without which no line has to be changed.
const MARKS: [&[u8]; 9] = [
    b"\x1b",
    b"\\",
    b"#01",
    b"<CR>",
    b"[CR]",
    "\u{240d}".as_bytes(),
    b"^M",
    b"&lt;",
    b"Session Initiation Protocol",
];

pub(crate) fn plain(text: &[u8]) -> Plain<'_> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let has = |byte| memchr::memchr(byte, text).is_some();
    if has(b'\r') && !has(b'\n') {
        let lines: Vec<u8> =
            text.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect();
        let Plain { text, numbers } = plain(&lines);
        return Plain { text: Cow::Owned(text.into_owned()), numbers };
    }
    let is_spaced = is_double_spaced(text);
    let is_plain = !is_spaced
        && !MARKS.iter().any(|mark| memmem::find(text, mark).is_some())
        && memmem::find(text, "\u{a0}".as_bytes()).is_none();
    if is_plain {
        return Plain { text: Cow::Borrowed(text), numbers: None };
    }
    let mut writer = Writer {
        text: Vec::with_capacity(text.len()),
        numbers: Vec::new(),
        number: 0,
        tree: None,
        held: Vec::new(),
    };
    let mut is_kept = false;
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        writer.number = number;
        // Behind each line that is kept an empty one is left out.
        is_kept = !(is_spaced && is_kept && line.trim_ascii().is_empty());
        if !is_kept {
            continue;
        }
        let line = html(uncoloured(line));
        if !is_member(&line) {
            writer.release();
        }
        if !writer.of_tree(&line) {
            writer.line(&line);
        }
    }
    writer.release();
    // The last line of a text that ends in LF is none.
    if text.ends_with(b"\n") {
        writer.text.pop();
    }
    Plain { text: Cow::Owned(writer.text), numbers: Some(writer.numbers) }
}

/// Lines that are looked at to see whether an empty one is behind each.
const LOOKED_AT: usize = 200;

/// Returns whether an empty line follows every line, as some editors and web forms write it.
fn is_double_spaced(text: &[u8]) -> bool {
    let (mut lines, mut was_blank) = (0_usize, true);
    for line in text.split(|byte| *byte == b'\n').take(LOOKED_AT) {
        let is_blank = line.trim_ascii().is_empty();
        if !is_blank && !was_blank {
            return false;
        }
        lines = lines.saturating_add(usize::from(!is_blank));
        was_blank = is_blank;
    }
    lines > 10
}

/// Removes the colours of a terminal, and makes spaces ordinary.
fn uncoloured(line: &[u8]) -> Cow<'_, [u8]> {
    let nbsp = "\u{a0}".as_bytes();
    if memchr::memchr(0x1b, line).is_none() && memmem::find(line, nbsp).is_none() {
        return Cow::Borrowed(line);
    }
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((first, more)) = rest.split_first() {
        if let [0x1b, b'[', sequence @ ..] = rest {
            let end = sequence.iter().position(|byte| (0x40..=0x7e).contains(byte));
            rest = sequence
                .get(end.map_or(sequence.len(), |end| end.saturating_add(1))..)
                .unwrap_or_default();
        } else if let Some(after) = rest.strip_prefix(nbsp) {
            plain.push(b' ');
            rest = after;
        } else {
            plain.push(*first);
            rest = more;
        }
    }
    Cow::Owned(plain)
}

/// Replaces the references that a web page has for brackets and quotes.
fn html(line: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    if memmem::find(&line, b"&lt;").is_none() {
        return line;
    }
    let references: [(&[u8], u8); 4] =
        [(b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&amp;", b'&')];
    Cow::Owned(replaced(&line, &references))
}

fn replaced(line: &[u8], pairs: &[(&[u8], u8)]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(line.len());
    let mut rest = line;
    while let Some((first, more)) = rest.split_first() {
        match pairs.iter().find_map(|(from, to)| Some((rest.strip_prefix(*from)?, *to))) {
            Some((after, to)) => {
                plain.push(to);
                rest = after;
            }
            None => {
                plain.push(*first);
                rest = more;
            }
        }
    }
    plain
}

/// A message in Wireshark's tree.
struct Tree {
    /// Of its first line and of the titles below it.
    indent: usize,
    part: Part,
}

#[derive(PartialEq, Eq)]
enum Part {
    Title,
    Head,
    Body,
}

struct Writer {
    text: Vec<u8>,
    numbers: Vec<usize>,
    /// Of the line that is read.
    number: usize,
    tree: Option<Tree>,
    /// The messages in a member of a JSON object, each with its line: the time may be in a member behind it.
    held: Vec<(usize, Vec<u8>)>,
}

/// Returns whether a line is a member of a JSON object, and has no message in it.
fn is_member(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let is_whole = line.ends_with(b",") || line.ends_with(b"\"") || !line.ends_with(b"{");
    line.starts_with(b"\"")
        && memmem::find(line, b"\":").is_some()
        && is_whole
        && sip_start(line).is_none()
}

impl Writer {
    /// Writes what was held back.
    fn release(&mut self) {
        let number = self.number;
        for (held, line) in std::mem::take(&mut self.held) {
            self.number = held;
            self.push(&line);
        }
        self.number = number;
    }

    fn push(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        self.numbers.push(self.number);
    }

    fn line(&mut self, line: &[u8]) {
        let bare = line.strip_suffix(b"\r").unwrap_or(line);
        let Some((end, escapes)) = first_end(bare) else { return self.push(line) };
        let starts = sip_start(bare);
        let Some(at) = memmem::find(bare, end) else { return self.push(line) };
        let after = bare.get(at.saturating_add(end.len())..).unwrap_or_default();
        if after.iter().all(|byte| b" \t+,;'\"\\)".contains(byte)) {
            // One line of a message, each with its end behind it.
            return self.push(&unescaped(bare.get(..at).unwrap_or_default(), escapes));
        }
        if starts.is_none() {
            // Such a line of a log that has each line in a string, as docker's JSON has.
            let is_quoted = escapes > 0 && matches!(after.first(), Some(b'"' | b'\''));
            return if is_quoted {
                self.push(&unescaped(bare.get(..at).unwrap_or_default(), escapes));
            } else {
                self.push(line);
            };
        }
        self.strings(bare, end, escapes);
    }

    /// Writes a line with whole messages in it.
    fn strings(&mut self, line: &[u8], end: &[u8], escapes: usize) {
        let mut line = line;
        while let Some(start) = sip_start(line) {
            let (mut string, mut behind) = string(line, start);
            if sip_start(behind).is_none() && memmem::find(behind, end).is_some() {
                // A quote of the message itself, which nobody escaped.
                (string, behind) = (line, &[]);
            }
            // The time may be behind the message, in the same object.
            let object = memchr::memchr(b'}', behind).unwrap_or(behind.len());
            let (own, others) = behind.split_at_checked(object).unwrap_or_default();
            if !own.is_empty() {
                self.push(own);
            }
            let is_member = escapes > 0 && line.trim_ascii_start().starts_with(b"\"");
            let is_open = is_member && others.is_empty();
            let mut rest = Some(string);
            while let Some(string) = rest {
                let at = memmem::find(string, end);
                let line = unescaped(
                    string.get(..at.unwrap_or(string.len())).unwrap_or_default(),
                    escapes,
                );
                if is_open {
                    self.held.push((self.number, line.into_owned()));
                } else {
                    self.push(&line);
                }
                rest = at.and_then(|at| string.get(at.saturating_add(end.len())..));
            }
            line = others;
        }
        if !line.is_empty() {
            self.push(line);
        }
    }

    /// Writes a line of Wireshark's tree as the message has it.
    fn of_tree(&mut self, line: &[u8]) -> bool {
        let shown = line.trim_ascii_start();
        let indent = line.len().saturating_sub(shown.len());
        let shown = shown.trim_ascii_end();
        let first =
            shown.strip_prefix(b"Request-Line: ").or_else(|| shown.strip_prefix(b"Status-Line: "));
        if let Some(first) = first.filter(|first| memmem::find(first, b"SIP/2.0").is_some()) {
            self.end_tree();
            self.push(without_end(first));
            self.tree = Some(Tree { indent, part: Part::Title });
            return true;
        }
        let Some(tree) = &mut self.tree else { return false };
        if shown.is_empty() || indent < tree.indent {
            self.end_tree();
            return false;
        }
        if indent == tree.indent {
            let is_body = shown.starts_with(b"Message Body");
            if is_body && tree.part != Part::Body {
                tree.part = Part::Body;
                self.push(b"");
            } else if shown.starts_with(b"Message Header") {
                tree.part = Part::Head;
            }
            return true;
        }
        match tree.part {
            Part::Head if indent <= tree.indent.saturating_add(4) => {
                let header = shown.strip_prefix(b"[truncated]").unwrap_or(shown);
                // The body may be shown in another way, or not at all.
                let is_length = header
                    .get(..14)
                    .is_some_and(|name| name.eq_ignore_ascii_case(b"content-length"));
                if !is_length && !header.starts_with(b"[") {
                    self.push(without_end(header));
                }
            }
            Part::Body if shown.starts_with(b"SIP/2.0 ") => self.push(without_end(shown)),
            _ => {}
        }
        true
    }

    fn end_tree(&mut self) {
        if let Some(tree) = self.tree.take() {
            if tree.part != Part::Body {
                self.push(b"");
            }
            // Without Content-Length it is an empty line that ends a body.
            self.push(b"");
        }
    }
}

fn without_end(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\\r\\n").or_else(|| line.strip_suffix(b"\\n")).unwrap_or(line)
}

/// Returns the first escaped line end of a line.
fn first_end(line: &[u8]) -> Option<(&'static [u8], usize)> {
    if memchr::memchr3(b'\\', b'#', b'^', line).is_none()
        && memchr::memchr3(b'<', b'[', 0xe2, line).is_none()
    {
        return None;
    }
    let found =
        ENDS.iter().filter_map(|(end, escapes)| Some((memmem::find(line, end)?, *end, *escapes)));
    // Where two begin, the longer stands first in the table.
    found.min_by_key(|(at, ..)| *at).map(|(_, end, escapes)| (end, escapes))
}

/// Returns where a message may begin in a line: before the method, or at the version of a response.
fn sip_start(line: &[u8]) -> Option<usize> {
    let version = memmem::find(line, b"SIP/2.0")?;
    let before = line.get(..version)?;
    let Some(uri) = before.strip_suffix(b" ") else { return Some(version) };
    let Some(method) = uri.iter().rposition(|byte| *byte == b' ') else { return Some(version) };
    let name = uri.get(..method)?;
    let length = name.iter().rev().take_while(|byte| byte.is_ascii_uppercase()).count();
    if length == 0 { Some(version) } else { name.len().checked_sub(length) }
}

/// Splits a line at the quote that ends the string in which the message begins.
fn string(line: &[u8], start: usize) -> (&[u8], &[u8]) {
    let whole = (line, &[][..]);
    let Some((before, message)) = line.split_at_checked(start) else { return whole };
    let opening = match before.last() {
        Some(b'\'') => before.len().checked_sub(1),
        _ => memchr::memrchr(b'"', before),
    };
    let Some((before, [quote, ..])) = opening.and_then(|at| before.split_at_checked(at)) else {
        return whole;
    };
    let slashes = |text: &[u8]| text.iter().rev().take_while(|byte| **byte == b'\\').count();
    let opening = slashes(before);
    let mut quotes = memchr::memchr_iter(*quote, message);
    let end = quotes.find(|at| message.get(..*at).is_some_and(|text| slashes(text) == opening));
    let Some(end) = end.map(|end| start.saturating_add(end)) else { return whole };
    let string = line.get(..end).unwrap_or_default();
    (string, line.get(end..).unwrap_or_default())
}

/// Removes the escapes of a string literal, that many times.
fn unescaped(text: &[u8], times: usize) -> Cow<'_, [u8]> {
    if times == 0 || memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let pairs: [(&[u8], u8); 10] = [
        (b"\\\\", b'\\'),
        (b"\\\"", b'"'),
        (b"\\'", b'\''),
        (b"\\/", b'/'),
        (b"\\t", b'\t'),
        (b"\\u003c", b'<'),
        (b"\\u003e", b'>'),
        (b"\\u003C", b'<'),
        (b"\\u003E", b'>'),
        (b"\\u0026", b'&'),
    ];
    let once = replaced(text, &pairs);
    Cow::Owned(if times > 1 { replaced(&once, &pairs) } else { once })
}
