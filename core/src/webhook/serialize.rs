//! JSON with the keys of the command's `callback`, and reading it back. `CallToken` is a secret and is
//! left out: what is read back does not have it.

use serde::de::Error as _;
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parameter::Parameter;
use super::report::{ReferCallStatus, ReferOutcome, ReferReport};
use super::request::VoiceRequest;
use crate::redact::is_secret;
use crate::sip::SipStatus;

/// An outcome, and whether the call may go on.
#[derive(Serialize)]
struct Outcome<'a> {
    kind: &'static str,
    status: Option<&'a str>,
    code: Option<SipStatus>,
    may_resume: bool,
}

impl<'a> Outcome<'a> {
    fn new(outcome: &'a ReferOutcome, may_resume: bool) -> Self {
        Self { kind: outcome.kind(), status: outcome.status(), code: outcome.code(), may_resume }
    }
}

impl Serialize for VoiceRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (refer, outcome, may_resume) = (self.refer(), self.outcome(), self.may_resume());
        let [status, refer_code, notify_code] = Parameter::REFER.map(Parameter::key);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(status, &refer.and_then(ReferReport::call_status))?;
        map.serialize_entry(refer_code, &refer.and_then(ReferReport::refer_sip_response_code))?;
        map.serialize_entry(notify_code, &refer.and_then(ReferReport::notify_sip_response_code))?;
        for &parameter in Parameter::STANDARD {
            let value = self.first(parameter).filter(|_| !is_secret(parameter.name()));
            map.serialize_entry(parameter.key(), &value)?;
        }
        map.serialize_entry("sip_headers", &self.sip_headers().collect::<Vec<_>>())?;
        let shown = self.params().filter(|(name, _)| !is_secret(name));
        map.serialize_entry("params", &shown.collect::<Vec<_>>())?;
        map.serialize_entry("problems", self.diagnostics())?;
        map.serialize_entry("leg", &self.leg())?;
        let shown = outcome.as_ref().map(|outcome| Outcome::new(outcome, may_resume));
        map.serialize_entry("outcome", &shown)?;
        // Nothing says so without an outcome and a CallStatus.
        let known = outcome.is_some() || self.call_status().is_some_and(|it| !it.is_empty());
        map.serialize_entry("may_resume", &known.then_some(may_resume))?;
        map.end()
    }
}

/// What is read: everything else follows from the pairs.
#[derive(Deserialize)]
struct Received {
    params: Vec<(String, String)>,
}

impl<'de> Deserialize<'de> for VoiceRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Received { params } = Received::deserialize(deserializer)?;
        Self::from_pairs(params, None).map_err(D::Error::custom)
    }
}

/// An object of kind, status, code, and `may_resume` of a call whose `CallStatus` is not known.
impl Serialize for ReferOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Outcome::new(self, self.may_resume(None)).serialize(serializer)
    }
}

impl Serialize for ReferCallStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ReferCallStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self::from(text.as_str()))
    }
}

/// An object of the pairs in order, and the outcome.
impl Serialize for ReferReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("params", &self.params().collect::<Vec<_>>())?;
        map.serialize_entry("outcome", &self.outcome())?;
        map.end()
    }
}
