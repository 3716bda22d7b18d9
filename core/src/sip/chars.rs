//! The character classes of RFC 3261 §25.1 for URIs, as one table, and how a message names a
//! character that does not belong. Escaping and decoding live in `escape`.

/// May stand in the user part: `unreserved / user-unreserved`.
pub(crate) const USER: u8 = 1;
/// May stand in the password.
pub(crate) const PASSWORD: u8 = 2;
/// May stand in a parameter's name or value: `param-unreserved / unreserved`.
pub(crate) const PARAM: u8 = 4;
/// May stand in a header's name or value: `hnv-unreserved / unreserved`.
pub(crate) const HEADER: u8 = 8;
/// May stand in a host name: letters, digits, hyphen and dot.
pub(crate) const HOST: u8 = 16;
/// A `token` of RFC 3261: header names, the parameters of User-to-User.
pub(crate) const TOKEN: u8 = 32;

/// One table, which the compiler makes of it.
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
pub(crate) fn is(byte: u8, class: u8) -> bool {
    classes_of(byte) & class != 0
}

/// Whether the whole text is a `token` of RFC 3261 §25.1.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|&byte| is(byte, TOKEN))
}

/// The end of the run that begins at `at`: bytes of `class` and whole `%XX` escapes.
pub(crate) fn run(bytes: &[u8], mut at: usize, class: u8) -> usize {
    while let Some(&byte) = bytes.get(at) {
        if is(byte, class) {
            at += 1;
        } else if byte == b'%' && is_escape(bytes, at) {
            at += 3;
        } else {
            break;
        }
    }
    at
}

fn is_escape(bytes: &[u8], at: usize) -> bool {
    let is_hex = |at| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    is_hex(at + 1) && is_hex(at + 2)
}

/// A character as a message names it: "space", "U+0007", "`é`".
pub(crate) fn name(c: char) -> String {
    match c {
        ' ' => "space".to_owned(),
        '\t' => "tab".to_owned(),
        '\r' | '\n' => "line break".to_owned(),
        '\0' => "NUL".to_owned(),
        c if c.is_control() => format!("U+{:04X}", u32::from(c)),
        c => format!("`{c}`"),
    }
}
