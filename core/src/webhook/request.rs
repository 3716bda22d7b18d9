//! Any request of the platform to the app, with its standard parameters: [`VoiceRequest`].

use std::fmt;

use url::form_urlencoded::Serializer;

use super::form;
use super::leg::Leg;
use super::parameter::{Index, Parameter};
use super::params::{Params, RawParams, is_secret, too_large};
use super::problem::Problem;
use crate::Error;
use crate::limits::DEFAULT_MAX_BODY_BYTES;

/// Any request of the platform to the app: the first `/voice` webhook, an action, a status.
///
/// Every pair stays readable in arrival order, known or not: the platform may add parameters without
/// notice. The value of `CallToken` is a secret; `Debug` shows it as `***`.
///
/// ```
/// use twiml_refer::{Leg, VoiceRequest};
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
    index: Index,
    problems: Vec<Problem>,
}

impl VoiceRequest {
    /// Reads a form body (`application/x-www-form-urlencoded`) of at most
    /// [`DEFAULT_MAX_BODY_BYTES`].
    ///
    /// # Errors
    ///
    /// [`RequestTooLarge`](crate::ErrorKind::RequestTooLarge) over the limit;
    /// [`RequestNotUtf8`](crate::ErrorKind::RequestNotUtf8), with the byte and the parameter, where
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

    /// Reads a URL's query, without its `?`: what the platform sends where the method is GET.
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
    /// [`RequestTooLarge`](crate::ErrorKind::RequestTooLarge) where no body within the limit of
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
        let index = Index::of(params.iter().map(|(name, _)| name));
        let problems = Problem::repeats(Parameter::STANDARD, &index);
        Self { params, index, problems }
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
        match Parameter::named(name) {
            Some(parameter) => self.first(parameter),
            None => self.params().find(|&(known, _)| known == name).map(|(_, value)| value),
        }
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
        self.params.pair(self.index.first(parameter)?).map(|(_, value)| value)
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
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
