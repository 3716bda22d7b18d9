//! `replay`: a scenario file, or a trace of real SIP messages, as a ladder.

mod sip;

use std::path::PathBuf;

use clap::Args;

use crate::cli::{Expect, Svg, name_and_value};
use crate::console::Console;
use crate::exit::{Answer, Result};
use crate::input;
use crate::ladder::{Ladder, file::SvgFile, text};
use crate::scenario::{self, Scenario};
use crate::source::Source;

/// Play a scenario file, or explain a trace of real SIP messages: what an endpoint does, and the
/// callback that Twilio would send.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  printf '0 start\\n0.05 response 202\\n9.5 notify 486\\n' | \\\n      \
        twiml-refer replay - --expect target-failed\n  twiml-refer replay --sip messages.log --svg \
        why.svg\n\n--help describes how a scenario is written, and what can be read of a trace.",
    after_long_help = include_str!("replay.txt")
)]
pub(crate) struct Options {
    /// The scenario, one event a line, or the trace; - reads standard input
    file: PathBuf,
    /// The file is a trace: SIP messages as text, with anything between them
    #[arg(long)]
    sip: bool,
    /// A setting of Twilio's side in the trace, by the names that scenarios have
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value, requires = "sip")]
    set: Vec<(String, String)>,
    #[command(flatten)]
    svg: Svg,
    #[command(flatten)]
    expect: Expect,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    if options.sip {
        return sip::run(options, console);
    }
    let text = Scenario::read(&options.file)?;
    let name = input::name(&options.file);
    let steps = Scenario::parse(&text)
        .and_then(|scenario| scenario.run(scenario::TARGET))
        .map_err(|error| error.into_failure(&Source::text(&name, &text)))?;
    let ladder = Ladder::new(&name, &steps);
    if let Some(svg) = SvgFile::open(options.svg.svg.as_deref(), [&options.file])? {
        svg.draw(std::slice::from_ref(&ladder))?;
    }
    if console.is_json() {
        steps.iter().try_for_each(|step| console.json(step))?;
    } else {
        console.bytes(text::draw(&ladder).as_bytes())?;
    }
    Ok(options.expect.check("", scenario::outcome(&steps).as_ref()))
}
