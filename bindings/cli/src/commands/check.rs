//! `check`: the findings of a document. They are the result, so they stand on standard output.

use serde::Serialize;
use twiml_refer::{
    Error, VoiceResponse,
    diagnostic::{Diagnostic, Severity},
    limits::MAX_DOCUMENT_BYTES,
};

use crate::cli::Check;
use crate::exit::{Answer, Failure};
use crate::output::Output;
use crate::source::Source;
use crate::{input, render};

#[derive(Serialize)]
struct Checked<'a> {
    valid: bool,
    error: Option<&'a Error>,
    diagnostics: &'a [Diagnostic],
    follows: Option<&'static str>,
}

pub(crate) fn run(options: Check, output: &mut Output) -> Result<Answer, Failure> {
    let path = input::or_stdin(options.file);
    let bytes = input::read(&path, MAX_DOCUMENT_BYTES)?;
    let name = input::name(&path);
    let source = Source::document(&name, &bytes);

    let (error, found, follows) = match VoiceResponse::parse_bytes(&bytes) {
        Ok(document) => (None, document.check(), document.follows().map(|it| it.as_str())),
        Err(error) => (Some(error), Vec::new(), None),
    };
    let least = if options.deny.is_some() { Severity::Warning } else { Severity::Error };
    let valid = error.is_none() && found.iter().all(|found| found.severity() < least);
    if output.is_json() {
        output.json(&Checked { valid, error: error.as_ref(), diagnostics: &found, follows })?;
        return Ok(Answer::yes_if(valid));
    }
    let renderer = render::for_stdout();
    if let Some(error) = &error {
        output.line(&render::error(error, Some(&source), &renderer))?;
        return Ok(Answer::No);
    }
    let (shown, more) = render::most(&found, &renderer);
    let shown = shown.iter().map(|found| render::diagnostic(found, Some(&source), &renderer));
    for text in shown.chain(more) {
        output.line(&text)?;
        output.line("")?;
    }
    output.line(&summary(&found, follows))?;
    Ok(Answer::yes_if(valid))
}

/// `1 error, 2 warnings; after <Refer> comes the document of its action`
fn summary(found: &[Diagnostic], follows: Option<&str>) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|severity| {
            let count = found.iter().filter(|found| found.severity() == severity).count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {severity}{plural}"))
        })
        .collect();
    let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    match follows {
        Some(follows) => format!("{counts}; what follows <Refer>: {follows}"),
        None => format!("{counts}; there is no <Refer> in <Response>"),
    }
}
