//! Why a signature does not match: the near misses that people meet, tried one by one.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::request::RawParams;
use super::signature::{Algorithm, BodyHash, RequestValidator, VerifyError};
use super::url::{UrlCandidate, UrlParts};
use crate::http::Method;

/// Ports that apps listen on behind a proxy or tunnel.
const COMMON_PORTS: [&str; 5] = [":8080", ":8000", ":8443", ":5000", ":3000"];

/// What would make a signature match, or what keeps it from matching.
///
/// ```
/// use twiml_refer::{RequestValidator, http::Method, webhook::HintKind};
///
/// let validator = RequestValidator::new("12345")?;
/// let signature = validator.sign_form("https://voice.example.com/refer", "To=a");
/// let seen = "http://voice.example.com/refer";
/// let hints = validator.diagnose(Method::Post, seen, "To=a", Some(&signature));
/// assert_eq!(hints[0].kind(), HintKind::Scheme);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hint {
    kind: HintKind,
    message: String,
}

impl Hint {
    fn new(kind: HintKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// The kind, for programs.
    #[must_use]
    pub fn kind(&self) -> HintKind {
        self.kind
    }

    /// What is wrong and what to change; no secret, signature or parameter value is in it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

macro_rules! hint_kinds {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal,)*) => {
        /// What a [`Hint`] is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum HintKind { $($(#[doc = $doc])* $name,)* }

        impl HintKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name, the same in every language: `query-order`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

hint_kinds! {
    /// The request has no signature.
    SignatureMissing = "signature-missing",
    /// The signature is not base64 of 20 or 32 bytes.
    SignatureInvalid = "signature-invalid",
    /// The signature is of the other algorithm.
    Algorithm = "algorithm",
    /// The URL is neither absolute nor, with a public base, a request target.
    Url = "url",
    /// It matches with the other method.
    Method = "method",
    /// It matches with `https` instead of `http`, or the reverse.
    Scheme = "scheme",
    /// It matches with another port.
    Port = "port",
    /// It matches without the first segment of the path.
    Prefix = "prefix",
    /// It matches without the fragment.
    Fragment = "fragment",
    /// It matches with or without a slash at the end of the path.
    TrailingSlash = "trailing-slash",
    /// It matches with or without a `?` at the end of the URL.
    QuestionMark = "question-mark",
    /// It matches without the query.
    Query = "query",
    /// It matches with the query in another order.
    QueryOrder = "query-order",
    /// It matches with other escapes in the path or query.
    Escapes = "escapes",
    /// It matches without the form body.
    Body = "body",
    /// It matches without the line end at the end of the body.
    BodyNewline = "body-newline",
    /// It matches without the pairs of the query, which are in the form as well.
    QueryInForm = "query-in-form",
    /// The body is not the one whose SHA-256 the URL has.
    BodyHash = "body-hash",
    /// The body is empty.
    BodyEmpty = "body-empty",
    /// The body is over the limit, or signed and not UTF-8.
    Unreadable = "unreadable",
    /// No near miss matches.
    Secret = "secret",
}

impl fmt::Display for HintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl RequestValidator {
    /// Finds out why [`verify`](Self::verify) refuses a request: the near miss that would match, and
    /// what to change. Empty if `verify` accepts it.
    ///
    /// For the log of an app that answers 403, and for tools; never accept a request for a hint. It
    /// computes up to a thousand signatures: in an app, call it at a bounded rate.
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
        let search = Search { validator: self, method, body, signature: &bytes, parts };
        search.near_miss().unwrap_or_else(|| {
            let empty = (method == Method::Post && body.is_empty()).then(|| {
                Hint::new(
                    HintKind::BodyEmpty,
                    "the body is empty: if Twilio sent one, something read it before; pass the raw body",
                )
            });
            let secret = Hint::new(
                HintKind::Secret,
                "no near miss matches: check that the auth token is that of the request's AccountSid (a \
                 subaccount has its own), and that URL and body are those that Twilio sent",
            );
            empty.into_iter().chain([secret]).collect()
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
}

impl Search<'_> {
    /// The changes after which the signature matches: of the origin, and one of the rest.
    fn near_miss(&self) -> Option<Vec<Hint>> {
        let form = if self.method == Method::Get { &[] } else { self.body };
        for (origin, parts) in self.origins() {
            let url = self.url(parts);
            let changes =
                spellings(&url).into_iter().map(|(hint, url)| (hint, url, Cow::Borrowed(form)));
            let bodies = self.bodies().into_iter().map(|(hint, form)| (hint, url.clone(), form));
            for (change, url, form) in changes.chain(bodies) {
                if self.matches(&url, &form) {
                    let mut hints: Vec<_> = origin.into_iter().chain(change).collect();
                    hints.extend(self.body_hash());
                    if hints.is_empty() {
                        hints.push(Hint::new(
                            HintKind::Escapes,
                            "the signature matches with other escapes of quotes or of a SIP URI: accept encoded spellings",
                        ));
                    }
                    return Some(hints);
                }
            }
        }
        None
    }

    /// The URL with other schemes, ports and prefixes; as it is first.
    fn origins(&self) -> Vec<(Option<Hint>, UrlParts<'_>)> {
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

    /// Other forms that may have been signed.
    fn bodies(&self) -> Vec<(Option<Hint>, Cow<'_, [u8]>)> {
        let mut all = Vec::new();
        let mut add = |kind, message: &str, form| all.push((Some(Hint::new(kind, message)), form));
        if self.method == Method::Get {
            add(
                HintKind::Method,
                "the signature matches for POST with this body: pass the method of the route",
                Cow::Borrowed(self.body),
            );
            add(
                HintKind::Body,
                "the signature matches without the body: a GET from Twilio has none",
                Cow::Borrowed(&[]),
            );
            return all;
        }
        add(
            HintKind::Body,
            "the signature matches without the body: the route's method is GET, or the body is not a form \
             and has to be validated as a raw body",
            Cow::Borrowed(&[]),
        );
        let trimmed = self.body.trim_ascii_end();
        if trimmed.len() < self.body.len() {
            add(
                HintKind::BodyNewline,
                "the signature matches without the line end behind the body: remove it",
                Cow::Borrowed(trimmed),
            );
        }
        if !self.parts.query_text().is_empty() {
            add(
                HintKind::QueryInForm,
                "the signature matches without the query's parameters in the form: pass the form's own alone",
                Cow::Owned(self.without_query()),
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

    fn url(&self, parts: UrlParts<'_>) -> String {
        UrlCandidate::as_given(parts).to_text()
    }

    fn matches(&self, url: &str, form: &[u8]) -> bool {
        RawParams::from_form(form, form.len())
            .is_ok_and(|raw| self.validator.signed(UrlParts::of(url), &raw, self.signature, true))
    }
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
