//! The typed view of a request: a getter for each standard parameter, the SIP headers, and the [`Leg`].

use super::parameter::{Parameter, standard_parameters};
use super::request::VoiceRequest;
use crate::redact;

macro_rules! getters {
    ($( $name:ident $getter:ident $doc:literal )*) => {
        /// The standard parameters. Each getter returns the first value of its parameter, which may be
        /// empty, and `None` if the parameter was not sent.
        impl VoiceRequest {
            $(
                #[doc = concat!("`", stringify!($name), "`: ", $doc)]
                #[must_use]
                pub fn $getter(&self) -> Option<&str> {
                    self.first(Parameter::$name)
                }
            )*
        }
    };
}

standard_parameters!(getters);

impl VoiceRequest {
    /// The SIP headers that came with the call (`SipHeader_…`), in arrival order. Names are without
    /// that prefix and as they were spelled; a repeated header is there as often as it came.
    pub fn sip_headers(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.params().filter_map(|(name, value)| Some((name.strip_prefix("SipHeader_")?, value)))
    }

    /// What is at the far end of this call leg: `<Refer>` works if it is [`Leg::Sip`].
    ///
    /// A bridged call has two legs, each with its own `CallSid`; a request is about its own.
    #[must_use]
    pub fn leg(&self) -> Leg {
        match self.direction() {
            Some("inbound") => {
                let sip = [self.sip_call_id(), self.sip_domain()];
                let by_sip = sip.into_iter().flatten().any(|value| !value.is_empty());
                if by_sip { Leg::Sip } else { Leg::of(self.from()) }
            }
            Some(outbound) if outbound.starts_with("outbound-") => Leg::of(self.to()),
            _ => Leg::Unknown,
        }
    }

    /// The parameters that have a getter: its name and the parameter's.
    ///
    /// ```
    /// use twiml_refer::VoiceRequest;
    ///
    /// let sid = VoiceRequest::typed_parameters().find(|(getter, _)| *getter == "call_sid");
    /// assert_eq!(sid, Some(("call_sid", "CallSid")));
    /// ```
    pub fn typed_parameters() -> impl Iterator<Item = (&'static str, &'static str)> {
        Parameter::STANDARD.iter().map(|parameter| (parameter.key(), parameter.name()))
    }

    /// Whether the value of a parameter of this name is a secret, not to be logged or shown.
    ///
    /// ```
    /// use twiml_refer::VoiceRequest;
    ///
    /// assert!(VoiceRequest::is_secret("CallToken") && !VoiceRequest::is_secret("CallSid"));
    /// ```
    #[must_use]
    pub fn is_secret(name: &str) -> bool {
        redact::is_secret(name)
    }
}

/// What is at the far end of a call leg. `<Refer>` works on [`Leg::Sip`] only; on any other leg Twilio
/// answers with error 13801.
///
/// ```
/// use twiml_refer::{VoiceRequest, webhook::Leg};
///
/// let request = VoiceRequest::from_form(b"Direction=inbound&From=%2B14158675309", None)?;
/// assert_eq!(request.leg(), Leg::Pstn);
/// assert_eq!(request.leg().to_string(), "pstn");
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Leg {
    /// A SIP device or domain.
    Sip,
    /// A telephone number.
    Pstn,
    /// Twilio's Voice SDK in a browser or an app.
    Client,
    /// The request does not say.
    Unknown,
}

impl Leg {
    /// `sip`, `pstn`, `client` or `unknown`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sip => "sip",
            Self::Pstn => "pstn",
            Self::Client => "client",
            Self::Unknown => "unknown",
        }
    }

    /// Classifies the address of the party at the far end.
    fn of(address: Option<&str>) -> Self {
        let Some(address) = address else { return Self::Unknown };
        let scheme = address.split_once(':').map_or("", |(scheme, _)| scheme);
        let number = address.strip_prefix('+').unwrap_or(address);
        if scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips") {
            Self::Sip
        } else if scheme.eq_ignore_ascii_case("client") {
            Self::Client
        } else if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            Self::Pstn
        } else {
            Self::Unknown
        }
    }
}

display_as_str!(Leg);
