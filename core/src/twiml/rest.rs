//! The REST requests that invoke the verb on a call: plain data, to be sent by whatever HTTP client
//! the app has, with the account's credentials. Nothing is sent here.

use url::Url;
use url::form_urlencoded::Serializer;

use super::response::VoiceResponse;
use crate::error::ErrorKind;
use crate::http::Method;
use crate::limits::MAX_REST_TWIML_CHARS;
use crate::redact::redact_url;
use crate::{Error, SipUri, http};

const DEFAULT_BASE: &str = "https://api.twilio.com";
const SID_DIGITS: usize = 32;

/// An HTTP request as data: `POST` this body, of type `application/x-www-form-urlencoded`, to this
/// URL, with the account's credentials.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RestRequest {
    url: String,
    body: String,
}

impl RestRequest {
    /// Returns `POST`.
    #[must_use]
    pub const fn method(&self) -> Method {
        Method::Post
    }

    /// Returns the absolute URL, without credentials.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the form body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }
}

/// Gives a live call a new document, for instance one with `<Refer>` in it.
///
/// ```
/// use twiml_refer::{Refer, SipUri, VoiceResponse, twiml::CallUpdate};
///
/// let refer = Refer::to(SipUri::parse("sip:alice@example.com")?);
/// let request = CallUpdate::from_twiml(
///     "AC00000000000000000000000000000001",
///     "CA00000000000000000000000000000002",
///     &VoiceResponse::new().refer(refer),
/// )?
/// .request();
/// assert_eq!(
///     request.url(),
///     "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001\
///      /Calls/CA00000000000000000000000000000002.json",
/// );
/// assert!(request.body().starts_with("Twiml=%3C%3Fxml+version%3D%221.0%22"));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallUpdate(Call);

impl CallUpdate {
    /// Creates a request after which the call goes on with the document of this absolute http(s) URL.
    ///
    /// # Errors
    /// [`ErrorKind::SidInvalid`] unless the SIDs are `AC` and `CA` with 32 hexadecimal digits;
    /// [`ErrorKind::RestUrlInvalid`].
    pub fn from_url(account_sid: &str, call_sid: &str, url: &str) -> Result<Self, Error> {
        Self::new(account_sid, call_sid, Source::url(url)?)
    }

    /// Creates a request after which the call goes on with this document.
    ///
    /// # Errors
    /// [`ErrorKind::SidInvalid`]; [`ErrorKind::RestTwimlTooLong`] if it has more than
    /// [`MAX_REST_TWIML_CHARS`] characters.
    pub fn from_twiml(
        account_sid: &str,
        call_sid: &str,
        twiml: &VoiceResponse,
    ) -> Result<Self, Error> {
        Self::new(account_sid, call_sid, Source::twiml(twiml)?)
    }

    fn new(account_sid: &str, call_sid: &str, source: Source) -> Result<Self, Error> {
        check_sid(call_sid, "call SID", "CA", "CallSid")?;
        let path = ["Calls/", call_sid, ".json"].concat();
        Call::new(account_sid, path, Vec::new(), source).map(Self)
    }
}

/// Makes a new SIP call, on which the document may `<Refer>`.
///
/// ```
/// use twiml_refer::{SipUri, http::Method, twiml::CallCreate};
///
/// let request = CallCreate::from_url(
///     "AC00000000000000000000000000000001",
///     &SipUri::parse("sip:bob@example.com")?,
///     "+15005550006",
///     "https://voice.example.com/start",
/// )?
/// .with_url_method(Method::Get)
/// .request();
/// assert_eq!(
///     request.body(),
///     "To=sip%3Abob%40example.com&From=%2B15005550006\
///      &Url=https%3A%2F%2Fvoice.example.com%2Fstart&Method=GET",
/// );
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CallCreate(Call);

impl CallCreate {
    /// Creates a call that runs the document of this absolute http(s) URL. `from` is the caller: a
    /// number, or the user part of a SIP URI.
    ///
    /// # Errors
    /// [`ErrorKind::SidInvalid`], [`ErrorKind::RestFromEmpty`], [`ErrorKind::RestUrlInvalid`].
    pub fn from_url(account_sid: &str, to: &SipUri, from: &str, url: &str) -> Result<Self, Error> {
        Self::new(account_sid, to, from, Source::url(url)?)
    }

    /// Creates a call that runs this document.
    ///
    /// # Errors
    /// [`ErrorKind::SidInvalid`], [`ErrorKind::RestFromEmpty`]; [`ErrorKind::RestTwimlTooLong`] if
    /// it has more than [`MAX_REST_TWIML_CHARS`] characters.
    pub fn from_twiml(
        account_sid: &str,
        to: &SipUri,
        from: &str,
        twiml: &VoiceResponse,
    ) -> Result<Self, Error> {
        Self::new(account_sid, to, from, Source::twiml(twiml)?)
    }

    fn new(account_sid: &str, to: &SipUri, from: &str, source: Source) -> Result<Self, Error> {
        if from.trim().is_empty() {
            return Err(Error::new(ErrorKind::RestFromEmpty).parameter_named("From"));
        }
        let parties = vec![("To", to.as_str().to_owned()), ("From", from.to_owned())];
        Call::new(account_sid, "Calls.json".to_owned(), parties, source).map(Self)
    }
}

/// What both requests can set.
macro_rules! shared_methods {
    ($request:ident) => {
        impl $request {
            /// Sets how Twilio requests the URL. Without it Twilio uses `POST`.
            #[must_use]
            pub fn with_url_method(self, method: Method) -> Self {
                Self(Call { method: Some(method), ..self.0 })
            }

            /// Sets another region or edge: scheme, host and port.
            ///
            /// # Errors
            /// [`ErrorKind::RestBaseInvalid`].
            pub fn with_base(self, base: &str) -> Result<Self, Error> {
                Ok(Self(Call { base: check_base(base)?, ..self.0 }))
            }

            /// Returns the request.
            #[must_use]
            pub fn request(&self) -> RestRequest {
                self.0.request()
            }
        }
    };
}

shared_methods!(CallUpdate);
shared_methods!(CallCreate);

/// What the two requests share.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Call {
    base: String,
    account_sid: String,
    path: String,
    parties: Vec<(&'static str, String)>,
    source: Source,
    method: Option<Method>,
}

impl Call {
    fn new(
        account_sid: &str,
        path: String,
        parties: Vec<(&'static str, String)>,
        source: Source,
    ) -> Result<Self, Error> {
        check_sid(account_sid, "account SID", "AC", "AccountSid")?;
        let (base, account_sid) = (DEFAULT_BASE.to_owned(), account_sid.to_owned());
        Ok(Self { base, account_sid, path, parties, source, method: None })
    }

    fn request(&self) -> RestRequest {
        let Self { base, account_sid, path, .. } = self;
        let mut form = Serializer::new(String::new());
        form.extend_pairs(&self.parties);
        match &self.source {
            Source::Url(url) => form.append_pair("Url", url),
            Source::Twiml(twiml) => form.append_pair("Twiml", twiml),
        };
        if let Some(method) = self.method {
            form.append_pair("Method", method.as_str());
        }
        let url = [base, "/2010-04-01/Accounts/", account_sid, "/", path].concat();
        RestRequest { url, body: form.finish() }
    }
}

/// Where the document comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Source {
    Url(String),
    Twiml(String),
}

impl Source {
    fn url(url: &str) -> Result<Self, Error> {
        match http::absolute(url) {
            Some(_) => Ok(Self::Url(url.to_owned())),
            None => Err(Error::new(ErrorKind::RestUrlInvalid)
                .arg(&redact_url(url))
                .parameter_named("Url")),
        }
    }

    fn twiml(response: &VoiceResponse) -> Result<Self, Error> {
        let xml = response.to_xml();
        let length = xml.chars().count();
        if length <= MAX_REST_TWIML_CHARS {
            return Ok(Self::Twiml(xml));
        }
        Err(Error::new(ErrorKind::RestTwimlTooLong)
            .arg(&length.to_string())
            .arg(&MAX_REST_TWIML_CHARS.to_string())
            .parameter_named("Twiml"))
    }
}

/// A SID becomes a part of the path: only its prefix and digits are allowed in it.
fn check_sid(sid: &str, what: &str, prefix: &str, parameter: &str) -> Result<(), Error> {
    let digits = sid.strip_prefix(prefix).unwrap_or_default();
    if digits.len() == SID_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(());
    }
    let error = Error::new(ErrorKind::SidInvalid).arg(what).arg(sid).arg(prefix);
    Err(error.parameter_named(parameter))
}

fn check_base(base: &str) -> Result<String, Error> {
    http::absolute(base).filter(is_bare).map(|url| url.origin().ascii_serialization()).ok_or_else(
        || Error::new(ErrorKind::RestBaseInvalid).arg(&redact_url(base)).parameter_named("base"),
    )
}

fn is_bare(url: &Url) -> bool {
    let bare = url.query().is_none() && url.fragment().is_none() && url.path() == "/";
    bare && url.username().is_empty() && url.password().is_none()
}
