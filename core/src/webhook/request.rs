//! Any request from Twilio, with its standard parameters: [`VoiceRequest`], the [`Leg`] that it speaks of,
//! and what was odd about a parameter: [`Problem`].

use std::fmt;

use url::form_urlencoded::Serializer;

use super::form::{Params, RawParams, too_large};
use super::parameter::Parameter;
use super::{form, parameter};
use crate::limits::DEFAULT_MAX_BODY_BYTES;
use crate::redact::is_secret;
use crate::{Error, message};

/// Any request of Twilio to the app: the first `/voice` webhook, an action, a status.
///
/// Every pair stays readable in arrival order, known or not: Twilio may add parameters without
/// notice. The value of `CallToken` is a secret; `Debug` shows it as `***`.
///
/// ```
/// use twiml_refer::{VoiceRequest, webhook::Leg};
///
/// let request = VoiceRequest::from_form(
///     b"CallSid=CA1234567890ABCDE&Direction=inbound&From=sip%3Aalice%40example.com&SipHeader_X-Id=7",
/// )?;
/// assert_eq!(request.call_sid(), Some("CA1234567890ABCDE"));
/// assert_eq!(request.from(), Some("sip:alice@example.com"));
/// assert_eq!(request.sip_headers().collect::<Vec<_>>(), [("X-Id", "7")]);
/// assert_eq!(request.leg(), Leg::Sip);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VoiceRequest {
    params: Params,
    problems: Vec<Problem>,
}

impl VoiceRequest {
    /// Reads a form body (`application/x-www-form-urlencoded`) of at most
    /// [`DEFAULT_MAX_BODY_BYTES`].
    ///
    /// # Errors
    ///
    /// [`RequestTooLarge`](crate::error::ErrorKind::RequestTooLarge) over the limit;
    /// [`RequestNotUtf8`](crate::error::ErrorKind::RequestNotUtf8), with the byte and the parameter, where
    /// a name or value is not UTF-8 once decoded.
    pub fn from_form(body: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::from_form_with_limit(body, DEFAULT_MAX_BODY_BYTES)
    }

    /// As [`from_form`](Self::from_form), with another limit in bytes.
    ///
    /// # Errors
    ///
    /// As [`from_form`](Self::from_form).
    pub fn from_form_with_limit(body: impl AsRef<[u8]>, max_bytes: usize) -> Result<Self, Error> {
        form::read(body.as_ref(), max_bytes).map(Self::from_params)
    }

    /// Reads a URL's query, without its `?`: what Twilio sends where the method is GET.
    ///
    /// # Errors
    ///
    /// As [`from_form`](Self::from_form).
    ///
    /// ```
    /// use twiml_refer::VoiceRequest;
    ///
    /// let request = VoiceRequest::from_query("To=sip%3Abob%40example.com&CallStatus=ringing")?;
    /// assert_eq!(request.to(), Some("sip:bob@example.com"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn from_query(query: &str) -> Result<Self, Error> {
        Self::from_form(query)
    }

    /// As [`from_query`](Self::from_query), with another limit in bytes.
    ///
    /// # Errors
    ///
    /// As [`from_form`](Self::from_form).
    pub fn from_query_with_limit(query: &str, max_bytes: usize) -> Result<Self, Error> {
        Self::from_form_with_limit(query, max_bytes)
    }

    /// Takes the pairs that a web framework has decoded already, in their order.
    ///
    /// # Errors
    ///
    /// [`RequestTooLarge`](crate::error::ErrorKind::RequestTooLarge) where no body within the limit of
    /// [`from_form`](Self::from_form) could have brought them.
    ///
    /// ```
    /// use twiml_refer::VoiceRequest;
    ///
    /// let request = VoiceRequest::from_pairs([("CallSid", "CA1"), ("New", "a b")])?;
    /// assert_eq!(request.param("New"), Some("a b"));
    /// assert_eq!(request.to_form(), "CallSid=CA1&New=a+b");
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Error> {
        Self::from_pairs_with_limit(pairs, DEFAULT_MAX_BODY_BYTES)
    }

    /// As [`from_pairs`](Self::from_pairs), with another limit in bytes.
    ///
    /// # Errors
    ///
    /// As [`from_pairs`](Self::from_pairs).
    pub fn from_pairs_with_limit<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: usize,
    ) -> Result<Self, Error> {
        let raw = RawParams::from_pairs(pairs, max_bytes).ok_or_else(|| too_large(max_bytes))?;
        form::text(raw, b"").map(Self::from_params)
    }

    pub(super) fn from_params(params: Params) -> Self {
        let problems = Problem::repeats(Parameter::STANDARD, &params);
        Self { params, problems }
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
        is_secret(name)
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

    /// Every pair in arrival order, with what has a getter, too.
    #[must_use]
    pub fn params(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.params.iter()
    }

    /// The first value of the parameter of this name, compared with case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.first(name)
    }

    /// The SIP headers that came with the call, from `SipHeader_…`: names without that prefix and as
    /// they were spelled, in arrival order, repeated ones repeatedly.
    pub fn sip_headers(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.params().filter_map(|(name, value)| Some((name.strip_prefix("SipHeader_")?, value)))
    }

    /// What was odd about the standard parameters, each named.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// What is at the far end of this call leg: `<Refer>` works where it is [`Leg::Sip`].
    ///
    /// A bridged call has two legs, each with its own `CallSid`; a request speaks of its own.
    #[must_use]
    pub fn leg(&self) -> Leg {
        Leg::of(self)
    }

    /// Every pair as a form body or query. Reading it gives an equal request.
    #[must_use]
    pub fn to_form(&self) -> String {
        Serializer::new(String::new()).extend_pairs(self.params()).finish()
    }

    pub(super) fn first(&self, parameter: Parameter) -> Option<&str> {
        self.params.first(parameter.name())
    }

    pub(super) fn decoded(&self) -> &Params {
        &self.params
    }
}

impl fmt::Debug for VoiceRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceRequest")
            .field("params", &self.params)
            .field("problems", &self.problems)
            .finish()
    }
}

/// What is at the far end of a call leg. `<Refer>` works on [`Leg::Sip`] only; on any other the
/// platform answers with its error 13801.
///
/// ```
/// use twiml_refer::{VoiceRequest, webhook::Leg};
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

/// An odd parameter. It cost nothing: the call goes on, and every pair stays readable.
///
/// ```
/// use twiml_refer::webhook::ReferCallback;
///
/// let callback = ReferCallback::from_form(b"ReferCallStatus=busy&NotifySipResponseCode=48x")?;
/// let problem = &callback.problems()[0];
/// assert_eq!(problem.parameter(), "NotifySipResponseCode");
/// assert_eq!(
///     problem.to_string(),
///     "NotifySipResponseCode: 48x is not a SIP status code (three digits, 100 to 699): \
///      it counts as absent",
/// );
/// assert_eq!(callback.notify_sip_response_code(), None);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    parameter: Parameter,
    fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Fault {
    Repeated,
    NoCode(Box<str>),
}

impl Problem {
    pub(super) fn no_code(parameter: Parameter, value: &str) -> Self {
        Self { parameter, fault: Fault::NoCode(message::quote(value)) }
    }

    /// Those of `parameters` that stand more than once.
    pub(super) fn repeats(parameters: &'static [Parameter], params: &Params) -> Vec<Self> {
        let repeated = parameter::repeated(parameters, params.iter().map(|(name, _)| name));
        repeated.map(|parameter| Self { parameter, fault: Fault::Repeated }).collect()
    }

    /// The name of the parameter at fault, as on the wire.
    #[must_use]
    pub fn parameter(&self) -> &str {
        self.parameter.name()
    }

    /// What is odd about it and what was made of it; never the value of `CallToken`.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.fault {
            Fault::Repeated => "duplicate parameter: the first value counts".to_owned(),
            Fault::NoCode(value) => format!(
                "{value} is not a SIP status code (three digits, 100 to 699): it counts as absent"
            ),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.parameter(), self.message())
    }
}
