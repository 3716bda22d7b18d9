//! Whatever comes to a SIP port, over UDP and TCP: the agent goes on, what it sends is whole and no larger than
//! what came and its own headers, and after the last call everything is forgotten in time.
#![no_main]
// The agent is a part of a program, which has no library to ask.
#![allow(dead_code, missing_debug_implementations)]

#[path = "../../../bindings/cli/src/sip/agent.rs"]
mod agent;
#[path = "../../../bindings/cli/src/sip/call.rs"]
mod call;
#[path = "../../../bindings/cli/src/sip/calls.rs"]
mod calls;
#[path = "../../../bindings/cli/src/sip/codes.rs"]
mod codes;
#[path = "../../../bindings/cli/src/sip/core.rs"]
mod core;
#[path = "../../../bindings/cli/src/sip/dialog.rs"]
mod dialog;
#[path = "../../../bindings/cli/src/sip/digest.rs"]
mod digest;
#[path = "../../../bindings/cli/src/sip/media.rs"]
mod media;
#[path = "../../../bindings/cli/src/sip/message.rs"]
mod message;
#[path = "../../../bindings/cli/src/sip/refer.rs"]
mod refer;
#[path = "../../../bindings/cli/src/sip/request.rs"]
mod request;
#[path = "../../../bindings/cli/src/sip/requests.rs"]
mod requests;
#[path = "../../../bindings/cli/src/sip/responses.rs"]
mod responses;
#[path = "../../../bindings/cli/src/sip/sdp.rs"]
mod sdp;
#[path = "../../../bindings/cli/src/sip/stream.rs"]
mod stream;
#[path = "../../../bindings/cli/src/sip/transactions.rs"]
mod transactions;
#[path = "../../../bindings/cli/src/sip/transport.rs"]
mod transport;
#[path = "../../../bindings/cli/src/sip/values.rs"]
mod values;

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use agent::Options;
use call::Call;
use core::{Command, Core, Input, Output};
use libfuzzer_sys::fuzz_target;
use stream::{Frame, Framer};
use transport::{Path, Switchboard, Transport};
use twiml_refer::SipUri;
use twiml_refer::transfer::TransferSettings;

/// More than all headers of our own have.
const OWN_HEADERS: usize = 2_000;

/// An agent, its clock, and the program that leads the calls.
struct Port {
    core: Core,
    now: Instant,
    path: Path,
    framer: Framer,
    calls: Vec<Call>,
    inputs: Receiver<Input>,
    /// Our tag in the last response that had one: `@@` in an input stands for it.
    tag: Vec<u8>,
    /// Our last request.
    request: Vec<u8>,
}

impl Port {
    fn new() -> Self {
        let local = ([127, 0, 0, 1], 5060).into();
        let remote = ([127, 0, 0, 1], 5070).into();
        let (sender, inputs) = sync_channel(1_000);
        let options = Options::new(vec![local]);
        let core = Core::new(options, vec![local], Arc::new(Switchboard::default()), sender);
        let path = Path { transport: Transport::Udp, id: 0, local, remote };
        let framer = Framer::new(2_048);
        let (calls, tag, request) = (Vec::new(), Vec::new(), Vec::new());
        Self { core, now: Instant::now(), path, framer, calls, inputs, tag, request }
    }

    fn handle(&mut self, input: Input) {
        self.core.handle(input, self.now);
        self.core.advance(self.now);
        self.collect();
    }

    fn collect(&mut self) {
        for output in self.core.outputs() {
            match output {
                Output::Call(call) => self.calls.push(call),
                Output::Message { is_sent: true, bytes, .. } => {
                    assert!(bytes.len() < 4_096 + OWN_HEADERS);
                    assert!(bytes.windows(4).any(|end| end == b"\r\n\r\n"));
                    if !bytes.starts_with(b"SIP/2.0 ") {
                        self.request = bytes.to_vec();
                    } else if let Some(tag) = lines(&bytes).find_map(|line| {
                        let to = line.strip_prefix(b"To: ")?;
                        let at = to.windows(5).rposition(|word| word == b";tag=")?;
                        to.get(at + 5..)
                    }) {
                        self.tag = tag.to_vec();
                    }
                }
                _ => {}
            }
        }
    }

    fn receive(&mut self, transport: Transport, bytes: &[u8]) {
        let path = Path { transport, ..self.path };
        let bytes = self.with_tag(bytes);
        self.handle(Input::Received { path, bytes });
    }

    fn with_tag(&self, bytes: &[u8]) -> Vec<u8> {
        match bytes.windows(2).position(|mark| mark == b"@@") {
            Some(at) => [&bytes[..at], &self.tag, &bytes[at + 2..]].concat(),
            None => bytes.to_vec(),
        }
    }

    /// The endpoint answers our last request; the input is the status line, and more headers.
    fn respond(&mut self, bytes: &[u8]) {
        let mut lines_of = bytes.splitn(2, |byte| *byte == b'\n');
        let mut text = [b"SIP/2.0 ", lines_of.next().unwrap_or_default(), b"\r\n"].concat();
        for line in lines(&self.request) {
            let is_copied = [&b"Via:"[..], b"From:", b"To:", b"Call-ID:", b"CSeq:"];
            if is_copied.iter().any(|name| line.starts_with(name)) {
                text.extend([line, b"\r\n"].concat());
            }
        }
        text.extend(lines_of.next().unwrap_or_default());
        self.receive(Transport::Udp, &text);
    }

    fn stream(&mut self, bytes: &[u8]) {
        self.framer.push(bytes);
        while let Some(frame) = self.framer.next() {
            match frame {
                Frame::Message(bytes) | Frame::Broken(bytes) => {
                    assert!(bytes.len() <= 2_048 + 4_096);
                    self.receive(Transport::Tcp, &bytes);
                }
                Frame::Ping => {}
            }
        }
    }

    /// The last call goes a step further.
    fn lead(&mut self, step: u8) {
        let Some(call) = self.calls.last().map(|call| call.info().number) else { return };
        let command = match step % 5 {
            0 => Command::Ring,
            1 => match UdpSocket::bind("127.0.0.1:0") {
                Ok(media) => Command::Answer(media),
                Err(_) => Command::Ring,
            },
            2 => match SipUri::parse("sip:alice@example.com") {
                Ok(target) => Command::Refer(Box::new(target), Arc::new(TransferSettings::new())),
                Err(_) => Command::Ring,
            },
            3 => Command::Reject(486),
            _ => Command::HangUp,
        };
        self.handle(Input::Command { call, command });
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(next) = self.core.deadline().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.core.advance(self.now);
            self.collect();
        }
        self.now = until;
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

fuzz_target!(|data: &[u8]| {
    let mut port = Port::new();
    // The first byte of a piece says what happens; those of a stream need not be whole messages.
    for piece in data.split(|byte| *byte == 0xFF) {
        let Some((how, bytes)) = piece.split_first() else { continue };
        match how % 6 {
            0 | 1 => port.receive(Transport::Udp, bytes),
            2 => port.stream(bytes),
            3 => port.lead(bytes.first().copied().unwrap_or_default()),
            4 => port.respond(bytes),
            _ => port.pass(Duration::from_millis(u64::from(*how) * 100)),
        }
    }
    port.calls.clear();
    let commands: Vec<_> = port.inputs.try_iter().collect();
    for command in commands {
        port.handle(command);
    }
    // 64 x T1 for what is repeated, and as much for a BYE whose ACK never came; a day for a transfer.
    port.pass(Duration::from_secs(2 * 24 * 60 * 60));
    let Core { calls, dialogs, invites, live, .. } = &port.core;
    assert_eq!([calls.len(), dialogs.len(), invites.len(), *live], [0; 4]);
    assert_eq!(port.core.deadline(), None);
});
