//! What the loop decides. It has neither socket nor clock: inputs come with their time, and outputs are what is to be done.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use twiml_refer::SipUri;
use twiml_refer::transfer::TransferSettings;

use super::agent::Options;
use super::call::{Call, CallInfo, Ended, Shared, Why};
use super::calls::{CallState, Stage};
use super::digest::Challenger;
use super::media::MediaInput;
use super::message::{Message, Start};
use super::transactions::{Due, Net};
use super::transport::{Connection, Path, Switchboard};

/// For each call that may live, so many are remembered for a while after their end.
const REMEMBERED: usize = 8;

/// What the loop takes in.
#[derive(Debug)]
pub(super) enum Input {
    /// A datagram, or a message out of a stream.
    Received {
        path: Path,
        bytes: Vec<u8>,
    },
    Opened {
        path: Path,
        connection: Connection,
    },
    Closed {
        path: Path,
    },
    /// Nothing came over a connection for a while.
    Idle {
        path: Path,
    },
    Command {
        call: u64,
        command: Command,
    },
    Dial(Box<Dial>),
    Digit {
        call: u64,
        /// Absent: digits that somebody else sent are ignored.
        digit: Option<char>,
    },
    /// What came before has been traced when this is answered.
    Trace(SyncSender<()>),
    /// All calls end; what is sent back is whether this is the first time.
    ShutDown(SyncSender<bool>),
    Stop,
}

/// What the thread of a call asks for.
#[derive(Debug)]
pub(super) enum Command {
    Ring,
    Answer(UdpSocket),
    Reject(u16),
    Refer(Box<SipUri>, Arc<TransferSettings>),
    HangUp,
}

/// A call that we make.
#[derive(Debug)]
pub(super) struct Dial {
    pub(super) info: Arc<CallInfo>,
    pub(super) shared: Arc<Shared>,
    pub(super) path: Path,
    pub(super) media: UdpSocket,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Output {
    /// A message was received, or is to be sent.
    Message {
        path: Path,
        call: Option<u64>,
        is_sent: bool,
        bytes: Arc<[u8]>,
    },
    /// A call came in.
    Call(Call),
    Media(MediaInput),
}

/// The state of an agent.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) net: Net,
    pub(super) options: Options,
    pub(super) challenger: Challenger,
    pub(super) calls: HashMap<u64, CallState>,
    /// The numbers of the calls by our tags, which are unique.
    pub(super) dialogs: HashMap<String, u64>,
    /// The numbers of the callers' calls by Call-ID and From tag.
    pub(super) invites: HashMap<(String, String), u64>,
    /// The numbers of the calls over each TCP connection.
    pub(super) connections: HashMap<u64, HashSet<u64>>,
    pub(super) live: usize,
    /// Each caller's call shares it while a thread has that call: the app may keep the thread after the end.
    pub(super) slots: Arc<()>,
    pub(super) is_closing: bool,
    pub(super) board: Arc<Switchboard>,
    pub(super) inputs: SyncSender<Input>,
}

impl Core {
    pub(super) fn new(
        options: Options,
        addresses: Vec<SocketAddr>,
        board: Arc<Switchboard>,
        inputs: SyncSender<Input>,
    ) -> Self {
        let secret = [token(), token(), token(), token()].concat();
        Self {
            net: Net::new(addresses, options.advertised),
            challenger: Challenger::new(options.realm.clone(), secret),
            options,
            calls: HashMap::new(),
            dialogs: HashMap::new(),
            invites: HashMap::new(),
            connections: HashMap::new(),
            live: 0,
            slots: Arc::default(),
            is_closing: false,
            board,
            inputs,
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.net.deadline()
    }

    pub(super) fn outputs(&mut self) -> Vec<Output> {
        std::mem::take(&mut self.net.outputs)
    }

    /// Takes in what happened.
    pub(super) fn handle(&mut self, input: Input, now: Instant) {
        self.net.now = now;
        match input {
            Input::Received { path, bytes } => self.receive(path, bytes),
            Input::Closed { path } => {
                for number in self.connections.remove(&path.id).unwrap_or_default() {
                    let ended = Ended::by_endpoint(Why::ConnectionLost);
                    self.with_call(number, |call, net| {
                        if let Stage::Incoming(invite) = &call.stage {
                            net.forget(invite);
                        }
                        call.end(net, ended);
                    });
                }
            }
            Input::Command { call, command } => self.command(call, command),
            Input::Dial(dial) => self.dial(*dial),
            Input::Digit { call, digit } => {
                self.with_call(call, |call, _| match digit {
                    Some(digit) => call.shared.push_digit(digit),
                    None => call.shared.update(|progress| progress.ignores_digits = true),
                });
            }
            Input::Trace(done) => drop(done.try_send(())),
            Input::ShutDown(done) => {
                let _ = done.try_send(!std::mem::replace(&mut self.is_closing, true));
                for number in self.calls.keys().copied().collect::<Vec<_>>() {
                    self.with_call(number, |call, net| call.leave(net, Why::ShutDown));
                }
            }
            Input::Opened { .. } | Input::Idle { .. } | Input::Stop => {}
        }
    }

    /// Returns how much is kept, for tests.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        let kept = self.net.kept() + self.calls.len() + self.dialogs.len() + self.invites.len();
        kept + self.connections.len() + self.live
    }

    /// Does what is due.
    pub(super) fn advance(&mut self, now: Instant) {
        self.net.now = now;
        while let Some(due) = self.net.due() {
            match due {
                Due::Call(number) => self.with_call(number, CallState::on_time),
                Due::TimedOut(client) => self.on_timeout(&client),
            }
        }
        self.board.live_calls.store(self.live, Ordering::Relaxed);
        self.board.pending.store(self.net.pending(), Ordering::Relaxed);
    }

    /// The loop ends: nobody may wait for it.
    pub(super) fn abandon(&mut self) {
        for call in self.calls.values() {
            call.shared.end(Ended::by_us(Why::ShutDown));
            call.shared.update(|progress| progress.is_referring = false);
        }
    }

    /// Does something with a call, if it is still known, and notes when it is to be looked at again.
    pub(super) fn with_call(&mut self, number: u64, act: impl FnOnce(&mut CallState, &mut Net)) {
        let Some(call) = self.calls.get_mut(&number) else { return };
        let was_live = !call.has_ended();
        act(call, &mut self.net);
        let has_ended = was_live && call.has_ended();
        self.live = self.live.saturating_sub(usize::from(has_ended));
        let next = call.next_time();
        if next.is_some_and(|next| next <= self.net.now) && call.is_over(self.net.now) {
            self.net.set_call(number, None, &mut call.timer);
            self.forget(number);
        } else {
            self.net.set_call(number, next, &mut call.timer);
        }
    }

    pub(super) fn add(&mut self, call: CallState) {
        let number = call.number;
        self.dialogs.insert(call.dialog.local_tag.clone(), number);
        if !call.dialog.path.is_udp() {
            self.connections.entry(call.dialog.path.id).or_default().insert(number);
        }
        self.calls.insert(number, call);
        self.live = self.live.saturating_add(1);
        self.with_call(number, |_, _| {});
    }

    fn forget(&mut self, number: u64) {
        let Some(call) = self.calls.remove(&number) else { return };
        self.dialogs.remove(&call.dialog.local_tag);
        if let Entry::Occupied(mut calls) = self.connections.entry(call.dialog.path.id)
            && !call.dialog.path.is_udp()
        {
            calls.get_mut().remove(&number);
            if calls.get().is_empty() {
                calls.remove();
            }
        }
        let key = (call.dialog.call_id, call.dialog.remote_tag.unwrap_or_default());
        if self.invites.get(&key) == Some(&number) {
            self.invites.remove(&key);
        }
    }

    /// Returns whether a call uses this connection, or ended a short time ago.
    pub(super) fn has_call(&self, connection: u64) -> bool {
        self.connections.contains_key(&connection)
    }

    /// Returns whether no further call can be taken.
    pub(super) fn is_full(&self) -> bool {
        let max = self.options.limits.calls;
        // One of the slots is our own.
        let led = Arc::strong_count(&self.slots).saturating_sub(1);
        self.is_closing
            || self.live.max(led) >= max
            || self.calls.len() >= max.saturating_mul(REMEMBERED)
    }

    fn receive(&mut self, path: Path, bytes: Vec<u8>) {
        // Line ends alone keep a binding in a NAT alive.
        if bytes.iter().all(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
            return;
        }
        let before = self.net.outputs.len();
        let message = Message::read(&bytes);
        let call = message.and_then(|message| match message.start {
            Start::Request { .. } => self.on_request(message, path),
            Start::Response { code } => self.on_response(&message, code),
        });
        // First what was received, and then what it led to.
        let received = Output::Message { path, call, is_sent: false, bytes: bytes.into() };
        self.net.outputs.insert(before, received);
    }

    fn command(&mut self, number: u64, command: Command) {
        self.with_call(number, |call, net| match command {
            Command::Ring => call.ring(net),
            Command::Answer(media) => call.answer(net, media),
            Command::Reject(code) => call.reject(net, code.clamp(300, 699)),
            Command::Refer(target, settings) => call.refer(net, *target, settings),
            Command::HangUp => call.leave(net, Why::HungUp),
        });
    }
}

/// Returns 64 random bits in hexadecimal (RFC 3261 section 19.3).
pub(super) fn token() -> String {
    // The system's generator does not fail; the other is seeded by it and counts.
    let number = getrandom::u64().unwrap_or_else(|_| RandomState::new().hash_one(Instant::now()));
    format!("{number:016x}")
}
