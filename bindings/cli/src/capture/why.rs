//! Why a transfer ended so: what core says of the outcome, where the capture shows it, what is wrong with the
//! REFER, and where the platform in the capture and the model disagree.

use std::collections::HashSet;

use twiml_refer::diagnostic::Severity;
use twiml_refer::{ReferOutcome, transfer::Output};

use super::message::Place;
use super::transfer::{Noted, Traced};
use crate::ladder::seconds;
use crate::message;
use crate::scenario::{Input, Notify, Party, Step, What};

/// Explains the end of a transfer in some sentences.
pub(crate) fn why(transfer: &Traced) -> String {
    let mut sentences = Vec::new();
    match &transfer.untrusted {
        Some(reason) => sentences.push(format!("no verdict: {reason}")),
        None => sentences.push(ended(transfer)),
    }
    sentences.extend(refer(transfer));
    sentences.extend(refused(transfer));
    sentences.extend(late(transfer));
    sentences.extend(alternative(transfer));
    let mut text = String::with_capacity(sentences.iter().map(|clause| clause.len() + 2).sum());
    for clause in &sentences {
        let start = text.len() + usize::from(!text.is_empty());
        text.extend([if start == 0 { "" } else { " " }, clause, "."]);
        if let Some(first) = text.get_mut(start..start + 1) {
            first.make_ascii_uppercase();
        }
    }
    text
}

fn ended(transfer: &Traced) -> String {
    let steps = &transfer.steps;
    let ended = steps.iter().enumerate().find_map(|(index, step)| match &step.what {
        What::Output(Output::Completed(report)) => Some((index, step.at_ms, report.outcome())),
        _ => None,
    });
    let Some((index, at, outcome)) = ended else { return "it never began".to_owned() };
    let evidence = evidence(transfer, index, at, &outcome);
    format!("{}; {evidence}", outcome.explanation())
}

/// Returns what the end came from, among the steps before it.
fn evidence(transfer: &Traced, end: usize, at: u64, outcome: &ReferOutcome) -> String {
    let before = transfer.steps.get(..end).unwrap_or_default();
    if transfer.notes.iter().any(|note| note.what == Noted::Ends && note.before <= end) {
        return "this is the result if nothing else comes: the capture ends before that".to_owned();
    }
    let place =
        |step: usize| transfer.place_of(step).map(|place| place.to_string()).unwrap_or_default();
    let last = |is: fn(&Input) -> bool| {
        before.iter().enumerate().rev().find_map(|(index, step)| match &step.what {
            What::Input(fed) if is(fed) => Some((index, step.at_ms, fed)),
            _ => None,
        })
    };
    let Some((index, fed_at, fed)) = last(|_| true) else { return String::new() };
    if fed_at < at {
        return format!("nothing that counts came between {} and {} s", place(index), seconds(at));
    }
    // A 2xx brings what an earlier NOTIFY has decided.
    let notify = last(|fed| matches!(fed, Input::Notify(_)));
    let (index, fed) = match (fed, notify) {
        (Input::Response { code: 200..=299, refer_sub: true, .. }, Some((index, _, notify))) => {
            (index, notify)
        }
        _ => (index, fed),
    };
    let what = match fed {
        Input::Notify(notify) => {
            format!("the NOTIFY in {} says {}", place(index), notify.status().unwrap_or("no code"))
        }
        Input::Response { code, refer_sub: false, .. } => {
            format!("the {code} in {} says that no NOTIFY will come", place(index))
        }
        Input::Response { code, .. } => format!("the {code} is in {}", place(index)),
        Input::HangUp { by, method } => {
            format!("{} sent {method} in {}", by.subject(), place(index))
        }
        _ => format!("see {}", place(index)),
    };
    match fed {
        Input::HangUp { by: Party::Twilio, .. } if *outcome == ReferOutcome::Canceled => {
            format!("{what} (if a timer of its own ran out, give it with --set)")
        }
        _ => what,
    }
}

/// Returns what is wrong with the REFER, and what that may have caused.
fn refer(transfer: &Traced) -> Vec<String> {
    let is_refused = matches!(transfer.outcome(), Some(ReferOutcome::Rejected { .. }));
    let odd = transfer.checks.iter().filter(|check| check.severity >= Severity::Warning);
    odd.map(|check| {
        if is_refused && check.severity == Severity::Error {
            format!("the REFER itself is the likely cause: {}", check.message)
        } else {
            check.message.clone()
        }
    })
    .collect()
}

/// Returns the NOTIFYs that the model refused, whatever came of the transfer.
fn refused(transfer: &Traced) -> Option<String> {
    let mut refused: Vec<(Place, &Notify, u16)> = Vec::new();
    for (index, pair) in transfer.steps.windows(2).enumerate() {
        if let [
            Step { what: What::Input(Input::Notify(notify)), .. },
            Step { what: What::Output(Output::Reply(status)), .. },
        ] = pair
        {
            let code = status.as_u16();
            refused.extend(
                transfer.place_of(index).filter(|_| code >= 400).map(|place| (place, notify, code)),
            );
        }
    }
    let wire = |at: Place| {
        transfer.notes.iter().find_map(|note| match note.what {
            Noted::Replied { notify, code, .. } if notify == at => Some(code),
            _ => None,
        })
    };
    // The last one tells the most.
    let &(place, notify, code) = refused.last()?;
    let said = notify.status().map(|says| format!(" ({says})")).unwrap_or_default();
    let which = match refused.len() {
        1 => format!("the NOTIFY in {place}{said}"),
        count => format!("{count} NOTIFYs, the last in {place}{said},"),
    };
    let reason = reason(transfer, notify, code);
    Some(match wire(place) {
        Some(wire) if wire != code => format!(
            "the model and the wire disagree: the model refuses {which} with {code} because {reason}; on the wire it \
             got {wire}"
        ),
        Some(_) => format!("the platform refused {which} with {code}, as it is due: {reason}"),
        None => format!("{code} is due to {which}: {reason}; no reply to it is in the capture"),
    })
}

/// Returns why a NOTIFY is refused with that code (RFC 6665 and 3515).
fn reason(transfer: &Traced, notify: &Notify, code: u16) -> String {
    match code {
        489 if notify.event_header.is_empty() => "it has no Event".to_owned(),
        489 => format!("its Event is {}, not refer", notify.event_header),
        400 => "it has no Subscription-State".to_owned(),
        500 => format!("its CSeq {} is not above the one before", notify.cseq),
        481 if !notify.in_dialog => "it is of another dialog (a tag differs)".to_owned(),
        481 => {
            let cseq = transfer.steps.iter().rev().find_map(|step| match step.what {
                What::Input(
                    Input::Response { retry: Some(cseq), .. }
                    | Input::Start { cseq: Some(cseq), .. },
                ) => Some(cseq),
                _ => None,
            });
            let id =
                notify.event_header.split(';').find_map(|part| part.trim().strip_prefix("id="));
            match (id, cseq) {
                (Some(id), Some(cseq)) if id.parse() != Ok(cseq) => {
                    format!("its id={id} is not the CSeq of the REFER, {cseq}")
                }
                _ => "the subscription was over".to_owned(),
            }
        }
        _ => "it does not fit".to_owned(),
    }
}

/// Returns a final NOTIFY that came after the end, and what had ended it.
fn late(transfer: &Traced) -> Option<String> {
    let over = transfer
        .steps
        .iter()
        .position(|step| matches!(step.what, What::Output(Output::Completed(_))))?;
    let ended = transfer.steps.get(over)?;
    let (index, step) = late_notify(&transfer.steps, over)?;
    let place = transfer.place_of(index)?;
    let What::Input(Input::Notify(notify)) = &step.what else { return None };
    let apart = seconds(step.at_ms.saturating_sub(ended.at_ms));
    let after = match transfer.outcome()? {
        ReferOutcome::Canceled => "the call had ended".to_owned(),
        _ => format!("the model had stopped waiting at {} s", seconds(ended.at_ms)),
    };
    let says = notify.status().unwrap_or("no code");
    let wire = transfer.notes.iter().find_map(|note| match note.what {
        Noted::Replied { notify, code, .. } if notify == place => {
            Some(format!(" (it got {code} on the wire)"))
        }
        _ => None,
    });
    let wire = wire.unwrap_or_default();
    Some(format!("the NOTIFY in {place} says {says}, but came {apart} s after {after}{wire}"))
}

/// Returns the first final NOTIFY after the end that is not one from before it, sent again.
pub(super) fn late_notify(steps: &[Step], over: usize) -> Option<(usize, &Step)> {
    let before: HashSet<u32> = steps
        .iter()
        .take(over)
        .filter_map(|step| match &step.what {
            What::Input(Input::Notify(notify)) => Some(notify.cseq),
            _ => None,
        })
        .collect();
    steps.iter().enumerate().skip(over).find(|(_, step)| match &step.what {
        What::Input(Input::Notify(notify)) => {
            let is_final = notify.status().is_some_and(|says| !says.starts_with('1'));
            is_final && notify.in_dialog && !before.contains(&notify.cseq)
        }
        _ => false,
    })
}

/// Returns the settings that would change it.
fn alternative(transfer: &Traced) -> Option<String> {
    let alternative = transfer.alternative.as_ref()?;
    let settings: Vec<_> =
        alternative.settings.iter().map(|(name, value)| format!("--set {name}={value}")).collect();
    let outcome = message::outcome(&alternative.outcome);
    Some(format!("with {} the result is {outcome}", settings.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_notify_is_found_among_many_in_linear_time() {
        const MANY: u32 = 40_000;
        let notify = |cseq| Step {
            at_ms: 0,
            what: What::Input(Input::Notify(Notify {
                event_header: "refer".to_owned(),
                cseq,
                subscription_state: None,
                in_dialog: true,
                body: "SIP/2.0 200 OK\r\n".to_owned(),
            })),
        };
        let again = std::iter::repeat_n(MANY, 40_000);
        let steps: Vec<_> = (1..=MANY).chain(again).chain([MANY + 1]).map(notify).collect();
        let started = std::time::Instant::now();
        let (index, _) = late_notify(&steps, 40_000).unwrap();
        assert_eq!(index, 80_000);
        assert!(started.elapsed() < std::time::Duration::from_secs(2));
    }
}
