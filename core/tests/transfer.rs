//! What must hold of a transfer whatever is fed to it: every sequence of up to six events, out of fourteen from the
//! beginning, out of up to 23 behind a start. Long ones at random are in the fuzz target `transfer`; each row of the
//! contract is a scenario in `tests/vectors/transfer`.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test

use std::time::Duration;

use twiml_refer::{
    SipUri, Transfer,
    transfer::{Event, Notify, Output, Response, Start, TransferSettings, TransferState},
    webhook::Leg,
};

/// An event of the alphabet. A NOTIFY takes the next CSeq, a repeat the last one.
#[derive(Debug, Clone, Copy)]
enum Letter {
    Plain(Event<'static>),
    Notify {
        event: &'static str,
        body: &'static [u8],
        state: Option<&'static str>,
        in_dialog: bool,
    },
    Repeat,
    Deadline,
}

const ACTIVE: &str = "active;expires=60";

fn alphabet() -> Vec<Letter> {
    let plain = |event: Event<'static>| Letter::Plain(event);
    let notify = |event, body, state| Letter::Notify { event, body, state, in_dialog: true };
    vec![
        plain(Start::new(1).into()),
        plain(Response::new(202).into()),
        plain(Response::new(401).with_retry(2).into()),
        plain(Response::new(405).into()),
        notify("refer", b"SIP/2.0 100 Trying\r\n", Some(ACTIVE)),
        notify("refer", b"SIP/2.0 200 OK\r\n", Some(ACTIVE)),
        notify("refer", b"SIP/2.0 486 Busy Here\r\n", Some("terminated;reason=noresource")),
        notify("refer", b"", Some("terminated")),
        notify("presence", b"", Some(ACTIVE)),
        notify("refer", b"", None),
        Letter::Repeat,
        plain(Event::HangUp),
        plain(Event::TransportError),
        Letter::Deadline,
        // From here on they differ from others in their codes alone.
        plain(Start::new(1).with_leg(Leg::Pstn).into()),
        plain(Response::new(100).into()),
        plain(Response::new(202).with_refer_sub(false).into()),
        plain(Response::new(481).into()),
        notify("refer;id=9", b"", Some(ACTIVE)),
        Letter::Notify { event: "refer", body: b"", state: Some(ACTIVE), in_dialog: false },
        // What stacks feed that do more themselves.
        plain(Event::Cseq(3)),
        plain(Event::status(180, false)),
        plain(Event::status(486, true)),
    ]
}

/// A sequence so far: prefixes are shared by cloning.
#[derive(Clone)]
struct Walk {
    transfer: Transfer,
    now: u64,
    cseq: u32,
    last: Event<'static>,
}

impl Walk {
    fn new(settings: TransferSettings) -> Self {
        let target = SipUri::parse("sip:alice@example.com").unwrap();
        let transfer = Transfer::with_settings(target, settings);
        Self { transfer, now: 1_000, cseq: 0, last: Event::Time }
    }

    fn step(&mut self, letter: Letter) {
        self.now += 1;
        let event = match letter {
            Letter::Plain(event) => event,
            Letter::Notify { event, body, state, in_dialog } => {
                self.cseq += 1;
                let notify = Notify::new(self.cseq, event, body).with_subscription_state(state);
                self.last = notify.with_in_dialog(in_dialog).into();
                self.last
            }
            Letter::Repeat => self.last,
            Letter::Deadline => {
                self.now = self.transfer.deadline_ms().unwrap_or(self.now);
                Event::Time
            }
        };
        feed(&mut self.transfer, event, self.now);
    }

    /// Takes every sequence of so many letters. The first prefixes of each, as many as `saved`, are saved and restored.
    fn explore(&self, alphabet: &[Letter], left: u32, saved: u32) {
        if saved > 0 {
            assert_eq!(Transfer::restore(&self.transfer.save()).as_ref(), Ok(&self.transfer));
        }
        run_out(self.transfer.clone());
        if left > 0 {
            for letter in alphabet {
                let mut walk = self.clone();
                walk.step(*letter);
                walk.explore(alphabet, left - 1, saved.saturating_sub(1));
            }
        }
    }
}

/// One event: a NOTIFY is owed one reply, anything else none; the end comes once, and after it there is nothing to
/// wait for.
fn feed(transfer: &mut Transfer, event: Event<'_>, now: u64) -> Vec<Output> {
    let was_completed = transfer.state() == TransferState::Completed;
    let is_notify = matches!(event, Event::Notify(_));
    let result = transfer.handle(event, now);
    assert!(result.is_ok() || !is_notify, "a NOTIFY may always come: {result:?}");
    let outputs: Vec<_> = std::iter::from_fn(|| transfer.poll()).collect();
    let count = |is: fn(&Output) -> bool| outputs.iter().filter(|output| is(output)).count();
    let replies = count(|output| matches!(output, Output::Reply(_)));
    assert_eq!(replies, usize::from(is_notify), "{event:?}: {outputs:?}");
    let is_completed = transfer.state() == TransferState::Completed;
    let ends = count(|output| matches!(output, Output::Completed(_)));
    assert_eq!(ends, usize::from(is_completed && !was_completed), "{event:?}: {outputs:?}");
    assert_eq!(transfer.report().is_some(), is_completed);
    let is_idle = transfer.state() == TransferState::Idle;
    assert_eq!(transfer.deadline_ms().is_some(), !is_completed && !is_idle, "{transfer:?}");
    outputs
}

/// Time alone brings every transfer that was started to its end, at its very next deadline.
fn run_out(mut transfer: Transfer) {
    if let Some(deadline) = transfer.deadline_ms() {
        feed(&mut transfer, Event::Time, deadline);
        assert_eq!(transfer.state(), TransferState::Completed, "{transfer:?}");
    }
    assert_eq!(feed(&mut transfer, Event::Time, u64::MAX), []);
}

#[test]
fn every_sequence_keeps_the_promises() {
    Walk::new(TransferSettings::new()).explore(&alphabet()[..14], 6, 4);
}

#[test]
fn every_sequence_behind_a_start_keeps_the_promises() {
    let mut walk = Walk::new(TransferSettings::new());
    walk.step(alphabet()[0]);
    walk.explore(&alphabet()[..20], 5, 4);
    walk.explore(&alphabet(), 4, 4);
}

#[test]
fn every_sequence_keeps_the_promises_with_a_grace() {
    let settings = TransferSettings::new().with_hang_up_grace(Duration::from_secs(1)).unwrap();
    let mut walk = Walk::new(settings);
    walk.step(alphabet()[0]);
    walk.explore(&alphabet(), 4, 4);
}
