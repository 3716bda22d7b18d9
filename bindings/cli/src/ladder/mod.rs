//! A transfer as a ladder: Twilio on the left, the endpoint on the right, time downwards. This module says
//! what stands on each rung; `text` draws it for a terminal, `svg` as a picture, which `file` writes.

pub(crate) mod file;
mod svg;
pub(crate) mod text;

pub(crate) use svg::draw as picture;

use twiml_refer::transfer::Output;

use crate::message;
use crate::scenario::{Input, Notify, Party, Step, What};
use crate::source::{into_printable, printable};

/// A transfer to draw.
#[derive(Debug)]
pub(crate) struct Ladder {
    pub(crate) title: String,
    /// Where it stands in a capture.
    pub(crate) place: Option<String>,
    pub(crate) rungs: Vec<Rung>,
    /// Why it ended like this.
    pub(crate) why: Option<String>,
}

impl Ladder {
    pub(crate) fn new(title: &str, steps: &[Step]) -> Self {
        Self { title: printable(title), place: None, rungs: rungs(steps), why: None }
    }
}

/// Something in a ladder, as printable text.
#[derive(Debug, Clone)]
pub(crate) struct Rung {
    /// In milliseconds since the verb began.
    pub(crate) at_ms: u64,
    pub(crate) what: Shown,
}

#[derive(Debug, Clone)]
pub(crate) enum Shown {
    /// From Twilio to the endpoint.
    Sent(String),
    /// From the endpoint to Twilio.
    Received(String),
    /// Not on the wire.
    Remark(String),
    /// The transfer is over, with the parameters of the callback.
    Completed { kind: &'static str, outcome: String, params: Vec<String> },
    /// The transfer never began.
    Failed { title: String, message: String },
}

impl Shown {
    /// Returns whether this was on the wire.
    pub(crate) const fn is_message(&self) -> bool {
        matches!(self, Self::Sent(_) | Self::Received(_))
    }
}

/// What people see of a transfer.
pub(crate) fn rungs(steps: &[Step]) -> Vec<Rung> {
    let mut rungs = Vec::with_capacity(steps.len());
    steps.iter().for_each(|step| add_rungs(step, &mut rungs));
    rungs
}

/// Adds what people see of a step.
pub(crate) fn add_rungs(Step { at_ms, what }: &Step, rungs: &mut Vec<Rung>) {
    let mut push = |what| rungs.push(Rung { at_ms: *at_ms, what });
    match what {
        // The output shows it.
        What::Input(Input::Start { .. } | Input::Time) => {}
        What::Input(Input::Response { code, refer_sub, retry }) => {
            let refer_sub = if *refer_sub { "" } else { ", Refer-Sub: false" };
            push(Shown::Received(format!("{code}{refer_sub}")));
            if let Some(cseq) = retry {
                push(Shown::Sent(format!("REFER with credentials, CSeq {cseq}")));
            }
        }
        What::Input(Input::Notify(notify)) => push(Shown::Received(label(notify))),
        What::Input(Input::Cseq { cseq }) => {
            push(Shown::Remark(format!("the REFER has CSeq {cseq}")));
        }
        What::Input(Input::Status { code, is_final }) => {
            let last = if *is_final { ", final" } else { "" };
            push(Shown::Received(format!("status {code}{last}")));
        }
        What::Input(Input::HangUp { by, method }) => {
            let label = format!("{method}: {} hangs up", by.subject());
            let sent = *by == Party::Twilio;
            push(if sent { Shown::Sent(label) } else { Shown::Received(label) });
        }
        What::Input(Input::TransportError) => {
            push(Shown::Remark("x  transport error".to_owned()));
        }
        What::Output(Output::SendRefer) => push(Shown::Sent("REFER".to_owned())),
        What::Output(Output::Reply(code)) => push(Shown::Sent(code.to_string())),
        What::Output(Output::EndDialog) => {
            push(Shown::Sent("BYE: the dialog is lost".to_owned()));
        }
        What::Output(Output::Completed(report)) => push(Shown::Completed {
            kind: report.outcome().kind(),
            outcome: printable(&message::outcome(&report.outcome())),
            params: report
                .params()
                .map(|(name, value)| format!("{name}={}", printable(&value)))
                .collect(),
        }),
        What::Output(Output::Diagnostic(diagnostic)) => {
            push(Shown::Remark(printable(&format!("!  {}", diagnostic.message()))));
        }
        What::Output(_) => {}
        What::Failed(error) => {
            let number = error.twilio_number().map(|number| format!("error {number}"));
            let title = number.unwrap_or_else(|| "error".to_owned());
            push(Shown::Failed { title, message: printable(&error.to_string()) });
        }
    }
}

/// What matters of a NOTIFY; the usual is left out.
fn label(notify: &Notify) -> String {
    let mut label = format!("NOTIFY {}", notify.cseq);
    label.extend([": ", notify.status().unwrap_or("no status line")]);
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
    into_printable(label)
}

pub(crate) fn seconds(at_ms: u64) -> String {
    format!("{}.{:03}", at_ms / 1000, at_ms % 1000)
}
