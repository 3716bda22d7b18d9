//! A transfer of a capture as a ladder and as JSON: what was on the wire, as it was there, and what the model
//! says to it.

use serde_json::{Value, json};
use twiml_refer::transfer::Output;

use super::refer_to::Check;
use super::transfer::{Note, Noted, Traced};
use super::why::why;
use crate::ladder::{Ladder, Rung, Shown, add_rungs};
use crate::redact;
use crate::scenario::{Input, Step, What};
use crate::source::{into_printable, printable};

/// Rungs of most transfers: so many take less than a KiB, and more allocators find room quickly for that.
const MOST_RUNGS: usize = 12;

/// Something that happened, in its order.
enum Item<'a> {
    Step(usize, &'a Step),
    Note(&'a Note),
}

impl Traced {
    fn items(&self) -> Vec<Item<'_>> {
        let mut items = Vec::with_capacity(self.steps.len().saturating_add(self.notes.len()));
        let mut notes = self.notes.iter().peekable();
        for (index, step) in self.steps.iter().enumerate() {
            while let Some(note) = notes.next_if(|note| note.before <= index) {
                items.push(Item::Note(note));
            }
            // Without a clock the model's answers say nothing.
            if self.untrusted.is_none() || matches!(step.what, What::Input(_)) {
                items.push(Item::Step(index, step));
            }
        }
        items.extend(notes.map(Item::Note));
        items
    }

    /// Returns the ladder, with what explains its end.
    pub(crate) fn ladder(&self) -> Ladder {
        let items = self.items();
        let mut shown: Vec<Rung> = Vec::with_capacity(items.len().min(MOST_RUNGS));
        for item in items {
            match item {
                Item::Note(Note { at, what, .. }) => {
                    shown.push(Rung { at_ms: *at, what: noted(what) });
                }
                Item::Step(_, Step { at_ms: at, what: What::Output(Output::EndDialog) }) => {
                    let text = "the dialog is lost; a BYE is due".to_owned();
                    shown.push(Rung { at_ms: *at, what: Shown::Remark(text) });
                }
                // The wire's own reply is drawn.
                Item::Step(_, Step { what: What::Output(Output::Reply(_)), .. }) => {}
                Item::Step(
                    _,
                    Step { at_ms: at, what: What::Input(Input::Response { code, refer_sub, .. }) },
                ) => {
                    let refer_sub = if *refer_sub { "" } else { ", Refer-Sub: false" };
                    shown.push(Rung {
                        at_ms: *at,
                        what: Shown::Received(format!("{code}{refer_sub}")),
                    });
                }
                Item::Step(_, Step { at_ms: at, what: What::Output(Output::SendRefer) }) => {
                    self.refer(*at, &mut shown);
                }
                Item::Step(_, Step { at_ms: at, what: What::Input(Input::Start { .. }) })
                    if self.untrusted.is_some() =>
                {
                    self.refer(*at, &mut shown);
                }
                Item::Step(_, step) => add_rungs(step, &mut shown),
            }
        }
        let refer_to = if self.refer_to.is_empty() { "nothing" } else { &self.refer_to };
        let title = format!("REFER to {}", redact::in_words(refer_to));
        let place = format!("{}, Call-ID {}", self.place, self.call_id);
        Ladder {
            title: into_printable(title),
            place: Some(into_printable(place)),
            rungs: shown,
            why: Some(into_printable(why(self))),
        }
    }

    /// Adds the REFER, and what is wrong with it.
    fn refer(&self, at: u64, shown: &mut Vec<Rung>) {
        shown.push(Rung { at_ms: at, what: Shown::Sent("REFER".to_owned()) });
        let odd = self
            .checks
            .iter()
            .filter(|check| check.severity > twiml_refer::diagnostic::Severity::Note);
        shown.extend(odd.map(|Check { message, .. }| Rung {
            at_ms: at,
            what: Shown::Remark(printable(&format!("!  {message}"))),
        }));
    }

    /// Returns the objects of `--json` between the first and the last, each with the place of its event.
    pub(crate) fn json(&self) -> Vec<(Value, Option<super::Place>)> {
        let mut objects = Vec::new();
        for item in self.items() {
            match item {
                Item::Step(index, step) => {
                    let is_start = matches!(step.what, What::Input(Input::Start { .. }));
                    objects.push((
                        serde_json::to_value(step).unwrap_or_default(),
                        self.place_of(index),
                    ));
                    if is_start {
                        objects.extend(
                            self.checks.iter().map(|check| (checked(check, step.at_ms), None)),
                        );
                    }
                }
                Item::Note(note) => objects.push((note_json(note), None)),
            }
        }
        objects
    }
}

fn noted(what: &Noted) -> Shown {
    match what {
        Noted::Replied { cseq, code, due, .. } if code == due => {
            Shown::Sent(format!("{code} (NOTIFY {cseq})"))
        }
        Noted::Replied { cseq, code, due, .. } => {
            Shown::Sent(format!("{code} (NOTIFY {cseq}); {due} is due"))
        }
        Noted::Unanswered { cseq, due } => {
            Shown::Remark(format!("!  no reply to NOTIFY {cseq} in the capture; {due} is due"))
        }
        Noted::Resent { cseq } => Shown::Sent(format!("REFER with credentials, CSeq {cseq}")),
        Noted::Ends => Shown::Remark("the capture ends; if nothing else comes:".to_owned()),
    }
}

fn note_json(note: &Note) -> Value {
    let at = std::time::Duration::from_millis(note.at).as_secs_f64();
    match note.what {
        Noted::Replied { cseq, code, due, .. } => {
            json!({"at": at, "event": "reply", "cseq": cseq, "code": code, "owed": due})
        }
        Noted::Unanswered { cseq, due } => {
            json!({"at": at, "event": "reply", "cseq": cseq, "code": null, "owed": due})
        }
        Noted::Resent { cseq } => json!({"at": at, "event": "refer", "cseq": cseq}),
        Noted::Ends => json!({"at": at, "event": "trace-end"}),
    }
}

fn checked(check: &Check, at: u64) -> Value {
    json!({
        "at": std::time::Duration::from_millis(at).as_secs_f64(),
        "output": "diagnostic",
        "code": check.code,
        "severity": check.severity.as_str(),
        "path": "Refer-To",
        "parameter": null,
        "message": check.message,
        "number": check.number,
        "line": null,
        "column": null,
        "error": null,
    })
}
