//! [`VoiceResponse`]: a whole document, in the order in which Twilio runs it.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::check::{self, Follows};
use super::element::{Element, Node};
use super::refer::Refer;
use super::text::{Comment, Text};
use super::{parse, write};
use crate::Error;
use crate::diagnostic::Diagnostic;

/// A TwiML Voice document: `<Response>` and the verbs in it, in order.
///
/// What it holds was checked when it was set, so writing cannot fail, and what was written reads
/// back as an equal value, from the compact form and from the pretty one, unless it is larger or deeper
/// than a document may be: [`check`](Self::check) reports that.
///
/// ```
/// use twiml_refer::{Refer, SipUri, VoiceResponse};
///
/// let target = SipUri::parse("sip:alice@example.com")?;
/// let response = VoiceResponse::new()
///     .say("Connecting you.")?
///     .refer(Refer::to(target).with_action("/handleRefer")?);
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
    /// Creates an empty document: Twilio ends the call.
    #[must_use]
    pub fn new() -> Self {
        Self(Element::known(parse::ROOT))
    }

    /// Adds a `<Say>`; for voice and language append an [`Element::say`].
    ///
    /// # Errors
    /// Those of [`Element::say`].
    pub fn say(self, text: &str) -> Result<Self, Error> {
        Ok(self.append(Element::say(text)?))
    }

    /// Adds a `<Play>`.
    ///
    /// # Errors
    /// Those of [`Element::play`].
    pub fn play(self, url: &str) -> Result<Self, Error> {
        Ok(self.append(Element::play(url)?))
    }

    /// Adds a `<Pause>` of this many seconds.
    #[must_use]
    pub fn pause(self, seconds: u32) -> Self {
        let mut pause = Element::pause();
        pause.insert_known("length", seconds.to_string().into());
        self.append(pause)
    }

    /// Adds a `<Gather>`, as [`Element::gather`] makes it.
    #[must_use]
    pub fn gather(self, gather: Element) -> Self {
        self.append(gather)
    }

    /// Adds a `<Redirect>`.
    ///
    /// # Errors
    /// Those of [`Element::redirect`].
    pub fn redirect(self, url: &str) -> Result<Self, Error> {
        Ok(self.append(Element::redirect(url)?))
    }

    /// Adds a `<Hangup>`.
    #[must_use]
    pub fn hangup(self) -> Self {
        self.append(Element::hangup())
    }

    /// Adds a `<Refer>`.
    #[must_use]
    pub fn refer(self, refer: Refer) -> Self {
        self.append(refer)
    }

    /// Adds anything: an [`Element`], [`Text`] or [`Comment`]. Text directly in `<Response>` is ignored by
    /// Twilio, and [`check`](Self::check) says so; text after text joins it.
    #[must_use]
    pub fn append(mut self, node: impl Into<Node>) -> Self {
        self.push(node);
        self
    }

    /// Adds anything in place, like [`append`](Self::append).
    pub fn push(&mut self, node: impl Into<Node>) {
        self.0.push(node);
    }

    /// Adds a comment.
    ///
    /// # Errors
    /// Those of [`Comment::new`].
    pub fn with_comment(self, text: &str) -> Result<Self, Error> {
        Ok(self.append(Comment::new(text)?))
    }

    /// Adds text directly in `<Response>`.
    ///
    /// # Errors
    /// Those of [`Text::new`].
    pub fn with_text(self, text: &str) -> Result<Self, Error> {
        Ok(self.append(Text::new(text)?))
    }

    /// Adds an attribute to `<Response>` itself, for instance a namespace declaration.
    ///
    /// # Errors
    /// Those of [`Element::with_attribute`].
    pub fn with_attribute(self, name: &str, value: impl fmt::Display) -> Result<Self, Error> {
        self.0.with_attribute(name, value).map(Self)
    }

    /// Returns the attributes of `<Response>` itself, names and values in order.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.attributes()
    }

    /// Returns what is in the document, in order.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        self.0.nodes()
    }

    /// Returns the verbs in order: the nodes that are neither text nor comment.
    pub fn verbs(&self) -> impl Iterator<Item = &Element> {
        self.0.children()
    }

    /// Returns the first `<Refer>` directly in `<Response>`, if it fits the type.
    #[must_use]
    pub fn first_refer(&self) -> Option<Refer> {
        let refer = self.verbs().find(|verb| verb.name() == Refer::NAME)?;
        refer.try_into().ok()
    }

    /// Returns what Twilio, or the endpoint, will make of this document as it would be sent: in document
    /// order, about the same place in the order of [`DiagnosticCode`](crate::diagnostic::DiagnosticCode).
    /// Line and column are those of the document that was read. A document without a diagnostic that is
    /// an error will be run.
    ///
    /// A `<Refer>` inside another verb never runs: it is reported as misplaced, and so are its own errors,
    /// but nothing about what would follow it. Below 64 levels nothing is looked at.
    ///
    /// ```
    /// use twiml_refer::VoiceResponse;
    ///
    /// let diagnostics = VoiceResponse::parse("<Response><Reffer/></Response>")?.check();
    /// assert_eq!(
    ///     diagnostics[0].to_string(),
    ///     "warning[verb-unknown] Response/Reffer[0]: \
    ///      <Reffer> is not a verb of TwiML Voice and is ignored (did you mean <Refer>?)",
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        check::check(&self.0)
    }

    /// Returns what runs after the first `<Refer>`; `None` if there is none, or if it never runs because
    /// a verb before it ends the document. A verb that TwiML Voice does not have is ignored by Twilio, so it
    /// does not count as the next one.
    #[must_use]
    pub fn follows(&self) -> Option<Follows> {
        check::follows(&self.0)
    }

    /// Returns the document as it goes over the wire: UTF-8, on one line, attributes in the order they were
    /// set, no final line break.
    #[must_use]
    pub fn to_xml(&self) -> String {
        write::compact(&self.0)
    }

    /// Returns the document for people: indented by four spaces, no final line break. An element with
    /// text in it stays on its line, for white space in it would be spoken.
    #[must_use]
    pub fn to_xml_pretty(&self) -> String {
        write::pretty(&self.0)
    }

    /// Reads a document. Dropped are white space between elements, processing instructions, and
    /// comments outside `<Response>`; all else is written back.
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
        Self::parse_bytes(text.as_bytes())
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
        parse::parse(bytes).map(Self)
    }
}

impl Default for VoiceResponse {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes [`VoiceResponse::to_xml`].
impl fmt::Display for VoiceResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_xml())
    }
}

/// Reads like [`VoiceResponse::parse`].
impl FromStr for VoiceResponse {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

/// A document is its XML.
impl Serialize for VoiceResponse {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_xml())
    }
}

/// Reads like [`VoiceResponse::parse`].
impl<'de> Deserialize<'de> for VoiceResponse {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
