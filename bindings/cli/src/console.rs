//! The streams of a command: results on standard output, everything else on standard error, in colour
//! on a terminal that wants it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use annotate_snippets::Renderer;
use anstream::{AutoStream, ColorChoice};
use serde::Serialize;
use serde_json::{Value, json};

use crate::exit::{Answer, Failure, Result};
use crate::message::Report;
use crate::source::is_invisible;

/// Results are held back up to this size, so that a late failure can still leave standard output empty.
const MAX_HELD_BYTES: usize = 64 * 1024;

/// Standard output, and whether it carries JSON.
pub(crate) struct Console {
    json: bool,
    held: Vec<u8>,
}

impl Console {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, held: Vec::new() }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.held.extend_from_slice(bytes);
        if self.held.len() > MAX_HELD_BYTES { self.flush() } else { Ok(()) }
    }

    pub(crate) fn line(&mut self, text: &str) -> Result<()> {
        self.held.extend_from_slice(text.as_bytes());
        self.bytes(b"\n")
    }

    /// Prints a report that is a result.
    pub(crate) fn report(&mut self, report: &Report) -> Result<()> {
        self.line(&renderer(AutoStream::choice(&io::stdout())).render(report))
    }

    /// Prints a document. On a terminal invisible characters become character references, which mean the same.
    pub(crate) fn document(&mut self, xml: &str) -> Result<()> {
        if !io::stdout().is_terminal() {
            return self.line(xml);
        }
        let is_hidden = |c: char| is_invisible(c) && !matches!(c, '\n' | '\t');
        self.line(&escape(xml, is_hidden, |text, c| write!(text, "&#x{:X};", u32::from(c))))
    }

    /// Prints a result as one line of JSON, with invisible characters escaped.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value)?;
        self.line(&escape(&text, is_invisible, |text, c| {
            c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(text, "\\u{unit:04x}"))
        }))
    }

    pub(crate) fn flush(&mut self) -> Result<()> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&self.held).and_then(|()| stdout.flush());
        self.held.clear();
        written.map_err(|error| Failure::output(&error))
    }

    /// Prints a refusal: as JSON it is a result, for people a message.
    pub(crate) fn refuse(&mut self, failure: Failure) -> Result<Answer> {
        match failure {
            Failure::Refused { error, .. } if self.json => {
                self.json(&json!({"valid": false, "error": error}))?;
            }
            Failure::Refused { report, .. } => print_error(&report),
            other => return Err(other),
        }
        Ok(Answer::No)
    }

    /// Prints what is left, and returns the exit status.
    pub(crate) fn end(mut self, result: Result<Answer>) -> ExitCode {
        let result = result.or_else(|failure| self.refuse(failure));
        match result.and_then(|answer| self.flush().map(|()| answer)) {
            Ok(Answer::Yes) | Err(Failure::Closed) => ExitCode::SUCCESS,
            Ok(Answer::No) | Err(Failure::Refused { .. }) => ExitCode::from(1),
            Err(Failure::Usage(report)) => {
                print_error(&report);
                ExitCode::from(2)
            }
        }
    }
}

/// Prints a report on standard error. That it cannot be written changes no answer.
pub(crate) fn print_error(report: &Report) {
    print_error_text(&renderer(AutoStream::choice(&io::stderr())).render(report));
}

pub(crate) fn print_error_text(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
}

/// Adds the fields of one JSON object to another, in place of those of the same name.
pub(crate) fn merged(mut object: Value, more: Value) -> Value {
    if let (Value::Object(object), Value::Object(more)) = (&mut object, more) {
        object.extend(more);
    }
    object
}

fn renderer(choice: ColorChoice) -> Renderer {
    if choice == ColorChoice::Never { Renderer::plain() } else { Renderer::styled() }
}

fn escape(
    text: &str,
    is_hidden: impl Fn(char) -> bool,
    write: impl Fn(&mut String, char) -> std::fmt::Result,
) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a String cannot fail.
            let _ = write(&mut escaped, c);
        } else {
            escaped.push(c);
        }
    }
    escaped
}
