//! Scenarios: what an endpoint does with a REFER, one event a line. `parse` reads them; here they drive a
//! transfer in simulated time, and what happened becomes JSON.

mod parse;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use twiml_refer::{
    Error, ReferOutcome, SipUri, Transfer,
    error::ErrorKind,
    transfer::{self, Event, Output, RejectedStatus, Response, Start, TransferSettings},
    webhook::{Leg, ReferReport},
};

use crate::console::merged;
use crate::exit::{Failure, Result};
use crate::source::Source;
use crate::{input, message};

pub(crate) use parse::settings;

/// The target of a REFER where it does not matter.
pub(crate) const TARGET: &str = "sip:alice@example.com";

/// The most bytes of a scenario file.
const MAX_BYTES: usize = 1024 * 1024;

/// A scenario, with the settings of its transfer.
#[derive(Debug)]
pub(crate) struct Scenario {
    settings: TransferSettings,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    position: Position,
    at_ms: u64,
    input: Input,
}

/// Line and column in a file, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Position {
    line: usize,
    column: usize,
}

/// A line that cannot be read, or an event that is not possible there.
#[derive(Debug)]
pub(crate) struct ScenarioError {
    position: Position,
    pub(crate) message: String,
}

impl ScenarioError {
    /// Points at the line in its file.
    pub(crate) fn into_failure(self, source: &Source<'_>) -> Failure {
        let Position { line, column } = self.position;
        let text = format!("line {line}: {}", self.message);
        Failure::Usage(message::error_at(&text, source, (line, column)))
    }
}

/// Something that happened, in milliseconds since the verb began.
#[derive(Debug, PartialEq, Serialize)]
pub(crate) struct Step {
    #[serde(rename = "at", serialize_with = "seconds")]
    pub(crate) at_ms: u64,
    #[serde(flatten)]
    pub(crate) what: What,
}

#[derive(Debug, PartialEq)]
pub(crate) enum What {
    /// An event of the scenario or the capture.
    Input(Input),
    /// An output of the transfer.
    Output(Output),
    /// The transfer never began.
    Failed(Error),
}

/// An event with everything that a transfer must know.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Input {
    Start {
        leg: Leg,
        /// The CSeq of the REFER, unless the stack chooses it.
        cseq: Option<u32>,
        first_in_dialog: bool,
        #[serde(serialize_with = "changed_settings")]
        settings: TransferSettings,
    },
    Response {
        code: u16,
        refer_sub: bool,
        /// The CSeq with which the REFER is sent again.
        retry: Option<u32>,
    },
    Notify(Notify),
    /// The CSeq that the stack has chosen.
    Cseq {
        cseq: u32,
    },
    /// What a stack reports that reads NOTIFYs itself.
    Status {
        code: u16,
        #[serde(rename = "final")]
        is_final: bool,
    },
    #[serde(rename = "hangup")]
    HangUp {
        by: Party,
        #[serde(skip)]
        method: &'static str,
    },
    TransportError,
    Time,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Notify {
    pub(crate) event_header: String,
    pub(crate) cseq: u32,
    pub(crate) subscription_state: Option<String>,
    pub(crate) in_dialog: bool,
    pub(crate) body: String,
}

/// Who ends the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Party {
    Caller,
    Endpoint,
    Twilio,
}

impl Party {
    /// Returns the subject of a sentence: `the caller`.
    pub(crate) const fn subject(self) -> &'static str {
        match self {
            Self::Caller => "the caller",
            Self::Endpoint => "the endpoint",
            Self::Twilio => "Twilio",
        }
    }
}

impl Notify {
    /// Returns the status line of the body after the version.
    pub(crate) fn status(&self) -> Option<&str> {
        let rest = self.body.strip_prefix("SIP/2.0 ")?;
        let end = rest.bytes().position(|byte| matches!(byte, b'\r' | b'\n'));
        rest.get(..end.unwrap_or(rest.len())).map(str::trim_end)
    }
}

impl Input {
    pub(crate) fn event(&self) -> Event<'_> {
        match self {
            &Self::Start { leg, cseq, first_in_dialog, .. } => {
                let start = cseq.map_or_else(Start::without_cseq, Start::new);
                start.with_leg(leg).with_first_in_dialog(first_in_dialog).into()
            }
            &Self::Response { code, refer_sub, retry } => {
                let response = Response::new(code).with_refer_sub(refer_sub);
                retry.map_or(response, |cseq| response.with_retry(cseq)).into()
            }
            Self::Notify(notify) => {
                transfer::Notify::new(notify.cseq, &notify.event_header, &notify.body)
                    .with_subscription_state(notify.subscription_state.as_deref())
                    .with_in_dialog(notify.in_dialog)
                    .into()
            }
            &Self::Cseq { cseq } => Event::Cseq(cseq),
            &Self::Status { code, is_final } => Event::status(code, is_final),
            Self::HangUp { .. } => Event::HangUp,
            Self::TransportError => Event::TransportError,
            Self::Time => Event::Time,
        }
    }
}

impl Scenario {
    /// Reads the text of a scenario file.
    pub(crate) fn read(path: &Path) -> Result<String> {
        Self::text(&input::name(path), input::read(path, MAX_BYTES)?)
    }

    /// Returns the text of a scenario file that was read.
    pub(crate) fn text(name: &str, bytes: Vec<u8>) -> Result<String> {
        if bytes.len() > MAX_BYTES {
            let text = format!("{name} has more than {MAX_BYTES} bytes: no scenario needs as many");
            return Err(Failure::refused_as("scenario-too-large", &text));
        }
        String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let text = format!("{name} is not UTF-8 at byte {offset}");
            Failure::refused_as("scenario-not-utf8", &text)
        })
    }

    /// Runs until the verb has completed and no line is left.
    pub(crate) fn run(&self, target: &str) -> std::result::Result<Vec<Step>, ScenarioError> {
        let at =
            |position| move |error: Error| ScenarioError { position, message: error.message() };
        let start = Position { line: 1, column: 1 };
        let target = SipUri::parse(target).map_err(at(start))?;
        let mut run = Run::new(target, self.settings.clone());
        for Line { position, at_ms, input } in &self.lines {
            run.advance(*at_ms)
                .and_then(|()| run.feed(*at_ms, input.clone()))
                .map_err(at(*position))?;
        }
        let last = self.lines.last().map_or(start, |line| line.position);
        run.advance(u64::MAX).map_err(at(last))?;
        Ok(run.steps)
    }
}

/// A transfer that is driven, and everything that has happened.
#[derive(Debug)]
pub(crate) struct Run {
    transfer: Transfer,
    now_ms: u64,
    pub(crate) steps: Vec<Step>,
}

impl Run {
    pub(crate) fn new(target: SipUri, settings: impl Into<Arc<TransferSettings>>) -> Self {
        let transfer = Transfer::with_settings(target, settings);
        Self { transfer, now_ms: 0, steps: Vec::new() }
    }

    pub(crate) fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// Fires the deadline, if it comes at that time or earlier.
    pub(crate) fn advance(&mut self, to_ms: u64) -> std::result::Result<(), Error> {
        if let Some(deadline) = self.transfer.deadline_ms().filter(|deadline| *deadline <= to_ms) {
            self.now_ms = self.now_ms.max(deadline);
            self.handle(Event::Time)?;
        }
        Ok(())
    }

    /// Handles an event; the outputs follow it in the steps.
    pub(crate) fn feed(&mut self, at_ms: u64, input: Input) -> std::result::Result<(), Error> {
        self.now_ms = self.now_ms.max(at_ms);
        let handled = self.transfer.handle(input.event(), self.now_ms);
        self.push(at_ms, What::Input(input));
        self.outputs(handled)
    }

    fn push(&mut self, at_ms: u64, what: What) {
        self.now_ms = self.now_ms.max(at_ms);
        self.steps.push(Step { at_ms: self.now_ms, what });
    }

    fn handle(&mut self, event: Event<'_>) -> std::result::Result<(), Error> {
        let handled = self.transfer.handle(event, self.now_ms);
        self.outputs(handled)
    }

    fn outputs(
        &mut self,
        handled: std::result::Result<(), Error>,
    ) -> std::result::Result<(), Error> {
        match handled {
            Err(error) if error.kind() == ErrorKind::ReferNotSupported => {
                self.push(self.now_ms, What::Failed(error));
            }
            handled => handled?,
        }
        while let Some(output) = self.transfer.poll() {
            self.push(self.now_ms, What::Output(output));
        }
        Ok(())
    }
}

/// Returns the report of the transfer, unless it never began.
pub(crate) fn report(steps: &[Step]) -> Option<&ReferReport> {
    steps.iter().find_map(|step| match &step.what {
        What::Output(Output::Completed(report)) => Some(report),
        _ => None,
    })
}

pub(crate) fn outcome(steps: &[Step]) -> Option<ReferOutcome> {
    report(steps).map(ReferReport::outcome)
}

/// Returns whether the transfer ends the dialog.
pub(crate) fn ends_dialog(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.what == What::Output(Output::EndDialog))
}

impl Serialize for What {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Input(input) => return input.serialize(serializer),
            Self::Output(output) => output_json(output),
            Self::Failed(error) => json!({"output": "error", "code": error.twilio_number()}),
        }
        .serialize(serializer)
    }
}

fn output_json(output: &Output) -> Value {
    match output {
        Output::SendRefer => json!({"output": "send-refer"}),
        Output::Reply(code) => json!({"output": "reply", "code": code}),
        Output::EndDialog => json!({"output": "end-dialog"}),
        Output::Completed(report) => {
            let params: Vec<_> = report.params().collect();
            json!({"output": "completed", "params": params, "outcome": report.outcome()})
        }
        Output::Diagnostic(diagnostic) => {
            merged(json!({"output": "diagnostic"}), json!(diagnostic))
        }
        _ => json!({"output": "unknown"}),
    }
}

/// The clock of a scenario stays far below where a double loses milliseconds.
fn seconds<S: Serializer>(at_ms: &u64, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(Duration::from_millis(*at_ms).as_secs_f64())
}

/// Serializes the settings that are not the defaults, times in seconds.
fn changed_settings<S: Serializer>(
    settings: &TransferSettings,
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    let all = |settings: &TransferSettings| {
        let omitted = settings.rejected_status() == RejectedStatus::Omitted;
        [
            ("response_timeout", json!(settings.response_timeout().as_secs_f64())),
            ("notify_timeout", json!(settings.notify_timeout().as_secs_f64())),
            ("subscription", json!(settings.subscription().as_secs_f64())),
            ("hang_up_grace", json!(settings.hang_up_grace().as_secs_f64())),
            ("max_duration", json!(settings.max_duration().as_secs_f64())),
            ("rejected_status", json!(if omitted { "omitted" } else { "failed" })),
            ("statuses", json!(settings.statuses().collect::<Vec<_>>())),
        ]
    };
    let pairs = all(settings).into_iter().zip(all(&TransferSettings::new()));
    let changed =
        pairs.filter(|(set, default)| set != default).map(|((name, value), _)| (name, value));
    changed
        .map(|(name, value)| (name.to_owned(), value))
        .collect::<Map<_, _>>()
        .serialize(serializer)
}
