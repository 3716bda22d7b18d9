//! The document as a whole: events in, elements out, with a stack of those still open.

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::super::element::{Element, Span};
use super::super::node::{Comment, Node};
use super::super::response::VoiceResponse;
use super::super::xml;
use super::tag::{Locator, Pairs, decode_value};
use super::{Fault, tag};
use crate::Error;
use crate::error::ErrorKind;
use crate::limits::{MAX_DEPTH, MAX_ELEMENTS};

/// Reads `<Response>` and all that is in it; the text has no byte order mark.
pub(super) fn read(text: &str) -> Result<Element, Fault> {
    if let Some((at, c)) = xml::find_forbidden(text) {
        return Err(Fault::new(at, xml::forbidden(c)));
    }
    if text.starts_with('\u{feff}') {
        // The reader underneath would drop this second mark, which is text.
        return Err(outside(0, "text"));
    }
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    let mut document =
        Document { open: Vec::new(), root: None, count: 0, locator: Locator::new(text.as_bytes()) };
    loop {
        let at = position(&reader);
        let event = reader.read_event().map_err(|error| syntax_fault(&error, at))?;
        let raw = text.get(at..position(&reader)).unwrap_or_default();
        match event {
            Event::Start(tag) => document.start(&tag, at)?,
            Event::Empty(tag) => {
                document.start(&tag, at)?;
                document.close(at)?;
            }
            Event::End(tag) => document.end(tag.name().as_ref(), at)?,
            Event::Text(_) => document.text(raw, at)?,
            Event::CData(data) => document.character_data(&data, at)?,
            Event::GeneralRef(name) => document.reference(&name, at)?,
            Event::Comment(_) => document.comment(raw, at)?,
            Event::Decl(_) => declaration(raw, at)?,
            Event::PI(_) => instruction(raw, at)?,
            Event::DocType(_) => return Err(Fault::of(ErrorKind::DocumentDtd, at)),
            Event::Eof => return document.finish(text.len()),
        }
    }
}

fn position(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

struct Document<'a> {
    open: Vec<Open>,
    root: Option<Element>,
    count: usize,
    locator: Locator<'a>,
}

/// An element whose end tag has not come yet.
struct Open {
    element: Element,
    at: usize,
    text: String,
    text_span: Span,
    /// The text stands there literally, without reference or CDATA section.
    literal: bool,
    /// The nodes that are literal white space: dropped if nothing else in the element is text.
    blanks: Vec<usize>,
}

impl Document<'_> {
    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), Fault> {
        let (qualified, pairs) = (tag.name(), tag.attributes_raw());
        let name: &str = qualified.as_ref();
        if name.is_empty() {
            return Err(Fault::syntax(at, "expected a name after <, or &lt; for the character"));
        }
        let name_at = at.saturating_add(1);
        let element = Element::new(name).map_err(|error| Fault::new(name_at, error))?;
        if self.open.is_empty() {
            self.check_root(name, at)?;
        }
        if self.open.len() >= MAX_DEPTH {
            let error = Error::new(ErrorKind::DepthExceeded).arg(&MAX_DEPTH.to_string());
            return Err(Fault::new(at, error));
        }
        self.count = self.count.saturating_add(1);
        if self.count > MAX_ELEMENTS {
            let error = Error::new(ErrorKind::ElementsExceeded).arg(&MAX_ELEMENTS.to_string());
            return Err(Fault::new(at, error));
        }
        if let Some(parent) = self.open.last_mut() {
            parent.flush();
        }
        let mut element = element.at(self.span(at));
        let mut pairs = Pairs::new(pairs, name_at.saturating_add(name.len()));
        while let Some(pair) = pairs.next()? {
            let value = decode_value(&pair)?.into_boxed_str();
            let set = element.attributes_mut().set(pair.name, value);
            set.map_err(|error| Fault::new(pair.name_at, error))?;
        }
        self.open.push(Open {
            element,
            at,
            text: String::new(),
            text_span: Span::BUILT,
            literal: true,
            blanks: Vec::new(),
        });
        Ok(())
    }

    fn check_root(&self, name: &str, at: usize) -> Result<(), Fault> {
        if self.root.is_some() {
            return Err(outside(at, &["<", name, ">"].concat()));
        }
        if name == VoiceResponse::NAME {
            return Ok(());
        }
        let error = Error::new(ErrorKind::DocumentRootInvalid).arg(name);
        let case = name.eq_ignore_ascii_case(VoiceResponse::NAME);
        Err(Fault::new(at, if case { error.arg(" (case matters)") } else { error }))
    }

    fn end(&mut self, name: &str, at: usize) -> Result<(), Fault> {
        let expected = match self.open.last() {
            Some(open) if open.element.name() == name => return self.close(at),
            Some(open) => ["</", open.element.name(), ">"].concat(),
            None if self.root.is_some() => "the end of the document".to_owned(),
            None => "<Response>".to_owned(),
        };
        Err(Fault::new(at, Error::new(ErrorKind::DocumentEndTag).arg(name).arg(&expected)))
    }

    fn close(&mut self, at: usize) -> Result<(), Fault> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        open.flush();
        let is_root = self.open.is_empty();
        let mut element = open.element;
        if (is_root || element.nodes().len() > 1) && !element.is_mixed() {
            element.drop_nodes(&open.blanks);
        }
        let in_root = self.open.len() == 1;
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(element);
            return Ok(());
        };
        let node = Node::Element(element);
        let node = if in_root { node.typed() } else { node };
        parent.element.adopt(node).map_err(|error| Fault::new(at, error))
    }

    fn text(&mut self, raw: &str, at: usize) -> Result<(), Fault> {
        if let Some(offset) = raw.find("]]>") {
            let at = at.saturating_add(offset);
            return Err(Fault::syntax(at, "]]> in text: expected ]]&gt;"));
        }
        if self.open.is_empty() {
            return match raw.find(|c| !xml::is_space(c)) {
                Some(offset) => Err(outside(at.saturating_add(offset), "text")),
                None => Ok(()),
            };
        }
        self.push_text(&xml::normalize_line_ends(raw), at, true)
    }

    fn character_data(&mut self, data: &str, at: usize) -> Result<(), Fault> {
        self.push_text(&xml::normalize_line_ends(data), at, false)
    }

    fn reference(&mut self, name: &str, at: usize) -> Result<(), Fault> {
        let c = tag::resolve(name).map_err(|error| Fault::new(at, error))?;
        self.push_text(c.encode_utf8(&mut [0; 4]), at, false)
    }

    fn push_text(&mut self, text: &str, at: usize, literal: bool) -> Result<(), Fault> {
        let span = self.span(at);
        let Some(open) = self.open.last_mut() else { return Err(outside(at, "text")) };
        if open.text.is_empty() {
            open.text_span = span;
        }
        open.text.push_str(text);
        open.literal &= literal;
        Ok(())
    }

    fn comment(&mut self, raw: &str, at: usize) -> Result<(), Fault> {
        let text = raw.strip_prefix("<!--").and_then(|raw| raw.strip_suffix("-->"));
        let text_at = at.saturating_add("<!--".len());
        let comment = Comment::new(text.unwrap_or_default()).map_err(|error| {
            Fault::new(text_at.saturating_add(error.offset().unwrap_or_default()), error)
        })?;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        open.flush();
        open.element.adopt(Node::Comment(comment)).map_err(|error| Fault::new(at, error))
    }

    fn finish(self, end: usize) -> Result<Element, Fault> {
        if let Some(open) = self.open.last() {
            let name = open.element.name();
            let error = Error::new(ErrorKind::DocumentUnclosed).arg(name).arg(name);
            return Err(Fault::new(open.at, error));
        }
        self.root.ok_or_else(|| Fault::of(ErrorKind::DocumentEmpty, end))
    }

    fn span(&mut self, at: usize) -> Span {
        let (line, column) = self.locator.locate(at);
        Span::new(line, column)
    }
}

impl Open {
    /// What was gathered of text becomes a node.
    fn flush(&mut self) {
        if self.literal && !self.text.is_empty() && xml::is_blank(&self.text) {
            self.blanks.push(self.element.nodes().len());
        }
        self.element.adopt_text(&self.text, self.text_span);
        self.text.clear();
        self.literal = true;
    }
}

fn outside(at: usize, what: &str) -> Fault {
    Fault::new(at, Error::new(ErrorKind::DocumentOutsideRoot).arg(what))
}

/// The declaration is read and dropped: it may say nothing but version 1.x and UTF-8.
fn declaration(raw: &str, at: usize) -> Result<(), Fault> {
    if at > 0 {
        return Err(Fault::syntax(at, "the XML declaration stands at the very beginning only"));
    }
    let text = raw.strip_prefix("<?xml").and_then(|raw| raw.strip_suffix("?>"));
    let mut pairs = Pairs::new(text.unwrap_or_default(), at.saturating_add("<?xml".len()));
    let mut expected = ["version", "encoding", "standalone"].into_iter();
    let mut versions = 0;
    while let Some(pair) = pairs.next()? {
        if !expected.any(|name| name == pair.name) {
            return Err(Fault::syntax(pair.name_at, DECLARATION_EXPECTED));
        }
        let fits = match pair.name {
            "version" => {
                versions = 1;
                pair.value.strip_prefix("1.").is_some_and(is_number)
            }
            "encoding" if !pair.value.eq_ignore_ascii_case("UTF-8") => {
                let error = Error::new(ErrorKind::DocumentEncoding).arg(pair.value);
                return Err(Fault::new(pair.value_at, error));
            }
            "standalone" => matches!(pair.value, "yes" | "no"),
            _ => true,
        };
        if !fits {
            return Err(Fault::syntax(pair.value_at, DECLARATION_EXPECTED));
        }
    }
    if versions == 0 { Err(Fault::syntax(at, DECLARATION_EXPECTED)) } else { Ok(()) }
}

const DECLARATION_EXPECTED: &str = "expected <?xml version=\"1.0\" encoding=\"UTF-8\"?>";

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Processing instructions speak to other programs; they are dropped, but have to be well-formed.
fn instruction(raw: &str, at: usize) -> Result<(), Fault> {
    let text = raw.strip_prefix("<?").and_then(|raw| raw.strip_suffix("?>")).unwrap_or_default();
    let target = text.split(xml::is_space).next().unwrap_or_default();
    if xml::is_name(target) && !target.eq_ignore_ascii_case("xml") {
        Ok(())
    } else {
        Err(Fault::syntax(at, "expected a name after <?, and not xml"))
    }
}

fn syntax_fault(error: &XmlError, at: usize) -> Fault {
    let text = match error {
        XmlError::Syntax(SyntaxError::UnclosedDoctype) => {
            return Fault::of(ErrorKind::DocumentDtd, at);
        }
        XmlError::Syntax(syntax) => match syntax {
            SyntaxError::UnclosedPI | SyntaxError::UnclosedXmlDecl => {
                "the instruction is not closed: expected ?>"
            }
            SyntaxError::UnclosedComment => "the comment is not closed: expected -->",
            SyntaxError::UnclosedCData => "the CDATA section is not closed: expected ]]>",
            SyntaxError::UnclosedSingleQuotedAttributeValue => {
                "an attribute value in this tag is not closed: expected '"
            }
            SyntaxError::UnclosedDoubleQuotedAttributeValue => {
                "an attribute value in this tag is not closed: expected \""
            }
            SyntaxError::UnclosedTag => "the tag is not closed: expected >",
            SyntaxError::InvalidBangMarkup | SyntaxError::UnclosedDoctype => {
                "expected <!-- or <![CDATA[ after <!"
            }
        },
        XmlError::IllFormed(quick_xml::errors::IllFormedError::MissingDoctypeName) => {
            return Fault::of(ErrorKind::DocumentDtd, at);
        }
        XmlError::IllFormed(_) => return Fault::new(at, tag::bare_ampersand()),
        _ => "not markup: expected an element, text or a comment",
    };
    Fault::syntax(at, text)
}
