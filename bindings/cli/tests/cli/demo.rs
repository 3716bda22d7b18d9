//! `demo`: what a new user sees first.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::run::run;

#[test]
fn the_four_scenarios_end_to_end() {
    let begin = Instant::now();
    let demo = run(&["demo", "--json"]).expect(0);
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    assert_eq!(demo.stderr, "");
    let played = |scenario, kind, status: Option<&str>, code: Option<u16>, may_resume| {
        let outcome =
            json!({"kind": kind, "status": status, "code": code, "may_resume": may_resume});
        json!({"scenario": scenario, "outcome": outcome, "follows": "action"})
    };
    assert_eq!(
        demo.json_lines(),
        [
            played("answered", "transferred", None, None, false),
            played("busy", "target-failed", Some("busy"), Some(486), true),
            played("refused", "rejected", None, Some(405), true),
            played("hangup", "canceled", None, None, false),
        ],
    );
}

#[test]
fn people_see_each_ladder_and_what_follows() {
    let demo = run(&["demo"]).expect(0);
    assert_eq!(demo.stderr, "");
    let shown = demo.stdout;
    for text in [
        "1. answered: ",
        "2. busy: ",
        "3. refused: ",
        "4. hangup: ",
        "ReferCallStatus=in-progress",
        "ReferCallStatus=busy",
        "ReferCallStatus=failed",
        "ReferCallStatus=canceled",
        "NotifySipResponseCode=180",
        "POST /voice  200",
        "twiml-refer simulate http://",
    ] {
        assert!(shown.contains(text), "{text}: {shown}");
    }
    assert_eq!(shown.matches("-- REFER --").count(), 4, "{shown}");
    assert_eq!(shown.matches("POST /transferred  200").count(), 4, "{shown}");
    assert!(shown.lines().count() < 80 && shown.lines().all(|line| line.len() < 100), "{shown}");
}
