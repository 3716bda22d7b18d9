//! Prints a call as it goes: lines for people, or JSON for programs.

use serde::Serialize;
use serde_json::{Value, json};
use twiml_refer::{
    SipUri,
    diagnostic::Diagnostic,
    twiml::{Element, Follows},
};
use url::form_urlencoded;

use super::client::{Client, Request};
use super::error::WebhookError;
use super::interpreter::End;
use super::verbs::read_refer;
use crate::console::{self, Console, merged};
use crate::exit::Result;
use crate::ladder::{Ladder, text};
use crate::message::{self, Report};
use crate::redact;
use crate::scenario::Step;
use crate::source::{Source, printable};

/// The most characters of a verb that are shown.
const MAX_DETAIL: usize = 72;

/// The most characters of a document, and diagnostics of one, on the page.
const MAX_DOCUMENT_SHOWN: usize = 16 * 1024;
const MAX_DIAGNOSTICS_SHOWN: usize = 50;

/// Whether a verb runs.
#[derive(Clone, Copy)]
pub(crate) enum Execution {
    Runs,
    /// It is skipped here, for this reason.
    Skipped(&'static str),
    /// Twilio does not know it.
    Ignored,
    /// The caller is gone.
    Unheard,
}

/// Where a transcript goes.
pub(crate) trait Sink {
    fn is_json(&self) -> bool;
    fn json(&mut self, value: Value) -> Result<()>;
    fn line(&mut self, text: &str) -> Result<()>;
    /// Takes a report that is a result.
    fn report(&mut self, report: Report) -> Result<()>;
    /// Takes an error for people.
    fn error(&mut self, report: Report) -> Result<()>;
    fn flush(&mut self) -> Result<()>;
    /// Returns whether a page or a picture shows the call.
    fn is_drawn(&self) -> bool {
        false
    }
    /// Takes a step for the page or the picture.
    fn page(&mut self, _step: Value) -> Result<()> {
        Ok(())
    }
    /// Takes a transfer whose messages were shown as they passed. Returns `false` if they were not.
    fn live_transfer(&mut self, _steps: &[Step]) -> Result<bool> {
        Ok(false)
    }
}

impl Sink for Console {
    fn is_json(&self) -> bool {
        Self::is_json(self)
    }

    fn json(&mut self, value: Value) -> Result<()> {
        Self::json(self, &value)
    }

    fn line(&mut self, text: &str) -> Result<()> {
        Self::line(self, text)
    }

    fn report(&mut self, report: Report) -> Result<()> {
        Self::report(self, &report)
    }

    fn error(&mut self, report: Report) -> Result<()> {
        Self::flush(self)?;
        console::print_error(&report);
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        Self::flush(self)
    }
}

/// Where a call is printed, and how much of it.
pub(crate) struct Transcript<'c> {
    pub(crate) sink: &'c mut dyn Sink,
    /// The beginning of every URL, which is left out.
    pub(crate) base: &'c str,
    /// Which part is printed.
    pub(crate) part: Part,
    /// The title of the transfers in a picture [default: their target].
    pub(crate) title: Option<&'c str>,
    /// The transfers so far.
    pub(crate) ladders: Vec<Ladder>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    All,
    /// From the first transfer on.
    FromTransfer,
    Nothing,
}

impl Transcript<'_> {
    /// Shows on the page which request is made now, with what its signature covers.
    pub(crate) fn sending(&mut self, request: &Request, client: &Client) -> Result<()> {
        self.page(|| {
            let shown = request.redacted();
            let params = form_urlencoded::parse(shown.form.as_bytes());
            let params: Vec<_> =
                params.map(|(name, value)| [printable(&name), printable(&value)]).collect();
            let signed = client.signed_text(&shown).map(|text| printable(&text));
            json!({"step": "sending", "method": shown.method.as_str(),
                "url": printable(&redact::hidden(shown.url.as_str())), "params": params, "signed": signed})
        })
    }

    /// Shows on the page that the call is answered now.
    pub(crate) fn answered(&mut self) -> Result<()> {
        self.page(|| json!({"step": "answered", "text": "the call is answered"}))
    }

    /// Shows a document on the page.
    pub(crate) fn document(&mut self, source: &Source<'_>) -> Result<()> {
        self.page(|| {
            let mut left = MAX_DOCUMENT_SHOWN;
            let mut lines: Vec<String> = Vec::new();
            for line in source.lines() {
                if left == 0 {
                    lines.push("…".to_owned());
                    break;
                }
                let line: String = line.chars().take(left).collect();
                left = left.saturating_sub(line.chars().count() + 1);
                lines.push(line);
            }
            json!({"step": "document", "url": printable(source.name()), "lines": lines})
        })
    }

    /// Prints a request and the status of its response. Its URL is shown without the parameters of a GET,
    /// among which secrets may be.
    pub(crate) fn request(
        &mut self,
        request: &Request,
        status: Option<u16>,
        is_forged: bool,
    ) -> Result<()> {
        let (method, url) = (request.method, redact::hidden(request.url.as_str()));
        let url_shown = printable(url.strip_prefix(self.base).unwrap_or(&url));
        let status_shown = status.map_or_else(|| "no answer".to_owned(), |it| it.to_string());
        let forged = if is_forged { "  (forged: the signature is wrong)" } else { "" };
        self.step(
            || {
                let step = json!({"step": "request", "method": method.as_str(), "url": url,
                    "status": status});
                if is_forged { merged(step, json!({"forged": true})) } else { step }
            },
            || format!("{method} {url_shown}  {status_shown}{forged}"),
        )?;
        self.sink.flush()
    }

    /// Prints what is wrong with the app, and does not stop the call.
    pub(crate) fn error(&mut self, error: &WebhookError) -> Result<()> {
        self.page_error(error)?;
        match self.part {
            Part::All if self.sink.is_json() => self.sink.json(error_json(error)?),
            Part::All => {
                self.sink.report(message::plain_error(&error.message))?;
                self.sink.report(message::note(error.advice))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn diagnostics(&mut self, found: &[Diagnostic], source: &Source<'_>) -> Result<()> {
        for diagnostic in found.iter().take(MAX_DIAGNOSTICS_SHOWN) {
            let fields = without_secrets(diagnostic)?;
            self.page(|| merged(json!({"step": "diagnostic"}), fields))?;
        }
        if self.part != Part::All {
            return Ok(());
        }
        if self.sink.is_json() {
            for diagnostic in found {
                let fields = without_secrets(diagnostic)?;
                self.sink.json(merged(json!({"step": "diagnostic"}), fields))?;
            }
            return Ok(());
        }
        for report in message::diagnostics(found, |_| Some(source)) {
            self.sink.report(report)?;
            self.sink.line("")?;
        }
        Ok(())
    }

    pub(crate) fn verb(&mut self, element: &Element, execution: Execution) -> Result<()> {
        let (execution, remark) = match execution {
            Execution::Runs => ("runs", ""),
            Execution::Skipped(why) => ("skipped", why),
            Execution::Ignored => ("ignored", "ignored: TwiML has no such verb"),
            Execution::Unheard => ("unheard", "never heard: the caller is gone"),
        };
        let name = element.name();
        self.step(
            || json!({"step": "verb", "name": name, "execution": execution}),
            || verb_line(4, name, &detail(element), remark),
        )
    }

    /// Prints what plays while a `<Gather>` collects.
    pub(crate) fn prompt(&mut self, element: &Element) -> Result<()> {
        let line = || verb_line(6, element.name(), &detail(element), "");
        self.page(|| json!({"step": "verb", "execution": "runs", "text": line()}))?;
        self.text(line)
    }

    /// Prints a transfer from beginning to end, and keeps it for the picture.
    pub(crate) fn transfer(&mut self, target: &SipUri, steps: &[Step]) -> Result<()> {
        if self.sink.live_transfer(steps)? {
            return Ok(());
        }
        let of_target = || format!("REFER to {}", redact::hidden(target.as_str()));
        let ladder = Ladder::new(&self.title.map_or_else(of_target, str::to_owned), steps);
        if self.part == Part::FromTransfer {
            self.part = Part::All;
        }
        if self.part == Part::All && self.sink.is_json() {
            steps.iter().try_for_each(|step| self.sink.json(json!(step)))?;
        }
        self.text(|| format!("\n{}", text::draw(&ladder)))?;
        self.ladders.push(ladder);
        Ok(())
    }

    /// Prints what the caller does, what is left out here, or what is odd about the app (with a code).
    pub(crate) fn note(&mut self, code: Option<&str>, text: &str) -> Result<()> {
        let mark = if code.is_some() { "note: " } else { "" };
        self.step(
            || json!({"step": "note", "code": code, "message": text}),
            || format!("      ({mark}{})", printable(text)),
        )
    }

    /// Prints the last lines: how the transfer ended, and what was wrong.
    pub(crate) fn end(&mut self, end: &End) -> Result<()> {
        if let Some(error) = &end.error {
            self.page_error(error)?;
        }
        let text = || summary(end).map(|summary| printable(&summary));
        self.page(|| json!({"step": "end", "text": text()}))?;
        if !self.sink.is_json() {
            if let Some(summary) = summary(end) {
                self.sink.line(&format!("\n{}", printable(&summary)))?;
            }
            return self.print_error(end);
        }
        if let Some(error) = &end.error {
            self.sink.json(error_json(error)?)?;
        }
        let follows = end.follows.map(Follows::as_str);
        self.sink.json(json!({"step": "end", "outcome": outcome(end), "follows": follows,
            "verbs": end.verbs}))
    }

    /// Prints what was wrong with the webhook, for people.
    pub(crate) fn print_error(&mut self, end: &End) -> Result<()> {
        let Some(error) = &end.error else { return Ok(()) };
        let report = match (&error.cause, &error.document) {
            (Some(cause), Some(document)) => {
                message::error(cause, Some(&Source::document(&error.url, document)))
            }
            _ => message::plain_error(&error.message),
        };
        self.sink.error(report)?;
        self.sink.error(message::note(error.advice))
    }

    fn step(&mut self, json: impl Fn() -> Value, text: impl Fn() -> String) -> Result<()> {
        self.page(|| merged(json(), json!({"text": text()})))?;
        if self.part == Part::All && self.sink.is_json() {
            return self.sink.json(json());
        }
        self.text(text)
    }

    /// Shows a step on the page, if there is one.
    fn page(&mut self, step: impl FnOnce() -> Value) -> Result<()> {
        if self.sink.is_drawn() { self.sink.page(step()) } else { Ok(()) }
    }

    fn page_error(&mut self, error: &WebhookError) -> Result<()> {
        if !self.sink.is_drawn() {
            return Ok(());
        }
        let step = merged(error_json(error)?, json!({"advice": error.advice}));
        self.sink.page(step)
    }

    /// Prints a line for people.
    fn text(&mut self, text: impl FnOnce() -> String) -> Result<()> {
        if self.part == Part::All && !self.sink.is_json() {
            return self.sink.line(&text());
        }
        Ok(())
    }
}

fn verb_line(indent: usize, name: &str, detail: &str, remark: &str) -> String {
    let name = format!("<{}>", printable(name));
    let remark = if remark.is_empty() { String::new() } else { format!("  ({remark})") };
    format!("{:indent$}{name:<10} {detail}{remark}", "").trim_end().to_owned()
}

/// The outcome as JSON, with `may_resume` as the action request says it.
pub(crate) fn outcome(end: &End) -> Value {
    let mut outcome = json!(end.outcome);
    if let Some(may_resume) = outcome.get_mut("may_resume") {
        *may_resume = json!(end.may_resume);
    }
    outcome
}

fn error_json(error: &WebhookError) -> Result<Value> {
    let cause = without_secrets(&error.cause)?;
    Ok(json!({"step": "error", "kind": error.kind, "message": error.message, "url": error.url,
        "number": error.number, "error": cause}))
}

/// Serializes what core says, which may quote a URL.
fn without_secrets(value: &impl Serialize) -> Result<Value> {
    fn hide(value: &mut Value) {
        if let Some(Value::String(message)) = value.get_mut("message") {
            *message = redact::in_words(message);
        }
        if let Some(cause) = value.get_mut("error") {
            hide(cause);
        }
    }
    let mut value = serde_json::to_value(value)?;
    hide(&mut value);
    Ok(value)
}

/// `outcome: target-failed (busy, code 486); then the document of its action: <Say> <Hangup>`
fn summary(end: &End) -> Option<String> {
    let has_error = end.error.is_some();
    let ended = match (&end.outcome, end.follows) {
        (Some(outcome), _) => format!("outcome: {}", message::outcome(outcome)),
        (None, Some(_)) => "the transfer never began".to_owned(),
        (None, None) if has_error => return None,
        (None, None) => return Some("there was no transfer: no <Refer> was reached".to_owned()),
    };
    let follows = match end.follows {
        _ if has_error => "then the call broke off",
        Some(Follows::Action) => "then the document of its action",
        Some(Follows::NextVerb) => "then the next verb",
        _ => "then the call ended",
    };
    let colon = if end.verbs.is_empty() { "" } else { ":" };
    let verbs: String = end.verbs.iter().map(|verb| format!(" <{verb}>")).collect();
    Some(format!("{ended}; {follows}{colon}{verbs}"))
}

/// What a verb says, on one line.
fn detail(element: &Element) -> String {
    let mut words = Vec::new();
    if let Some(refer) = read_refer(element).filter(|_| element.name() == "Refer") {
        words.push(redact::hidden(refer.target().as_str()));
    } else {
        let text = element.text().split_whitespace().collect::<Vec<_>>().join(" ");
        words.extend(Some(redact::in_words(&text)).filter(|text| !text.is_empty()));
    }
    let attributes = element.attributes();
    words.extend(attributes.map(|(name, value)| format!("{name}={}", redact::hidden(value))));
    if !matches!(element.name(), "Gather" | "Refer") {
        words.extend(element.children().map(|child| format!("<{}>", child.name())));
    }
    one_line(&words.join("  "))
}

fn one_line(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(MAX_DETAIL) {
        Some((at, _)) => text.get(..at).unwrap_or_default().to_owned() + "…",
        None => text,
    }
}
