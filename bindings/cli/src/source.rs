//! The text that a message points into. Only visible characters of it reach a terminal, and no secrets.

use std::borrow::Cow;

use annotate_snippets::{Annotation, AnnotationKind, Snippet};
use twiml_refer::{Error, VoiceRequest};

use crate::redact;

type Excerpt = Snippet<'static, Annotation<'static>>;

/// A text that messages point into, and what it is called.
pub(crate) struct Source<'a> {
    name: &'a str,
    text: Cow<'a, str>,
    /// Where the text begins in the whole input, from which the offsets of errors count.
    start: usize,
    first_line: usize,
    /// Whether it contains URLs; otherwise it may be one.
    is_document: bool,
}

impl<'a> Source<'a> {
    pub(crate) fn text(name: &'a str, text: &'a str) -> Self {
        Self { name, text: Cow::Borrowed(text), start: 0, first_line: 1, is_document: false }
    }

    /// A single line of a longer input, with its number from 1.
    pub(crate) fn line(name: &'a str, number: usize, text: &'a str) -> Self {
        Self { first_line: number, ..Self::text(name, text) }
    }

    /// A document, UTF-8 or not. Lines and columns do not count its byte order mark.
    pub(crate) fn document(name: &'a str, bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes);
        Self { name, text, start: 0, first_line: 1, is_document: true }
    }

    /// The one pair of a form body that an error is about: others may be secrets. If the parameter is
    /// unknown, the error is in a name, and the value is left out.
    pub(crate) fn form(name: &'a str, body: &'a [u8], error: &Error) -> Option<Self> {
        if error.parameter().is_some_and(VoiceRequest::is_secret) {
            return None;
        }
        let (before, after) = body.split_at_checked(error.offset()?)?;
        let ends_pair = |byte: &u8| *byte == b'&' || (*byte == b'=' && error.parameter().is_none());
        let length = after.iter().position(ends_pair).unwrap_or(after.len());
        let start = before.iter().rposition(|byte| *byte == b'&').map_or(0, |at| at + 1);
        let text = String::from_utf8_lossy(body.get(start..before.len() + length)?);
        Some(Self { name, text, start, first_line: 1, is_document: false })
    }

    pub(crate) fn name(&self) -> &str {
        self.name
    }

    /// The place of an error, if it has one: line and column in a document, otherwise an offset.
    pub(crate) fn of(&self, error: &Error) -> Option<Excerpt> {
        if let Some(position) = error.line().zip(error.column()) {
            return self.at(position);
        }
        let offset = error.offset()?.checked_sub(self.start)?;
        let column = self.text.char_indices().take_while(|(at, _)| *at < offset).count();
        Some(self.excerpt(self.first_line, &self.text, column))
    }

    /// A line and a column, both from 1, the column in characters.
    pub(crate) fn at(&self, (number, column): (usize, usize)) -> Option<Excerpt> {
        let line = lines(&self.text).nth(number.checked_sub(self.first_line)?)?;
        Some(self.excerpt(number, line, column.checked_sub(1)?))
    }

    /// The whole text, which is one line.
    pub(crate) fn whole(&self) -> Excerpt {
        let line = printable(&self.redacted(&self.text));
        let length = line.len();
        self.snippet(self.first_line, line, 0..length)
    }

    /// Marks the tag or character that begins after `column` characters.
    fn excerpt(&self, number: usize, line: &str, column: usize) -> Excerpt {
        let redacted = self.redacted(line);
        let column = redact::column_in(&redacted, line, column);
        let line = printable(&redacted);
        let start = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let rest = line.get(start..).unwrap_or_default();
        let length = match rest.strip_prefix('<') {
            Some(tag) => tag.find([' ', '>', '<']).unwrap_or(tag.len()) + 1,
            None => rest.chars().next().map_or(0, char::len_utf8),
        };
        self.snippet(number, line, start..start + length)
    }

    fn snippet(&self, number: usize, line: String, marked: std::ops::Range<usize>) -> Excerpt {
        Snippet::source(line)
            .path(printable(self.name))
            .line_start(number)
            .annotation(AnnotationKind::Primary.span(marked))
    }

    /// Returns the lines as they may be shown.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        lines(&self.text).map(|line| printable(&self.redacted(line)))
    }

    fn redacted(&self, line: &str) -> String {
        if self.is_document { redact::in_words(line) } else { redact::hidden(line) }
    }
}

/// The lines as core counts them: CR, LF and CR LF each end one.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((line, _)) = text.split_once(['\r', '\n']) else { return rest.take() };
        let (_, after) = text.split_at_checked(line.len())?;
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..));
        Some(line)
    })
}

/// Replaces each character that a terminal acts on, or does not show, with a visible one.
pub(crate) fn printable(text: &str) -> String {
    into_printable(text.to_owned())
}

/// Like `printable`, for a text of one's own.
pub(crate) fn into_printable(text: String) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    let visible = |c| match c {
        '\t' => ' ',
        '\0'..='\u{1f}' => {
            char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\u{7f}' => '\u{2421}',
        c if is_invisible(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(visible).collect()
}

/// Whether a terminal acts on a character or shows nothing: control characters (C1 as well), direction
/// marks, characters without width, line separators.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}
