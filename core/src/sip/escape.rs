//! The character classes of RFC 3261 §25.1, and percent-escaping of the parts of a SIP URI by them
//! (§19.1.2).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};

/// Allowed in the user part: `unreserved / user-unreserved`.
pub(super) const USER: u8 = 1;
/// Allowed in the password.
pub(super) const PASSWORD: u8 = 2;
/// Allowed in a parameter's name or value: `param-unreserved / unreserved`.
pub(super) const PARAM: u8 = 4;
/// Allowed in a header's name or value: `hnv-unreserved / unreserved`.
pub(super) const HEADER: u8 = 8;
/// Allowed in a host name: letters, digits, hyphen and dot.
pub(super) const HOST: u8 = 16;
/// A `token`: header names, the parameters of User-to-User.
pub(super) const TOKEN: u8 = 32;

const fn classes_of(byte: u8) -> u8 {
    let unreserved = USER | PASSWORD | PARAM | HEADER;
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => unreserved | HOST | TOKEN,
        b'-' | b'.' => unreserved | HOST | TOKEN,
        b'_' | b'!' | b'~' | b'*' | b'\'' => unreserved | TOKEN,
        b'(' | b')' => unreserved,
        b'+' => unreserved | TOKEN,
        b'$' => unreserved,
        b'&' => USER | PASSWORD | PARAM,
        b'=' | b',' => USER | PASSWORD,
        b';' => USER,
        b'?' => USER | HEADER,
        b'/' => USER | PARAM | HEADER,
        b'[' | b']' | b':' => PARAM | HEADER,
        b'%' | b'`' => TOKEN,
        _ => 0,
    }
}

/// Whether `byte` belongs to `class`.
pub(super) fn is(byte: u8, class: u8) -> bool {
    classes_of(byte) & class != 0
}

/// Whether the whole text is a `token`.
pub(super) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| is(byte, TOKEN))
}

/// The end of the run that begins at `at`: bytes of `class` and whole `%XX` escapes.
pub(super) fn run(bytes: &[u8], mut at: usize, class: u8) -> usize {
    let is_hex = |at| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    while let Some(&byte) = bytes.get(at) {
        if is(byte, class) {
            at += 1;
        } else if byte == b'%' && is_hex(at + 1) && is_hex(at + 2) {
            at += 3;
        } else {
            break;
        }
    }
    at
}

/// A character as a message names it: "space", "U+0007", "`é`".
pub(super) fn name(c: char) -> String {
    match c {
        ' ' => "space".to_owned(),
        '\t' => "tab".to_owned(),
        '\r' | '\n' => "line break".to_owned(),
        '\0' => "NUL".to_owned(),
        c if c.is_control() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}

/// The ASCII characters outside a class; what is not ASCII is always escaped.
const fn outside(class: u8) -> AsciiSet {
    let mut set = AsciiSet::EMPTY;
    let mut byte = 0;
    while byte < 0x80 {
        if classes_of(byte) & class == 0 {
            set = set.add(byte);
        }
        byte += 1;
    }
    set
}

/// `;` and `?` are allowed in a user part, but are escaped where we write one: too many readers take them
/// for its end.
const USER_ESCAPED: &AsciiSet = &outside(USER).add(b';').add(b'?');
const PASSWORD_ESCAPED: &AsciiSet = &outside(PASSWORD);
const PARAM_ESCAPED: &AsciiSet = &outside(PARAM);
const HEADER_ESCAPED: &AsciiSet = &outside(HEADER);

pub(super) fn push_user(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, USER_ESCAPED));
}

pub(super) fn push_password(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, PASSWORD_ESCAPED));
}

pub(super) fn push_param(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, PARAM_ESCAPED));
}

pub(super) fn push_header(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, HEADER_ESCAPED));
}

/// Decodes escapes; bytes that are not UTF-8 become U+FFFD.
pub(super) fn decode(spelled: &str) -> Cow<'_, str> {
    percent_decode_str(spelled).decode_utf8_lossy()
}

/// Decodes escapes to bytes.
pub(super) fn decode_bytes(spelled: &str) -> Cow<'_, [u8]> {
    percent_decode_str(spelled).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Push = fn(&mut String, &str);

    /// The sets of RFC 3261 §25.1 as it spells them, beside the table by character.
    #[test]
    fn what_is_left_unescaped_is_what_the_grammar_allows() {
        let unreserved = "-_.!~*'()";
        let allowed: [(Push, String); 4] = [
            (push_user, format!("{unreserved}&=+$,/")), // and ;? by the grammar
            (push_password, format!("{unreserved}&=+$,")),
            (push_param, format!("{unreserved}[]/:&+$")),
            (push_header, format!("{unreserved}[]/?:+$")),
        ];
        for (push, allowed) in allowed {
            for c in (0..128_u8).map(char::from) {
                let mut out = String::new();
                push(&mut out, &c.to_string());
                let is_allowed = c.is_ascii_alphanumeric() || allowed.contains(c);
                assert_eq!(out.len() == 1, is_allowed, "{c:?}: {out}");
            }
        }
    }
}
