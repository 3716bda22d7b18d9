//! `man`: a manual page.

use clap::Args;
use clap_mangen::Man;

use crate::cli;
use crate::console::Console;
use crate::exit::{Answer, Failure, Result};

/// Print a manual page in roff.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer man build | man -l -")]
pub(crate) struct Options {
    /// The command whose page is printed; without it, the page of all
    command: Option<String>,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let mut described = cli::description();
    described.build();
    if let Some(name) = &options.command {
        described = described.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::usage(&format!("there is no command {name}: twiml-refer --help lists them"))
        })?;
    }
    let source = concat!(env!("CARGO_BIN_NAME"), " ", env!("CARGO_PKG_VERSION"));
    let mut page = Vec::new();
    let page_of = Man::new(described).source(source);
    page_of.render(&mut page).map_err(|error| Failure::output(&error))?;
    console.bytes(&page)?;
    Ok(Answer::Yes)
}
