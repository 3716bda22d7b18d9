//! Documents as a flat list of pieces, so that a tree of any depth crosses in one call and without
//! recursion.

use twiml_refer::{
    SipUri, VoiceResponse,
    twiml::{Comment, Element, Node, Refer, Text},
};

use crate::entry::List;
use crate::records::{self, Document, Pair, Piece, Result, pairs, wide};

/// An element whose nodes are awaited.
struct Open {
    element: Element,
    missing: i64,
}

/// Makes the document of the pieces. An element with fewer nodes than it says ends with the list.
pub(crate) fn build(document: Document) -> Result<VoiceResponse> {
    let mut response = VoiceResponse::new();
    for Pair { name, value } in document.attributes {
        response = response.with_attribute(&name, value)?;
    }
    let mut opened: Vec<Open> = Vec::new();
    for piece in document.pieces {
        let node = match piece {
            Piece::Element { name, attributes, text, nodes } => {
                let element = element(&name, attributes, text)?;
                if nodes > 0 {
                    opened.push(Open { element, missing: nodes });
                    continue;
                }
                element.into()
            }
            Piece::Text { text } => Text::new(&text)?.into(),
            Piece::Comment { text } => Comment::new(&text)?.into(),
        };
        place(node, &mut opened, &mut response);
    }
    while let Some(Open { element, .. }) = opened.pop() {
        add(element.into(), &mut opened, &mut response);
    }
    Ok(response)
}

/// Puts a node into its parent, and each parent that is then complete into its own.
fn place(node: Node, opened: &mut Vec<Open>, response: &mut VoiceResponse) {
    add(node, opened, response);
    while opened.last().is_some_and(|parent| parent.missing == 0) {
        if let Some(Open { element, .. }) = opened.pop() {
            add(element.into(), opened, response);
        }
    }
}

fn add(node: Node, opened: &mut [Open], response: &mut VoiceResponse) {
    match opened.last_mut() {
        Some(parent) => {
            parent.missing -= 1;
            parent.element.push(node);
        }
        None => response.push(node),
    }
}

/// Makes an element without nodes.
pub(crate) fn element(name: &str, attributes: List<Pair>, text: Option<String>) -> Result<Element> {
    let mut element = Element::new(name)?;
    for Pair { name, value } in attributes {
        element.set_attribute(&name, value)?;
    }
    Ok(match text {
        Some(text) => element.with_text(&text)?,
        None => element,
    })
}

pub(crate) fn refer(target: &str, action: Option<&str>, method: Option<&str>) -> Result<Refer> {
    let mut refer = Refer::to(SipUri::parse(target)?);
    if let Some(action) = action {
        refer = refer.with_action(action)?;
    }
    if let Some(method) = method {
        refer = refer.with_method(method.parse()?);
    }
    Ok(refer)
}

/// Takes a `<Refer>` apart.
pub(crate) fn refer_record(refer: &Refer) -> records::Refer {
    records::Refer {
        target: refer.target().as_str().to_owned(),
        action: refer.action().map(str::to_owned),
        method: refer.method().map(|method| method.to_string()),
    }
}

/// Takes a document apart.
pub(crate) fn document(response: &VoiceResponse) -> Document {
    let mut pieces = Vec::new();
    take_apart(response.nodes(), &mut pieces);
    Document { attributes: pairs(response.attributes()), pieces: List(pieces) }
}

fn take_apart(nodes: &[Node], pieces: &mut Vec<Piece>) {
    for node in nodes {
        match node {
            Node::Element(element) => take_element(element, pieces),
            Node::Text(text) => pieces.push(Piece::Text { text: text.as_str().to_owned() }),
            Node::Comment(text) => pieces.push(Piece::Comment { text: text.as_str().to_owned() }),
            _ => {}
        }
    }
}

/// Recursion is bounded: a document that was read has 64 levels at most.
pub(crate) fn take_element(element: &Element, pieces: &mut Vec<Piece>) {
    let (text, nodes) = match element.nodes() {
        [Node::Text(text), nodes @ ..] => (Some(text.as_str().to_owned()), nodes),
        nodes => (None, nodes),
    };
    pieces.push(Piece::Element {
        name: element.name().to_owned(),
        attributes: pairs(element.attributes()),
        text,
        nodes: wide(nodes.len()),
    });
    take_apart(nodes, pieces);
}
