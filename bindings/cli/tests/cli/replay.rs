//! `replay`: scenarios as ladders, and what is said of those that cannot be read.

use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

use super::run::{Run, run, run_with};

fn replay(scenario: &str) -> Run {
    run_with(&["replay", "-"], scenario)
}

#[test]
fn the_ladder_has_each_message_in_its_place_and_ends_with_the_callback() {
    let run = replay(
        "0 start\n0.05 response 202\n0.1 notify 180 expires=60\n9.5 notify 486 event=presence\n\
         9.6 notify 486\n",
    )
    .expect(0);
    assert_eq!(run.stderr, "");
    let lines: Vec<&str> = run.stdout.lines().collect();
    // What each line of the ladder must say, in order: time, direction, text.
    let expected = [
        ("seconds", "Twilio", "endpoint"),
        ("0.000", "|-- REFER ", ">|"),
        ("0.050", "|<-", " 202 --|"),
        ("0.100", "|<-", " NOTIFY 1: 180, active;expires=60 --|"),
        ("", "|-- 200 ", ">|"),
        ("9.500", "|<-", " NOTIFY 2: 486, terminated, Event: presence --|"),
        ("", "|-- 489 ", ">|"),
        ("9.600", "|<-", " NOTIFY 3: 486, terminated --|"),
        ("", "|-- 200 ", ">|"),
        ("", "over: target-failed (busy, code 486)", "|"),
        ("", "ReferCallStatus=busy", "|"),
        ("", "ReferSipResponseCode=202", "|"),
        ("", "NotifySipResponseCode=486", "|"),
    ];
    assert_eq!(lines.len(), expected.len(), "{}", run.stdout);
    let width = lines[1].len();
    for (line, (time, middle, end)) in lines.iter().zip(expected) {
        let rest = line.trim_start().strip_prefix(time).unwrap_or_else(|| panic!("{time}: {line}"));
        assert!(rest.contains(middle) && rest.ends_with(end), "{line}");
        assert!(end == "endpoint" || line.len() == width, "{line}");
    }
}

#[test]
fn wide_characters_keep_the_lifelines_straight() {
    let run = replay("0 start\n1 response 202\n2 notify 486 reason=漢字\n").expect(0);
    let widths: Vec<_> = run.stdout.lines().skip(1).map(UnicodeWidthStr::width).collect();
    assert!(widths.iter().all(|width| *width == widths[0]), "{}", run.stdout);
}

#[test]
fn a_long_label_stands_whole() {
    let reason = "x".repeat(100);
    let run = replay(&format!("0 start\n1 response 202\n2 notify 200 reason={reason}\n")).expect(0);
    assert!(run.stdout.contains(&reason), "{}", run.stdout);
}

#[test]
fn an_expectation_is_an_answer() {
    let scenario = "0 start\n0.05 response 405\n";
    assert_eq!(run_with(&["replay", "-", "--expect", "rejected"], scenario).expect(0).stderr, "");
    let run = run_with(&["replay", "-", "--expect", "transferred"], scenario).expect(1);
    assert!(run.stdout.contains("ReferSipResponseCode=405"), "printed as usual: {}", run.stdout);
    assert!(run.stderr.contains("expected transferred, but it ended rejected (code 405)"));
    let run = run_with(&["replay", "-", "--expect", "done"], scenario).expect(2);
    assert!(run.stderr.contains("target-failed"), "{}", run.stderr);
}

#[test]
fn a_leg_that_is_not_sip_is_twilios_error() {
    let scenario = "0 start leg=pstn\n";
    let run = replay(scenario).expect(0);
    assert!(run.stdout.contains("error 13801"), "{}", run.stdout);
    let run = run_with(&["replay", "-", "--expect", "rejected"], scenario).expect(1);
    assert!(run.stderr.contains("it never began"), "{}", run.stderr);
}

#[test]
fn what_cannot_be_read_is_pointed_at() {
    let cases = [
        ("", 1, "expected a line such as: 0 start"),
        ("# nothing\n\n", 2, "expected a line such as: 0 start"),
        ("0 strat\n", 1, "unexpected strat: expected start"),
        ("0 start\n0.05\n", 2, "expected an event after the time"),
        ("0 start\n0.0005 time\n", 2, "to the millisecond"),
        ("0 start\n-1 time\n", 2, "expected a time"),
        ("0 start\n1e3 time\n", 2, "expected a time"),
        ("0 start\n99999999999 time\n", 2, "a hundred years"),
        ("0 start\n5 time\n4 time\n", 3, "not before that of the line above"),
        ("0 start\n1 response\n", 2, "expected a SIP status code"),
        ("0 start\n1 response +202\n", 2, "expected a SIP status code"),
        ("0 start\n1 response 202 retry\n", 2, "retry"),
        ("0 start\n1 response 202 refer-sub=no\n", 2, "expected true or false"),
        ("0 start\n1 response 202 x\n", 2, "expected refer-sub= or retry"),
        ("0 start\n1 notify 99\n", 2, "- for none"),
        ("0 start\n1 notify 200 cseq=4294967296\n", 2, "expected a number"),
        ("0 start\n1 notify 200 color=red\n", 2, "expected event="),
        ("0 start\n1 hangup\n", 2, "expected caller or endpoint"),
        ("0 start\n1 hangup me\n", 2, "expected caller or endpoint"),
        ("0 start leg=fax\n", 1, "expected sip, pstn or client"),
        ("0 start cseq=no\n", 1, "expected a number or unknown"),
        ("0 start\n1 cseq\n", 2, "expected a number"),
        ("0 start\n1 status 200 last\n", 2, "expected final"),
        ("0 start now\n", 1, "expected leg="),
        ("0 start\n1 time now\n", 2, "expected the end of the line"),
        ("0 start\nset hangup-grace 1\n", 2, "expected settings before the start"),
        ("set\n0 start\n", 1, "expected hangup-grace"),
        ("set colour red\n", 1, "expected hangup-grace"),
        ("set hangup-grace\n", 1, "expected a value"),
        ("set hangup-grace 100000\n", 1, "must be"),
        ("set response-timeout 0\n", 1, "must be"),
        ("set rejected-status maybe\n", 1, "expected failed or omitted"),
        ("set status 180=busy\n", 1, "must be"),
        ("set status busy\n", 1, "expected CODE=STATUS"),
        ("0 start\n1 start\n", 2, "in state referring"),
        ("set max-duration 0\n0 start\n", 1, "max"),
    ];
    for (scenario, line, message) in cases {
        let run = replay(scenario).expect(2);
        assert!(run.stderr.contains(message), "{scenario:?}: {}", run.stderr);
        assert!(run.stderr.contains(&format!("line {line}: ")), "{scenario:?}: {}", run.stderr);
    }
    let caret = replay("0 start\n0.5   respose 202  # so\n").expect(2).pointed();
    assert_eq!(caret, [("0.5   respose 202  # so".to_owned(), 6)]);
}

/// What comes from the wire is ignored or answered, and said.
#[test]
fn odd_events_leave_a_diagnostic() {
    for (scenario, code) in [
        ("0 response 202\n1 start\n2 response 405\n", "event-unexpected"),
        ("0 notify 200\n1 start\n2 response 405\n", "event-unexpected"),
        ("0 hangup caller\n1 start\n2 response 405\n", "event-unexpected"),
        ("0 transport-error\n1 start\n2 response 405\n", "event-unexpected"),
        ("0 start\n1 response 99\n2 response 405\n", "response-code-invalid"),
        ("0 start\n1 response 700\n2 response 405\n", "response-code-invalid"),
    ] {
        let arguments = ["replay", "-", "--json", "--expect", "rejected"];
        let lines = run_with(&arguments, scenario).expect(0).json_lines();
        let found: Vec<_> = lines.iter().filter(|line| line["output"] == "diagnostic").collect();
        let [found] = &found[..] else { panic!("{scenario}: {lines:?}") };
        assert_eq!(found["code"], code, "{scenario}");
        assert_eq!(found["severity"], "warning");
        assert!(found["at"].is_f64() && !found["message"].as_str().unwrap().is_empty());
        let shown = replay(scenario).expect(0).stdout;
        assert!(shown.contains("|   !  "), "{scenario}: {shown}");
    }
}

#[test]
fn a_transfer_has_a_longest_time() {
    let endless = "0 start\n0.1 response 202\n0.2 notify 180 expires=4294967295\n";
    let over = |more: &str| {
        let scenario = [more, endless].concat();
        let lines = run_with(&["replay", "-", "--json"], scenario).expect(0).json_lines();
        let start = lines[0].clone();
        let over = lines.into_iter().find(|line| line["output"] == "completed").unwrap();
        (over["at"].as_f64().unwrap(), start["settings"]["max_duration"].clone())
    };
    assert_eq!(over(""), (600.1, Value::Null));
    assert_eq!(over("set max-duration 90\n"), (90.1, json!(90.0)));
}

/// RFC 3261 section 12.2.1.2: as after a 408 that was received.
#[test]
fn silence_ends_the_dialog() {
    for scenario in ["0 start\n", "0 start\n1 response 408\n", "0 start\n1 response 481\n"] {
        let lines = run_with(&["replay", "-", "--json"], scenario).expect(0).json_lines();
        assert!(lines.iter().any(|line| line["output"] == "end-dialog"), "{scenario}: {lines:?}");
        let over = lines.iter().find(|line| line["output"] == "completed").unwrap();
        assert_eq!(over["outcome"]["may_resume"], false, "{scenario}: {over}");
    }
}

#[test]
fn more_than_a_scenario_needs_is_refused() {
    let large = "# a comment\n".repeat(100_000);
    let run = replay(&large).expect(1);
    assert!(run.stderr.contains("no scenario needs as many"), "{}", run.stderr);
    let run = run_with(&["replay", "-"], b"0 start\n\xff\n").expect(1);
    assert!(run.stderr.contains("not UTF-8 at byte 8"), "{}", run.stderr);
    super::run::run(&["replay", "no-such.scenario"]).expect(2);
}

#[test]
fn the_help_describes_the_format() {
    let help = run(&["replay", "--help"]).expect(0).stdout;
    assert!(help.contains("Example:") && help.contains("set hangup-grace 1.0"), "{help}");
    assert!(!run(&["replay", "-h"]).expect(0).stdout.contains("set hangup-grace"));
}
