//! `completions` and `man`: what is made from the description of the commands.

use clap_complete::Shell as Generator;
use clap_mangen::Man as Page;

use crate::cli::{self, Completions, Man, Shell};
use crate::exit::{Answer, Failure};
use crate::output::Output;

pub(crate) fn completions(options: &Completions, output: &mut Output) -> Result<Answer, Failure> {
    let generator = match options.shell {
        Shell::Bash => Generator::Bash,
        Shell::Zsh => Generator::Zsh,
        Shell::Fish => Generator::Fish,
    };
    let mut commands = cli::description();
    let name = commands.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(generator, &mut commands, name, &mut script);
    output.bytes(&script)?;
    Ok(Answer::Yes)
}

pub(crate) fn man(options: &Man, output: &mut Output) -> Result<Answer, Failure> {
    let mut commands = cli::description();
    commands.build();
    let described = match &options.command {
        None => commands,
        Some(name) => commands.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::usage(&format!("there is no command {name}; twiml-refer --help lists them"))
        })?,
    };
    let source = format!("{} {}", env!("CARGO_BIN_NAME"), env!("CARGO_PKG_VERSION"));
    let mut page = Vec::new();
    Page::new(described)
        .source(source)
        .render(&mut page)
        .map_err(|error| Failure::output(&error))?;
    output.bytes(&page)?;
    Ok(Answer::Yes)
}
