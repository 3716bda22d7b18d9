//! The caller's endpoint: it hears what is said, presses keys, and gets the REFER. This one does what a scenario
//! says; `live` is a real one.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use twiml_refer::{SipUri, webhook::Leg};

use super::gather::Gather;
use super::registry::Update;
use crate::exit::{Failure, Result};
use crate::input;
use crate::scenario::{Scenario, Step, TARGET};
use crate::source::Source;

/// What is at the other end of the call.
pub(crate) trait Endpoint {
    /// Answers the call, unless that has been done.
    fn answer(&mut self) -> Presence;
    /// Waits for what takes this time to be said or played.
    fn play(&mut self, duration: Duration) -> Presence;
    /// Waits.
    fn pause(&mut self, duration: Duration) -> Presence;
    /// Collects keys, while and after prompts of this duration are played.
    fn gather(&mut self, gather: &Gather, prompts: Duration) -> Gathered;
    /// Refuses a call that has not been answered.
    fn reject(&mut self, status: u16);
    /// Sends a REFER to this target, and returns everything that happens until the transfer completes; `None` if the
    /// call ended before.
    fn refer(&mut self, target: &SipUri) -> Result<Option<Vec<Step>>>;
    /// Returns whether the call is there now.
    fn presence(&self) -> Presence;
    /// Returns the document that is to run in place of the one that runs, if there is one.
    fn take_update(&mut self) -> Option<Update> {
        None
    }
    /// Returns once whether keys came from somewhere else than the endpoint, and were ignored.
    fn take_ignored_keys(&self) -> bool {
        false
    }
    /// Returns what the caller would have pressed at further `<Gather>` verbs.
    fn digits_left(&mut self) -> Vec<String>;
}

/// Whether the call is still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    There,
    /// It is there, and has got another document.
    Updated,
    Gone,
}

/// What a `<Gather>` has got.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// The keys that were pressed, up to the one that ended the input or further.
    pub(crate) pressed: String,
    pub(crate) presence: Presence,
}

/// The named scenarios; the first four are those of Twilio's documentation.
const SCENARIOS: [(&str, &str); 5] = [
    ("answered", include_str!("scenarios/answered.scenario")),
    ("busy", include_str!("scenarios/busy.scenario")),
    ("refused", include_str!("scenarios/refused.scenario")),
    ("hangup", include_str!("scenarios/hangup.scenario")),
    ("silent", include_str!("scenarios/silent.scenario")),
];

/// An endpoint that does what a scenario says, in simulated time.
pub(crate) struct ScriptedEndpoint {
    scenario: Scenario,
    digits: VecDeque<String>,
}

impl ScriptedEndpoint {
    /// Loads the named scenario, or else the file.
    pub(crate) fn load(leg: Leg, name: &str) -> Result<Self> {
        if let Some((_, text)) = SCENARIOS.iter().find(|(known, _)| *known == name) {
            return Self::new(leg, name, text);
        }
        let path = Path::new(name);
        if !input::is_stdin(path) && !path.exists() {
            let names: Vec<_> = SCENARIOS.iter().map(|(name, _)| *name).collect();
            return Err(Failure::usage(&format!(
                "there is no scenario and no file {name}: the scenarios are {}",
                names.join(", ")
            )));
        }
        Self::new(leg, &input::name(path), &Scenario::read(&PathBuf::from(name))?)
    }

    /// On any leg but SIP no endpoint understands REFER, and the scenario plays no part. Runs the scenario
    /// once, so that a mistake in it is found before any request is made.
    fn new(leg: Leg, name: &str, text: &str) -> Result<Self> {
        let source = Source::text(name, text);
        let scenario = Scenario::parse(text).and_then(|scenario| {
            scenario.run(TARGET)?;
            Ok(scenario)
        });
        let scenario = scenario.map_err(|error| error.into_failure(&source))?;
        if leg == Leg::Sip {
            return Ok(Self { scenario, digits: VecDeque::new() });
        }
        let start = Scenario::parse(&format!("0 start leg={leg}"));
        let scenario = start.map_err(|error| error.into_failure(&source))?;
        Ok(Self { scenario, digits: VecDeque::new() })
    }

    /// Sets what the caller presses, `<Gather>` by `<Gather>`.
    pub(crate) fn with_digits(self, digits: impl IntoIterator<Item = String>) -> Self {
        Self { digits: digits.into_iter().collect(), ..self }
    }
}

impl Endpoint for ScriptedEndpoint {
    fn answer(&mut self) -> Presence {
        Presence::There
    }

    fn play(&mut self, _duration: Duration) -> Presence {
        Presence::There
    }

    fn pause(&mut self, _duration: Duration) -> Presence {
        Presence::There
    }

    fn gather(&mut self, _gather: &Gather, _prompts: Duration) -> Gathered {
        let pressed = self.digits.pop_front().unwrap_or_default();
        Gathered { pressed, presence: Presence::There }
    }

    fn reject(&mut self, _status: u16) {}

    fn refer(&mut self, target: &SipUri) -> Result<Option<Vec<Step>>> {
        let steps = self.scenario.run(target.as_str());
        steps
            .map(Some)
            .map_err(|error| Failure::usage(&format!("cannot run the scenario: {}", error.message)))
    }

    fn presence(&self) -> Presence {
        Presence::There
    }

    fn digits_left(&mut self) -> Vec<String> {
        self.digits.drain(..).collect()
    }
}
