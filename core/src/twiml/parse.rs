//! From text to the tree: TwiML as Twilio would read it, within the bounds, and nothing that is not
//! well-formed. `quick-xml` cuts the text into events; what it lets pass is refused here.
//!
//! There is a stack of open elements instead of recursion, and every byte is looked at a fixed number
//! of times.

use std::borrow::Cow;
use std::mem;

use quick_xml::Reader;
use quick_xml::errors::{Error as XmlError, SyntaxError};
use quick_xml::events::{BytesStart, Event};

use super::element::Element;
use super::markup::{AttributeReader, ErrorAt, Locator, bare_ampersand, decode_value, resolve};
use super::text::{Comment, Position, Text};
use super::xml;
use crate::Error;
use crate::error::ErrorKind;
use crate::limits::{MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_ELEMENTS};

/// The name of the root element.
pub(super) const ROOT: &str = "Response";

const BOM: &[u8] = "\u{feff}".as_bytes();

/// Reads `<Response>` and all that is in it.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, Error> {
    let body = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let start = bytes.len().saturating_sub(body.len());
    decode(body, start).and_then(read).map_err(|ErrorAt { offset, error }| {
        let (line, column) = Locator::new(body).locate(offset);
        error.at(offset.saturating_add(start)).at_line(line, column)
    })
}

/// Returns the text of a document that begins after `start` bytes of a byte order mark.
fn decode(body: &[u8], start: usize) -> Result<&str, ErrorAt> {
    let most = MAX_DOCUMENT_BYTES.saturating_sub(start);
    if body.len() > most {
        let error = Error::new(ErrorKind::DocumentTooLarge).arg(&MAX_DOCUMENT_BYTES.to_string());
        return Err(ErrorAt::new(most, error));
    }
    if body.starts_with(&[0xfe, 0xff]) || body.starts_with(&[0xff, 0xfe]) {
        return Err(ErrorAt::new(0, Error::new(ErrorKind::DocumentEncoding).arg("UTF-16")));
    }
    std::str::from_utf8(body)
        .map_err(|error| ErrorAt::of(ErrorKind::DocumentNotUtf8, error.valid_up_to()))
}

fn read(text: &str) -> Result<Element, ErrorAt> {
    if let Some((at, c)) = xml::find_forbidden(text) {
        return Err(ErrorAt::new(at, xml::forbidden(c)));
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
        let event = reader.read_event().map_err(|error| syntax_error(&error, at))?;
        let raw = text.get(at..position(&reader)).unwrap_or_default();
        match event {
            Event::Start(tag) => document.start(&tag, at)?,
            Event::Empty(tag) => {
                document.start(&tag, at)?;
                document.close();
            }
            Event::End(tag) => document.end(tag.name().as_ref(), at)?,
            Event::Text(_) => document.text(raw, at)?,
            Event::CData(data) => document.character_data(&data, at)?,
            Event::GeneralRef(name) => document.reference(&name, at)?,
            Event::Comment(_) => document.comment(raw, at)?,
            Event::Decl(_) => declaration(raw, at)?,
            Event::PI(_) => instruction(raw, at)?,
            Event::DocType(_) => return Err(ErrorAt::of(ErrorKind::DocumentDtd, at)),
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
    text_position: Position,
    /// The text is literal, without reference or CDATA section.
    is_literal: bool,
    /// The nodes that are literal white space: dropped if nothing else in the element is text.
    blanks: Vec<usize>,
}

impl Document<'_> {
    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<(), ErrorAt> {
        let (qualified, attributes) = (tag.name(), tag.attributes_raw());
        let name: &str = qualified.as_ref();
        if name.is_empty() {
            return Err(ErrorAt::syntax(at, "expected a name after <, or &lt; for the character"));
        }
        let name_at = at.saturating_add(1);
        let element = Element::new(name).map_err(|error| ErrorAt::new(name_at, error))?;
        if self.open.is_empty() {
            self.check_root(name, at)?;
        }
        if self.open.len() >= MAX_DEPTH {
            let error = Error::new(ErrorKind::DepthExceeded).arg(&MAX_DEPTH.to_string());
            return Err(ErrorAt::new(at, error));
        }
        self.count = self.count.saturating_add(1);
        if self.count > MAX_ELEMENTS {
            let error = Error::new(ErrorKind::ElementsExceeded).arg(&MAX_ELEMENTS.to_string());
            return Err(ErrorAt::new(at, error));
        }
        if let Some(parent) = self.open.last_mut() {
            parent.finish_text();
        }
        let mut element = element.at(self.position(at));
        let mut attributes = AttributeReader::new(attributes, name_at.saturating_add(name.len()));
        while let Some(attribute) = attributes.next()? {
            let (name, value) = (attribute.name.to_owned(), decode_value(&attribute)?);
            element
                .insert(Cow::Owned(name), Cow::Owned(value))
                .map_err(|error| ErrorAt::new(attribute.name_at, error))?;
        }
        self.open.push(Open {
            element,
            at,
            text: String::new(),
            text_position: Position::default(),
            is_literal: true,
            blanks: Vec::new(),
        });
        Ok(())
    }

    fn check_root(&self, name: &str, at: usize) -> Result<(), ErrorAt> {
        if self.root.is_some() {
            return Err(outside(at, &["<", name, ">"].concat()));
        }
        if name == ROOT {
            return Ok(());
        }
        let error = Error::new(ErrorKind::DocumentRootInvalid).arg(name);
        let case = name.eq_ignore_ascii_case(ROOT);
        Err(ErrorAt::new(at, if case { error.arg(" (case matters)") } else { error }))
    }

    fn end(&mut self, name: &str, at: usize) -> Result<(), ErrorAt> {
        let expected = match self.open.last() {
            Some(open) if open.element.name() == name => {
                self.close();
                return Ok(());
            }
            Some(open) => ["</", open.element.name(), ">"].concat(),
            None if self.root.is_some() => "the end of the document".to_owned(),
            None => "<Response>".to_owned(),
        };
        Err(ErrorAt::new(at, Error::new(ErrorKind::DocumentEndTag).arg(name).arg(&expected)))
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.pop() else { return };
        open.finish_text();
        let Open { mut element, blanks, .. } = open;
        let is_root = self.open.is_empty();
        if (is_root || element.nodes().len() > 1) && !element.is_mixed() {
            element.remove_nodes(&blanks);
        }
        match self.open.last_mut() {
            Some(parent) => parent.element.push(element),
            None => self.root = Some(element),
        }
    }

    fn text(&mut self, raw: &str, at: usize) -> Result<(), ErrorAt> {
        if let Some(offset) = raw.find("]]>") {
            let at = at.saturating_add(offset);
            return Err(ErrorAt::syntax(at, "]]> in text: expected ]]&gt;"));
        }
        if self.open.is_empty() {
            return match raw.find(|c| !xml::is_space(c)) {
                Some(offset) => Err(outside(at.saturating_add(offset), "text")),
                None => Ok(()),
            };
        }
        self.push_text(&xml::normalize_line_ends(raw), at, true)
    }

    fn character_data(&mut self, data: &str, at: usize) -> Result<(), ErrorAt> {
        self.push_text(&xml::normalize_line_ends(data), at, false)
    }

    fn reference(&mut self, name: &str, at: usize) -> Result<(), ErrorAt> {
        let c = resolve(name).map_err(|error| ErrorAt::new(at, error))?;
        self.push_text(c.encode_utf8(&mut [0; 4]), at, false)
    }

    fn push_text(&mut self, text: &str, at: usize, is_literal: bool) -> Result<(), ErrorAt> {
        let position = self.position(at);
        let Some(open) = self.open.last_mut() else { return Err(outside(at, "text")) };
        if open.text.is_empty() {
            open.text_position = position;
        }
        open.text.push_str(text);
        open.is_literal &= is_literal;
        Ok(())
    }

    fn comment(&mut self, raw: &str, at: usize) -> Result<(), ErrorAt> {
        let text = raw.strip_prefix("<!--").and_then(|raw| raw.strip_suffix("-->"));
        let text_at = at.saturating_add("<!--".len());
        let comment = Comment::new(text.unwrap_or_default()).map_err(|error| {
            ErrorAt::new(text_at.saturating_add(error.offset().unwrap_or_default()), error)
        })?;
        if let Some(open) = self.open.last_mut() {
            open.finish_text();
            open.element.push(comment);
        }
        Ok(())
    }

    fn finish(self, end: usize) -> Result<Element, ErrorAt> {
        if let Some(open) = self.open.last() {
            let name = open.element.name();
            let error = Error::new(ErrorKind::DocumentUnclosed).arg(name).arg(name);
            return Err(ErrorAt::new(open.at, error));
        }
        self.root.ok_or_else(|| ErrorAt::of(ErrorKind::DocumentEmpty, end))
    }

    fn position(&mut self, at: usize) -> Position {
        Position(Some(self.locator.locate(at)))
    }
}

impl Open {
    /// Makes a node of the text that was gathered.
    fn finish_text(&mut self) {
        if self.is_literal && !self.text.is_empty() && xml::is_blank(&self.text) {
            self.blanks.push(self.element.nodes().len());
        }
        self.element.push(Text::checked(mem::take(&mut self.text), self.text_position));
        self.is_literal = true;
    }
}

fn outside(at: usize, what: &str) -> ErrorAt {
    ErrorAt::new(at, Error::new(ErrorKind::DocumentOutsideRoot).arg(what))
}

/// Checks the XML declaration, which is dropped: only version 1.x and UTF-8 are accepted.
fn declaration(raw: &str, at: usize) -> Result<(), ErrorAt> {
    if at > 0 {
        return Err(ErrorAt::syntax(
            at,
            "the XML declaration is allowed at the very beginning only",
        ));
    }
    let text = raw.strip_prefix("<?xml").and_then(|raw| raw.strip_suffix("?>"));
    let mut attributes =
        AttributeReader::new(text.unwrap_or_default(), at.saturating_add("<?xml".len()));
    let mut expected = ["version", "encoding", "standalone"].into_iter();
    let mut versions = 0;
    while let Some(attribute) = attributes.next()? {
        if !expected.any(|name| name == attribute.name) {
            return Err(ErrorAt::syntax(attribute.name_at, DECLARATION_EXPECTED));
        }
        let fits = match attribute.name {
            "version" => {
                versions = 1;
                attribute.value.strip_prefix("1.").is_some_and(is_number)
            }
            "encoding" if !attribute.value.eq_ignore_ascii_case("UTF-8") => {
                let error = Error::new(ErrorKind::DocumentEncoding).arg(attribute.value);
                return Err(ErrorAt::new(attribute.value_at, error));
            }
            "standalone" => matches!(attribute.value, "yes" | "no"),
            _ => true,
        };
        if !fits {
            return Err(ErrorAt::syntax(attribute.value_at, DECLARATION_EXPECTED));
        }
    }
    if versions == 0 { Err(ErrorAt::syntax(at, DECLARATION_EXPECTED)) } else { Ok(()) }
}

const DECLARATION_EXPECTED: &str = "expected <?xml version=\"1.0\" encoding=\"UTF-8\"?>";

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Processing instructions are for other programs: they are dropped, but must be well-formed.
fn instruction(raw: &str, at: usize) -> Result<(), ErrorAt> {
    let text = raw.strip_prefix("<?").and_then(|raw| raw.strip_suffix("?>")).unwrap_or_default();
    let target = text.split(xml::is_space).next().unwrap_or_default();
    if xml::is_name(target) && !target.eq_ignore_ascii_case("xml") {
        Ok(())
    } else {
        Err(ErrorAt::syntax(at, "expected a name after <?, and not xml"))
    }
}

fn syntax_error(error: &XmlError, at: usize) -> ErrorAt {
    let text = match error {
        XmlError::Syntax(SyntaxError::UnclosedDoctype) => {
            return ErrorAt::of(ErrorKind::DocumentDtd, at);
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
            return ErrorAt::of(ErrorKind::DocumentDtd, at);
        }
        XmlError::IllFormed(_) => return ErrorAt::new(at, bare_ampersand()),
        _ => "not markup: expected an element, text or a comment",
    };
    ErrorAt::syntax(at, text)
}
