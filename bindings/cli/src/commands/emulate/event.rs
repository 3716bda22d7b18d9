//! What the calls and the SIP side report to the loop that prints, and the channel between them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{
    Receiver, RecvError, RecvTimeoutError, SyncSender, TrySendError, sync_channel,
};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use super::calls::{Context, EndedCall};
use crate::console::merged;
use crate::exit::{Failure, Result};
use crate::ladder::{Rung, rungs};
use crate::message::Report;
use crate::scenario::Step;
use crate::sip::{CallInfo, Traced};
use crate::twilio::transcript::Sink;

/// Events that wait to be printed: some seconds of 50 calls a second.
const MAX_EVENTS: usize = 4096;

pub(super) enum Event {
    /// A message was sent or received.
    Sip(Traced),
    /// So many messages were left out, because nobody read fast enough.
    NotShown(u64),
    /// A call begins; with its CallSid.
    Call(Arc<CallInfo>, String),
    /// A step of a call, by its number.
    Step(u64, CallStep),
    Ended(Box<EndedCall>),
    /// The command is to end.
    Signal,
}

/// A step of a call as it is shown: for programs, for people, or on the page.
pub(super) enum CallStep {
    Page {
        at: SystemTime,
        step: Value,
    },
    Json(Value),
    Line(String),
    Report(Report),
    Error(Report),
    /// A transfer has completed.
    Transfer {
        at: SystemTime,
        rungs: Vec<Rung>,
    },
}

/// Returns a channel with room for [`MAX_EVENTS`].
pub(super) fn channel() -> (EventSender, EventReceiver) {
    let (events, receiver) = sync_channel(MAX_EVENTS);
    let urgent = Arc::<Urgent>::default();
    let sender = EventSender { events, urgent: Arc::clone(&urgent) };
    (sender, EventReceiver { events: receiver, urgent })
}

/// What needs no room in the channel.
#[derive(Default)]
struct Urgent {
    has_signal: AtomicBool,
    left_out: AtomicU64,
}

/// The end of the channel where events go in.
#[derive(Clone)]
pub(super) struct EventSender {
    events: SyncSender<Event>,
    urgent: Arc<Urgent>,
}

impl EventSender {
    /// Sends an event of a call, and waits while there is no room: a call goes no faster than it is shown.
    pub(super) fn send(&self, event: Event) -> Result<()> {
        self.events.send(event).map_err(|_| Failure::Closed)
    }

    /// Sends a message. Never waits, because the SIP side must not: without room the message is counted and left out.
    pub(super) fn message(&self, message: Traced) {
        if let Err(TrySendError::Full(_)) = self.events.try_send(Event::Sip(message)) {
            self.urgent.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lets the command end, before all that waits. Never waits.
    pub(super) fn signal(&self) {
        self.urgent.has_signal.store(true, Ordering::Relaxed);
        // Wakes the loop; where there is no room, it is awake.
        let _ = self.events.try_send(Event::Signal);
    }
}

/// The end of the channel where events come out.
pub(super) struct EventReceiver {
    events: Receiver<Event>,
    urgent: Arc<Urgent>,
}

impl EventReceiver {
    pub(super) fn recv(&self) -> std::result::Result<Event, RecvError> {
        self.urgent().map_or_else(|| self.events.recv(), Ok)
    }

    pub(super) fn recv_timeout(
        &self,
        timeout: Duration,
    ) -> std::result::Result<Event, RecvTimeoutError> {
        self.urgent().map_or_else(|| self.events.recv_timeout(timeout), Ok)
    }

    fn urgent(&self) -> Option<Event> {
        if self.urgent.has_signal.swap(false, Ordering::Relaxed) {
            return Some(Event::Signal);
        }
        let count = self.urgent.left_out.swap(0, Ordering::Relaxed);
        (count > 0).then_some(Event::NotShown(count))
    }
}

/// The transcript of one call goes to the loop.
pub(super) struct CallSink {
    number: u64,
    sid: String,
    is_json: bool,
    is_drawn: bool,
    events: EventSender,
}

impl CallSink {
    pub(super) fn new(number: u64, sid: &str, context: &Context, events: EventSender) -> Self {
        let Context { is_json, is_drawn, .. } = *context;
        Self { number, sid: sid.to_owned(), is_json, is_drawn, events }
    }

    /// The loop is only gone when the command ends.
    fn send(&self, step: CallStep) -> Result<()> {
        self.events.send(Event::Step(self.number, step))
    }
}

impl Sink for CallSink {
    fn is_json(&self) -> bool {
        self.is_json
    }

    fn json(&mut self, value: Value) -> Result<()> {
        self.send(CallStep::Json(merged(value, json!({"call_sid": self.sid}))))
    }

    fn line(&mut self, text: &str) -> Result<()> {
        self.send(CallStep::Line(text.to_owned()))
    }

    fn report(&mut self, report: Report) -> Result<()> {
        self.send(CallStep::Report(report))
    }

    fn error(&mut self, report: Report) -> Result<()> {
        self.send(CallStep::Error(report))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    fn is_drawn(&self) -> bool {
        self.is_drawn
    }

    fn page(&mut self, step: Value) -> Result<()> {
        self.send(CallStep::Page { at: SystemTime::now(), step })
    }

    fn live_transfer(&mut self, steps: &[Step]) -> Result<bool> {
        if self.is_json {
            steps.iter().try_for_each(|step| self.json(json!(step)))?;
        }
        let rungs = rungs(steps).into_iter().filter(|rung| !rung.what.is_message()).collect();
        self.send(CallStep::Transfer { at: SystemTime::now(), rungs })?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip::{Position, Transport};

    fn message() -> Traced {
        let address = ([127, 0, 0, 1], 5060).into();
        let (at, transport, bytes) =
            (SystemTime::now(), Transport::Udp, Arc::from(b"x".as_slice()));
        let (is_sent, local, remote, call) = (true, address, address, None);
        let before = Position::default();
        Traced { at, is_sent, transport, local, remote, call, before, bytes }
    }

    #[test]
    fn messages_that_nobody_reads_are_counted_and_wait_for_nothing() {
        let (sender, receiver) = channel();
        for _ in 0..MAX_EVENTS + 7 {
            sender.message(message());
        }
        sender.signal();
        assert!(matches!(receiver.recv(), Ok(Event::Signal)));
        assert!(matches!(receiver.recv(), Ok(Event::NotShown(7))));
        // What a call reports is not lost, also where it has to wait.
        let call = std::thread::spawn(move || {
            let step = || CallStep::Line(String::new());
            sender.send(Event::Step(1, step())).and_then(|()| sender.send(Event::Step(2, step())))
        });
        let mut events = Vec::new();
        while let Ok(event) = receiver.recv() {
            events.push(event);
        }
        assert!(call.join().unwrap().is_ok());
        assert_eq!(events.len(), MAX_EVENTS + 2);
        assert!(matches!(events.last(), Some(Event::Step(2, _))));
    }
}
