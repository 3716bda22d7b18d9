//! Stub.
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, SyncSender};
use super::core::Input;
#[derive(Debug)]
pub(super) enum MediaInput { Stub(UdpSocket, SocketAddr) }
pub(super) fn run(_inputs: &Receiver<MediaInput>, _digits: &SyncSender<Input>) {}
