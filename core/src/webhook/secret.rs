//! The keyed hash behind a signature: [`Algorithm`], and a secret made ready to sign and to compare
//! with. What is hashed, `spelling` and `params` know.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::spelling::Spelled;
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
    /// HMAC-SHA1 with the auth token, the platform's usual one.
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

    pub(super) fn sign(&self, algorithm: Algorithm, url: &Spelled<'_>, params: &[u8]) -> String {
        match algorithm {
            Algorithm::Sha1 => STANDARD.encode(hash(&self.sha1, url, params).into_bytes()),
            Algorithm::Sha256 => STANDARD.encode(hash(&self.sha256, url, params).into_bytes()),
        }
    }

    pub(super) fn matches(
        &self,
        algorithm: Algorithm,
        url: &Spelled<'_>,
        params: &[u8],
        signature: &Signature,
    ) -> bool {
        let signature = signature.bytes();
        bool::from(match algorithm {
            Algorithm::Sha1 => hash(&self.sha1, url, params).into_bytes().ct_eq(signature),
            Algorithm::Sha256 => hash(&self.sha256, url, params).into_bytes().ct_eq(signature),
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(***)")
    }
}

fn hash<M: Mac + Clone>(keyed: &M, url: &Spelled<'_>, params: &[u8]) -> hmac::digest::CtOutput<M> {
    let mut mac = keyed.clone();
    url.write(&mut |piece| mac.update(piece.as_bytes()));
    mac.update(params);
    mac.finalize()
}

/// The bytes of a signature that came with a request.
pub(super) struct Signature {
    bytes: [u8; Self::CAPACITY],
    length: usize,
}

impl Signature {
    /// More than any signature has; what is longer is none.
    const CAPACITY: usize = 64;

    /// `None` for what is no base64 with its padding, or empty, or too long.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; Self::CAPACITY];
        let length = STANDARD.decode_slice(text, &mut bytes).ok()?;
        (length > 0).then_some(Self { bytes, length })
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}
