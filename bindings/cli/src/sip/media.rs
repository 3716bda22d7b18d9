//! Stub.
use super::core::Input;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, SyncSender};
#[derive(Debug)]
pub(super) enum MediaInput {
    Stub(UdpSocket, SocketAddr),
}
pub(super) fn run(_inputs: &Receiver<MediaInput>, _digits: &SyncSender<Input>) {}
