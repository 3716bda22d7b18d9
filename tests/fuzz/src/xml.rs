//! Documents by a second reader of XML.

use roxmltree::{Document, Error, Node, NodeType};

/// The elements, texts and comments that the second reader finds, in their order; `None` if it says nothing,
/// because it knows namespaces, for which we do not ask.
#[must_use]
pub fn read(text: &str) -> Option<Result<Vec<String>, Error>> {
    // XML 1.0 §2.11; the reader itself leaves a CR in front of a reference.
    let text = &text.replace("\r\n", "\n").replace('\r', "\n");
    match Document::parse(text) {
        Ok(document) if is_plain(&document) => {
            let mut found = vec![String::new()];
            list(document.root_element(), &mut found);
            // White space alone is layout.
            found.retain(|it| it.contains(|c| !matches!(c, ' ' | '\t' | '\r' | '\n')));
            Some(Ok(found))
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
        && document.descendants().filter(Node::is_element).all(|node| {
            text[node.range().start + 1..].starts_with(node.tag_name().name())
                && node.attributes().all(|it| text[it.range_qname()] == *it.name())
        })
}

/// Adds a node and those in it. The last of what was found is a text, which the next one continues.
fn list(node: Node<'_, '_>, found: &mut Vec<String>) {
    match node.node_type() {
        NodeType::Element => {
            let attributes: Vec<_> = node.attributes().map(|it| (it.name(), it.value())).collect();
            found.extend([format!("<{} {attributes:?}>", node.tag_name().name()), String::new()]);
            node.children().for_each(|child| list(child, found));
            found.extend(["</>".to_owned(), String::new()]);
        }
        NodeType::Text => {
            let text = node.text().unwrap_or_default();
            found.last_mut().expect("there is a text").push_str(text);
        }
        NodeType::Comment => {
            found.extend([format!("<!--{}-->", node.text().unwrap_or_default()), String::new()]);
        }
        NodeType::Root | NodeType::PI => {}
    }
}
