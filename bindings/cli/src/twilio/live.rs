//! A real endpoint: a SIP call that is answered, listens, presses keys, and is transferred.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use twiml_refer::SipUri;
use twiml_refer::transfer::{Output, TransferSettings};
use twiml_refer::webhook::Leg;

use super::endpoint::{Endpoint, Gathered, Presence};
use super::gather::Gather;
use super::registry::{LiveCall, Update};
use crate::exit::Result;
use crate::scenario::{Input, Notify, Party, Step, What};
use crate::sip::{self, Ended, Happening, ReferStep, Referred, Why};

/// More keys than these are not collected, whatever a `<Gather>` waits for.
const MAX_KEYS: usize = 256;

/// The endpoint of one SIP call.
pub(crate) struct LiveEndpoint {
    /// The call as others see it.
    live: Arc<LiveCall>,
    /// `None` once the call was refused or ended here.
    call: Option<sip::Call>,
    settings: Arc<TransferSettings>,
    /// Whether nothing is waited for that is said or played.
    fast: bool,
    /// What is taken as pressed, `<Gather>` by `<Gather>`; where an entry is empty, the real keys count.
    digits: VecDeque<String>,
    answered: Option<Instant>,
    ended: Option<Ended>,
}

impl LiveEndpoint {
    /// Leads a call; `is_answered` is one that the endpoint has answered.
    pub(crate) fn new(
        call: sip::Call,
        live: Arc<LiveCall>,
        settings: Arc<TransferSettings>,
        is_answered: bool,
    ) -> Self {
        let answered = is_answered.then(Instant::now);
        if is_answered {
            live.answer();
        }
        Self {
            live,
            call: Some(call),
            settings,
            fast: false,
            digits: VecDeque::new(),
            answered,
            ended: None,
        }
    }

    pub(crate) fn with_fast(self, fast: bool) -> Self {
        Self { fast, ..self }
    }

    pub(crate) fn with_digits(self, digits: impl IntoIterator<Item = String>) -> Self {
        Self { digits: digits.into_iter().collect(), ..self }
    }

    /// Returns how long the call has been answered, if it was.
    pub(crate) fn duration(&self) -> Option<Duration> {
        self.answered.map(|answered| answered.elapsed())
    }

    /// Returns how the call ended, if it has.
    pub(crate) fn ended(&self) -> Option<Ended> {
        self.ended.or_else(|| self.call.as_ref()?.ended())
    }

    /// Ends the call, if it is there.
    pub(crate) fn hang_up(&mut self) {
        if let Some(call) = self.call.take() {
            let by_us = Ended { by: sip::Party::Us, why: Why::HungUp };
            self.ended = self.ended.or(call.ended()).or(Some(by_us));
            call.hang_up();
        }
    }

    /// Waits until then for a key, and returns `None` if none comes.
    fn key(&mut self, until: Instant) -> Option<char> {
        let call = self.call.as_ref()?;
        loop {
            match call.wait(until.saturating_duration_since(Instant::now())) {
                Happening::Digit(key) => return Some(key),
                Happening::Ended(ended) => self.ended = Some(ended),
                Happening::Interrupted if !self.live.has_update() => continue,
                Happening::Interrupted | Happening::TimedOut => {}
            }
            return None;
        }
    }

    /// Waits until then, whatever is pressed.
    fn rest(&mut self, duration: Duration) -> Presence {
        let until = Instant::now() + duration;
        while self.key(until).is_some() {}
        self.presence()
    }
}

impl Endpoint for LiveEndpoint {
    fn answer(&mut self) -> Presence {
        if self.answered.is_none() && self.ended().is_none() {
            match self.call.as_ref().map(sip::Call::answer) {
                Some(Ok(())) => {
                    self.answered = Some(Instant::now());
                    self.live.answer();
                }
                Some(Err(ended)) => {
                    // Who hangs up at once was answered.
                    let was_answered = matches!(ended.why, Why::Bye | Why::NoAck);
                    self.answered = was_answered.then(Instant::now);
                    self.ended = Some(ended);
                }
                None => {}
            }
        }
        self.presence()
    }

    fn play(&mut self, duration: Duration) -> Presence {
        self.rest(if self.fast { Duration::ZERO } else { duration })
    }

    fn pause(&mut self, duration: Duration) -> Presence {
        self.rest(duration)
    }

    /// A key ends the prompts. Keys that were pressed before the `<Gather>` are not its own (OURS).
    fn gather(&mut self, gather: &Gather, prompts: Duration) -> Gathered {
        let scripted = self.digits.pop_front().unwrap_or_default();
        if !scripted.is_empty() {
            return Gathered { pressed: scripted, presence: self.presence() };
        }
        if let Some(call) = &self.call {
            call.clear_digits();
        }
        let prompts = if self.fast { Duration::ZERO } else { prompts };
        let (mut pressed, mut digits) = (String::new(), String::new());
        let mut until = Instant::now() + prompts + gather.timeout;
        while let Some(key) = self.key(until) {
            pressed.push(key);
            if gather.push(&mut digits, key) || pressed.len() >= MAX_KEYS {
                break;
            }
            until = Instant::now() + gather.timeout;
        }
        Gathered { pressed, presence: self.presence() }
    }

    fn reject(&mut self, status: u16) {
        if let Some(call) = self.call.take() {
            self.ended = Some(Ended { by: sip::Party::Us, why: Why::Rejected(status) });
            call.reject(status);
        }
    }

    fn refer(&mut self, target: &SipUri) -> Result<Option<Vec<Step>>> {
        let Some(call) = &self.call else { return Ok(None) };
        match call.refer(target, &self.settings) {
            Ok(referred) => {
                self.ended = referred.ended;
                Ok(Some(steps(referred, &self.settings)))
            }
            Err(ended) => {
                self.ended = Some(ended);
                Ok(None)
            }
        }
    }

    fn presence(&self) -> Presence {
        match self.call.is_some() && self.ended().is_none() {
            true if self.live.has_update() => Presence::Updated,
            true => Presence::There,
            false => Presence::Gone,
        }
    }

    fn take_update(&mut self) -> Option<Update> {
        self.live.take_update()
    }

    fn take_ignored_keys(&self) -> bool {
        self.call.as_ref().is_some_and(sip::Call::take_ignored_digits)
    }

    fn digits_left(&mut self) -> Vec<String> {
        self.digits.drain(..).collect()
    }
}

/// Returns the transfer as a scenario would have run it. Whatever was left out, its result is there.
fn steps(referred: Referred, settings: &TransferSettings) -> Vec<Step> {
    let completed = What::Output(Output::Completed(referred.report));
    let last_ms = referred.steps.last().map_or(0, |(at_ms, _)| *at_ms);
    let mut steps: Vec<Step> = referred
        .steps
        .into_iter()
        .map(|(at_ms, step)| Step { at_ms, what: what(step, settings) })
        .collect();
    if !steps.iter().any(|step| matches!(step.what, What::Output(Output::Completed(_)))) {
        steps.push(Step { at_ms: last_ms, what: completed });
    }
    steps
}

fn what(step: ReferStep, settings: &TransferSettings) -> What {
    What::Input(match step {
        ReferStep::Start { cseq } => Input::Start {
            leg: Leg::Sip,
            cseq: Some(cseq),
            first_in_dialog: true,
            settings: settings.clone(),
        },
        ReferStep::Response { code, refer_sub, retry } => {
            Input::Response { code, refer_sub, retry }
        }
        ReferStep::Notify { cseq, event, subscription_state, body } => Input::Notify(Notify {
            event_header: event,
            cseq,
            subscription_state,
            in_dialog: true,
            body: String::from_utf8_lossy(&body).into_owned(),
        }),
        ReferStep::HangUp(party) => {
            let by = match party {
                sip::Party::Endpoint => Party::Endpoint,
                sip::Party::Us => Party::Twilio,
            };
            Input::HangUp { by, method: "BYE" }
        }
        ReferStep::Time => Input::Time,
        ReferStep::Output(output) => return What::Output(output),
    })
}
