//! `completions`: a completion script for a shell.

use clap::Args;
use clap_complete::Shell;

use crate::cli;
use crate::console::Console;
use crate::exit::{Answer, Result};

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer completions bash \
    > ~/.local/share/bash-completion/completions/twiml-refer")]
pub(crate) struct Options {
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let mut script = Vec::new();
    let mut description = cli::description();
    clap_complete::generate(options.shell, &mut description, env!("CARGO_BIN_NAME"), &mut script);
    console.bytes(&script)?;
    Ok(Answer::Yes)
}
