//! What stands inside a document or an element: [`Node`], with its plain kinds [`Text`] and
//! [`Comment`].

use std::fmt;

use super::element::{Element, Span};
use super::refer::Refer;
use super::xml;
use crate::Error;
use crate::error::ErrorKind;

/// One thing inside a [`VoiceResponse`](crate::VoiceResponse) or an [`Element`].
///
/// `Refer` stands directly in a `VoiceResponse` only; inside another verb, or if it does not fit its
/// type, a `<Refer>` is an [`Element`] of that name.
///
/// ```
/// use twiml_refer::{VoiceResponse, twiml::Node};
///
/// let response = VoiceResponse::parse("<Response><!-- bye --><Hangup/></Response>")?;
/// assert!(matches!(&response.nodes()[0], Node::Comment(comment) if comment.as_str() == " bye "));
/// assert!(matches!(&response.nodes()[1], Node::Element(verb) if verb.name() == "Hangup"));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Node {
    /// A verb or noun.
    Element(Element),
    /// The verb that this crate is about.
    Refer(Refer),
    /// Text between the elements.
    Text(Text),
    /// A comment.
    Comment(Comment),
}

impl Node {
    /// The name of a verb or noun, `Refer` among them; nothing for text and comments.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Element(element) => Some(element.name()),
            Self::Refer(_) => Some(Refer::NAME),
            Self::Text(_) | Self::Comment(_) => None,
        }
    }

    pub(super) fn as_element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// In a document, an element that is a well-formed `<Refer>` is the typed verb.
    pub(super) fn typed(self) -> Self {
        match self {
            Self::Element(element) => match Refer::from_element(&element) {
                Some(refer) => Self::Refer(refer),
                None => Self::Element(element),
            },
            other => other,
        }
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
    }
}

impl From<Refer> for Node {
    fn from(refer: Refer) -> Self {
        Self::Refer(refer)
    }
}

impl From<Text> for Node {
    fn from(text: Text) -> Self {
        Self::Text(text)
    }
}

impl From<Comment> for Node {
    fn from(comment: Comment) -> Self {
        Self::Comment(comment)
    }
}

/// Text as a reader sees it: without escapes.
///
/// ```
/// use twiml_refer::twiml::Text;
///
/// assert_eq!(Text::new("a < b")?.as_str(), "a < b");
/// assert_eq!(Text::new("a\u{7}").unwrap_err().offset(), Some(1));
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Text {
    content: String,
    span: Span,
}

impl Text {
    /// Any text; it is escaped when it is written.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`] with the byte offset.
    pub fn new(text: &str) -> Result<Self, Error> {
        xml::check_text(text)?;
        Ok(Self::checked(text.to_owned(), Span::BUILT))
    }

    pub(super) const fn checked(content: String, span: Span) -> Self {
        Self { content, span }
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.content.push_str(text);
    }

    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.content
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.content)
    }
}

/// A comment: what stands between `<!--` and `-->`.
///
/// ```
/// use twiml_refer::twiml::Comment;
///
/// assert_eq!(Comment::new(" to sales ")?.as_str(), " to sales ");
/// assert!(Comment::new("a -- b").is_err());
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Comment(String);

impl Comment {
    /// A comment of this text. A line break of Windows or of the old Mac becomes LF: XML cannot keep
    /// them in a comment.
    ///
    /// # Errors
    /// [`ErrorKind::CommentInvalid`] where `--` stands, or a final `-`;
    /// [`ErrorKind::XmlCharacterForbidden`].
    pub fn new(text: &str) -> Result<Self, Error> {
        xml::check_text(text)?;
        match xml::find_comment_end(text) {
            Some(at) => Err(Error::new(ErrorKind::CommentInvalid).at(at)),
            None => Ok(Self(xml::normalize_line_ends(text).into_owned())),
        }
    }

    /// The text between `<!--` and `-->`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Comment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
