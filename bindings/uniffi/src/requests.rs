//! Requests from Twilio, their outcome and what a validator is made of.

use twiml_refer::{
    Error, RequestValidator, numbers, sip,
    webhook::{self, Algorithm, Leg, ReferCallStatus, ReferCallback},
};

use crate::entry::List;
use crate::records::{
    self, Diagnostic, Pair, ReferOutcome, ReferReport, Secrets, UserToUser, VoiceRequest, pairs,
    wide,
};

pub(crate) fn validator(secrets: &Secrets) -> Result<RequestValidator, Error> {
    let mut list = secrets.secrets.0.iter();
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

pub(crate) fn limit(max_bytes: Option<i64>) -> Result<Option<usize>, Error> {
    max_bytes.map(numbers::body_bytes).transpose()
}

pub(crate) fn report(
    call_status: Option<String>,
    refer: Option<i64>,
    notify: Option<i64>,
) -> records::Result<ReferReport> {
    let text = |code: Option<i64>| code.map(|code| code.to_string());
    let values = [call_status, text(refer), text(notify)];
    let pairs = ReferCallback::PARAMETER_NAMES.into_iter().zip(values);
    let pairs = pairs.filter_map(|(name, value)| Some((name, value?)));
    let callback = ReferCallback::from_pairs(pairs)?;
    Ok(ReferReport {
        call_status: callback.refer_call_status().map(|status| status.to_string()),
        refer_sip_response_code: callback.refer_sip_response_code().map(i64::from),
        notify_sip_response_code: callback.notify_sip_response_code().map(i64::from),
        outcome: callback.outcome().into(),
    })
}

pub(crate) fn report_params(report: ReferReport) -> List<Pair> {
    let text = |code: Option<i64>| code.map(|code| code.to_string());
    let values = [
        report.call_status,
        text(report.refer_sip_response_code),
        text(report.notify_sip_response_code),
    ];
    let named = ReferCallback::PARAMETER_NAMES.into_iter().zip(values);
    pairs(named.filter_map(|(name, value)| Some((name, value?))))
}

impl From<ReferCallback> for VoiceRequest {
    fn from(callback: ReferCallback) -> Self {
        let request = callback.request();
        let is_secret = |(at, (name, _)): (usize, (&str, &str))| {
            twiml_refer::VoiceRequest::is_secret(name).then(|| wide(at))
        };
        let named = |name: &&str| request.param(name).is_some();
        Self {
            params: pairs(request.params()),
            secrets: request.params().enumerate().filter_map(is_secret).collect(),
            sip_headers: pairs(request.sip_headers()),
            leg: request.leg().as_str().to_owned(),
            refer: ReferCallback::PARAMETER_NAMES.iter().any(|name| named(&name)).then(|| {
                ReferReport {
                    call_status: callback.refer_call_status().map(|status| status.to_string()),
                    refer_sip_response_code: callback.refer_sip_response_code().map(i64::from),
                    notify_sip_response_code: callback.notify_sip_response_code().map(i64::from),
                    outcome: callback.outcome().into(),
                }
            }),
            may_resume: callback.may_resume(),
            diagnostics: callback
                .problems()
                .iter()
                .map(|problem| Diagnostic {
                    code: "parameter-invalid".to_owned(),
                    severity: "warning".to_owned(),
                    message: problem.message(),
                    path: String::new(),
                    parameter: Some(problem.parameter().to_owned()),
                    number: None,
                    line: None,
                    column: None,
                    error: None,
                })
                .collect(),
        }
    }
}

impl From<&webhook::ReferReport> for ReferReport {
    fn from(report: &webhook::ReferReport) -> Self {
        Self {
            call_status: report.refer_call_status().map(ReferCallStatus::to_string),
            refer_sip_response_code: report.refer_sip_response_code().map(i64::from),
            notify_sip_response_code: report.notify_sip_response_code().map(i64::from),
            outcome: report.outcome().into(),
        }
    }
}

impl From<twiml_refer::ReferOutcome> for ReferOutcome {
    fn from(outcome: twiml_refer::ReferOutcome) -> Self {
        Self {
            kind: outcome.kind().to_owned(),
            status: outcome.status().map(str::to_owned),
            code: outcome.code().map(i64::from),
        }
    }
}

impl From<ReferOutcome> for twiml_refer::ReferOutcome {
    fn from(outcome: ReferOutcome) -> Self {
        let status = outcome.status.unwrap_or_default();
        let code = outcome.code.and_then(|code| u16::try_from(code).ok());
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
