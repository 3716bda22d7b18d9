//! Reading a scenario file, line by line.

use std::time::Duration;

use twiml_refer::{
    Error,
    transfer::{RejectedStatus, TransferSettings},
    webhook::{Leg, ReferCallStatus},
};

use super::words::{Word, words};
use super::{Line, Party, Place, Scenario, ScenarioError};

/// An event as it is written: a NOTIFY's CSeq may still depend on those before it.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Start { leg: Leg, cseq: u32, first_in_dialog: bool },
    Response { code: u16, refer_sub: bool, retry: bool },
    Notify(Notify),
    HangUp { by: Party },
    TransportError,
    Time,
}

#[derive(Debug, Clone)]
pub(super) struct Notify {
    /// None: a body without a status line.
    pub(super) code: Option<u16>,
    pub(super) cseq: Option<u32>,
    pub(super) event_header: String,
    pub(super) subscription_state: Option<String>,
    pub(super) in_dialog: bool,
}

impl Scenario {
    /// Reads a scenario file.
    pub(crate) fn parse(text: &str) -> Result<Self, ScenarioError> {
        let mut scenario = Self { settings: TransferSettings::new(), lines: Vec::new() };
        let mut is_started = false;
        for (index, line) in text.lines().enumerate() {
            let mut words = words(line, index + 1);
            let Some(first) = words.next() else { continue };
            if first.text == "set" {
                if is_started {
                    return Err(first.refuse("settings before the start"));
                }
                scenario.settings = set(scenario.settings, first, &mut words)?;
                nothing_more(words)?;
                continue;
            }
            let at = first.milliseconds()?;
            if scenario.lines.last().is_some_and(|before| before.at > at) {
                return Err(first.refuse("a time not before that of the line above"));
            }
            let place = first.place;
            let name = words.next().ok_or_else(|| missing(place, "an event after the time"))?;
            let event = event(name, &mut words)?;
            nothing_more(words)?;
            is_started |= matches!(event, Event::Start { .. });
            scenario.lines.push(Line { place: name.place, at, event });
        }
        if !is_started {
            let line = text.lines().count().max(1);
            return Err(missing(Place { line, column: 1 }, "a line such as: 0 start"));
        }
        Ok(scenario)
    }
}

/// The settings that these names and values make, as `set` takes them in a scenario.
pub(crate) fn settings(pairs: &[(String, String)]) -> Result<TransferSettings, String> {
    pairs.iter().try_fold(TransferSettings::new(), |settings, (name, value)| {
        let line = format!("set {name} {value}");
        let mut words = words(&line, 1);
        let first = words.next().ok_or_else(String::new)?;
        let set = set(settings, first, &mut words).map_err(|error| error.message)?;
        nothing_more(words).map_err(|error| error.message)?;
        Ok(set)
    })
}

fn missing(place: Place, what: &str) -> ScenarioError {
    ScenarioError { place, message: format!("something is missing; expected {what}") }
}

fn nothing_more<'a>(mut words: impl Iterator<Item = Word<'a>>) -> Result<(), ScenarioError> {
    words.next().map_or(Ok(()), |word| Err(word.refuse("the end of the line")))
}

fn set<'a>(
    settings: TransferSettings,
    first: Word<'a>,
    words: &mut impl Iterator<Item = Word<'a>>,
) -> Result<TransferSettings, ScenarioError> {
    const NAMES: &str = "hangup-grace, response-timeout, notify-timeout, subscription, \
        max-duration, rejected-status or status";
    let name = words.next().ok_or_else(|| missing(first.place, NAMES))?;
    let value = words.next().ok_or_else(|| missing(name.place, "a value"))?;
    let duration = || value.milliseconds().map(Duration::from_millis);
    let set = match name.text {
        "hangup-grace" => settings.with_hang_up_grace(duration()?),
        "response-timeout" => settings.with_response_timeout(duration()?),
        "notify-timeout" => settings.with_notify_timeout(duration()?),
        "subscription" => settings.with_subscription(duration()?),
        "max-duration" => settings.with_max_duration(duration()?),
        "rejected-status" => Ok(settings.with_rejected_status(match value.text {
            "failed" => RejectedStatus::Failed,
            "omitted" => RejectedStatus::Omitted,
            _ => return Err(value.refuse("failed or omitted")),
        })),
        "status" => {
            let (code, status) = value.option().ok_or_else(|| value.refuse("CODE=STATUS"))?;
            let code: u16 = Word { text: code, ..value }.number("a SIP status code before =")?;
            settings.with_status(code, ReferCallStatus::from(status.text))
        }
        _ => return Err(name.refuse(NAMES)),
    };
    set.map_err(|error: Error| ScenarioError { place: value.place, message: error.message() })
}

fn event<'a>(
    name: Word<'a>,
    words: &mut impl Iterator<Item = Word<'a>>,
) -> Result<Event, ScenarioError> {
    match name.text {
        "start" => start(words),
        "response" => response(name, words),
        "notify" => notify(name, words).map(Event::Notify),
        "hangup" => match words.next() {
            Some(Word { text: "caller", .. }) => Ok(Event::HangUp { by: Party::Caller }),
            Some(Word { text: "endpoint", .. }) => Ok(Event::HangUp { by: Party::Endpoint }),
            Some(other) => Err(other.refuse("caller or endpoint")),
            None => Err(missing(name.place, "caller or endpoint")),
        },
        "transport-error" => Ok(Event::TransportError),
        "time" => Ok(Event::Time),
        _ => {
            Err(name.refuse("start, response, notify, hangup, transport-error, time, or set first"))
        }
    }
}

fn start<'a>(words: &mut impl Iterator<Item = Word<'a>>) -> Result<Event, ScenarioError> {
    let (mut leg, mut cseq, mut first_in_dialog) = (Leg::Sip, 1, true);
    for word in words {
        match word.option() {
            Some(("leg", value)) => {
                leg = [Leg::Sip, Leg::Pstn, Leg::Client]
                    .into_iter()
                    .find(|leg| leg.as_str() == value.text)
                    .ok_or_else(|| value.refuse("sip, pstn or client"))?;
            }
            Some(("cseq", value)) => cseq = value.number("a number")?,
            Some(("first", value)) => first_in_dialog = yes_or_no(value)?,
            _ => return Err(word.refuse("leg=, cseq= or first=")),
        }
    }
    Ok(Event::Start { leg, cseq, first_in_dialog })
}

fn response<'a>(
    name: Word<'a>,
    words: &mut impl Iterator<Item = Word<'a>>,
) -> Result<Event, ScenarioError> {
    let code = words.next().ok_or_else(|| missing(name.place, "a SIP status code"))?;
    let code = code.number("a SIP status code")?;
    let (mut refer_sub, mut retry) = (true, false);
    for word in words {
        match (word.text, word.option()) {
            ("retry", _) => retry = true,
            (_, Some(("refer-sub", value))) => refer_sub = yes_or_no(value)?,
            _ => return Err(word.refuse("refer-sub= or retry")),
        }
    }
    Ok(Event::Response { code, refer_sub, retry })
}

fn notify<'a>(
    name: Word<'a>,
    words: &mut impl Iterator<Item = Word<'a>>,
) -> Result<Notify, ScenarioError> {
    const WHAT: &str = "the SIP status code of its body, or - for none";
    let code = words.next().ok_or_else(|| missing(name.place, WHAT))?;
    let code = if code.text == "-" {
        None
    } else {
        let number = code.number(WHAT)?;
        let is_code = (100..=699).contains(&number);
        Some(number).filter(|_| is_code).ok_or_else(|| code.refuse(WHAT)).map(Some)?
    };
    let is_final = code.is_some_and(|code| code >= 200);
    let (mut cseq, mut in_dialog) = (None, true);
    let (mut package, mut id) = ("refer", None);
    let mut state = if is_final { "terminated" } else { "active" };
    let mut parameters = String::new();
    for word in words {
        match word.option() {
            Some(("event", value)) => package = value.text,
            Some(("id", value)) => id = Some(value.text),
            Some(("cseq", value)) => cseq = Some(value.number("a number")?),
            Some(("state", value)) => state = value.text,
            Some((name @ ("expires" | "reason"), value)) => {
                parameters.extend([";", name, "=", value.text]);
            }
            Some(("dialog", Word { text: "other", .. })) => in_dialog = false,
            _ => {
                return Err(
                    word.refuse("event=, id=, cseq=, state=, expires=, reason= or dialog=other")
                );
            }
        }
    }
    let package = if package == "none" { "" } else { package };
    let id = id.map(|id| format!(";id={id}")).unwrap_or_default();
    Ok(Notify {
        code,
        cseq,
        event_header: format!("{package}{id}"),
        subscription_state: (state != "none").then(|| format!("{state}{parameters}")),
        in_dialog,
    })
}

fn yes_or_no(value: Word<'_>) -> Result<bool, ScenarioError> {
    value.text.parse().map_err(|_| value.refuse("true or false"))
}
