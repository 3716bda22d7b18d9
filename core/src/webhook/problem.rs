//! What was odd about a parameter of the typed view: [`Problem`].

use std::fmt;

use super::parameter::{self, Parameter};
use super::params::Params;
use crate::message;

/// An odd parameter. It cost nothing: the call goes on, and every pair stays readable.
///
/// ```
/// use twiml_refer::ReferCallback;
///
/// let callback = ReferCallback::from_form(b"ReferCallStatus=busy&NotifySipResponseCode=48x")?;
/// let problem = &callback.problems()[0];
/// assert_eq!(problem.parameter(), "NotifySipResponseCode");
/// assert_eq!(
///     problem.to_string(),
///     "NotifySipResponseCode: 48x is not a SIP status code (three digits, 100 to 699): \
///      it counts as absent",
/// );
/// assert_eq!(callback.notify_sip_response_code(), None);
/// # Ok::<(), twiml_refer::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Problem {
    parameter: Parameter,
    fault: Fault,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Fault {
    Repeated,
    NoCode(Box<str>),
}

impl Problem {
    pub(super) fn no_code(parameter: Parameter, value: &str) -> Self {
        Self { parameter, fault: Fault::NoCode(message::quote(value)) }
    }

    /// Those of `parameters` that stand more than once.
    pub(super) fn repeats(parameters: &'static [Parameter], params: &Params) -> Vec<Self> {
        let repeated = parameter::repeated(parameters, params.iter().map(|(name, _)| name));
        repeated.map(|parameter| Self { parameter, fault: Fault::Repeated }).collect()
    }

    /// The name of the parameter at fault, as on the wire.
    #[must_use]
    pub fn parameter(&self) -> &str {
        self.parameter.name()
    }

    /// What is odd about it and what was made of it; never the value of `CallToken`.
    #[must_use]
    pub fn message(&self) -> String {
        match &self.fault {
            Fault::Repeated => "duplicate parameter: the first value counts".to_owned(),
            Fault::NoCode(value) => format!(
                "{value} is not a SIP status code (three digits, 100 to 699): it counts as absent"
            ),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.parameter(), self.message())
    }
}
