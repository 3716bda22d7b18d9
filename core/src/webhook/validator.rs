//! [`RequestValidator`]: what it is told, and signing. Verifying stands in `verify`.

use std::sync::Arc;

use super::form::RawParams;
use super::signature::{Algorithm, Secret};
use super::url::{PublicBase, Spelling, UrlCandidate, UrlParts, any_candidate};
use super::{form, signature};
use crate::Error;
use crate::limits::DEFAULT_MAX_BODY_BYTES;
use crate::redact::redact_url;

/// Checks whether a request was signed by Twilio, by its `X-Twilio-Signature`.
///
/// The main function is [`verify`](Self::verify): it returns a request only if its signature is
/// good. Give the [public base](Self::with_public_base) by which Twilio reaches the app, and pass
/// the request target as it came on the wire: then no Host header, no proxy and no framework's
/// decoding stands between. [`explain`](Self::explain) shows what was compared.
///
/// A signature proves that Twilio once made this request to this URL. It covers neither the method
/// nor the time, and joins the URL, names and values without delimiters: `Digits` + `1234` signs like
/// `Digits1` + `234`, and the first parameters may have been moved from the form to the end of the
/// query. Check that the form has the `CallSid` of the call, check the state of the call, and treat a
/// repeated action request as one.
///
/// ```
/// use twiml_refer::{ReferOutcome, RequestValidator, error::ErrorKind, http::Method};
///
/// let validator =
///     RequestValidator::new("12345")?.with_public_base("https://voice.example.com")?;
/// let target = "/handleRefer";      // path and query as the HTTP server received them
/// let body = b"ReferCallStatus=in-progress&ReferSipResponseCode=202&NotifySipResponseCode=200";
/// # let header = validator.sign_form(target, body);
/// # let header = Some(header.as_str());
///
/// let callback = validator.verify(Method::Post, target, body, header)?;
/// assert_eq!(callback.outcome(), ReferOutcome::Transferred);
///
/// let forged = validator.verify(Method::Post, target, b"ReferCallStatus=busy", header).unwrap_err();
/// assert_eq!(forged.kind(), ErrorKind::SignatureMismatch);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RequestValidator {
    pub(super) first: Secret,
    pub(super) more: Vec<Secret>,
    pub(super) algorithm: Algorithm,
    pub(super) base: Option<PublicBase>,
    pub(super) max_body_bytes: usize,
    pub(super) encoded_spellings: bool,
}

impl RequestValidator {
    /// A validator with the account's auth token, or the shared key of [`Algorithm::Sha256`].
    ///
    /// # Errors
    ///
    /// `secret-empty`: anyone could sign with an empty secret.
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, error::ErrorKind};
    ///
    /// assert!(RequestValidator::new("12345").is_ok());
    /// assert_eq!(RequestValidator::new("").unwrap_err().kind(), ErrorKind::SecretEmpty);
    /// ```
    pub fn new(secret: impl AsRef<str>) -> Result<Self, Error> {
        Ok(Self {
            first: Secret::new(secret.as_ref())?,
            more: Vec::new(),
            algorithm: Algorithm::default(),
            base: None,
            max_body_bytes: DEFAULT_MAX_BODY_BYTES,
            encoded_spellings: false,
        })
    }

    /// Adds a secret: while tokens are rotated, any of them may have signed. The first one signs.
    ///
    /// # Errors
    ///
    /// `secret-empty`, as [`new`](Self::new).
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method};
    ///
    /// let old = RequestValidator::new("old token")?;
    /// let rotating = RequestValidator::new("new token")?.with_secret("old token")?;
    /// let url = "https://voice.example.com/refer?a=1";
    /// assert!(rotating.verify(Method::Get, url, b"", Some(&old.sign_form(url, b""))).is_ok());
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    pub fn with_secret(mut self, secret: impl AsRef<str>) -> Result<Self, Error> {
        self.more.push(Secret::new(secret.as_ref())?);
        Ok(self)
    }

    /// Sets the base by which Twilio reaches the app: scheme, host, optionally a port, and the path
    /// prefix that a gateway strips. A request target (`/refer?x=1`) is appended to it; of an
    /// absolute URL it replaces scheme, host and port.
    ///
    /// A URL that is neither, as `*` or `refer`, is a mismatch. Pass the request target rather than an
    /// absolute URL that a framework put together: that may have taken its path from the Host header.
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

    /// Pins the algorithm; without it, it is [`Algorithm::Sha1`].
    #[must_use]
    pub fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets how many bytes a body, or the query of a GET, may have; without it,
    /// [`DEFAULT_MAX_BODY_BYTES`]. What has more is
    /// [`RequestTooLarge`](crate::error::ErrorKind::RequestTooLarge) before anything is decoded or hashed.
    #[must_use]
    pub fn with_max_body_bytes(mut self, max_bytes: usize) -> Self {
        self.max_body_bytes = max_bytes;
        self
    }

    /// Tries also the spellings of path and query in which every `'` is `%27` or the other way
    /// round, in a SIP URI every `:` and `@` is `%3A` and `%40` or the other way round, and what is
    /// beyond ASCII is escaped.
    ///
    /// Off unless set: only some proxies and frameworks write them anew.
    ///
    /// ```
    /// use twiml_refer::{RequestValidator, http::Method};
    ///
    /// let strict = RequestValidator::new("12345")?;
    /// let tolerant = RequestValidator::new("12345")?.accept_encoded_spellings(true);
    /// let signature = strict.sign_form("https://example.com/r?To=sip%3Aa%40example.com", b"");
    /// let seen = "https://example.com/r?To=sip:a@example.com";
    /// assert!(strict.verify(Method::Get, seen, b"", Some(&signature)).is_err());
    /// assert!(tolerant.verify(Method::Get, seen, b"", Some(&signature)).is_ok());
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn accept_encoded_spellings(mut self, accept: bool) -> Self {
        self.encoded_spellings = accept;
        self
    }

    /// The signature of a request with these decoded parameters; without any, of a GET.
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

    /// The signature of a request with this form body; with an empty one, of a GET.
    #[must_use]
    pub fn sign_form(&self, url: &str, body: impl AsRef<[u8]>) -> String {
        self.sign_params(url, &form::decode(body.as_ref()))
    }

    /// The signature of a request with this body that is no form, for example JSON: that of
    /// [`url_with_body_sha256`](Self::url_with_body_sha256), to which the request must go.
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
        let url = signature::url_with_hash(url, body.as_ref());
        self.sign_params(&url, &RawParams::default())
    }

    /// The URL with the `bodySHA256` of this body in its query; unchanged where it stands there
    /// already.
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
        signature::url_with_hash(url, body.as_ref())
    }

    /// The spellings of the URL that are tried for a request with this form body, in their order,
    /// and what is hashed for each. For a body that is no form pass an empty one: of such a request
    /// the URL alone is signed. A body over the limit is not shown.
    ///
    /// ```
    /// use twiml_refer::RequestValidator;
    ///
    /// let tried = RequestValidator::new("12345")?.explain("https://example.com/r", b"To=b&From=a");
    /// let hashed: Vec<_> = tried.iter().map(|spelling| spelling.hashed()).collect();
    /// assert_eq!(
    ///     hashed,
    ///     ["https://example.com/rFromaTob", "https://example.com:443/rFromaTob"],
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn explain(&self, url: &str, body: impl AsRef<[u8]>) -> Vec<Spelling> {
        let url = redact_url(url);
        let body = Some(body.as_ref()).filter(|body| body.len() <= self.max_body_bytes);
        let params = body.map(form::decode).unwrap_or_default().redacted();
        let params: Arc<str> = String::from_utf8_lossy(&params.signed()).into();
        let mut tried = Vec::new();
        let Some(parts) = self.parts(&url) else { return tried };
        any_candidate(parts, self.encoded_spellings, |spelled| {
            tried.push(Spelling::new(spelled.to_text(), Arc::clone(&params)));
            false
        });
        tried
    }

    /// The URL that Twilio asked for. `None` where a public base is set and `url` is neither a request
    /// target nor an absolute URL.
    pub(super) fn parts<'a>(&'a self, url: &'a str) -> Option<UrlParts<'a>> {
        let parts = UrlParts::of(url);
        self.base.as_ref().map_or(Some(parts), |base| base.join(&parts))
    }

    fn sign_params(&self, url: &str, params: &RawParams) -> String {
        let parts = self.parts(url).unwrap_or_else(|| UrlParts::of(url));
        let url = UrlCandidate::as_given(UrlParts { fragment: "", ..parts });
        self.first.sign(self.algorithm, &url, &params.signed())
    }
}
