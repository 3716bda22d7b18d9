//! What goes out: results on standard output, everything else on standard error. How a message is
//! drawn stands in `render`.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use serde::Serialize;
use twiml_refer::Error;

use crate::exit::{Answer, Failure};
use crate::render;
use crate::source::{Source, is_invisible};

/// Results are held back up to this size, so that a late failure can still leave standard output
/// empty.
const HELD_BYTES: usize = 64 * 1024;

/// The two output streams of a command, and whether it was asked for JSON.
pub(crate) struct Output {
    json: bool,
    held: Vec<u8>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, held: Vec::new() }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// A result, as it is.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.held.extend_from_slice(bytes);
        if self.held.len() > HELD_BYTES { self.flush() } else { Ok(()) }
    }

    /// A result and a line end.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), Failure> {
        self.held.extend_from_slice(text.as_bytes());
        self.bytes(b"\n")
    }

    /// A document and a line end. On a terminal a character that one would not see is a reference, which means
    /// the same.
    pub(crate) fn document(&mut self, xml: &str) -> Result<(), Failure> {
        if !io::stdout().is_terminal() {
            return self.line(xml);
        }
        let is_hidden = |c: char| is_invisible(c) && !matches!(c, '\n' | '\t');
        self.line(&escaped(xml, is_hidden, |text, c| write!(text, "&#x{:X};", u32::from(c))))
    }

    /// A result as one line of JSON. A character that one would not see is escaped.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value)
            .map_err(|error| Failure::usage(&format!("cannot write JSON: {error}")))?;
        self.line(&escaped(&text, is_invisible, |text, c| {
            c.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(text, "\\u{unit:04x}"))
        }))
    }

    /// Everything held back goes out.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(&self.held).and_then(|()| stdout.flush());
        self.held.clear();
        written.map_err(|error| Failure::output(&error))
    }

    /// The answer no to input that core refuses: as JSON a result, otherwise a message.
    pub(crate) fn refuse(
        &mut self,
        error: &Error,
        source: Option<&Source<'_>>,
    ) -> Result<Answer, Failure> {
        if self.json {
            self.json(&Refused { valid: false, error })?;
        } else {
            complain(&render::error(error, source, &render::for_stderr()));
        }
        Ok(Answer::No)
    }
}

fn escaped(
    text: &str,
    is_hidden: impl Fn(char) -> bool,
    escape: impl Fn(&mut String, char) -> std::fmt::Result,
) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            // Writing to a String cannot fail.
            let _ = escape(&mut shown, c);
        } else {
            shown.push(c);
        }
    }
    shown
}

#[derive(Serialize)]
struct Refused<'a> {
    valid: bool,
    error: &'a Error,
}

/// A message for standard error. That nobody reads it changes no answer.
pub(crate) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
}
