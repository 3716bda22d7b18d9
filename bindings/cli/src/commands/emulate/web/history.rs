//! What the page shows of the calls: the newest ones, each with the newest of its steps and messages, so that a command
//! that runs for weeks keeps as much as one that runs for an hour.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

use crate::commands::emulate::calls::{EndedCall, sid};
use crate::console::merged;
use crate::ladder::{Ladder, Rung, Shown, text};
use crate::message;
use crate::redact;
use crate::sip::CallInfo;
use crate::source::printable;

/// The most calls that are kept.
const MAX_CALLS: usize = 200;
/// The most bytes of the steps of a call, and of the labels in its ladder.
const MAX_STEPS_BYTES: usize = 128 * 1024;
const MAX_RUNGS_BYTES: usize = 32 * 1024;
/// A larger step is left out.
const MAX_STEP_BYTES: usize = 64 * 1024;
/// What a rung needs besides its text.
const RUNG_BYTES: usize = 64;
/// The most characters of a text from outside.
const MAX_TEXT: usize = 300;

/// The calls, as the loop of the command writes them and the threads of the page read them.
pub(crate) struct History {
    /// Differs in each run of the command: a page that was there before begins anew.
    run: String,
    /// What is the same all the time: the app, and where calls are taken.
    about: Value,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Counts the changes.
    version: u64,
    calls: BTreeMap<u64, Call>,
    /// How many calls are no longer kept, and the highest number among them.
    forgotten: u64,
    last_forgotten: u64,
}

/// A call by its number.
#[derive(Default)]
struct Call {
    /// The version of its last change.
    version: u64,
    /// In milliseconds since 1970.
    began: u64,
    /// What the INVITE says.
    info: Option<Value>,
    /// The CallStatus of a call that has ended.
    status: Option<&'static str>,
    duration: Option<f64>,
    /// Who ended it, and how.
    ended: Option<String>,
    /// The outcome of its last transfer: its kind, and the words for it.
    outcome: Option<(String, String)>,
    /// What the documents led to, or the last error.
    result: Option<String>,
    has_error: bool,
    steps: Newest<Box<RawValue>>,
    rungs: Newest<Rung>,
}

/// The newest items up to a size.
struct Newest<T> {
    items: VecDeque<(usize, T)>,
    bytes: usize,
    left_out: u64,
}

impl<T> Default for Newest<T> {
    fn default() -> Self {
        Self { items: VecDeque::new(), bytes: 0, left_out: 0 }
    }
}

impl<T> Newest<T> {
    fn push(&mut self, item: T, bytes: usize, max_bytes: usize) {
        self.bytes += bytes;
        self.items.push_back((bytes, item));
        while self.bytes > max_bytes
            && let Some((bytes, _)) = self.items.pop_front()
        {
            self.bytes -= bytes;
            self.left_out += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().map(|(_, item)| item)
    }
}

impl History {
    pub(crate) fn new(about: Value) -> Self {
        // Calls of another run have other CallSids.
        Self { run: sid(0), about, state: Mutex::default() }
    }

    /// Notes that a call begins; messages of it may have come before.
    pub(crate) fn call(&self, info: &CallInfo) {
        let shown = json!({"from": hidden(&info.from), "to": hidden(&info.to), "sip_call_id": hidden(&info.call_id),
            "is_outgoing": info.is_outgoing, "transport": info.transport.to_string(),
            "remote": info.peer.to_string(), "user": info.user.as_deref().map(hidden)});
        self.change(info.number, |call| call.info = Some(shown));
    }

    /// Adds a step of a call, at a time in milliseconds since it began.
    pub(crate) fn step(&self, number: u64, at_ms: u64, step: Value) {
        self.change(number, |call| call.step(at_ms, step));
    }

    /// Adds a message of a call, or what a transfer says.
    pub(crate) fn rung(&self, number: u64, rung: &Rung) {
        self.change(number, |call| {
            let at_ms = rung.at_ms;
            match &rung.what {
                Shown::Sent(_) | Shown::Received(_) => {}
                Shown::Remark(text) => call.step(at_ms, json!({"step": "note", "text": text})),
                Shown::Completed { kind, outcome, params } => {
                    call.outcome = Some(((*kind).to_owned(), outcome.clone()));
                    let step = json!({"step": "transfer", "kind": kind, "text": outcome, "params": params});
                    call.step(at_ms, step);
                }
                Shown::Failed { title, message } => {
                    let text = format!("{title}: {message}");
                    call.step(at_ms, json!({"step": "error", "message": text}));
                }
            }
            call.push_rung(rung.clone());
        });
    }

    pub(crate) fn end(&self, ended: &EndedCall) {
        self.change(ended.number, |call| {
            call.status = Some(ended.call_status);
            call.duration = ended.duration.map(|duration| duration.as_secs_f64());
            call.ended = ended.ended.map(|ended| ended.to_string());
            let outcome = ended.end.as_ref().and_then(|end| end.outcome.as_ref());
            if let Some(outcome) = outcome {
                call.outcome = Some((outcome.kind().to_owned(), message::outcome(outcome)));
            }
        });
    }

    /// Returns the calls that have changed since a version of a run. `status` finds the CallStatus of a live call.
    pub(super) fn list(
        &self,
        run: &str,
        since: u64,
        status: impl Fn(&str) -> Option<&'static str>,
    ) -> Value {
        let state = self.state();
        let since = if run == self.run { since } else { 0 };
        let changed = state.calls.iter().filter(|(_, call)| call.version > since);
        let calls: Vec<_> =
            changed.map(|(number, call)| call.summary(*number, &sid(*number), &status)).collect();
        json!({"run": self.run, "version": state.version, "about": self.about,
            "forgotten": state.forgotten, "oldest": state.calls.keys().next(), "calls": calls})
    }

    /// Returns all of a call as JSON.
    pub(super) fn details(
        &self,
        call_sid: &str,
        status: impl Fn(&str) -> Option<&'static str>,
    ) -> Option<String> {
        let state = self.state();
        let (number, call) = state.find(call_sid)?;
        let steps = to_raw_value(&call.steps.iter().collect::<Vec<_>>()).ok()?;
        let more = json!({"duration": call.duration, "ended": call.ended, "result": call.result,
            "steps_left_out": call.steps.left_out});
        let details = merged(call.summary(number, call_sid, &status), more);
        let ladder = call.ladder(number);
        drop(state);
        let text = merged(details, json!({"ladder": text::draw(&ladder)})).to_string();
        // The steps are JSON already.
        Some(format!("{},\"steps\":{steps}}}", text.strip_suffix('}')?))
    }

    /// Returns the ladder of a call.
    pub(super) fn ladder(&self, call_sid: &str) -> Option<Ladder> {
        let state = self.state();
        state.find(call_sid).map(|(number, call)| call.ladder(number))
    }

    /// Changes a call, which begins with that if it is a new one. A call that is no longer kept does not come back.
    fn change(&self, number: u64, change: impl FnOnce(&mut Call)) {
        let mut state = self.state();
        if number > state.last_forgotten && !state.calls.contains_key(&number) {
            let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let began = u64::try_from(began.as_millis()).unwrap_or_default();
            state.calls.insert(number, Call { began, ..Call::default() });
            if state.calls.len() > MAX_CALLS
                && let Some((oldest, _)) = state.calls.pop_first()
            {
                state.forgotten += 1;
                state.last_forgotten = oldest;
            }
        }
        let version = state.version + 1;
        let Some(call) = state.calls.get_mut(&number) else { return };
        call.version = version;
        change(call);
        state.version = version;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&self, call_sid: &str) -> Option<(u64, &Call)> {
        let call = self.calls.iter().find(|(number, _)| sid(**number) == call_sid);
        call.map(|(number, call)| (*number, call))
    }
}

impl Call {
    fn step(&mut self, at_ms: u64, step: Value) {
        match step.get("step").and_then(Value::as_str) {
            Some("end") => self.result = text_of(&step, "text").or(self.result.take()),
            Some("error") => {
                self.has_error = true;
                self.result = text_of(&step, "message");
            }
            // The picture shows when the app was asked.
            Some("request") => {
                let text = text_of(&step, "text").unwrap_or_default();
                self.push_rung(Rung { at_ms, what: Shown::Remark(text) });
            }
            _ => {}
        }
        let step = merged(json!({"at_ms": at_ms}), step);
        let too_large = || {
            let text = "a step is too large for this page; --json prints it";
            to_raw_value(&json!({"at_ms": at_ms, "step": "note", "text": text}))
        };
        let text = to_raw_value(&step).and_then(|text| match text.get().len() > MAX_STEP_BYTES {
            true => too_large(),
            false => Ok(text),
        });
        if let Ok(text) = text {
            let bytes = text.get().len();
            self.steps.push(text, bytes, MAX_STEPS_BYTES);
        }
    }

    fn push_rung(&mut self, rung: Rung) {
        let bytes = RUNG_BYTES
            + match &rung.what {
                Shown::Sent(text) | Shown::Received(text) | Shown::Remark(text) => text.len(),
                Shown::Completed { outcome, params, .. } => {
                    outcome.len() + params.iter().map(String::len).sum::<usize>()
                }
                Shown::Failed { title, message } => title.len() + message.len(),
            };
        self.rungs.push(rung, bytes, MAX_RUNGS_BYTES);
    }

    /// Returns what the list of calls shows.
    fn summary(
        &self,
        number: u64,
        call_sid: &str,
        status: impl Fn(&str) -> Option<&'static str>,
    ) -> Value {
        let (kind, outcome) = self.outcome.as_ref().map(|(kind, text)| (kind, text)).unzip();
        let live = self.status.is_none();
        let summary = json!({"number": number, "call_sid": call_sid, "version": self.version,
            "began": self.began, "status": self.status.or_else(|| status(call_sid)), "is_live": live,
            "outcome_kind": kind, "outcome": outcome, "has_error": self.has_error});
        merged(summary, self.info.clone().unwrap_or_default())
    }

    fn ladder(&self, number: u64) -> Ladder {
        let party = |name| self.info.as_ref()?.get(name)?.as_str();
        let title = match party("from").zip(party("to")) {
            Some((from, to)) => format!("Call {number}: {from} calls {to}"),
            None => format!("Call {number}"),
        };
        let left_out = self.rungs.left_out;
        let place = (left_out > 0).then(|| format!("the first {left_out} lines are left out"));
        let mut rungs: Vec<_> = self.rungs.iter().cloned().collect();
        // The call and the SIP side each note their own times.
        rungs.sort_by_key(|rung| rung.at_ms);
        Ladder { title, place, rungs, why: self.ended.clone() }
    }
}

fn text_of(step: &Value, key: &str) -> Option<String> {
    Some(step.get(key)?.as_str()?.chars().take(MAX_TEXT).collect())
}

/// Returns a text from outside, of limited length, without passwords.
fn hidden(text: &str) -> String {
    printable(&redact::hidden(text)).chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(label: &str) -> Rung {
        Rung { at_ms: 1, what: Shown::Received(label.to_owned()) }
    }

    fn details(history: &History, number: u64) -> Value {
        let text = history.details(&sid(number), |_| Some("ringing")).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_newest_calls_are_kept() {
        let history = History::new(json!({}));
        // They may begin in another order.
        for number in [2, 1].into_iter().chain(3..=MAX_CALLS as u64 + 3) {
            history.rung(number, &received("INVITE"));
        }
        // A late message of a call that is gone.
        history.rung(2, &received("200 OK (BYE)"));
        let list = history.list("", 0, |_| None);
        assert_eq!(list["calls"].as_array().unwrap().len(), MAX_CALLS);
        assert_eq!((&list["forgotten"], &list["oldest"]), (&json!(3), &json!(4)));
        assert!(history.details(&sid(3), |_| None).is_none());
        assert!(history.ladder(&sid(4)).is_some());

        // Of these only what has changed.
        let (run, version) = (list["run"].as_str().unwrap(), list["version"].as_u64().unwrap());
        assert_eq!(history.list(run, version, |_| None)["calls"], json!([]));
        history.rung(9, &received("ACK"));
        let list = history.list(run, version, |_| None);
        assert_eq!(list["calls"].as_array().unwrap().len(), 1);
        assert_eq!(list["calls"][0]["number"], 9);
        // A page of another run gets all.
        let list = history.list("CA1", version, |_| None);
        assert_eq!(list["calls"].as_array().unwrap().len(), MAX_CALLS);
    }

    #[test]
    fn a_call_has_a_bounded_size() {
        let history = History::new(json!({}));
        let text = "x".repeat(1000);
        for count in 0..1000 {
            history.step(1, count, json!({"step": "note", "text": text}));
            history.rung(1, &received(&text));
        }
        let shown = details(&history, 1);
        let steps = shown["steps"].as_array().unwrap();
        assert!((50..=MAX_STEPS_BYTES / 1000).contains(&steps.len()), "{}", steps.len());
        assert_eq!(shown["steps_left_out"], 1000 - steps.len());
        assert_eq!(steps.last().unwrap()["at_ms"], 999);
        let ladder = history.ladder(&sid(1)).unwrap();
        assert!((20..=MAX_RUNGS_BYTES / 1000).contains(&ladder.rungs.len()));
        assert!(ladder.place.unwrap().starts_with("the first 9"));

        history.step(1, 0, json!({"step": "note", "text": "x".repeat(MAX_STEP_BYTES)}));
        let shown = details(&history, 1);
        let last = shown["steps"].as_array().unwrap().last().unwrap();
        assert!(last["text"].as_str().unwrap().contains("too large"));
    }
}
