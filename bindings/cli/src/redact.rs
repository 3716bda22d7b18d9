//! Redaction: core hides passwords and secret parameters in a URL, here that is done in a text.

pub(crate) use twiml_refer::sip::redact_uri as hidden;

/// Returns a text, for instance TwiML, with each URL [`hidden`].
pub(crate) fn in_words(text: &str) -> String {
    let ends_word = |c: char| c.is_whitespace() || "\"'<>".contains(c);
    let word = |word: &str| {
        let url = word.trim_end_matches(ends_word);
        hidden(url) + word.strip_prefix(url).unwrap_or_default()
    };
    text.split_inclusive(ends_word).map(word).collect()
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
    fn a_caret_stays_under_its_place() {
        let (text, redacted) = ("sip:é:secret@h x", "sip:é:***@h x");
        for (column, moved) in [(0, 0), (5, 5), (6, 6), (9, 6), (12, 9), (15, 12), (16, 13)] {
            assert_eq!(column_in(redacted, text, column), moved, "{column}");
            assert_eq!(column_in(text, text, column), column);
        }
    }
}
