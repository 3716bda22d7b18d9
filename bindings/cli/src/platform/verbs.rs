//! The verbs of a document, with what the platform knows of each before it runs any.

use std::collections::{HashMap, HashSet};

use twiml_refer::{VoiceResponse, diagnostic::DiagnosticCode, twiml::Node};

pub(crate) struct Verb<'a> {
    pub(crate) node: &'a Node,
    /// The platform ignores a verb that it does not know.
    pub(crate) is_known: bool,
    /// No known verb comes behind it.
    pub(crate) is_last: bool,
}

impl Verb<'_> {
    pub(crate) fn name(&self) -> &str {
        self.node.name().unwrap_or_default()
    }
}

/// In order. Which verbs are known, the findings about the document say.
pub(crate) fn of(document: &VoiceResponse) -> Vec<Verb<'_>> {
    let found = document.check();
    let unknown: HashSet<&str> = found
        .iter()
        .filter(|found| found.code() == DiagnosticCode::VerbUnknown)
        .map(|found| found.path())
        .collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut verbs = Vec::new();
    for node in document.verbs() {
        let name = node.name().unwrap_or_default();
        let count = counts.entry(name).or_default();
        let path = format!("Response/{name}[{count}]");
        *count = count.saturating_add(1);
        let is_known = !unknown.contains(path.as_str());
        verbs.push(Verb { node, is_known, is_last: true });
    }
    let mut is_last = true;
    for verb in verbs.iter_mut().rev() {
        verb.is_last = is_last;
        is_last &= !verb.is_known;
    }
    verbs
}
