//! Driving a transfer through events that are known beforehand, in simulated time.

use std::sync::Arc;

use twiml_refer::{
    Error, SipUri, Transfer,
    error::ErrorKind,
    transfer::{Event, TransferSettings},
};

use super::fed::{Fed, Numbers};
use super::{Line, Scenario, ScenarioError, Step, What};

impl Scenario {
    /// Everything that happens, until the verb has completed and no line is left.
    pub(crate) fn run(&self, target: SipUri) -> Result<Vec<Step>, ScenarioError> {
        let mut run = Run::new(target, self.settings.clone());
        let mut numbers = Numbers::default();
        for Line { place, at, event } in &self.lines {
            let fed = numbers.complete(event, &self.settings);
            run.time_until(*at)
                .and_then(|()| run.feed(*at, fed))
                .map_err(|error| ScenarioError { place: *place, message: error.message() })?;
        }
        if let Some(last) = self.lines.last() {
            run.time_until(u64::MAX)
                .map_err(|error| ScenarioError { place: last.place, message: error.message() })?;
        }
        Ok(run.steps)
    }
}

/// A transfer at work, and everything that has happened.
#[derive(Debug)]
pub(crate) struct Run {
    transfer: Transfer,
    now: u64,
    pub(crate) steps: Vec<Step>,
}

impl Run {
    pub(crate) fn new(target: SipUri, settings: impl Into<Arc<TransferSettings>>) -> Self {
        let transfer = Transfer::with_settings(target, settings);
        Self { transfer, now: 0, steps: Vec::new() }
    }

    pub(crate) fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// Lets the deadline fire, if it comes before that time or with it.
    pub(crate) fn time_until(&mut self, at: u64) -> Result<(), Error> {
        if let Some(deadline) = self.transfer.deadline().filter(|deadline| *deadline <= at) {
            self.now = self.now.max(deadline);
            self.handle(Event::Time)?;
        }
        Ok(())
    }

    /// An event; what it causes follows it in the steps.
    pub(crate) fn feed(&mut self, at: u64, fed: Fed) -> Result<(), Error> {
        self.now = self.now.max(at);
        self.steps.push(Step { at: self.now, what: What::Fed(fed.clone()) });
        self.handle(fed.event())
    }

    fn handle(&mut self, event: Event<'_>) -> Result<(), Error> {
        let at = self.now;
        match self.transfer.handle(event, at) {
            Err(error) if error.kind() == ErrorKind::ReferNotSupported => {
                self.steps.push(Step { at, what: What::Failed(error) });
            }
            handled => handled?,
        }
        while let Some(output) = self.transfer.poll() {
            self.steps.push(Step { at, what: What::Said(output) });
        }
        Ok(())
    }
}
