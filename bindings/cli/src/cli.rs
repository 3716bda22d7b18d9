//! The command line: the commands, and the options that several of them have.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use twiml_refer::ReferOutcome;
use twiml_refer::diagnostic::Severity;

use crate::commands::{
    build, callback, check, completions, demo, emulate, man, read, replay, rest, sign, simulate,
    uri, verify,
};
use crate::console::{self, Console};
use crate::exit::{Answer, Result};
use crate::message;
use crate::redact;
use crate::source::printable;

pub(crate) const TOKEN_HELP: &str = "The auth token is taken from the environment variable \
    TWILIO_AUTH_TOKEN, or from the files of --token-file; it is never an option itself.";

/// Call transfer with TwiML Voice <Refer>: build the document, check it, verify and explain the
/// request that follows.
#[derive(Debug, Parser)]
#[command(
    name = "twiml-refer",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Example:\n  twiml-refer build sip:alice@example.com --action /handleRefer\n\n\
        Exit status: 0 success; 1 the input is invalid or an expectation failed;\n\
        2 wrong usage, or a file that cannot be read or written."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Print JSON, one object per line
    #[arg(long, global = true, display_order = 900)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Options),
    Uri(uri::Options),
    Check(check::Options),
    Read(read::Options),
    Callback(callback::Options),
    Sign(sign::Options),
    Verify(verify::Options),
    Rest(rest::Options),
    Replay(replay::Options),
    Simulate(simulate::Options),
    Emulate(Box<emulate::Options>),
    Demo(demo::Options),
    Completions(completions::Options),
    Man(man::Options),
}

impl Command {
    fn run(self, console: &mut Console) -> Result<Answer> {
        match self {
            Self::Build(options) => build::run(&options, console),
            Self::Uri(options) => uri::run(&options, console),
            Self::Check(options) => check::run(options, console),
            Self::Read(options) => read::run(options, console),
            Self::Callback(options) => callback::run(options, console),
            Self::Sign(options) => sign::run(&options, console),
            Self::Verify(options) => verify::run(&options, console),
            Self::Rest(options) => rest::run(&options, console),
            Self::Replay(options) => replay::run(&options, console),
            Self::Simulate(options) => simulate::run(options, console),
            Self::Emulate(options) => emulate::run(*options, console),
            Self::Demo(options) => demo::run(&options, console),
            Self::Completions(options) => completions::run(&options, console),
            Self::Man(options) => man::run(&options, console),
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Svg {
    /// Also draw the ladder into this file; an input is never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Expect {
    /// Exit with status 1 unless the transfer ends this way
    #[arg(
        long,
        value_name = "KIND",
        value_parser = PossibleValuesParser::new(ReferOutcome::KINDS)
    )]
    expect: Option<String>,
}

impl Expect {
    /// Checks how a transfer ended, and complains with `which` in front if it was not expected.
    pub(crate) fn check(&self, which: &str, outcome: Option<&ReferOutcome>) -> Answer {
        let complaint = self.complaint(which, outcome);
        if let Some(text) = &complaint {
            console::print_error(&message::plain_error(text));
        }
        Answer::yes_if(complaint.is_none())
    }

    /// Returns the complaint of `check`.
    pub(crate) fn complaint(&self, which: &str, outcome: Option<&ReferOutcome>) -> Option<String> {
        let kind = outcome.map(ReferOutcome::kind);
        let expected = self.expect.as_deref().filter(|expected| kind != Some(expected))?;
        let ended = match outcome {
            Some(outcome) => format!("it ended {}", message::outcome(outcome)),
            None => "it never began".to_owned(),
        };
        Some(format!("{which}expected {expected}, but {ended}"))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Deny {
    /// Exit with status 1 for warnings, too
    #[arg(long, value_name = "WHAT", value_enum)]
    deny: Option<Denied>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Denied {
    /// Warnings as well as errors
    Warnings,
}

impl Deny {
    /// Returns the lowest severity that makes the answer a no.
    pub(crate) fn severity(&self) -> Severity {
        if self.deny.is_some() { Severity::Warning } else { Severity::Error }
    }
}

pub(crate) fn name_and_value(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("missing =: write NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Describes all commands, for completions and manual pages.
pub(crate) fn description() -> clap::Command {
    Cli::command()
}

pub(crate) fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => {
            let mut console = Console::new(cli.json);
            let result = cli.command.run(&mut console);
            console.end(result)
        }
        Err(error) => print_usage(&error),
    }
}

/// Prints help, the version or an error of usage.
fn print_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        return match error.print() {
            Err(failure) if failure.kind() != std::io::ErrorKind::BrokenPipe => ExitCode::from(2),
            _ => ExitCode::SUCCESS,
        };
    }
    if std::env::args_os().any(|argument| is_unsafe(&argument)) {
        // The message quotes its argument as it is.
        let text = redact::in_words(&error.render().to_string());
        console::print_error_text(&text.lines().map(printable).collect::<Vec<_>>().join("\n"));
    } else {
        let _ = error.print();
    }
    ExitCode::from(2)
}

fn is_unsafe(argument: &OsString) -> bool {
    argument.to_str().is_none_or(|text| printable(text) != text || redact::hidden(text) != text)
}
