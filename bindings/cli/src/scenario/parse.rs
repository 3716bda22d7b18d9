//! Reads scenarios, word by word.

use std::str::FromStr;
use std::time::Duration;

use twiml_refer::{
    Error,
    sip::SipStatus,
    transfer::{RejectedStatus, TransferSettings},
    webhook::{Leg, ReferCallStatus},
};

use super::{Input, Line, Notify, Party, Position, Scenario, ScenarioError};

type Result<T> = std::result::Result<T, ScenarioError>;

/// A hundred years: far below where a double loses milliseconds.
const MAX_MILLISECONDS: u64 = 100 * 366 * 24 * 60 * 60 * 1000;

const SETTINGS: &str = "hangup-grace, response-timeout, notify-timeout, subscription, \
    max-duration, rejected-status or status";
const EVENTS: &str =
    "start, response, notify, cseq, status, hangup, transport-error, time, or set first";
const CODE: &str = "a SIP status code";
const BODY_CODE: &str = "the SIP status code of its body, or - for none";
const NOTIFY_OPTIONS: &str = "event=, id=, cseq=, state=, expires=, reason= or dialog=other";

impl Scenario {
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut parser = Parser::default();
        let mut lines: Vec<Line> = Vec::new();
        let mut is_started = false;
        for (index, line) in text.lines().enumerate() {
            let mut words = Words::new(line, index + 1);
            let Some(first) = words.next() else { continue };
            if first.text == "set" {
                if is_started {
                    return Err(first.refuse("settings before the start"));
                }
                parser.set(&mut words)?;
            } else {
                let at_ms = first.milliseconds()?;
                if lines.last().is_some_and(|before| before.at_ms > at_ms) {
                    return Err(first.refuse("a time not before that of the line above"));
                }
                let name = words.required("an event after the time")?;
                let input = parser.input(name, &mut words)?;
                is_started |= matches!(input, Input::Start { .. });
                lines.push(Line { position: name.position, at_ms, input });
            }
            words.end()?;
        }
        if !is_started {
            let line = text.lines().count().max(1);
            return Err(missing(Position { line, column: 1 }, "a line such as: 0 start"));
        }
        Ok(Self { settings: parser.settings, lines })
    }
}

/// Returns the settings of names and values as `set` has them in a scenario.
pub(crate) fn settings(
    pairs: &[(String, String)],
) -> std::result::Result<TransferSettings, String> {
    let mut parser = Parser::default();
    for (name, value) in pairs {
        let line = format!("{name} {value}");
        let mut words = Words::new(&line, 1);
        parser.set(&mut words).and_then(|()| words.end()).map_err(|error| error.message)?;
    }
    Ok(parser.settings)
}

/// The settings, and the highest CSeq of each direction of the dialog.
#[derive(Default)]
struct Parser {
    settings: TransferSettings,
    refer_cseq: u32,
    notify_cseq: u32,
}

impl Parser {
    fn set(&mut self, words: &mut Words<'_>) -> Result<()> {
        let name = words.required(SETTINGS)?;
        let value = words.required("a value")?;
        let duration = || value.milliseconds().map(Duration::from_millis);
        let settings = std::mem::take(&mut self.settings);
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
                let code = Word { text: code, ..value };
                let code = code.number::<u16>("a SIP status code before =")?;
                settings.with_status(code, ReferCallStatus::from(status.text))
            }
            _ => return Err(name.refuse(SETTINGS)),
        };
        let position = value.position;
        self.settings =
            set.map_err(|error: Error| ScenarioError { position, message: error.message() })?;
        Ok(())
    }

    fn input(&mut self, name: Word<'_>, words: &mut Words<'_>) -> Result<Input> {
        match name.text {
            "start" => self.start(words),
            "response" => self.response(words),
            "notify" => self.notify(words).map(Input::Notify),
            "cseq" => {
                let cseq = words.required("a number")?.number("a number")?;
                self.refer_cseq = cseq;
                Ok(Input::Cseq { cseq })
            }
            "status" => {
                let code = words.required(CODE)?.number(CODE)?;
                let last = words.next();
                match last.filter(|word| word.text != "final") {
                    Some(other) => Err(other.refuse("final")),
                    None => Ok(Input::Status { code, is_final: last.is_some() }),
                }
            }
            "hangup" => {
                let by = words.required("caller or endpoint")?;
                let by = match by.text {
                    "caller" => Party::Caller,
                    "endpoint" => Party::Endpoint,
                    _ => return Err(by.refuse("caller or endpoint")),
                };
                Ok(Input::HangUp { by, method: "BYE" })
            }
            "transport-error" => Ok(Input::TransportError),
            "time" => Ok(Input::Time),
            _ => Err(name.refuse(EVENTS)),
        }
    }

    fn start(&mut self, words: &mut Words<'_>) -> Result<Input> {
        let (mut leg, mut cseq, mut first_in_dialog) = (Leg::Sip, Some(1), true);
        for word in words {
            match word.option() {
                Some(("leg", value)) => {
                    leg = [Leg::Sip, Leg::Pstn, Leg::Client]
                        .into_iter()
                        .find(|leg| leg.as_str() == value.text)
                        .ok_or_else(|| value.refuse("sip, pstn or client"))?;
                }
                Some(("cseq", Word { text: "unknown", .. })) => cseq = None,
                Some(("cseq", value)) => cseq = Some(value.number("a number or unknown")?),
                Some(("first", value)) => first_in_dialog = value.boolean()?,
                _ => return Err(word.refuse("leg=, cseq= or first=")),
            }
        }
        self.refer_cseq = cseq.unwrap_or_default();
        Ok(Input::Start { leg, cseq, first_in_dialog, settings: self.settings.clone() })
    }

    fn response(&mut self, words: &mut Words<'_>) -> Result<Input> {
        let code = words.required(CODE)?.number(CODE)?;
        let (mut refer_sub, mut retry) = (true, false);
        for word in words {
            match (word.text, word.option()) {
                ("retry", _) => retry = true,
                (_, Some(("refer-sub", value))) => refer_sub = value.boolean()?,
                _ => return Err(word.refuse("refer-sub= or retry")),
            }
        }
        self.refer_cseq = self.refer_cseq.saturating_add(u32::from(retry));
        Ok(Input::Response { code, refer_sub, retry: retry.then_some(self.refer_cseq) })
    }

    fn notify(&mut self, words: &mut Words<'_>) -> Result<Notify> {
        let code = words.required(BODY_CODE)?;
        let status = match code.text {
            "-" => None,
            _ => Some(
                SipStatus::new(code.number::<u16>(BODY_CODE)?)
                    .map_err(|_| code.refuse(BODY_CODE))?,
            ),
        };
        let mut cseq = self.notify_cseq.saturating_add(1);
        let (mut package, mut id, mut in_dialog) = ("refer", String::new(), true);
        let is_final = status.is_some_and(SipStatus::is_final);
        let mut state = if is_final { "terminated" } else { "active" };
        let mut parameters = String::new();
        for word in words {
            match word.option() {
                Some(("event", Word { text: "none", .. })) => package = "",
                Some(("event", value)) => package = value.text,
                Some(("id", value)) => id = format!(";id={}", value.text),
                Some(("cseq", value)) => cseq = value.number("a number")?,
                Some(("state", value)) => state = value.text,
                Some((name @ ("expires" | "reason"), value)) => {
                    parameters.extend([";", name, "=", value.text]);
                }
                Some(("dialog", Word { text: "other", .. })) => in_dialog = false,
                _ => return Err(word.refuse(NOTIFY_OPTIONS)),
            }
        }
        self.notify_cseq = self.notify_cseq.max(cseq);
        Ok(Notify {
            cseq,
            event_header: format!("{package}{id}"),
            subscription_state: (state != "none").then(|| format!("{state}{parameters}")),
            in_dialog,
            // A reason phrase may be empty (RFC 3261 section 25.1), and no rule looks at it.
            body: status.map_or_else(String::new, |status| format!("SIP/2.0 {status} \r\n")),
        })
    }
}

fn missing(position: Position, what: &str) -> ScenarioError {
    ScenarioError { position, message: format!("something is missing: expected {what}") }
}

/// The words of a line, without its comment.
struct Words<'a> {
    rest: &'a str,
    /// Where `rest` begins.
    position: Position,
    /// Where the last word begins.
    last: Position,
}

impl<'a> Words<'a> {
    fn new(line: &'a str, number: usize) -> Self {
        let rest = line.split_once('#').map_or(line, |(code, _)| code);
        let position = Position { line: number, column: 1 };
        Self { rest, position, last: position }
    }

    fn required(&mut self, what: &str) -> Result<Word<'a>> {
        self.next().ok_or_else(|| missing(self.last, what))
    }

    fn end(&mut self) -> Result<()> {
        self.next().map_or(Ok(()), |word| Err(word.refuse("the end of the line")))
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_start();
        let spaces = self.rest.chars().count() - text.chars().count();
        let (text, rest) =
            text.split_at_checked(text.find(char::is_whitespace).unwrap_or(text.len()))?;
        self.last.column = self.position.column + spaces;
        self.position.column = self.last.column + text.chars().count();
        self.rest = rest;
        (!text.is_empty()).then_some(Word { text, position: self.last })
    }
}

/// A word, and where it begins.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    position: Position,
}

impl<'a> Word<'a> {
    fn refuse(self, expected: &str) -> ScenarioError {
        let message = format!("unexpected {}: expected {expected}", self.text);
        ScenarioError { position: self.position, message }
    }

    /// Splits `name=value`.
    fn option(self) -> Option<(&'a str, Word<'a>)> {
        let (name, text) = self.text.split_once('=')?;
        let column = self.position.column + name.chars().count() + 1;
        Some((name, Word { text, position: Position { column, ..self.position } }))
    }

    fn number<N: FromStr>(self, expected: &str) -> Result<N> {
        let is_number = self.text.bytes().all(|byte| byte.is_ascii_digit());
        self.text.parse().ok().filter(|_| is_number).ok_or_else(|| self.refuse(expected))
    }

    fn boolean(self) -> Result<bool> {
        self.text.parse().map_err(|_| self.refuse("true or false"))
    }

    /// Parses seconds with up to three decimals.
    fn milliseconds(self) -> Result<u64> {
        let (seconds, decimals) = self.text.split_once('.').unwrap_or((self.text, "0"));
        let digits = format!("{seconds}{decimals:0<3}");
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        if seconds.is_empty() || !(1..=3).contains(&decimals.len()) || !is_number {
            return Err(self.refuse("a time in seconds, to the millisecond at most, as 0.05"));
        }
        let milliseconds = digits.parse().ok().filter(|it| *it <= MAX_MILLISECONDS);
        milliseconds.ok_or_else(|| self.refuse("a time within a hundred years"))
    }
}
