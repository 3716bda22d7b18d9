//! `replay --sip`: what is told of the transfers in a trace. What must come of each is told by the
//! scenario that sipp played (`tests/sip/cases.py`) and by the RFCs.

use serde_json::json;

use crate::run::run;
use crate::traces::{
    ANSWERED, BUSY, busy, ending, endings, message, notified, notify, printed, refer, referred,
    replay, trace,
};

#[test]
fn what_sipp_wrote_is_explained() {
    let cases = [
        ("answered.sipp", &[][..], ANSWERED, "transferred", "says 200 OK."),
        ("busy.sipp", &[], BUSY, "target-failed", "the NOTIFY in line 121 says 486 Busy Here."),
        (
            "refused.sipp",
            &[],
            "ReferCallStatus=failed&ReferSipResponseCode=405",
            "rejected",
            "the 405 is in line 77.",
        ),
        ("hang-up-crosses.sipp", &["--set", "hangup-grace=2"], ANSWERED, "transferred", "200 OK."),
        (
            "hang-up-crosses.sipp",
            &[],
            "ReferCallStatus=canceled&ReferSipResponseCode=202&NotifySipResponseCode=100",
            "canceled",
            "the endpoint sent BYE in line",
        ),
        ("wrong-id.sipp", &[], BUSY, "target-failed", "says 486 Busy Here."),
        (
            "silent.sipp",
            &["--set", "notify-timeout=0.3"],
            "ReferSipResponseCode=202",
            "unconfirmed",
            "nothing that counts came between line 77 and 0.300 s.",
        ),
        (
            "silent.sipp",
            &[],
            "ReferCallStatus=canceled&ReferSipResponseCode=202",
            "canceled",
            "Twilio sent BYE in line 90 (if a timer of its own ran out, give it with --set).",
        ),
    ];
    for (name, options, form, kind, why) in cases {
        let path = trace(name);
        let arguments = [&["replay", "--sip", &path, "--json", "--expect", kind], options].concat();
        let found = run(&arguments).expect(0);
        assert_eq!(found.stderr, "", "{name}");
        assert_eq!(endings(&found), [ending(form, kind)], "{name}");
        let last = found.json_lines().pop().unwrap();
        assert!(last["why"].as_str().unwrap().contains(why), "{last}");
    }
}

#[test]
fn a_person_sees_the_ladder_and_the_reason() {
    let shown = run(&["replay", "--sip", &trace("wrong-id.sipp")]).expect(0);
    assert_eq!(shown.stderr, "");
    let lines: Vec<&str> = shown.stdout.lines().map(str::trim_start).collect();
    let expected = [
        "1. REFER to <sip:alice@example.com?X-Reason=billing%20question&User-to-User=",
        "line 61, Call-ID 1-30263@127.0.0.1",
        "",
        "seconds",
        "0.000   |-- REFER --",
        "|<--",
        "0.001   |<- NOTIFY 2: 200 OK, active;expires=60, Event: refer;id=77777777 --|",
        "0.164   |-- 481 (NOTIFY 2) --",
        "|<- NOTIFY 9: 486 Busy Here, terminated;reason=noresource --|",
        "|   over: target-failed (busy, code 486)",
        "|         ReferCallStatus=busy",
        "|         ReferSipResponseCode=202",
        "|         NotifySipResponseCode=486",
        "0.213   |-- 200 (NOTIFY 9) --",
        "0.327   |-- BYE: Twilio hangs up --",
        "",
        "why: The endpoint accepted the REFER, but the target was busy (486): ",
    ];
    assert_eq!(lines.len(), expected.len(), "{}", shown.stdout);
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
}

/// What a peer sends is no reason to give up: it is ignored and said, and the rest counts.
#[test]
fn odd_responses_leave_a_diagnostic() {
    for (odd, code) in [
        (referred("a", 1, "902 Odd"), "response-code-invalid"),
        (referred("a", 1, "099 Odd"), "response-code-invalid"),
    ] {
        let mut messages = busy("a");
        messages.insert(1, odd);
        let found = replay(&printed(&messages), &["--json"]).expect(0);
        assert_eq!(endings(&found), [ending(BUSY, "target-failed")], "{code}");
        let lines = found.json_lines();
        let said: Vec<_> = lines.iter().filter(|line| line["output"] == "diagnostic").collect();
        assert_eq!(said.len(), 1, "{lines:?}");
        assert_eq!((&said[0]["code"], &said[0]["severity"]), (&json!(code), &json!("warning")));
        assert_eq!(said[0]["transfer"], 1);
        let shown = replay(&printed(&messages), &[]).expect(0);
        assert!(shown.stdout.contains("|   !  "), "{}", shown.stdout);
    }
}

#[test]
fn each_transfer_of_a_trace_is_told_by_itself() {
    // Two calls, message by message, and one that has nothing to do with any transfer.
    let other = message("OPTIONS sip:x SIP/2.0", "c", "P", "E", "9 OPTIONS", &[], "");
    let mut b = busy("b");
    b[4] = notify("b", 2, "refer", "200 OK");
    let woven = busy("a").into_iter().zip(b).flat_map(|(a, b)| [a, other.clone(), b]);
    let found = replay(&printed(&woven.collect::<Vec<_>>()), &["--json"]).expect(0);
    let both = [ending(BUSY, "target-failed"), ending(ANSWERED, "transferred")];
    assert_eq!(endings(&found), both);
    for (call, number) in [("a", 1), ("b", 2)] {
        let lines = found.json_lines();
        let begin = lines.iter().find(|line| line["call_id"] == call).unwrap();
        assert_eq!(begin["transfer"], number);
        let notifies = lines.iter().filter(|line| line["event"] == "notify");
        assert_eq!(notifies.filter(|line| line["transfer"] == number).count(), 2);
    }
    let expecting = replay(&printed(&busy("a")), &["--expect", "transferred"]).expect(1);
    assert!(expecting.stderr.contains("transfer 1: expected transferred, but it ended"));

    // Two in one dialog: the second is told by its id, and without id it is the first that is meant
    // (RFC 3515 section 2.4.6).
    let found = replay(
        &printed(&[
            refer("a", 1, &[]),
            referred("a", 1, "202 Accepted"),
            refer("a", 2, &[]),
            referred("a", 2, "202 Accepted"),
            notify("a", 1, "refer;id=2", "486 Busy Here"),
            notify("a", 2, "refer", "200 OK"),
        ]),
        &["--json"],
    );
    assert_eq!(
        endings(&found.expect(0)),
        [ending(ANSWERED, "transferred"), ending(BUSY, "target-failed")]
    );
}

#[test]
fn a_refer_that_is_sent_again_is_one_transfer() {
    let credentials = ["Authorization: Digest username=\"P\""];
    let proxy = ["Proxy-Authorization: Digest username=\"P\""];
    let found = replay(
        &printed(&[
            refer("a", 7, &[]),
            // The same again, for no answer came in time (RFC 3261 section 17.1.2.2).
            refer("a", 7, &[]),
            referred("a", 7, "100 Trying"),
            referred("a", 7, "401 Unauthorized"),
            refer("a", 8, &credentials),
            referred("a", 8, "407 Proxy Authentication Required"),
            refer("a", 9, &proxy),
            referred("a", 9, "202 Accepted"),
            referred("a", 9, "202 Accepted"),
            notify("a", 1, "refer;id=9", "486 Busy Here"),
            notify("a", 1, "refer;id=9", "486 Busy Here"),
        ]),
        &["--json"],
    );
    assert_eq!(endings(&found.expect(0)), [ending(BUSY, "target-failed")]);

    let refused = [refer("a", 7, &[]), referred("a", 7, "401 Unauthorized")];
    let found = replay(&printed(&refused), &["--json"]).expect(0);
    let form = "ReferCallStatus=failed&ReferSipResponseCode=401";
    assert_eq!(endings(&found), [ending(form, "rejected")]);
}

#[test]
fn either_side_may_end_the_call() {
    let accepted = [refer("a", 1, &[]), referred("a", 1, "202 Accepted")];
    let bye = |from, to| message("BYE sip:x SIP/2.0", "a", from, to, "5 BYE", &[], "");
    let canceled = ending("ReferCallStatus=canceled&ReferSipResponseCode=202", "canceled");
    for (last, by) in [(bye("E", "P"), "endpoint"), (bye("P", "E"), "twilio")] {
        let found = replay(&printed(&[&accepted[..], &[last]].concat()), &["--json"]).expect(0);
        assert_eq!(endings(&found), std::slice::from_ref(&canceled), "{by}");
        let lines = found.json_lines();
        let hang_up = lines.iter().find(|line| line["event"] == "hangup").unwrap();
        assert_eq!(hang_up["by"], by);
    }
    // Another dialog of the same Call-ID.
    let found =
        replay(&printed(&[&accepted[..], &[bye("F", "P")]].concat()), &["--json"]).expect(0);
    assert_eq!(endings(&found), [ending("ReferSipResponseCode=202", "unconfirmed")]);

    // CANCEL ends a call that still rings, and no other (RFC 3261 section 9.1).
    let of_invite =
        |first: &str, method: &str| message(first, "a", "E", "P", &format!("1 {method}"), &[], "");
    let invite = of_invite("INVITE sip:P@192.0.2.1 SIP/2.0", "INVITE").replace(";tag=P", "");
    let ok = of_invite("SIP/2.0 200 OK", "INVITE");
    let cancel = of_invite("CANCEL sip:P@192.0.2.1 SIP/2.0", "CANCEL").replace(";tag=P", "");
    let rings = [std::slice::from_ref(&invite), &accepted, std::slice::from_ref(&cancel)].concat();
    let found = replay(&printed(&rings), &["--json"]).expect(0);
    assert_eq!(endings(&found), [canceled]);
    let shown = replay(&printed(&rings), &[]).expect(0).stdout;
    assert!(shown.contains(" CANCEL: the endpoint hangs up --|"), "{shown}");
    let answered = [&[invite, ok][..], &accepted, &[cancel]].concat();
    let found = replay(&printed(&answered), &["--json"]).expect(0);
    assert_eq!(endings(&found), [ending("ReferSipResponseCode=202", "unconfirmed")]);
}

#[test]
fn a_reply_that_is_not_due_is_shown() {
    let mut messages = busy("a");
    messages[2] = notify("a", 1, "presence", "100 Trying");
    messages[3] = notified("a", 1, "200 OK");
    let shown = replay(&printed(&messages), &[]).expect(0).stdout;
    // Another package than refer is a bad event (RFC 6665 section 4.1.3).
    assert!(shown.contains("|-- 200 (NOTIFY 1); 489 is due --"), "{shown}");
    assert_eq!(shown.matches("is due --").count(), 1, "{shown}");
    let why = "with 489 because its Event is presence, not refer; on the wire it got 200";
    assert!(shown.contains(why), "{shown}");
    let lines = replay(&printed(&messages), &["--json"]).expect(0).json_lines();
    let reply = lines.iter().find(|line| line["event"] == "reply").unwrap();
    assert_eq!(
        (&reply["code"], &reply["owed"], &reply["cseq"]),
        (&json!(200), &json!(489), &json!(1))
    );
}

#[test]
fn a_refer_outside_any_dialog_learns_its_dialog() {
    let without = |message: String| message.replace("x=y>;tag=E", "x=y>");
    let mut messages = busy("a");
    messages[0] =
        without(messages[0].clone()).replace("<sip:alice@example.com>", "tel:+14155550100");
    let found = replay(&printed(&messages), &["--json"]).expect(0);
    assert_eq!(endings(&found), [ending(BUSY, "target-failed")]);
    assert_eq!(found.json_lines()[0]["refer_to"], "tel:+14155550100");
}

#[test]
fn a_trace_that_ends_too_early_says_so() {
    let messages = busy("a");
    let found = replay(&printed(&messages[..4]), &["--json"]).expect(0);
    let form = "ReferCallStatus=failed&ReferSipResponseCode=202&NotifySipResponseCode=100";
    assert_eq!(endings(&found), [ending(form, "target-failed")]);
    let lines = found.json_lines();
    assert!(lines.iter().any(|line| line["event"] == "trace-end"));
    let why = lines.last().unwrap()["why"].as_str().unwrap();
    assert!(why.contains("the capture ends before that"), "{why}");
    let shown = replay(&printed(&messages[..4]), &[]).expect(0).stdout;
    assert!(shown.contains("the capture ends; if nothing else comes:"), "{shown}");

    // What begins too late has answers without a question.
    let found = replay(&printed(&messages[1..]), &[]).expect(1);
    assert!(found.stderr.contains("there is no REFER in <stdin>; SIP messages in it: 5"));
    assert!(found.stderr.contains("a response to a REFER, and no REFER above it"));
}

#[test]
fn settings_are_those_of_scenarios() {
    let refused = printed(&[refer("a", 1, &[]), referred("a", 1, "405 Method Not Allowed")]);
    let found = replay(&refused, &["--json", "--set", "rejected-status=omitted"]).expect(0);
    assert_eq!(endings(&found), [ending("ReferSipResponseCode=405", "rejected")]);
    let found = replay(&printed(&busy("a")), &["--json", "--set", "status=486=failed"]).expect(0);
    assert!(endings(&found)[0].0.starts_with("ReferCallStatus=failed&"));
    for (option, message) in [
        ("hangup-grace=soon", "--set: unexpected soon: expected a time in seconds"),
        ("colour=red", "expected hangup-grace"),
        ("hangup-grace=1 2", "expected the end of the line"),
        ("hangup-grace", "NAME=VALUE"),
    ] {
        let found = replay("", &["--set", option]).expect(2);
        assert!(found.stderr.contains(message), "{}", found.stderr);
    }
    run(&["replay", "x.scenario", "--set", "hangup-grace=1"]).expect(2);
}
