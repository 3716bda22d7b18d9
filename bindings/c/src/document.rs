//! Documents: built, read, walked, checked.

use std::ffi::c_char;
use std::sync::OnceLock;

use twiml_refer::{
    Refer, SipUri, VoiceResponse,
    http::Method,
    twiml::{Comment, Element, Follows, Node, Text},
};

use crate::error::{Fault, twr_error, twr_status};
use crate::findings::twr_findings;
use crate::guard::{calm, get, get_mut, give, guard, put, put_all, take};
use crate::text::{twr_str, write};

/// Any verb or noun, until it is appended to another or to a document. One thread at a time.
pub struct twr_element(Element);

/// A document. Any number of threads may read one; who changes it must be alone.
pub struct twr_response {
    response: VoiceResponse,
    walked: OnceLock<Vec<Walked>>,
}

/// A node of a document as a walk meets it.
struct Walked {
    kind: i32,
    depth: usize,
    name: String,
    text: String,
    attributes: Vec<(String, String)>,
}

/// An element; what stands in it follows, one level deeper.
pub const TWR_NODE_ELEMENT: i32 = 1;
/// A `<Refer>` with one target: `text` is its URI.
pub const TWR_NODE_REFER: i32 = 2;
/// Text.
pub const TWR_NODE_TEXT: i32 = 3;
/// A comment.
pub const TWR_NODE_COMMENT: i32 = 4;

/// A node; views of the document, until it is changed.
#[repr(C)]
pub struct twr_node {
    /// A TWR_NODE_… number.
    pub kind: i32,
    /// 1 for what stands in `<Response>` itself.
    pub depth: usize,
    /// The name of an element; else absent.
    pub name: twr_str,
    /// Text, comment, or the target of a `<Refer>`; else absent.
    pub text: twr_str,
    /// How many attributes it has.
    pub attribute_count: usize,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

impl twr_response {
    pub(crate) fn response(&self) -> &VoiceResponse {
        &self.response
    }

    fn new(response: VoiceResponse) -> Self {
        Self { response, walked: OnceLock::new() }
    }

    fn add(&mut self, node: impl Into<Node>) -> Result<(), Fault> {
        self.response.add(node)?;
        // Views stay if it is refused.
        self.walked = OnceLock::new();
        Ok(())
    }

    fn walk(&self) -> &[Walked] {
        self.walked.get_or_init(|| {
            let mut walked = Vec::new();
            walk(self.response.nodes(), 1, &mut walked);
            walked
        })
    }
}

/// A document has 64 levels at most, so that recursion is bounded.
fn walk(nodes: &[Node], depth: usize, walked: &mut Vec<Walked>) {
    let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    for node in nodes {
        let plain = |kind, text: &str| Walked {
            kind,
            depth,
            name: String::new(),
            text: text.to_owned(),
            attributes: Vec::new(),
        };
        match node {
            Node::Element(element) => {
                let name = element.name().to_owned();
                let attributes = element.attributes().map(own).collect();
                walked.push(Walked { name, attributes, ..plain(TWR_NODE_ELEMENT, "") });
                walk(element.nodes(), depth.saturating_add(1), walked);
            }
            Node::Refer(refer) => {
                let action = refer.action_url().map(|action| ("action", action));
                let method = refer.method_set().map(|method| ("method", method.as_str()));
                walked.push(Walked {
                    name: "Refer".to_owned(),
                    attributes: action.into_iter().chain(method).map(own).collect(),
                    ..plain(TWR_NODE_REFER, refer.target().as_str())
                });
            }
            Node::Text(text) => walked.push(plain(TWR_NODE_TEXT, text.as_str())),
            Node::Comment(comment) => walked.push(plain(TWR_NODE_COMMENT, comment.as_str())),
            _ => {}
        }
    }
}

/// Makes an element. Free it with twr_element_free, unless it was appended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_new(
    name: twr_str,
    element: *mut *mut twr_element,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { guard(error, || give(element, twr_element(Element::new(name.text()?)?))) }
}

/// Frees an element and writes NULL in its place; NULL is no harm.
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
    let body = || {
        // SAFETY: the conventions of the header.
        let (held, name, value) = unsafe { (get_mut(element)?, name.text()?, value.text()?) };
        Ok(held.0.set(name, value)?)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Appends text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_add_text(
    element: *mut twr_element,
    text: twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (held, text) = unsafe { (get_mut(element)?, text.text()?) };
        Ok(held.0.add(Text::new(text)?)?)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Appends a comment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_add_comment(
    element: *mut twr_element,
    text: twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (held, text) = unsafe { (get_mut(element)?, text.text()?) };
        Ok(held.0.add(Comment::new(text)?)?)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Appends an element to another. The child is taken: its handle becomes NULL. If it is refused
/// (too deep, too many) it stays the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_element_append(
    parent: *mut twr_element,
    child: *mut *mut twr_element,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        if parent.is_null() {
            return Err(Fault::argument("a handle is NULL"));
        }
        // SAFETY: the conventions of the header.
        let own = unsafe { child.as_ref() }.copied().unwrap_or(std::ptr::null_mut());
        if std::ptr::eq(own, parent) {
            return Err(Fault::argument("an element cannot stand in itself"));
        }
        // SAFETY: the conventions of the header; they are two objects.
        let (held, added) = unsafe { (get_mut(parent)?, get(own)?.0.clone()) };
        held.0.add(added)?;
        // SAFETY: the conventions of the header.
        drop(unsafe { take(child) });
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Makes an empty document. Free it with twr_response_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_new(
    response: *mut *mut twr_response,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { guard(error, || give(response, twr_response::new(VoiceResponse::new()))) }
}

/// Reads a document, in UTF-8. Free it with twr_response_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_parse(
    xml: twr_str,
    response: *mut *mut twr_response,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body =
        || unsafe { give(response, twr_response::new(VoiceResponse::parse_bytes(xml.bytes()?)?)) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Frees a document and writes NULL in its place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_free(response: *mut *mut twr_response) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(response) }));
}

/// Appends a verb. The element is taken: its handle becomes NULL. If it is refused it stays the
/// caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_append(
    response: *mut twr_response,
    element: *mut *mut twr_element,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let own = unsafe { element.as_ref() }.copied().unwrap_or(std::ptr::null_mut());
        // SAFETY: the conventions of the header.
        let (held, added) = unsafe { (get_mut(response)?, get(own)?.0.clone()) };
        held.add(added)?;
        // SAFETY: the conventions of the header.
        drop(unsafe { take(element) });
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Appends a verb with one text in it, as Say, Play or Redirect.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_add(
    response: *mut twr_response,
    name: twr_str,
    text: twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (held, name, text) = unsafe { (get_mut(response)?, name.text()?, text.text()?) };
        let element = Element::new(name)?.text(text)?;
        held.add(element)?;
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Appends a `<Refer>` to this SIP URI: its text, which twr_uri_text gives of one that was built. `action`
/// and `method` (GET or POST) may be absent.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_refer(
    response: *mut twr_response,
    target: twr_str,
    action: twr_str,
    method: twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (held, target) = unsafe { (get_mut(response)?, target.text()?) };
        // SAFETY: the conventions of the header.
        let (action, method) = unsafe { (action.maybe_text()?, method.maybe_text()?) };
        let mut refer = Refer::to(SipUri::parse(target)?);
        if let Some(action) = action {
            refer = refer.action(action)?;
        }
        if let Some(method) = method {
            refer = refer.method(method.parse::<Method>()?);
        }
        held.add(refer)?;
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Writes the document, indented for people or compact.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_render(
    response: *const twr_response,
    pretty: bool,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let response = unsafe { &get(response)?.response };
        let xml = if pretty { response.to_xml_pretty() } else { response.to_xml() };
        // SAFETY: the conventions of the header.
        unsafe { write(xml.as_bytes(), buffer, capacity, length) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Tells what Twilio will refuse, drop or never run. Free it with twr_findings_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_check(
    response: *const twr_response,
    findings: *mut *mut twr_findings,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe { give(findings, twr_findings::new(get(response)?.response.check())) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// The document that the action returns.
pub const TWR_FOLLOWS_ACTION: i32 = 1;
/// The next verb.
pub const TWR_FOLLOWS_NEXT_VERB: i32 = 2;
/// The call ends.
pub const TWR_FOLLOWS_HANGUP: i32 = 3;

/// What comes after the first `<Refer>`: a TWR_FOLLOWS_… number, or 0.
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

/// A node by its place from 0, in the order of the document. TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_node(
    response: *const twr_response,
    index: usize,
    node: *mut twr_node,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let found = unsafe { get(response) }?.walk().get(index).ok_or(Fault::None)?;
        let is_element = matches!(found.kind, TWR_NODE_ELEMENT | TWR_NODE_REFER);
        let view = twr_node {
            kind: found.kind,
            depth: found.depth,
            name: twr_str::maybe(is_element.then_some(found.name.as_str())),
            text: twr_str::maybe((found.kind != TWR_NODE_ELEMENT).then_some(found.text.as_str())),
            attribute_count: found.attributes.len(),
            reserved: [0; 2],
        };
        // SAFETY: the conventions of the header.
        unsafe { put(node, view) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// An attribute of a node, both by their places from 0. TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_response_node_attribute(
    response: *const twr_response,
    index: usize,
    attribute: usize,
    name: *mut twr_str,
    value: *mut twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let found = unsafe { get(response) }?.walk().get(index).ok_or(Fault::None)?;
        let (spelled, set) = found.attributes.get(attribute).ok_or(Fault::None)?;
        // SAFETY: the conventions of the header.
        unsafe { put_all([(name, twr_str::of(spelled)), (value, twr_str::of(set))]) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}
