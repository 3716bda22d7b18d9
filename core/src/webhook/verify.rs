//! Verifying: the size, then the signature, and only then what the request says.

use super::callback::ReferCallback;
use super::form;
use super::form::{RawParams, too_large};
use super::request::VoiceRequest;
use super::signature::{BodyHash, Signature, VerifyError};
use super::url::{UrlParts, any_candidate};
use super::validator::RequestValidator;
use crate::http::Method;

impl RequestValidator {
    /// Verifies the signature of the request to the `action` of a `<Refer>` and returns it parsed.
    ///
    /// * `method` is that of the *route*: the one that the TwiML or the phone number says. Do not copy
    ///   the request's own, unless the route accepts only one: a signature covers no method, so a
    ///   signed POST could be sent again as a GET of the same bytes. With [`Method::Get`] the query
    ///   holds the parameters, and a body is a mismatch. With [`Method::Post`] the body holds them, and
    ///   an empty body is an empty form.
    /// * `url` is the request target as it came on the wire (`/handleRefer?x=1`), where a
    ///   [public base](Self::with_public_base) is set; else the absolute URL that Twilio asked for.
    /// * `body` is the form body as it was received, before any decoding.
    /// * `signature` is the value of the header `X-Twilio-Signature`.
    ///
    /// These spellings of the URL are tried: as given, its port removed, the default port added; user
    /// info kept and dropped; for `wss` with a slash after the path, too. Beyond these not a byte may
    /// differ; a fragment is never removed, as no request has one.
    ///
    /// # Errors
    ///
    /// * [`VerifyError::Request`] with `request-too-large`: the body, or the query of a GET, is over the
    ///   [limit](Self::with_max_body_bytes); judged before anything else. Answer 413.
    /// * [`VerifyError::SignatureMissing`], [`VerifyError::SignatureMismatch`]: it is not proved that
    ///   Twilio made this request. Answer 403.
    /// * [`VerifyError::Request`] with `request-not-utf8`: it is signed, but cannot be read. Answer 400.
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method, webhook::VerifyError};
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let url = "https://voice.example.com/refer?ReferCallStatus=canceled";
    /// let signature = validator.sign_form(url, b"");
    /// assert!(!validator.verify(Method::Get, url, b"", Some(&signature))?.may_resume());
    ///
    /// let other = "https://voice.example.com/refer?ReferCallStatus=busy";
    /// let error = validator.verify(Method::Get, other, b"", Some(&signature)).unwrap_err();
    /// assert_eq!(error, VerifyError::SignatureMismatch);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn verify(
        &self,
        method: Method,
        url: &str,
        body: impl AsRef<[u8]>,
        signature: Option<&str>,
    ) -> Result<ReferCallback, VerifyError> {
        self.verify_body(method, url, body.as_ref(), signature).map(ReferCallback::from)
    }

    /// Like [`verify`](Self::verify), for any request from Twilio.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method, webhook::Leg};
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
    /// let body = "CallSid=CA1&Direction=inbound&From=sip%3Aalice%40example.com";
    /// let signature = validator.sign_form("/voice", body);
    /// let request = validator.verify_request(Method::Post, "/voice", body, Some(&signature))?;
    /// assert_eq!(request.leg(), Leg::Sip);
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn verify_request(
        &self,
        method: Method,
        url: &str,
        body: impl AsRef<[u8]>,
        signature: Option<&str>,
    ) -> Result<VoiceRequest, VerifyError> {
        self.verify_body(method, url, body.as_ref(), signature)
    }

    /// Like [`verify`](Self::verify) for a POST whose form a framework has decoded already. The
    /// URL's query must not be among the pairs; `bodySHA256` is not checked, as there is no raw body.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let url = "https://voice.example.com/refer";
    /// let pairs = [("ReferCallStatus", "in-progress"), ("CallSid", "CA1")];
    /// let signature = validator.sign(url, pairs);
    /// let callback = validator.verify_params(url, pairs, Some(&signature))?;
    /// assert_eq!(callback.outcome().kind(), "transferred");
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn verify_params<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> Result<ReferCallback, VerifyError> {
        let raw = RawParams::from_pairs(pairs, self.max_body_bytes)
            .ok_or_else(|| VerifyError::Request(too_large(self.max_body_bytes)))?;
        self.check(self.parts(url), &raw, signature)?;
        let request = form::text(raw, b"").map(VoiceRequest::from_params);
        request.map(ReferCallback::from).map_err(VerifyError::Request)
    }

    /// Checks whether Twilio signed a request with these decoded parameters; without any, the URL
    /// alone. More parameters than the [limit](Self::with_max_body_bytes) are never valid.
    ///
    /// This is the official libraries' `validate`: it pins neither the method nor what the app then
    /// reads. Prefer [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let params = [("CallSid", "CA123"), ("Digits", "5678"), ("Digits", "1234")];
    /// let signature = validator.sign("https://example.com/", params);
    /// assert!(validator.validate("https://example.com/", params, Some(&signature)));
    /// assert!(!validator.validate("https://example.com/", params, Some("")));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use = "an unsigned request is anyone's"]
    pub fn validate<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> bool {
        RawParams::from_pairs(params, self.max_body_bytes)
            .is_some_and(|raw| self.check(self.parts(url), &raw, signature).is_ok())
    }

    /// Checks whether Twilio signed a request with this body that is not a form, for example JSON.
    ///
    /// The signature covers the URL alone, so `bodySHA256` must be in its query, once, and be the
    /// lower-case hexadecimal SHA-256 of the body. The body is hashed only if the URL is signed; it
    /// has no limit but the caller's.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let url = "https://mycompany.com/myapp.php?foo=1&bar=2\
    ///     &bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    /// let signature = Some("a9nBmqA0ju/hNViExpshrM61xv4=");
    /// assert!(validator.validate_raw(url, r#"{"property": "value", "boolean": true}"#, signature));
    /// assert!(!validator.validate_raw(url, r#"{"property": "other", "boolean": true}"#, signature));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use = "an unsigned request is anyone's"]
    pub fn validate_raw(&self, url: &str, body: impl AsRef<[u8]>, signature: Option<&str>) -> bool {
        self.check(self.parts(url), &RawParams::default(), signature).is_ok_and(|parts| {
            BodyHash::check(parts.query_text(), body.as_ref()) == BodyHash::Agrees
        })
    }

    fn verify_body(
        &self,
        method: Method,
        url: &str,
        body: &[u8],
        signature: Option<&str>,
    ) -> Result<VoiceRequest, VerifyError> {
        let parts = self.parts(url);
        let query = parts.map_or("", |parts| parts.query_text());
        let source = match method {
            Method::Get => query.as_bytes(),
            Method::Post => body,
        };
        if source.len() > self.max_body_bytes || body.len() > self.max_body_bytes {
            return Err(VerifyError::Request(too_large(self.max_body_bytes)));
        }
        // Decoded once, for the signature and for the reader. A GET's body is signed by nobody.
        let raw = form::decode(body);
        let unsigned_body = method == Method::Get && !body.is_empty();
        self.check(parts.filter(|_| !unsigned_body), &raw, signature)?;
        if BodyHash::check(query, body) == BodyHash::Disagrees {
            return Err(VerifyError::SignatureMismatch);
        }
        match method {
            Method::Get => form::read(source, self.max_body_bytes),
            Method::Post => form::text(raw, source),
        }
        .map(VoiceRequest::from_params)
        .map_err(VerifyError::Request)
    }

    /// Whether one of the secrets signed one of the spellings of the URL with these parameters.
    fn check<'a>(
        &self,
        parts: Option<UrlParts<'a>>,
        raw: &RawParams,
        signature: Option<&str>,
    ) -> Result<UrlParts<'a>, VerifyError> {
        let text =
            signature.filter(|text| !text.is_empty()).ok_or(VerifyError::SignatureMissing)?;
        let mismatch = VerifyError::SignatureMismatch;
        let (Some(parts), Some(signature)) = (parts, Signature::parse(text)) else {
            return Err(mismatch);
        };
        let params = raw.signed();
        let signed = any_candidate(parts, self.encoded_spellings, |spelled| {
            let mut secrets = std::iter::once(&self.first).chain(&self.more);
            secrets.any(|secret| secret.matches(self.algorithm, spelled, &params, &signature))
        });
        if signed { Ok(parts) } else { Err(mismatch) }
    }
}
