//! How a message is drawn: the line it speaks of, and a caret under the place. What a message says,
//! core knows; which part of the input is shown, `source`.

use std::cmp::Reverse;
use std::io;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use anstream::{AutoStream, ColorChoice};
use twiml_refer::{
    Error,
    diagnostic::{Diagnostic, Severity},
};

use crate::secret;
use crate::source::{Excerpt, Source, printable};

/// How to draw on standard output: in colour on a terminal that wants it.
pub(crate) fn for_stdout() -> Renderer {
    renderer(AutoStream::choice(&io::stdout()))
}

/// How to draw on standard error.
pub(crate) fn for_stderr() -> Renderer {
    renderer(AutoStream::choice(&io::stderr()))
}

/// What a message quotes comes from others, and may be a URL with a secret in it.
fn safe(message: &str) -> String {
    printable(&secret::in_words(message, secret::hidden))
}

fn renderer(choice: ColorChoice) -> Renderer {
    if choice == ColorChoice::Never { Renderer::plain() } else { Renderer::styled() }
}

/// An error of this command itself.
pub(crate) fn plain_error(message: &str, renderer: &Renderer) -> String {
    let title = Level::ERROR.primary_title(safe(message));
    renderer.render(&[Group::with_title(title)])
}

/// An error of this command itself, pointing into a text at a line and a column.
pub(crate) fn plain_error_at(
    message: &str,
    source: &Source<'_>,
    place: (usize, usize),
    renderer: &Renderer,
) -> String {
    let title = Level::ERROR.primary_title(safe(message));
    let excerpt = source.excerpt_at(place);
    renderer.render(&[Group::with_title(title).elements(excerpt.map(snippet))])
}

/// A warning that points nowhere.
pub(crate) fn warning(message: &str, renderer: &Renderer) -> String {
    let title = Level::WARNING.primary_title(safe(message));
    renderer.render(&[Group::with_title(title)])
}

/// A hint.
pub(crate) fn note(message: &str, renderer: &Renderer) -> String {
    let title = Level::NOTE.primary_title(safe(message));
    renderer.render(&[Group::with_title(title)])
}

/// An error of core, pointing into the text.
pub(crate) fn error(error: &Error, source: Option<&Source<'_>>, renderer: &Renderer) -> String {
    let title = Level::ERROR.primary_title(safe(&error.message())).id(error.kind().as_str());
    let mut group = Group::with_title(title);
    if let Some(excerpt) = source.and_then(|source| source.excerpt_of(error)) {
        group = group.element(snippet(excerpt));
    } else if let Some(source) = source {
        group = group.element(Origin::path(printable(source.name())));
    }
    if let Some(number) = error.platform_number() {
        group = group.element(platform_number(number));
    }
    renderer.render(&[group])
}

/// More findings than these are only counted, for a person: each shows its line, however long that is.
const MOST_FINDINGS: usize = 50;

/// The findings to draw, and a note about the others. Where some are left out, the grave ones come first.
pub(crate) fn most<'a>(
    found: &'a [Diagnostic],
    renderer: &Renderer,
) -> (Vec<&'a Diagnostic>, Option<String>) {
    let mut shown: Vec<_> = found.iter().collect();
    if shown.len() <= MOST_FINDINGS {
        return (shown, None);
    }
    shown.sort_by_key(|found| Reverse(found.severity()));
    shown.truncate(MOST_FINDINGS);
    let more = found.len().saturating_sub(MOST_FINDINGS);
    (shown, Some(note(&format!("{more} more findings; --json lists all"), renderer)))
}

/// A finding of core, pointing into the document that was read, or at the URI as a whole. Without
/// either it says where it stands by its path.
pub(crate) fn diagnostic(
    found: &Diagnostic,
    source: Option<&Source<'_>>,
    renderer: &Renderer,
) -> String {
    let title =
        level(found.severity()).primary_title(safe(&found.message())).id(found.code().as_str());
    let mut group = Group::with_title(title);
    let excerpt = source.and_then(|source| match found.line().zip(found.column()) {
        Some(place) => source.excerpt_at(place),
        None => Some(source.whole()),
    });
    match excerpt {
        Some(excerpt) => {
            let path = Some(found.path()).filter(|path| !path.is_empty());
            let path = path.map(|path| Level::NOTE.message(format!("in {}", printable(path))));
            group = group.element(snippet(excerpt)).elements(path);
        }
        None => group = group.element(Origin::path(printable(found.path()))),
    }
    if let Some(number) = found.platform_number() {
        group = group.element(platform_number(number));
    }
    let mut groups = vec![group];
    if let Some(error) = found.error() {
        let subject = found.subject().map(|text| Source::text(found.path(), text));
        let cause = Level::NOTE.secondary_title(safe(&error.message()));
        let excerpt = subject.as_ref().and_then(|source| source.excerpt_of(error));
        groups.push(Group::with_title(cause).elements(excerpt.map(snippet)));
    }
    renderer.render(&groups)
}

fn platform_number(number: u16) -> annotate_snippets::Message<'static> {
    Level::NOTE.message(format!("the platform's number for it is {number}"))
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        _ => Level::NOTE,
    }
}

fn snippet(excerpt: Excerpt) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    Snippet::source(excerpt.line)
        .path(excerpt.name)
        .line_start(excerpt.number)
        .annotation(AnnotationKind::Primary.span(excerpt.marked))
}
