//! `replay` of a capture: real SIP messages, and why each transfer in them ended as it did.

use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Shown, judge};
use crate::capture::{Capture, Fault, Opened, Place, Refused, Settings, Traced};
use crate::cli::Replay;
use crate::exit::{Answer, Failure};
use crate::input;
use crate::ladder::{Ladder, text};
use crate::output::{self, Output};
use crate::render;
use crate::source::Source;

/// More broken places than these are only counted, for a person.
const MOST_FAULTS: usize = 10;
/// Bytes of a broken line that are shown.
const MOST_SHOWN: usize = 200;

/// Why a capture is not read, or not whole, as `--json` has it.
#[derive(Serialize)]
struct Answered<'a> {
    valid: bool,
    error: Broken<'a>,
}

#[derive(Serialize, Default)]
struct Broken<'a> {
    kind: &'static str,
    message: &'a str,
    offset: Option<usize>,
    line: Option<usize>,
    column: Option<usize>,
    parameter: Option<&'static str>,
    number: Option<u16>,
    packet: Option<usize>,
}

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
    options: &Replay,
    path: &Path,
    opened: Result<Opened, Refused>,
    settings: &Settings,
    shown: &mut Shown,
    output: &mut Output,
) -> Result<Answer, Failure> {
    let name = input::name(path);
    let capture = match opened.and_then(|opened| Capture::read(opened, settings)) {
        Ok(capture) => capture,
        Err(Refused { kind, message }) => return refuse(output, kind, &format!("{name}: {message}")),
    };
    if options.files.len() > 1 && !output.is_json() {
        output.line(&format!("== {name}"))?;
    }
    if !capture.is_timed && !capture.transfers.is_empty() && !output.is_json() {
        output.line("There are no times in the trace: everything counts as at one time.\n")?;
    }
    let first = shown.transfers.saturating_add(1);
    for (number, transfer) in (first..).zip(&capture.transfers) {
        if output.is_json() {
            as_json(number, transfer, capture.is_timed, output)?;
        } else {
            as_text(number, number == first, &transfer.ladder(), output)?;
        }
        if shown.keeps_ladders {
            shown.ladders.push(transfer.ladder());
        }
    }
    shown.transfers = shown.transfers.saturating_add(capture.transfers.len());
    let mut answer = Answer::Yes;
    if capture.transfers.is_empty() {
        let hint = capture.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        let message = format!(
            "there is no REFER in {name}; SIP messages in it: {}{hint}",
            capture.messages
        );
        answer = refuse(output, "refer-missing", &message)?;
    }
    output.flush()?;
    answer = answer.and(faults(&capture, &name, output)?);
    for (number, transfer) in (first..).zip(&capture.transfers) {
        answer = answer.and(judged(number, transfer, options.expect.kind.as_deref()));
    }
    Ok(answer)
}

/// Whether a transfer ended as expected. Without a verdict the answer is no.
fn judged(number: usize, transfer: &Traced, expected: Option<&str>) -> Answer {
    let which = format!("transfer {number}: ");
    let Some(reason) = &transfer.distrust else {
        return judge(&which, expected, transfer.outcome().as_ref());
    };
    let message = format!("{which}no verdict: {reason}");
    output::complain(&render::plain_error(&message, &render::for_stderr()));
    Answer::No
}

fn as_text(
    number: usize,
    is_first: bool,
    ladder: &Ladder,
    output: &mut Output,
) -> Result<(), Failure> {
    let gap = if is_first { "" } else { "\n" };
    output.line(&format!("{gap}{number}. {}", ladder.title))?;
    output.line(&format!("   {}\n", ladder.place.as_deref().unwrap_or_default()))?;
    output.bytes(text::draw(ladder).as_bytes())?;
    output.line(&format!("\nwhy: {}", ladder.why.as_deref().unwrap_or_default()))
}

fn as_json(
    number: usize,
    transfer: &Traced,
    is_timed: bool,
    output: &mut Output,
) -> Result<(), Failure> {
    let Traced { call_id, refer_to, .. } = transfer;
    let begin = json!({"call_id": call_id, "refer_to": refer_to, "timed": is_timed});
    output.json(&Numbered::new(number, &begin, Some(transfer.place)))?;
    for (object, place) in transfer.json() {
        output.json(&Numbered::new(number, &object, place))?;
    }
    let end: Value = json!({"outcome": transfer.outcome(), "why": crate::capture::why(transfer)});
    output.json(&Numbered::new(number, &end, None))
}

/// The answer no, and why.
fn refuse(output: &mut Output, kind: &'static str, message: &str) -> Result<Answer, Failure> {
    if output.is_json() {
        let error = Broken { kind, message, ..Broken::default() };
        output.json(&Answered { valid: false, error })?;
    } else {
        output::complain(&render::plain_error(message, &render::for_stderr()));
    }
    Ok(Answer::No)
}

/// Where the capture is broken: what was there may have been about a transfer.
fn faults(capture: &Capture, name: &str, output: &mut Output) -> Result<Answer, Failure> {
    let faults = &capture.faults;
    if output.is_json() {
        for Fault { place, message } in faults {
            let (line, packet) = (line(*place), packet(*place));
            let column = line.map(|_| 1);
            let error =
                Broken { kind: "trace-broken", message, line, column, packet, ..Broken::default() };
            output.json(&Answered { valid: false, error })?;
        }
        return Ok(Answer::yes_if(faults.is_empty()));
    }
    let mut lines = capture.text.split(|byte| *byte == b'\n').zip(1..).peekable();
    for Fault { place, message } in faults.iter().take(MOST_FAULTS) {
        let Some(Place::Line(line)) = place else {
            let place = place.map(|place| format!("{place}: ")).unwrap_or_default();
            let message = format!("{name}: {place}{message}");
            output::complain(&render::plain_error(&message, &render::for_stderr()));
            continue;
        };
        while lines.next_if(|(_, number)| number < line).is_some() {}
        let shown = lines.peek().map_or(&[][..], |(text, _)| text);
        let shown = String::from_utf8_lossy(shown.get(..MOST_SHOWN).unwrap_or(shown));
        let source = Source::line(name, *line, &shown);
        let message = format!("line {line}: {message}");
        let place = (*line, 1);
        output::complain(&render::plain_error_at(&message, &source, place, &render::for_stderr()));
    }
    if let Some(more) = faults.len().checked_sub(MOST_FAULTS).filter(|more| *more > 0) {
        let message = format!("{more} more such places; --json lists all");
        output::complain(&render::note(&message, &render::for_stderr()));
    }
    Ok(Answer::yes_if(faults.is_empty()))
}
