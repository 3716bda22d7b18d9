//! The ladder for a terminal.

use std::fmt::{Arguments, Write};

use unicode_width::UnicodeWidthStr;

use super::{Ladder, Rung, Shown, seconds};

/// Columns between the two lifelines.
const WIDTH: usize = 56;
/// Columns before them.
const MARGIN: usize = 12;

/// Draws the ladder, with the parameters of the callback at its end.
pub(crate) fn draw(ladder: &Ladder) -> String {
    let mut drawing = Drawing { text: String::new(), shown: None };
    let _ = writeln!(drawing.text, "{:>9}   {:<WIDTH$} endpoint", "seconds", "Twilio");
    for Rung { at_ms, what } in &ladder.rungs {
        drawing.rung(*at_ms, what);
    }
    drawing.text
}

struct Drawing {
    text: String,
    /// The last time that was printed.
    shown: Option<u64>,
}

impl Drawing {
    fn rung(&mut self, at_ms: u64, what: &Shown) {
        match what {
            Shown::Sent(label) => {
                self.row(at_ms, format_args!("|-- {label} {:->1$}", ">|", fill(label)));
            }
            Shown::Received(label) => {
                self.row(at_ms, format_args!("{:-<1$} {label} --|", "|<", fill(label)));
            }
            Shown::Remark(text) => self.remark(at_ms, text),
            Shown::Completed { outcome, params, .. } => {
                self.remark(at_ms, &format!("over: {outcome}"));
                for param in params {
                    self.remark(at_ms, &format!("      {param}"));
                }
            }
            Shown::Failed { title, message } => {
                self.remark(at_ms, title);
                let _ = writeln!(self.text, "{:MARGIN$}{message}", "");
            }
        }
    }

    fn remark(&mut self, at_ms: u64, text: &str) {
        let fill = (WIDTH - 3).saturating_sub(text.width());
        self.row(at_ms, format_args!("|   {text}{:fill$}|", ""));
    }

    /// Prints a row, with the time where it changes.
    fn row(&mut self, at_ms: u64, row: Arguments<'_>) {
        let is_new = self.shown.replace(at_ms) != Some(at_ms);
        let time = if is_new { seconds(at_ms) } else { String::new() };
        let _ = writeln!(self.text, "{time:>9}   {row}");
    }
}

/// Returns the columns that a label leaves for the line and the head of an arrow.
fn fill(label: &str) -> usize {
    (WIDTH + 2).saturating_sub(label.width() + "|-- ".len() + 1).max(3)
}
