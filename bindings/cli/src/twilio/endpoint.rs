//! The caller's endpoint, which gets the REFER.

use std::path::{Path, PathBuf};

use twiml_refer::{SipUri, webhook::Leg};

use crate::exit::{Failure, Result};
use crate::input;
use crate::scenario::{Scenario, Step, TARGET};
use crate::source::Source;

/// What is at the other end of the call.
pub(crate) trait Endpoint {
    /// Sends a REFER to this target, and returns everything that happens until the transfer completes.
    fn refer(&mut self, target: &SipUri) -> Result<Vec<Step>>;
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
            return Ok(Self { scenario });
        }
        let start = Scenario::parse(&format!("0 start leg={leg}"));
        Ok(Self { scenario: start.map_err(|error| error.into_failure(&source))? })
    }
}

impl Endpoint for ScriptedEndpoint {
    fn refer(&mut self, target: &SipUri) -> Result<Vec<Step>> {
        self.scenario
            .run(target.as_str())
            .map_err(|error| Failure::usage(&format!("cannot run the scenario: {}", error.message)))
    }
}
