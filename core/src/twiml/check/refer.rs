//! The findings about one `<Refer>`, whether it fits its type or is an element of that name.

use super::super::element::Element;
use super::super::node::Node;
use super::super::refer::Refer;
use super::super::xml;
use super::path::{self, Siblings};
use super::{Check, verb_names};
use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::http::Method;
use crate::redact::redact_url;
use crate::{SipUri, http};

impl Check {
    /// One that fits its type has no fault but what its target's headers have.
    pub(super) fn typed_refer(&mut self, refer: &Refer, mut here: Vec<Diagnostic>) {
        if refer.action_url().is_none() {
            here.push(Diagnostic::new(DiagnosticCode::NoAction));
        }
        self.report_all(here, refer.span());
        let outer = path::enter(&mut self.path, Refer::TARGET, None);
        for found in refer.target().check() {
            self.report(found, refer.target_span());
        }
        self.path.truncate(outer);
    }

    /// `here` is what is known about its place already; `parent` the verb it wrongly stands in.
    pub(super) fn refer(
        &mut self,
        refer: &Element,
        parent: Option<&str>,
        mut here: Vec<Diagnostic>,
    ) {
        let targets = refer.children().filter(|child| child.name() == Refer::TARGET).count();
        if targets == 0 {
            here.push(Diagnostic::new(DiagnosticCode::TargetMissing));
        }
        match parent {
            Some(name) => here.push(Diagnostic::new(DiagnosticCode::ReferMisplaced).arg(name)),
            None if refer.attribute_value(Refer::ACTION).is_none() => {
                here.push(Diagnostic::new(DiagnosticCode::NoAction));
            }
            None => {}
        }
        here.extend(refer.attributes().filter_map(|(name, value)| judge_attribute(name, value)));
        self.report_all(here, refer.span());
        self.refer_nodes(refer, targets > 1);
    }

    fn refer_nodes(&mut self, refer: &Element, repeated: bool) {
        let mut siblings = Siblings::default();
        for node in refer.nodes() {
            let child = match node {
                Node::Text(text) => {
                    self.stray_text(text.as_str(), Refer::NAME, text.span());
                    continue;
                }
                Node::Element(child) => child,
                Node::Comment(_) | Node::Refer(_) => continue,
            };
            let name = child.name();
            let index = siblings.next(name);
            let is_target = name == Refer::TARGET;
            let shown = (verb_names::is_verb(name) || (is_target && repeated)).then_some(index);
            let outer = path::enter(&mut self.path, name, shown);
            if is_target {
                self.target(child, index == 1);
            } else {
                self.odd_child(child, Refer::NAME);
            }
            self.path.truncate(outer);
        }
    }

    /// One `<Sip>`; `is_second` where the repetition begins, which is told once.
    fn target(&mut self, sip: &Element, is_second: bool) {
        let mut here = Vec::new();
        if is_second {
            here.push(Diagnostic::new(DiagnosticCode::TargetRepeated));
        }
        here.extend(sip.attributes().map(|(name, _)| attribute_unknown(name, Refer::TARGET)));
        let text = sip.text_content();
        let text = xml::trim(&text);
        let mut about_uri = Vec::new();
        if text.is_empty() {
            here.push(Diagnostic::new(DiagnosticCode::TargetMissing));
        } else {
            match SipUri::parse(text) {
                Ok(uri) => about_uri = uri.check(),
                Err(error) => {
                    let found = Diagnostic::new(DiagnosticCode::TargetInvalid);
                    here.push(found.caused_by(error, text));
                }
            }
        }
        self.report_all(here, sip.span());
        for found in about_uri {
            self.report(found, sip.span());
        }
        let mut siblings = Siblings::default();
        for child in sip.children() {
            let name = child.name();
            let index = siblings.next(name);
            let index = verb_names::is_verb(name).then_some(index);
            let outer = path::enter(&mut self.path, name, index);
            self.odd_child(child, Refer::TARGET);
            self.path.truncate(outer);
        }
    }

    /// A child that has no meaning in `<Refer>` or `<Sip>`.
    fn odd_child(&mut self, child: &Element, parent: &str) {
        if child.name() == Refer::NAME {
            self.refer(child, Some(parent), Vec::new());
        } else {
            let found = Diagnostic::new(DiagnosticCode::ChildUnknown);
            self.report(found.arg(child.name()).arg(parent), child.span());
            self.misplaced_inside(child);
        }
    }
}

fn judge_attribute(name: &str, value: &str) -> Option<Diagnostic> {
    let code = match name {
        Refer::ACTION if http::check_action(value).is_err() => DiagnosticCode::ActionInvalid,
        Refer::METHOD if value.parse::<Method>().is_err() => DiagnosticCode::MethodInvalid,
        Refer::ACTION | Refer::METHOD => return None,
        _ => return Some(attribute_unknown(name, Refer::NAME)),
    };
    // An action may hold a password.
    Some(Diagnostic::new(code).arg(&redact_url(value)))
}

fn attribute_unknown(name: &str, element: &str) -> Diagnostic {
    Diagnostic::new(DiagnosticCode::AttributeUnknown).arg(name).arg(element)
}
