//! The verbs of TwiML Voice, and which of them an unknown name may have been meant for.

use super::super::refer::Refer;
use crate::diagnostic::{Diagnostic, DiagnosticCode};

/// Those of the official helper libraries' `VoiceResponse`.
const VERBS: [&str; 20] = [
    "Connect",
    "Dial",
    "Echo",
    "Enqueue",
    "Gather",
    "Hangup",
    "Leave",
    "Pause",
    "Pay",
    "Play",
    "Prompt",
    "Queue",
    "Record",
    "Redirect",
    Refer::NAME,
    "Reject",
    "Say",
    "Sms",
    "Start",
    "Stop",
];

/// As many letters may be wrong in a name that is taken for another.
const MAX_DISTANCE: usize = 2;

pub(super) fn is_verb(name: &str) -> bool {
    VERBS.contains(&name)
}

/// The finding about a verb that is none.
pub(super) fn unknown(name: &str) -> Diagnostic {
    let hint = nearest(name).map(|verb| [" (did you mean <", verb, ">?)"].concat());
    Diagnostic::new(DiagnosticCode::VerbUnknown).arg(name).arg(&hint.unwrap_or_default())
}

/// The verb with the fewest differing letters; of several the first in alphabetical order.
fn nearest(name: &str) -> Option<&'static str> {
    let name: Vec<char> = name.chars().take(MAX_NAME).map(|c| c.to_ascii_lowercase()).collect();
    VERBS
        .into_iter()
        .map(|verb| (distance(&name, verb), verb))
        .filter(|&(distance, _)| distance <= MAX_DISTANCE)
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, verb)| verb)
}

/// A longer name is too far from the longest verb, so no more of it is compared.
const MAX_NAME: usize = 16;

/// Letters to insert, drop or change (Levenshtein), without regard to case; one row at a time.
fn distance(name: &[char], verb: &str) -> usize {
    let mut row: Vec<usize> = (0..=name.len()).collect();
    for (above, letter) in verb.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut left = above.saturating_add(1);
        let mut next = vec![left];
        for (pair, &other) in row.windows(2).zip(name) {
            let &[diagonal, up] = pair else { continue };
            let changed = diagonal.saturating_add(usize::from(letter != other));
            left = changed.min(up.saturating_add(1)).min(left.saturating_add(1));
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}
