//! The call that is simulated: the standard voice parameters that every request about it carries.

use twiml_refer::{Error, VoiceRequest, webhook::Leg};

use crate::exit::Failure;

/// Identifiers of no account and of no call.
const ACCOUNT_SID: &str = "AC00000000000000000000000000000001";
const CALL_SID: &str = "CA00000000000000000000000000000002";
const DOMAIN_SID: &str = "SD00000000000000000000000000000003";

/// The domain that a SIP caller has dialled, and addresses that are kept for examples (RFC 5737,
/// RFC 2606; the phone numbers are the platform's own for tests).
const SIP_DOMAIN: &str = "example.sip.twilio.com";
const SIP_SOURCE: &str = "192.0.2.10";
const SIP_CALL_ID: &str = "1-simulated@192.0.2.10";

const CALL_STATUS: &str = "CallStatus";

/// An inbound call, and who is at its far end.
pub(crate) struct Call {
    leg: Leg,
    params: Vec<(String, String)>,
}

/// What a user may want otherwise.
#[derive(Default)]
pub(crate) struct Parties<'a> {
    pub(crate) from: Option<&'a str>,
    pub(crate) to: Option<&'a str>,
    pub(crate) params: &'a [(String, String)],
}

impl Call {
    pub(crate) fn new(leg: Leg, parties: &Parties<'_>) -> Result<Self, Failure> {
        let (from, to) = match leg {
            Leg::Sip => ("sip:caller@pbx.example.com", "sip:support@example.sip.twilio.com"),
            Leg::Client => ("client:caller", "+15005550006"),
            _ => ("+15005550001", "+15005550006"),
        };
        let (from, to) = (parties.from.unwrap_or(from), parties.to.unwrap_or(to));
        let mut params: Vec<(String, String)> = Vec::new();
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
        let sip = [
            ("SipDomain", SIP_DOMAIN),
            ("SipDomainSid", DOMAIN_SID),
            ("SipCallId", SIP_CALL_ID),
            ("SipSourceIp", SIP_SOURCE),
        ];
        let sip = sip.iter().filter(|_| leg == Leg::Sip);
        for (name, value) in standard.iter().chain(sip) {
            params.push(((*name).to_owned(), (*value).to_owned()));
        }
        let mut others = Vec::new();
        for (name, value) in parties.params {
            match params.iter_mut().find(|(standard, _)| standard == name) {
                Some((_, old)) => old.clone_from(value),
                // A header may stand twice.
                None => others.push((name.clone(), value.clone())),
            }
        }
        params.append(&mut others);
        let call = Self { leg, params };
        call.check_leg()?;
        Ok(call)
    }

    /// An app that asks which leg it is must get the answer that was asked for here.
    fn check_leg(&self) -> Result<(), Failure> {
        let told = self.request(&[])?.leg();
        if told == self.leg {
            return Ok(());
        }
        Err(Failure::usage(&format!(
            "the parameters tell of a {told} leg, and the leg is {}; let --leg, --from and --param \
             agree",
            self.leg
        )))
    }

    /// The dialog with the caller is over.
    pub(crate) fn complete(&mut self) {
        for (_, value) in self.params.iter_mut().filter(|(name, _)| name == CALL_STATUS) {
            "completed".clone_into(value);
        }
    }

    /// The parameters as a form body or query, with those of this request alone behind them.
    pub(crate) fn form(&self, more: &[(String, String)]) -> Result<String, Failure> {
        Ok(self.request(more)?.to_form())
    }

    /// What the app is told.
    pub(crate) fn request(&self, more: &[(String, String)]) -> Result<VoiceRequest, Failure> {
        VoiceRequest::from_pairs(self.pairs(more)).map_err(|error| unfit(&error))
    }

    fn pairs<'a>(
        &'a self,
        more: &'a [(String, String)],
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.params.iter().chain(more).map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn unfit(error: &Error) -> Failure {
    Failure::usage(&format!("the parameters cannot be sent: {error}"))
}
