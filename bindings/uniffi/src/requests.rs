//! Requests from Twilio, their outcome and what a validator is made of.

use twiml_refer::{
    Error, RequestValidator, numbers,
    sip::{self, SipStatus},
    webhook::{self, Algorithm, HttpRequest, HttpVerifier, Leg, ReferCallStatus},
};

use crate::entry::{List, Wire, WirePair};
use crate::records::{
    AllowedMethods, HttpBody, HttpOptions, ReferOutcome, ReferReport, Secrets, UserToUser,
    VoiceRequest, diagnostics, pairs, wide,
};

pub(crate) fn validator(secrets: &Secrets) -> Result<RequestValidator, Error> {
    let mut list = secrets.auth_tokens.0.iter();
    let mut validator = RequestValidator::new(list.next().map(String::as_str).unwrap_or_default())?;
    for auth_token in list {
        validator = validator.with_auth_token(auth_token)?;
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
    Ok(validator.with_encoded_spellings(secrets.encoded_spellings))
}

pub(crate) fn http_verifier(
    secrets: &Secrets,
    options: HttpOptions,
) -> Result<HttpVerifier, Error> {
    let HttpOptions { origin, allowed_methods, lost_question_mark } = options;
    let verifier = HttpVerifier::new(validator(secrets)?, origin.into())?;
    let verifier = verifier.with_allowed_methods(match allowed_methods {
        AllowedMethods::Post => webhook::AllowedMethods::Post,
        AllowedMethods::Get => webhook::AllowedMethods::Get,
        AllowedMethods::GetAndPost => webhook::AllowedMethods::GetAndPost,
    });
    Ok(verifier.with_lost_question_mark(lost_question_mark))
}

/// A request as it was received.
pub(crate) fn received<'a>(
    method: &'a Wire,
    target: &'a Wire,
    headers: &'a List<WirePair>,
    body: &'a HttpBody,
) -> HttpRequest<'a> {
    let (method, target, headers) = (method.strict(), target.strict(), self::headers(headers));
    match body {
        HttpBody::Received { bytes } => HttpRequest::new(method, target, headers, &bytes.0),
        HttpBody::Incomplete => HttpRequest::incomplete(method, target, headers),
        HttpBody::ServletParams { params } => {
            HttpRequest::from_servlet_params(target, headers, lossy_pairs(params))
        }
    }
}

/// Headers as they were received; what is not UTF-8 in a value is no value of any header that is read.
pub(crate) fn headers(headers: &List<WirePair>) -> impl Iterator<Item = (&str, &str)> {
    headers.0.iter().map(|header| (header.name.strict(), header.value.strict()))
}

pub(crate) fn limit(max_bytes: Option<i64>) -> Result<Option<usize>, Error> {
    max_bytes.map(numbers::body_bytes).transpose()
}

/// Makes a report of values that must be status codes.
pub(crate) fn report(
    call_status: Option<String>,
    refer: Option<i64>,
    notify: Option<i64>,
) -> Result<webhook::ReferReport, Error> {
    Ok(webhook::ReferReport::new(
        call_status.map(|status| ReferCallStatus::from(status.as_str())),
        refer.map(SipStatus::new).transpose()?,
        notify.map(SipStatus::new).transpose()?,
    ))
}

impl From<&twiml_refer::VoiceRequest> for VoiceRequest {
    fn from(request: &twiml_refer::VoiceRequest) -> Self {
        let is_secret = |(at, (name, _)): (usize, (&str, &str))| {
            twiml_refer::VoiceRequest::is_secret(name).then(|| wide(at))
        };
        Self {
            params: pairs(request.params()),
            secrets: request.params().enumerate().filter_map(is_secret).collect(),
            sip_headers: pairs(request.sip_headers()),
            leg: request.leg().as_str().to_owned(),
            refer: request.refer().map(ReferReport::from),
            may_resume: request.may_resume(),
            diagnostics: diagnostics(request.diagnostics()),
        }
    }
}

impl From<&webhook::ReferReport> for ReferReport {
    fn from(report: &webhook::ReferReport) -> Self {
        Self {
            call_status: report.call_status().map(ReferCallStatus::to_string),
            refer_sip_response_code: report.refer_sip_response_code().map(code),
            notify_sip_response_code: report.notify_sip_response_code().map(code),
            outcome: report.outcome().into(),
        }
    }
}

impl From<twiml_refer::ReferOutcome> for ReferOutcome {
    fn from(outcome: twiml_refer::ReferOutcome) -> Self {
        Self {
            kind: outcome.kind().to_owned(),
            status: outcome.status().map(str::to_owned),
            code: outcome.code().map(code),
        }
    }
}

/// An outcome that an app made; what no outcome of the library is, is unknown.
impl From<ReferOutcome> for twiml_refer::ReferOutcome {
    fn from(outcome: ReferOutcome) -> Self {
        let status = outcome.status.unwrap_or_default();
        let code = outcome.code.and_then(|code| SipStatus::new(code).ok());
        match (outcome.kind.as_str(), code) {
            ("transferred", _) => Self::Transferred,
            ("rejected", Some(code)) => Self::Rejected { code },
            ("target-failed", code) => Self::TargetFailed { status: status.as_str().into(), code },
            ("canceled", _) => Self::Canceled,
            ("unconfirmed", _) => Self::Unconfirmed,
            _ => Self::Unknown { status },
        }
    }
}

pub(crate) fn code(status: SipStatus) -> i64 {
    status.as_u16().into()
}

impl From<&sip::UserToUser> for UserToUser {
    fn from(value: &sip::UserToUser) -> Self {
        Self {
            text: value.to_string(),
            data: value.data().to_owned(),
            encoding: value.encoding().map(str::to_owned),
            purpose: value.purpose().map(str::to_owned),
            content: value.content().map(str::to_owned),
            bytes: value.to_bytes(),
        }
    }
}

/// Returns the leg of this name.
pub(crate) fn leg(name: &str) -> Leg {
    let known = [Leg::Sip, Leg::Pstn, Leg::Client];
    known.into_iter().find(|leg| leg.as_str() == name).unwrap_or(Leg::Unknown)
}

/// The pairs with U+FFFD for what is not UTF-8: their size is checked before anything else.
pub(crate) fn lossy_pairs(pairs: &List<WirePair>) -> impl Iterator<Item = (&str, &str)> {
    pairs.0.iter().map(|pair| (pair.name.lossy(), pair.value.lossy()))
}
