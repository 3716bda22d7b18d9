//! The character classes of XML 1.0 (fifth edition): characters of a document (production 2), white space
//! (3), and names (4, 5).

use std::borrow::Cow;

use crate::{Error, error::ErrorKind};

/// White space of XML, production 3; Unicode's other spaces are ordinary characters.
pub(super) const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}

pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// A character of production 2. A Rust `char` is never a surrogate.
pub(super) const fn is_character(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// Finds the first character that no document can hold, with its byte offset.
pub(super) fn find_forbidden(text: &str) -> Option<(usize, char)> {
    // U+FFFE and U+FFFF begin with 0xEF in UTF-8: text without that byte and without control
    // characters, which is nearly all text, needs no decoding.
    let suspicious = |byte: u8| (byte < 0x20 && !matches!(byte, 9 | 10 | 13)) || byte == 0xef;
    if text.bytes().any(suspicious) {
        text.char_indices().find(|&(_, c)| !is_character(c))
    } else {
        None
    }
}

/// Refuses text with a character that no document can hold; the offset counts from its beginning.
pub(super) fn check_text(text: &str) -> Result<(), Error> {
    match find_forbidden(text) {
        Some((at, c)) => Err(forbidden(c).at(at)),
        None => Ok(()),
    }
}

pub(super) fn forbidden(c: char) -> Error {
    Error::new(ErrorKind::XmlCharacterForbidden).arg(&format!("U+{:04X}", u32::from(c)))
}

const fn begins_name(c: char) -> bool {
    matches!(
        c,
        ':' | '_'
            | 'A'..='Z'
            | 'a'..='z'
            | '\u{c0}'..='\u{d6}'
            | '\u{d8}'..='\u{f6}'
            | '\u{f8}'..='\u{2ff}'
            | '\u{370}'..='\u{37d}'
            | '\u{37f}'..='\u{1fff}'
            | '\u{200c}'..='\u{200d}'
            | '\u{2070}'..='\u{218f}'
            | '\u{2c00}'..='\u{2fef}'
            | '\u{3001}'..='\u{d7ff}'
            | '\u{f900}'..='\u{fdcf}'
            | '\u{fdf0}'..='\u{fffd}'
            | '\u{10000}'..='\u{effff}'
    )
}

const fn continues_name(c: char) -> bool {
    begins_name(c)
        || matches!(
            c,
            '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}'
        )
}

/// Finds the first character that does not fit in a name.
fn find_misfit(name: &str) -> Option<usize> {
    if name.is_empty() {
        return Some(0);
    }
    let fits = |&(at, c): &(usize, char)| if at == 0 { begins_name(c) } else { continues_name(c) };
    name.char_indices().find(|it| !fits(it)).map(|(at, _)| at)
}

pub(super) fn is_name(text: &str) -> bool {
    find_misfit(text).is_none()
}

/// Refuses an invalid name; the offset is that of the first character that does not fit.
pub(super) fn check_name(name: &str) -> Result<(), Error> {
    let Some(at) = find_misfit(name) else { return Ok(()) };
    let shown = if name.is_empty() { "(empty)" } else { name };
    Err(Error::new(ErrorKind::XmlNameInvalid).arg(shown).at(at))
}

/// Finds `--` in a comment's text, or a `-` at its end, which would make one with `-->`.
pub(super) fn find_comment_end(text: &str) -> Option<usize> {
    text.find("--").or_else(|| text.strip_suffix('-').map(str::len))
}

/// Turns CR LF and a lone CR into LF (section 2.11).
pub(super) fn normalize_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}
