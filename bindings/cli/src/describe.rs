//! The words of core's values for people.

use twiml_refer::ReferOutcome;

/// `target-failed (busy, code 486)`
pub(crate) fn outcome(outcome: &ReferOutcome) -> String {
    let details: Vec<String> = outcome
        .status()
        .map(str::to_owned)
        .into_iter()
        .chain(outcome.code().map(|code| format!("code {code}")))
        .collect();
    let kind = outcome.kind();
    if details.is_empty() { kind.to_owned() } else { format!("{kind} ({})", details.join(", ")) }
}
