//! Why a signature does not match: the near misses that people meet, tried one by one.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::hint::{Hint, HintKind};
use super::request::RawParams;
use super::signature::{Algorithm, BodyHash, RequestValidator, VerifyError};
use super::url::{CandidateParts, UrlParts, any_candidate};
use crate::http::Method;

/// Ports that apps listen on behind a proxy or tunnel.
const COMMON_PORTS: [&str; 5] = [":8080", ":8000", ":8443", ":5000", ":3000"];

/// Signatures computed at most with each auth token: each hashes the whole body, and a hostile URL has
/// tens of thousands of spellings.
const MAX_TRIES: usize = 1000;

/// Bytes that are hashed at most with each auth token, so that a large body costs no more than a small one.
const MAX_HASHED_BYTES: usize = 8 * 1024 * 1024;

/// How many spellings of a request of so many bytes are tried.
fn tries(bytes: usize) -> usize {
    MAX_HASHED_BYTES.checked_div(bytes).unwrap_or(MAX_TRIES).clamp(1, MAX_TRIES)
}

impl RequestValidator {
    /// Finds out why [`verify`](Self::verify) rejects a request: the near miss that would match, and
    /// what to change. Empty if `verify` accepts it.
    ///
    /// For the log of an app that answers 403, and for tools; never accept a request for a hint. It
    /// computes up to a thousand signatures with each auth token, and hashes up to 8 MiB: in an app, call it
    /// at a bounded rate.
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method, webhook::HintKind};
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let signature = validator.sign_form("/refer?b=2&a=1", "To=a");
    /// let hints = validator.diagnose(Method::Post, "/refer?a=1&b=2", "To=a", Some(&signature));
    /// assert_eq!(hints[0].kind(), HintKind::QueryOrder);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn diagnose(
        &self,
        method: Method,
        url: &str,
        body: impl AsRef<[u8]>,
        signature: Option<&str>,
    ) -> Vec<Hint> {
        let body = body.as_ref();
        let hint = |kind, message: &str| vec![Hint::new(kind, message)];
        match self.verify(method, url, body, signature) {
            Ok(_) => return Vec::new(),
            Err(VerifyError::Request(error)) => {
                return hint(HintKind::Unreadable, &error.message());
            }
            Err(VerifyError::SignatureMissing) => {
                return hint(
                    HintKind::SignatureMissing,
                    "missing signature: pass the header X-Twilio-Signature; Twilio sends it with every request",
                );
            }
            Err(VerifyError::SignatureMismatch) => {}
        }
        let bytes = match decoded(signature.unwrap_or_default()) {
            Ok(bytes) => bytes,
            Err(message) => return hint(HintKind::SignatureInvalid, message),
        };
        let is_sha256 = bytes.len() == 32;
        if is_sha256 != (self.algorithm == Algorithm::Sha256) {
            return hint(
                HintKind::Algorithm,
                if is_sha256 {
                    "the signature has 32 bytes: it is an HMAC-SHA256; choose that algorithm for this validator"
                } else {
                    "the signature has 20 bytes: it is an HMAC-SHA1; choose that algorithm for this validator"
                },
            );
        }
        let Some(parts) = self.parts(url).filter(UrlParts::is_http) else {
            return hint(
                HintKind::Url,
                if self.base.is_some() {
                    "invalid URL: with a public base, pass the request target, which begins with `/`, or an absolute URL"
                } else {
                    "invalid URL: pass the absolute http or https URL, or set a public base and pass the request target"
                },
            );
        };
        let signature = bytes.as_slice();
        let tries_left = tries(url.len().saturating_add(body.len()));
        let mut search = Search { validator: self, method, body, signature, parts, tries_left };
        search.near_miss().unwrap_or_else(|| {
            let empty = (method == Method::Post && body.is_empty()).then(|| {
                Hint::new(
                    HintKind::BodyEmpty,
                    "the body is empty: if Twilio sent one, something read it before; pass the raw body",
                )
            });
            let auth_token = Hint::new(
                HintKind::AuthToken,
                "no near miss matches: check that the auth token is that of the request's AccountSid (a \
                 subaccount has its own), and that URL and body are those that Twilio sent",
            );
            empty.into_iter().chain([auth_token]).collect()
        })
    }
}

/// The bytes of the signature, or what is wrong with its text.
fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
    match STANDARD.decode(text) {
        Ok(bytes) if [20, 32].contains(&bytes.len()) => Ok(bytes),
        _ if text.contains(':') => Err(
            "invalid signature: pass the value of the header X-Twilio-Signature without its name",
        ),
        _ if text.contains(|c: char| c.is_whitespace() || c == '"' || c == '\'') => {
            Err("invalid signature: white space and quotes are not part of it")
        }
        Ok(_) => Err("invalid signature: expected base64 of 20 bytes, or of 32 for HMAC-SHA256"),
        Err(_) => Err("invalid signature: expected base64 as the header X-Twilio-Signature has it"),
    }
}

struct Search<'a> {
    validator: &'a RequestValidator,
    method: Method,
    body: &'a [u8],
    signature: &'a [u8],
    parts: UrlParts<'a>,
    tries_left: usize,
}

impl<'a> Search<'a> {
    /// The changes after which the signature matches: of the origin, and one of the rest.
    fn near_miss(&mut self) -> Option<Vec<Hint>> {
        let sent = params(if self.method == Method::Get { &[] } else { self.body });
        let bodies = self.bodies();
        for (origin, parts) in self.origins() {
            let url = CandidateParts::as_given(parts).to_text();
            for (change, spelled) in spellings(&url) {
                if self.matches(&spelled, &sent, change.is_none()) {
                    return Some(self.hints(origin, change));
                }
            }
            for (change, params) in &bodies {
                if self.matches(&url, params, false) {
                    return Some(self.hints(origin, Some(change.clone())));
                }
            }
        }
        None
    }

    /// The hints for what was changed, and for a body that the signature does not cover.
    fn hints(&self, origin: Option<Hint>, change: Option<Hint>) -> Vec<Hint> {
        let mut hints: Vec<_> = origin.into_iter().chain(change).collect();
        let is_post = hints.last().is_some_and(|hint| hint.kind() == HintKind::Method);
        if self.method == Method::Get && !is_post && !self.body.is_empty() {
            let message = "the signature matches without the body: a GET from Twilio has none";
            hints.push(Hint::new(HintKind::Body, message));
        }
        hints.extend(self.body_hash());
        if hints.is_empty() {
            hints.push(Hint::new(
                HintKind::Escapes,
                "the signature matches with other escapes of quotes or of a SIP URI: accept encoded spellings",
            ));
        }
        hints
    }

    /// The URL with other schemes, ports and prefixes; as it is first.
    fn origins(&self) -> Vec<(Option<Hint>, UrlParts<'a>)> {
        let parts = self.parts;
        let mut all = vec![(None, parts)];
        let is_secure = parts.scheme.eq_ignore_ascii_case("https://");
        let (scheme, message) = if is_secure {
            ("http://", "the signature matches with http instead of https: Twilio requested http")
        } else {
            (
                "https://",
                "the signature matches with https instead of http: TLS ends before the app; set the public base",
            )
        };
        all.push((Some(Hint::new(HintKind::Scheme, message)), UrlParts { scheme, ..parts }));
        all.extend(COMMON_PORTS.map(|port| {
            let message = format!(
                "the signature matches with the port {port}: write it in the public base or URL"
            );
            (Some(Hint::new(HintKind::Port, message)), UrlParts { port, ..parts })
        }));
        if let Some((_, rest)) = parts.path.strip_prefix('/').and_then(|path| path.split_once('/'))
        {
            let start = parts.path.len().saturating_sub(rest.len()).saturating_sub(1);
            let path = parts.path.get(start..).unwrap_or_default();
            let message = "the signature matches without the first segment of the path: leave it out of the URL";
            all.push((Some(Hint::new(HintKind::Prefix, message)), UrlParts { path, ..parts }));
        }
        all
    }

    /// Other forms that may have been signed, as the parameters that are hashed.
    fn bodies(&self) -> Vec<(Hint, Vec<u8>)> {
        let mut all = Vec::new();
        let mut add =
            |kind, message: &str, form: &[u8]| all.push((Hint::new(kind, message), params(form)));
        if self.method == Method::Get {
            if !self.body.is_empty() {
                add(
                    HintKind::Method,
                    "the signature matches for POST with this body: pass the method of the route",
                    self.body,
                );
            }
            return all;
        }
        add(
            HintKind::Body,
            "the signature matches without the body: the route's method is GET, or the body is not a form \
             and has to be validated as a raw body",
            &[],
        );
        let trimmed = self.body.trim_ascii_end();
        if trimmed.len() < self.body.len() {
            add(
                HintKind::BodyNewline,
                "the signature matches without the line end behind the body: remove it",
                trimmed,
            );
        }
        if !self.parts.query_text().is_empty() {
            add(
                HintKind::QueryInForm,
                "the signature matches without the query's parameters in the form: pass the form's own alone",
                &self.without_query(),
            );
        }
        all
    }

    /// The form without one occurrence of each pair of the query.
    fn without_query(&self) -> Vec<u8> {
        let mut counts = HashMap::<&[u8], usize>::new();
        for pair in self.parts.query_text().as_bytes().split(|&byte| byte == b'&') {
            *counts.entry(pair).or_default() += 1;
        }
        let kept = self.body.split(|&byte| byte == b'&').filter(|pair| {
            match counts.get_mut(pair).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    false
                }
                None => true,
            }
        });
        kept.collect::<Vec<_>>().join(&b'&')
    }

    fn body_hash(&self) -> Option<Hint> {
        let (is, says) = BodyHash::differing(self.parts.query_text(), self.body)?;
        let message = format!(
            "this is not the body that was signed: its SHA-256 is {is}, bodySHA256 in the URL is {says}"
        );
        Some(Hint::new(HintKind::BodyHash, message))
    }

    /// Whether one of the auth tokens signed this URL, as one of the candidates that `verify` tries.
    fn matches(&mut self, url: &str, params: &[u8], with_escapes: bool) -> bool {
        any_candidate(UrlParts::of(url), with_escapes, |candidate| {
            let Some(left) = self.tries_left.checked_sub(1) else { return false };
            self.tries_left = left;
            self.validator.is_signed(candidate, params, self.signature)
        })
    }
}

/// What is hashed of a form after the URL.
fn params(form: &[u8]) -> Vec<u8> {
    RawParams::from_form(form, form.len()).unwrap_or_default().signed()
}

/// Other spellings of the URL that the candidates of `verify` do not cover; as it is first.
fn spellings(url: &str) -> Vec<(Option<Hint>, String)> {
    let mut all = vec![(None, url.to_owned())];
    let mut add = |kind, message: &str, changed: String| {
        if changed != url {
            all.push((Some(Hint::new(kind, message)), changed));
        }
    };
    let UrlParts { path, query, fragment, .. } = UrlParts::of(url);
    let head = url.strip_suffix(fragment).unwrap_or(url);
    add(
        HintKind::Fragment,
        "the signature matches without the fragment: no request has one; pass the request target",
        head.to_owned(),
    );
    let origin = head.strip_suffix(query).and_then(|head| head.strip_suffix(path)).unwrap_or(head);
    let slashed = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
    add(
        HintKind::TrailingSlash,
        "the signature matches with another slash at the end of the path: pass the path that Twilio requested",
        [origin, &slashed, query].concat(),
    );
    let marked = match query {
        "" => "?",
        "?" => "",
        query => query,
    };
    add(
        HintKind::QuestionMark,
        "the signature matches with another `?` at the end: pass the request target as it came on the wire",
        [origin, path, marked].concat(),
    );
    add(
        HintKind::Query,
        "the signature matches without the query: Twilio requested the URL without it",
        [origin, path].concat(),
    );
    let pairs = query.strip_prefix('?').unwrap_or_default();
    let mut sorted: Vec<_> = pairs.split('&').collect();
    let reversed: Vec<_> = sorted.iter().rev().copied().collect();
    sorted.sort_unstable();
    for pairs in [sorted, reversed] {
        add(
            HintKind::QueryOrder,
            "the signature matches with the query in another order: pass the request target as it came on the wire",
            [origin, path, "?", &pairs.join("&")].concat(),
        );
    }
    let rest = [path, query].concat();
    let mut escaped = |rest: String| {
        add(
            HintKind::Escapes,
            "the signature matches with other escapes in the path or query: pass the request target as it came on the \
             wire, not a decoded or rebuilt one",
            [origin, &rest].concat(),
        );
    };
    escaped(rest.replace('+', "%20"));
    escaped(rest.replace("%20", "+"));
    escaped(rest.replace('+', "%2B"));
    escaped(with_hex_case(&rest, |escape| escape.to_ascii_uppercase()));
    escaped(with_hex_case(&rest, |escape| escape.to_ascii_lowercase()));
    for (plain, escape) in [("-", "%2D"), (".", "%2E"), ("_", "%5F"), ("~", "%7E")] {
        escaped(rest.replace(escape, plain));
    }
    escaped(rest.replace('~', "%7E"));
    for (plain, escape) in [(":", "%3A"), ("@", "%40"), ("/", "%2F"), (",", "%2C"), ("'", "%27")] {
        escaped(rest.replace(escape, plain));
        escaped([path, &query.replace(plain, escape)].concat());
    }
    if let Ok(decoded) = percent_decode_str(&rest).decode_utf8() {
        escaped(decoded.into_owned());
    }
    all
}

/// The text with the two digits of each escape changed.
fn with_hex_case(text: &str, change: fn(&str) -> String) -> String {
    let mut pieces = text.split('%');
    let mut changed = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2).unwrap_or((piece, ""));
        changed.push('%');
        changed.push_str(&change(digits));
        changed.push_str(rest);
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tries that are left after all near misses of a request that nobody signed.
    fn left(url: &str, body: &[u8]) -> usize {
        let validator = RequestValidator::new("12345").unwrap();
        let (signature, parts) = ([0; 20].as_slice(), UrlParts::of(url));
        let (method, tries_left) = (Method::Post, MAX_TRIES);
        let mut search =
            Search { validator: &validator, method, body, signature, parts, tries_left };
        assert_eq!(search.near_miss(), None);
        search.tries_left
    }

    #[test]
    fn an_ordinary_request_is_tried_in_all_ways_and_a_hostile_one_is_cut_off() {
        let ordinary = "https://voice.example.com/a/refer?To=sip%3Abob%40example.com&x=it's+%7Eb";
        assert!(left(ordinary, b"CallSid=CA1&From=sip%3Aalice%40example.com\r\n") > 0);
        let hostile = "wss://u:p@voice.example.com:1/a/b?a='%27&b=sip:%3A@&\u{e9}=~+%20%2f%2D";
        assert_eq!(left(hostile, b"a=1"), 0);
    }
}
