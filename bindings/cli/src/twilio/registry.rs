//! The calls by CallSid, as others than their own thread see them: what they are, and that they can be given a new
//! document or be ended.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use twiml_refer::VoiceResponse;
use twiml_refer::http::Method;
use url::Url;

use crate::sip::{CallControl, CallInfo};

/// Of so many calls that have ended it is still known how.
const MAX_ENDED: usize = 1000;

/// A document to go on with.
#[derive(Debug, Clone)]
pub(crate) enum Update {
    Fetch { method: Method, url: Url },
    Document(VoiceResponse),
}

/// A call that others may see and change.
pub(crate) struct LiveCall {
    pub(crate) sid: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) is_outgoing: bool,
    pub(crate) created: SystemTime,
    control: CallControl,
    state: Mutex<State>,
}

struct State {
    status: &'static str,
    update: Option<Update>,
    duration: Option<Duration>,
    is_over: bool,
    changed: SystemTime,
}

impl LiveCall {
    pub(crate) fn new(sid: &str, info: &CallInfo, control: CallControl) -> Self {
        let status = if info.is_outgoing { "initiated" } else { "ringing" };
        let changed = SystemTime::now();
        let state = State { status, update: None, duration: None, is_over: false, changed };
        Self {
            sid: sid.to_owned(),
            from: info.from.clone(),
            to: info.to.clone(),
            is_outgoing: info.is_outgoing,
            created: changed,
            control,
            state: Mutex::new(state),
        }
    }

    /// Returns the CallStatus, and how long a call that has ended was answered.
    pub(crate) fn status(&self) -> (&'static str, Option<Duration>) {
        let state = self.state();
        (state.status, state.duration)
    }

    /// Returns when the status has changed last.
    pub(crate) fn changed(&self) -> SystemTime {
        self.state().changed
    }

    /// Sets that the call has been answered.
    pub(crate) fn answer(&self) {
        let mut state = self.state();
        (state.status, state.changed) = ("in-progress", SystemTime::now());
    }

    /// Gives the call another document. Returns `false` if it is not in progress.
    pub(crate) fn update(&self, update: Update) -> bool {
        let mut state = self.state();
        let is_in_progress = !state.is_over && state.status == "in-progress";
        if is_in_progress {
            state.update = Some(update);
        }
        drop(state);
        self.control.interrupt();
        is_in_progress
    }

    pub(crate) fn has_update(&self) -> bool {
        self.state().update.is_some()
    }

    pub(crate) fn take_update(&self) -> Option<Update> {
        self.state().update.take()
    }

    /// Ends the call.
    pub(crate) fn hang_up(&self) {
        self.control.hang_up();
    }

    fn end(&self, status: &'static str, duration: Option<Duration>) {
        let mut state = self.state();
        (state.status, state.duration, state.is_over) = (status, duration, true);
        state.changed = SystemTime::now();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All calls.
#[derive(Default)]
pub(crate) struct Registry {
    calls: Mutex<Calls>,
}

#[derive(Default)]
struct Calls {
    by_sid: HashMap<String, Arc<LiveCall>>,
    /// Those that have ended, in order.
    ended: VecDeque<String>,
}

impl Registry {
    pub(crate) fn add(&self, call: LiveCall) -> Arc<LiveCall> {
        let call = Arc::new(call);
        self.calls().by_sid.insert(call.sid.clone(), Arc::clone(&call));
        call
    }

    pub(crate) fn get(&self, sid: &str) -> Option<Arc<LiveCall>> {
        self.calls().by_sid.get(sid).cloned()
    }

    /// Sets how a call has ended. The oldest ones are forgotten.
    pub(crate) fn end(&self, call: &LiveCall, status: &'static str, duration: Option<Duration>) {
        call.end(status, duration);
        let mut calls = self.calls();
        calls.ended.push_back(call.sid.clone());
        if calls.ended.len() > MAX_ENDED
            && let Some(sid) = calls.ended.pop_front()
        {
            calls.by_sid.remove(&sid);
        }
    }

    fn calls(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
