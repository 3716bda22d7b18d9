//! `replay`: a scenario file, and what the verb makes of it.

mod sip;

use std::path::Path;

use twiml_refer::{ReferOutcome, SipUri};

use crate::cli::Replay;
use crate::describe;
use crate::exit::{Answer, Failure};
use crate::input;
use crate::ladder::{Ladder, text};
use crate::output::{self, Output};
use crate::picture::Picture;
use crate::render;
use crate::scenario::{self, Scenario, ScenarioError};
use crate::source::Source;

pub(super) fn run(options: &Replay, output: &mut Output) -> Result<Answer, Failure> {
    if options.sip {
        return sip::run(options, output);
    }
    let text = match read(&options.file)? {
        Ok(text) => text,
        Err(complaint) => {
            output::complain(&complaint);
            return Ok(Answer::No);
        }
    };
    let name = input::name(&options.file);
    let target =
        SipUri::parse(scenario::TARGET).map_err(|error| Failure::usage(&error.message()))?;
    let steps = Scenario::parse(&text)
        .and_then(|scenario| scenario.run(target))
        .map_err(|error| unreadable(&error, &Source::text(&name, &text)))?;
    let ladder = Ladder::new(&name, &steps);
    if let Some(picture) = Picture::open(options.picture.svg.as_deref(), [&options.file])? {
        picture.draw(std::slice::from_ref(&ladder))?;
    }
    if output.is_json() {
        steps.iter().try_for_each(|step| output.json(step))?;
    } else {
        output.bytes(text::draw(&ladder).as_bytes())?;
    }
    Ok(judge("", options.expect.kind.as_deref(), scenario::outcome(&steps).as_ref()))
}

/// The text of a scenario file, or why there is none.
pub(super) fn read(path: &Path) -> Result<Result<String, String>, Failure> {
    let bytes = input::read(path, scenario::MAX_BYTES)?;
    let fault = if bytes.len() > scenario::MAX_BYTES {
        format!("has more than {} bytes; no scenario needs as many", scenario::MAX_BYTES)
    } else {
        match String::from_utf8(bytes) {
            Ok(text) => return Ok(Ok(text)),
            Err(error) => {
                format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to())
            }
        }
    };
    let message = format!("{} {fault}", input::name(path));
    Ok(Err(render::plain_error(&message, &render::for_stderr())))
}

/// What a person sees of a line that cannot be read.
pub(super) fn unreadable(error: &ScenarioError, source: &Source<'_>) -> Failure {
    let place = (error.place.line, error.place.column);
    let message = format!("line {}: {}", error.place.line, error.message);
    Failure::Usage(render::plain_error_at(&message, source, place, &render::for_stderr()))
}

/// Whether it ended as expected; if not, says so, with `which` before it.
pub(super) fn judge(which: &str, expected: Option<&str>, outcome: Option<&ReferOutcome>) -> Answer {
    let Some(expected) = expected.filter(|kind| outcome.map(ReferOutcome::kind) != Some(kind))
    else {
        return Answer::Yes;
    };
    let ended = outcome.map_or_else(
        || "it never began".to_owned(),
        |outcome| format!("it ended {}", describe::outcome(outcome)),
    );
    let message = format!("{which}expected {expected}, but {ended}");
    output::complain(&render::plain_error(&message, &render::for_stderr()));
    Answer::No
}
