//! Hiding secrets: the value of `CallToken`, and the password in a URL.

use std::ops::Range;

/// Returns the URL with `***` for a password and for the value of `CallToken`, to be shown or logged.
///
/// The text need not be a valid URL: a password is also found if characters in it end the
/// authority (`/`, `?`, `#`), and `CallToken` also after `#` and `;`.
///
/// ```
/// use twiml_refer::webhook::redact_url;
///
/// assert_eq!(
///     redact_url("https://user:pw@example.com/refer?CallToken=abc&a=1"),
///     "https://user:***@example.com/refer?CallToken=***&a=1",
/// );
/// ```
#[must_use]
pub fn redact_url(url: &str) -> String {
    let password = password(url);
    let after = password.as_ref().map_or(0, |password| password.end);
    let mut out = String::with_capacity(url.len());
    let mut shown = 0;
    for secret in password.into_iter().chain(tokens(url, after)) {
        out.push_str(url.get(shown..secret.start).unwrap_or_default());
        out.push_str(REDACTED);
        shown = secret.end;
    }
    out + url.get(shown..).unwrap_or_default()
}

/// Returns a URI of any scheme, or a Refer-To value, with `***` for a password and for the value of
/// `CallToken`, to be shown or logged.
///
/// The text need not be a valid URI: everything between the colon after the user and the last `@` counts as
/// the password. Rather too much is hidden than too little.
///
/// ```
/// use twiml_refer::sip::redact_uri;
///
/// assert_eq!(redact_uri("sip:alice:pw@example.com:5070?X-A=1"), "sip:alice:***@example.com:5070?X-A=1");
/// assert_eq!(redact_uri("\"Al\" <sip:alice:p@w?d@example.com>"), "\"Al\" <sip:alice:***@example.com>");
/// assert_eq!(redact_uri("https://user:pw@example.com/"), "https://user:***@example.com/");
/// ```
#[must_use]
pub fn redact_uri(text: &str) -> String {
    let (before, uri, after) = brackets(text);
    let opaque = uri.split_once(':').filter(|(scheme, rest)| {
        scheme.chars().all(is_scheme) && !is_web(scheme) && !rest.starts_with("//")
    });
    let parts = opaque.and_then(|(scheme, rest)| {
        let (userinfo, host) = rest.split_at_checked(rest.rfind('@')?)?;
        Some((scheme, userinfo.split_once(':')?.0, host))
    });
    match parts {
        Some((scheme, user, host)) => {
            [before, scheme, ":", user, ":", REDACTED, &redact_url(host), after].concat()
        }
        None => redact_url(text),
    }
}

/// Splits off what is around the SIP URI of a Refer-To value. A password may have a bracket in it.
fn brackets(text: &str) -> (&str, &str, &str) {
    let is_sip = |text: &str| {
        ["sip:", "sips:"].iter().any(|known| {
            text.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known))
        })
    };
    let mut begins =
        text.rmatch_indices('<').filter_map(|(at, _)| text.split_at_checked(at.saturating_add(1)));
    let Some((before, rest)) = begins.find(|(_, rest)| is_sip(rest)) else { return ("", text, "") };
    let end = rest.rfind('>').and_then(|end| rest.split_at_checked(end));
    let (uri, after) = end.filter(|(uri, _)| uri.contains('@')).unwrap_or((rest, ""));
    (before, uri, after)
}

/// Finds the password: between the first colon of the authority and the `@` before the host.
fn password(url: &str) -> Option<Range<usize>> {
    let start = authority_start(url)?;
    let text = url.get(start..)?;
    let authority = text.split(['/', '?', '#']).next()?;
    let at = match authority.rfind('@') {
        Some(at) => at,
        // `user:pa/ss@host`: what follows the colon is not a port.
        None => {
            let (_, port) = authority.rsplit_once(':')?;
            if authority.starts_with('[') || port.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            text.rfind('@')?
        }
    };
    let colon = text.get(..at)?.find(':')?;
    Some(start.saturating_add(colon).saturating_add(1)..start.saturating_add(at))
}

fn is_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+-.".contains(c)
}

fn is_web(scheme: &str) -> bool {
    ["http", "https", "ws", "wss"].iter().any(|name| scheme.eq_ignore_ascii_case(name))
}

/// Finds where the authority begins. Browsers and many HTTP clients read `https:host`, `https:/host` and
/// `https:\\host` as `https://host`.
fn authority_start(url: &str) -> Option<usize> {
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    let scheme = scheme.filter(|scheme| scheme.chars().all(is_scheme));
    let after = scheme.map_or(0, |scheme| scheme.len().saturating_add(1));
    let rest = url.get(after..)?;
    let slashes = rest.len().saturating_sub(rest.trim_start_matches(['/', '\\']).len());
    (slashes >= 2 || scheme.is_some_and(is_web)).then(|| after.saturating_add(slashes))
}

/// Finds the values of secret parameters in the query and the fragment, which may hold a query as well
/// (`https://host#/refer?CallToken=…`).
fn tokens(url: &str, from: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let rest = url.get(from..).unwrap_or_default();
    let Some(query) = rest.find(['?', '#']) else { return found };
    let mut at = from.saturating_add(query);
    for piece in url.get(at..).unwrap_or_default().split_inclusive(['&', '#']) {
        let pair = piece.strip_suffix(['&', '#']).unwrap_or(piece);
        let mut start = at;
        for part in pair.split_inclusive(['?', ';']) {
            if let Some((name, _)) =
                part.split_once('=').filter(|(name, _)| is_secret_spelled(name))
            {
                let value = start.saturating_add(name.len()).saturating_add(1);
                found.push(value..at.saturating_add(pair.len()));
                break;
            }
            start = start.saturating_add(part.len());
        }
        at = at.saturating_add(piece.len());
    }
    found
}

/// Whether a name, percent-encoded or not, is that of a secret.
fn is_secret_spelled(name: &str) -> bool {
    is_secret(&percent_encoding::percent_decode_str(name).decode_utf8_lossy())
}

/// Whether the value of a parameter must never be shown. The case does not matter: hiding one value too
/// many does no harm.
pub(crate) fn is_secret(name: &str) -> bool {
    name.eq_ignore_ascii_case("CallToken")
}

/// Shown instead of a secret.
pub(crate) const REDACTED: &str = "***";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_uris_that_cannot_be_read_are_hidden() {
        for (text, shown) in [
            ("sip:alice:s3cret@h", "sip:alice:***@h"),
            ("sip:alice:s3@cret@h", "sip:alice:***@h"),
            ("SIPS:alice:s3:c@ret@h:1;x=a?y=b", "SIPS:alice:***@h:1;x=a?y=b"),
            ("sip:alice:s3@c?ret@h", "sip:alice:***@h"),
            ("sip:alice:s3@c?r=et@h", "sip:alice:***@h"),
            ("sip:alice:s3?cret@h", "sip:alice:***@h"),
            ("sip:a?b:s3cret@h", "sip:a?b:***@h"),
            ("\"a@b\" <sip:alice:s3cret@h x>", "\"a@b\" <sip:alice:***@h x>"),
            ("\"a:b@c\" <sip:alice:s3@cret@h>;x=a@b", "\"a:b@c\" <sip:alice:***@h>;x=a@b"),
            ("\"<sip:a@b>\" <sip:alice:s3cret@h>", "\"<sip:a@b>\" <sip:alice:***@h>"),
            ("<sip:alice:s3cret@h", "<sip:alice:***@h"),
            ("<sip:alice:s3>cret@h", "<sip:alice:***@h"),
            ("sip:alice:s3<cret@h", "sip:alice:***@h"),
            ("é <sip:é:s3cret@h>", "é <sip:é:***@h>"),
            ("odd:alice:s3@cret@h", "odd:alice:***@h"),
            ("sip:alice:s3@h;p?CallToken=s3&X=1", "sip:alice:***@h;p?CallToken=***&X=1"),
            ("sip:a@h?CallToken=s3", "sip:a@h?CallToken=***"),
            ("sip://alice:s3@h", "sip://alice:***@h"),
            ("http://u:s3@cret@h/a", "http://u:***@h/a"),
            ("http:u:s3@h", "http:u:***@h"),
            ("//u:s3@h/?CallToken=s3", "//u:***@h/?CallToken=***"),
            ("https://u:s3/3@h/a", "https://u:***@h/a"),
            ("https://u:s3@h/a:b@c", "https://u:***@h/a:b@c"),
        ] {
            assert_eq!(redact_uri(text), shown);
        }
        for text in [
            "",
            ":",
            "@",
            "<",
            ">",
            "<>",
            "no URI",
            "sip:a@b:5060",
            "sip:h:5060",
            "<sip:a@h:1>;x=a:b",
            "tel:1",
            "mailto:a@b",
            "/a:b@c",
            "http://h/x:y@z",
            "localhost:8080/voice",
        ] {
            assert_eq!(redact_uri(text), text);
        }
    }
}
