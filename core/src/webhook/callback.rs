//! The request to the `action` of `<Refer>`: [`ReferCallback`], a [`VoiceRequest`] with three
//! parameters more.

use std::fmt;

use super::parameter::Parameter;
use super::report::{ReferCallStatus, ReferOutcome};
use super::request::{Problem, VoiceRequest};
use crate::Error;

/// The request that tells the app how its `<Refer>` ended.
///
/// ```
/// use twiml_refer::{ReferOutcome, webhook::ReferCallback};
///
/// let callback = ReferCallback::from_form(
///     b"CallSid=CA1&CallStatus=in-progress&ReferCallStatus=failed&ReferSipResponseCode=405",
/// )?;
/// assert_eq!(callback.outcome(), ReferOutcome::Rejected { code: 405 });
/// assert!(callback.may_resume());
/// assert_eq!(callback.request().call_sid(), Some("CA1"));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ReferCallback {
    request: VoiceRequest,
    problems: Vec<Problem>,
}

impl ReferCallback {
    /// The names of its own three parameters, in the order of Twilio's documentation.
    pub const PARAMETER_NAMES: [&'static str; 3] = [
        Parameter::ReferCallStatus.name(),
        Parameter::ReferSipResponseCode.name(),
        Parameter::NotifySipResponseCode.name(),
    ];

    /// Reads a form body, as [`VoiceRequest::from_form`] does.
    ///
    /// # Errors
    ///
    /// As [`VoiceRequest::from_form`]: too large, or not UTF-8. An odd value is no error but stands
    /// in [`problems`](Self::problems).
    pub fn from_form(body: impl AsRef<[u8]>) -> Result<Self, Error> {
        VoiceRequest::from_form(body).map(Self::from)
    }

    /// As [`from_form`](Self::from_form), with another limit in bytes.
    ///
    /// # Errors
    ///
    /// As [`from_form`](Self::from_form).
    pub fn from_form_with_limit(body: impl AsRef<[u8]>, max_bytes: usize) -> Result<Self, Error> {
        VoiceRequest::from_form_with_limit(body, max_bytes).map(Self::from)
    }

    /// Reads a URL's query, without its `?`: the callback of `<Refer method="GET">`.
    ///
    /// # Errors
    ///
    /// As [`from_form`](Self::from_form).
    pub fn from_query(query: &str) -> Result<Self, Error> {
        VoiceRequest::from_query(query).map(Self::from)
    }

    /// As [`from_query`](Self::from_query), with another limit in bytes.
    ///
    /// # Errors
    ///
    /// As [`from_form`](Self::from_form).
    pub fn from_query_with_limit(query: &str, max_bytes: usize) -> Result<Self, Error> {
        VoiceRequest::from_query_with_limit(query, max_bytes).map(Self::from)
    }

    /// Takes the pairs that a web framework has decoded already, in their order.
    ///
    /// # Errors
    ///
    /// As [`VoiceRequest::from_pairs`].
    ///
    /// ```
    /// use twiml_refer::{ReferOutcome, webhook::ReferCallback};
    ///
    /// let callback = ReferCallback::from_pairs([("ReferCallStatus", "in-progress")])?;
    /// assert_eq!(callback.outcome(), ReferOutcome::Transferred);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn from_pairs<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Error> {
        VoiceRequest::from_pairs(pairs).map(Self::from)
    }

    /// As [`from_pairs`](Self::from_pairs), with another limit in bytes.
    ///
    /// # Errors
    ///
    /// As [`VoiceRequest::from_pairs`].
    pub fn from_pairs_with_limit<N: AsRef<str>, V: AsRef<str>>(
        pairs: impl IntoIterator<Item = (N, V)>,
        max_bytes: usize,
    ) -> Result<Self, Error> {
        VoiceRequest::from_pairs_with_limit(pairs, max_bytes).map(Self::from)
    }

    /// The request itself, with the standard parameters.
    #[must_use]
    pub fn request(&self) -> &VoiceRequest {
        &self.request
    }

    /// The request itself, with the standard parameters.
    #[must_use]
    pub fn into_request(self) -> VoiceRequest {
        self.request
    }

    /// `ReferCallStatus`: how the call to the target stands, as far as the NOTIFYs told. An empty
    /// one counts as absent.
    #[must_use]
    pub fn refer_call_status(&self) -> Option<ReferCallStatus> {
        let text = self.request.first(Parameter::ReferCallStatus)?;
        (!text.is_empty()).then(|| ReferCallStatus::from(text))
    }

    /// `ReferSipResponseCode`: the endpoint's answer to the REFER, 100 to 699.
    #[must_use]
    pub fn refer_sip_response_code(&self) -> Option<u16> {
        self.request.first(Parameter::ReferSipResponseCode).and_then(code)
    }

    /// `NotifySipResponseCode`: the last code of the call to the target, 100 to 699.
    #[must_use]
    pub fn notify_sip_response_code(&self) -> Option<u16> {
        self.request.first(Parameter::NotifySipResponseCode).and_then(code)
    }

    /// How the transfer ended.
    #[must_use]
    pub fn outcome(&self) -> ReferOutcome {
        ReferOutcome::classify(
            self.refer_call_status(),
            self.refer_sip_response_code(),
            self.notify_sip_response_code(),
        )
    }

    /// Whether the original call is still there for the app to talk to: the caller is neither
    /// transferred nor gone, and `CallStatus` is not one of the last ones. Where there is no
    /// `CallStatus`, a REFER that got 408 or 481 says that the dialog is gone (RFC 3261 §12.2.1.2).
    #[must_use]
    pub fn may_resume(&self) -> bool {
        self.outcome().leaves_call(self.request.call_status().filter(|it| !it.is_empty()))
    }

    /// What was odd about the standard parameters and the three of `<Refer>`, each named.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Every pair in arrival order, with what has a getter, too.
    #[must_use]
    pub fn params(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.request.params()
    }

    /// The first value of the parameter of this name, compared with case.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.request.param(name)
    }

    /// Every pair as a form body or query. Reading it gives an equal callback.
    ///
    /// ```
    /// use twiml_refer::webhook::ReferCallback;
    ///
    /// let callback = ReferCallback::from_pairs([("ReferCallStatus", "busy"), ("To", "+1555")])?;
    /// assert_eq!(callback.to_form(), "ReferCallStatus=busy&To=%2B1555");
    /// assert_eq!(ReferCallback::from_form(callback.to_form())?, callback);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn to_form(&self) -> String {
        self.request.to_form()
    }
}

impl From<VoiceRequest> for ReferCallback {
    fn from(request: VoiceRequest) -> Self {
        let mut problems = request.problems().to_vec();
        problems.extend(Problem::repeats(Parameter::REFER, request.decoded()));
        for parameter in [Parameter::ReferSipResponseCode, Parameter::NotifySipResponseCode] {
            match request.first(parameter) {
                Some(value) if !value.is_empty() && code(value).is_none() => {
                    problems.push(Problem::no_code(parameter, value));
                }
                _ => {}
            }
        }
        Self { request, problems }
    }
}

/// A SIP status code: three ASCII digits, 100 to 699.
fn code(value: &str) -> Option<u16> {
    match value.as_bytes() {
        [b'1'..=b'6', b'0'..=b'9', b'0'..=b'9'] => value.parse().ok(),
        _ => None,
    }
}

impl fmt::Debug for ReferCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReferCallback")
            .field("outcome", &self.outcome())
            .field("request", &self.request)
            .field("problems", &self.problems)
            .finish()
    }
}
