//! The caller's endpoint: what it does with a REFER, by the name of a scenario. How a scenario is
//! read and run stands in `scenario`.

use twiml_refer::{SipUri, webhook::Leg};

use crate::scenario::{Scenario, ScenarioError, Step, TARGET};

/// The scenarios that have a name; the first four are those of the platform's documentation.
pub(crate) const SCENARIOS: [(&str, &str); 5] = [
    ("answered", include_str!("scenarios/answered.scenario")),
    ("busy", include_str!("scenarios/busy.scenario")),
    ("refused", include_str!("scenarios/refused.scenario")),
    ("hangup", include_str!("scenarios/hangup.scenario")),
    ("silent", include_str!("scenarios/silent.scenario")),
];

pub(crate) struct Endpoint(Scenario);

impl Endpoint {
    /// On any leg but SIP there is no endpoint that knows REFER, and the scenario plays no part.
    /// The scenario is tried out here: running it later cannot fail.
    pub(crate) fn new(leg: Leg, scenario: &str) -> Result<Self, ScenarioError> {
        let scenario = Scenario::parse(scenario)?;
        if let Ok(target) = SipUri::parse(TARGET) {
            scenario.run(target)?;
        }
        match leg {
            Leg::Sip => Ok(Self(scenario)),
            leg => Scenario::parse(&format!("0 start leg={leg}")).map(Self),
        }
    }

    /// What happens when it is referred to this target.
    pub(crate) fn refer(&self, target: &SipUri) -> Result<Vec<Step>, ScenarioError> {
        self.0.run(target.clone())
    }
}
