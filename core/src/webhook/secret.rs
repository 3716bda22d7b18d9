//! The keyed hash behind a signature: [`Algorithm`], and a secret made ready to sign and to compare
//! with. What is hashed, `spelling` and `params` know.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use super::spelling::UrlCandidate;
use crate::{Error, ErrorKind};

/// The hash behind a signature. The app pins it: the request header that names it is not signed.
///
/// ```
/// use twiml_refer::{Algorithm, RequestValidator};
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
