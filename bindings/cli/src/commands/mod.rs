//! One file per command: what it asks core, and what it prints of the answer.

mod build;
mod callback;
mod check;
mod demo;
mod generate;
mod read;
mod replay;
mod rest;
mod sign;
mod simulate;
mod uri;
mod verify;

use std::process::ExitCode;

use crate::cli::Command;
use crate::exit::{self, Answer, Failure};
use crate::output::{self, Output};

/// Runs a command to its exit status.
pub(crate) fn run(command: Command) -> ExitCode {
    let mut output = Output::new(is_json(&command));
    let result = dispatch(command, &mut output).and_then(|answer| {
        output.flush()?;
        Ok(answer)
    });
    if let Err(Failure::Usage(text)) = &result {
        output::complain(text);
    }
    exit::code(&result)
}

fn dispatch(command: Command, output: &mut Output) -> Result<Answer, Failure> {
    match command {
        Command::Build(options) => build::run(&options, output),
        Command::Uri(options) => uri::run(&options, output),
        Command::Check(options) => check::run(options, output),
        Command::Read(options) => read::run(options, output),
        Command::Callback(options) => callback::run(options, output),
        Command::Sign(options) => sign::run(&options, output),
        Command::Verify(options) => verify::run(&options, output),
        Command::Rest(options) => rest::run(&options, output),
        Command::Replay(options) => replay::run(&options, output),
        Command::Simulate(options) => simulate::run(options, output),
        Command::Demo(options) => demo::run(&options, output),
        Command::Completions(options) => generate::completions(&options, output),
        Command::Man(options) => generate::man(&options, output),
    }
}

fn is_json(command: &Command) -> bool {
    match command {
        Command::Build(options) => options.json.json,
        Command::Uri(options) => options.json.json,
        Command::Check(options) => options.json.json,
        Command::Read(options) => options.json.json,
        Command::Callback(options) => options.json.json,
        Command::Sign(options) => options.json.json,
        Command::Verify(options) => options.json.json,
        Command::Rest(options) => options.json.json,
        Command::Replay(options) => options.json.json,
        Command::Simulate(options) => options.json.json,
        Command::Demo(options) => options.json.json,
        Command::Completions(_) | Command::Man(_) => false,
    }
}
