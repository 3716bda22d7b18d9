//! The settings: their ranges, the status map, and that the transfer obeys them.

use std::time::Duration;

use super::fixtures::{
    ACCEPTED, LIVE, OVER, START, completed, feed, notify, referring_with, reply, subscribed_with,
};
use crate::Error;
use crate::error::ErrorKind;
use crate::limits::MAX_STATUS_BYTES;
use crate::sip::SipStatus;
use crate::transfer::{RejectedStatus, Response, TransferSettings};
use crate::webhook::ReferCallStatus;

type Setter = fn(TransferSettings, Duration) -> Result<TransferSettings, Error>;
type Getter = fn(&TransferSettings) -> Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MILLISECOND: Duration = Duration::from_millis(1);

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

#[test]
fn durations_are_a_millisecond_to_a_day_and_a_grace_may_be_none() {
    for (name, set, get, _) in DURATIONS {
        for duration in [MILLISECOND, DAY] {
            let settings = set(TransferSettings::new(), duration).unwrap();
            assert_eq!(get(&settings), duration, "{name}");
        }
        for duration in [DAY + MILLISECOND, Duration::from_millis(1 << 32), Duration::MAX] {
            let error = set(TransferSettings::new(), duration).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::SettingInvalid, "{name} {duration:?}");
        }
        let result = set(TransferSettings::new(), Duration::ZERO);
        match name {
            "grace" => assert_eq!(result.unwrap(), TransferSettings::new()),
            _ => assert_eq!(result.unwrap_err().kind(), ErrorKind::SettingInvalid, "{name}"),
        }
        let short = set(TransferSettings::new(), Duration::from_micros(999)).unwrap();
        assert_eq!(get(&short), MILLISECOND, "{name}: a short time is not 0");
    }
}

#[test]
fn a_refused_setting_says_what_is_expected() {
    let error = TransferSettings::new().with_notify_timeout(Duration::ZERO).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("notify timeout")
            && text.contains("got 0 ms")
            && text.contains("1 ms to 24 hours"),
        "{text}"
    );
}

fn status_of(settings: &TransferSettings, code: u16) -> Option<ReferCallStatus> {
    settings.status_of(SipStatus::new(code).unwrap())
}

#[test]
fn the_map_takes_final_codes_and_texts_that_are_not_too_long() {
    let with = |code, status: &str| {
        TransferSettings::new().with_status(code, ReferCallStatus::from(status))
    };
    for code in [200, 699] {
        let status = "x".repeat(MAX_STATUS_BYTES);
        let settings = with(code, &status).unwrap();
        assert_eq!(status_of(&settings, code), Some(ReferCallStatus::from(status.as_str())));
    }
    for code in [0, 100, 199, 700, u16::MAX] {
        assert_eq!(with(code, "busy").unwrap_err().kind(), ErrorKind::SettingInvalid, "{code}");
    }
    for status in [String::new(), "x".repeat(MAX_STATUS_BYTES + 1), "é".repeat(33)] {
        assert_eq!(with(486, &status).unwrap_err().kind(), ErrorKind::SettingInvalid);
    }
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
}

#[test]
fn a_transfer_reports_by_its_map() {
    let settings = TransferSettings::new().with_status(603, ReferCallStatus::Busy).unwrap();
    let declined = notify(1, OVER, "SIP/2.0 603 Decline\r\n");
    let outputs = feed(&mut subscribed_with(settings), declined, ACCEPTED);
    assert_eq!(outputs, [reply(200), completed("busy", 202, 603)]);
}

#[test]
fn the_map_is_for_the_target_and_not_for_the_refer() {
    let settings = TransferSettings::new().with_status(405, ReferCallStatus::Busy).unwrap();
    let outputs = feed(&mut referring_with(settings), Response::new(405), ACCEPTED);
    assert_eq!(outputs, [completed("failed", 405, None)]);
}

#[test]
fn the_deadlines_are_obeyed() {
    let settings = TransferSettings::new()
        .with_response_timeout(Duration::from_millis(700))
        .and_then(|settings| settings.with_notify_timeout(Duration::from_millis(800)))
        .and_then(|settings| settings.with_subscription(Duration::from_millis(900)))
        .unwrap();
    assert_eq!(referring_with(settings.clone()).deadline_ms(), Some(START + 700));
    let mut transfer = subscribed_with(settings);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 800));
    feed(&mut transfer, notify(1, "active", ""), ACCEPTED + 1);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 901));
    // What the endpoint says goes before the setting.
    feed(&mut transfer, notify(2, LIVE, ""), ACCEPTED + 2);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 60_002));
}
