//! [`Element`]: any verb or noun of TwiML, with its attributes, text, comments and children, and where in
//! a document it was read.

use std::borrow::Cow;
use std::fmt::Display;

use indexmap::IndexMap;

use super::node::{Comment, Node, Text};
use super::xml;
use crate::Error;
use crate::error::ErrorKind;
use crate::limits::{MAX_DEPTH, MAX_ELEMENTS};

/// Any verb or noun, known to this crate or not.
///
/// It checks itself when it is set: names are XML names, text and values hold only characters that
/// XML 1.0 allows, an attribute stands once, and what is appended stays within
/// [`MAX_DEPTH`] and [`MAX_ELEMENTS`]. So writing it cannot fail.
///
/// ```
/// use twiml_refer::{VoiceResponse, twiml::Element};
///
/// let dial = Element::new("Dial")?
///     .attribute("timeLimit", 60)?
///     .append(Element::new("Number")?.text("+15005550006")?)?;
/// assert_eq!(
///     VoiceResponse::new().append(dial)?.to_xml(),
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
///      <Response><Dial timeLimit=\"60\"><Number>+15005550006</Number></Dial></Response>",
/// );
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Element {
    name: Cow<'static, str>,
    attributes: Attributes,
    nodes: Vec<Node>,
    depth: usize,
    count: usize,
    span: Span,
}

impl Element {
    /// An empty element. A prefixed name, as `x:Say`, is just another name.
    ///
    /// # Errors
    /// [`ErrorKind::XmlNameInvalid`] unless `name` is an XML 1.0 name.
    pub fn new(name: &str) -> Result<Self, Error> {
        xml::check_name(name)?;
        Ok(Self::with_checked_name(Cow::Owned(name.to_owned())))
    }

    /// For names written in this crate.
    pub(super) fn known(name: &'static str) -> Self {
        Self::with_checked_name(Cow::Borrowed(name))
    }

    fn with_checked_name(name: Cow<'static, str>) -> Self {
        let attributes = Attributes::default();
        Self { name, attributes, nodes: Vec::new(), depth: 1, count: 1, span: Span::BUILT }
    }

    /// Adds an attribute after those it has. White space in the value is kept in writing.
    ///
    /// # Errors
    /// [`ErrorKind::XmlNameInvalid`], [`ErrorKind::XmlCharacterForbidden`] with the byte offset in
    /// the value, or [`ErrorKind::AttributeRepeated`].
    pub fn attribute(mut self, name: &str, value: impl Display) -> Result<Self, Error> {
        self.set(name, value)?;
        Ok(self)
    }

    /// Adds text after what is inside; text after text joins it, empty text adds nothing.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`] with the byte offset.
    pub fn text(mut self, text: &str) -> Result<Self, Error> {
        xml::check_text(text)?;
        self.adopt_text(text, Span::BUILT);
        Ok(self)
    }

    /// Adds a comment after what is inside.
    ///
    /// # Errors
    /// Those of [`Comment::new`].
    pub fn comment(mut self, text: &str) -> Result<Self, Error> {
        self.push(Node::Comment(Comment::new(text)?));
        Ok(self)
    }

    /// Adds a child after what is inside. A `<Refer>` in another verb is an ordinary element, and
    /// [`check`](crate::VoiceResponse::check) calls it misplaced.
    ///
    /// # Errors
    /// [`ErrorKind::DepthExceeded`] or [`ErrorKind::ElementsExceeded`], at once.
    pub fn append(mut self, child: impl Into<Self>) -> Result<Self, Error> {
        self.adopt(Node::Element(child.into()))?;
        Ok(self)
    }

    /// As [`append`](Self::append), [`text`](Self::text) and [`comment`](Self::comment), in place: if
    /// it is refused, the element stays as it was.
    ///
    /// # Errors
    /// [`ErrorKind::DepthExceeded`] or [`ErrorKind::ElementsExceeded`].
    pub fn add(&mut self, node: impl Into<Node>) -> Result<(), Error> {
        self.adopt(match node.into() {
            Node::Refer(refer) => Node::Element(refer.into()),
            node => node,
        })
    }

    /// As [`attribute`](Self::attribute), in place: if it is refused, the element stays as it was.
    ///
    /// # Errors
    /// As [`attribute`](Self::attribute).
    pub fn set(&mut self, name: &str, value: impl Display) -> Result<(), Error> {
        xml::check_name(name)?;
        let value = value.to_string();
        xml::check_text(&value).map_err(|error| error.parameter_named(name))?;
        self.attributes.set(name, value.into_boxed_str())
    }

    /// The name, as spelled.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names and values in the order they were set.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.attributes.iter()
    }

    /// The value of one attribute; names are compared with case.
    #[must_use]
    pub fn attribute_value(&self, name: &str) -> Option<&str> {
        self.attributes.get(name)
    }

    /// What is inside, in order. Two texts never stand side by side.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The elements inside, in order.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(Node::as_element)
    }

    /// The text that stands directly inside, joined; that of children is not part of it.
    #[must_use]
    pub fn text_content(&self) -> String {
        self.nodes.iter().filter_map(Node::as_text).collect()
    }

    pub(super) fn at(mut self, span: Span) -> Self {
        self.span = span;
        self
    }

    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// What was read is no longer what this is.
    pub(super) fn forget_place(&mut self) {
        self.span = Span::BUILT;
    }

    pub(super) fn attributes_mut(&mut self) -> &mut Attributes {
        &mut self.attributes
    }

    /// Takes a node within the bounds. Depth and count are kept up to date here, so the bounds cost
    /// nothing to check, and whatever walks or drops a tree never goes deeper than [`MAX_DEPTH`].
    pub(super) fn adopt(&mut self, node: Node) -> Result<(), Error> {
        let (depth, count) = match &node {
            Node::Element(child) => (child.depth, child.count),
            Node::Refer(_) => (2, 2),
            Node::Comment(_) => (0, 0),
            Node::Text(text) => {
                self.adopt_text(text.as_str(), text.span());
                return Ok(());
            }
        };
        let depth = depth.saturating_add(1).max(self.depth);
        if depth > MAX_DEPTH {
            return Err(Error::new(ErrorKind::DepthExceeded).arg(&MAX_DEPTH.to_string()));
        }
        let count = self.count.saturating_add(count);
        if count > MAX_ELEMENTS {
            return Err(Error::new(ErrorKind::ElementsExceeded).arg(&MAX_ELEMENTS.to_string()));
        }
        (self.depth, self.count) = (depth, count);
        self.push(node);
        Ok(())
    }

    /// Most elements hold a single node, and a vector would make room for four of them at once.
    fn push(&mut self, node: Node) {
        if self.nodes.is_empty() {
            self.nodes.reserve_exact(1);
        }
        self.nodes.push(node);
    }

    /// Puts one element into an empty one; two levels are always within the bounds.
    pub(super) fn wrapping(mut self, leaf: Self) -> Self {
        (self.depth, self.count) = (2, 2);
        self.nodes = vec![Node::Element(leaf)];
        self
    }

    /// Takes text that was checked already. Side by side it joins, as it would when read back.
    pub(super) fn adopt_text(&mut self, text: &str, span: Span) {
        if text.is_empty() {
            return;
        }
        if let Some(Node::Text(last)) = self.nodes.last_mut() {
            last.push_str(text);
        } else {
            self.push(Node::Text(Text::checked(text.to_owned(), span)));
        }
    }

    /// Drops the nodes at these places, which rise.
    pub(super) fn drop_nodes(&mut self, at: &[usize]) {
        let mut dropped = at.iter().copied().peekable();
        let mut here = 0_usize;
        self.nodes.retain(|_| {
            let keep = dropped.next_if_eq(&here).is_none();
            here = here.saturating_add(1);
            keep
        });
    }

    /// Is there text that says something? Then white space beside it does, too.
    pub(super) fn is_mixed(&self) -> bool {
        self.nodes.iter().filter_map(Node::as_text).any(|text| !xml::is_blank(text))
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Attributes(IndexMap<Box<str>, Box<str>>);

impl Attributes {
    /// Takes a name and a value that were checked already; refuses a name that is there.
    pub(super) fn set(&mut self, name: &str, value: Box<str>) -> Result<(), Error> {
        if self.0.contains_key(name) {
            let error = Error::new(ErrorKind::AttributeRepeated).arg(name);
            return Err(error.parameter_named(name));
        }
        self.insert(name, value);
        Ok(())
    }

    /// Adds an attribute that the caller knows is not there yet.
    pub(super) fn insert(&mut self, name: &str, value: Box<str>) {
        self.0.insert(name.into(), value);
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|value| &**value)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

/// In the same order: documents that print differently are different.
impl PartialEq for Attributes {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice() == other.0.as_slice()
    }
}

impl Eq for Attributes {}

impl std::hash::Hash for Attributes {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.as_slice().hash(state);
    }
}

/// Line and column counted from 1, or nothing for what was built.
#[derive(Clone, Copy)]
pub(super) struct Span(Option<(u32, u32)>);

impl Span {
    /// That of a value which no document was read for.
    pub(super) const BUILT: Self = Self(None);

    pub(super) fn new(line: usize, column: usize) -> Self {
        Self(u32::try_from(line).ok().zip(u32::try_from(column).ok()))
    }

    pub(super) fn line_column(self) -> Option<(usize, usize)> {
        let (line, column) = self.0?;
        Some((usize::try_from(line).ok()?, usize::try_from(column).ok()?))
    }
}

impl PartialEq for Span {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Span {}

impl std::hash::Hash for Span {
    fn hash<H: std::hash::Hasher>(&self, _: &mut H) {}
}

impl std::fmt::Debug for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, "{line}:{column}"),
            None => f.write_str("built"),
        }
    }
}
