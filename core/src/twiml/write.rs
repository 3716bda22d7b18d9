//! From values to text: escaping, and the compact and the pretty form. Nothing is checked here: what
//! a value holds was checked when it was set.

use super::element::Element;
use super::node::Node;
use super::refer::Refer;
use super::response::VoiceResponse;
use super::xml;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const INDENT: &str = "    ";

pub(super) fn compact(root: &Element) -> String {
    let mut out = String::with_capacity(DECLARATION.len().saturating_add(size_of_element(root)));
    out.push_str(DECLARATION);
    push_element(&mut out, root, None);
    out
}

pub(super) fn pretty(root: &Element) -> String {
    let size = DECLARATION.len().saturating_add(size_of_element(root)).saturating_mul(2);
    let mut out = String::with_capacity(size);
    out.push_str(DECLARATION);
    out.push('\n');
    push_element(&mut out, root, Some(0));
    out
}

/// `indent` is the level of the element in the pretty form, and nothing where all is on one line.
fn push_element(out: &mut String, element: &Element, indent: Option<usize>) {
    push_start(out, element.name(), element.attributes());
    let nodes = element.nodes();
    if nodes.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    // White space put beside text would become a part of it.
    let inside = indent
        .filter(|_| !nodes.iter().any(|node| matches!(node, Node::Text(_))))
        .map(|level| level.saturating_add(1));
    let keeps_blanks = keeps_blanks(element);
    for node in nodes {
        push_break(out, inside);
        match node {
            Node::Element(child) => push_element(out, child, inside),
            Node::Refer(refer) => push_refer(out, refer, inside),
            Node::Text(text) => push_text(out, text.as_str(), keeps_blanks),
            Node::Comment(comment) => {
                out.push_str("<!--");
                out.push_str(comment.as_str());
                out.push_str("-->");
            }
        }
    }
    push_break(out, inside.and(indent));
    push_end(out, element.name());
}

/// Will the reader keep text of nothing but white space in this element? Where it does not, such
/// text is written with a character reference.
fn keeps_blanks(element: &Element) -> bool {
    let alone = element.nodes().len() == 1 && element.name() != VoiceResponse::NAME;
    alone || element.is_mixed()
}

fn push_refer(out: &mut String, refer: &Refer, indent: Option<usize>) {
    let action = refer.action_url().map(|url| (Refer::ACTION, url));
    let method = refer.method_set().map(|method| (Refer::METHOD, method.as_str()));
    push_start(out, Refer::NAME, action.into_iter().chain(method));
    out.push('>');
    let inside = indent.map(|level| level.saturating_add(1));
    push_break(out, inside);
    out.push_str("<Sip>");
    push_text(out, refer.target().as_str(), true);
    out.push_str("</Sip>");
    push_break(out, indent);
    push_end(out, Refer::NAME);
}

fn push_start<'a>(
    out: &mut String,
    name: &str,
    attributes: impl Iterator<Item = (&'a str, &'a str)>,
) {
    out.push('<');
    out.push_str(name);
    for (name, value) in attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        push_escaped(out, value, escape_in_value);
        out.push('"');
    }
}

fn push_end(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

fn push_break(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        for _ in 0..level {
            out.push_str(INDENT);
        }
    }
}

fn push_text(out: &mut String, text: &str, keeps_blanks: bool) {
    let mut rest = text;
    if !keeps_blanks && xml::is_blank(text) {
        let mut chars = text.chars();
        out.push_str(match chars.next() {
            Some('\t') => "&#9;",
            Some('\n') => "&#10;",
            Some('\r') => "&#13;",
            _ => "&#32;",
        });
        rest = chars.as_str();
    }
    push_escaped(out, rest, escape_in_text);
}

/// What the official helper libraries escape; a CR that stood for itself would be read as LF.
const fn escape_in_text(byte: u8) -> Option<&'static str> {
    match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'\r' => Some("&#13;"),
        _ => None,
    }
}

/// In a value every kind of white space but the space itself would be read as a space.
const fn escape_in_value(byte: u8) -> Option<&'static str> {
    match byte {
        b'"' => Some("&quot;"),
        b'\t' => Some("&#9;"),
        b'\n' => Some("&#10;"),
        _ => escape_in_text(byte),
    }
}

fn push_escaped(out: &mut String, text: &str, escape: impl Fn(u8) -> Option<&'static str>) {
    let mut rest = text;
    let find = |text: &str| {
        text.bytes().enumerate().find_map(|(at, byte)| escape(byte).map(|escaped| (at, escaped)))
    };
    while let Some((at, escaped)) = find(rest) {
        let (run, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(run);
        out.push_str(escaped);
        rest = tail.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// About the bytes that the compact form takes, so that it is allocated once.
fn size_of_element(element: &Element) -> usize {
    let attributes =
        element.attributes().map(|(name, value)| name.len().saturating_add(value.len() + 8));
    let nodes = element.nodes().iter().map(|node| match node {
        Node::Element(child) => size_of_element(child),
        Node::Refer(refer) => refer
            .action_url()
            .map_or(0, str::len)
            .saturating_add(refer.target().as_str().len())
            .saturating_add(80),
        Node::Text(text) => text.as_str().len().saturating_add(8),
        Node::Comment(comment) => comment.as_str().len().saturating_add(8),
    });
    attributes
        .chain(nodes)
        .fold(element.name().len().saturating_mul(2).saturating_add(6), usize::saturating_add)
}
