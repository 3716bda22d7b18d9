//! Traces for the tests: those that tools wrote, those made here message by message, and what a replay
//! tells of them.
//!
//! The traces of sipp 3.6 are from `TWIML_REFER_TRACES=FOLDER tests/run sip`. The messages of busy.sipp,
//! as packets with their times, were then printed by ngrep 1.47 (`-W byline -t`), tcpdump 4.99 (`-A`),
//! sngrep 1.6 (saved as .txt) and tshark 4.0 (`-z follow,udp,ascii,0`).

use std::path::Path;

use serde_json::Value;

use crate::run::{Run, run_with};

pub(crate) fn trace(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/traces").join(name).display().to_string()
}

pub(crate) fn replay(trace: &str, options: &[&str]) -> Run {
    run_with(&[&["replay", "--sip", "-"], options].concat(), trace)
}

/// Of each transfer: the callback's parameters and the kind of its outcome.
#[track_caller]
pub(crate) fn endings(run: &Run) -> Vec<(String, String)> {
    let lines = run.json_lines();
    let completed = lines.iter().filter(|line| line["output"] == "completed");
    let pair =
        |pair: &Value| format!("{}={}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap());
    let form = |line: &Value| {
        line["params"].as_array().unwrap().iter().map(pair).collect::<Vec<_>>().join("&")
    };
    let kind = |line: &Value| line["outcome"]["kind"].as_str().unwrap().to_owned();
    completed.map(|line| (form(line), kind(line))).collect()
}

pub(crate) fn ending(form: &str, kind: &str) -> (String, String) {
    (form.to_owned(), kind.to_owned())
}

pub(crate) const BUSY: &str =
    "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486";
pub(crate) const ANSWERED: &str =
    "ReferCallStatus=in-progress&ReferSipResponseCode=202&NotifySipResponseCode=200";

/// A message of a call between P, who sends the REFER, and E.
pub(crate) fn message(
    first: &str,
    call: &str,
    from: &str,
    to: &str,
    cseq: &str,
    more: &[&str],
    body: &str,
) -> String {
    let mut lines = vec![
        first.to_owned(),
        "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1".to_owned(),
        format!("From: <sip:{from}@example.com>;tag={from}"),
        format!("To: \"The other; tag=none\" <sip:{to}@example.com;x=y>;tag={to}"),
        format!("Call-ID: {call}"),
        format!("CSeq: {cseq}"),
    ];
    lines.extend(more.iter().map(|line| (*line).to_owned()));
    lines.push(format!("Content-Length: {}", body.len()));
    format!("{}\r\n\r\n{body}", lines.join("\r\n"))
}

pub(crate) fn refer(call: &str, cseq: u32, more: &[&str]) -> String {
    let more = [&["Refer-To: <sip:alice@example.com>"], more].concat();
    message("REFER sip:E@192.0.2.2 SIP/2.0", call, "P", "E", &format!("{cseq} REFER"), &more, "")
}

pub(crate) fn referred(call: &str, cseq: u32, status: &str) -> String {
    let first = format!("SIP/2.0 {status}");
    message(&first, call, "P", "E", &format!("{cseq} REFER"), &[], "")
}

pub(crate) fn notify(call: &str, cseq: u32, event: &str, status: &str) -> String {
    let state = if status.starts_with('1') { "active;expires=60" } else { "terminated" };
    let state = format!("Subscription-State: {state}");
    let event = format!("Event: {event}");
    let body = format!("SIP/2.0 {status}\r\n");
    let first = "NOTIFY sip:P@192.0.2.1 SIP/2.0";
    message(first, call, "E", "P", &format!("{cseq} NOTIFY"), &[&event, &state], &body)
}

pub(crate) fn notified(call: &str, cseq: u32, status: &str) -> String {
    message(&format!("SIP/2.0 {status}"), call, "E", "P", &format!("{cseq} NOTIFY"), &[], "")
}

/// As a tool prints them, a second apart.
pub(crate) fn printed(messages: &[String]) -> String {
    let one = |(second, message)| format!("\n12:00:{second:02}.000000 a -> b\n{message}\n");
    (0..).zip(messages).map(one).collect()
}

/// When the messages of `busy` are, in milliseconds.
pub(crate) const OFFSETS: [u64; 6] = [0, 42, 60, 101, 4310, 4352];

pub(crate) fn busy(call: &str) -> Vec<String> {
    vec![
        refer(call, 1, &[]),
        referred(call, 1, "202 Accepted"),
        notify(call, 1, "refer", "100 Trying"),
        notified(call, 1, "200 OK"),
        notify(call, 2, "refer", "486 Busy Here"),
        notified(call, 2, "200 OK"),
    ]
}
