//! What an element holds besides elements, [`Text`] and [`Comment`], and the [`Position`] of what was read.

use super::xml;
use crate::Error;
use crate::error::ErrorKind;

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
    position: Position,
}

impl Text {
    /// Creates text; it is escaped when it is written.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`] with the byte offset.
    pub fn new(text: &str) -> Result<Self, Error> {
        xml::check_text(text)?;
        Ok(Self::checked(text.to_owned(), Position::default()))
    }

    /// Creates text of characters that were checked already.
    pub(super) const fn checked(content: String, position: Position) -> Self {
        Self { content, position }
    }

    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// Adds the text that follows this one.
    pub(super) fn join(&mut self, next: &Self) {
        self.content.push_str(&next.content);
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.content
    }
}

display_as_str!(Text);

/// A comment: what is between `<!--` and `-->`.
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
    /// Creates a comment of this text. CR LF and CR become LF: XML cannot keep them in a comment.
    ///
    /// # Errors
    /// [`ErrorKind::CommentInvalid`] for `--`, or a final `-`;
    /// [`ErrorKind::XmlCharacterForbidden`].
    pub fn new(text: &str) -> Result<Self, Error> {
        xml::check_text(text)?;
        match xml::find_comment_end(text) {
            Some(at) => Err(Error::new(ErrorKind::CommentInvalid).at(at)),
            None => Ok(Self(xml::normalize_line_ends(text).into_owned())),
        }
    }

    /// Returns the text between `<!--` and `-->`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

display_as_str!(Comment);

/// Line and column where something was read, counted from 1; nothing for what was built. It takes no
/// part in comparison.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Position(pub(super) Option<(usize, usize)>);

impl PartialEq for Position {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Position {}

impl std::hash::Hash for Position {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}
