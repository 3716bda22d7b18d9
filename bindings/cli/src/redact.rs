//! Redaction of URLs: the password (of a SIP URI, too), and in the query the values of the parameters that
//! core calls secret.

use std::ops::Range;

use twiml_refer::VoiceRequest;
use url::form_urlencoded;

/// Returns the URL with `***` for each secret.
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

/// Returns the URL with an asterisk for each character of a secret.
pub(crate) fn starred(url: &str) -> String {
    let secrets = secrets(url);
    let is_secret = |at: usize| secrets.iter().any(|secret| secret.contains(&at));
    url.char_indices().map(|(at, c)| if is_secret(at) { '*' } else { c }).collect()
}

/// Applies `redact` to each URL in a text, for instance in TwiML.
pub(crate) fn in_words(text: &str, redact: fn(&str) -> String) -> String {
    let ends_word = |c: char| c.is_whitespace() || "\"'<>".contains(c);
    let word = |word: &str| {
        let url = word.trim_end_matches(ends_word);
        redact(url) + word.strip_prefix(url).unwrap_or_default()
    };
    text.split_inclusive(ends_word).map(word).collect()
}

/// Returns the secrets in order. A fragment may hold a query as well.
fn secrets(url: &str) -> Vec<Range<usize>> {
    let (before, _) = url.split_once('?').unwrap_or((url, ""));
    let mut secrets: Vec<_> = password(url, before).into_iter().collect();
    let after = secrets.first().map_or(0, |password| password.end);
    let rest = url.get(after..).unwrap_or_default();
    let Some(query) = rest.find(['?', '#']) else { return secrets };
    let mut at = after + query;
    for piece in url.get(at..).unwrap_or_default().split_inclusive(['&', '#']) {
        let pair = piece.strip_suffix(['&', '#']).unwrap_or(piece);
        let end = at + pair.len();
        let mut start = at;
        for part in pair.split_inclusive(['?', ';']) {
            let secret = part.split_once('=').filter(|(name, _)| is_secret(name));
            if let Some((name, _)) = secret {
                let value = start + name.len() + 1;
                secrets.extend((value < end).then_some(value..end));
                break;
            }
            start += part.len();
        }
        at += piece.len();
    }
    secrets
}

/// `name` is percent-encoded, as in a query.
fn is_secret(name: &str) -> bool {
    form_urlencoded::parse(name.as_bytes()).any(|(name, _)| VoiceRequest::is_secret(&name))
}

fn password(url: &str, before_query: &str) -> Option<Range<usize>> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let scheme = before_query.split_once(':').map_or("", |(scheme, _)| scheme);
    let scheme = if scheme.chars().all(is_scheme) { scheme } else { "" };
    let is = |names: [&str; 2]| names.iter().any(|name| scheme.eq_ignore_ascii_case(name));
    let start = if scheme.is_empty() { 0 } else { scheme.len() + 1 };
    let (start, userinfo) = if is(["sip", "sips"]) {
        // A user may have a question mark in it, and so may a password.
        let (userinfo, _) = before_query.rsplit_once('@').or_else(|| url.rsplit_once('@'))?;
        (start, userinfo.get(start..)?)
    } else {
        let rest = url.get(start..)?;
        let authority = rest.trim_start_matches(['/', '\\']);
        let slashes = rest.len() - authority.len();
        if slashes < 2 && !is(["http", "https"]) {
            return None;
        }
        (start + slashes, userinfo(authority)?)
    };
    let (user, password) = userinfo.split_once(':')?;
    let start = start + user.len() + 1;
    (!password.is_empty()).then(|| start..start + password.len())
}

/// Returns what precedes the `@` of the authority at the beginning of a text. A password that is not escaped
/// may end the authority before that: then what follows the colon is not a port.
fn userinfo(text: &str) -> Option<&str> {
    let authority = text.split(['/', '\\', '?', '#']).next()?;
    if let Some((userinfo, _)) = authority.rsplit_once('@') {
        return Some(userinfo);
    }
    let (_, port) = authority.rsplit_once(':')?;
    let is_host = authority.starts_with('[') || port.bytes().all(|byte| byte.is_ascii_digit());
    if is_host { None } else { Some(text.rsplit_once('@')?.0) }
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
            "http://[::1]/x@y",
            "http://h/x:y@z",
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
