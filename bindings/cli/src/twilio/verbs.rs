//! The verbs of a document, as Twilio takes them.

use std::collections::{HashMap, HashSet};

use twiml_refer::diagnostic::{Diagnostic, DiagnosticCode};
use twiml_refer::twiml::Element;
use twiml_refer::{Refer, SipUri, VoiceResponse};

/// More letters than the name of any verb has, and fewer than the path of a diagnostic shows.
const LONGEST_VERB: usize = 32;

/// A verb in its place.
pub(super) struct Verb<'a> {
    pub(super) element: &'a Element,
    /// Twilio ignores a verb that it does not know.
    pub(super) is_known: bool,
    /// No known verb follows.
    pub(super) is_last: bool,
}

/// Returns the verbs in order. Which ones are known, the diagnostics of the document say.
pub(super) fn verbs<'a>(
    response: &'a VoiceResponse,
    diagnostics: &'a [Diagnostic],
) -> Vec<Verb<'a>> {
    let unknown = diagnostics.iter().filter(|it| it.code() == DiagnosticCode::VerbUnknown);
    let unknown: HashSet<&str> = unknown.map(Diagnostic::path).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut verbs: Vec<_> = response
        .verbs()
        .map(|element| {
            let name = element.name();
            let count = counts.entry(name).or_default();
            let path = format!("Response/{name}[{count}]");
            *count += 1;
            let is_known = may_be_verb(name) && !unknown.contains(path.as_str());
            Verb { element, is_known, is_last: true }
        })
        .collect();
    let last = verbs.iter().rposition(|verb| verb.is_known);
    for (index, verb) in verbs.iter_mut().enumerate() {
        verb.is_last = last.is_none_or(|last| index >= last);
    }
    verbs
}

/// Returns whether a verb may have this name. The path of a diagnostic cuts long names and escapes some characters, so
/// that it does not show which element it is about.
fn may_be_verb(name: &str) -> bool {
    name.len() <= LONGEST_VERB && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Returns whether a verb says something to the caller, or connects the caller to somebody.
pub(super) fn reaches_caller(name: &str) -> bool {
    !matches!(name, "Hangup" | "Reject" | "Redirect" | "Pause" | "Leave")
}

/// Returns the SIP status of a call that a `<Reject>` refuses: Busy Here or Decline (RFC 3261 sections 21.4.24, 21.6.2).
pub(super) fn reject_status(reject: &Element) -> u16 {
    if reject.attribute("reason") == Some("busy") { 486 } else { 603 }
}

/// Reads a `<Refer>` as Twilio runs it: what has only warnings is ignored. Returns `None` for one with errors.
pub(super) fn read_refer(element: &Element) -> Option<Refer> {
    let mut targets = element.children().filter(|child| child.name() == "Sip");
    let (target, None) = (targets.next()?, targets.next()) else { return None };
    let target = target.text();
    let mut refer = Refer::to(SipUri::parse(target.trim_matches([' ', '\t', '\r', '\n'])).ok()?);
    if let Some(action) = element.attribute("action") {
        refer = refer.with_action(action).ok()?;
    }
    if let Some(method) = element.attribute("method") {
        refer = refer.with_method(method.parse().ok()?);
    }
    Some(refer)
}
