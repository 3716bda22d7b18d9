//! What a signature is made of: the keyed hash with its [`Algorithm`], a signature that came with a
//! request, and `bodySHA256`, the hash of a body that the signature itself does not cover.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::url::{UrlCandidate, UrlParts};
use crate::Error;
use crate::error::ErrorKind;

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

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A secret, already fed to both hashes; the text itself is not kept.
#[derive(Clone)]
pub(super) struct Secret {
    sha1: Hmac<Sha1>,
    sha256: Hmac<Sha256>,
}

impl Secret {
    /// Refuses an empty secret: anyone could sign with it.
    pub(super) fn new(secret: &str) -> Result<Self, Error> {
        let refused = || Error::new(ErrorKind::SecretEmpty);
        if secret.is_empty() {
            return Err(refused());
        }
        // HMAC takes a key of any length.
        let sha1 = Hmac::new_from_slice(secret.as_bytes()).map_err(|_| refused())?;
        let sha256 = Hmac::new_from_slice(secret.as_bytes()).map_err(|_| refused())?;
        Ok(Self { sha1, sha256 })
    }

    pub(super) fn sign(
        &self,
        algorithm: Algorithm,
        url: &UrlCandidate<'_>,
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

    pub(super) fn matches(
        &self,
        algorithm: Algorithm,
        url: &UrlCandidate<'_>,
        params: &[u8],
        signature: &Signature,
    ) -> bool {
        // In constant time.
        match algorithm {
            Algorithm::Sha1 => hash(&self.sha1, url, params).verify_slice(&signature.0).is_ok(),
            Algorithm::Sha256 => hash(&self.sha256, url, params).verify_slice(&signature.0).is_ok(),
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

fn hash<M: Mac + Clone>(keyed: &M, url: &UrlCandidate<'_>, params: &[u8]) -> M {
    let mut mac = keyed.clone();
    url.write(&mut |piece| mac.update(piece.as_bytes()));
    mac.update(params);
    mac
}

/// The bytes of a signature that came with a request.
pub(super) struct Signature(Vec<u8>);

impl Signature {
    /// Characters of base64 that no signature reaches.
    const MAX_CHARS: usize = 100;

    /// `None` for what is not base64 with its padding, or too long.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = Some(text).filter(|text| text.len() <= Self::MAX_CHARS)?;
        STANDARD.decode(text).ok().map(Self)
    }
}

const NAME: &str = "bodySHA256";

/// How often the hash stands in a query, and whether it is the body's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyHash {
    Absent,
    Agrees,
    Disagrees,
}

impl BodyHash {
    /// Standing twice is a disagreement, whatever the two say.
    pub(super) fn check(query: &str, body: &[u8]) -> Self {
        let mut standing = query.split('&').filter_map(value);
        match (standing.next(), standing.next()) {
            (None, _) => Self::Absent,
            (Some(hash), None) if hash == hex(body) => Self::Agrees,
            _ => Self::Disagrees,
        }
    }
}

/// The value of a pair where it is the hash.
fn value(pair: &str) -> Option<&str> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (name == NAME).then_some(value)
}

fn hex(body: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(body))
}

/// The URL with the hash of `body` in its query exactly once; unchanged where it is so already.
pub(super) fn url_with_hash(url: &str, body: &[u8]) -> String {
    let parts = UrlParts::of(url);
    let query = parts.query_text();
    if BodyHash::check(query, body) == BodyHash::Agrees {
        return url.to_owned();
    }
    let UrlParts { scheme, userinfo, host, port, path, fragment, .. } = parts;
    let mut out = [scheme, userinfo, host, port, path, "?"].concat();
    for pair in query.split('&').filter(|pair| !pair.is_empty() && value(pair).is_none()) {
        out.push_str(pair);
        out.push('&');
    }
    out.push_str(NAME);
    out.push('=');
    out.push_str(&hex(body));
    out.push_str(fragment);
    out
}

/// Why a request was not returned. No two can be mixed up.
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
    /// The request cannot be read: too large, which is judged before the signature (answer 413), or
    /// signed, but not UTF-8 (answer 400).
    #[error(transparent)]
    Request(Error),
}

impl VerifyError {
    /// What went wrong, for programs.
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
