//! Every sequence of up to six events: out of fourteen from the beginning, out of up to 23 behind a
//! start.

use std::time::Duration;

use twiml_refer::{
    Transfer,
    transfer::{Event, Notify, Response, Start, TransferSettings},
    webhook::Leg,
};

use super::feeding::{feed, run_out, transfer};

/// An event of the alphabet. A NOTIFY takes the next CSeq, a repeat the last one.
#[derive(Debug, Clone, Copy)]
enum Letter {
    Plain(Event<'static>),
    Notify { event: &'static str, state: Option<&'static str>, body: &'static [u8], ours: bool },
    Repeat,
    Deadline,
}

fn plain(event: impl Into<Event<'static>>) -> Letter {
    Letter::Plain(event.into())
}

const fn notify(state: &'static str, body: &'static [u8]) -> Letter {
    Letter::Notify { event: "refer", state: Some(state), body, ours: true }
}

const ACTIVE: &str = "active;expires=60";

fn alphabet() -> Vec<Letter> {
    vec![
        plain(Start::new(1)),
        plain(Start::new(1).with_leg(Leg::Pstn)),
        plain(Response::new(100)),
        plain(Response::new(202)),
        plain(Response::new(202).with_refer_sub(false)),
        plain(Response::new(401).with_retry(2)),
        plain(Response::new(405)),
        plain(Response::new(481)),
        notify(ACTIVE, b"SIP/2.0 100 Trying\r\n"),
        notify(ACTIVE, b"SIP/2.0 200 OK\r\n"),
        notify("terminated;reason=noresource", b"SIP/2.0 486 Busy Here\r\n"),
        notify("terminated", b""),
        Letter::Notify { event: "presence", state: Some(ACTIVE), body: b"", ours: true },
        Letter::Notify { event: "refer;id=9", state: Some(ACTIVE), body: b"", ours: true },
        Letter::Notify { event: "refer", state: Some(ACTIVE), body: b"", ours: false },
        Letter::Notify { event: "refer", state: None, body: b"", ours: true },
        Letter::Repeat,
        Letter::Plain(Event::HangUp),
        Letter::Plain(Event::TransportError),
        Letter::Deadline,
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
    last: Option<Event<'static>>,
}

impl Walk {
    fn step(&mut self, letter: Letter) {
        self.now += 1;
        let event = match letter {
            Letter::Plain(event) => event,
            Letter::Notify { event, state, body, ours } => {
                self.cseq += 1;
                Notify::new(self.cseq, event, body)
                    .with_subscription_state(state)
                    .with_in_dialog(ours)
                    .into()
            }
            Letter::Repeat => self.last.unwrap_or(Event::Time),
            Letter::Deadline => {
                self.now = self.transfer.deadline_ms().unwrap_or(self.now);
                Event::Time
            }
        };
        feed(&mut self.transfer, event, self.now);
        if matches!(event, Event::Notify(_)) {
            self.last = Some(event);
        }
    }
}

/// Returns the number of sequences. The first `saved` prefixes of each are saved and restored as well.
fn explore(walk: &Walk, alphabet: &[Letter], left: u32, saved: u32) -> u64 {
    if saved > 0 {
        assert_eq!(Transfer::restore(&walk.transfer.save()).as_ref(), Ok(&walk.transfer));
    }
    run_out(&mut walk.transfer.clone());
    if left == 0 {
        return 1;
    }
    let next = |letter: &Letter| {
        let mut walk = walk.clone();
        walk.step(*letter);
        explore(&walk, alphabet, left - 1, saved.saturating_sub(1))
    };
    1 + alphabet.iter().map(next).sum::<u64>()
}

fn walk(settings: TransferSettings) -> Walk {
    Walk { transfer: transfer(settings), now: 1_000, cseq: 0, last: None }
}

fn explored(walk: &Walk, alphabet: &[Letter], length: u32) {
    let letters = alphabet.len() as u64;
    let sequences: u64 = (0..=length).map(|n| letters.pow(n)).sum();
    assert_eq!(explore(walk, alphabet, length, 4), sequences);
}

#[test]
fn every_sequence_keeps_the_promises() {
    // Without the letters that differ from others in their codes alone.
    let mut alphabet = alphabet();
    for (removed, index) in [1, 2, 4, 6, 13, 14, 20, 21, 22].into_iter().enumerate() {
        alphabet.remove(index - removed);
    }
    assert_eq!(alphabet.len(), 14);
    explored(&walk(TransferSettings::new()), &alphabet, 6);
}

#[test]
fn every_sequence_behind_a_start_keeps_the_promises() {
    let mut walk = walk(TransferSettings::new());
    walk.step(alphabet()[0]);
    explored(&walk, &alphabet()[..20], 5);
    explored(&walk, &alphabet(), 4);
}

#[test]
fn every_sequence_keeps_the_promises_with_a_grace() {
    let settings = TransferSettings::new().with_hang_up_grace(Duration::from_secs(1)).unwrap();
    let mut walk = walk(settings);
    walk.step(alphabet()[0]);
    explored(&walk, &alphabet(), 4);
}
