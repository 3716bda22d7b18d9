//! Percent-escaping of the parts of a SIP URI (RFC 3261 §19.1.2), by the `percent-encoding` crate.
//! Which bytes may stand unescaped is said once, in `chars`.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

const fn unreserved() -> AsciiSet {
    NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'_')
        .remove(b'.')
        .remove(b'!')
        .remove(b'~')
        .remove(b'*')
        .remove(b'\'')
        .remove(b'(')
        .remove(b')')
        .remove(b'+')
        .remove(b'$')
}

/// What must be escaped in a user part. `;` and `?` may stand there, but are escaped all the same
/// where we write them: too many readers take them for the end of the user.
const USER: &AsciiSet = &unreserved().remove(b'&').remove(b'=').remove(b',').remove(b'/');
const PASSWORD: &AsciiSet = &unreserved().remove(b'&').remove(b'=').remove(b',');
const PARAM: &AsciiSet =
    &unreserved().remove(b'[').remove(b']').remove(b'/').remove(b':').remove(b'&');
const HEADER: &AsciiSet =
    &unreserved().remove(b'[').remove(b']').remove(b'/').remove(b'?').remove(b':');

pub(crate) fn push_user(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, USER));
}

pub(crate) fn push_password(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, PASSWORD));
}

pub(crate) fn push_param(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, PARAM));
}

pub(crate) fn push_header(out: &mut String, decoded: &str) {
    out.extend(utf8_percent_encode(decoded, HEADER));
}

/// The text behind the escapes; bytes that are not UTF-8 are shown as U+FFFD.
pub(crate) fn decode(spelled: &str) -> Cow<'_, str> {
    percent_decode_str(spelled).decode_utf8_lossy()
}

/// The bytes behind the escapes.
pub(crate) fn decode_bytes(spelled: &str) -> Cow<'_, [u8]> {
    percent_decode_str(spelled).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::chars;

    type Push = fn(&mut String, &str);

    #[test]
    fn what_is_left_unescaped_is_what_the_grammar_allows() {
        let push: [(Push, u8, &[u8]); 4] = [
            (push_user, chars::USER, b";?"),
            (push_password, chars::PASSWORD, b""),
            (push_param, chars::PARAM, b""),
            (push_header, chars::HEADER, b""),
        ];
        for (push, class, escaped_by_choice) in push {
            for byte in 0..128_u8 {
                let mut out = String::new();
                push(&mut out, &char::from(byte).to_string());
                let allowed = chars::is(byte, class) && !escaped_by_choice.contains(&byte);
                assert_eq!(out.len() == 1, allowed, "{byte}");
            }
        }
    }
}
