//! The scenarios of a transfer: what was fed and what came out, line by line.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use twiml_refer::{
    Error, SipUri, Transfer, VoiceRequest,
    error::ErrorKind,
    transfer::{Event, Notify, Output, RejectedStatus, Response, Start, TransferSettings},
    webhook::{Leg, ReferCallStatus},
};

use super::{Verdict, bytes, folder, record, run, same, settle, text};

#[test]
fn transfers() {
    let files = fs::read_dir(folder().join("transfer")).unwrap();
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    assert!(!files.is_empty());
    let failed: Vec<_> = files
        .iter()
        .filter_map(|path| {
            let lines = fs::read_to_string(path).unwrap();
            let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap());
            replay(&lines.collect::<Vec<_>>()).err().map(|why| format!("{}: {why}", path.display()))
        })
        .collect();
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n"));
    record("transfer", files.len());
}

#[test]
fn saved_transfers() {
    run("saved-transfers", |case| {
        let saved = bytes(case, "saved");
        settle(Transfer::restore(&saved), case, |transfer| {
            same("state", transfer.state().as_str(), text(case, "state").unwrap())?;
            same("deadline", transfer.deadline_ms(), case["deadline"].as_u64())?;
            same("Refer-To", transfer.refer_to().as_str(), text(case, "refer_to").unwrap())?;
            same("bytes", transfer.save(), saved)
        })
    });
}

#[test]
fn transfer_settings() {
    run("transfer-settings", |case| settle(settings(&case["settings"]), case, |_| Ok(())));
}

fn replay(lines: &[Value]) -> Verdict {
    let start = lines.iter().find(|line| line["event"] == "start").unwrap();
    let target = SipUri::parse("sip:alice@example.com").unwrap();
    let mut transfer = Transfer::with_settings(target, settings(&start["settings"]).unwrap());
    let mut refused = None;
    for line in lines {
        let now = milliseconds(&line["at"]);
        if line["event"].is_string() {
            same("what waits before an event", transfer.poll(), None)?;
            refused = transfer.handle(event(line), now).err();
            continue;
        }
        let mut waiting = transfer.poll();
        if waiting.is_none() && refused.is_none() {
            transfer.handle_timeout(now).unwrap();
            waiting = transfer.poll();
        }
        let found = match (waiting, refused.take()) {
            (Some(output), None) => said(&output),
            (None, Some(error)) => {
                same("kind", error.kind(), ErrorKind::ReferNotSupported)?;
                json!({"output": "error", "code": error.twilio_number()})
            }
            other => return Err(format!("{other:?} at {now}, expected {line}")),
        };
        let mut expected = line.clone();
        expected.as_object_mut().unwrap().remove("at");
        same("output", found, expected)?;
    }
    transfer.handle_timeout(u64::MAX).unwrap();
    same("what comes after the end", transfer.poll(), None)
}

/// Whole seconds and their decimals, without the error that a product of doubles has.
fn milliseconds(seconds: &Value) -> u64 {
    u64::try_from(Duration::from_secs_f64(seconds.as_f64().unwrap()).as_micros().div_ceil(1000))
        .unwrap()
}

fn settings(changed: &Value) -> Result<TransferSettings, Error> {
    let mut settings = TransferSettings::new();
    let statuses = changed["statuses"].as_array().map(Vec::as_slice).unwrap_or_default();
    for pair in statuses {
        let status = ReferCallStatus::from(pair[1].as_str().unwrap());
        settings = settings.with_status(pair[0].as_u64().unwrap() as u16, status)?;
    }
    for (name, value) in changed.as_object().unwrap() {
        let duration = || Duration::from_millis(milliseconds(value));
        settings = match name.as_str() {
            "response_timeout" => settings.with_response_timeout(duration())?,
            "notify_timeout" => settings.with_notify_timeout(duration())?,
            "subscription" => settings.with_subscription(duration())?,
            "max_duration" => settings.with_max_duration(duration())?,
            "hang_up_grace" => settings.with_hang_up_grace(duration())?,
            "rejected_status" if value == "omitted" => {
                settings.with_rejected_status(RejectedStatus::Omitted)
            }
            "statuses" => settings,
            _ => panic!("{name}: {value}"),
        };
    }
    Ok(settings)
}

fn event(line: &Value) -> Event<'_> {
    let number = |key: &str| line[key].as_u64().map(|number| number as u32);
    let flag = |key: &str| line[key].as_bool().unwrap();
    match text(line, "event").unwrap() {
        "start" => {
            let leg = [Leg::Sip, Leg::Pstn, Leg::Client]
                .into_iter()
                .find(|leg| leg.as_str() == line["leg"])
                .unwrap();
            let start = number("cseq").map_or_else(Start::without_cseq, Start::new);
            start.with_leg(leg).with_first_in_dialog(flag("first_in_dialog")).into()
        }
        "response" => {
            let response = Response::new(number("code").unwrap());
            let response = response.with_refer_sub(flag("refer_sub"));
            number("retry").map_or(response, |cseq| response.with_retry(cseq)).into()
        }
        "notify" => {
            let (cseq, header) = (number("cseq").unwrap(), text(line, "event_header").unwrap());
            Notify::new(cseq, header, text(line, "body").unwrap())
                .with_subscription_state(text(line, "subscription_state"))
                .with_in_dialog(flag("in_dialog"))
                .into()
        }
        "cseq" => Event::Cseq(number("cseq").unwrap()),
        "status" => Event::status(number("code").unwrap(), flag("final")),
        "hangup" => Event::HangUp,
        "transport-error" => Event::TransportError,
        "time" => Event::Time,
        other => panic!("{other}"),
    }
}

fn said(output: &Output) -> Value {
    match output {
        Output::SendRefer => json!({"output": "send-refer"}),
        Output::Reply(code) => json!({"output": "reply", "code": code}),
        Output::EndDialog => json!({"output": "end-dialog"}),
        Output::Completed(report) => {
            let outcome = report.outcome();
            let request = VoiceRequest::from_pairs(report.params(), None).unwrap();
            json!({
                "output": "completed",
                "params": report.params().collect::<Vec<_>>(),
                "outcome": {
                    "kind": outcome.kind(),
                    "status": outcome.status(),
                    "code": outcome.code(),
                    "may_resume": request.may_resume(),
                },
            })
        }
        Output::Diagnostic(found) => json!({
            "output": "diagnostic",
            "code": found.code().as_str(),
            "severity": found.severity().as_str(),
            "path": found.path(),
            "message": found.message(),
            "number": found.twilio_number(),
            "line": found.line(),
            "column": found.column(),
            "parameter": found.parameter(),
            "error": null,
        }),
        other => panic!("{other:?}"),
    }
}
