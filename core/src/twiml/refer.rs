//! [`Refer`]: the verb itself, as a typed builder and as a view of an element that was read.

use std::borrow::Cow;

use super::element::{Element, Node};
use super::text::{Position, Text};
use super::xml;
use crate::error::ErrorKind;
use crate::http::Method;
use crate::redact::redact_url;
use crate::{Error, SipUri, http};

/// The verb `<Refer>`: Twilio asks the caller's SIP endpoint to call `target` instead.
///
/// In a document it is an [`Element`] like any other: `Element::from(refer)` makes one, and
/// `Refer::try_from(&element)` reads one that was parsed, if it fits this type.
///
/// ```
/// use twiml_refer::{Refer, SipUri, VoiceResponse, http::Method};
///
/// let target = SipUri::parse("sip:alice@example.com")?;
/// let refer = Refer::to(target).with_action("/handleRefer")?.with_method(Method::Post);
/// let response = VoiceResponse::new().refer(refer.clone());
/// assert_eq!(
///     response.to_xml(),
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
///      <Refer action=\"/handleRefer\" method=\"POST\"><Sip>sip:alice@example.com</Sip></Refer>\
///      </Response>",
/// );
/// assert_eq!(response.first_refer(), Some(refer));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refer {
    target: SipUri,
    action: Option<String>,
    method: Option<Method>,
}

impl Refer {
    pub(super) const NAME: &'static str = "Refer";
    pub(super) const TARGET: &'static str = "Sip";
    pub(super) const ACTION: &'static str = "action";
    pub(super) const METHOD: &'static str = "method";

    /// Creates a transfer to this URI.
    #[must_use]
    pub const fn to(target: SipUri) -> Self {
        Self { target, action: None, method: None }
    }

    /// Sets the URL that gets the report of how the transfer ended, and whose document runs next: absolute with
    /// scheme http or https, or relative to the URL of this document. The last one set counts.
    ///
    /// # Errors
    /// [`ErrorKind::ActionInvalid`]: white space, control characters, `<`, `>`, `"` or a backslash
    /// (with the byte offset), another scheme, or no host.
    pub fn with_action(mut self, url: &str) -> Result<Self, Error> {
        http::check_action(url)?;
        self.action = Some(url.to_owned());
        Ok(self)
    }

    /// Sets how the action is called. Without it Twilio uses `POST`, and nothing is written.
    #[must_use]
    pub const fn with_method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Returns the URI that the caller is transferred to.
    #[must_use]
    pub const fn target(&self) -> &SipUri {
        &self.target
    }

    /// Returns the action as it was set: maybe relative, maybe empty.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// Returns the method, if one was set; Twilio's default is [`Method::Post`].
    #[must_use]
    pub const fn method(&self) -> Option<Method> {
        self.method
    }

    /// Returns the URL that Twilio will call: the action, resolved against the absolute http(s) URL
    /// that served this document; nothing if there is no action.
    ///
    /// ```
    /// use twiml_refer::{Refer, SipUri};
    ///
    /// let refer = Refer::to(SipUri::parse("sip:alice@example.com")?).with_action("done?id=7")?;
    /// assert_eq!(
    ///     refer.resolve_action("https://voice.example.com/calls/start")?.as_deref(),
    ///     Some("https://voice.example.com/calls/done?id=7"),
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::ActionInvalid`] if `base_url` is not an absolute http(s) URL.
    pub fn resolve_action(&self, base_url: &str) -> Result<Option<String>, Error> {
        let Some(action) = self.action() else { return Ok(None) };
        match http::absolute(base_url).and_then(|base| base.join(action).ok()) {
            Some(url) => Ok(Some(url.into())),
            None => Err(Error::new(ErrorKind::ActionInvalid)
                .arg(&redact_url(base_url))
                .parameter_named("base_url")),
        }
    }
}

/// Reads a `<Refer>` that has what this type has and nothing else: one `<Sip>` with a SIP URI, with or
/// without white space around it, and perhaps `action` and `method`.
///
/// Other elements are refused with [`ErrorKind::ReferMismatch`], or with the kind of what is invalid in
/// the URI, the action or the method; [`check`](crate::VoiceResponse::check) lists all that is wrong.
impl TryFrom<&Element> for Refer {
    type Error = Error;

    fn try_from(element: &Element) -> Result<Self, Error> {
        let mismatch = || Error::new(ErrorKind::ReferMismatch);
        let [Node::Element(sip)] = element.nodes() else { return Err(mismatch()) };
        let [Node::Text(target)] = sip.nodes() else { return Err(mismatch()) };
        let is_named = element.name() == Self::NAME && sip.name() == Self::TARGET;
        if !is_named || sip.attributes().len() > 0 {
            return Err(mismatch());
        }
        let mut refer = Self::to(SipUri::parse(xml::trim(target.as_str()))?);
        for (name, value) in element.attributes() {
            refer = match name {
                Self::ACTION => refer.with_action(value)?,
                Self::METHOD => refer.with_method(value.parse()?),
                _ => return Err(mismatch()),
            };
        }
        Ok(refer)
    }
}

impl From<Refer> for Element {
    fn from(refer: Refer) -> Self {
        let target = Text::checked(refer.target.into(), Position::default());
        let target = Self::known(Refer::TARGET).holding(target.into());
        let mut element = Self::known(Refer::NAME).holding(target.into());
        if let Some(action) = refer.action {
            element.insert_known(Refer::ACTION, Cow::Owned(action));
        }
        if let Some(method) = refer.method {
            element.insert_known(Refer::METHOD, Cow::Borrowed(method.as_str()));
        }
        element
    }
}

impl From<Refer> for Node {
    fn from(refer: Refer) -> Self {
        Self::Element(refer.into())
    }
}
