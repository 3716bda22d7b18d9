//! Scenario files: what an endpoint does with a REFER, one event a line. Reading is in `parse`,
//! driving a transfer in `run`, what came of it as JSON in `json`. What a transfer does with an event,
//! core alone knows.

mod fed;
mod json;
mod parse;
mod run;
mod words;

use std::fmt;

use twiml_refer::{
    Error, ReferOutcome,
    transfer::{Output, TransferSettings},
    webhook::ReferReport,
};

pub(crate) use fed::{Fed, FedNotify};
pub(crate) use parse::settings;
pub(crate) use run::Run;

/// Whom a REFER names where it does not matter.
pub(crate) const TARGET: &str = "sip:alice@example.com";

/// The most that a scenario file may have: far more than any call.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// A scenario that was read.
#[derive(Debug)]
pub(crate) struct Scenario {
    settings: TransferSettings,
    lines: Vec<Line>,
}

/// One event, and where it stands in the file.
#[derive(Debug)]
struct Line {
    place: Place,
    /// In milliseconds since the verb began.
    at: u64,
    event: parse::Event,
}

/// Line and column in the file, both from 1, the column in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A line that cannot be read, or an event that cannot come there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ScenarioError {
    pub(crate) place: Place,
    pub(crate) message: String,
}

/// Something that happened, in its order.
#[derive(Debug, PartialEq)]
pub(crate) struct Step {
    /// In milliseconds since the verb began.
    pub(crate) at: u64,
    pub(crate) what: What,
}

#[derive(Debug, PartialEq)]
pub(crate) enum What {
    /// An event of the scenario or the trace.
    Fed(Fed),
    /// What the transfer answered.
    Said(Output),
    /// The transfer never began.
    Failed(Error),
}

/// Who ends the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    Caller,
    Endpoint,
    Platform,
}

impl fmt::Display for Party {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Caller => "caller",
            Self::Endpoint => "endpoint",
            Self::Platform => "platform",
        })
    }
}

/// What the transfer reports; none, if it never began.
pub(crate) fn report(steps: &[Step]) -> Option<&ReferReport> {
    steps.iter().find_map(|step| match &step.what {
        What::Said(Output::Completed(report)) => Some(report),
        _ => None,
    })
}

/// Whether the transfer says that the dialog is over.
pub(crate) fn ends_dialog(steps: &[Step]) -> bool {
    steps.iter().any(|step| step.what == What::Said(Output::EndDialog))
}

/// How the transfer ended; none, if it never began.
pub(crate) fn outcome(steps: &[Step]) -> Option<ReferOutcome> {
    report(steps).map(ReferReport::outcome)
}
