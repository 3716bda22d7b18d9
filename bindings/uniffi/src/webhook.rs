//! Requests of Twilio, their signature, and the callback of `<Refer>`.

use std::fmt;

use twiml_refer::{
    Error, ReferOutcome, RequestValidator, VoiceRequest,
    http::Method,
    numbers,
    webhook::{Algorithm, Leg, ReferCallback},
};

use crate::Pair;
use crate::failure::Failure;

/// An outcome: its kind, and the values of that kind.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outcome {
    pub kind: String,
    pub status: Option<String>,
    pub code: Option<u16>,
}

impl From<ReferOutcome> for Outcome {
    fn from(outcome: ReferOutcome) -> Self {
        Self {
            kind: outcome.kind().to_owned(),
            status: outcome.status().map(str::to_owned),
            code: outcome.code(),
        }
    }
}

/// What happened, as a clause for a person; of any outcome that an app made, too.
#[uniffi::export]
pub fn outcome_explanation(outcome: Outcome) -> String {
    let Outcome { kind, status, code } = outcome;
    let status = status.unwrap_or_default();
    match kind.as_str() {
        "transferred" => ReferOutcome::Transferred,
        "rejected" => ReferOutcome::Rejected { code: code.unwrap_or_default() },
        "target-failed" => ReferOutcome::TargetFailed { status: status.as_str().into(), code },
        "canceled" => ReferOutcome::Canceled,
        "unconfirmed" => ReferOutcome::Unconfirmed,
        _ => ReferOutcome::Unknown { status },
    }
    .explanation()
}

/// What a validator was told.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct Secrets {
    pub secrets: Vec<String>,
    pub public_base: Option<String>,
    pub sha256: bool,
    pub encoded_spellings: bool,
    pub max_body_bytes: Option<i64>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("public_base", &self.public_base).finish_non_exhaustive()
    }
}

/// A spelling that was tried, and what was hashed for it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Tried {
    pub url: String,
    pub hashed: String,
}

pub(crate) fn from_form(body: &[u8], max_bytes: Option<i64>) -> Result<ReferCallback, Error> {
    match limit(max_bytes)? {
        Some(max_bytes) => ReferCallback::from_form_with_limit(body, max_bytes),
        None => ReferCallback::from_form(body),
    }
}

pub(crate) fn from_pairs(pairs: Vec<Pair>, max_bytes: Option<i64>) -> Result<ReferCallback, Error> {
    match limit(max_bytes)? {
        Some(max_bytes) => ReferCallback::from_pairs_with_limit(tuples(pairs), max_bytes),
        None => ReferCallback::from_pairs(tuples(pairs)),
    }
}

#[uniffi::export]
pub fn request_to_form(pairs: Vec<Pair>) -> Result<String, Failure> {
    Ok(VoiceRequest::from_pairs_with_limit(tuples(pairs), usize::MAX)?.to_form())
}

/// Whether the value of this parameter never belongs into a log.
#[uniffi::export]
pub fn is_secret_parameter(name: &str) -> bool {
    VoiceRequest::is_secret(name)
}

pub(crate) fn verified(
    validator: &RequestValidator,
    method: Method,
    url: &str,
    body: &[u8],
    signature: Option<&str>,
) -> Result<ReferCallback, Failure> {
    Ok(validator.verify(method, url, body, signature)?)
}

pub(crate) fn verified_pairs(
    validator: &RequestValidator,
    url: &str,
    pairs: Vec<Pair>,
    signature: Option<&str>,
) -> Result<ReferCallback, Failure> {
    Ok(validator.verify_params(url, tuples(pairs), signature)?)
}

#[uniffi::export]
pub fn request_validate(
    secrets: &Secrets,
    url: &str,
    pairs: Vec<Pair>,
    signature: Option<String>,
) -> Result<bool, Failure> {
    Ok(validator(secrets)?.validate(url, tuples(pairs), signature.as_deref()))
}

#[uniffi::export]
pub fn request_validate_raw(
    secrets: &Secrets,
    url: &str,
    body: Vec<u8>,
    signature: Option<String>,
) -> Result<bool, Failure> {
    Ok(validator(secrets)?.validate_raw(url, body, signature.as_deref()))
}

#[uniffi::export]
pub fn request_sign(secrets: &Secrets, url: &str, pairs: Vec<Pair>) -> Result<String, Failure> {
    Ok(validator(secrets)?.sign(url, tuples(pairs)))
}

#[uniffi::export]
pub fn request_sign_form(secrets: &Secrets, url: &str, body: Vec<u8>) -> Result<String, Failure> {
    Ok(validator(secrets)?.sign_form(url, body))
}

#[uniffi::export]
pub fn request_sign_raw(secrets: &Secrets, url: &str, body: Vec<u8>) -> Result<String, Failure> {
    Ok(validator(secrets)?.sign_raw(url, body))
}

#[uniffi::export]
pub fn url_with_body_sha256(url: &str, body: Vec<u8>) -> String {
    RequestValidator::url_with_body_sha256(url, body)
}

/// Whether a validator can be made of this.
#[uniffi::export]
pub fn secrets_check(secrets: &Secrets) -> Result<(), Failure> {
    validator(secrets)?;
    Ok(())
}

#[uniffi::export]
pub fn request_explain(secrets: &Secrets, url: &str, body: Vec<u8>) -> Result<Vec<Tried>, Failure> {
    let spellings = validator(secrets)?.explain(url, body);
    let tried = spellings
        .iter()
        .map(|spelling| Tried { url: spelling.url().to_owned(), hashed: spelling.hashed() });
    Ok(tried.collect())
}

pub(crate) fn validator(secrets: &Secrets) -> Result<RequestValidator, Error> {
    let mut list = secrets.secrets.iter();
    let mut validator = RequestValidator::new(list.next().map(String::as_str).unwrap_or_default())?;
    for secret in list {
        validator = validator.with_secret(secret)?;
    }
    if let Some(base) = &secrets.public_base {
        validator = validator.with_public_base(base)?;
    }
    if secrets.sha256 {
        validator = validator.with_algorithm(Algorithm::Sha256);
    }
    if let Some(max_bytes) = limit(secrets.max_body_bytes)? {
        validator = validator.with_max_body_bytes(max_bytes);
    }
    Ok(validator.accept_encoded_spellings(secrets.encoded_spellings))
}

fn tuples(pairs: Vec<Pair>) -> impl Iterator<Item = (String, String)> {
    pairs.into_iter().map(|pair| (pair.name, pair.value))
}

fn limit(max_bytes: Option<i64>) -> Result<Option<usize>, Error> {
    max_bytes.map(numbers::body_bytes).transpose()
}

/// The leg of this name.
pub(crate) fn leg(name: &str) -> Leg {
    [Leg::Sip, Leg::Pstn, Leg::Client]
        .into_iter()
        .find(|leg| leg.as_str() == name)
        .unwrap_or(Leg::Unknown)
}
