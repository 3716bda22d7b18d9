//! Requests of the platform, their signature, and the callback of `<Refer>`.

use twiml_refer::{Algorithm, Error, Leg, ReferCallback, RequestValidator, VoiceRequest};

use crate::Pair;
use crate::failure::Failure;

/// A request as plain values. The three parameters of `<Refer>`, and what they mean, are there in
/// any case.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Request {
    pub params: Vec<Pair>,
    pub sip_headers: Vec<Pair>,
    /// The parameter at fault and what is wrong with it.
    pub problems: Vec<Pair>,
    pub leg: String,
    pub refer_call_status: Option<String>,
    pub refer_sip_response_code: Option<u16>,
    pub notify_sip_response_code: Option<u16>,
    pub outcome: Outcome,
    pub may_resume: bool,
}

/// An outcome: its kind, and the values of that kind.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Outcome {
    pub kind: String,
    pub status: Option<String>,
    pub code: Option<u16>,
}

/// What a validator was told.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Secrets {
    pub secrets: Vec<String>,
    pub public_base: Option<String>,
    pub sha256: bool,
    pub encoded_spellings: bool,
    pub max_body_bytes: Option<u64>,
}

/// A spelling that was tried, and what was hashed for it.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Tried {
    pub url: String,
    pub hashed: String,
}

/// What came with a request.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Body {
    /// The form, as it was received.
    Form { bytes: Vec<u8> },
    /// The form, decoded by a framework.
    Pairs { pairs: Vec<Pair> },
}

#[uniffi::export]
pub fn request_from_form(body: Vec<u8>, max_bytes: Option<u64>) -> Result<Request, Failure> {
    Ok(plain(&from_form(&body, max_bytes)?))
}

pub(crate) fn from_form(body: &[u8], max_bytes: Option<u64>) -> Result<ReferCallback, Error> {
    match limit(max_bytes) {
        Some(max_bytes) => ReferCallback::from_form_with_limit(body, max_bytes),
        None => ReferCallback::from_form(body),
    }
}

#[uniffi::export]
pub fn request_from_pairs(pairs: Vec<Pair>, max_bytes: Option<u64>) -> Result<Request, Failure> {
    Ok(plain(&from_pairs(pairs, max_bytes)?))
}

pub(crate) fn from_pairs(pairs: Vec<Pair>, max_bytes: Option<u64>) -> Result<ReferCallback, Error> {
    let pairs = pairs.into_iter().map(|pair| (pair.name, pair.value));
    match limit(max_bytes) {
        Some(max_bytes) => ReferCallback::from_pairs_with_limit(pairs, max_bytes),
        None => ReferCallback::from_pairs(pairs),
    }
}

#[uniffi::export]
pub fn request_to_form(pairs: Vec<Pair>) -> Result<String, Failure> {
    let pairs = pairs.into_iter().map(|pair| (pair.name, pair.value));
    Ok(VoiceRequest::from_pairs_with_limit(pairs, usize::MAX)?.to_form())
}

/// Whether the value of this parameter never belongs into a log.
#[uniffi::export]
pub fn is_secret_parameter(name: &str) -> bool {
    VoiceRequest::is_secret(name)
}

#[uniffi::export]
pub fn request_verify(
    secrets: &Secrets,
    url: &str,
    body: Body,
    signature: Option<String>,
) -> Result<Request, Failure> {
    let signature = signature.as_deref();
    match body {
        Body::Form { bytes } => verified(&validator(secrets)?, url, &bytes, signature),
        Body::Pairs { pairs } => verified_pairs(&validator(secrets)?, url, pairs, signature),
    }
    .map(|callback| plain(&callback))
}

pub(crate) fn verified(
    validator: &RequestValidator,
    url: &str,
    body: &[u8],
    signature: Option<&str>,
) -> Result<ReferCallback, Failure> {
    Ok(validator.verify(url, body, signature)?)
}

pub(crate) fn verified_pairs(
    validator: &RequestValidator,
    url: &str,
    pairs: Vec<Pair>,
    signature: Option<&str>,
) -> Result<ReferCallback, Failure> {
    let pairs = pairs.into_iter().map(|pair| (pair.name, pair.value));
    Ok(validator.verify_params(url, pairs, signature)?)
}

#[uniffi::export]
pub fn request_validate(
    secrets: &Secrets,
    url: &str,
    pairs: Vec<Pair>,
    signature: Option<String>,
) -> Result<bool, Failure> {
    let pairs = pairs.into_iter().map(|pair| (pair.name, pair.value));
    Ok(validator(secrets)?.validate(url, pairs, signature.as_deref()))
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
    let pairs = pairs.into_iter().map(|pair| (pair.name, pair.value));
    Ok(validator(secrets)?.sign(url, pairs))
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
    let mut validator = RequestValidator::new(list.next().map(String::as_str).unwrap_or_default());
    for secret in list {
        validator = validator.with_secret(secret);
    }
    if let Some(base) = &secrets.public_base {
        validator = validator.with_public_base(base)?;
    }
    if secrets.sha256 {
        validator = validator.with_algorithm(Algorithm::Sha256);
    }
    if let Some(max_bytes) = limit(secrets.max_body_bytes) {
        validator = validator.with_max_body_bytes(max_bytes);
    }
    Ok(validator.accept_encoded_spellings(secrets.encoded_spellings))
}

fn limit(max_bytes: Option<u64>) -> Option<usize> {
    max_bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
}

pub(crate) fn plain(callback: &ReferCallback) -> Request {
    let outcome = callback.outcome();
    let request = callback.request();
    let pair = |(name, value): (&str, &str)| Pair::new(name, value);
    Request {
        params: callback.params().map(pair).collect(),
        sip_headers: request.sip_headers().map(pair).collect(),
        problems: callback
            .problems()
            .iter()
            .map(|problem| Pair::new(problem.parameter(), problem.message()))
            .collect(),
        leg: request.leg().as_str().to_owned(),
        refer_call_status: callback.refer_call_status().map(|status| status.to_string()),
        refer_sip_response_code: callback.refer_sip_response_code(),
        notify_sip_response_code: callback.notify_sip_response_code(),
        outcome: Outcome {
            kind: outcome.kind().to_owned(),
            status: outcome.status().map(str::to_owned),
            code: outcome.code(),
        },
        may_resume: callback.may_resume(),
    }
}

/// The leg of this name.
pub(crate) fn leg(name: &str) -> Leg {
    [Leg::Sip, Leg::Pstn, Leg::Client]
        .into_iter()
        .find(|leg| leg.as_str() == name)
        .unwrap_or(Leg::Unknown)
}
