//! Documents by a second reader of XML, and what both readers find in one, in the same form.

use roxmltree::{Document, Error, NodeType};
use twiml_refer::{VoiceResponse, twiml::Node};

/// What the second reader finds; `None` if it says nothing, because it knows namespaces, for which we
/// do not ask.
#[must_use]
pub fn read(text: &str) -> Option<Result<Vec<String>, Error>> {
    // XML 1.0 §2.11; the reader itself leaves a CR in front of a reference.
    let text = &text.replace("\r\n", "\n").replace('\r', "\n");
    match Document::parse(text) {
        Ok(document) if is_plain(&document) => {
            let mut shape = Shape::default();
            second(document.root(), &mut shape);
            Some(Ok(shape.end()))
        }
        Ok(_) => None,
        Err(
            Error::InvalidXmlPrefixUri(_)
            | Error::UnexpectedXmlUri(_)
            | Error::UnexpectedXmlnsUri(_)
            | Error::InvalidElementNamePrefix(_)
            | Error::DuplicatedNamespace(..)
            | Error::UnknownNamespace(..),
        ) => None,
        // Without namespaces a colon is a character like others, even at the beginning.
        Err(Error::InvalidName(_)) if text.contains(':') => None,
        Err(error) => Some(Err(error)),
    }
}

/// No name has a colon, which to the second reader is the end of a prefix.
fn is_plain(document: &Document<'_>) -> bool {
    let text = document.input_text();
    // In an end tag it does not even look at an empty prefix.
    !text.contains("</:")
        && document.descendants().filter(roxmltree::Node::is_element).all(|node| {
            text[node.range().start + 1..].starts_with(node.tag_name().name())
                && node.attributes().all(|it| text[it.range_qname()] == *it.name())
        })
}

/// What the library has read.
#[must_use]
pub fn shape(response: &VoiceResponse) -> Vec<String> {
    let mut shape = Shape::default();
    shape.begin("Response", response.attributes());
    response.nodes().iter().for_each(|node| first(node, &mut shape));
    shape.close();
    shape.end()
}

/// Elements, texts and comments in their order. Text is whole; white space alone is layout.
#[derive(Default)]
struct Shape {
    found: Vec<String>,
    text: String,
}

impl Shape {
    fn begin<'a>(&mut self, name: &str, attributes: impl Iterator<Item = (&'a str, &'a str)>) {
        self.flush();
        let mut attributes: Vec<_> = attributes.collect();
        attributes.sort_unstable();
        self.found.push(format!("<{name} {attributes:?}>"));
    }

    fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn comment(&mut self, text: &str) {
        self.flush();
        self.found.push(format!("<!--{text}-->"));
    }

    fn close(&mut self) {
        self.flush();
        self.found.push("</>".to_owned());
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.contains(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')) {
            self.found.push(text);
        }
    }

    fn end(mut self) -> Vec<String> {
        self.flush();
        self.found
    }
}

fn first(node: &Node, shape: &mut Shape) {
    match node {
        Node::Element(element) => {
            shape.begin(element.name(), element.attributes());
            element.nodes().iter().for_each(|node| first(node, shape));
            shape.close();
        }
        Node::Text(text) => shape.text(text.as_str()),
        Node::Comment(comment) => shape.comment(comment.as_str()),
        other => panic!("unknown: {other:?}"),
    }
}

fn second(node: roxmltree::Node<'_, '_>, shape: &mut Shape) {
    match node.node_type() {
        NodeType::Root => {
            node.children().filter(roxmltree::Node::is_element).for_each(|root| {
                second(root, shape);
            });
        }
        NodeType::Element => {
            shape.begin(node.tag_name().name(), node.attributes().map(|it| (it.name(), it.value())));
            node.children().for_each(|child| second(child, shape));
            shape.close();
        }
        NodeType::Text => shape.text(node.text().unwrap_or_default()),
        NodeType::Comment => shape.comment(node.text().unwrap_or_default()),
        NodeType::PI => {}
    }
}
