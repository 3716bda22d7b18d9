//! The tables of the library that a face asks for.

use twiml_refer::{ReferOutcome, VoiceRequest, webhook::ReferCallback};

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
pub fn outcome_kinds() -> Vec<String> {
    ReferOutcome::KINDS.map(str::to_owned).into()
}
