//! The text that a message points into, and the one line of it that is shown: whatever the input
//! holds, only visible characters reach a terminal, and no secret. What is secret in a URL, `secret` says.

use std::borrow::Cow;
use std::ops::Range;

use twiml_refer::{Error, VoiceRequest};

use crate::secret;

/// The text that messages point into, and what it is called.
pub(crate) struct Source<'a> {
    name: &'a str,
    text: Cow<'a, str>,
    /// The offset at which the text begins in what was judged.
    start: usize,
    /// The number of its first line.
    first_line: usize,
    /// URLs stand in it among other text; otherwise it may be one.
    is_document: bool,
}

/// One line to show, and what is marked in it (in bytes of the line).
pub(crate) struct Excerpt {
    pub(crate) name: String,
    pub(crate) number: usize,
    pub(crate) line: String,
    pub(crate) marked: Range<usize>,
}

impl<'a> Source<'a> {
    pub(crate) fn text(name: &'a str, text: &'a str) -> Self {
        Self { name, text: Cow::Borrowed(text), start: 0, first_line: 1, is_document: false }
    }

    /// A single line of a longer input, by its number from 1.
    pub(crate) fn line(name: &'a str, number: usize, text: &'a str) -> Self {
        Self { first_line: number, ..Self::text(name, text) }
    }

    /// A document as it was read, UTF-8 or not. Lines and columns do not count its byte order mark.
    pub(crate) fn document(name: &'a str, bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        Self { name, text, start: 0, first_line: 1, is_document: true }
    }

    /// Of a form body the pair at fault alone, for others may be secrets. If its name is not known it
    /// is the name that is at fault, and its value is left out.
    pub(crate) fn form(name: &'a str, body: &'a [u8], error: &Error) -> Option<Self> {
        if error.parameter().is_some_and(VoiceRequest::is_secret) {
            return None;
        }
        let (before, after) = body.split_at_checked(error.offset()?)?;
        let ends_pair = |byte: &u8| *byte == b'&' || (*byte == b'=' && error.parameter().is_none());
        let length = after.iter().position(ends_pair).unwrap_or(after.len());
        let start =
            before.iter().rposition(|byte| *byte == b'&').map_or(0, |at| at.saturating_add(1));
        let pair = body.get(start..before.len().saturating_add(length))?;
        let text = String::from_utf8_lossy(pair);
        Some(Self { name, text, start, first_line: 1, is_document: false })
    }

    pub(crate) fn name(&self) -> &str {
        self.name
    }

    /// The line of an error's place, if it has one: by line and column in a document, by offset in
    /// what is one line by nature.
    pub(crate) fn excerpt_of(&self, error: &Error) -> Option<Excerpt> {
        if let Some(place) = error.line().zip(error.column()) {
            return self.excerpt_at(place);
        }
        let offset = error.offset()?.checked_sub(self.start)?;
        let before = self.text.char_indices().take_while(|(at, _)| *at < offset).count();
        Some(self.excerpt(self.first_line, &self.text, before))
    }

    /// All of it, marked: for what is one line by nature.
    pub(crate) fn whole(&self) -> Excerpt {
        let line = printable(&self.without_secrets(&self.text));
        let marked = 0..line.len();
        Excerpt { name: printable(self.name), number: self.first_line, line, marked }
    }

    /// The line and the column, both from 1, the column in characters.
    pub(crate) fn excerpt_at(&self, (number, column): (usize, usize)) -> Option<Excerpt> {
        let line = lines(&self.text).nth(number.checked_sub(self.first_line)?)?;
        Some(self.excerpt(number, line, column.checked_sub(1)?))
    }

    /// With as many characters, so that a caret stays under its place.
    fn without_secrets(&self, line: &str) -> String {
        if self.is_document {
            secret::in_words(line, secret::starred)
        } else {
            secret::starred(line)
        }
    }

    /// Marks the word that begins behind this many characters.
    fn excerpt(&self, number: usize, line: &str, before: usize) -> Excerpt {
        let line = self.without_secrets(line);
        let mut shown = String::with_capacity(line.len());
        let mut marked = None;
        for (index, c) in line.chars().enumerate() {
            if index == before {
                marked = Some(shown.len());
            }
            shown.push(picture(c));
        }
        let start = marked.unwrap_or(shown.len());
        let rest = shown.get(start..).unwrap_or_default();
        let length = rest.strip_prefix('<').map_or_else(
            || rest.chars().next().map_or(0, char::len_utf8),
            |tag| tag.find([' ', '>', '<']).unwrap_or(tag.len()).saturating_add(1),
        );
        let marked = start..start.saturating_add(length);
        Excerpt { name: printable(self.name), number, line: shown, marked }
    }
}

/// The lines as core counts them: CR, LF and CR LF each end one.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else { return rest.take() };
        let (line, after) = text.split_at_checked(end)?;
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..));
        Some(line)
    })
}

/// Text of others as a terminal may see it: without line breaks and control characters.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(picture).collect()
}

/// One visible character for each, so that a caret stays under its place.
fn picture(c: char) -> char {
    match c {
        '\t' => ' ',
        '\0'..='\u{1f}' => {
            char::from_u32(0x2400 | u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\u{7f}' => '\u{2421}',
        c if is_invisible(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}

/// What a terminal acts on or shows as nothing: control characters (C1 as well), marks of direction, what has
/// no width, and separators of lines.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}
