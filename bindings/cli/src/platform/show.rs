//! What is printed of a walk: lines for people, or JSON for programs.

use serde::Serialize;
use serde_json::Value;
use twiml_refer::{
    SipUri,
    diagnostic::Diagnostic,
    twiml::{Element, Follows, Node},
};

use super::fault::{Cause, Fault};
use super::http::Request;
use super::walk::End;
use crate::exit::Failure;
use crate::ladder::{Ladder, text};
use crate::output::{self, Output};
use crate::scenario::Step;
use crate::source::{Source, printable};
use crate::{describe, render, secret};

/// Characters of a verb's text that are shown.
const MAX_DETAIL: usize = 72;

/// Something that happens on the walk.
pub(crate) enum Seen<'a> {
    /// A request, and the status of its answer if there is one. Its URL is shown without the
    /// parameters of a GET, for there may be a secret among them.
    Request { request: &'a Request, status: Option<u16> },
    /// Something about the answer as such.
    Warning(&'a str),
    /// The findings about the document.
    Diagnostics(&'a [Diagnostic], &'a Source<'a>),
    /// The next verb.
    Verb { node: &'a Node, fate: Fate },
    /// What plays while a `<Gather>` collects.
    Prompt(&'a Element),
    /// A transfer to this target, from beginning to end.
    Transfer(&'a SipUri, &'a [Step]),
    /// What the caller does, or what is left out here.
    Note(&'a str),
}

/// What becomes of a verb.
#[derive(Clone, Copy)]
pub(crate) enum Fate {
    Runs,
    /// It is left out here, for this reason.
    Passed(&'static str),
    /// The platform does not know it.
    Ignored,
    /// The caller is gone.
    Unheard,
}

impl Fate {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Runs => "runs",
            Self::Passed(_) => "passed-over",
            Self::Ignored => "ignored",
            Self::Unheard => "unheard",
        }
    }
}

/// Who is told of it.
pub(crate) trait Show {
    fn show(&mut self, seen: &Seen<'_>) -> Result<(), Failure>;
}

/// For people, or with `--json` for programs.
pub(crate) struct Shown<'a> {
    pub(crate) output: &'a mut Output,
    /// What every URL begins with that needs no mention.
    pub(crate) base: &'a str,
    /// What its transfers are called in a picture; nothing: by their target.
    pub(crate) title: Option<&'a str>,
    /// The transfers so far.
    pub(crate) ladders: Vec<Ladder>,
}

impl Show for Shown<'_> {
    fn show(&mut self, seen: &Seen<'_>) -> Result<(), Failure> {
        self.keep(seen);
        self.print(seen)
    }
}

#[derive(Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Line<'a> {
    Request {
        method: &'static str,
        url: String,
        status: Option<u16>,
    },
    Warning {
        message: &'a str,
    },
    Diagnostic {
        #[serde(flatten)]
        found: Value,
    },
    Verb {
        name: &'a str,
        fate: &'static str,
    },
    Error {
        kind: &'static str,
        message: String,
        url: &'a str,
        error: Value,
    },
    End {
        outcome: Value,
        follows: Option<&'static str>,
        verbs: &'a [String],
    },
}

impl Shown<'_> {
    /// Remembers a transfer for the picture.
    pub(crate) fn keep(&mut self, seen: &Seen<'_>) {
        if let Seen::Transfer(target, steps) = seen {
            let title = self.title.map_or_else(
                || format!("REFER to {}", secret::hidden(target.as_str())),
                str::to_owned,
            );
            self.ladders.push(Ladder::new(&title, steps));
        }
    }

    pub(crate) fn print(&mut self, seen: &Seen<'_>) -> Result<(), Failure> {
        if self.output.is_json() { self.json(seen) } else { self.text(seen) }
    }

    fn json(&mut self, seen: &Seen<'_>) -> Result<(), Failure> {
        match *seen {
            Seen::Request { request, status } => {
                let url = secret::hidden(request.url.as_str());
                let method = request.method.as_str();
                self.output.json(&Line::Request { method, url, status })?;
                self.output.flush()
            }
            Seen::Warning(message) => self.output.json(&Line::Warning { message }),
            Seen::Diagnostics(found, _) => found.iter().try_for_each(|found| {
                self.output.json(&Line::Diagnostic { found: without_secrets(found)? })
            }),
            Seen::Verb { node, fate } => {
                let name = node.name().unwrap_or_default();
                self.output.json(&Line::Verb { name, fate: fate.as_str() })
            }
            Seen::Transfer(_, steps) => steps.iter().try_for_each(|step| self.output.json(step)),
            Seen::Prompt(_) | Seen::Note(_) => Ok(()),
        }
    }

    fn text(&mut self, seen: &Seen<'_>) -> Result<(), Failure> {
        match *seen {
            Seen::Request { request, status } => {
                let url = secret::hidden(request.url.as_str());
                let url = url.strip_prefix(self.base).unwrap_or(&url);
                let status = status.map_or_else(|| "no answer".to_owned(), |it| it.to_string());
                self.output.line(&format!("{} {}  {status}", request.method, printable(url)))?;
                self.output.flush()
            }
            Seen::Warning(message) => {
                self.output.line(&render::warning(message, &render::for_stdout()))
            }
            Seen::Diagnostics(found, source) => {
                let renderer = render::for_stdout();
                let (shown, more) = render::most(found, &renderer);
                let shown = shown.iter().map(|it| render::diagnostic(it, Some(source), &renderer));
                shown.chain(more).try_for_each(|text| {
                    self.output.line(&text)?;
                    self.output.line("")
                })
            }
            Seen::Verb { node, fate } => {
                let remark = match fate {
                    Fate::Runs => "",
                    Fate::Passed(why) => why,
                    Fate::Ignored => "ignored: TwiML has no such verb",
                    Fate::Unheard => "never heard: the caller is gone",
                };
                self.verb(4, node.name().unwrap_or_default(), &detail(node), remark)
            }
            Seen::Prompt(element) => self.verb(6, element.name(), &element_detail(element), ""),
            Seen::Transfer(..) => {
                let ladder = self.ladders.last().map(text::draw).unwrap_or_default();
                self.output.line("")?;
                self.output.line(ladder.trim_end_matches('\n'))?;
                self.output.line("")
            }
            Seen::Note(text) => self.output.line(&format!("      ({})", printable(text))),
        }
    }

    fn verb(
        &mut self,
        indent: usize,
        name: &str,
        detail: &str,
        remark: &str,
    ) -> Result<(), Failure> {
        let name = format!("<{}>", printable(name));
        let remark = if remark.is_empty() { String::new() } else { format!("  ({remark})") };
        let line = format!("{:indent$}{name:<10} {detail}{remark}", "");
        self.output.line(line.trim_end())
    }

    /// The last lines: how the transfer ended, and what was wrong.
    pub(crate) fn end(&mut self, end: &End) -> Result<(), Failure> {
        if self.output.is_json() {
            if let Some(fault) = &end.fault {
                let (kind, message) = (fault.kind(), fault.message());
                let error = without_secrets(&fault.error())?;
                let line = Line::Error { kind, message, url: &fault.url, error };
                self.output.json(&line)?;
            }
            let follows = end.follows.map(Follows::as_str);
            let outcome = outcome(end)?;
            return self.output.json(&Line::End { outcome, follows, verbs: &end.verbs });
        }
        if let Some(summary) = summary(end) {
            self.output.line(&format!("\n{}", printable(&summary)))?;
        }
        let Some(fault) = &end.fault else { return Ok(()) };
        self.output.flush()?;
        complain(fault);
        Ok(())
    }
}

/// How the transfer ended, with `may_resume` as the action request says it.
pub(crate) fn outcome(end: &End) -> Result<Value, Failure> {
    let mut outcome = to_value(&end.outcome)?;
    if let Some(may_resume) = outcome.get_mut("may_resume") {
        *may_resume = Value::from(end.may_resume);
    }
    Ok(outcome)
}

fn to_value(said: &impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(said)
        .map_err(|error| Failure::usage(&format!("cannot write JSON: {error}")))
}

/// What core says, which may quote a URL.
fn without_secrets(said: &impl Serialize) -> Result<Value, Failure> {
    fn hide(said: &mut Value) {
        if let Some(Value::String(message)) = said.get_mut("message") {
            *message = secret::in_words(message, secret::hidden);
        }
        if let Some(cause) = said.get_mut("error") {
            hide(cause);
        }
    }
    let mut said = to_value(said)?;
    hide(&mut said);
    Ok(said)
}

/// What a person sees of a fault.
pub(crate) fn complain(fault: &Fault) {
    let renderer = render::for_stderr();
    output::complain(&match &fault.cause {
        Cause::Document { bytes, error } => {
            render::error(error, Some(&Source::document(&fault.url, bytes)), &renderer)
        }
        _ => render::plain_error(&fault.message(), &renderer),
    });
    output::complain(&render::note(fault.advice(), &renderer));
}

/// `outcome: target-failed (busy, code 486); then the document of its action: <Say> <Hangup>`
fn summary(end: &End) -> Option<String> {
    let (outcome, fault) = (end.outcome.as_ref(), end.fault.as_ref());
    let ended = match (outcome, end.follows) {
        (Some(outcome), _) => format!("outcome: {}", describe::outcome(outcome)),
        (None, Some(_)) => "the transfer never began".to_owned(),
        (None, None) if fault.is_some() => return None,
        (None, None) => return Some("there was no transfer: no <Refer> was reached".to_owned()),
    };
    let follows = match end.follows {
        _ if fault.is_some() => "then the call broke off",
        Some(Follows::Action) => "then the document of its action",
        Some(Follows::NextVerb) => "then the next verb",
        _ => "then the call ended",
    };
    let verbs: Vec<String> = end.verbs.iter().map(|verb| format!(" <{verb}>")).collect();
    let colon = if verbs.is_empty() { "" } else { ":" };
    Some(format!("{ended}; {follows}{colon}{}", verbs.concat()))
}

/// What a verb says, on one line.
fn detail(node: &Node) -> String {
    match node {
        Node::Refer(refer) => {
            let method = refer.method_set().map(|it| format!("method={it}"));
            let action = refer.action_url().map(|url| format!("action={}", secret::hidden(url)));
            let words = [Some(secret::hidden(refer.target().as_str())), action, method];
            one_line(&words.into_iter().flatten().collect::<Vec<_>>().join("  "))
        }
        Node::Element(element) => element_detail(element),
        _ => String::new(),
    }
}

fn element_detail(element: &Element) -> String {
    let text = element.text_content();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = secret::in_words(&text, secret::hidden);
    let mut parts = if text.is_empty() { Vec::new() } else { vec![text] };
    let attribute = |(name, value): (&str, &str)| format!("{name}={}", secret::hidden(value));
    parts.extend(element.attributes().map(attribute));
    if element.name() != "Gather" {
        parts.extend(element.children().map(|child| format!("<{}>", child.name())));
    }
    one_line(&parts.join("  "))
}

fn one_line(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(MAX_DETAIL) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}
