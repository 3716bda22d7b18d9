//! The rules of the agent, on its core: messages go in with a time, and what comes out is compared with what the RFCs say.

mod dialogs;
mod digests;
mod requests;
mod sessions;
mod sockets;
mod streams;
mod torture;
mod transactions;
mod transfers;

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use twiml_refer::SipUri;
use twiml_refer::transfer::TransferSettings;

use super::agent::Options;
use super::call::{Call, CallInfo, Happening, Shared};
use super::core::{Command, Core, Dial, Input, Output};
use super::media::MediaInput;
use super::transport::{Path, Switchboard, Transport};

pub(super) const SDP: &str = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n\
    m=audio 4000 RTP/AVP 0 101\na=rtpmap:0 PCMU/8000\na=rtpmap:101 telephone-event/8000\n";

/// An agent without sockets, and its clock.
pub(super) struct Bench {
    core: Core,
    begun: Instant,
    now: Instant,
    pub(super) path: Path,
    pub(super) calls: Vec<Call>,
    /// How often a stream of audio was begun.
    pub(super) streams: usize,
    inputs: Receiver<Input>,
}

/// A message that was sent.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    /// In milliseconds since the beginning.
    pub(super) at: u64,
    pub(super) path: Path,
    pub(super) text: String,
}

impl Sent {
    pub(super) fn start(&self) -> &str {
        self.text.lines().next().unwrap()
    }

    /// The values of a header.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let head = self.text.split("\r\n\r\n").next().unwrap();
        let pairs = head.lines().filter_map(|line| line.split_once(": "));
        pairs.filter(|(other, _)| *other == name).map(|(_, value)| value).collect()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or("")
    }

    pub(super) fn code(&self) -> u16 {
        self.start().split(' ').nth(1).unwrap().parse().unwrap_or(0)
    }

    pub(super) fn tag(&self, name: &str) -> &str {
        self.header(name).split_once(";tag=").map_or("", |(_, tag)| tag)
    }

    pub(super) fn branch(&self) -> &str {
        let (_, rest) = self.header("Via").split_once("branch=").unwrap();
        rest.split(';').next().unwrap()
    }
}

pub(super) fn starts(sent: &[Sent]) -> Vec<&str> {
    sent.iter().map(Sent::start).collect()
}

pub(super) fn codes(sent: &[Sent]) -> Vec<u16> {
    sent.iter().map(Sent::code).collect()
}

impl Bench {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(set: impl FnOnce(&mut Options)) -> Self {
        let local: SocketAddr = "127.0.0.1:5060".parse().unwrap();
        let remote = "127.0.0.1:5070".parse().unwrap();
        let mut options = Options::new(vec![local]);
        set(&mut options);
        let (sender, inputs) = sync_channel(4_000);
        let board = Arc::new(Switchboard::default());
        let core = Core::new(options, vec![local], board, sender);
        let path = Path { transport: Transport::Udp, id: 0, local, remote };
        let begun = Instant::now();
        Self { core, begun, now: begun, path, calls: Vec::new(), streams: 0, inputs }
    }

    pub(super) fn tcp() -> Self {
        let mut bench = Self::new();
        bench.path = Path { transport: Transport::Tcp, id: 7, ..bench.path };
        bench
    }

    pub(super) fn handle(&mut self, input: Input) -> Vec<Sent> {
        self.core.handle(input, self.now);
        self.core.advance(self.now);
        self.collect()
    }

    fn collect(&mut self) -> Vec<Sent> {
        let at = u64::try_from((self.now - self.begun).as_millis()).unwrap();
        let mut sent = Vec::new();
        for output in self.core.outputs() {
            match output {
                Output::Message { path, is_sent: true, bytes, .. } => {
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    sent.push(Sent { at, path, text });
                }
                Output::Call(call) => self.calls.push(call),
                Output::Media(MediaInput::Stream { .. }) => self.streams += 1,
                _ => {}
            }
        }
        sent
    }

    /// Receives a message whose lines end in LF.
    pub(super) fn receive(&mut self, text: &str) -> Vec<Sent> {
        self.receive_raw(text.replace('\n', "\r\n").as_bytes())
    }

    pub(super) fn receive_raw(&mut self, bytes: &[u8]) -> Vec<Sent> {
        self.handle(Input::Received { path: self.path, bytes: bytes.to_vec() })
    }

    /// Lets time pass, and returns what is sent meanwhile.
    pub(super) fn pass(&mut self, ms: u64) -> Vec<Sent> {
        let until = self.now + Duration::from_millis(ms);
        let mut sent = Vec::new();
        while let Some(next) = self.core.deadline().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.core.advance(self.now);
            sent.extend(self.collect());
        }
        self.now = until;
        sent
    }

    pub(super) fn command(&mut self, command: Command) -> Vec<Sent> {
        let call = self.calls.last().map_or(1, |call| call.info().number);
        self.handle(Input::Command { call, command })
    }

    pub(super) fn answer(&mut self) -> Sent {
        let media = UdpSocket::bind("127.0.0.1:0").unwrap();
        self.command(Command::Answer(media)).pop().unwrap()
    }

    pub(super) fn refer(&mut self, target: &str, settings: TransferSettings) -> Vec<Sent> {
        let target = Box::new(SipUri::parse(target).unwrap());
        self.command(Command::Refer(target, Arc::new(settings)))
    }

    /// A call that was answered and acknowledged; the tag is ours.
    pub(super) fn call(&mut self) -> String {
        self.receive(&invite(1));
        let tag = self.answer().tag("To").to_owned();
        assert!(self.receive(&request("ACK", 1, &tag, "ack", "", "")).is_empty());
        tag
    }

    /// A call that we make, with this INVITE.
    pub(super) fn dial(&mut self) -> Sent {
        let info = Arc::new(CallInfo {
            number: 1,
            is_outgoing: true,
            call_id: "ours".to_owned(),
            from: "sip:me@127.0.0.1".to_owned(),
            to: "sip:bob@127.0.0.1:5070".to_owned(),
            request_uri: "sip:bob@127.0.0.1:5070".to_owned(),
            headers: vec![("X-Own".to_owned(), "yes".to_owned())],
            peer: self.path.remote,
            local: self.path.local,
            transport: self.path.transport,
            user: None,
        });
        let shared = Arc::new(Shared::default());
        let call = Call::new(
            Arc::clone(&info),
            self.core.inputs.clone(),
            Arc::clone(&shared),
            Arc::default(),
        );
        self.calls.push(call);
        let media = UdpSocket::bind("127.0.0.1:0").unwrap();
        let dial = Dial { info, shared, path: self.path, media };
        self.handle(Input::Dial(Box::new(dial))).pop().unwrap()
    }

    pub(super) fn happening(&self) -> Happening {
        self.calls.last().unwrap().wait(Duration::ZERO)
    }

    /// How the call ended, in words.
    pub(super) fn end(&self) -> String {
        let ended = self.calls.last().unwrap().ended();
        ended.map_or_else(|| "lives".to_owned(), |ended| ended.to_string())
    }

    pub(super) fn live(&self) -> usize {
        self.core.live
    }

    /// Passes on what the threads of calls have asked for.
    pub(super) fn commands(&mut self) -> Vec<Sent> {
        let inputs: Vec<_> = self.inputs.try_iter().collect();
        inputs.into_iter().flat_map(|input| self.handle(input)).collect()
    }
}

/// A request of the caller; an empty tag is left out.
pub(super) fn request(
    method: &str,
    cseq: u32,
    tag: &str,
    branch: &str,
    headers: &str,
    body: &str,
) -> String {
    let tag = if tag.is_empty() { String::new() } else { format!(";tag={tag}") };
    let length = body.replace('\n', "\r\n").len();
    format!(
        "{method} sip:app@127.0.0.1:5060 SIP/2.0\n\
         Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK{branch}\n\
         Max-Forwards: 70\n\
         From: \"A. G. Bell\" <sip:bell@127.0.0.1:5070>;tag=caller\n\
         To: <sip:app@127.0.0.1:5060>{tag}\n\
         Call-ID: one@127.0.0.1\n\
         CSeq: {cseq} {method}\n\
         {headers}Content-Length: {length}\n\n{body}"
    )
}

pub(super) fn invite(cseq: u32) -> String {
    invite_with(cseq, "")
}

/// An INVITE with SDP, a Contact, and more headers.
pub(super) fn invite_with(cseq: u32, headers: &str) -> String {
    let headers =
        format!("Contact: <sip:bell@127.0.0.1:5071>\nContent-Type: application/sdp\n{headers}");
    request("INVITE", cseq, "", &format!("invite{cseq}"), &headers, SDP)
}

/// A response of the endpoint to a request of ours, with a To tag.
pub(super) fn response(request: &Sent, status: &str, headers: &str, body: &str) -> String {
    let to = request.header("To");
    let tag = if to.contains(";tag=") { "" } else { ";tag=endpoint" };
    let length = body.replace('\n', "\r\n").len();
    format!(
        "SIP/2.0 {status}\nVia: {}\nFrom: {}\nTo: {to}{tag}\nCall-ID: {}\nCSeq: {}\n\
         {headers}Content-Length: {length}\n\n{body}",
        request.header("Via"),
        request.header("From"),
        request.header("Call-ID"),
        request.header("CSeq"),
    )
}
