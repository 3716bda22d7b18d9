//! `replay --sip`: a trace of real SIP messages, and why each transfer in it ended as it did.

use serde::Serialize;
use serde_json::{Value, json};

use super::judge;
use crate::cli::Replay;
use crate::exit::{Answer, Failure};
use crate::input;
use crate::ladder::{Ladder, text};
use crate::output::{self, Output};
use crate::picture::Picture;
use crate::render;
use crate::scenario;
use crate::secret;
use crate::source::Source;
use crate::trace::{self, Fault, Trace, Traced};

/// More broken places than these are only counted, for a person.
const MOST_FAULTS: usize = 10;
/// Bytes of a broken line that are shown.
const MOST_SHOWN: usize = 200;

/// Why a trace is no whole one, as `--json` has it.
#[derive(Serialize)]
struct Refused<'a> {
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
}

/// What every line of `--json` says besides.
#[derive(Serialize)]
struct Numbered<'a, T> {
    transfer: usize,
    #[serde(flatten)]
    said: &'a T,
    line: Option<usize>,
}

pub(super) fn run(options: &Replay, output: &mut Output) -> Result<Answer, Failure> {
    let settings = scenario::settings(&options.set)
        .map_err(|message| Failure::usage(&format!("--set: {message}")))?;
    let name = input::name(&options.file);
    let bytes = input::read(&options.file, trace::MAX_BYTES)?;
    if bytes.len() > trace::MAX_BYTES {
        let most = trace::MAX_BYTES;
        let message = format!("{name} has more than {most} bytes; cut out the calls in question");
        return refuse(output, "trace-too-large", &message);
    }
    let trace = Trace::read(&bytes, &settings).map_err(|error| Failure::usage(&error.message()))?;
    let ladders: Vec<_> = trace.transfers.iter().map(ladder).collect();
    if let Some(picture) = Picture::open(options.picture.svg.as_deref(), [&options.file])? {
        picture.draw(&ladders)?;
    }
    if output.is_json() {
        transfers_as_json(&trace, output)?;
    } else {
        transfers_as_text(&ladders, &trace, output)?;
    }
    let mut answer = Answer::Yes;
    if trace.transfers.is_empty() {
        let message =
            format!("there is no REFER in {name}; SIP messages in it: {}", trace.messages);
        answer = refuse(output, "refer-missing", &message)?;
    }
    output.flush()?;
    answer = answer.and(faults(&trace.faults, &name, &bytes, output)?);
    for (number, transfer) in (1..).zip(&trace.transfers) {
        let outcome = scenario::outcome(&transfer.steps);
        let which = format!("transfer {number}: ");
        answer = answer.and(judge(&which, options.expect.kind.as_deref(), outcome.as_ref()));
    }
    Ok(answer)
}

fn ladder(transfer: &Traced) -> Ladder {
    let Traced { line, call_id, refer_to, .. } = transfer;
    Ladder::new(
        &format!("REFER to {}", secret::in_words(refer_to, secret::hidden)),
        &transfer.steps,
    )
    .explained(&format!("line {line}, Call-ID {call_id}"), &trace::why(transfer))
}

fn transfers_as_text(
    ladders: &[Ladder],
    trace: &Trace,
    output: &mut Output,
) -> Result<(), Failure> {
    if !trace.is_timed && !ladders.is_empty() {
        output.line("There are no times in the trace: everything counts as at one time.\n")?;
    }
    for (number, ladder) in (1..).zip(ladders) {
        let gap = if number == 1 { "" } else { "\n" };
        output.line(&format!("{gap}{number}. {}", ladder.title))?;
        output.line(&format!("   {}\n", ladder.place.as_deref().unwrap_or_default()))?;
        output.bytes(text::draw(ladder).as_bytes())?;
        output.line(&format!("\nwhy: {}", ladder.why.as_deref().unwrap_or_default()))?;
    }
    Ok(())
}

fn transfers_as_json(trace: &Trace, output: &mut Output) -> Result<(), Failure> {
    for (transfer, traced) in (1..).zip(&trace.transfers) {
        let Traced { call_id, refer_to, .. } = traced;
        let begin = json!({"call_id": call_id, "refer_to": refer_to, "timed": trace.is_timed});
        output.json(&Numbered { transfer, said: &begin, line: Some(traced.line) })?;
        for (index, said) in traced.steps.iter().enumerate() {
            output.json(&Numbered { transfer, said, line: traced.line_of(index) })?;
        }
        let outcome = scenario::outcome(&traced.steps);
        let end: Value = json!({"outcome": outcome, "why": trace::why(traced)});
        output.json(&Numbered { transfer, said: &end, line: None })?;
    }
    Ok(())
}

/// The answer no, and why.
fn refuse(output: &mut Output, kind: &'static str, message: &str) -> Result<Answer, Failure> {
    if output.is_json() {
        let error = Broken { kind, message, ..Broken::default() };
        output.json(&Refused { valid: false, error })?;
    } else {
        output::complain(&render::plain_error(message, &render::for_stderr()));
    }
    Ok(Answer::No)
}

/// Where the trace is broken: what stands there may have been about a transfer.
fn faults(
    faults: &[Fault],
    name: &str,
    text: &[u8],
    output: &mut Output,
) -> Result<Answer, Failure> {
    if output.is_json() {
        for Fault { line, message } in faults {
            let (line, column) = (Some(*line), Some(1));
            let error = Broken { kind: "trace-broken", message, line, column, ..Broken::default() };
            output.json(&Refused { valid: false, error })?;
        }
        return Ok(Answer::yes_if(faults.is_empty()));
    }
    let mut lines = text.split(|byte| *byte == b'\n').zip(1..).peekable();
    for Fault { line, message } in faults.iter().take(MOST_FAULTS) {
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
