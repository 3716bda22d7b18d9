//! `replay --sip`: how a trace may be written: by which tool, with which line ends, whole or broken,
//! and how large.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run::{file, run, run_with};
use crate::traces::{
    BUSY, busy, ending, endings, message, notify, printed, refer, referred, replay, trace,
};

fn text(name: &str) -> String {
    std::fs::read_to_string(trace(name)).unwrap()
}

#[test]
fn every_tool_tells_the_same_of_a_call() {
    let steps = |name: &str| {
        let lines = run(&["replay", "--sip", &trace(name), "--json"]).expect(0).json_lines();
        let without = |mut line: Value| {
            // Each tool has its own lines.
            for key in ["line", "why", "timed"] {
                line.as_object_mut().unwrap().remove(key);
            }
            line
        };
        lines.into_iter().map(without).collect::<Vec<_>>()
    };
    let reference = steps("busy.sipp");
    assert!(reference.len() > 8);
    for name in ["busy.ngrep", "busy.sngrep", "busy.tcpdump"] {
        assert_eq!(steps(name), reference, "{name}");
    }
    // tshark's follow tells no times.
    let timeless = |steps: Vec<Value>| {
        let at = |mut step: Value| {
            step.as_object_mut().unwrap().remove("at");
            step
        };
        steps.into_iter().map(at).collect::<Vec<_>>()
    };
    assert_eq!(timeless(steps("busy.tshark")), timeless(reference));
    let shown = run(&["replay", "--sip", &trace("busy.tshark")]).expect(0).stdout;
    assert!(shown.starts_with("There are no times in the capture"), "{shown}");
}

#[test]
fn lines_may_end_and_names_be_written_in_any_way() {
    let whole = printed(&busy("a"));
    let compact = whole
        .replace("Call-ID:", "i:")
        .replace("From:", "f :")
        .replace("To: \"", "t: \"")
        .replace("Refer-To:", "r:")
        .replace("Event:", "o:")
        .replace("Content-Length:", "l:");
    let folded = whole
        .replace("CSeq: ", "CSEQ:\r\n ")
        .replace("Subscription-State: active;", "subscription-state: active\r\n\t;")
        .replace(";tag=", "\r\n  ;tag=");
    let indented = whole.lines().map(|line| format!("   {line}\n")).collect::<String>();
    let expected = endings(&replay(&whole, &["--json"]).expect(0));
    assert_eq!(expected, [ending(BUSY, "target-failed")]);
    for other in [
        whole.replace("\r\n", "\n"),
        compact,
        folded.clone(),
        folded.replace("\r\n", "\n"),
        // An empty line may be indented by less, whatever ends it.
        indented.replace("   \n", " \n"),
        indented.replace("   \n", " \n").replace('\n', "\r\n"),
        indented,
        // Nothing but messages, each right behind the other.
        busy("a").concat(),
        busy("a").concat().replace("\r\n", "\n"),
        // A body without a line end, and behind it the next message in the same line.
        busy("a").concat().replace("486 Busy Here\r\n", "486 Busy Here  "),
        // In UDP it need not be said how long a message is.
        whole
            .lines()
            .filter(|line| !line.starts_with("Content-Length"))
            .collect::<Vec<_>>()
            .join("\n"),
    ] {
        let found = replay(&other, &["--json"]);
        assert_eq!((found.status, endings(&found)), (0, expected.clone()), "{other}\n{found:?}");
    }
}

#[test]
fn what_a_body_holds_begins_no_message() {
    // RFC 3420: a whole response, headers and all, may be a sipfrag; and PIDF has times.
    let of = |kind: &str, body: &str| {
        let first = "NOTIFY sip:P@192.0.2.1 SIP/2.0";
        let more = ["Event: refer", "Subscription-State: active", kind];
        message(first, "a", "E", "P", "1 NOTIFY", &more, body)
    };
    let sipfrag = "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP x\r\nDate: Wed, 25 Nov 2026 14:15:05 GMT\r\n\
                   Call-ID: b\r\nCSeq: 1 INVITE\r\n\r\n";
    let times = "<timestamp>2026-11-25T14:15:05Z</timestamp>\r\na=x:12:34:56\r\ns=at 12:00:00\r\n";
    for notify in [of("Content-Type: message/sipfrag", sipfrag), of("c: application/xml", times)] {
        let mut messages = busy("a");
        messages[2] = notify;
        for trace in [printed(&messages), messages.concat(), messages.concat().replace('\r', "")] {
            let found = replay(&trace, &["--json"]).expect(0);
            assert_eq!(endings(&found), [ending(BUSY, "target-failed")]);
            assert!(!found.stdout.contains("trace-broken"), "{}", found.stdout);
        }
    }
}

#[test]
fn where_a_trace_breaks_is_pointed_at_and_the_rest_is_read() {
    let whole = text("busy.sipp");
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    let notify = 121;
    assert!(lines[notify - 1].starts_with("NOTIFY "));
    // Cut within the head of the last NOTIFY, and within its body.
    let cut = lines[..notify + 4].concat();
    let found = replay(&cut, &[]).expect(1);
    assert!(found.stdout.contains("NOTIFY 2: 100 Trying"), "{}", found.stdout);
    assert!(
        found.stderr.contains(
            "line 125: the message of line 121 is cut: the capture ends; expected a header"
        ),
        "{}",
        found.stderr
    );
    let cut = whole.find("486 Busy").unwrap() + "486".len();
    let found = replay(whole.split_at(cut).0, &[]).expect(1);
    assert!(found.stdout.contains("over: target-failed (busy, code 486)"), "{}", found.stdout);
    assert!(
        found.stderr.contains("expected a body of 23 bytes, and there are 1"),
        "{}",
        found.stderr
    );
    // Lines lost in the middle: what stands before and behind is read.
    let hole = [&lines[..notify + 4], &lines[notify + 14..]].concat().concat();
    let found = replay(&hole, &[]).expect(1);
    assert!(
        found.stderr.contains("line 126: the message of line 121 breaks off here"),
        "{}",
        found.stderr
    );
    assert!(found.stdout.contains("Twilio hangs up"), "{}", found.stdout);
    let broken = [
        ("CSeq: 9 NOTIFY", "CSeq: nine", "expected a CSeq header as CSeq: 1 REFER"),
        ("CSeq: 9 NOTIFY", "X: y", "expected a CSeq header"),
    ];
    for (text, instead, message) in broken {
        let found = replay(&whole.replace(text, instead), &["--json"]).expect(1);
        assert_eq!(found.stderr, "");
        let last = found.json_lines().pop().unwrap();
        assert_eq!(
            (&last["valid"], &last["error"]["kind"]),
            (&json!(false), &json!("trace-broken"))
        );
        assert!(last["error"]["message"].as_str().unwrap().contains(message), "{last}");
        assert!(last["error"]["line"].as_u64().unwrap() >= 77, "{last}");
    }
}

#[test]
fn what_holds_no_transfer_is_a_no() {
    for trace in ["", "no SIP at all\n", "\0\u{1}\u{2}"] {
        let found = replay(trace, &[]).expect(1);
        assert_eq!(found.stdout, "");
        assert!(found.stderr.contains("there is no REFER in <stdin>; SIP messages in it: 0"));
        let refused = replay(trace, &["--json"]).expect(1).json();
        assert_eq!(refused["error"]["kind"], "refer-missing");
    }
    assert_eq!(run_with(&["replay", "--sip", "-"], b"\xff\xfe\r\r\n").status, 1);
}

#[test]
fn a_large_trace_takes_linear_time_and_a_larger_one_is_refused() {
    // Hostile in every way that a reader may be slow: one call with many REFERs and NOTIFYs, heads
    // without end, bodies that are never there.
    let dialog: String = (1..4000)
        .map(|n| refer("a", n, &[]) + &notify("a", n, "refer;id=1", "100 Trying"))
        .collect();
    let names: String = (0..200_000).map(|n| format!("X-{n}: 1\r\n")).collect();
    let head = format!("REFER sip:a SIP/2.0\r\n{names}\r\n");
    let bodies =
        "SIP/2.0 200 OK\nCall-ID: a\nCSeq: 1 REFER\nFrom: a\nTo: b\nContent-Length: 99999999\n\n"
            .repeat(20_000);
    let starts = "REFER sip:a SIP/2.0\n".repeat(100_000);
    let challenges: String = (1..8000)
        .map(|n| refer("a", n, &["Authorization: x"]) + &referred("a", n, "401 No"))
        .collect();
    let lines = "\n".repeat(8 << 20);
    for (number, hostile) in [dialog, head, bodies, starts, challenges, lines].iter().enumerate() {
        let started = Instant::now();
        assert!((0..=1).contains(&replay(hostile, &["--json"]).status));
        // Generous for a busy machine and an unoptimised build; hopeless for anything quadratic.
        assert!(started.elapsed() < Duration::from_secs(30), "the input of number {number}");
    }
    let path = file("large-trace", "x\n".repeat(33 << 20));
    let refused = run(&["replay", "--sip", &path, "--json"]).expect(1).json();
    assert_eq!(refused["error"]["kind"], "trace-too-large");
    let found = run(&["replay", "--sip", &path]).expect(1);
    assert!(found.stderr.contains("cut out the calls in question"), "{}", found.stderr);
    run(&["replay", "--sip", "no-such-trace"]).expect(2);
}
