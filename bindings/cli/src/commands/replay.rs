//! `replay`: a scenario file, or a capture of real SIP, as a ladder.

mod capture;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::capture::{Opened, Settings, open, unreadable};
use crate::cli::{Expect, Svg, name_and_value};
use crate::console::Console;
use crate::exit::{Answer, Failure, Result};
use crate::input;
use crate::ladder::{Ladder, file::SvgFile, text};
use crate::scenario::{self, Scenario};
use crate::source::Source;

/// Play a scenario file, or explain a capture of real SIP: what an endpoint does, and the action
/// request that Twilio would send.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  printf '0 start\\n0.05 response 202\\n9.5 notify 486\\n' | \\\n      \
        twiml-refer replay - --expect target-failed\n  twiml-refer replay call.pcap --svg why.svg\n\n\
        --help describes how a scenario is written, and what can be read of a capture.",
    after_long_help = include_str!("replay.txt")
)]
pub(crate) struct Options {
    /// Scenarios, or captures: pcap, pcapng, or the text of SIP tools and logs; - reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Read each file as a capture, whatever it looks like
    #[arg(long, conflicts_with = "scenario")]
    sip: bool,
    /// Read each file as a scenario, whatever it looks like
    #[arg(long)]
    scenario: bool,
    /// Set a timer or option of Twilio's side for a capture; names as in scenarios
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value, conflicts_with = "scenario")]
    set: Vec<(String, String)>,
    #[command(flatten)]
    svg: Svg,
    #[command(flatten)]
    expect: Expect,
}

/// What was printed so far.
struct Shown {
    /// For the picture.
    ladders: Vec<Ladder>,
    keeps_ladders: bool,
    /// How many transfers of captures there were.
    transfers: usize,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    input::check_stdin_once(&options.files)?;
    let settings = Settings::new(&options.set)
        .map_err(|message| Failure::usage(&format!("--set: {message}")))?;
    let svg = SvgFile::open(options.svg.svg.as_deref(), &options.files)?;
    let mut shown = Shown { ladders: Vec::new(), keeps_ladders: svg.is_some(), transfers: 0 };
    let mut answer = Answer::Yes;
    for path in &options.files {
        answer = answer.and(one(options, path, &settings, &mut shown, console)?);
    }
    if let Some(svg) = svg {
        svg.draw(&shown.ladders)?;
    }
    Ok(answer)
}

fn one(
    options: &Options,
    path: &Path,
    settings: &Settings,
    shown: &mut Shown,
    console: &mut Console,
) -> Result<Answer> {
    if options.scenario {
        return play(options, path, &Scenario::read(path)?, shown, console);
    }
    let name = input::name(path);
    match open(input::open(path)?).map_err(|error| Failure::input(&name, &error))? {
        Ok(Opened::Text(bytes)) if !options.sip && is_scenario(&bytes) => {
            if !options.set.is_empty() {
                return Err(Failure::usage(
                    "--set is for captures: in a scenario write a line such as set hangup-grace 1",
                ));
            }
            play(options, path, &Scenario::text(&name, bytes)?, shown, console)
        }
        opened => capture::run(options, &name, opened, settings, shown, console),
    }
}

/// Returns whether a text is a scenario: its first line that says something is a setting or begins with a time, and
/// there is no SIP message in it.
fn is_scenario(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let says = |line: &&[u8]| !line.is_empty() && !line.starts_with(b"#");
    let Some(first) = lines.by_ref().find(says) else { return true };
    let word = first.split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let is_time = word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let has_sip = |line: &[u8]| memchr::memmem::find(line, b"SIP/2.0").is_some();
    let begins = word == b"set" || (is_time && unreadable(text).is_none());
    begins && !has_sip(first) && !lines.filter(says).any(has_sip)
}

fn play(
    options: &Options,
    path: &Path,
    text: &str,
    shown: &mut Shown,
    console: &mut Console,
) -> Result<Answer> {
    let name = input::name(path);
    let steps = Scenario::parse(text)
        .and_then(|scenario| scenario.run(scenario::TARGET))
        .map_err(|error| error.into_failure(&Source::text(&name, text)))?;
    let ladder = Ladder::new(&name, &steps);
    if console.is_json() {
        steps.iter().try_for_each(|step| console.json(step))?;
    } else {
        console.bytes(text::draw(&ladder).as_bytes())?;
    }
    if shown.keeps_ladders {
        shown.ladders.push(ladder);
    }
    Ok(options.expect.check("", scenario::outcome(&steps).as_ref()))
}
