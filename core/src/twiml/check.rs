//! What a document will do on the wire: the diagnostics of [`VoiceResponse::check`](crate::VoiceResponse::check),
//! and what [`follows`](crate::VoiceResponse::follows) its first `<Refer>`. The codes and messages are in
//! `diagnostic`, the diagnostics of a URI in `sip`.

use std::collections::HashMap;

use super::element::{Element, Node, Step};
use super::refer::Refer;
use super::text::Position;
use super::{action, verbs, write, xml};
use crate::diagnostic::{Diagnostic, DiagnosticCode, Severity};
use crate::http::Method;
use crate::limits::{MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_ELEMENTS, MAX_PATH_BYTES};
use crate::redact::redact_url;
use crate::{SipUri, http, message};

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
    /// Returns `action`, `next-verb` or `hangup`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::NextVerb => "next-verb",
            Self::Hangup => "hangup",
        }
    }
}

display_as_str!(Follows);

pub(super) fn follows(root: &Element) -> Option<Follows> {
    let mut verbs = root.children();
    let refer = verbs.find(|verb| verb.name() == Refer::NAME || ends_document(verb).is_some())?;
    if refer.name() != Refer::NAME {
        return None;
    }
    Some(if has_working_action(refer) {
        Follows::Action
    } else if verbs.any(|verb| verbs::is_verb(verb.name())) {
        Follows::NextVerb
    } else {
        Follows::Hangup
    })
}

/// Why nothing after this verb runs; nothing if the next verb does.
fn ends_document(verb: &Element) -> Option<&'static str> {
    Some(match verb.name() {
        Refer::NAME if has_working_action(verb) => {
            "the document that the action of <Refer> returns takes over"
        }
        "Hangup" => "<Hangup> ends the call",
        "Reject" => "<Reject> refuses the call",
        "Redirect" => "<Redirect> goes on with another document",
        "Leave" => "<Leave> goes on after the <Enqueue>",
        _ => return None,
    })
}

/// Whether the `<Refer>` has an action that Twilio can call.
fn has_working_action(refer: &Element) -> bool {
    refer.attribute(Refer::ACTION).is_some_and(|action| http::check_action(action).is_ok())
}

pub(super) fn check(root: &Element) -> Vec<Diagnostic> {
    let mut check = Check { found: Vec::new(), path: root.name().to_owned(), level: 1 };
    check.limits(root);
    check.verbs(root);
    check.found
}

/// The diagnostics so far, and the path and level of the element at hand.
struct Check {
    found: Vec<Diagnostic>,
    path: String,
    level: usize,
}

impl Check {
    fn limits(&mut self, root: &Element) {
        let (mut elements, mut depth, mut level) = (0_usize, 0_usize, 0_usize);
        for step in root.walk() {
            match step {
                Step::Start(_) => {
                    elements = elements.saturating_add(1);
                    level = level.saturating_add(1);
                    depth = depth.max(level);
                }
                Step::End(_) => level = level.saturating_sub(1),
                Step::Text(_) | Step::Comment(_) => {}
            }
        }
        for (code, measured, limit) in [
            (DiagnosticCode::DocumentTooLarge, write::compact(root).len(), MAX_DOCUMENT_BYTES),
            (DiagnosticCode::DocumentTooDeep, depth, MAX_DEPTH),
            (DiagnosticCode::DocumentTooManyElements, elements, MAX_ELEMENTS),
        ] {
            if measured > limit {
                let diagnostic = Diagnostic::new(code);
                let diagnostic = diagnostic.arg(&measured.to_string()).arg(&limit.to_string());
                self.report(diagnostic, root.position());
            }
        }
    }

    fn verbs(&mut self, root: &Element) {
        let mut siblings = Siblings::default();
        let (mut end, mut is_reported, mut is_refer_reported) = (None, false, false);
        for node in root.nodes() {
            self.stray_text(node, root.name());
            let Node::Element(verb) = node else { continue };
            let name = verb.name();
            let index = siblings.next_index(name);
            let mut here = Vec::new();
            if !verbs::is_verb(name) {
                let unknown = Diagnostic::new(DiagnosticCode::VerbUnknown).arg(name);
                here.push(unknown.arg(&verbs::suggestion(name, &verbs::ALL, true)));
            }
            // The first of them, and the first <Refer> among them.
            let is_refer = name == Refer::NAME;
            if let Some(reason) = end
                && (!is_reported || is_refer && !is_refer_reported)
            {
                is_reported = true;
                is_refer_reported |= is_refer;
                let severity = if is_refer { Severity::Error } else { Severity::Warning };
                let unreachable = Diagnostic::new(DiagnosticCode::Unreachable).arg(reason);
                here.push(unreachable.with_severity(severity));
            }
            self.inside(name, Some(index), |check| {
                if is_refer {
                    check.refer(verb, None, here);
                } else {
                    check.report_all(here, verb.position());
                    check.descendants(verb);
                }
            });
            end = end.or_else(|| ends_document(verb));
        }
    }

    /// Reports every `<Refer>` below a verb as misplaced.
    fn descendants(&mut self, parent: &Element) {
        let mut siblings = Siblings::default();
        for child in parent.children() {
            let name = child.name();
            let index = verbs::is_verb(name).then(|| siblings.next_index(name));
            self.inside(name, index, |check| {
                if name == Refer::NAME {
                    check.refer(child, Some(parent.name()), Vec::new());
                } else {
                    check.descendants(child);
                }
            });
        }
    }

    /// `here` is what is known about this place already; `parent` the element that it must not be in.
    fn refer(&mut self, refer: &Element, parent: Option<&str>, mut here: Vec<Diagnostic>) {
        let targets = refer.children().filter(|child| child.name() == Refer::TARGET).count();
        if targets == 0 {
            here.push(Diagnostic::new(DiagnosticCode::TargetMissing));
        }
        match parent {
            Some(name) => here.push(Diagnostic::new(DiagnosticCode::ReferMisplaced).arg(name)),
            None if refer.attribute(Refer::ACTION).is_none() => {
                here.push(Diagnostic::new(DiagnosticCode::NoAction));
            }
            None => {}
        }
        here.extend(refer.attributes().filter_map(|(name, value)| check_attribute(name, value)));
        self.report_all(here, refer.position());
        let mut siblings = Siblings::default();
        for node in refer.nodes() {
            self.stray_text(node, Refer::NAME);
            let Node::Element(child) = node else { continue };
            let name = child.name();
            let index = siblings.next_index(name);
            let is_target = name == Refer::TARGET;
            let is_indexed = verbs::is_verb(name) || (is_target && targets > 1);
            self.inside(name, is_indexed.then_some(index), |check| {
                if is_target {
                    check.target(child, index == 1);
                } else {
                    check.unknown_child(child, Refer::NAME);
                }
            });
        }
    }

    /// Checks one `<Sip>`; the second one is reported as the repetition.
    fn target(&mut self, sip: &Element, is_second: bool) {
        let mut here = Vec::new();
        if is_second {
            here.push(Diagnostic::new(DiagnosticCode::TargetRepeated));
        }
        here.extend(sip.attributes().map(|(name, _)| unknown_attribute(name, Refer::TARGET, &[])));
        let text = sip.text();
        let text = xml::trim(&text);
        let mut about_uri = Vec::new();
        if text.is_empty() {
            here.push(Diagnostic::new(DiagnosticCode::TargetMissing));
        } else {
            match SipUri::parse(text) {
                Ok(uri) => about_uri = uri.check(),
                Err(error) => {
                    let invalid = Diagnostic::new(DiagnosticCode::TargetInvalid);
                    here.push(invalid.caused_by(error, text));
                }
            }
        }
        self.report_all(here, sip.position());
        for diagnostic in about_uri {
            self.report(diagnostic, sip.position());
        }
        let mut siblings = Siblings::default();
        for child in sip.children() {
            let name = child.name();
            let index = verbs::is_verb(name).then(|| siblings.next_index(name));
            self.inside(name, index, |check| check.unknown_child(child, Refer::TARGET));
        }
    }

    /// Checks a child that has no meaning in `<Refer>` or `<Sip>`.
    fn unknown_child(&mut self, child: &Element, parent: &str) {
        if child.name() == Refer::NAME {
            self.refer(child, Some(parent), Vec::new());
        } else {
            let known: &[&str] = if parent == Refer::NAME { &[Refer::TARGET] } else { &[] };
            let unknown = Diagnostic::new(DiagnosticCode::ChildUnknown).arg(child.name());
            let hint = verbs::suggestion(child.name(), known, true);
            self.report(unknown.arg(parent).arg(&hint), child.position());
            self.descendants(child);
        }
    }

    fn stray_text(&mut self, node: &Node, parent: &str) {
        if let Some(text) = node.as_text().filter(|text| !xml::is_blank(text.as_str())) {
            self.report(Diagnostic::new(DiagnosticCode::TextIgnored).arg(parent), text.position());
        }
    }

    /// Checks what is inside a child. Deeper than the limit nothing is looked at: paths, and the stack
    /// of calls, would grow without bound, and the document is reported as too deep already.
    fn inside(&mut self, name: &str, index: Option<usize>, check: impl FnOnce(&mut Self)) {
        if self.level >= MAX_DEPTH {
            return;
        }
        let (outer, level) = (self.path.len(), self.level);
        self.path.push('/');
        // Cut: an enormous name would be repeated in the path of every diagnostic below it.
        self.path.push_str(&message::quote(name));
        if let Some(index) = index {
            self.path.extend(["[", &index.to_string(), "]"]);
        }
        self.level = level.saturating_add(1);
        check(self);
        self.level = level;
        self.path.truncate(outer);
    }

    fn report(&mut self, diagnostic: Diagnostic, position: Position) {
        // Cut: thousands of elements, each below many long names, would have more path than document.
        let path = match self.path.len().checked_sub(MAX_PATH_BYTES) {
            None | Some(0) => self.path.as_str().into(),
            Some(over) => {
                let slashes = self.path.match_indices('/');
                let tail = slashes.map(|(at, _)| at).find(|at| *at >= over);
                format!("…{}", tail.and_then(|at| self.path.get(at..)).unwrap_or_default()).into()
            }
        };
        self.found.push(diagnostic.at_path(path).at_line(position.0));
    }

    /// Reports the diagnostics of one place, in the order of their codes.
    fn report_all(&mut self, mut here: Vec<Diagnostic>, position: Position) {
        here.sort_by_key(Diagnostic::code);
        for diagnostic in here {
            self.report(diagnostic, position);
        }
    }
}

fn check_attribute(name: &str, value: &str) -> Option<Diagnostic> {
    let code = match name {
        Refer::ACTION if http::check_action(value).is_err() => DiagnosticCode::ActionInvalid,
        Refer::ACTION => return action::check(value),
        Refer::METHOD if value.parse::<Method>().is_err() => DiagnosticCode::MethodInvalid,
        Refer::METHOD => return None,
        _ => return Some(unknown_attribute(name, Refer::NAME, &[Refer::ACTION, Refer::METHOD])),
    };
    // An action may hold a password.
    Some(Diagnostic::new(code).arg(&redact_url(value)))
}

/// `known` are the names that may have been meant.
fn unknown_attribute(name: &str, element: &str, known: &[&str]) -> Diagnostic {
    let unknown = Diagnostic::new(DiagnosticCode::AttributeUnknown).arg(name).arg(element);
    unknown.arg(&verbs::suggestion(name, known, false))
}

/// Counts siblings of the same name.
#[derive(Default)]
struct Siblings<'a>(HashMap<&'a str, usize>);

impl<'a> Siblings<'a> {
    /// Returns the index of this sibling among those of its name.
    fn next_index(&mut self, name: &'a str) -> usize {
        let count = self.0.entry(name).or_default();
        let index = *count;
        *count = index.saturating_add(1);
        index
    }
}
