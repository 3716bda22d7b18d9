//! Documents as a flat list of pieces, so that a tree crosses in one call and without recursion.

use twiml_refer::{
    Error, Refer, SipUri, VoiceResponse,
    twiml::{Comment, Element, Follows, Node, Text},
};

use crate::Pair;
use crate::failure::{Failure, Finding, findings};

/// A piece of a document, in its order. What an `Open` begins, its `Close` ends.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Piece {
    Open { name: String, attributes: Vec<Pair> },
    Refer { target: String, action: Option<String>, method: Option<String> },
    Text { content: String },
    Comment { content: String },
    Close,
}

/// A whole document; the attributes are those of `<Response>`.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Document {
    pub attributes: Vec<Pair>,
    pub pieces: Vec<Piece>,
}

/// Whether the attributes and the text of an element can stand in a document.
pub(crate) fn element_check(
    name: &str,
    attributes: Vec<Pair>,
    text: Option<String>,
) -> Result<(), Failure> {
    let element = open(name, &attributes)?;
    if let Some(text) = text {
        element.text(&text)?;
    }
    Ok(())
}

pub(crate) fn comment_check(text: &str) -> Result<(), Failure> {
    Comment::new(text)?;
    Ok(())
}

/// For what does not depend on the target.
pub(crate) const ANY_TARGET: &str = "sip:localhost";

#[uniffi::export]
pub fn document_render(document: Document, pretty: bool) -> Result<String, Failure> {
    Ok(render(&build(document)?, pretty))
}

pub(crate) fn render(response: &VoiceResponse, pretty: bool) -> String {
    if pretty { response.to_xml_pretty() } else { response.to_xml() }
}

#[uniffi::export]
pub fn document_parse(xml: Vec<u8>) -> Result<Document, Failure> {
    let response = VoiceResponse::parse_bytes(&xml)?;
    let attributes = response.attributes().map(|(name, value)| Pair::new(name, value)).collect();
    let mut pieces = Vec::new();
    take_apart(response.nodes(), &mut pieces);
    Ok(Document { attributes, pieces })
}

/// The findings of a document as it was written by someone: with lines and columns.
#[uniffi::export]
pub fn document_check(xml: Vec<u8>) -> Result<Vec<Finding>, Failure> {
    Ok(findings(&VoiceResponse::parse_bytes(&xml)?.check()))
}

/// The findings of a document that was built.
#[uniffi::export]
pub fn document_check_built(document: Document) -> Result<Vec<Finding>, Failure> {
    Ok(findings(&build(document)?.check()))
}

/// What comes after the first `<Refer>`: `action`, `next-verb` or `hangup`.
#[uniffi::export]
pub fn document_follows(document: Document) -> Result<Option<String>, Failure> {
    Ok(build(document)?.follows().map(|follows: Follows| follows.as_str().to_owned()))
}

#[uniffi::export]
pub fn resolve_action(action: &str, base_url: &str) -> Result<String, Failure> {
    let resolved = refer(ANY_TARGET, Some(action), None)?.resolve_action(base_url)?;
    Ok(resolved.unwrap_or_default())
}

fn open(name: &str, attributes: &[Pair]) -> Result<Element, Error> {
    attributes
        .iter()
        .try_fold(Element::new(name)?, |element, pair| element.attribute(&pair.name, &pair.value))
}

/// The document that the pieces make.
fn build(document: Document) -> Result<VoiceResponse, Error> {
    let mut builder = Builder::new(&document.attributes)?;
    for piece in document.pieces {
        match piece {
            Piece::Open { name, attributes } => builder.open(&name, &attributes)?,
            Piece::Close => builder.close()?,
            Piece::Refer { target, action, method } => {
                builder.refer(&target, action.as_deref(), method.as_deref())?;
            }
            Piece::Text { content } => builder.text(&content)?,
            Piece::Comment { content } => builder.comment(&content)?,
        }
    }
    builder.finish()
}

/// A document that is built piece by piece.
pub(crate) struct Builder {
    response: VoiceResponse,
    opened: Vec<Element>,
}

impl Builder {
    pub(crate) fn new(attributes: &[Pair]) -> Result<Self, Error> {
        let response = attributes.iter().try_fold(VoiceResponse::new(), |response, pair| {
            response.attribute(&pair.name, &pair.value)
        })?;
        Ok(Self { response, opened: Vec::new() })
    }

    pub(crate) fn open(&mut self, name: &str, attributes: &[Pair]) -> Result<(), Error> {
        self.opened.push(open(name, attributes)?);
        Ok(())
    }

    /// One that closes nothing adds nothing.
    pub(crate) fn close(&mut self) -> Result<(), Error> {
        self.opened.pop().map_or(Ok(()), |element| self.add(element))
    }

    pub(crate) fn refer(
        &mut self,
        target: &str,
        action: Option<&str>,
        method: Option<&str>,
    ) -> Result<(), Error> {
        self.add(refer(target, action, method)?)
    }

    pub(crate) fn text(&mut self, content: &str) -> Result<(), Error> {
        self.add(Text::new(content)?)
    }

    pub(crate) fn comment(&mut self, content: &str) -> Result<(), Error> {
        self.add(Comment::new(content)?)
    }

    fn add(&mut self, node: impl Into<Node>) -> Result<(), Error> {
        match self.opened.last_mut() {
            Some(parent) => parent.add(node),
            None => self.response.add(node),
        }
    }

    /// What nothing closed ends with the document.
    pub(crate) fn finish(mut self) -> Result<VoiceResponse, Error> {
        while !self.opened.is_empty() {
            self.close()?;
        }
        Ok(self.response)
    }
}

pub(crate) fn refer(
    target: &str,
    action: Option<&str>,
    method: Option<&str>,
) -> Result<Refer, Error> {
    let mut refer = Refer::to(SipUri::parse(target)?);
    if let Some(action) = action {
        refer = refer.action(action)?;
    }
    if let Some(method) = method {
        refer = refer.method(method.parse()?);
    }
    Ok(refer)
}

/// A document has 64 levels at most, so that recursion is bounded.
fn take_apart(nodes: &[Node], pieces: &mut Vec<Piece>) {
    for node in nodes {
        match node {
            Node::Element(element) => {
                pieces.push(Piece::Open {
                    name: element.name().to_owned(),
                    attributes: element
                        .attributes()
                        .map(|(name, value)| Pair::new(name, value))
                        .collect(),
                });
                take_apart(element.nodes(), pieces);
                pieces.push(Piece::Close);
            }
            Node::Refer(refer) => pieces.push(Piece::Refer {
                target: refer.target().as_str().to_owned(),
                action: refer.action_url().map(str::to_owned),
                method: refer.method_set().map(|method| method.as_str().to_owned()),
            }),
            Node::Text(text) => pieces.push(Piece::Text { content: text.as_str().to_owned() }),
            Node::Comment(comment) => {
                pieces.push(Piece::Comment { content: comment.as_str().to_owned() });
            }
            _ => {}
        }
    }
}
