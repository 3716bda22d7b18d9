//! What must not be shown of a URL: its password, and in its query the values of secret parameters. Which
//! parameters those are, core knows. A SIP URI has a password as well.

use std::ops::Range;

use twiml_refer::VoiceRequest;
use url::form_urlencoded;

/// With `***` for each secret.
pub(crate) fn hidden(url: &str) -> String {
    let mut shown = String::with_capacity(url.len());
    let mut at = 0;
    for secret in secrets(url) {
        shown.push_str(url.get(at..secret.start).unwrap_or_default());
        shown.push_str("***");
        at = secret.end;
    }
    shown + url.get(at..).unwrap_or_default()
}

/// With an asterisk for each character of a secret.
pub(crate) fn starred(url: &str) -> String {
    let secrets = secrets(url);
    let is_secret = |at: usize| secrets.iter().any(|secret| secret.contains(&at));
    url.char_indices().map(|(at, c)| if is_secret(at) { '*' } else { c }).collect()
}

/// Of a text with URLs in it, as TwiML is, each `shown` as said.
pub(crate) fn in_words(text: &str, shown: fn(&str) -> String) -> String {
    let ends_word = |c: char| c.is_whitespace() || "\"'<>".contains(c);
    let word = |word: &str| {
        let url = word.trim_end_matches(ends_word);
        shown(url) + word.strip_prefix(url).unwrap_or_default()
    };
    text.split_inclusive(ends_word).map(word).collect()
}

/// In their order.
fn secrets(url: &str) -> Vec<Range<usize>> {
    let (before, query) = url.split_once('?').unwrap_or((url, ""));
    let (query, _) = query.split_once('#').unwrap_or((query, ""));
    let mut secrets: Vec<_> = password(url, before).into_iter().collect();
    let mut at = before.len().saturating_add(1);
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if is_secret(name) && !value.is_empty() {
            let start = at.saturating_add(name.len()).saturating_add(1);
            secrets.push(start..start.saturating_add(value.len()));
        }
        at = at.saturating_add(pair.len()).saturating_add(1);
    }
    secrets
}

/// As it is spelled in a query, or in one that stands in XML.
fn is_secret(name: &str) -> bool {
    let name = name.strip_prefix("amp;").unwrap_or(name);
    form_urlencoded::parse(name.as_bytes()).any(|(name, _)| VoiceRequest::is_secret(&name))
}

fn password(url: &str, before_query: &str) -> Option<Range<usize>> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let scheme = before_query.split_once(':').map_or("", |(scheme, _)| scheme);
    let scheme = if scheme.chars().all(is_scheme) { scheme } else { "" };
    let is = |names: [&str; 2]| names.iter().any(|name| scheme.eq_ignore_ascii_case(name));
    let start = if scheme.is_empty() { 0 } else { scheme.len().saturating_add(1) };
    let (start, userinfo) = if is(["sip", "sips"]) {
        // A user may have a question mark in it, and so may a password.
        let (userinfo, _) = before_query.rsplit_once('@').or_else(|| url.rsplit_once('@'))?;
        (start, userinfo.get(start..)?)
    } else {
        let rest = before_query.get(start..)?;
        let authority = rest.trim_start_matches(['/', '\\']);
        let slashes = rest.len().saturating_sub(authority.len());
        if slashes < 2 && !is(["http", "https"]) {
            return None;
        }
        let authority = authority.split(['/', '\\', '#']).next()?;
        (start.saturating_add(slashes), authority.rsplit_once('@')?.0)
    };
    let (user, password) = userinfo.split_once(':')?;
    let start = start.saturating_add(user.len()).saturating_add(1);
    (!password.is_empty()).then(|| start..start.saturating_add(password.len()))
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
            ("sip:alice:s3?3@h;p?X=1", "sip:alice:***@h;p?X=1"),
            ("sips:alice:s3@h", "sips:alice:***@h"),
        ] {
            assert_eq!(hidden(url), shown);
            assert!(!starred(url).contains("s3"), "{url}");
            assert_eq!(starred(url).chars().count(), url.chars().count());
        }
        for url in [
            "",
            "?",
            ":",
            "@",
            "u@h",
            "http://u@h/",
            "http://h:80/x@y",
            "mailto:a@b",
            "/a:b@c",
            "sip:a@h:5060",
            "/?CallToken",
            "/?CallToken=&CallSid=1",
            "/a#b?CallToken",
            "localhost:8080/voice",
            "sip:h:5060",
        ] {
            assert_eq!((hidden(url).as_str(), starred(url).as_str()), (url, url));
        }
        assert_eq!(
            in_words(
                "<Redirect a='http://u:p@h'>/é?CallToken=né&amp;a=1</Redirect> x:y@z",
                starred
            ),
            "<Redirect a='http://u:*@h'>/é?CallToken=**&amp;a=1</Redirect> x:y@z",
        );
    }
}
