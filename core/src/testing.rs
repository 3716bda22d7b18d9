//! Signed requests as Twilio sends them, for the tests of an app.

use std::fmt;

use crate::http::Method;
use crate::redact::redact_url;
use crate::sip::SipStatus;
use crate::webhook::{ReferCallStatus, ReferReport};
use crate::{Error, RequestValidator, VoiceRequest};

/// How a transfer ends in a test.
///
/// ```
/// use twiml_refer::{RequestValidator, http::Method, testing::Scenario};
///
/// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
/// let made = Scenario::TargetFailed.request(&validator, Method::Post, "/refer", [("CallSid", "CA1")])?;
/// let request = validator.verify(made.method(), made.url(), made.body(), Some(made.signature()))?;
/// assert_eq!(request.call_sid(), Some("CA1"));
/// assert_eq!(request.outcome(), Some(Scenario::TargetFailed.report().outcome()));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scenario {
    /// The target answers.
    Transferred,
    /// The endpoint rejects the REFER with 405.
    Rejected,
    /// The target is busy.
    TargetFailed,
    /// The caller hangs up while the target rings.
    Canceled,
    /// The endpoint accepts the REFER and never says how it went.
    Unconfirmed,
}

impl Scenario {
    /// Every scenario.
    pub const ALL: [Self; 5] =
        [Self::Transferred, Self::Rejected, Self::TargetFailed, Self::Canceled, Self::Unconfirmed];

    /// The name, that of the outcome's kind: `target-failed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Transferred => "transferred",
            Self::Rejected => "rejected",
            Self::TargetFailed => "target-failed",
            Self::Canceled => "canceled",
            Self::Unconfirmed => "unconfirmed",
        }
    }

    /// The report of such a transfer.
    #[must_use]
    pub fn report(self) -> ReferReport {
        let (status, refer, notify) = match self {
            Self::Transferred => (Some(ReferCallStatus::InProgress), 202, Some(200)),
            Self::Rejected => (Some(ReferCallStatus::Failed), 405, None),
            Self::TargetFailed => (Some(ReferCallStatus::Busy), 202, Some(486)),
            Self::Canceled => (Some(ReferCallStatus::Canceled), 202, Some(180)),
            Self::Unconfirmed => (None, 202, None),
        };
        let code = |code: u16| SipStatus::new(code).ok();
        ReferReport::new(status, code(refer), notify.and_then(code))
    }

    /// The request to the action URL, signed. `params` are added to the usual ones, or replace them.
    ///
    /// # Errors
    ///
    /// Like [`SignedRequest::new`].
    pub fn request<N: AsRef<str>, V: AsRef<str>>(
        self,
        validator: &RequestValidator,
        method: Method,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> Result<SignedRequest, Error> {
        let call_status = if self == Self::Canceled { "completed" } else { "in-progress" };
        let usual =
            [("CallStatus", call_status)].into_iter().map(|(name, value)| (name, value.to_owned()));
        let mut all: Vec<_> = usual
            .chain(self.report().params())
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        merge(&mut all, params);
        SignedRequest::new(validator, method, url, all)
    }
}

display_as_str!(Scenario);

/// A request to send to the app under test.
///
/// ```
/// use twiml_refer::{RequestValidator, http::Method, testing::SignedRequest};
///
/// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
/// let made = SignedRequest::new(&validator, Method::Post, "/voice", [("Digits", "1")])?;
/// assert_eq!((made.method(), made.url()), (Method::Post, "/voice"));
/// assert!(made.body().starts_with("CallSid=CA"));
/// assert!(made.body().ends_with("&Digits=1"));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SignedRequest {
    method: Method,
    url: String,
    body: String,
    signature: String,
}

impl SignedRequest {
    /// Makes any request from Twilio, signed by the validator's first auth token. `params` are added to the
    /// usual ones of a call from a SIP endpoint, or replace them. `url` is what is passed to
    /// [`verify`](RequestValidator::verify); for GET the parameters are added to its query.
    ///
    /// # Errors
    ///
    /// Nothing but what [`VoiceRequest::from_pairs`] refuses.
    pub fn new<N: AsRef<str>, V: AsRef<str>>(
        validator: &RequestValidator,
        method: Method,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, Error> {
        let usual = [
            ("CallSid", "CA00000000000000000000000000000000"),
            ("AccountSid", "AC00000000000000000000000000000000"),
            ("From", "sip:caller@example.com"),
            ("To", "sip:app@example.com"),
            ("Direction", "inbound"),
            ("ApiVersion", "2010-04-01"),
            ("CallStatus", "in-progress"),
        ];
        let mut all: Vec<_> = usual.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        merge(&mut all, params);
        let form = VoiceRequest::from_pairs(all, usize::MAX)?.to_form();
        let (url, body) = match method {
            Method::Get => {
                let mark = if url.contains('?') { '&' } else { '?' };
                (format!("{url}{mark}{form}"), String::new())
            }
            Method::Post => (url.to_owned(), form),
        };
        let signature = validator.sign_form(&url, &body);
        Ok(Self { method, url, body, signature })
    }

    /// The method to send it with.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// The URL, or request target, with the parameters of a GET.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The form body; empty for a GET.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The value of the header `X-Twilio-Signature`.
    #[must_use]
    pub fn signature(&self) -> &str {
        &self.signature
    }

    /// The headers to send it with.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let kind = (self.method == Method::Post)
            .then_some(("Content-Type", "application/x-www-form-urlencoded"));
        [("X-Twilio-Signature", self.signature.as_str())].into_iter().chain(kind)
    }
}

/// Shows neither the signature nor the values of the parameters: `CallToken` may be among them.
impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = redact_url(&self.url);
        f.debug_struct("SignedRequest")
            .field("method", &self.method)
            .field("url", &url)
            .finish_non_exhaustive()
    }
}

/// Replaces the usual pairs of the same names, and adds the others: a repeated name is kept.
fn merge<N: AsRef<str>, V: AsRef<str>>(
    all: &mut Vec<(String, String)>,
    params: impl IntoIterator<Item = (N, V)>,
) {
    let usual = all.len();
    for (name, value) in params {
        let (name, value) = (name.as_ref(), value.as_ref().to_owned());
        match all.iter_mut().take(usual).find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => all.push((name.to_owned(), value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::{Event, Notify, Output, Response, Start};
    use crate::{SipUri, Transfer};

    /// What the verb itself reports of an endpoint that behaves so.
    #[test]
    fn the_reports_are_those_of_a_transfer() {
        for scenario in Scenario::ALL {
            let notifies: &[(u16, &str)] = match scenario {
                Scenario::Transferred => &[(180, "active"), (200, "terminated")],
                Scenario::TargetFailed => &[(100, "active"), (486, "terminated")],
                Scenario::Canceled => &[(180, "active")],
                Scenario::Rejected | Scenario::Unconfirmed => &[],
            };
            let mut transfer = Transfer::new(SipUri::parse("sip:alice@example.com").unwrap());
            transfer.handle(Start::new(1), 0).unwrap();
            let code = if scenario == Scenario::Rejected { 405 } else { 202 };
            transfer.handle(Response::new(code), 0).unwrap();
            for (cseq, (code, state)) in (1..).zip(notifies) {
                let body = format!("SIP/2.0 {code} \r\n");
                let notify = Notify::new(cseq, "refer", &body).with_subscription_state(*state);
                transfer.handle(notify, 0).unwrap();
            }
            if scenario == Scenario::Canceled {
                transfer.handle(Event::HangUp, 0).unwrap();
            }
            if let Some(deadline_ms) = transfer.deadline_ms() {
                while transfer.poll().is_some() {}
                transfer.handle_timeout(deadline_ms).unwrap();
            }
            let outputs: Vec<_> = std::iter::from_fn(|| transfer.poll()).collect();
            let report = scenario.report();
            assert_eq!(report.outcome().kind(), scenario.as_str());
            assert!(outputs.contains(&Output::Completed(report)), "{scenario}: {outputs:?}");
        }
    }

    #[test]
    fn a_get_has_its_parameters_in_the_query() {
        let validator = RequestValidator::new("12345").unwrap();
        let url = "https://voice.example.com/refer?a=1";
        let made = Scenario::Canceled.request(&validator, Method::Get, url, [("a", "2")]).unwrap();
        assert!(made.url().starts_with(&format!("{url}&CallSid=")), "{}", made.url());
        assert_eq!(made.body(), "");
        assert_eq!(made.headers().collect::<Vec<_>>(), [("X-Twilio-Signature", made.signature())]);
        let request =
            validator.verify(Method::Get, made.url(), made.body(), Some(made.signature())).unwrap();
        assert!(!request.may_resume());
    }

    #[test]
    fn usual_parameters_are_replaced_and_repeated_ones_kept() {
        let validator = RequestValidator::new("12345").unwrap();
        let params = [("From", "client:bob"), ("A", "1"), ("A", "2"), ("CallToken", "s3cret")];
        let made = SignedRequest::new(&validator, Method::Post, "/voice", params).unwrap();
        assert_eq!(made.body().matches("From=").count(), 1);
        assert!(made.body().ends_with("&A=1&A=2&CallToken=s3cret"), "{}", made.body());
        let shown = format!("{made:?}");
        assert!(!shown.contains("s3cret") && !shown.contains(made.signature()), "{shown}");
    }
}
