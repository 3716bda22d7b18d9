//! `replay` of a capture: real SIP messages, and why each transfer in them ended as it did.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Options, Shown};
use crate::capture::{self, Capture, CaptureError, Opened, Place, Refused, Settings, Traced};
use crate::console::{self, Console};
use crate::exit::{Answer, Failure, Result, own_error};
use crate::ladder::{Ladder, text};
use crate::message;
use crate::source::Source;

/// More broken places than these are only counted, for people.
const MAX_ERRORS: usize = 10;
/// The most bytes of a broken line that are shown.
const MAX_SHOWN: usize = 200;

/// What every line of `--json` says besides.
#[derive(Serialize)]
struct Numbered<'a, T> {
    transfer: usize,
    #[serde(flatten)]
    said: &'a T,
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<usize>,
}

impl<'a, T> Numbered<'a, T> {
    fn new(transfer: usize, said: &'a T, place: Option<Place>) -> Self {
        Self { transfer, said, line: line(place), packet: packet(place) }
    }
}

fn line(place: Option<Place>) -> Option<usize> {
    match place {
        Some(Place::Line(number)) => Some(number),
        _ => None,
    }
}

fn packet(place: Option<Place>) -> Option<usize> {
    match place {
        Some(Place::Packet(number)) => Some(number),
        _ => None,
    }
}

pub(super) fn run(
    options: &Options,
    name: &str,
    opened: std::result::Result<Opened, Refused>,
    settings: &Settings,
    shown: &mut Shown,
    console: &mut Console,
) -> Result<Answer> {
    let mut capture = match opened.and_then(|opened| Capture::read(opened, settings)) {
        Ok(capture) => capture,
        Err(Refused { kind, message }) => {
            return console.refuse(Failure::refused_as(kind, &format!("{name}: {message}")));
        }
    };
    if options.files.len() > 1 && !console.is_json() {
        console.line(&format!("== {name}"))?;
    }
    if !capture.is_timed && !capture.transfers.is_empty() && !console.is_json() {
        console.line("There are no times in the capture: everything counts as at one time.\n")?;
    }
    let before = shown.transfers;
    let mut drawing = String::new();
    let mut unexpected = Vec::new();
    for transfer in capture.transfers.by_ref() {
        shown.transfers = shown.transfers.saturating_add(1);
        let number = shown.transfers;
        if console.is_json() {
            as_json(number, &transfer, capture.is_timed, console)?;
        } else {
            drawing.clear();
            as_text(number, &transfer.ladder(), &mut drawing);
            let is_first = number == before.saturating_add(1);
            console.bytes(drawing.get(usize::from(is_first)..).unwrap_or_default().as_bytes())?;
        }
        if shown.keeps_ladders {
            shown.ladders.push(transfer.ladder());
        }
        unexpected.extend(checked(number, &transfer, options));
    }
    let mut answer = Answer::yes_if(unexpected.is_empty());
    if shown.transfers == before {
        let hint = capture.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        let count = capture.messages;
        let message = format!("there is no REFER in {name}; SIP messages in it: {count}{hint}");
        answer = console.refuse(Failure::refused_as("refer-missing", &message))?;
    }
    console.flush()?;
    answer = answer.and(errors(capture, name, console)?);
    for message in unexpected {
        console::print_error(&message::plain_error(&message));
    }
    Ok(answer)
}

/// Returns a complaint if a transfer did not end as expected. Without a verdict there is always one.
fn checked(number: usize, transfer: &Traced, options: &Options) -> Option<String> {
    let which = format!("transfer {number}: ");
    match &transfer.untrusted {
        Some(reason) => Some(format!("{which}no verdict: {reason}")),
        None => options.expect.complaint(&which, transfer.outcome().as_ref()),
    }
}

/// Adds a transfer to a text, behind an empty line.
fn as_text(number: usize, ladder: &Ladder, text: &mut String) {
    let number = number.to_string();
    let place = ladder.place.as_deref().unwrap_or_default();
    text.extend(["\n", &number, ". ", &ladder.title, "\n   ", place, "\n\n"]);
    text::draw_into(text, ladder);
    text.extend(["\nwhy: ", ladder.why.as_deref().unwrap_or_default(), "\n"]);
}

fn as_json(number: usize, transfer: &Traced, is_timed: bool, console: &mut Console) -> Result<()> {
    let Traced { call_id, refer_to, .. } = transfer;
    let begin = json!({"call_id": call_id, "refer_to": refer_to, "timed": is_timed});
    console.json(&Numbered::new(number, &begin, Some(transfer.place)))?;
    for (object, place) in transfer.json() {
        console.json(&Numbered::new(number, &object, place))?;
    }
    let end: Value = json!({"outcome": transfer.outcome(), "why": capture::why(transfer)});
    console.json(&Numbered::new(number, &end, None))
}

/// Prints where the capture is broken: what was there may have been about a transfer.
fn errors(capture: Capture, name: &str, console: &mut Console) -> Result<Answer> {
    let (text, errors) = capture.into_text_and_errors();
    if console.is_json() {
        for CaptureError { place, message } in &errors {
            let error = own_error("trace-broken", message, line(*place));
            let error = console::merged(error, json!({"packet": packet(*place)}));
            console.json(&json!({"valid": false, "error": error}))?;
        }
        return Ok(Answer::yes_if(errors.is_empty()));
    }
    let mut lines = text.split(|byte| *byte == b'\n').zip(1..).peekable();
    for CaptureError { place, message } in errors.iter().take(MAX_ERRORS) {
        let Some(Place::Line(line)) = place else {
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            console::print_error(&message::plain_error(&format!("{name}: {place}{message}")));
            continue;
        };
        while lines.next_if(|(_, number)| number < line).is_some() {}
        let shown = lines.peek().map_or(&[][..], |(text, _)| text);
        let shown = String::from_utf8_lossy(shown.get(..MAX_SHOWN).unwrap_or(shown));
        let source = Source::line(name, *line, &shown);
        let message = format!("line {line}: {message}");
        console::print_error(&message::error_at(&message, &source, (*line, 1)));
    }
    if let Some(more) = errors.len().checked_sub(MAX_ERRORS).filter(|more| *more > 0) {
        let message = format!("{more} more such places; --json lists all");
        console::print_error(&message::note(&message));
    }
    Ok(Answer::yes_if(errors.is_empty()))
}
