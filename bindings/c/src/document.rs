//! Documents: built, read, walked, checked.

use std::ffi::c_char;
use std::sync::OnceLock;

use twiml_refer::{
    Refer, SipUri, VoiceResponse,
    http::Method,
    twiml::{Comment, Element, Follows, Node, Text},
};

use crate::diagnostics::twr_diagnostics;
use crate::error::{Failure, twr_error, twr_status};
use crate::guard::{calm, count, entry, get, get_mut, guard, make, take};
use crate::request::twr_pair;
use crate::text::{twr_str, write};

/// Any verb or noun, until it is appended to another or to a document. One thread at a time.
pub struct twr_element(Element);

/// A document. Any number of threads may read one; changing it needs exclusive access.
pub struct twr_response {
    response: VoiceResponse,
    walked: OnceLock<Vec<Walked>>,
    first_refer: OnceLock<Option<Refer>>,
}

/// A node of a document as a walk meets it.
struct Walked {
    kind: i32,
    depth: usize,
    text: String,
    attributes: Vec<(String, String)>,
}

/// An element; the nodes in it follow, one level deeper.
pub const TWR_NODE_ELEMENT: i32 = 1;
/// Text.
pub const TWR_NODE_TEXT: i32 = 2;
/// A comment.
pub const TWR_NODE_COMMENT: i32 = 3;

/// A node; views of the document, until it is changed.
#[repr(C)]
pub struct twr_node {
    /// A TWR_NODE_… number.
    pub kind: i32,
    /// 1 for the nodes of `<Response>` itself.
    pub depth: usize,
    /// The name of an element; else absent.
    pub name: twr_str,
    /// The text of a text or comment; else absent.
    pub text: twr_str,
    /// The number of attributes.
    pub attribute_count: usize,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

impl Walked {
    fn view(&self) -> twr_node {
        let is_element = self.kind == TWR_NODE_ELEMENT;
        twr_node {
            kind: self.kind,
            depth: self.depth,
            name: twr_str::maybe(is_element.then_some(&self.text)),
            text: twr_str::maybe((!is_element).then_some(&self.text)),
            attribute_count: self.attributes.len(),
            reserved: [0; 2],
        }
    }
}

impl twr_response {
    pub(crate) fn response(&self) -> &VoiceResponse {
        &self.response
    }

    fn new(response: VoiceResponse) -> Self {
        Self { response, walked: OnceLock::new(), first_refer: OnceLock::new() }
    }

    fn push(&mut self, node: impl Into<Node>) {
        self.response.push(node);
        (self.walked, self.first_refer) = (OnceLock::new(), OnceLock::new());
    }

    fn walk(&self) -> &[Walked] {
        self.walked.get_or_init(|| walk(self.response.nodes()))
    }
}

/// Lists the nodes in the order of the document. A document that was built may be nested without a limit, so
/// that this does not recurse.
fn walk(nodes: &[Node]) -> Vec<Walked> {
    let mut walked = Vec::new();
    let mut open = vec![nodes.iter()];
    while let Some(siblings) = open.last_mut() {
        let Some(node) = siblings.next() else {
            open.pop();
            continue;
        };
        let mut push = |kind, text: &str, attributes| {
            walked.push(Walked { kind, depth: open.len(), text: text.to_owned(), attributes });
        };
        match node {
            Node::Element(element) => {
                let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
                let attributes = element.attributes().map(own).collect();
                push(TWR_NODE_ELEMENT, element.name(), attributes);
                open.push(element.nodes().iter());
            }
            Node::Text(text) => push(TWR_NODE_TEXT, text.as_str(), Vec::new()),
            Node::Comment(comment) => push(TWR_NODE_COMMENT, comment.as_str(), Vec::new()),
            _ => {}
        }
    }
    walked
}

/// Makes an element. Free it with twr_element_free, unless it was appended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_new(
    name: twr_str,
    element: *mut *mut twr_element,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(element, error, || Ok(twr_element(Element::new(name.text()?)?))) }
}

/// Copies an element and all in it. Free the copy with twr_element_free, unless it was appended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_copy(
    element: *const twr_element,
    copy: *mut *mut twr_element,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(copy, error, || Ok(twr_element(get(element)?.0.clone()))) }
}

/// Frees an element and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_free(element: *mut *mut twr_element) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(element) }));
}

/// Sets an attribute.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_set_attribute(
    element: *mut twr_element,
    name: twr_str,
    value: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { guard(error, || Ok(get_mut(element)?.0.set_attribute(name.text()?, value.text()?)?)) }
}

/// Appends text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_add_text(
    element: *mut twr_element,
    text: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            get_mut(element)?.0.push(Text::new(text.text()?)?);
            Ok(())
        })
    }
}

/// Appends a comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_add_comment(
    element: *mut twr_element,
    text: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            get_mut(element)?.0.push(Comment::new(text.text()?)?);
            Ok(())
        })
    }
}

/// Appends an element to another. The child is taken: its handle becomes NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_append(
    parent: *mut twr_element,
    child: *mut *mut twr_element,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header; parent and child are two objects.
    unsafe {
        guard(error, || {
            if child.as_ref().is_some_and(|child| std::ptr::eq(*child, parent)) {
                return Err(Failure::Argument("an element cannot be its own child"));
            }
            let parent = get_mut(parent)?;
            let child = take(child).ok_or(Failure::Argument("the child is NULL"))?;
            parent.0.push(child.0);
            Ok(())
        })
    }
}

/// Makes an empty document. Free it with twr_response_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_new(
    response: *mut *mut twr_response,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(response, error, || Ok(twr_response::new(VoiceResponse::new()))) }
}

/// Reads a document, in UTF-8. Free it with twr_response_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_parse(
    xml: twr_str,
    response: *mut *mut twr_response,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(response, error, || Ok(twr_response::new(VoiceResponse::parse_bytes(xml.bytes()?)?)))
    }
}

/// Copies a document. Free the copy with twr_response_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_copy(
    response: *const twr_response,
    copy: *mut *mut twr_response,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(copy, error, || Ok(twr_response::new(get(response)?.response.clone()))) }
}

/// Frees a document and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_free(response: *mut *mut twr_response) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(response) }));
}

/// Appends a verb. The element is taken: its handle becomes NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_append(
    response: *mut twr_response,
    element: *mut *mut twr_element,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let held = get_mut(response)?;
            let element = take(element).ok_or(Failure::Argument("the element is NULL"))?;
            held.push(element.0);
            Ok(())
        })
    }
}

/// Appends a verb with one text in it, as Say, Play or Redirect.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_add(
    response: *mut twr_response,
    name: twr_str,
    text: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            get(response)?;
            let element = Element::new(name.text()?)?.with_text(text.text()?)?;
            get_mut(response)?.push(element);
            Ok(())
        })
    }
}

/// Appends a `<Refer>` to this SIP URI: its text, which twr_uri_text returns of one that was built. `action`
/// and `method` (GET or POST) may be absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_refer(
    response: *mut twr_response,
    target: twr_str,
    action: twr_str,
    method: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            get(response)?;
            let mut refer = Refer::to(SipUri::parse(target.text()?)?);
            if let Some(action) = action.maybe_text()? {
                refer = refer.with_action(action)?;
            }
            if let Some(method) = method.maybe_text()? {
                refer = refer.with_method(method.parse::<Method>()?);
            }
            get_mut(response)?.push(refer);
            Ok(())
        })
    }
}

/// A `<Refer>`; views of the document, until it is changed.
#[repr(C)]
pub struct twr_refer {
    /// The SIP URI of its target.
    pub target: twr_str,
    /// Its action; absent if there is none.
    pub action: twr_str,
    /// Its method, GET or POST; absent if there is none.
    pub method: twr_str,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

/// Writes the first `<Refer>` directly in `<Response>`. TWR_STATUS_NONE if there is none, or if it is not one that
/// twr_response_refer could have made; twr_response_check says why.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_first_refer(
    response: *const twr_response,
    refer: *mut twr_refer,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        entry(response, refer, error, |held| {
            let found = held.first_refer.get_or_init(|| held.response.first_refer()).as_ref()?;
            Some(twr_refer {
                target: twr_str::of(found.target().as_str()),
                action: twr_str::maybe(found.action()),
                method: twr_str::maybe(found.method().map(Method::as_str)),
                reserved: [0; 2],
            })
        })
    }
}

/// Writes the document as XML, indented by four spaces a level or compact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_xml(
    response: *const twr_response,
    pretty: bool,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let response = &get(response)?.response;
            let xml = if pretty { response.to_xml_pretty() } else { response.to_xml() };
            write(xml.as_bytes(), buffer, capacity, length)
        })
    }
}

/// Checks what Twilio will refuse, drop or never run. Free the diagnostics with twr_diagnostics_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_check(
    response: *const twr_response,
    diagnostics: *mut *mut twr_diagnostics,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(diagnostics, error, || Ok(twr_diagnostics::new(get(response)?.response.check())))
    }
}

/// The document that the action returns.
pub const TWR_FOLLOWS_ACTION: i32 = 1;
/// The next verb.
pub const TWR_FOLLOWS_NEXT_VERB: i32 = 2;
/// The end of the call.
pub const TWR_FOLLOWS_HANGUP: i32 = 3;

/// Returns what follows the first `<Refer>`: a TWR_FOLLOWS_… number; 0 if there is none, and for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_follows(response: *const twr_response) -> i32 {
    // SAFETY: the conventions of the header.
    let response = unsafe { get(response) };
    calm(0, || match response.ok().and_then(|held| held.response.follows()) {
        Some(Follows::Action) => TWR_FOLLOWS_ACTION,
        Some(Follows::NextVerb) => TWR_FOLLOWS_NEXT_VERB,
        Some(_) => TWR_FOLLOWS_HANGUP,
        None => 0,
    })
}

/// Returns the name of a TWR_FOLLOWS_… number (`next-verb`); absent for another number. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_follows_name(follows: i32) -> twr_str {
    twr_str::maybe(match follows {
        TWR_FOLLOWS_ACTION => Some("action"),
        TWR_FOLLOWS_NEXT_VERB => Some("next-verb"),
        TWR_FOLLOWS_HANGUP => Some("hangup"),
        _ => None,
    })
}

/// Returns the number of nodes in a document, at all levels; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_node_count(response: *const twr_response) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(response, |held| held.walk().len()) }
}

/// Writes the node at an index from 0, in the order of the document. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_node_at(
    response: *const twr_response,
    index: usize,
    node: *mut twr_node,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(response, node, error, |held| held.walk().get(index).map(Walked::view)) }
}

/// Writes an attribute of a node, both by their indexes from 0. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_attribute_at(
    response: *const twr_response,
    node: usize,
    index: usize,
    attribute: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        entry(response, attribute, error, |held| {
            held.walk().get(node)?.attributes.get(index).map(twr_pair::of)
        })
    }
}
