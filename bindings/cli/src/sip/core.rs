//! Stub.
use super::agent::Options;
use super::call::{Call, CallInfo, Shared};
use super::digest::Challenger;
use super::media::MediaInput;
use super::transport::{Connection, Path, Switchboard};
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Instant;
use twiml_refer::SipUri;
use twiml_refer::transfer::TransferSettings;

#[derive(Debug)]
pub(super) enum Input {
    Received { path: Path, bytes: Vec<u8> },
    Opened { path: Path, connection: Connection },
    Closed { path: Path },
    Command { call: u64, command: Command },
    Dial(Box<Dial>),
    Digit { call: u64, digit: char },
    ShutDown(SyncSender<bool>),
    Stop,
}
#[derive(Debug)]
pub(super) struct Dial {
    pub(super) info: Arc<CallInfo>,
    pub(super) shared: Arc<Shared>,
    pub(super) path: Path,
    pub(super) media: UdpSocket,
}
#[derive(Debug)]
pub(super) enum Command {
    Ring,
    Answer(UdpSocket),
    Reject(u16),
    Refer(Box<SipUri>, Arc<TransferSettings>),
    HangUp,
}
pub(super) enum Output {
    Message { path: Path, call: Option<u64>, is_sent: bool, bytes: Arc<[u8]> },
    Call(Call),
    Media(MediaInput),
}
pub(super) struct Core;
impl Core {
    pub(super) fn new(
        _: Options,
        _: Challenger,
        _: Arc<Switchboard>,
        _: SyncSender<Input>,
    ) -> Self {
        Self
    }
    pub(super) fn deadline(&self) -> Option<Instant> {
        None
    }
    pub(super) fn handle(&mut self, _: Input, _: Instant) {}
    pub(super) fn advance(&mut self, _: Instant) {}
    pub(super) fn outputs(&mut self) -> Vec<Output> {
        Vec::new()
    }
    pub(super) fn abandon(&mut self) {}
}
pub(super) fn token() -> String {
    "1".to_owned()
}
