//! A transfer as a ladder: the platform on the left, the endpoint on the right, time downwards. Here
//! is what stands on each rung; `text` draws it for a terminal, `svg` as a picture.

pub(crate) mod svg;
pub(crate) mod text;

use std::time::Duration;

use twiml_refer::transfer::Output;

use crate::describe;
use crate::scenario::{Fed, FedNotify, Party, Step, What};
use crate::source::printable;

/// A transfer to draw.
#[derive(Debug)]
pub(crate) struct Ladder {
    /// Which transfer it is.
    pub(crate) title: String,
    /// Where it stands in a trace.
    pub(crate) place: Option<String>,
    pub(crate) rungs: Vec<Rung>,
    /// Why it ended so.
    pub(crate) why: Option<String>,
}

impl Ladder {
    pub(crate) fn new(title: &str, steps: &[Step]) -> Self {
        Self { title: printable(title), place: None, rungs: rungs(steps), why: None }
    }
}

/// Something that stands in a ladder, in words that anyone may see.
#[derive(Debug)]
pub(crate) struct Rung {
    /// In milliseconds since the verb began.
    pub(crate) at: u64,
    pub(crate) what: Shown,
}

#[derive(Debug)]
pub(crate) enum Shown {
    /// From the platform to the endpoint.
    Sent(String),
    /// From the endpoint to the platform.
    Heard(String),
    /// On no line of the wire.
    Remark(String),
    /// The end, with the callback's parameters.
    Over { kind: &'static str, outcome: String, params: Vec<String> },
    /// It never began.
    Failed { title: String, message: String },
}

/// What a person is shown of a transfer.
pub(crate) fn rungs(steps: &[Step]) -> Vec<Rung> {
    let mut rungs = Vec::with_capacity(steps.len());
    for Step { at, what } in steps {
        let mut push = |what| rungs.push(Rung { at: *at, what });
        match what {
            // The rung that it causes shows it.
            What::Fed(Fed::Start { .. } | Fed::Time) => {}
            What::Fed(Fed::Response { code, refer_sub, retry }) => {
                let refer_sub = if *refer_sub { "" } else { ", Refer-Sub: false" };
                push(Shown::Heard(format!("{code}{refer_sub}")));
                if let Some(cseq) = retry {
                    push(Shown::Sent(format!("REFER with credentials, CSeq {cseq}")));
                }
            }
            What::Fed(Fed::Notify(notify)) => push(Shown::Heard(label(notify))),
            What::Fed(Fed::HangUp { by, method }) => {
                let label = format!("{method}: the {by} hangs up");
                push(if *by == Party::Platform { Shown::Sent(label) } else { Shown::Heard(label) });
            }
            What::Fed(Fed::TransportError) => push(Shown::Remark("x  transport error".to_owned())),
            What::Said(Output::SendRefer) => push(Shown::Sent("REFER".to_owned())),
            What::Said(Output::Reply(code)) => push(Shown::Sent(code.to_string())),
            What::Said(Output::EndDialog) => {
                push(Shown::Sent("BYE: the dialog is lost".to_owned()));
            }
            What::Said(Output::Completed(report)) => push(Shown::Over {
                kind: report.outcome().kind(),
                outcome: printable(&describe::outcome(&report.outcome())),
                params: report
                    .params()
                    .map(|(name, value)| format!("{name}={}", printable(&value)))
                    .collect(),
            }),
            What::Said(Output::Diagnostic(found)) => {
                push(Shown::Remark(printable(&format!("!  {}", found.message()))));
            }
            What::Said(_) => {}
            What::Failed(error) => {
                let number = error.platform_number().map(|number| format!("error {number}"));
                let title = number.unwrap_or_else(|| "error".to_owned());
                push(Shown::Failed { title, message: printable(&error.to_string()) });
            }
        }
    }
    rungs
}

/// What matters of a NOTIFY; the usual is not said.
fn label(notify: &FedNotify) -> String {
    let mut label = format!("NOTIFY {}", notify.cseq);
    label.extend([": ", notify.says().unwrap_or("no status line")]);
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

pub(crate) fn seconds(at: u64) -> String {
    format!("{:.3}", Duration::from_millis(at).as_secs_f64())
}
