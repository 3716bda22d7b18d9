//! The settings of the platform in a capture: those of scenarios, and two for stacks that do not keep to
//! the RFCs as the model does.

use std::sync::Arc;

use twiml_refer::transfer::TransferSettings;

use crate::scenario::{self, Input};

/// What `--set` changes.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pairs: Vec<(String, String)>,
    pub(crate) transfer: Arc<TransferSettings>,
    /// The id of a NOTIFY's Event plays no part.
    any_id: bool,
    /// The expires of a Subscription-State plays no part.
    ignores_expires: bool,
}

/// `--set notify-id=any`
const NOTIFY_ID: (&str, &str) = ("notify-id", "any");
/// `--set expires=ignored`
const EXPIRES: (&str, &str) = ("expires", "ignored");

impl Settings {
    pub(crate) fn new(pairs: &[(String, String)]) -> Result<Self, String> {
        let is = |(name, value): &(String, String), known: (&str, &str)| {
            if name != known.0 {
                return Ok(false);
            }
            if value == known.1 {
                Ok(true)
            } else {
                Err(format!("invalid value {value}: expected {}", known.1))
            }
        };
        let (mut any_id, mut ignores_expires) = (false, false);
        let mut others = Vec::new();
        for pair in pairs {
            if is(pair, NOTIFY_ID)? {
                any_id = true;
            } else if is(pair, EXPIRES)? {
                ignores_expires = true;
            } else {
                others.push(pair.clone());
            }
        }
        let transfer = Arc::new(scenario::settings(&others)?);
        Ok(Self { pairs: pairs.to_vec(), transfer, any_id, ignores_expires })
    }

    /// Returns these settings and more.
    pub(super) fn with(&self, more: &[(String, String)]) -> Result<Self, String> {
        Self::new(&[&self.pairs, more].concat())
    }

    pub(super) fn any_id() -> (String, String) {
        (NOTIFY_ID.0.to_owned(), NOTIFY_ID.1.to_owned())
    }

    pub(super) fn ignored_expires() -> (String, String) {
        (EXPIRES.0.to_owned(), EXPIRES.1.to_owned())
    }

    /// Returns an event as the model gets it with these settings.
    pub(super) fn seen(&self, input: Input) -> Input {
        match input {
            Input::Notify(mut notify) => {
                if self.any_id {
                    notify.event_header = without(&notify.event_header, "id");
                }
                if self.ignores_expires {
                    notify.subscription_state =
                        notify.subscription_state.map(|state| without(&state, "expires"));
                }
                Input::Notify(notify)
            }
            Input::Start { leg, cseq, first_in_dialog, .. } => Input::Start {
                leg,
                cseq,
                // A missing id matches the first REFER of a dialog.
                first_in_dialog: first_in_dialog || self.any_id,
                settings: TransferSettings::clone(&self.transfer),
            },
            other => other,
        }
    }
}

/// Removes a parameter from a header value.
fn without(value: &str, parameter: &str) -> String {
    let is_other = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default();
        !name.trim().eq_ignore_ascii_case(parameter)
    };
    let mut parts = value.split(';');
    let first = parts.next().unwrap_or_default();
    std::iter::once(first).chain(parts.filter(is_other)).collect::<Vec<_>>().join(";")
}
