//! [`VoiceResponse`]: a whole document, in the order in which Twilio runs it. How it becomes
//! text and comes from text stands in `write` and `read`, what it will do in `check`.

use std::fmt;
use std::str::FromStr;

use super::element::Element;
use super::node::{Comment, Node, Text};
use super::refer::Refer;
use super::verbs::{Gather, Hangup, Pause, Play, Redirect, Say};
use super::{read, write};
use crate::Error;

/// A TwiML Voice document: `<Response>` and the verbs in it, in order.
///
/// What it holds was checked when it was set, so writing cannot fail, and what was written reads
/// back as an equal value, from the compact form and from the pretty one.
///
/// ```
/// use twiml_refer::{Refer, SipUri, VoiceResponse};
///
/// let response = VoiceResponse::new()
///     .say("Connecting you.")?
///     .refer(Refer::to(SipUri::parse("sip:alice@example.com")?).action("/handleRefer")?)?;
/// assert_eq!(
///     response.to_xml_pretty(),
///     r#"<?xml version="1.0" encoding="UTF-8"?>
/// <Response>
///     <Say>Connecting you.</Say>
///     <Refer action="/handleRefer">
///         <Sip>sip:alice@example.com</Sip>
///     </Refer>
/// </Response>"#,
/// );
/// assert_eq!(VoiceResponse::parse(&response.to_xml())?, response);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VoiceResponse(Element);

impl VoiceResponse {
    pub(super) const NAME: &'static str = "Response";

    /// An empty document: Twilio ends the call.
    #[must_use]
    pub fn new() -> Self {
        Self(Element::known(Self::NAME))
    }

    pub(super) const fn from_root(root: Element) -> Self {
        Self(root)
    }

    pub(super) const fn root(&self) -> &Element {
        &self.0
    }

    /// Adds a `<Say>`; for voice and language append a [`Say`].
    ///
    /// # Errors
    /// Those of [`Say::new`] and [`append`](Self::append).
    pub fn say(self, text: &str) -> Result<Self, Error> {
        self.append(Say::new(text)?)
    }

    /// Adds a `<Play>`.
    ///
    /// # Errors
    /// Those of [`Play::new`] and [`append`](Self::append).
    pub fn play(self, url: &str) -> Result<Self, Error> {
        self.append(Play::new(url)?)
    }

    /// Adds a `<Pause>` of this many seconds.
    ///
    /// # Errors
    /// Those of [`append`](Self::append).
    pub fn pause(self, seconds: u32) -> Result<Self, Error> {
        self.append(Pause::new().attribute("length", seconds)?)
    }

    /// Adds a `<Gather>`.
    ///
    /// # Errors
    /// Those of [`append`](Self::append).
    pub fn gather(self, gather: Gather) -> Result<Self, Error> {
        self.append(gather)
    }

    /// Adds a `<Redirect>`.
    ///
    /// # Errors
    /// Those of [`Redirect::new`] and [`append`](Self::append).
    pub fn redirect(self, url: &str) -> Result<Self, Error> {
        self.append(Redirect::new(url)?)
    }

    /// Adds a `<Hangup>`.
    ///
    /// # Errors
    /// Those of [`append`](Self::append).
    pub fn hangup(self) -> Result<Self, Error> {
        self.append(Hangup::new())
    }

    /// Adds a `<Refer>`.
    ///
    /// # Errors
    /// Those of [`append`](Self::append).
    pub fn refer(self, refer: Refer) -> Result<Self, Error> {
        self.append(refer)
    }

    /// Adds anything: a verb, an [`Element`], text or a comment. An element that is a well-formed
    /// `<Refer>` becomes a [`Refer`], as it does in reading.
    ///
    /// # Errors
    /// [`ErrorKind::DepthExceeded`](crate::error::ErrorKind::DepthExceeded) or
    /// [`ErrorKind::ElementsExceeded`](crate::error::ErrorKind::ElementsExceeded).
    pub fn append(mut self, node: impl Into<Node>) -> Result<Self, Error> {
        self.add(node)?;
        Ok(self)
    }

    /// As [`append`](Self::append), in place: if it is refused, the document stays as it was.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    pub fn add(&mut self, node: impl Into<Node>) -> Result<(), Error> {
        self.0.adopt(node.into().typed())?;
        self.0.forget_place();
        Ok(())
    }

    /// Adds a comment.
    ///
    /// # Errors
    /// Those of [`Comment::new`].
    pub fn comment(self, text: &str) -> Result<Self, Error> {
        self.append(Comment::new(text)?)
    }

    /// Adds text directly in `<Response>`; Twilio ignores it, and
    /// [`check`](Self::check) says so. Text after text joins it.
    ///
    /// # Errors
    /// Those of [`Text::new`].
    pub fn text(self, text: &str) -> Result<Self, Error> {
        self.append(Text::new(text)?)
    }

    /// Adds an attribute to `<Response>` itself, for instance a namespace declaration.
    ///
    /// # Errors
    /// Those of [`Element::attribute`].
    pub fn attribute(self, name: &str, value: impl fmt::Display) -> Result<Self, Error> {
        self.0.attribute(name, value).map(|mut root| {
            root.forget_place();
            Self(root)
        })
    }

    /// The attributes of `<Response>` itself, names and values in order.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.attributes()
    }

    /// What is in the document, in order.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        self.0.nodes()
    }

    /// The verbs in order: those of the nodes that are neither text nor comment.
    pub fn verbs(&self) -> impl Iterator<Item = &Node> {
        self.nodes().iter().filter(|node| matches!(node, Node::Element(_) | Node::Refer(_)))
    }

    /// The first `<Refer>` that fits its type.
    #[must_use]
    pub fn first_refer(&self) -> Option<&Refer> {
        self.nodes().iter().find_map(|node| match node {
            Node::Refer(refer) => Some(refer),
            _ => None,
        })
    }

    /// The document as it goes over the wire: UTF-8, on one line, attributes in the order they were
    /// set, no final line break.
    #[must_use]
    pub fn to_xml(&self) -> String {
        write::compact(&self.0)
    }

    /// The document for people: indented by four spaces, no final line break. An element with text
    /// in it stays on its line, for white space in it would be spoken.
    #[must_use]
    pub fn to_xml_pretty(&self) -> String {
        write::pretty(&self.0)
    }

    /// Reads a document. A `<Refer>` that does not fit its type becomes an [`Element`], to be judged
    /// by [`check`](Self::check); comments and processing instructions outside `<Response>`,
    /// processing instructions inside, and white space between elements are dropped.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, error::ErrorKind};
    ///
    /// let error = VoiceResponse::parse("<Response>\n  <Refer></Reffer>\n</Response>").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::DocumentEndTag);
    /// assert_eq!((error.line(), error.column(), error.offset()), (Some(2), Some(10), Some(20)));
    /// assert_eq!(
    ///     error.to_string(),
    ///     "invalid document at line 2, column 10: found </Reffer>: expected </Refer>",
    /// );
    /// ```
    ///
    /// # Errors
    /// Every one has line, column and byte offset. The kinds are those that begin with `Document`,
    /// and [`ErrorKind`](crate::error::ErrorKind)'s for names, characters, comments, attributes, depth and
    /// count.
    pub fn parse(text: &str) -> Result<Self, Error> {
        read::from_str(text)
    }

    /// Reads a document as it came over the wire.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, error::ErrorKind};
    ///
    /// assert!(VoiceResponse::parse_bytes(b"\xef\xbb\xbf<Response/>").is_ok());
    /// let error = VoiceResponse::parse_bytes(b"<Response>\xff</Response>").unwrap_err();
    /// assert_eq!((error.kind(), error.offset()), (ErrorKind::DocumentNotUtf8, Some(10)));
    /// ```
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse), and
    /// [`ErrorKind::DocumentNotUtf8`](crate::error::ErrorKind::DocumentNotUtf8).
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, Error> {
        read::from_bytes(bytes)
    }
}

impl Default for VoiceResponse {
    fn default() -> Self {
        Self::new()
    }
}

/// As [`VoiceResponse::to_xml`].
impl fmt::Display for VoiceResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_xml())
    }
}

/// As [`VoiceResponse::parse`].
impl FromStr for VoiceResponse {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}
