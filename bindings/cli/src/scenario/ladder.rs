//! A transfer as a ladder: the platform on the left, the endpoint on the right, time downwards.

use std::fmt::Write;
use std::time::Duration;

use twiml_refer::Output;

use super::fed::{Fed, FedNotify};
use super::parse::Party;
use super::{Step, What};
use crate::describe;
use crate::source::printable;

/// Characters between the two lines of life.
const WIDTH: usize = 56;
/// Characters before them.
const MARGIN: usize = 12;

/// The ladder, and at its end the callback that the platform would send.
pub(crate) fn draw(steps: &[Step]) -> String {
    let mut ladder = Ladder { text: String::new(), shown: None };
    let _ = writeln!(ladder.text, "{:>9}   {:<WIDTH$} endpoint", "seconds", "platform");
    for Step { at, what } in steps {
        ladder.step(*at, what);
    }
    ladder.text
}

struct Ladder {
    text: String,
    /// The time that the last line showed.
    shown: Option<u64>,
}

impl Ladder {
    fn step(&mut self, at: u64, what: &What) {
        match what {
            // The line that it causes shows it.
            What::Fed(Fed::Start { .. } | Fed::Time) => {}
            What::Fed(Fed::Response { code, refer_sub, retry }) => {
                let refer_sub = if *refer_sub { "" } else { ", Refer-Sub: false" };
                self.hears(at, &format!("{code}{refer_sub}"));
                if let Some(cseq) = retry {
                    self.sends(at, &format!("REFER with credentials, CSeq {cseq}"));
                }
            }
            What::Fed(Fed::Notify(notify)) => self.hears(at, &label(notify)),
            What::Fed(Fed::HangUp { by: Party::Caller }) => {
                self.hears(at, "BYE: the caller hangs up");
            }
            What::Fed(Fed::HangUp { by: Party::Endpoint }) => {
                self.hears(at, "BYE: the endpoint hangs up");
            }
            What::Fed(Fed::TransportError) => self.remark(at, "x  transport error"),
            What::Said(Output::SendRefer) => self.sends(at, "REFER"),
            What::Said(Output::Reply(code)) => self.sends(at, &code.to_string()),
            What::Said(Output::EndDialog) => self.sends(at, "BYE: the dialog is lost"),
            What::Said(Output::Completed(report)) => {
                let outcome = printable(&describe::outcome(&report.outcome()));
                self.remark(at, &format!("over: {outcome}"));
                for (name, value) in report.params() {
                    self.remark(at, &format!("      {name}={}", printable(&value)));
                }
            }
            What::Said(_) => {}
            What::Failed(error) => {
                let number = error.platform_number().map(|number| format!("error {number}"));
                self.remark(at, &number.unwrap_or_else(|| "error".to_owned()));
                let _ = writeln!(self.text, "{:MARGIN$}{error}", "");
            }
        }
    }

    fn sends(&mut self, at: u64, label: &str) {
        self.row(at, &format!("|-- {label} {:->1$}", ">|", fill(label)));
    }

    fn hears(&mut self, at: u64, label: &str) {
        self.row(at, &format!("{:-<1$} {label} --|", "|<", fill(label)));
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

fn seconds(at: u64) -> String {
    format!("{:.3}", Duration::from_millis(at).as_secs_f64())
}

/// What matters of a NOTIFY; the usual is not said.
fn label(notify: &FedNotify) -> String {
    let mut label = format!("NOTIFY {}", notify.cseq);
    match notify.code {
        Some(code) => label.extend([": ", &code.to_string()]),
        None => label.push_str(": no status line"),
    }
    match &notify.subscription_state {
        Some(state) => label.extend([", ", state]),
        None => label.push_str(", no Subscription-State"),
    }
    match notify.event_header.as_str() {
        "refer" => {}
        "" => label.push_str(", no Event"),
        header => label.extend([", Event: ", header]),
    }
    if !notify.in_dialog {
        label.push_str(", another dialog");
    }
    printable(&label)
}
