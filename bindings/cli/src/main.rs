//! The command `twiml-refer`: `<Refer>` for the shell. It holds no rule of its own: everything it
//! says comes from the library; here are only options, files, streams and what a person sees.

mod capture;
mod cli;
mod commands;
mod describe;
mod exit;
mod input;
mod ladder;
mod output;
mod picture;
mod platform;
mod render;
mod scenario;
mod secret;
mod secrets;
mod source;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::parse() {
        Ok(command) => commands::run(command),
        Err(code) => code,
    }
}
