//! What a document will do on the wire: the findings of [`VoiceResponse::check`], in document order,
//! and what [`follows`](VoiceResponse::follows) its first `<Refer>`. The codes and messages stand in
//! `diagnostic`, the findings about a URI in `sip`, those about one `<Refer>` in `refer`.

mod path;
mod refer;
mod verb_names;

use super::element::{Element, Span};
use super::node::Node;
use super::refer::Refer;
use super::response::VoiceResponse;
use super::xml;
use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::http;
use crate::limits::MAX_DOCUMENT_BYTES;
use path::Siblings;

/// What runs after the first `<Refer>` of a document, unless the caller is gone by then.
///
/// ```
/// use twiml_refer::{VoiceResponse, twiml::Follows};
///
/// let refer = "<Refer><Sip>sip:alice@example.com</Sip></Refer>";
/// let follows = |xml: String| VoiceResponse::parse(&xml).map(|response| response.follows());
/// assert_eq!(follows(format!("<Response>{refer}</Response>"))?, Some(Follows::Hangup));
/// assert_eq!(follows(format!("<Response>{refer}<Echo/></Response>"))?, Some(Follows::NextVerb));
/// assert_eq!(follows("<Response/>".to_owned())?, None);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Follows {
    /// The document that the action URL returns.
    Action,
    /// The next verb of this document.
    NextVerb,
    /// Nothing: the call ends.
    Hangup,
}

impl Follows {
    /// `action`, `next-verb` or `hangup`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::NextVerb => "next-verb",
            Self::Hangup => "hangup",
        }
    }
}

impl std::fmt::Display for Follows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl VoiceResponse {
    /// What Twilio, or the endpoint, will make of this document: in document order, findings
    /// about the same place in the order of [`DiagnosticCode`]. Line and column stand where the
    /// document was read. A document without any finding that is an error will be run.
    ///
    /// A `<Refer>` inside another verb never runs: it is called misplaced, and its own faults are
    /// told as well, but nothing about what would follow it.
    ///
    /// ```
    /// use twiml_refer::VoiceResponse;
    ///
    /// let found = VoiceResponse::parse("<Response><Reffer/></Response>")?.check();
    /// assert_eq!(
    ///     found[0].to_string(),
    ///     "warning[verb-unknown] Response/Reffer[0]: \
    ///      <Reffer> is not a verb of TwiML Voice and is ignored (did you mean <Refer>?)",
    /// );
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn check(&self) -> Vec<Diagnostic> {
        let mut check = Check { found: Vec::new(), path: Self::NAME.to_owned() };
        check.document(self);
        check.found
    }

    /// What runs after the first `<Refer>`, typed or not; nothing if there is none. A verb that
    /// TwiML Voice does not have is ignored by Twilio, so it does not count as the next one.
    #[must_use]
    pub fn follows(&self) -> Option<Follows> {
        let mut verbs = self.verbs();
        let refer = verbs.find(|node| node.name() == Some(Refer::NAME))?;
        Some(if has_working_action(refer) {
            Follows::Action
        } else if verbs.filter_map(Node::name).any(verb_names::is_verb) {
            Follows::NextVerb
        } else {
            Follows::Hangup
        })
    }
}

/// Has the verb an action that Twilio can call?
fn has_working_action(verb: &Node) -> bool {
    match verb {
        Node::Refer(refer) => refer.action_url().is_some(),
        Node::Element(element) if element.name() == Refer::NAME => element
            .attribute_value(Refer::ACTION)
            .is_some_and(|action| http::check_action(action).is_ok()),
        _ => false,
    }
}

/// What was found so far, and the path of the element at hand.
struct Check {
    found: Vec<Diagnostic>,
    path: String,
}

impl Check {
    fn document(&mut self, response: &VoiceResponse) {
        let size = response.to_xml().len();
        if size > MAX_DOCUMENT_BYTES {
            let found = Diagnostic::new(DiagnosticCode::DocumentTooLarge)
                .arg(&size.to_string())
                .arg(&MAX_DOCUMENT_BYTES.to_string());
            self.report(found, response.root().span());
        }
        let mut siblings = Siblings::default();
        let (mut leaves, mut told) = (false, false);
        for node in response.nodes() {
            let (name, span) = match node {
                Node::Text(text) => {
                    self.stray_text(text.as_str(), VoiceResponse::NAME, text.span());
                    continue;
                }
                Node::Comment(_) => continue,
                Node::Element(element) => (element.name(), element.span()),
                Node::Refer(refer) => (Refer::NAME, refer.span()),
            };
            let outer = path::enter(&mut self.path, name, Some(siblings.next(name)));
            let mut here = Vec::new();
            if !verb_names::is_verb(name) {
                here.push(verb_names::unknown(name));
            }
            if leaves && !told {
                told = true;
                here.push(Diagnostic::new(DiagnosticCode::Unreachable));
            }
            match node {
                Node::Refer(refer) => self.typed_refer(refer, here),
                Node::Element(refer) if name == Refer::NAME => self.refer(refer, None, here),
                Node::Element(verb) => {
                    self.report_all(here, span);
                    self.misplaced_inside(verb);
                }
                Node::Text(_) | Node::Comment(_) => {}
            }
            self.path.truncate(outer);
            leaves = leaves || has_working_action(node);
        }
    }

    /// Every `<Refer>` below a verb is misplaced. The depth of a document bounds this recursion.
    fn misplaced_inside(&mut self, parent: &Element) {
        let mut siblings = Siblings::default();
        for child in parent.children() {
            let name = child.name();
            let index = verb_names::is_verb(name).then(|| siblings.next(name));
            let outer = path::enter(&mut self.path, name, index);
            if name == Refer::NAME {
                self.refer(child, Some(parent.name()), Vec::new());
            } else {
                self.misplaced_inside(child);
            }
            self.path.truncate(outer);
        }
    }

    fn stray_text(&mut self, text: &str, parent: &str, span: Span) {
        if !xml::is_blank(text) {
            self.report(Diagnostic::new(DiagnosticCode::TextIgnored).arg(parent), span);
        }
    }

    fn report(&mut self, found: Diagnostic, span: Span) {
        self.found.push(found.at_path(&self.path).at_line(span.line_column()));
    }

    /// Findings about one place, in the order of their codes.
    fn report_all(&mut self, mut found: Vec<Diagnostic>, span: Span) {
        found.sort_by_key(Diagnostic::code);
        for found in found {
            self.report(found, span);
        }
    }
}
