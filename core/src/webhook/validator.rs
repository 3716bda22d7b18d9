//! Making a [`RequestValidator`], signing, and explaining what is compared.

use std::sync::Arc;

use super::request::RawParams;
use super::signature::{Algorithm, AuthToken, RequestValidator, url_with_hash};
use super::url::{CandidateParts, PublicBase, UrlCandidate, UrlParts, any_candidate};
use crate::Error;
use crate::limits::DEFAULT_MAX_BODY_BYTES;
use crate::redact::redact_url;

impl RequestValidator {
    /// Makes a validator with the account's auth token, or the shared key of [`Algorithm::Sha256`].
    ///
    /// # Errors
    ///
    /// `auth-token-empty`: anyone could sign with an empty one.
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, error::ErrorKind};
    ///
    /// assert!(RequestValidator::new("12345").is_ok());
    /// assert_eq!(RequestValidator::new("").unwrap_err().kind(), ErrorKind::AuthTokenEmpty);
    /// ```
    pub fn new(auth_token: impl AsRef<str>) -> Result<Self, Error> {
        Ok(Self {
            first: AuthToken::new(auth_token.as_ref())?,
            more: Vec::new(),
            algorithm: Algorithm::default(),
            base: None,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            encoded_spellings: false,
        })
    }

    /// Adds an auth token: while they are rotated, any of them may have signed. [`sign`](Self::sign) uses
    /// the first one.
    ///
    /// # Errors
    ///
    /// `auth-token-empty`, like [`new`](Self::new).
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method};
    ///
    /// let old = RequestValidator::new("old token")?;
    /// let rotating = RequestValidator::new("new token")?.with_auth_token("old token")?;
    /// let url = "https://voice.example.com/refer?a=1";
    /// assert!(rotating.verify(Method::Get, url, b"", Some(&old.sign_form(url, b""))).is_ok());
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn with_auth_token(mut self, auth_token: impl AsRef<str>) -> Result<Self, Error> {
        self.more.push(AuthToken::new(auth_token.as_ref())?);
        Ok(self)
    }

    /// Sets the base by which Twilio reaches the app: scheme, host, optionally a port, and the path
    /// prefix that a gateway strips. A request target (`/refer?x=1`) is appended to it; of an
    /// absolute URL it replaces scheme, host and port.
    ///
    /// A URL that is neither, such as `*` or `refer`, is a mismatch. Pass the request target rather than
    /// an absolute URL that a framework put together: that may have taken its path from the Host header.
    ///
    /// # Errors
    ///
    /// [`PublicBaseInvalid`](crate::error::ErrorKind::PublicBaseInvalid) unless it is `http`, `https`,
    /// `ws` or `wss` with a host, a port from 1 to 65535 if any, and a path without `.` and `..`. One
    /// slash at its end is dropped.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?.with_public_base("https://example.com/tw")?;
    /// let outside = RequestValidator::new("12345")?;
    /// assert_eq!(
    ///     validator.sign_form("/refer", b""),
    ///     outside.sign_form("https://example.com/tw/refer", b""),
    /// );
    /// assert!(validator.with_public_base("example.com/app").is_err());
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn with_public_base(mut self, base: &str) -> Result<Self, Error> {
        self.base = Some(PublicBase::parse(base)?);
        Ok(self)
    }

    /// Sets the algorithm; the default is [`Algorithm::Sha1`].
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets how many bytes a body, or the query of a GET, may have; the default is
    /// [`DEFAULT_MAX_BODY_BYTES`]. More is
    /// [`RequestTooLarge`](crate::error::ErrorKind::RequestTooLarge) before anything is decoded or hashed.
    #[must_use]
    pub fn with_max_body_bytes(mut self, max_bytes: usize) -> Self {
        self.max_body_bytes = max_bytes;
        self
    }

    /// The limit of a body, or of the query of a GET, in bytes.
    #[must_use]
    pub fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// Sets whether to try other escapes of path and query as well: every `'` as `%27` or the other way
    /// round, in a SIP URI every `:` and `@` as `%3A` and `%40` or the other way round, and characters
    /// outside ASCII escaped.
    ///
    /// Off by default: only some proxies and frameworks rewrite these.
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method};
    ///
    /// let strict = RequestValidator::new("12345")?;
    /// let tolerant = RequestValidator::new("12345")?.with_encoded_spellings(true);
    /// let signature = strict.sign_form("https://example.com/r?To=sip%3Aa%40example.com", b"");
    /// let seen = "https://example.com/r?To=sip:a@example.com";
    /// assert!(strict.verify(Method::Get, seen, b"", Some(&signature)).is_err());
    /// assert!(tolerant.verify(Method::Get, seen, b"", Some(&signature)).is_ok());
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn with_encoded_spellings(mut self, accept: bool) -> Self {
        self.encoded_spellings = accept;
        self
    }

    /// Signs a request with these decoded parameters; without any, a GET.
    ///
    /// The URL is signed as given, user info included, without its fragment.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let params = [
    ///     ("CallSid", "CA1234567890ABCDE"),
    ///     ("Caller", "+14158675309"),
    ///     ("Digits", "1234"),
    ///     ("From", "+14158675309"),
    ///     ("To", "+18005551212"),
    /// ];
    /// assert_eq!(
    ///     RequestValidator::new("12345")?.sign("https://mycompany.com/myapp.php?foo=1&bar=2", params),
    ///     "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn sign<N: AsRef<str>, V: AsRef<str>>(
        &self,
        url: &str,
        params: impl IntoIterator<Item = (N, V)>,
    ) -> String {
        self.sign_params(url, &RawParams::from_pairs(params, usize::MAX).unwrap_or_default())
    }

    /// Signs a request with this form body; with an empty one, a GET.
    #[must_use]
    pub fn sign_form(&self, url: &str, body: impl AsRef<[u8]>) -> String {
        self.sign_params(url, &RawParams::from_form(body.as_ref(), usize::MAX).unwrap_or_default())
    }

    /// Signs a request with this body that is not a form, for example JSON. The request must go to
    /// [`url_with_body_sha256`](Self::url_with_body_sha256).
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let validator = RequestValidator::new("12345")?;
    /// let body = br#"{"property": "value", "boolean": true}"#;
    /// let url = RequestValidator::url_with_body_sha256("https://example.com/events", body);
    /// let signature = validator.sign_raw(&url, body);
    /// assert!(validator.validate_raw(&url, body, Some(&signature)));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn sign_raw(&self, url: &str, body: impl AsRef<[u8]>) -> String {
        let url = url_with_hash(url, body.as_ref());
        self.sign_params(&url, &RawParams::default())
    }

    /// Returns the URL with the `bodySHA256` of this body in its query; unchanged if it is there already.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// assert_eq!(
    ///     RequestValidator::url_with_body_sha256("https://example.com/a?b=1", b"abc"),
    ///     "https://example.com/a?b=1&bodySHA256=\
    ///      ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    /// );
    /// ```
    #[must_use]
    pub fn url_with_body_sha256(url: &str, body: impl AsRef<[u8]>) -> String {
        url_with_hash(url, body.as_ref())
    }

    /// Lists the URL candidates that are tried for a request with this form body, in order, and
    /// what is hashed for each. For a body that is not a form pass an empty one: only the URL of such a
    /// request is signed. A body over the limit is not shown.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let tried = RequestValidator::new("12345")?.explain("https://example.com/r", b"To=b&From=a");
    /// let hashed: Vec<_> = tried.iter().map(|candidate| candidate.hashed()).collect();
    /// assert_eq!(
    ///     hashed,
    ///     ["https://example.com/rFromaTob", "https://example.com:443/rFromaTob"],
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self, url: &str, body: impl AsRef<[u8]>) -> Vec<UrlCandidate> {
        let url = redact_url(url);
        let params = RawParams::from_form(body.as_ref(), self.max_body_bytes);
        let params = params.unwrap_or_default().redacted();
        let params: Arc<str> = String::from_utf8_lossy(&params.signed()).into();
        let mut tried = Vec::new();
        let Some(parts) = self.parts(&url) else { return tried };
        any_candidate(parts, self.encoded_spellings, |spelled| {
            tried.push(UrlCandidate::new(spelled.to_text(), Arc::clone(&params)));
            false
        });
        tried
    }

    fn sign_params(&self, url: &str, params: &RawParams) -> String {
        let parts = self.parts(url).unwrap_or_else(|| UrlParts::of(url));
        let url = CandidateParts::as_given(UrlParts { fragment: "", ..parts });
        self.first.sign(self.algorithm, &url, &params.signed())
    }
}
