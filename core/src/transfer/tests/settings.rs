//! The settings: their defaults and the status map. Their ranges are in the vectors `transfer-settings`.

use std::time::Duration;

use super::fixtures::idle;
use crate::Error;
use crate::sip::SipStatus;
use crate::transfer::{RejectedStatus, TransferSettings};
use crate::webhook::ReferCallStatus;

type Setter = fn(TransferSettings, Duration) -> Result<TransferSettings, Error>;
type Getter = fn(&TransferSettings) -> Duration;

/// Name, setter, getter, default in seconds.
const DURATIONS: [(&str, Setter, Getter, u64); 4] = [
    ("response", TransferSettings::with_response_timeout, TransferSettings::response_timeout, 32),
    ("notify", TransferSettings::with_notify_timeout, TransferSettings::notify_timeout, 32),
    ("subscription", TransferSettings::with_subscription, TransferSettings::subscription, 180),
    ("grace", TransferSettings::with_hang_up_grace, TransferSettings::hang_up_grace, 0),
];

#[test]
fn the_defaults_are_those_of_the_contract() {
    let settings = TransferSettings::default();
    assert_eq!(settings, TransferSettings::new());
    for (name, _, get, seconds) in DURATIONS {
        assert_eq!(get(&settings), Duration::from_secs(seconds), "{name}");
    }
    assert_eq!(settings.rejected_status(), RejectedStatus::Failed);
}

#[test]
fn each_duration_has_its_own_place() {
    for (index, (name, set, get, _)) in DURATIONS.into_iter().enumerate() {
        let changed = set(TransferSettings::new(), Duration::from_millis(1_234)).unwrap();
        assert_eq!(get(&changed), Duration::from_millis(1_234), "{name}");
        for (other, (_, _, get, seconds)) in DURATIONS.into_iter().enumerate() {
            assert!(other == index || get(&changed) == Duration::from_secs(seconds), "{name}");
        }
    }
}

fn status_of(settings: &TransferSettings, code: u16) -> Option<ReferCallStatus> {
    settings.status_of(SipStatus::new(code).unwrap())
}

#[test]
fn the_last_word_for_a_code_counts_and_others_keep_theirs() {
    let settings = [(603, "busy"), (480, "away"), (503, "no-answer"), (480, "no-answer")]
        .into_iter()
        .try_fold(TransferSettings::new(), |settings, (code, status)| {
            settings.with_status(code, status.into())
        })
        .unwrap();
    let expected = [
        (603, Some("busy")),
        (480, Some("no-answer")),
        (503, Some("no-answer")),
        (200, Some("in-progress")),
        (486, Some("busy")),
        (487, Some("no-answer")),
        (404, Some("failed")),
        (180, None),
    ];
    for (code, status) in expected {
        assert_eq!(status_of(&settings, code), status.map(ReferCallStatus::from), "{code}");
    }
    let changed: Vec<_> =
        settings.statuses().map(|(code, status)| (code.as_u16(), status.as_str())).collect();
    assert_eq!(changed, [(480, "no-answer"), (503, "no-answer"), (603, "busy")]);
    assert_eq!(idle(settings.clone()).settings(), &settings);
}
