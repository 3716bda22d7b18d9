//! [`Refer`]: the verb itself, with exactly one target. A `<Refer>` that was read and does not fit
//! is an [`Element`](crate::twiml::Element), judged by `check`.

use super::element::{Element, Span};
use super::node::Node;
use super::xml;
use crate::error::ErrorKind;
use crate::http::Method;
use crate::redact::redact_url;
use crate::{Error, SipUri, http};

/// The verb `<Refer>`: Twilio asks the SIP endpoint to call `target` in its stead.
///
/// ```
/// use twiml_refer::{Refer, SipUri, VoiceResponse, http::Method};
///
/// let target = SipUri::parse("sip:alice@example.com")?;
/// let refer = Refer::to(target).action("/handleRefer")?.method(Method::Post);
/// assert_eq!(
///     VoiceResponse::new().refer(refer)?.to_xml(),
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
///      <Refer action=\"/handleRefer\" method=\"POST\"><Sip>sip:alice@example.com</Sip></Refer>\
///      </Response>",
/// );
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Refer {
    target: SipUri,
    action: Option<Box<str>>,
    method: Option<Method>,
    span: Span,
    target_span: Span,
}

impl Refer {
    pub(super) const NAME: &'static str = "Refer";
    pub(super) const TARGET: &'static str = "Sip";
    pub(super) const ACTION: &'static str = "action";
    pub(super) const METHOD: &'static str = "method";

    /// Transfers the caller to this URI.
    #[must_use]
    pub const fn to(target: SipUri) -> Self {
        let span = Span::BUILT;
        Self { target, action: None, method: None, span, target_span: span }
    }

    /// The URL that learns how the transfer ended, and whose document runs next: absolute with
    /// scheme http or https, or relative to the URL of this document. The last one set counts.
    ///
    /// # Errors
    /// [`ErrorKind::ActionInvalid`]: white space, control characters, `<`, `>`, `"` or a backslash
    /// (with the byte offset), another scheme, or no host.
    pub fn action(mut self, url: &str) -> Result<Self, Error> {
        http::check_action(url)?;
        self.action = Some(url.into());
        Ok(self)
    }

    /// How the action is called; it is `POST` where none is set, and then not written.
    #[must_use]
    pub const fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Whom the caller is transferred to.
    #[must_use]
    pub const fn target(&self) -> &SipUri {
        &self.target
    }

    /// The action as it was set: maybe relative, maybe empty.
    #[must_use]
    pub fn action_url(&self) -> Option<&str> {
        self.action.as_deref()
    }

    /// The method, if one was set; Twilio's default is [`Method::Post`].
    #[must_use]
    pub const fn method_set(&self) -> Option<Method> {
        self.method
    }

    /// The URL that Twilio will call: the action, resolved against the absolute http(s) URL
    /// that served this document. Nothing if there is no action.
    ///
    /// ```
    /// use twiml_refer::{Refer, SipUri};
    ///
    /// let refer = Refer::to(SipUri::parse("sip:alice@example.com")?).action("done?id=7")?;
    /// assert_eq!(
    ///     refer.resolve_action("https://voice.example.com/calls/start")?.as_deref(),
    ///     Some("https://voice.example.com/calls/done?id=7"),
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::ActionInvalid`] if `base_url` is no absolute http(s) URL.
    pub fn resolve_action(&self, base_url: &str) -> Result<Option<String>, Error> {
        let Some(action) = self.action_url() else { return Ok(None) };
        match http::absolute(base_url).and_then(|base| base.join(action).ok()) {
            Some(url) => Ok(Some(url.into())),
            None => Err(Error::new(ErrorKind::ActionInvalid)
                .arg(&redact_url(base_url))
                .parameter_named("base_url")),
        }
    }

    pub(super) fn span(&self) -> Span {
        self.span
    }

    pub(super) fn target_span(&self) -> Span {
        self.target_span
    }

    /// The element as this type, if nothing is lost by it but white space around the URI.
    pub(super) fn from_element(element: &Element) -> Option<Self> {
        let [Node::Element(sip)] = element.nodes() else { return None };
        let [Node::Text(text)] = sip.nodes() else { return None };
        let named = element.name() == Self::NAME && sip.name() == Self::TARGET;
        if !named || sip.attributes().len() > 0 {
            return None;
        }
        let mut refer = Self::to(SipUri::parse(xml::trim(text.as_str())).ok()?);
        for (name, value) in element.attributes() {
            match name {
                Self::ACTION => refer = refer.action(value).ok()?,
                Self::METHOD => refer = refer.method(value.parse().ok()?),
                _ => return None,
            }
        }
        (refer.span, refer.target_span) = (element.span(), sip.span());
        Some(refer)
    }
}

/// The verb as any other, for code that walks a document or nests it.
impl From<Refer> for Element {
    fn from(refer: Refer) -> Self {
        let mut sip = Self::known(Refer::TARGET).at(refer.target_span);
        sip.adopt_text(refer.target.as_str(), refer.target_span);
        let mut element = Self::known(Refer::NAME).at(refer.span);
        if let Some(action) = refer.action {
            element.attributes_mut().insert(Refer::ACTION, action);
        }
        if let Some(method) = refer.method {
            element.attributes_mut().insert(Refer::METHOD, method.as_str().into());
        }
        element.wrapping(sip)
    }
}
