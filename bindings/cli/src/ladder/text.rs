//! The ladder for a terminal.

use std::fmt::Write;

use super::{Ladder, Rung, Shown, seconds};

/// Characters between the two lines of life.
const WIDTH: usize = 56;
/// Characters before them.
const MARGIN: usize = 12;

/// The ladder, and at its end the callback that the platform would send.
pub(crate) fn draw(ladder: &Ladder) -> String {
    let mut drawing = Drawing { text: String::new(), shown: None };
    let _ = writeln!(drawing.text, "{:>9}   {:<WIDTH$} endpoint", "seconds", "platform");
    for Rung { at, what } in &ladder.rungs {
        drawing.rung(*at, what);
    }
    drawing.text
}

struct Drawing {
    text: String,
    /// The time that the last line showed.
    shown: Option<u64>,
}

impl Drawing {
    fn rung(&mut self, at: u64, what: &Shown) {
        match what {
            Shown::Sent(label) => {
                self.row(at, &format!("|-- {label} {:->1$}", ">|", fill(label)));
            }
            Shown::Heard(label) => {
                self.row(at, &format!("{:-<1$} {label} --|", "|<", fill(label)));
            }
            Shown::Remark(text) => self.remark(at, text),
            Shown::Over { outcome, params, .. } => {
                self.remark(at, &format!("over: {outcome}"));
                for param in params {
                    self.remark(at, &format!("      {param}"));
                }
            }
            Shown::Failed { title, message } => {
                self.remark(at, title);
                let _ = writeln!(self.text, "{:MARGIN$}{message}", "");
            }
        }
    }

    fn remark(&mut self, at: u64, text: &str) {
        self.row(at, &format!("|   {text:<0$}|", WIDTH - 3));
    }

    /// The time stands where it changes.
    fn row(&mut self, at: u64, row: &str) {
        let time = if self.shown.replace(at) == Some(at) { String::new() } else { seconds(at) };
        let _ = writeln!(self.text, "{time:>9}   {row}");
    }
}

/// What a label leaves of the width for the line and the head of an arrow.
fn fill(label: &str) -> usize {
    (WIDTH + 2).saturating_sub(label.chars().count() + "|-- ".len() + 1).max(3)
}
