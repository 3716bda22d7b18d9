//! The call as the app sees it: the standard voice parameters that every request about it carries.

use twiml_refer::{VoiceRequest, webhook::Leg};

use crate::exit::{Failure, Result};
use crate::sip::CallInfo;

const CALL_STATUS: &str = "CallStatus";
const RINGING: &str = "ringing";
const IN_PROGRESS: &str = "in-progress";

/// The headers of an INVITE that an app gets, besides those that begin with `X-`.
const HEADERS: [&str; 4] =
    ["User-to-User", "Remote-Party-ID", "P-Preferred-Identity", "P-Called-Party-ID"];
/// Headers of this beginning are Twilio's own.
const RESERVED: &str = "X-Twilio";

/// Identifiers of no account and of no call.
const CALL_SID: &str = "CA00000000000000000000000000000002";
pub(crate) const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
const DOMAIN_SID: &str = "SD00000000000000000000000000000003";

/// What a call of a SIP leg has besides. Host names and addresses are reserved for examples (RFC 2606,
/// RFC 5737).
const SIP: [(&str, &str); 4] = [
    ("SipDomain", "example.sip.twilio.com"),
    ("SipDomainSid", DOMAIN_SID),
    ("SipCallId", "1-simulated@192.0.2.10"),
    ("SipSourceIp", "192.0.2.10"),
];

/// A call.
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
            (CALL_STATUS, IN_PROGRESS),
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

    /// Returns a real SIP call: one that rings, or that the endpoint has answered.
    pub(crate) fn of_sip(info: &CallInfo, sid: &str) -> Self {
        let (status, direction) = match info.is_outgoing {
            true => (IN_PROGRESS, "outbound-api"),
            false => (RINGING, "inbound"),
        };
        // The far end is From of a call that comes in, and To of one that is made.
        let domain = uri_host(if info.is_outgoing { &info.from } else { &info.to });
        let source_ip = info.peer.ip().to_string();
        let standard = [
            ("CallSid", sid),
            ("AccountSid", ACCOUNT_SID),
            ("From", info.from.as_str()),
            ("To", info.to.as_str()),
            ("Caller", info.from.as_str()),
            ("Called", info.to.as_str()),
            (CALL_STATUS, status),
            ("ApiVersion", "2010-04-01"),
            ("Direction", direction),
            ("SipDomain", domain),
            ("SipDomainSid", DOMAIN_SID),
            ("SipCallId", info.call_id.as_str()),
            ("SipSourceIp", source_ip.as_str()),
        ];
        let user = info.user.as_deref().map(|user| ("SipUsername", user));
        let mut params: Vec<(String, String)> = standard
            .into_iter()
            .chain(user)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for (name, value) in info.headers.iter().filter(|_| !info.is_outgoing) {
            let listed = HEADERS.iter().find(|listed| listed.eq_ignore_ascii_case(name));
            if let Some(name) = listed.copied().or_else(|| is_custom(name).then_some(name)) {
                params.push((format!("SipHeader_{name}"), value.clone()));
            }
        }
        Self { params }
    }

    pub(crate) fn is_ringing(&self) -> bool {
        self.params.iter().any(|(name, value)| name == CALL_STATUS && value == RINGING)
    }

    /// Sets that a ringing call was answered.
    pub(crate) fn answer(&mut self) {
        if self.is_ringing() {
            self.set_status(IN_PROGRESS);
        }
    }

    /// Sets that the dialog with the caller is over.
    pub(crate) fn complete(&mut self) {
        self.set_status("completed");
    }

    /// Sets this CallStatus.
    pub(crate) fn set_status(&mut self, status: &str) {
        for (_, value) in self.params.iter_mut().filter(|(name, _)| name == CALL_STATUS) {
            status.clone_into(value);
        }
    }

    /// Returns a request about the call, with `more` parameters of its own.
    pub(crate) fn request(&self, more: &[(String, String)]) -> Result<VoiceRequest> {
        let params = self.params.iter().chain(more);
        VoiceRequest::from_pairs(params.map(|(name, value)| (name.as_str(), value.as_str())), None)
            .map_err(|error| Failure::usage(&format!("the parameters cannot be sent: {error}")))
    }
}

fn is_custom(header: &str) -> bool {
    let begins =
        |start: &str| header.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
    begins("X-") && !begins(RESERVED)
}

/// Returns the host of a SIP URI.
fn uri_host(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    let rest = rest.split([';', '?']).next().unwrap_or_default();
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    match host.strip_prefix('[') {
        Some(address) => address.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
}
