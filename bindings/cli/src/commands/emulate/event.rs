//! What the calls and the SIP side tell the loop that prints.

use std::sync::mpsc::Sender;
use std::time::SystemTime;

use serde_json::{Value, json};

use super::calls::{Context, EndedCall};
use crate::console::merged;
use crate::exit::{Failure, Result};
use crate::ladder::{Rung, rungs};
use crate::message::Report;
use crate::scenario::Step;
use crate::sip::{CallInfo, Traced};
use crate::twilio::transcript::Sink;

pub(super) enum Event {
    /// A message was sent or received.
    Sip(Traced),
    /// A call begins; with its CallSid.
    Call(Box<CallInfo>, String),
    /// A step of a call, by its number.
    Step(u64, Shown),
    Ended(Box<EndedCall>),
    /// The command is to end.
    Signal,
}

/// What is shown of a step: for programs, for people, or on the page.
pub(super) enum Shown {
    Page {
        at: SystemTime,
        step: Value,
    },
    Json(Value),
    Line(String),
    Report(Report),
    Error(Report),
    /// A transfer has completed.
    Transfer {
        at: SystemTime,
        rungs: Vec<Rung>,
    },
}

/// The transcript of one call goes to the loop.
pub(super) struct CallSink {
    number: u64,
    sid: String,
    is_json: bool,
    has_page: bool,
    events: Sender<Event>,
}

impl CallSink {
    pub(super) fn new(number: u64, sid: &str, context: &Context, events: Sender<Event>) -> Self {
        let Context { is_json, has_page, .. } = *context;
        Self { number, sid: sid.to_owned(), is_json, has_page, events }
    }

    /// The loop is only gone when the command ends.
    fn send(&self, shown: Shown) -> Result<()> {
        self.events.send(Event::Step(self.number, shown)).map_err(|_| Failure::Closed)
    }
}

impl Sink for CallSink {
    fn is_json(&self) -> bool {
        self.is_json
    }

    fn json(&mut self, value: Value) -> Result<()> {
        self.send(Shown::Json(merged(value, json!({"call_sid": self.sid}))))
    }

    fn line(&mut self, text: &str) -> Result<()> {
        self.send(Shown::Line(text.to_owned()))
    }

    fn report(&mut self, report: Report) -> Result<()> {
        self.send(Shown::Report(report))
    }

    fn error(&mut self, report: Report) -> Result<()> {
        self.send(Shown::Error(report))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn has_page(&self) -> bool {
        self.has_page
    }

    fn page(&mut self, step: Value) -> Result<()> {
        self.send(Shown::Page { at: SystemTime::now(), step })
    }

    fn live_transfer(&mut self, steps: &[Step]) -> Result<bool> {
        if self.is_json {
            steps.iter().try_for_each(|step| self.json(json!(step)))?;
        }
        let rungs = rungs(steps).into_iter().filter(|rung| !rung.what.is_message()).collect();
        self.send(Shown::Transfer { at: SystemTime::now(), rungs })?;
        Ok(true)
    }
}
