//! Why a transfer ended so: what core says of the outcome, and where the trace shows it.

use twiml_refer::{ReferOutcome, transfer::Output};

use super::transfer::Traced;
use crate::ladder::seconds;
use crate::scenario::{Input, Party, Step, What};

/// One sentence.
pub(crate) fn why(transfer: &Traced) -> String {
    let steps = &transfer.steps;
    let ended = steps.iter().enumerate().find_map(|(index, step)| match &step.what {
        What::Output(Output::Completed(report)) => Some((index, step.at_ms, report.outcome())),
        _ => None,
    });
    let Some((index, at, outcome)) = ended else { return "It never began.".to_owned() };
    let before = steps.get(..index).unwrap_or_default();
    let evidence = evidence(transfer, before, at, &outcome);
    sentence(&format!("{}; {evidence}", outcome.explanation()))
}

fn sentence(clause: &str) -> String {
    let mut rest = clause.chars();
    let first = rest.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(rest).chain(['.']).collect()
}

/// What the end came from, among the steps before it.
fn evidence(transfer: &Traced, before: &[Step], at: u64, outcome: &ReferOutcome) -> String {
    if before.iter().any(|step| step.what == What::CaptureEnds) {
        return "so it is if nothing else comes, for the trace ends before that".to_owned();
    }
    let line = |step: usize| transfer.line_of(step).unwrap_or_default();
    let last = |is: fn(&Input) -> bool| {
        before.iter().enumerate().rev().find_map(|(index, step)| match &step.what {
            What::Input(fed) if is(fed) => Some((index, step.at_ms, fed)),
            _ => None,
        })
    };
    let Some((index, fed_at, fed)) = last(|_| true) else { return String::new() };
    if fed_at < at {
        let waited =
            format!("nothing that counts came between line {} and {} s", line(index), seconds(at));
        return match refused(transfer) {
            Some((line, code)) => {
                format!("{waited}: the NOTIFY in line {line} was refused with {code}")
            }
            None => waited,
        };
    }
    // A 2xx brings what an earlier NOTIFY has decided.
    let notify = last(|fed| matches!(fed, Input::Notify(_)));
    let (index, fed) = match (fed, notify) {
        (Input::Response { code: 200..=299, .. }, Some((index, _, notify))) => (index, notify),
        _ => (index, fed),
    };
    let what = match fed {
        Input::Notify(notify) => {
            format!(
                "the NOTIFY in line {} says {}",
                line(index),
                notify.status().unwrap_or("no code")
            )
        }
        Input::Response { code, refer_sub: false, .. } => {
            format!("the {code} in line {} says that no NOTIFY will come", line(index))
        }
        Input::Response { code, .. } => format!("the {code} stands in line {}", line(index)),
        Input::HangUp { by, method } => {
            format!("{} sent {method} in line {}", by.subject(), line(index))
        }
        _ => format!("see line {}", line(index)),
    };
    match fed {
        Input::HangUp { by: Party::Twilio, .. } if *outcome == ReferOutcome::Canceled => {
            format!("{what} (if a timer of its own ran out, give it with --set)")
        }
        _ => what,
    }
}

/// The last NOTIFY that changed nothing, by its line, and its reply.
fn refused(transfer: &Traced) -> Option<(usize, u16)> {
    let mut pairs = transfer.steps.windows(2).enumerate().rev();
    pairs.find_map(|(index, pair)| match pair {
        [
            Step { what: What::Input(Input::Notify(_)), .. },
            Step { what: What::Output(Output::Reply(status)), .. },
        ] if !status.is_success() => Some((transfer.line_of(index)?, status.as_u16())),
        _ => None,
    })
}
