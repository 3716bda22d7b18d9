//! The tree of a document: [`Node`] is an [`Element`], a [`Text`] or a [`Comment`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Display;
use std::mem;

use super::text::{Comment, Position, Text};
use super::xml;
use crate::Error;
use crate::error::ErrorKind;

/// One thing inside a [`VoiceResponse`](crate::VoiceResponse) or an [`Element`].
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
    /// Text between the elements.
    Text(Text),
    /// A comment.
    Comment(Comment),
}

impl Node {
    /// Returns the element, if it is one.
    #[must_use]
    pub const fn as_element(&self) -> Option<&Element> {
        match self {
            Self::Element(element) => Some(element),
            _ => None,
        }
    }

    pub(super) const fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Self::Element(element)
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

/// Any verb or noun, known to this crate or not.
///
/// It checks what cannot be written when it is set: names are XML names, text and values hold only
/// characters that XML 1.0 allows, an attribute occurs once. So writing cannot fail. How deep and how
/// large a document is, [`check`](crate::VoiceResponse::check) reports.
///
/// Two elements are equal if they are written alike; the order of attributes counts.
///
/// ```
/// use twiml_refer::{VoiceResponse, twiml::Element};
///
/// let dial = Element::new("Dial")?
///     .with_attribute("timeLimit", 60)?
///     .with_child(Element::new("Number")?.with_text("+15005550006")?);
/// assert_eq!(
///     VoiceResponse::new().append(dial).to_xml(),
///     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
///      <Response><Dial timeLimit=\"60\"><Number>+15005550006</Number></Dial></Response>",
/// );
/// # Ok::<(), twiml_refer::Error>(())
/// ```
pub struct Element {
    name: Cow<'static, str>,
    attributes: Attributes,
    nodes: Vec<Node>,
    position: Position,
}

/// The levels of most documents, to allocate once.
pub(super) const USUAL_DEPTH: usize = 4;

impl Element {
    /// Creates an empty element. A prefixed name, as `x:Say`, is just another name.
    ///
    /// # Errors
    /// [`ErrorKind::XmlNameInvalid`] unless `name` is an XML 1.0 name.
    pub fn new(name: &str) -> Result<Self, Error> {
        xml::check_name(name)?;
        Ok(Self::with_name(Cow::Owned(name.to_owned())))
    }

    /// Creates an element of a name that is written in this crate.
    pub(super) fn known(name: &'static str) -> Self {
        Self::with_name(Cow::Borrowed(name))
    }

    fn with_name(name: Cow<'static, str>) -> Self {
        let (attributes, nodes) = (Attributes::default(), Vec::new());
        Self { name, attributes, nodes, position: Position::default() }
    }

    /// Adds an attribute after those it has. White space in the value is kept in writing.
    ///
    /// # Errors
    /// [`ErrorKind::XmlNameInvalid`], [`ErrorKind::XmlCharacterForbidden`] with the byte offset in
    /// the value, or [`ErrorKind::AttributeRepeated`].
    pub fn with_attribute(mut self, name: &str, value: impl Display) -> Result<Self, Error> {
        self.set_attribute(name, value)?;
        Ok(self)
    }

    /// Adds text after what is inside; text after text joins it, empty text adds nothing.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`] with the byte offset.
    pub fn with_text(self, text: &str) -> Result<Self, Error> {
        Ok(self.with_child(Text::new(text)?))
    }

    /// Adds a comment after what is inside.
    ///
    /// # Errors
    /// Those of [`Comment::new`].
    pub fn with_comment(self, text: &str) -> Result<Self, Error> {
        Ok(self.with_child(Comment::new(text)?))
    }

    /// Adds an element, text or comment after what is inside.
    #[must_use]
    pub fn with_child(mut self, node: impl Into<Node>) -> Self {
        self.push(node);
        self
    }

    /// Adds an element, text or comment in place, like [`with_child`](Self::with_child).
    pub fn push(&mut self, node: impl Into<Node>) {
        let node = node.into();
        match (&node, self.nodes.last_mut()) {
            (Node::Text(text), _) if text.as_str().is_empty() => {}
            (Node::Text(text), Some(Node::Text(last))) => last.join(text),
            _ => self.nodes.push(node),
        }
    }

    /// Adds an attribute in place, like [`with_attribute`](Self::with_attribute); if it is refused, the
    /// element stays as it was.
    ///
    /// # Errors
    /// Those of [`with_attribute`](Self::with_attribute).
    pub fn set_attribute(&mut self, name: &str, value: impl Display) -> Result<(), Error> {
        xml::check_name(name)?;
        let value = value.to_string();
        xml::check_text(&value).map_err(|error| error.parameter_named(name))?;
        self.insert(Cow::Owned(name.to_owned()), Cow::Owned(value))
    }

    /// Adds an attribute whose name and value were checked already.
    pub(super) fn insert(
        &mut self,
        name: Cow<'static, str>,
        value: Cow<'static, str>,
    ) -> Result<(), Error> {
        if self.attributes.contains(&name) {
            let error = Error::new(ErrorKind::AttributeRepeated).arg(&name);
            return Err(error.parameter_named(&name));
        }
        self.attributes.push(name, value);
        Ok(())
    }

    /// Puts only this node into the element.
    pub(super) fn holding(mut self, node: Node) -> Self {
        self.nodes = vec![node];
        self
    }

    /// Adds an attribute that is written in this crate and not there yet.
    pub(super) fn insert_known(&mut self, name: &'static str, value: Cow<'static, str>) {
        self.attributes.push(Cow::Borrowed(name), value);
    }

    /// Returns the name, as spelled.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns names and values in the order in which they were set.
    #[must_use]
    pub fn attributes(&self) -> impl ExactSizeIterator<Item = (&str, &str)> + Clone {
        self.attributes.list.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Returns the value of one attribute; names are compared with case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes().find(|&(known, _)| known == name).map(|(_, value)| value)
    }

    /// Returns what is inside, in order. Two texts are never neighbours.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Returns the elements inside, in order.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(Node::as_element)
    }

    /// Returns the text directly inside, joined; that of children is not part of it.
    #[must_use]
    pub fn text(&self) -> String {
        self.nodes.iter().filter_map(Node::as_text).map(Text::as_str).collect()
    }

    pub(super) const fn at(mut self, position: Position) -> Self {
        self.position = position;
        self
    }

    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// Removes the nodes at these indexes, which are in rising order.
    pub(super) fn remove_nodes(&mut self, indexes: &[usize]) {
        let mut indexes = indexes.iter().copied().peekable();
        let mut at = 0_usize..;
        self.nodes.retain(|_| at.next().is_none_or(|at| indexes.next_if_eq(&at).is_none()));
    }

    /// Whether there is text that is more than white space: then white space beside it is text, too.
    pub(super) fn is_mixed(&self) -> bool {
        self.nodes.iter().filter_map(Node::as_text).any(|text| !xml::is_blank(text.as_str()))
    }

    /// Walks through the tree in document order, however deep it is.
    pub(super) fn walk(&self) -> Walk<'_> {
        Walk { root: Some(self), open: Vec::with_capacity(USUAL_DEPTH) }
    }

    fn has_children(&self) -> bool {
        self.children().next().is_some()
    }

    fn clone_without_nodes(&self) -> Self {
        Self {
            name: self.name.clone(),
            attributes: self.attributes.clone(),
            nodes: Vec::with_capacity(self.nodes.len()),
            position: self.position,
        }
    }
}

/// Names and values in order.
#[derive(Clone, Default)]
struct Attributes {
    list: Vec<(Cow<'static, str>, Cow<'static, str>)>,
    /// The names, once there are many: elements with a few are faster without it, and those with
    /// thousands would take quadratic time.
    names: Option<HashSet<Cow<'static, str>>>,
}

impl Attributes {
    const FEW: usize = 16;

    fn contains(&self, name: &str) -> bool {
        match &self.names {
            Some(names) => names.contains(name),
            None => self.list.iter().any(|(known, _)| known == name),
        }
    }

    fn push(&mut self, name: Cow<'static, str>, value: Cow<'static, str>) {
        if let Some(names) = &mut self.names {
            names.insert(name.clone());
        }
        self.list.push((name, value));
        if self.list.len() == Self::FEW {
            self.names = Some(self.list.iter().map(|(name, _)| name.clone()).collect());
        }
    }
}

/// Without recursion, like everything that goes through a whole tree: a deep one would overflow the stack.
impl Clone for Element {
    fn clone(&self) -> Self {
        let mut copy = self.clone_without_nodes();
        let mut parents = Vec::new();
        for step in self.walk().skip(1) {
            match step {
                Step::Start(child) => {
                    parents.push(mem::replace(&mut copy, child.clone_without_nodes()));
                }
                Step::Text(text) => copy.nodes.push(Node::Text(text.clone())),
                Step::Comment(comment) => copy.nodes.push(Node::Comment(comment.clone())),
                Step::End(_) => {
                    if let Some(parent) = parents.pop() {
                        let child = mem::replace(&mut copy, parent);
                        copy.nodes.push(Node::Element(child));
                    }
                }
            }
        }
        copy
    }
}

impl Drop for Element {
    fn drop(&mut self) {
        // Three levels and fewer need no more than that many calls.
        if !self.children().flat_map(Self::children).any(Self::has_children) {
            return;
        }
        let mut nodes = mem::take(&mut self.nodes);
        while let Some(node) = nodes.pop() {
            if let Node::Element(mut child) = node
                && child.has_children()
            {
                nodes.append(&mut child.nodes);
            }
        }
    }
}

/// A step of a [`Walk`].
#[derive(Clone, Copy)]
pub(super) enum Step<'a> {
    Start(&'a Element),
    Text(&'a Text),
    Comment(&'a Comment),
    End(&'a Element),
}

/// An iterator over the start and end of every element, and what is between them.
pub(super) struct Walk<'a> {
    root: Option<&'a Element>,
    open: Vec<(&'a Element, std::slice::Iter<'a, Node>)>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = Step<'a>;

    fn next(&mut self) -> Option<Step<'a>> {
        let element = match self.root.take() {
            Some(root) => root,
            None => {
                let (element, nodes) = self.open.last_mut()?;
                match nodes.next() {
                    Some(Node::Element(child)) => child,
                    Some(Node::Text(text)) => return Some(Step::Text(text)),
                    Some(Node::Comment(comment)) => return Some(Step::Comment(comment)),
                    None => {
                        let end = Step::End(element);
                        self.open.pop();
                        return Some(end);
                    }
                }
            }
        };
        self.open.push((element, element.nodes.iter()));
        Some(Step::Start(element))
    }
}
