//! `replay`: a scenario file, and what the verb makes of it; or a capture of real SIP.

mod capture;

use std::path::Path;

use twiml_refer::{ReferOutcome, SipUri};

use crate::capture::{Opened, Settings, open};
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
    input::check_stdin_once(&options.files)?;
    let settings = Settings::new(&options.set)
        .map_err(|message| Failure::usage(&format!("--set: {message}")))?;
    let picture = Picture::open(options.picture.svg.as_deref(), &options.files)?;
    let mut shown = Shown { ladders: Vec::new(), keeps_ladders: picture.is_some(), transfers: 0 };
    let mut answer = Answer::Yes;
    for path in &options.files {
        answer = answer.and(one(options, path, &settings, &mut shown, output)?);
    }
    if let Some(picture) = picture {
        picture.draw(&shown.ladders)?;
    }
    Ok(answer)
}

/// What was printed so far.
struct Shown {
    /// For the picture.
    ladders: Vec<Ladder>,
    keeps_ladders: bool,
    /// How many transfers of captures.
    transfers: usize,
}

fn one(
    options: &Replay,
    path: &Path,
    settings: &Settings,
    shown: &mut Shown,
    output: &mut Output,
) -> Result<Answer, Failure> {
    if options.scenario {
        let bytes = input::read(path, scenario::MAX_BYTES)?;
        return of_scenario(options, path, bytes, shown, output);
    }
    let opened = open(input::open(path)?).map_err(|error| Failure::input(&input::name(path), &error))?;
    match opened {
        Ok(Opened::Text(bytes)) if !options.sip && is_scenario(&bytes) => {
            if !options.set.is_empty() {
                let message = "--set is for captures; in a scenario write a line such as: set hangup-grace 1";
                return Err(Failure::usage(message));
            }
            of_scenario(options, path, bytes, shown, output)
        }
        opened => capture::run(options, path, opened, settings, shown, output),
    }
}

/// Whether a text is a scenario: its first line that says something is a setting, or begins with a time, and no SIP
/// message is in it.
fn is_scenario(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let says = |line: &&[u8]| !line.is_empty() && !line.starts_with(b"#");
    let Some(first) = lines.by_ref().find(says) else { return true };
    let word = first.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    let is_time = word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let has_sip = |line: &[u8]| line.windows(7).any(|part| part == b"SIP/2.0");
    let is_known = word == b"set" || (is_time && crate::capture::unreadable(text).is_none());
    is_known && !has_sip(first) && !lines.filter(says).any(has_sip)
}

fn of_scenario(
    options: &Replay,
    path: &Path,
    bytes: Vec<u8>,
    shown: &mut Shown,
    output: &mut Output,
) -> Result<Answer, Failure> {
    let name = input::name(path);
    let text = match utf8(&name, bytes) {
        Ok(text) => text,
        Err(complaint) => {
            output::complain(&complaint);
            return Ok(Answer::No);
        }
    };
    let target =
        SipUri::parse(scenario::TARGET).map_err(|error| Failure::usage(&error.message()))?;
    let steps = Scenario::parse(&text)
        .and_then(|scenario| scenario.run(target))
        .map_err(|error| unreadable(&error, &Source::text(&name, &text)))?;
    let ladder = Ladder::new(&name, &steps);
    if output.is_json() {
        steps.iter().try_for_each(|step| output.json(step))?;
    } else {
        output.bytes(text::draw(&ladder).as_bytes())?;
    }
    if shown.keeps_ladders {
        shown.ladders.push(ladder);
    }
    Ok(judge("", options.expect.kind.as_deref(), scenario::outcome(&steps).as_ref()))
}

/// The text of a scenario file, or why there is none.
pub(super) fn read(path: &Path) -> Result<Result<String, String>, Failure> {
    Ok(utf8(&input::name(path), input::read(path, scenario::MAX_BYTES)?))
}

fn utf8(name: &str, bytes: Vec<u8>) -> Result<String, String> {
    let fault = if bytes.len() > scenario::MAX_BYTES {
        format!("has more than {} bytes; no scenario needs as many", scenario::MAX_BYTES)
    } else {
        match String::from_utf8(bytes) {
            Ok(text) => return Ok(text),
            Err(error) => {
                format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to())
            }
        }
    };
    Err(render::plain_error(&format!("{name} {fault}"), &render::for_stderr()))
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
