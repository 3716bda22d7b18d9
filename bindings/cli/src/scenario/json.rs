//! A step as JSON: everything that was fed, so that another runner needs no scenario file, and what
//! came out.

use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};
use twiml_refer::{
    diagnostic::Diagnostic,
    transfer::{Output, RejectedStatus, TransferSettings},
    webhook::ReferReport,
};

use super::fed::{Fed, FedNotify};
use super::{Step, What};

impl Serialize for Step {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = Map::new();
        object.insert("at".to_owned(), json!(seconds(self.at)));
        let what = match &self.what {
            What::Fed(fed) => event(fed),
            What::Said(output) => said(output),
            What::Failed(error) => json!({"output": "error", "code": error.platform_number()}),
        };
        if let Value::Object(fields) = what {
            object.extend(fields);
        }
        object.serialize(serializer)
    }
}

/// The clock of a scenario is far below where a double would lose milliseconds.
fn seconds(milliseconds: u64) -> f64 {
    Duration::from_millis(milliseconds).as_secs_f64()
}

fn event(fed: &Fed) -> Value {
    match fed {
        Fed::Start { leg, cseq, first_in_dialog, settings } => json!({
            "event": "start",
            "leg": leg,
            "cseq": cseq,
            "first_in_dialog": first_in_dialog,
            "settings": changed(settings),
        }),
        Fed::Response { code, refer_sub, retry } => {
            json!({"event": "response", "code": code, "refer_sub": refer_sub, "retry": retry})
        }
        Fed::Notify(FedNotify { cseq, event_header, subscription_state, in_dialog, body }) => {
            json!({
                "event": "notify",
                "event_header": event_header,
                "cseq": cseq,
                "subscription_state": subscription_state,
                "in_dialog": in_dialog,
                "body": body,
            })
        }
        Fed::HangUp { by, .. } => json!({"event": "hangup", "by": by.to_string()}),
        Fed::TransportError => json!({"event": "transport-error"}),
        Fed::Time => json!({"event": "time"}),
    }
}

/// The settings that are not the defaults, times in seconds.
fn changed(settings: &TransferSettings) -> Map<String, Value> {
    let standard = TransferSettings::new();
    let times = [
        ("response_timeout", settings.response_timeout(), standard.response_timeout()),
        ("notify_timeout", settings.notify_timeout(), standard.notify_timeout()),
        ("subscription", settings.subscription(), standard.subscription()),
        ("hang_up_grace", settings.hang_up_grace(), standard.hang_up_grace()),
        ("max_duration", settings.max_duration(), standard.max_duration()),
    ];
    let mut changed: Map<String, Value> = times
        .into_iter()
        .filter(|(_, set, standard)| set != standard)
        .map(|(name, set, _)| (name.to_owned(), json!(set.as_secs_f64())))
        .collect();
    if settings.rejected_status() == RejectedStatus::Omitted {
        changed.insert("rejected_status".to_owned(), json!("omitted"));
    }
    let statuses: Vec<_> = settings.statuses().collect();
    if !statuses.is_empty() {
        changed.insert("statuses".to_owned(), json!(statuses));
    }
    changed
}

fn said(output: &Output) -> Value {
    match output {
        Output::SendRefer => json!({"output": "send-refer"}),
        Output::Reply(code) => json!({"output": "reply", "code": code}),
        Output::EndDialog => json!({"output": "end-dialog"}),
        Output::Completed(report) => completed(report),
        Output::Diagnostic(found) => diagnostic(found),
        _ => json!({"output": "unknown"}),
    }
}

fn diagnostic(found: &Diagnostic) -> Value {
    let mut said = json!({"output": "diagnostic"});
    if let (Value::Object(said), Ok(Value::Object(found))) =
        (&mut said, serde_json::to_value(found))
    {
        said.extend(found);
    }
    said
}

fn completed(report: &ReferReport) -> Value {
    let params: Vec<_> = report.params().collect();
    json!({"output": "completed", "params": params, "outcome": report.outcome()})
}
