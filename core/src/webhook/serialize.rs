//! JSON: the keys of the command's `callback`, and reading back through the
//! constructors. `CallToken` is a secret and is left out: what is read back has none.

use serde::de::Error as _;
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::callback::ReferCallback;
use super::parameter::Parameter;
use super::report::{ReferCallStatus, ReferOutcome, ReferReport};
use super::request::{Leg, Problem, VoiceRequest};
use crate::redact::is_secret;

/// A list of pairs, as an array of arrays of two.
struct Pairs<I>(I);

impl<'a, I: Iterator<Item = (&'a str, &'a str)> + Clone> Serialize for Pairs<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// An outcome, with what the call itself says about it.
#[derive(Serialize)]
struct Judged<'a> {
    kind: &'static str,
    status: Option<&'a str>,
    code: Option<u16>,
    may_resume: bool,
}

impl<'a> Judged<'a> {
    fn new(outcome: &'a ReferOutcome, may_resume: bool) -> Self {
        Self { kind: outcome.kind(), status: outcome.status(), code: outcome.code(), may_resume }
    }
}

/// The keys that both have, but for their problems.
fn request_entries<M: SerializeMap>(map: &mut M, request: &VoiceRequest) -> Result<(), M::Error> {
    for &parameter in Parameter::STANDARD {
        let value = request.first(parameter).filter(|_| !is_secret(parameter.name()));
        map.serialize_entry(parameter.key(), &value)?;
    }
    map.serialize_entry("sip_headers", &Pairs(request.sip_headers()))?;
    let shown = request.params().filter(|(name, _)| !is_secret(name));
    map.serialize_entry("params", &Pairs(shown.collect::<Vec<_>>().into_iter()))
}

impl Serialize for VoiceRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        request_entries(&mut map, self)?;
        map.serialize_entry("problems", self.problems())?;
        map.serialize_entry("leg", &self.leg())?;
        map.end()
    }
}

impl Serialize for ReferCallback {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let (status, refer, notify) = (
            self.refer_call_status(),
            self.refer_sip_response_code(),
            self.notify_sip_response_code(),
        );
        map.serialize_entry(Parameter::ReferCallStatus.key(), &status)?;
        map.serialize_entry(Parameter::ReferSipResponseCode.key(), &refer)?;
        map.serialize_entry(Parameter::NotifySipResponseCode.key(), &notify)?;
        request_entries(&mut map, self.request())?;
        map.serialize_entry("problems", self.problems())?;
        map.serialize_entry("leg", &self.request().leg())?;
        map.serialize_entry("outcome", &Judged::new(&self.outcome(), self.may_resume()))?;
        map.end()
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("parameter", self.parameter())?;
        map.serialize_entry("message", &self.message())?;
        map.end()
    }
}

impl Serialize for ReferOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Judged::new(self, self.leaves_call(None)).serialize(serializer)
    }
}

impl Serialize for Leg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
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

/// What is read: the pairs tell everything else.
#[derive(Deserialize)]
struct Received {
    params: Vec<(String, String)>,
}

impl<'de> Deserialize<'de> for VoiceRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Received { params } = Received::deserialize(deserializer)?;
        Self::from_pairs(params).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for ReferCallback {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        VoiceRequest::deserialize(deserializer).map(Self::from)
    }
}

/// As the command's JSON shows it: the pairs in order, and what they mean.
impl Serialize for ReferReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ReferReport", 2)?;
        fields.serialize_field("params", &self.params().collect::<Vec<_>>())?;
        fields.serialize_field("outcome", &self.outcome())?;
        fields.end()
    }
}
