//! The simulated call: the standard voice parameters that every request about it carries.

use twiml_refer::{VoiceRequest, webhook::Leg};

use crate::exit::{Failure, Result};

const CALL_STATUS: &str = "CallStatus";

/// Identifiers of no account and of no call.
const CALL_SID: &str = "CA00000000000000000000000000000002";
const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";

/// What a call of a SIP leg has besides. Host names and addresses are reserved for examples (RFC 2606,
/// RFC 5737).
const SIP: [(&str, &str); 4] = [
    ("SipDomain", "example.sip.twilio.com"),
    ("SipDomainSid", "SD00000000000000000000000000000003"),
    ("SipCallId", "1-simulated@192.0.2.10"),
    ("SipSourceIp", "192.0.2.10"),
];

/// An inbound call.
pub(crate) struct Call {
    params: Vec<(String, String)>,
}

/// What a user can choose.
#[derive(Default)]
pub(crate) struct Parties<'a> {
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
    /// In place of a standard parameter of the same name; others are added, also repeatedly.
    pub(crate) params: &'a [(String, String)],
}

impl Call {
    pub(crate) fn new(leg: Leg, parties: &Parties<'_>) -> Result<Self> {
        // The phone numbers are Twilio's own for tests.
        let (from, to) = match leg {
            Leg::Sip => ("sip:caller@pbx.example.com", "sip:support@example.sip.twilio.com"),
            Leg::Client => ("client:caller", "+15005550006"),
            _ => ("+15005550001", "+15005550006"),
        };
        let (from, to) = (parties.from.unwrap_or(from), parties.to.unwrap_or(to));
        let standard = [
            ("CallSid", CALL_SID),
            ("AccountSid", ACCOUNT_SID),
            ("From", from),
            ("To", to),
            ("Caller", from),
            ("Called", to),
            (CALL_STATUS, "in-progress"),
            ("ApiVersion", "2010-04-01"),
            ("Direction", "inbound"),
        ];
        let sip = SIP.iter().filter(|_| leg == Leg::Sip);
        let mut params: Vec<(String, String)> = standard
            .iter()
            .chain(sip)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let standard = params.len();
        for (name, value) in parties.params {
            match params.iter_mut().take(standard).find(|(standard, _)| standard == name) {
                Some((_, old)) => old.clone_from(value),
                None => params.push((name.clone(), value.clone())),
            }
        }
        let call = Self { params };
        // An app that looks at the leg must see the one that was asked for.
        let shown = call.request(&[])?.leg();
        if shown != leg {
            return Err(Failure::usage(&format!(
                "the parameters are those of a {shown} leg, and the leg is {leg}: let --leg, --from \
                 and --param agree"
            )));
        }
        Ok(call)
    }

    /// The dialog with the caller is over.
    pub(crate) fn complete(&mut self) {
        for (_, value) in self.params.iter_mut().filter(|(name, _)| name == CALL_STATUS) {
            "completed".clone_into(value);
        }
    }

    /// Returns a request about the call, with `more` parameters of its own.
    pub(crate) fn request(&self, more: &[(String, String)]) -> Result<VoiceRequest> {
        let params = self.params.iter().chain(more);
        VoiceRequest::from_pairs(params.map(|(name, value)| (name.as_str(), value.as_str())), None)
            .map_err(|error| Failure::usage(&format!("the parameters cannot be sent: {error}")))
    }
}
