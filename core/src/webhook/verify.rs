//! Verifying: the signature first, and only then what the request says.

use super::body_hash::BodyHash;
use super::callback::ReferCallback;
use super::form;
use super::params::{RawParams, too_large};
use super::request::VoiceRequest;
use super::secret::Signature;
use super::spelling::any_spelling;
use super::url_parts::UrlParts;
use super::validator::RequestValidator;
use super::verify_error::VerifyError;

impl RequestValidator {
    /// The callback that this request brings, if the platform signed it.
    ///
    /// `url` is the one that the platform asked for, with its query; `body` the form body as it was
    /// received, before any decoding. An empty body means a GET: the callback is the URL's query.
    /// `signature` is the value of the header `X-Twilio-Signature`.
    ///
    /// These spellings of the URL are tried: as given, its port removed, the default port added; user
    /// info kept and dropped; fragment removed and kept; for `wss` with a slash after the path, too.
    /// Beyond these not a byte may differ.
    ///
    /// # Errors
    ///
    /// [`VerifyError::SignatureMismatch`] where it is not proved that the platform sent this request,
    /// [`VerifyError::Callback`] where it is, but the parameters are not UTF-8 or over the
    /// [limit](Self::with_max_body_bytes).
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, VerifyError};
    ///
    /// let validator = RequestValidator::new("12345");
    /// let url = "https://voice.example.com/refer?ReferCallStatus=canceled";
    /// let signature = validator.sign_form(url, b"");
    /// assert!(!validator.verify(url, b"", Some(&signature))?.may_resume());
    ///
    /// let other = "https://voice.example.com/refer?ReferCallStatus=busy";
    /// let error = validator.verify(other, b"", Some(&signature)).unwrap_err();
    /// assert_eq!(error, VerifyError::SignatureMismatch);
    /// # Ok::<(), VerifyError>(())
    /// ```
    pub fn verify(
        &self,
        url: &str,
        body: impl AsRef<[u8]>,
        signature: Option<&str>,
    ) -> Result<ReferCallback, VerifyError> {
        self.verify_body(url, body.as_ref(), signature).map(ReferCallback::from)
    }

    /// As [`verify`](Self::verify), for any request of the platform.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::{Leg, RequestValidator, VerifyError};
    ///
    /// let validator = RequestValidator::new("12345");
    /// let url = "https://voice.example.com/voice";
    /// let body = "CallSid=CA1&Direction=inbound&From=sip%3Aalice%40example.com";
    /// let signature = validator.sign_form(url, body);
    /// let request = validator.verify_request(url, body, Some(&signature))?;
    /// assert_eq!(request.leg(), Leg::Sip);
    /// # Ok::<(), VerifyError>(())
    /// ```
    pub fn verify_request(
        &self,
        url: &str,
        body: impl AsRef<[u8]>,
        signature: Option<&str>,
    ) -> Result<VoiceRequest, VerifyError> {
        self.verify_body(url, body.as_ref(), signature)
    }

    /// As [`verify`](Self::verify), where a framework has decoded the form already. Without pairs it
    /// is a GET: the callback is the URL's query, which must not be passed as pairs.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, VerifyError};
    ///
    /// let validator = RequestValidator::new("12345");
    /// let url = "https://voice.example.com/refer";
    /// let pairs = [("ReferCallStatus", "in-progress"), ("CallSid", "CA1")];
    /// let signature = validator.sign(url, pairs);
    /// let callback = validator.verify_params(url, pairs, Some(&signature))?;
    /// assert_eq!(callback.outcome().kind(), "transferred");
    /// # Ok::<(), VerifyError>(())
    /// ```
    pub fn verify_params<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        pairs: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> Result<ReferCallback, VerifyError> {
        let parts = self.parts(url);
        let raw =
            self.checked_pairs(parts, pairs, signature).ok_or(VerifyError::SignatureMismatch)?;
        let request = if raw.is_empty() {
            self.read_query(parts)?
        } else if raw.shortest_form() > self.max_body_bytes {
            return Err(VerifyError::Callback(too_large(self.max_body_bytes)));
        } else {
            form::text(raw, b"").map(VoiceRequest::from_params).map_err(VerifyError::Callback)?
        };
        Ok(ReferCallback::from(request))
    }

    /// Whether the platform signed a request with these decoded parameters; without any, a GET.
    ///
    /// [`verify_params`](Self::verify_params) hands over the parameters with the answer.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345");
    /// let params = [("CallSid", "CA123"), ("Digits", "5678"), ("Digits", "1234")];
    /// let signature = validator.sign("https://example.com/", params);
    /// assert!(validator.validate("https://example.com/", params, Some(&signature)));
    /// assert!(!validator.validate("https://example.com/", params, Some("")));
    /// ```
    #[must_use = "an unsigned request is anyone's"]
    pub fn validate<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> bool {
        self.checked_pairs(self.parts(url), params, signature).is_some()
    }

    /// Whether the platform signed a request with this body that is no form, for example JSON.
    ///
    /// The signature covers the URL alone, so `bodySHA256` must stand in its query, once, and be the
    /// lower-case hexadecimal SHA-256 of the body.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345");
    /// let url = "https://mycompany.com/myapp.php?foo=1&bar=2\
    ///     &bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
    /// let signature = Some("a9nBmqA0ju/hNViExpshrM61xv4=");
    /// assert!(validator.validate_raw(url, r#"{"property": "value", "boolean": true}"#, signature));
    /// assert!(!validator.validate_raw(url, r#"{"property": "other", "boolean": true}"#, signature));
    /// ```
    #[must_use = "an unsigned request is anyone's"]
    pub fn validate_raw(&self, url: &str, body: impl AsRef<[u8]>, signature: Option<&str>) -> bool {
        let parts = self.parts(url);
        BodyHash::check(parts.query_text(), body.as_ref()) == BodyHash::Agrees
            && signature.and_then(Signature::parse).is_some_and(|it| self.signed(parts, b"", &it))
    }

    fn verify_body(
        &self,
        url: &str,
        body: &[u8],
        signature: Option<&str>,
    ) -> Result<VoiceRequest, VerifyError> {
        let mismatch = || VerifyError::SignatureMismatch;
        let signature = signature.and_then(Signature::parse).ok_or_else(mismatch)?;
        // Decoded once, for the signature and for the reader; over the limit, too, for which of the
        // two errors it is hangs on the signature.
        let raw = form::decode(body).ok_or_else(mismatch)?;
        let parts = self.parts(url);
        if !self.signed(parts, &raw.signed(), &signature)
            || BodyHash::check(parts.query_text(), body) == BodyHash::Disagrees
        {
            return Err(mismatch());
        }
        if body.is_empty() {
            return self.read_query(parts);
        }
        if body.len() > self.max_body_bytes {
            return Err(VerifyError::Callback(too_large(self.max_body_bytes)));
        }
        form::text(raw, body).map(VoiceRequest::from_params).map_err(VerifyError::Callback)
    }

    /// The pairs, if they are signed.
    fn checked_pairs<N: AsRef<str>, V: AsRef<str>>(
        &self,
        parts: UrlParts<'_>,
        pairs: impl IntoIterator<Item = (N, V)>,
        signature: Option<&str>,
    ) -> Option<RawParams> {
        let signature = Signature::parse(signature?)?;
        let raw = RawParams::from_pairs(pairs, usize::MAX)?;
        // Without pairs nothing but the URL is signed: a body there was not given, and goes unchecked
        // unless it is none.
        let refuted = if raw.is_empty() {
            BodyHash::check(parts.query_text(), b"") == BodyHash::Disagrees
        } else {
            BodyHash::is_repeated(parts.query_text())
        };
        (!refuted && self.signed(parts, &raw.signed(), &signature)).then_some(raw)
    }

    /// Whether one of the secrets signed one of the spellings.
    fn signed(&self, parts: UrlParts<'_>, params: &[u8], signature: &Signature) -> bool {
        any_spelling(parts, self.encoded_spellings, |spelled| {
            let mut secrets = std::iter::once(&self.first).chain(&self.more);
            secrets.any(|secret| secret.matches(self.algorithm, spelled, params, signature))
        })
    }

    /// What a GET brings.
    fn read_query(&self, parts: UrlParts<'_>) -> Result<VoiceRequest, VerifyError> {
        form::read(parts.query_text().as_bytes(), self.max_body_bytes)
            .map(VoiceRequest::from_params)
            .map_err(VerifyError::Callback)
    }
}
