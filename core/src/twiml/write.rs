//! From the tree to text: escaping, and the compact and the pretty form. Nothing is checked here: what
//! a value holds was checked when it was set.

use std::fmt;
use std::hash::{Hash, Hasher};

use super::element::{Element, Node, Step, USUAL_DEPTH};
use super::xml;
use crate::limits::MAX_DEPTH;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
const INDENT: &str = "    ";

/// More than the bytes of most documents, to allocate once.
const USUAL_BYTES: usize = 512;

/// Writes a document on one line.
pub(super) fn compact(root: &Element) -> String {
    write(DECLARATION, root, None)
}

/// Writes a document with a line for each element.
pub(super) fn pretty(root: &Element) -> String {
    write(DECLARATION, root, Some(0))
}

/// How the nodes in an open element are written.
#[derive(Clone, Copy)]
struct Layout {
    /// Their level of indentation; nothing where all is on one line.
    indent: Option<usize>,
    /// The reader keeps text of nothing but white space here. Where it does not, such text is written
    /// with a character reference.
    keeps_blanks: bool,
}

fn write(before: &str, root: &Element, indent: Option<usize>) -> String {
    let mut out = String::with_capacity(USUAL_BYTES);
    out.push_str(before);
    let mut outer = Vec::with_capacity(USUAL_DEPTH);
    let mut layout = Layout { indent, keeps_blanks: false };
    for step in root.walk() {
        match step {
            Step::Start(element) => {
                push_break(&mut out, layout.indent);
                push_start(&mut out, element);
                outer.push(layout);
                layout = layout.inside(element, outer.len() == 1);
            }
            Step::Text(text) => push_text(&mut out, text.as_str(), layout.keeps_blanks),
            Step::Comment(comment) => {
                push_break(&mut out, layout.indent);
                out.push_str("<!--");
                out.push_str(comment.as_str());
                out.push_str("-->");
            }
            Step::End(element) => {
                let inside = layout;
                layout = outer.pop().unwrap_or(layout);
                if !element.nodes().is_empty() {
                    push_break(&mut out, inside.indent.and(layout.indent));
                    out.push_str("</");
                    out.push_str(element.name());
                    out.push('>');
                }
            }
        }
    }
    out
}

impl Layout {
    fn inside(self, element: &Element, is_root: bool) -> Self {
        let nodes = element.nodes();
        if !nodes.iter().any(|node| matches!(node, Node::Text(_))) {
            let indent = self.indent.map(|level| level.saturating_add(1));
            return Self { indent, keeps_blanks: false };
        }
        // White space put beside text would become a part of it.
        let alone = nodes.len() == 1 && !is_root;
        Self { indent: None, keeps_blanks: alone || element.is_mixed() }
    }
}

fn push_start(out: &mut String, element: &Element) {
    out.push('<');
    out.push_str(element.name());
    for (name, value) in element.attributes() {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        push_escaped(out, value, escape_in_value);
        out.push('"');
    }
    out.push_str(if element.nodes().is_empty() { "/>" } else { ">" });
}

fn push_break(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        // Of a deeper document the indentation would take quadratic space.
        for _ in 0..level.min(MAX_DEPTH) {
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

/// What the official helper libraries escape; a literal CR would be read as LF.
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
    while let Some(at) = rest.bytes().position(|byte| byte <= b'>' && escape(byte).is_some()) {
        let (run, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(run);
        out.extend(tail.bytes().next().and_then(&escape));
        rest = tail.get(1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// Writes the element as in a document.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write("", self, None))
    }
}

impl fmt::Debug for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        write("", self, None) == write("", other, None)
    }
}

impl Eq for Element {}

impl Hash for Element {
    fn hash<H: Hasher>(&self, state: &mut H) {
        write("", self, None).hash(state);
    }
}
