//! How a message of the tables is filled: quoting foreign text, and the bound on its length.

use crate::limits::{MAX_MESSAGE_BYTES, MAX_QUOTE_BYTES};

/// Whether a terminal would act on the character, or show it as nothing: controls (C0, C1, DEL), marks
/// of direction, zero width, and separators of lines.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Foreign text made safe for a terminal and a log line: escapes for control characters, bounded.
pub(crate) fn quote(text: &str) -> Box<str> {
    let mut out = String::new();
    for c in text.chars() {
        let before = out.len();
        if is_invisible(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
        if out.len() > MAX_QUOTE_BYTES {
            out.truncate(before);
            out.push('…');
            break;
        }
    }
    out.into_boxed_str()
}

/// The template with its placeholders `{}` filled in order; one without an argument stays empty.
pub(crate) fn fill(template: &str, arguments: &[Box<str>]) -> String {
    let mut arguments = arguments.iter();
    let mut pieces = template.split("{}");
    let mut out = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push_str(arguments.next().map_or("", |argument| argument));
        out.push_str(piece);
    }
    out
}

/// At most `MAX_MESSAGE_BYTES`, cut between characters.
pub(crate) fn cut(mut text: String) -> String {
    if text.len() > MAX_MESSAGE_BYTES {
        let end = (0..=MAX_MESSAGE_BYTES.saturating_sub('…'.len_utf8()))
            .rev()
            .find(|&end| text.is_char_boundary(end))
            .unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
