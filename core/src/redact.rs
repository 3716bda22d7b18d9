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

/// Finds where the authority begins. Browsers and many HTTP clients read `https:host`, `https:/host` and
/// `https:\\host` as `https://host`.
fn authority_start(url: &str) -> Option<usize> {
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    let scheme = scheme.filter(|scheme| scheme.chars().all(is_scheme));
    let is_web = |scheme: &str| {
        ["http", "https", "ws", "wss"].iter().any(|name| scheme.eq_ignore_ascii_case(name))
    };
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
