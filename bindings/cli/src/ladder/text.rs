//! The ladder for a terminal.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::{Ladder, Rung, Shown};

/// Columns between the two lifelines.
const WIDTH: usize = 56;
/// Columns before them.
const MARGIN: usize = 12;

/// Fills a row: as many as are needed are taken from the front.
const DASHES: &str = "------------------------------------------------------------";
const BLANKS: &str = "                                                            ";

/// Draws the ladder, with the parameters of the callback at its end.
pub(crate) fn draw(ladder: &Ladder) -> String {
    let rows = ladder.rungs.len() + MARGIN;
    let mut text = String::with_capacity(rows * (MARGIN + WIDTH));
    draw_into(&mut text, ladder);
    text
}

/// Like `draw`, behind what a text holds.
pub(crate) fn draw_into(text: &mut String, ladder: &Ladder) {
    let mut drawing = Drawing::behind(std::mem::take(text));
    for rung in &ladder.rungs {
        drawing.add(rung);
    }
    *text = drawing.text;
}

/// A ladder that grows.
pub(crate) struct Drawing {
    text: String,
    /// The last time that was printed.
    shown: Option<u64>,
}

impl Drawing {
    /// Begins with a head line.
    pub(crate) fn new() -> Self {
        Self::behind(String::new())
    }

    fn behind(mut text: String) -> Self {
        let _ = writeln!(text, "{:>9}   {:<WIDTH$} endpoint", "seconds", "Twilio");
        Self { text, shown: None }
    }

    /// Returns the lines since the last call.
    pub(crate) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    pub(crate) fn add(&mut self, rung: &Rung) {
        let at_ms = rung.at_ms;
        match &rung.what {
            Shown::Sent(label) => self.row(at_ms, ["|-- ", label, " ", dashes(label), ">|"]),
            Shown::Received(label) => self.row(at_ms, ["|<", dashes(label), " ", label, " --|"]),
            Shown::Remark(text) => self.remark(at_ms, "", text),
            Shown::Completed { outcome, params, .. } => {
                self.remark(at_ms, "over: ", outcome);
                for param in params {
                    self.remark(at_ms, "      ", param);
                }
            }
            Shown::Failed { title, message } => {
                self.remark(at_ms, "", title);
                let _ = writeln!(self.text, "{:MARGIN$}{message}", "");
            }
        }
    }

    fn remark(&mut self, at_ms: u64, before: &str, text: &str) {
        let fill = (WIDTH - 3).saturating_sub(before.len() + columns(text));
        self.row(at_ms, ["|   ", before, text, BLANKS.get(..fill).unwrap_or_default(), "|"]);
    }

    /// Prints a row, with the time where it changes.
    fn row(&mut self, at_ms: u64, row: [&str; 5]) {
        let is_new = self.shown.replace(at_ms) != Some(at_ms);
        let _ = if is_new {
            write!(self.text, "{:>5}.{:03}   ", at_ms / 1000, at_ms % 1000)
        } else {
            write!(self.text, "{:MARGIN$}", "")
        };
        self.text.extend(row);
        self.text.push('\n');
    }
}

/// Returns the line of an arrow: as long as its label leaves.
fn dashes(label: &str) -> &'static str {
    let fill = (WIDTH + 2).saturating_sub(columns(label) + "|-- ".len() + 1).max(3);
    DASHES.get(..fill - ">|".len()).unwrap_or(DASHES)
}

fn columns(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}
