//! The tables of the library that a package builds its names from.

use twiml_refer::{
    ReferOutcome, VoiceRequest,
    diagnostic::{DiagnosticCode, Severity},
    error::ErrorKind,
    http::Method,
    limits,
    testing::Scenario,
    transfer::TransferState,
    twiml::{self, Follows},
    webhook::{HintKind, Leg, ReferCallStatus, ReferReport},
};

use crate::records::{ErrorClass, Limits, Names, TypedParameter, Verb, wide};

pub(crate) fn names() -> Names {
    use ReferCallStatus::{Busy, Canceled, Failed, InProgress, NoAnswer};
    let texts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let statuses = [InProgress, Busy, NoAnswer, Failed, Canceled];
    let legs = [Leg::Sip, Leg::Pstn, Leg::Client, Leg::Unknown];
    let states = [
        TransferState::Idle,
        TransferState::Referring,
        TransferState::Subscribed,
        TransferState::Completed,
    ];
    let follows = [Follows::Action, Follows::NextVerb, Follows::Hangup];
    let severities = [Severity::Error, Severity::Warning, Severity::Note];
    Names {
        outcome_kinds: texts(&ReferOutcome::KINDS),
        refer_call_statuses: statuses.map(|status| status.to_string()).into(),
        legs: texts(&legs.map(Leg::as_str)),
        transfer_states: texts(&states.map(TransferState::as_str)),
        follows: texts(&follows.map(Follows::as_str)),
        severities: texts(&severities.map(Severity::as_str)),
        diagnostic_codes: DiagnosticCode::ALL.iter().map(ToString::to_string).collect(),
        error_kinds: ErrorKind::ALL.iter().map(ToString::to_string).collect(),
        hint_kinds: HintKind::ALL.iter().map(ToString::to_string).collect(),
        scenarios: Scenario::ALL.map(|scenario| scenario.to_string()).into(),
        methods: texts(&[Method::Get, Method::Post].map(Method::as_str)),
    }
}

pub(crate) fn typed_parameters() -> Vec<TypedParameter> {
    let refer = ["refer_call_status", "refer_sip_response_code", "notify_sip_response_code"];
    VoiceRequest::typed_parameters()
        .chain(refer.into_iter().zip(ReferReport::PARAMETER_NAMES))
        .map(|(getter, name)| TypedParameter { getter: getter.to_owned(), name: name.to_owned() })
        .collect()
}

pub(crate) fn error_classes() -> Vec<ErrorClass> {
    let class = |group: &str, kind: Option<&str>, class_name: &str| ErrorClass {
        group: group.to_owned(),
        kind: kind.map(str::to_owned),
        class_name: class_name.to_owned(),
    };
    vec![
        class("sip-uri", None, "SipUri"),
        class("header", None, "SipUri"),
        class("twiml", None, "Document"),
        class("document", None, "Document"),
        class("rest", None, "Rest"),
        class("request", None, "Request"),
        class("signature", None, "Signature"),
        class("signature", Some("signature-missing"), "SignatureMissing"),
        class("signature", Some("signature-mismatch"), "SignatureMismatch"),
        class("transfer", None, "Transfer"),
        class("text", None, ""),
    ]
}

pub(crate) fn verbs() -> Vec<Verb> {
    let verb = |verb: &twiml::Verb| Verb {
        name: verb.name().to_owned(),
        attributes: verb.attributes().iter().map(|&name| name.to_owned()).collect(),
    };
    twiml::verbs().iter().map(verb).collect()
}

pub(crate) fn limits() -> Limits {
    Limits {
        max_document_bytes: wide(limits::MAX_DOCUMENT_BYTES),
        max_depth: wide(limits::MAX_DEPTH),
        max_elements: wide(limits::MAX_ELEMENTS),
        max_uri_bytes: wide(limits::MAX_URI_BYTES),
        default_max_body_bytes: wide(limits::DEFAULT_MAX_BODY_BYTES),
        max_rest_twiml_chars: wide(limits::MAX_REST_TWIML_CHARS),
        max_message_bytes: wide(limits::MAX_MESSAGE_BYTES),
        max_status_bytes: wide(limits::MAX_STATUS_BYTES),
        max_transfer_timeout_ms: wide(limits::MAX_TRANSFER_TIMEOUT_MS),
        default_response_timeout_ms: wide(limits::TIMER_F_MS),
        default_notify_timeout_ms: wide(limits::TIMER_N_MS),
        default_subscription_ms: wide(limits::DEFAULT_SUBSCRIPTION_MS),
        default_max_duration_ms: wide(limits::DEFAULT_MAX_DURATION_MS),
    }
}
