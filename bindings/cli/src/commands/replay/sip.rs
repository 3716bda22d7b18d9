//! `replay --sip`: a trace of real SIP messages, and why each transfer in it ended as it did.

use serde::Serialize;
use serde_json::{Value, json};

use super::Options;
use crate::console::{self, Console};
use crate::exit::{Answer, Failure, Result, own_error};
use crate::input;
use crate::ladder::{Ladder, file::SvgFile, text};
use crate::message;
use crate::redact;
use crate::scenario;
use crate::source::Source;
use crate::trace::{self, Fault, Trace, Traced};

/// More broken places than these are only counted, for people.
const MAX_FAULTS: usize = 10;
/// The most bytes of a broken line that are shown.
const MAX_SHOWN: usize = 200;

/// What every line of `--json` says besides.
#[derive(Serialize)]
struct Numbered<'a, T> {
    transfer: usize,
    #[serde(flatten)]
    said: &'a T,
    line: Option<usize>,
}

pub(super) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let settings = scenario::settings(&options.set)
        .map_err(|message| Failure::usage(&format!("--set: {message}")))?;
    let name = input::name(&options.file);
    let bytes = input::read(&options.file, trace::MAX_BYTES)?;
    if bytes.len() > trace::MAX_BYTES {
        let most = trace::MAX_BYTES;
        let message = format!("{name} has more than {most} bytes; cut out the calls in question");
        return Err(Failure::refused_as("trace-too-large", &message));
    }
    let trace = Trace::read(&bytes, &settings).map_err(|error| Failure::usage(&error.message()))?;
    let ladders: Vec<_> = trace.transfers.iter().map(ladder).collect();
    if let Some(svg) = SvgFile::open(options.svg.svg.as_deref(), [&options.file])? {
        svg.draw(&ladders)?;
    }
    if console.is_json() {
        transfers_as_json(&trace, console)?;
    } else {
        transfers_as_text(&ladders, &trace, console)?;
    }
    let mut answer = Answer::Yes;
    if trace.transfers.is_empty() {
        let message =
            format!("there is no REFER in {name}; SIP messages in it: {}", trace.messages);
        answer = console.refuse(Failure::refused_as("refer-missing", &message))?;
    }
    console.flush()?;
    answer = answer.and(faults(&trace.faults, &name, &bytes, console)?);
    for (number, transfer) in (1..).zip(&trace.transfers) {
        let outcome = scenario::outcome(&transfer.steps);
        let which = format!("transfer {number}: ");
        answer = answer.and(options.expect.check(&which, outcome.as_ref()));
    }
    Ok(answer)
}

fn ladder(transfer: &Traced) -> Ladder {
    let Traced { line, call_id, refer_to, .. } = transfer;
    Ladder::new(&format!("REFER to {}", redact::in_words(refer_to)), &transfer.steps)
        .explained(&format!("line {line}, Call-ID {call_id}"), &trace::why(transfer))
}

fn transfers_as_text(ladders: &[Ladder], trace: &Trace, console: &mut Console) -> Result<()> {
    if !trace.is_timed && !ladders.is_empty() {
        console.line("There are no times in the trace: everything counts as at one time.\n")?;
    }
    for (number, ladder) in (1..).zip(ladders) {
        let gap = if number == 1 { "" } else { "\n" };
        console.line(&format!("{gap}{number}. {}", ladder.title))?;
        console.line(&format!("   {}\n", ladder.place.as_deref().unwrap_or_default()))?;
        console.bytes(text::draw(ladder).as_bytes())?;
        console.line(&format!("\nwhy: {}", ladder.why.as_deref().unwrap_or_default()))?;
    }
    Ok(())
}

fn transfers_as_json(trace: &Trace, console: &mut Console) -> Result<()> {
    for (transfer, traced) in (1..).zip(&trace.transfers) {
        let Traced { call_id, refer_to, .. } = traced;
        let begin = json!({"call_id": call_id, "refer_to": refer_to, "timed": trace.is_timed});
        console.json(&Numbered { transfer, said: &begin, line: Some(traced.line) })?;
        for (index, said) in traced.steps.iter().enumerate() {
            console.json(&Numbered { transfer, said, line: traced.line_of(index) })?;
        }
        let outcome = scenario::outcome(&traced.steps);
        let end: Value = json!({"outcome": outcome, "why": trace::why(traced)});
        console.json(&Numbered { transfer, said: &end, line: None })?;
    }
    Ok(())
}

/// Where the trace is broken: what stands there may have been about a transfer.
fn faults(faults: &[Fault], name: &str, text: &[u8], console: &mut Console) -> Result<Answer> {
    if console.is_json() {
        for Fault { line, message } in faults {
            let error = own_error("trace-broken", message, Some(*line));
            console.json(&json!({"valid": false, "error": error}))?;
        }
        return Ok(Answer::yes_if(faults.is_empty()));
    }
    let mut lines = text.split(|byte| *byte == b'\n').zip(1..).peekable();
    for Fault { line, message } in faults.iter().take(MAX_FAULTS) {
        while lines.next_if(|(_, number)| number < line).is_some() {}
        let shown = lines.peek().map_or(&[][..], |(text, _)| text);
        let shown = String::from_utf8_lossy(shown.get(..MAX_SHOWN).unwrap_or(shown));
        let source = Source::line(name, *line, &shown);
        let message = format!("line {line}: {message}");
        console::print_error(&message::error_at(&message, &source, (*line, 1)));
    }
    if let Some(more) = faults.len().checked_sub(MAX_FAULTS).filter(|more| *more > 0) {
        let message = format!("{more} more such places; --json lists all");
        console::print_error(&message::note(&message));
    }
    Ok(Answer::yes_if(faults.is_empty()))
}
