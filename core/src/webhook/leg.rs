//! What kind of call leg a request speaks of: [`Leg`] and the one rule that tells.

use std::fmt;

use super::request::VoiceRequest;

/// What is at the far end of a call leg. `<Refer>` works on [`Leg::Sip`] only; on any other the
/// platform answers with its error 13801.
///
/// ```
/// use twiml_refer::{Leg, VoiceRequest};
///
/// let request = VoiceRequest::from_form(b"Direction=inbound&From=%2B14158675309")?;
/// assert_eq!(request.leg(), Leg::Pstn);
/// assert_eq!(request.leg().to_string(), "pstn");
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Leg {
    /// A SIP device or domain.
    Sip,
    /// A telephone number.
    Pstn,
    /// Twilio's Voice SDK in a browser or an app.
    Client,
    /// The request does not tell.
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

    /// Inbound, the far end is who calls; outbound, who is called.
    pub(super) fn of(request: &VoiceRequest) -> Self {
        match request.direction() {
            Some("inbound") => {
                let present = |value: Option<&str>| value.is_some_and(|value| !value.is_empty());
                let from = Self::of_far_end(request.from());
                if present(request.sip_call_id()) || present(request.sip_domain()) {
                    Self::Sip
                } else {
                    from
                }
            }
            Some(direction) if direction.starts_with("outbound-") => Self::of_far_end(request.to()),
            _ => Self::Unknown,
        }
    }

    fn of_far_end(party: Option<&str>) -> Self {
        let Some(party) = party else { return Self::Unknown };
        let scheme = party.split_once(':').map_or("", |(scheme, _)| scheme);
        let number = party.strip_prefix('+').unwrap_or(party);
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

impl fmt::Display for Leg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
