//! Redaction: core hides passwords and secret parameters in a URL, here that is done in a text.

use std::borrow::Cow;

pub(crate) use twiml_refer::sip::redact_uri as hidden;

/// Returns a text, for instance TwiML, with each URL [`hidden`], also one that is written with character references.
pub(crate) fn in_words(text: &str) -> String {
    let ends_word = |c: char| c.is_whitespace() || "\"'<>".contains(c);
    let word = |word: &str| {
        let url = word.trim_end_matches(ends_word);
        let plain = without_references(url);
        let shown = hidden(&plain);
        let shown = if shown == plain { url } else { &shown };
        shown.to_owned() + word.strip_prefix(url).unwrap_or_default()
    };
    text.split_inclusive(ends_word).map(word).collect()
}

/// Replaces references to visible ASCII characters (XML 1.0 section 4.1): by number, and as HTML names the two that
/// surround a password. Read more loosely than XML has it: a wrong document is shown as well.
fn without_references(text: &str) -> Cow<'_, str> {
    let mut pieces = text.split('&');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    if plain.len() == text.len() {
        return Cow::Borrowed(text);
    }
    for piece in pieces {
        let (name, rest) = piece.split_once(';').unwrap_or((piece, ""));
        let number = name.strip_prefix('#').and_then(|number| {
            let hex = number.strip_prefix(['x', 'X']);
            hex.map_or_else(|| number.parse().ok(), |hex| u8::from_str_radix(hex, 16).ok())
        });
        let referred = match name {
            "colon" => Some(':'),
            "commat" => Some('@'),
            _ => number.filter(u8::is_ascii_graphic).map(char::from),
        };
        match referred {
            Some(referred) => plain.extend([referred.encode_utf8(&mut [0; 4]), rest]),
            None => plain.extend(["&", piece]),
        }
    }
    Cow::Owned(plain)
}

/// Returns the column that a column of a text has in its redacted form, both in characters. A place inside
/// a secret becomes its beginning.
pub(crate) fn column_in(redacted: &str, text: &str, column: usize) -> usize {
    let same = text.chars().zip(redacted.chars()).take_while(|(a, b)| a == b).count();
    let same_at_end =
        text.chars().rev().zip(redacted.chars().rev()).take_while(|(a, b)| a == b).count();
    let after = text.chars().count().saturating_sub(column);
    if column <= same {
        column
    } else if after <= same_at_end {
        redacted.chars().count() - after
    } else {
        same
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_and_call_tokens_are_hidden() {
        for (url, shown) in [
            ("https://u:s3@h:80/a:b@c?x=1", "https://u:***@h:80/a:b@c?x=1"),
            ("http:u:s3@h", "http:u:***@h"),
            ("HTTPS:\\\\u:s@3@h/", "HTTPS:\\\\u:***@h/"),
            ("//u:s3@h/?CallToken=s3", "//u:***@h/?CallToken=***"),
            ("ftp://u:s3@h", "ftp://u:***@h"),
            (
                "/a?CallToken=s3?s3&x=1&Call%54oken=s3#CallToken",
                "/a?CallToken=***&x=1&Call%54oken=***#CallToken",
            ),
            ("?a=1&amp;CallToken=s3&amp;b=2", "?a=1&amp;CallToken=***&amp;b=2"),
            ("https://u:s3/3@h/a", "https://u:***@h/a"),
            ("https://u:s3?3@h/a?CallToken=s3", "https://u:***@h/a?CallToken=***"),
            ("https://u:s3#3@h", "https://u:***@h"),
            ("https://h#/a?CallToken=s3&x=1", "https://h#/a?CallToken=***&x=1"),
            ("/a#CallToken=s3", "/a#CallToken=***"),
            ("/a?x=1;CallToken=s3;s3", "/a?x=1;CallToken=***"),
            ("sip:alice:s3?3@h;p?X=1", "sip:alice:***@h;p?X=1"),
            ("sips:alice:s3@h", "sips:alice:***@h"),
        ] {
            assert_eq!(hidden(url), shown);
        }
        for url in [
            "",
            "?",
            ":",
            "@",
            "u@h",
            "http://u@h/",
            "http://h:80/x@y",
            "http://[::1]/x@y",
            "http://h/x:y@z",
            "mailto:a@b",
            "/a:b@c",
            "sip:a@h:5060",
            "/?CallToken",
            "/a#b?CallToken",
            "localhost:8080/voice",
            "sip:h:5060",
        ] {
            assert_eq!(hidden(url), url);
        }
        assert_eq!(
            in_words("<Redirect a='http://u:p@h'>/é?CallToken=né&amp;a=1</Redirect> x:y@z"),
            "<Redirect a='http://u:***@h'>/é?CallToken=***&amp;a=1</Redirect> x:y@z",
        );
    }

    #[test]
    fn a_password_behind_character_references_is_hidden() {
        for text in [
            "https://user&#58;s3@h/",
            "https://user:s3&#64;h/",
            "https://user&#0058;s3&#x00040;h/",
            "https&#x3A;//user&#X3a;s3&#x40;h/",
            "https:&#47;&#x2f;user&colon;s3&commat;h/",
            "https://user:&#115;3@h/",
        ] {
            let shown = in_words(&format!("<Say>{text}</Say>"));
            assert_eq!(shown, "<Say>https://user:***@h/</Say>", "{text}");
        }
        for text in
            ["a&#58;b", "&", "&#;x", "&#x;&#58", "h&amp;#58;", "https://h/?a&#61;1&amp;b=&#233;"]
        {
            assert_eq!(in_words(text), text);
        }
    }

    #[test]
    fn a_caret_stays_under_its_place() {
        let (text, redacted) = ("sip:é:secret@h x", "sip:é:***@h x");
        for (column, moved) in [(0, 0), (5, 5), (6, 6), (9, 6), (12, 9), (15, 12), (16, 13)] {
            assert_eq!(column_in(redacted, text, column), moved, "{column}");
            assert_eq!(column_in(text, text, column), column);
        }
    }
}
