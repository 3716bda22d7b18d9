//! `check`: the diagnostics of a document. They are the result, so they go to standard output.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use twiml_refer::{
    VoiceResponse,
    diagnostic::{Diagnostic, Severity},
    limits::MAX_DOCUMENT_BYTES,
};

use crate::cli::Deny;
use crate::console::Console;
use crate::exit::{Answer, Result};
use crate::source::Source;
use crate::{input, message, recognize};

/// Show what Twilio would make of a document.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  curl -s https://voice.example.com/refer | \
    twiml-refer check --deny warnings")]
pub(crate) struct Options {
    /// The document; - or nothing is standard input
    file: Option<PathBuf>,
    #[command(flatten)]
    deny: Deny,
}

pub(crate) fn run(options: Options, console: &mut Console) -> Result<Answer> {
    let path = input::or_stdin(options.file);
    let bytes = input::read(&path, MAX_DOCUMENT_BYTES)?;
    let name = input::name(&path);
    let source = Source::document(&name, &bytes);

    let (error, diagnostics, follows) = match VoiceResponse::parse_bytes(&bytes) {
        Ok(document) => (None, document.check(), document.follows().map(|it| it.as_str())),
        Err(error) => (Some(error), Vec::new(), None),
    };
    let denied = options.deny.severity();
    let valid = error.is_none() && diagnostics.iter().all(|it| it.severity() < denied);
    let instead = error.as_ref().and_then(|_| recognize::not_twiml(&bytes));
    let instead = instead.map(|recognized| recognized.instead_of("TwiML"));
    if console.is_json() {
        let mut error = json!(error);
        if let (Some(Value::String(message)), Some(instead)) = (error.get_mut("message"), &instead)
        {
            *message = format!("{message}; {instead}");
        }
        console.json(&json!({"valid": valid, "error": error, "diagnostics": diagnostics,
            "follows": follows}))?;
    } else if let Some(error) = &error {
        console.report(&message::error(error, Some(&source)))?;
        if let Some(instead) = instead {
            console.report(&message::note(&instead))?;
        }
    } else {
        for report in message::diagnostics(&diagnostics, |_| Some(&source)) {
            console.report(&report)?;
            console.line("")?;
        }
        console.line(&summary(&diagnostics, follows))?;
    }
    Ok(Answer::yes_if(valid))
}

/// `1 error, 2 warnings; what follows <Refer>: action`
fn summary(diagnostics: &[Diagnostic], follows: Option<&str>) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|severity| {
            let count = diagnostics.iter().filter(|it| it.severity() == severity).count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {severity}{plural}"))
        })
        .collect();
    let counts = if counts.is_empty() { "no diagnostics".to_owned() } else { counts.join(", ") };
    match follows {
        Some(follows) => format!("{counts}; what follows <Refer>: {follows}"),
        None => format!("{counts}; there is no <Refer> in <Response>"),
    }
}
