//! Pieces of markup: attributes, references, lines and columns, and errors with their offset.

use std::borrow::Cow;

use super::xml;
use crate::Error;
use crate::error::ErrorKind;

/// An error, and the byte offset at which it is. Line and column are counted once, for the error that is
/// returned.
pub(super) struct ErrorAt {
    pub(super) offset: usize,
    pub(super) error: Error,
}

impl ErrorAt {
    pub(super) fn new(offset: usize, error: Error) -> Self {
        Self { offset, error }
    }

    pub(super) fn of(kind: ErrorKind, offset: usize) -> Self {
        Self::new(offset, Error::new(kind))
    }

    /// The text has to be short enough for a message to quote it whole.
    pub(super) fn syntax(offset: usize, text: &str) -> Self {
        Self::new(offset, Error::new(ErrorKind::DocumentSyntax).arg(text))
    }
}

/// An attribute, the value still as spelled.
pub(super) struct Attribute<'a> {
    pub(super) name: &'a str,
    pub(super) name_at: usize,
    pub(super) value: &'a str,
    pub(super) value_at: usize,
}

/// Reads attributes one by one.
pub(super) struct AttributeReader<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> AttributeReader<'a> {
    /// `at` is the offset of `text` in the document.
    pub(super) const fn new(text: &'a str, at: usize) -> Self {
        Self { rest: text, at }
    }

    pub(super) fn next(&mut self) -> Result<Option<Attribute<'a>>, ErrorAt> {
        let spaces = self.skip_space();
        if self.rest.is_empty() {
            return Ok(None);
        }
        let end = self.rest.find(|c| xml::is_space(c) || c == '=').unwrap_or(self.rest.len());
        let name_at = self.at;
        let name = self.take(end);
        if spaces == 0 || name.is_empty() {
            return Err(ErrorAt::of(ErrorKind::DocumentAttributeSyntax, name_at));
        }
        xml::check_name(name).map_err(|error| ErrorAt::new(name_at, error))?;
        self.skip_space();
        self.expect('=')?;
        self.skip_space();
        let quote = if self.rest.starts_with('\'') { '\'' } else { '"' };
        self.expect(quote)?;
        let value_at = self.at;
        let Some(end) = self.rest.find(quote) else { return Err(self.syntax_error()) };
        let value = self.take(end);
        self.expect(quote)?;
        Ok(Some(Attribute { name, name_at, value, value_at }))
    }

    fn skip_space(&mut self) -> usize {
        let end = self.rest.find(|c| !xml::is_space(c)).unwrap_or(self.rest.len());
        self.take(end).len()
    }

    fn expect(&mut self, wanted: char) -> Result<(), ErrorAt> {
        if !self.rest.starts_with(wanted) {
            return Err(self.syntax_error());
        }
        self.take(wanted.len_utf8());
        Ok(())
    }

    fn syntax_error(&self) -> ErrorAt {
        ErrorAt::of(ErrorKind::DocumentAttributeSyntax, self.at)
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        self.at = self.at.saturating_add(taken.len());
        taken
    }
}

/// Returns the value that an attribute means (section 3.3.3): references are resolved, any other white
/// space becomes a space.
pub(super) fn decode_value(attribute: &Attribute<'_>) -> Result<String, ErrorAt> {
    let mut out = String::with_capacity(attribute.value.len());
    let mut rest = attribute.value;
    let here = |rest: &str| {
        attribute.value_at.saturating_add(attribute.value.len()).saturating_sub(rest.len())
    };
    while let Some(end) = rest.find(['&', '<']) {
        let (run, tail) = rest.split_at_checked(end).unwrap_or((rest, ""));
        out.push_str(&normalize_spaces(run));
        let Some(after) = tail.strip_prefix('&') else {
            return Err(ErrorAt::syntax(here(tail), "< in an attribute value: expected &lt;"));
        };
        let (name, after) =
            after.split_once(';').ok_or_else(|| ErrorAt::new(here(tail), bare_ampersand()))?;
        out.push(resolve(name).map_err(|error| ErrorAt::new(here(tail), error))?);
        rest = after;
    }
    out.push_str(&normalize_spaces(rest));
    Ok(out)
}

fn normalize_spaces(run: &str) -> Cow<'_, str> {
    if run.contains(['\t', '\n', '\r']) {
        Cow::Owned(xml::normalize_line_ends(run).replace(['\t', '\n'], " "))
    } else {
        Cow::Borrowed(run)
    }
}

/// Returns the character that `&reference;` means.
pub(super) fn resolve(reference: &str) -> Result<char, Error> {
    match reference {
        "amp" => return Ok('&'),
        "lt" => return Ok('<'),
        "gt" => return Ok('>'),
        "quot" => return Ok('"'),
        "apos" => return Ok('\''),
        _ => {}
    }
    let Some(number) = reference.strip_prefix('#') else {
        return Err(if xml::is_name(reference) {
            Error::new(ErrorKind::DocumentEntityUnknown).arg(reference)
        } else {
            bare_ampersand()
        });
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(Error::new(ErrorKind::DocumentSyntax)
            .arg("expected digits in the reference, as &#233; or &#xE9;"));
    }
    // Too large for a number is too large for a character.
    u32::from_str_radix(digits, radix)
        .ok()
        .and_then(char::from_u32)
        .filter(|&c| xml::is_character(c))
        .ok_or_else(|| {
            Error::new(ErrorKind::XmlCharacterForbidden).arg(&["&", reference, ";"].concat())
        })
}

pub(super) fn bare_ampersand() -> Error {
    Error::new(ErrorKind::DocumentSyntax).arg("an ampersand alone: expected &amp;")
}

/// Walks a text once, forward: offsets are asked for in rising order.
pub(super) struct Locator<'a> {
    rest: std::slice::Iter<'a, u8>,
    at: usize,
    line: usize,
    column: usize,
    after_cr: bool,
}

impl<'a> Locator<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { rest: text.iter(), at: 0, line: 1, column: 1, after_cr: false }
    }

    /// Line and column from 1, columns in characters. CR, LF and CR LF each end a line.
    pub(super) fn locate(&mut self, offset: usize) -> (usize, usize) {
        let bytes = offset.saturating_sub(self.at);
        for &byte in self.rest.by_ref().take(bytes) {
            self.at = self.at.saturating_add(1);
            match byte {
                b'\n' if self.after_cr => {}
                b'\r' | b'\n' => {
                    self.line = self.line.saturating_add(1);
                    self.column = 1;
                }
                // The first byte of a character counts, those that continue it do not.
                _ if byte & 0xc0 != 0x80 => self.column = self.column.saturating_add(1),
                _ => {}
            }
            self.after_cr = byte == b'\r';
        }
        (self.line, self.column)
    }
}
