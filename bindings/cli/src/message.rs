//! Messages as a compiler draws them: what is wrong, the line with a caret under the place, and notes.
//! What a message says comes from core, which line it shows from [`Source`].

use std::cmp::Reverse;

use annotate_snippets::{Group, Level, Message, Origin};
use twiml_refer::{
    Error, ReferOutcome,
    diagnostic::{Diagnostic, Severity},
};

use crate::redact;
use crate::source::{Source, printable};

/// A message with its parts; `console` prints it.
pub(crate) type Report = Vec<Group<'static>>;

/// More diagnostics than these are only counted, for people: each shows its line, however long that is.
const MAX_DIAGNOSTICS: usize = 50;

/// What a message quotes is foreign, and may be a URL with a secret in it.
fn safe(text: &str) -> String {
    printable(&redact::in_words(text))
}

fn plain(level: Level<'static>, text: &str) -> Report {
    vec![Group::with_title(level.primary_title(safe(text)))]
}

/// An error of this command.
pub(crate) fn plain_error(text: &str) -> Report {
    plain(Level::ERROR, text)
}

/// An error of this command at a line and a column of a text.
pub(crate) fn error_at(text: &str, source: &Source<'_>, position: (usize, usize)) -> Report {
    let title = Level::ERROR.primary_title(safe(text));
    vec![Group::with_title(title).elements(source.at(position))]
}

pub(crate) fn warning(text: &str) -> Report {
    plain(Level::WARNING, text)
}

pub(crate) fn note(text: &str) -> Report {
    plain(Level::NOTE, text)
}

/// An error of core, with its place in the text.
pub(crate) fn error(error: &Error, source: Option<&Source<'_>>) -> Report {
    let title = Level::ERROR.primary_title(safe(&error.message())).id(error.kind().as_str());
    let mut group = Group::with_title(title);
    if let Some(source) = source {
        group = match source.of(error) {
            Some(snippet) => group.element(snippet),
            None => group.element(Origin::path(printable(source.name()))),
        };
    }
    vec![group.elements(error.twilio_number().map(twilio_error))]
}

/// The diagnostics, each with its place in the text that `source` returns. If there are very many, the
/// gravest come first and the others are counted.
pub(crate) fn diagnostics<'a>(
    diagnostics: &[Diagnostic],
    source: impl Fn(&Diagnostic) -> Option<&'a Source<'a>>,
) -> Vec<Report> {
    let mut shown: Vec<_> = diagnostics.iter().collect();
    let more = shown.len().saturating_sub(MAX_DIAGNOSTICS);
    if more > 0 {
        shown.sort_by_key(|diagnostic| Reverse(diagnostic.severity()));
        shown.truncate(MAX_DIAGNOSTICS);
    }
    let more = (more > 0).then(|| note(&format!("{more} more diagnostics; --json lists all")));
    shown.iter().map(|shown| diagnostic(shown, source(shown))).chain(more).collect()
}

/// A diagnostic with its line of the document, or with the whole URI. Without a source it names its path.
fn diagnostic(diagnostic: &Diagnostic, source: Option<&Source<'_>>) -> Report {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    };
    let path = printable(diagnostic.path());
    let title = level.primary_title(safe(&diagnostic.message())).id(diagnostic.code().as_str());
    let mut group = Group::with_title(title);
    let snippet = source.and_then(|source| match diagnostic.line().zip(diagnostic.column()) {
        Some(position) => source.at(position),
        None => Some(source.whole()),
    });
    group = match snippet {
        Some(snippet) if path.is_empty() => group.element(snippet),
        Some(snippet) => group.element(snippet).element(Level::NOTE.message(format!("in {path}"))),
        None => match diagnostic.parameter() {
            Some(name) => group.element(Level::NOTE.message(format!("parameter {name}"))),
            None => group.element(Origin::path(path)),
        },
    };
    let mut report = vec![group.elements(diagnostic.twilio_number().map(twilio_error))];
    if let Some(error) = diagnostic.error() {
        let subject = diagnostic.subject().map(|text| Source::text(diagnostic.path(), text));
        let cause = Level::NOTE.secondary_title(safe(&error.message()));
        let snippet = subject.as_ref().and_then(|source| source.of(error));
        report.push(Group::with_title(cause).elements(snippet));
    }
    report
}

fn twilio_error(number: u16) -> Message<'static> {
    Level::NOTE.message(format!("Twilio error {number}"))
}

/// Describes an outcome: `target-failed (busy, code 486)`.
pub(crate) fn outcome(outcome: &ReferOutcome) -> String {
    let code = outcome.code().map(|code| format!("code {code}"));
    let details: Vec<String> =
        outcome.status().map(str::to_owned).into_iter().chain(code).collect();
    let kind = outcome.kind();
    if details.is_empty() { kind.to_owned() } else { format!("{kind} ({})", details.join(", ")) }
}
