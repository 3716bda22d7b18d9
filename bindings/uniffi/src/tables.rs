//! The tables of the library: kinds of errors, codes of findings, names of parameters, limits.

use twiml_refer::{DiagnosticCode, ErrorKind, ReferCallback, ReferOutcome, VoiceRequest, limits};

use crate::Pair;

/// The getters of a request, and the parameters that they read.
#[uniffi::export]
pub fn parameter_names() -> Vec<Pair> {
    let refer = ["refer_call_status", "refer_sip_response_code", "notify_sip_response_code"];
    VoiceRequest::typed_parameters()
        .chain(refer.into_iter().zip(ReferCallback::PARAMETER_NAMES))
        .map(|(getter, name)| Pair::new(getter, name))
        .collect()
}

#[uniffi::export]
pub fn error_kinds() -> Vec<String> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()
}

#[uniffi::export]
pub fn diagnostic_codes() -> Vec<String> {
    DiagnosticCode::ALL.iter().map(|code| code.as_str().to_owned()).collect()
}

#[uniffi::export]
pub fn outcome_kinds() -> Vec<String> {
    ReferOutcome::KINDS.map(str::to_owned).into()
}

/// Bytes of a callback's body, unless the caller sets another limit.
#[uniffi::export]
pub fn default_max_body_bytes() -> u64 {
    u64::try_from(limits::DEFAULT_MAX_BODY_BYTES).unwrap_or(u64::MAX)
}
