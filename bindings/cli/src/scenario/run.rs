//! Driving a transfer through a scenario, in simulated time.

use std::sync::Arc;

use twiml_refer::{ErrorKind, Event, SipUri, Transfer};

use super::fed::Numbers;
use super::{Line, Place, Scenario, ScenarioError, Step, What};

impl Scenario {
    /// Everything that happens, until the verb has completed and no line is left.
    pub(crate) fn run(&self, target: SipUri) -> Result<Vec<Step>, ScenarioError> {
        let transfer = Transfer::with_settings(target, Arc::new(self.settings.clone()));
        let mut run = Run { transfer, now: 0, steps: Vec::new() };
        let mut numbers = Numbers::default();
        for Line { place, at, event } in &self.lines {
            run.time_until(*at, *place)?;
            let fed = numbers.complete(event, &self.settings);
            run.now = *at;
            run.steps.push(Step { at: *at, what: What::Fed(fed.clone()) });
            run.handle(fed.event(), *place)?;
        }
        if let Some(last) = self.lines.last() {
            run.time_until(u64::MAX, last.place)?;
        }
        Ok(run.steps)
    }
}

struct Run {
    transfer: Transfer,
    now: u64,
    steps: Vec<Step>,
}

impl Run {
    /// Lets the deadline fire, if it comes before that time or with it.
    fn time_until(&mut self, at: u64, place: Place) -> Result<(), ScenarioError> {
        if let Some(deadline) = self.transfer.deadline().filter(|deadline| *deadline <= at) {
            self.now = self.now.max(deadline);
            self.handle(Event::Time, place)?;
        }
        Ok(())
    }

    fn handle(&mut self, event: Event<'_>, place: Place) -> Result<(), ScenarioError> {
        let at = self.now;
        match self.transfer.handle(event, at) {
            Err(error) if error.kind() == ErrorKind::ReferNotSupported => {
                self.steps.push(Step { at, what: What::Failed(error) });
            }
            Err(error) => return Err(ScenarioError { place, message: error.message() }),
            Ok(()) => {}
        }
        while let Some(output) = self.transfer.poll() {
            self.steps.push(Step { at, what: What::Said(output) });
        }
        Ok(())
    }
}
