//! Verifying a request: [`RequestValidator`], the keyed hash with its [`Algorithm`], and `bodySHA256`, the
//! hash of a body that the signature itself does not cover.

use std::fmt;
use std::iter::once;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::request::{RawParams, VoiceRequest, too_large};
use super::url::{CandidateParts, PublicBase, UrlParts, any_candidate};
use crate::error::ErrorKind;
use crate::http::Method;
use crate::{Error, message};

/// Checks whether a request was signed by Twilio, by its `X-Twilio-Signature`.
///
/// The main function is [`verify`](Self::verify): it returns a request only if its signature is
/// valid. Set the [public base](Self::with_public_base) by which Twilio reaches the app, and pass
/// the request target as it came on the wire: then no Host header, proxy or framework decoding is in
/// between. [`explain`](Self::explain) shows what was compared.
///
/// A signature proves that Twilio once made this request to this URL. It covers neither the method
/// nor the time, and joins the URL, names and values without delimiters: `Digits` + `1234` signs like
/// `Digits1` + `234`, and the first parameters may have been moved from the form to the end of the
/// query. Check that the form has the `CallSid` of the call, check the state of the call, and treat a
/// repeated action request as one.
///
/// ```
/// use twiml_refer::{ReferOutcome, RequestValidator, error::ErrorKind, http::Method};
///
/// let validator =
///     RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
/// let target = "/handleRefer";      // path and query as the HTTP server received them
/// let body = b"ReferCallStatus=in-progress&ReferSipResponseCode=202&NotifySipResponseCode=200";
/// # let header = validator.sign_form(target, body);
/// # let header = Some(header.as_str());
///
/// let request = validator.verify(Method::Post, target, body, header)?;
/// assert_eq!(request.outcome(), Some(ReferOutcome::Transferred));
///
/// let forged = validator.verify(Method::Post, target, b"ReferCallStatus=busy", header).unwrap_err();
/// assert_eq!(forged.kind(), ErrorKind::SignatureMismatch);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RequestValidator {
    /// The first one signs.
    pub(super) first: AuthToken,
    pub(super) more: Vec<AuthToken>,
    pub(super) algorithm: Algorithm,
    pub(super) base: Option<PublicBase>,
    pub(super) max_body_bytes: usize,
    pub(super) encoded_spellings: bool,
}

impl RequestValidator {
    /// Verifies the signature of a request and returns the request, parsed.
    ///
    /// * `method` is that of the *route*: the one that the TwiML or the phone number says. Do not copy
    ///   the request's own, unless the route accepts only one. The signature does not cover the method:
    ///   a signed POST could be replayed as a GET. With [`Method::Get`] the query holds the parameters,
    ///   and a body is a mismatch. With [`Method::Post`] the body holds them, and an empty body is an
    ///   empty form.
    /// * `url` is the request target as it came on the wire (`/handleRefer?x=1`) if a
    ///   [public base](Self::with_public_base) is set, else the absolute URL that Twilio requested.
    /// * `body` is the form body as it was received, before any decoding.
    /// * `signature` is the value of the header `X-Twilio-Signature`.
    ///
    /// These candidates for the URL are tried: as given, without its port, with the default port; with
    /// and without user info; for `wss` also with a slash after the path. Beyond these no byte may
    /// differ; a fragment is never removed, as no request has one.
    ///
    /// # Errors
    ///
    /// * [`VerifyError::Request`] with `request-too-large`: the body, or the query of a GET, is over the
    ///   [limit](Self::with_max_body_bytes), which is checked first. Answer 413.
    /// * [`VerifyError::SignatureMissing`], [`VerifyError::SignatureMismatch`]: nothing proves that
    ///   Twilio made this request. Answer 403.
    /// * [`VerifyError::Request`] with `request-not-utf8`: it is signed, but cannot be read. Answer 400.
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method, webhook::{Leg, VerifyError}};
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let body = "CallSid=CA1&Direction=inbound&From=sip%3Aalice%40example.com";
    /// let signature = validator.sign_form("/voice", body);
    /// let request = validator.verify(Method::Post, "/voice", body, Some(&signature))?;
    /// assert_eq!(request.leg(), Leg::Sip);
    ///
    /// let error = validator.verify(Method::Post, "/other", body, Some(&signature)).unwrap_err();
    /// assert_eq!(error, VerifyError::SignatureMismatch);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn verify(
        &self,
        method: Method,
        url: &str,
        body: impl AsRef<[u8]>,
        signature: Option<&str>,
    ) -> Result<VoiceRequest, VerifyError> {
        let (body, parts) = (body.as_ref(), self.parts(url));
        if body.len() > self.max_body_bytes {
            return Err(VerifyError::Request(too_large(self.max_body_bytes)));
        }
        let query = parts.map_or("", |parts| parts.query_text());
        let form = if method == Method::Get { query.as_bytes() } else { body };
        let raw = RawParams::from_form(form, self.max_body_bytes).map_err(VerifyError::Request)?;
        if method == Method::Get {
            // A signature covers the query with the URL, and never the body of a GET.
            self.check(parts.filter(|_| body.is_empty()), &RawParams::default(), signature)?;
        } else {
            self.check(parts, &raw, signature)?;
        }
        if BodyHash::check(query, body) == BodyHash::Differs {
            return Err(VerifyError::SignatureMismatch);
        }
        VoiceRequest::from_raw(raw, form).map_err(VerifyError::Request)
    }

    /// Like [`verify`](Self::verify) for a POST whose form a framework has already decoded. The
    /// URL's query must not be among the pairs; `bodySHA256` is not checked, as there is no raw body.
    ///
    /// # Errors
    ///
    /// Like [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let url = "https://voice.example.com/refer";
    /// let pairs = [("ReferCallStatus", "in-progress"), ("CallSid", "CA1")];
    /// let signature = validator.sign(url, pairs);
    /// let request = validator.verify_params(url, pairs, Some(&signature))?;
    /// assert_eq!(request.call_sid(), Some("CA1"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn verify_params<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> Result<VoiceRequest, VerifyError> {
        let raw =
            RawParams::from_pairs(pairs, self.max_body_bytes).map_err(VerifyError::Request)?;
        self.check(self.parts(url), &raw, signature)?;
        VoiceRequest::from_raw(raw, b"").map_err(VerifyError::Request)
    }

    /// Like [`verify_params`](Self::verify_params) for the parameters of a Java servlet, which holds the
    /// pairs of the URL's query among those of the form: exactly one occurrence of each is removed, the
    /// rest is verified and returned.
    ///
    /// # Errors
    ///
    /// Like [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let signature = validator.sign("/refer?id=7", [("CallSid", "CA1"), ("id", "7")]);
    /// let map = [("id", "7"), ("id", "7"), ("CallSid", "CA1")];
    /// let request = validator.verify_servlet_params("/refer?id=7", map, Some(&signature))?;
    /// assert_eq!(request.params().collect::<Vec<_>>(), [("id", "7"), ("CallSid", "CA1")]);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn verify_servlet_params<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> Result<VoiceRequest, VerifyError> {
        let query = UrlParts::of(url).query_text();
        let raw = RawParams::from_servlet_params(query, pairs, self.max_body_bytes);
        let raw = raw.map_err(VerifyError::Request)?;
        self.check(self.parts(url), &raw, signature)?;
        VoiceRequest::from_raw(raw, b"").map_err(VerifyError::Request)
    }

    /// Checks whether Twilio signed a request with these decoded parameters; without any, the URL
    /// alone. More parameters than the [limit](Self::with_max_body_bytes) are never valid.
    ///
    /// This is the official libraries' `validate`: it pins neither the method nor what the app then
    /// reads. Prefer [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let params = [("CallSid", "CA123"), ("Digits", "5678"), ("Digits", "1234")];
    /// let signature = validator.sign("https://example.com/", params);
    /// assert!(validator.validate("https://example.com/", params, Some(&signature)));
    /// assert!(!validator.validate("https://example.com/", params, Some("")));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use = "anyone may have made an unsigned request"]
    pub fn validate<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> bool {
        RawParams::from_pairs(params, self.max_body_bytes)
            .is_ok_and(|raw| self.check(self.parts(url), &raw, signature).is_ok())
    }

    /// Checks whether Twilio signed a request with this body that is not a form, for example JSON.
    ///
    /// The signature covers only the URL, so `bodySHA256` must be in its query, once, and be the
    /// lower-case hexadecimal SHA-256 of the body. The body is hashed only if the URL is signed; its
    /// size is not limited here.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let url = "https://mycompany.com/myapp.php?foo=1&bar=2\
    ///     &bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    /// let signature = Some("a9nBmqA0ju/hNViExpshrM61xv4=");
    /// assert!(validator.validate_raw(url, r#"{"property": "value", "boolean": true}"#, signature));
    /// assert!(!validator.validate_raw(url, r#"{"property": "other", "boolean": true}"#, signature));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use = "anyone may have made an unsigned request"]
    pub fn validate_raw(&self, url: &str, body: impl AsRef<[u8]>, signature: Option<&str>) -> bool {
        let parts = self.check(self.parts(url), &RawParams::default(), signature);
        parts.is_ok_and(|parts| {
            BodyHash::check(parts.query_text(), body.as_ref()) == BodyHash::Equals
        })
    }

    /// The URL that Twilio requested. `None` if a public base is set and `url` is neither a request
    /// target nor an absolute URL.
    pub(super) fn parts<'a>(&'a self, url: &'a str) -> Option<UrlParts<'a>> {
        let parts = UrlParts::of(url);
        self.base.as_ref().map_or(Some(parts), |base| base.join(&parts))
    }

    /// Checks whether one of the auth tokens signed one of the URL candidates with these parameters.
    fn check<'a>(
        &self,
        parts: Option<UrlParts<'a>>,
        raw: &RawParams,
        signature: Option<&str>,
    ) -> Result<UrlParts<'a>, VerifyError> {
        let text = signature.unwrap_or_default();
        if text.is_empty() {
            return Err(VerifyError::SignatureMissing);
        }
        // Not even the text of a SHA-256 is that long.
        let signature = if text.len() > 100 { None } else { STANDARD.decode(text).ok() };
        let (Some(parts), Some(signature)) = (parts, signature) else {
            return Err(VerifyError::SignatureMismatch);
        };
        let params = raw.signed();
        let is_signed = any_candidate(parts, self.encoded_spellings, |url| {
            self.is_signed(url, &params, &signature)
        });
        if is_signed { Ok(parts) } else { Err(VerifyError::SignatureMismatch) }
    }

    /// Whether one of the auth tokens signed this URL candidate and these parameters.
    pub(super) fn is_signed(
        &self,
        url: &CandidateParts<'_>,
        params: &[u8],
        signature: &[u8],
    ) -> bool {
        let mut auth_tokens = once(&self.first).chain(&self.more);
        auth_tokens.any(|auth_token| auth_token.verify(self.algorithm, url, params, signature))
    }
}

/// Why no request was returned.
///
/// ```
/// use twiml_refer::{RequestValidator, error::ErrorKind, http::Method, webhook::VerifyError};
///
/// let validator = RequestValidator::new("12345")?;
/// let url = "https://voice.example.com/refer";
///
/// let unsigned = validator.verify(Method::Post, url, b"To=a", None).unwrap_err();
/// assert_eq!(unsigned, VerifyError::SignatureMissing);
///
/// let signature = validator.sign_form(url, b"To=%FF");
/// let unreadable = validator.verify(Method::Post, url, b"To=%FF", Some(&signature)).unwrap_err();
/// assert_eq!(unreadable.kind(), ErrorKind::RequestNotUtf8);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum VerifyError {
    /// The request has no signature, or an empty one: answer 403, and do nothing else.
    #[error("{}", Error::from(VerifyError::SignatureMissing))]
    SignatureMissing,
    /// The signature is not that of this request: answer 403, and do nothing else.
    #[error("{}", Error::from(VerifyError::SignatureMismatch))]
    SignatureMismatch,
    /// The request cannot be read: it is too large, which is checked before the signature (answer
    /// 413), or it is signed, but not UTF-8 (answer 400).
    #[error(transparent)]
    Request(Error),
}

impl VerifyError {
    /// The kind of the error, for programs.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::SignatureMissing => ErrorKind::SignatureMissing,
            Self::SignatureMismatch => ErrorKind::SignatureMismatch,
            Self::Request(error) => error.kind(),
        }
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Request(error) => error,
            other => Self::new(other.kind()),
        }
    }
}

/// The hash behind a signature. The app pins it: the request header that names it is not signed.
///
/// ```
/// use twiml_refer::{RequestValidator, webhook::Algorithm};
///
/// let validator = RequestValidator::new("12345")?.with_algorithm(Algorithm::Sha256);
/// let url = "https://voice.example.com/refer";
/// let signature = validator.sign(url, [("ReferCallStatus", "busy")]);
/// assert!(validator.validate(url, [("ReferCallStatus", "busy")], Some(&signature)));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC-SHA1 with the auth token, Twilio's usual one.
    #[default]
    Sha1,
    /// HMAC-SHA256 with a shared key.
    Sha256,
}

impl Algorithm {
    /// `sha1` or `sha256`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }
}

display_as_str!(Algorithm);

/// An auth token as the keyed states of both hashes; the text itself is not kept.
#[derive(Clone)]
pub(super) struct AuthToken {
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
}

impl AuthToken {
    /// Refuses an empty auth token: anyone could sign with it.
    pub(super) fn new(auth_token: &str) -> Result<Self, Error> {
        let refused = || Error::new(ErrorKind::AuthTokenEmpty);
        if auth_token.is_empty() {
            return Err(refused());
        }
        // HMAC takes a key of any length.
        let sha1 = Hmac::new_from_slice(auth_token.as_bytes()).map_err(|_| refused())?;
        let sha256 = Hmac::new_from_slice(auth_token.as_bytes()).map_err(|_| refused())?;
        Ok(Self { sha1, sha256 })
    }

    pub(super) fn sign(
        &self,
        algorithm: Algorithm,
        url: &CandidateParts<'_>,
        params: &[u8],
    ) -> String {
        match algorithm {
            Algorithm::Sha1 => {
                STANDARD.encode(hash(&self.sha1, url, params).finalize().into_bytes())
            }
            Algorithm::Sha256 => {
                STANDARD.encode(hash(&self.sha256, url, params).finalize().into_bytes())
            }
        }
    }

    /// Compares in constant time.
    fn verify(
        &self,
        algorithm: Algorithm,
        url: &CandidateParts<'_>,
        params: &[u8],
        signature: &[u8],
    ) -> bool {
        match algorithm {
            Algorithm::Sha1 => hash(&self.sha1, url, params).verify_slice(signature),
            Algorithm::Sha256 => hash(&self.sha256, url, params).verify_slice(signature),
        }
        .is_ok()
    }
}

impl fmt::Debug for AuthToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AuthToken(***)")
    }
}

fn hash<M: Mac + Clone>(keyed: &M, url: &CandidateParts<'_>, params: &[u8]) -> M {
    let mut mac = keyed.clone();
    url.write(&mut |piece| mac.update(piece.as_bytes()));
    mac.update(params);
    mac
}

/// The query parameter `bodySHA256` compared with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyHash {
    Absent,
    Equals,
    Differs,
}

const BODY_HASH: &str = "bodySHA256";

impl BodyHash {
    /// A parameter that is there twice differs, whatever its values.
    fn check(query: &str, body: &[u8]) -> Self {
        let mut hashes = query.split('&').filter_map(body_hash);
        match (hashes.next(), hashes.next()) {
            (None, _) => Self::Absent,
            (Some(hash), None) if hash == hex(body) => Self::Equals,
            _ => Self::Differs,
        }
    }

    /// The hash of the body and that of the query, for a message, if they differ.
    pub(super) fn differing(query: &str, body: &[u8]) -> Option<(String, String)> {
        if Self::check(query, body) != Self::Differs {
            return None;
        }
        let hashes: Vec<_> = query.split('&').filter_map(body_hash).take(2).collect();
        let says = match hashes.as_slice() {
            [hash] if is_hex(hash) => (*hash).to_owned(),
            [hash] => message::quote(hash).into(),
            _ => "there twice".to_owned(),
        };
        Some((hex(body), says))
    }
}

/// The value of a pair of the query that is the hash.
fn body_hash(pair: &str) -> Option<&str> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (name == BODY_HASH).then_some(value)
}

/// Whether it may be a SHA-256.
fn is_hex(hash: &str) -> bool {
    hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn hex(body: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(body))
}

/// The URL with the hash of `body` in its query exactly once; unchanged if it is there already.
pub(super) fn url_with_hash(url: &str, body: &[u8]) -> String {
    let parts = UrlParts::of(url);
    let query = parts.query_text();
    if BodyHash::check(query, body) == BodyHash::Equals {
        return url.to_owned();
    }
    let others = query.split('&').filter(|pair| !pair.is_empty() && body_hash(pair).is_none());
    let hash = [BODY_HASH, "=", &hex(body)].concat();
    let query = others.chain(once(hash.as_str())).collect::<Vec<_>>().join("&");
    let UrlParts { scheme, userinfo, host, port, path, fragment, .. } = parts;
    [scheme, userinfo, host, port, path, "?", &query, fragment].concat()
}
