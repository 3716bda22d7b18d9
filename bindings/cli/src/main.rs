//! The command `twiml-refer`: `<Refer>` for the shell. Everything it says about documents, requests and
//! transfers comes from the library; here are options, files, streams and what people see.

mod capture;
mod cli;
mod commands;
mod console;
mod exit;
mod input;
mod ladder;
mod message;
mod redact;
mod scenario;
mod sip;
mod source;
mod token;
mod twilio;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
