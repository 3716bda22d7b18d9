//! Every sequence of up to six events: out of fourteen from the beginning, out of twenty behind a
//! start.

use std::time::Duration;

use twiml_refer::{
    Transfer,
    transfer::{Event, TransferSettings},
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

const fn notify(state: &'static str, body: &'static [u8]) -> Letter {
    Letter::Notify { event: "refer", state: Some(state), body, ours: true }
}

const ACTIVE: &str = "active;expires=60";

const ALPHABET: [Letter; 20] = [
    Letter::Plain(Event::start(1)),
    Letter::Plain(Event::Start { leg: Leg::Pstn, cseq: 1, first_in_dialog: true }),
    Letter::Plain(Event::response(100)),
    Letter::Plain(Event::response(202)),
    Letter::Plain(Event::Response { code: 202, refer_sub: false, retry: None }),
    Letter::Plain(Event::Response { code: 401, refer_sub: true, retry: Some(2) }),
    Letter::Plain(Event::response(405)),
    Letter::Plain(Event::response(481)),
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
];

/// Where a walk stands: prefixes are shared by cloning.
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
                let subscription_state = state;
                Event::Notify { event, cseq: self.cseq, subscription_state, body, in_dialog: ours }
            }
            Letter::Repeat => self.last.unwrap_or(Event::Time),
            Letter::Deadline => {
                self.now = self.transfer.deadline().unwrap_or(self.now);
                Event::Time
            }
        };
        feed(&mut self.transfer, event, self.now);
        if matches!(event, Event::Notify { .. }) {
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
    let mut alphabet = ALPHABET.to_vec();
    for (removed, index) in [1, 2, 4, 6, 13, 14].into_iter().enumerate() {
        alphabet.remove(index - removed);
    }
    assert_eq!(alphabet.len(), 14);
    explored(&walk(TransferSettings::new()), &alphabet, 6);
}

#[test]
fn every_sequence_behind_a_start_keeps_the_promises() {
    let mut walk = walk(TransferSettings::new());
    walk.step(ALPHABET[0]);
    explored(&walk, &ALPHABET, 5);
}

#[test]
fn every_sequence_keeps_the_promises_with_a_grace() {
    let settings = TransferSettings::new().with_hang_up_grace(Duration::from_secs(1)).unwrap();
    let mut walk = walk(settings);
    walk.step(ALPHABET[0]);
    explored(&walk, &ALPHABET, 4);
}
