//! The file of `--pcap`: every message as a packet, with headers made for it (a SIP stack has no packets to show).

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::UNIX_EPOCH;

use etherparse::PacketBuilder;

use crate::exit::{Failure, Result};
use crate::sip::{Position, Traced, Transport};

/// The format of <https://www.tcpdump.org/manpages/pcap-savefile.5.txt>: microseconds, version 2.4.
const MAGIC: u32 = 0xa1b2_c3d4;
/// Packets begin with the IP header (LINKTYPE_RAW).
const RAW_IP: u32 = 101;
/// Longer than any packet here.
const SNAP_LENGTH: u32 = 0x4_0000;

const HOPS: u8 = 64;
/// The most bytes of a TCP segment.
const SEGMENT: usize = 32 * 1024;
const WINDOW: u16 = u16::MAX;

/// A capture that is written.
pub(super) struct PcapFile {
    name: String,
    file: BufWriter<File>,
}

impl PcapFile {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let file = File::create(path).map_err(|error| failure(&name, &error))?;
        let mut pcap = Self { name, file: BufWriter::new(file) };
        let mut head = Vec::new();
        head.extend_from_slice(&MAGIC.to_le_bytes());
        head.extend_from_slice(&2_u16.to_le_bytes());
        head.extend_from_slice(&4_u16.to_le_bytes());
        head.extend_from_slice(&[0; 8]);
        head.extend_from_slice(&SNAP_LENGTH.to_le_bytes());
        head.extend_from_slice(&RAW_IP.to_le_bytes());
        pcap.put(&head)?;
        Ok(pcap)
    }

    pub(super) fn add(&mut self, message: &Traced) -> Result<()> {
        let (from, to) = match message.is_sent {
            true => (message.local, message.remote),
            false => (message.remote, message.local),
        };
        match message.transport {
            Transport::Udp => self.packet(message, from, to, (0, 0), &message.bytes),
            Transport::Tcp => {
                let Position { sent, received } = message.before;
                let (mut next, acknowledged) =
                    if message.is_sent { (sent, received) } else { (received, sent) };
                message.bytes.chunks(SEGMENT).try_for_each(|segment| {
                    let numbers = (next.wrapping_add(1), acknowledged.wrapping_add(1));
                    next = next.wrapping_add(u32::try_from(segment.len()).unwrap_or_default());
                    self.packet(message, from, to, numbers, segment)
                })
            }
        }
    }

    fn packet(
        &mut self,
        message: &Traced,
        from: SocketAddr,
        to: SocketAddr,
        (sequence, acknowledged): (u32, u32),
        payload: &[u8],
    ) -> Result<()> {
        let builder = match (from.ip(), to.ip()) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                PacketBuilder::ipv4(from.octets(), to.octets(), HOPS)
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                PacketBuilder::ipv6(from.octets(), to.octets(), HOPS)
            }
            _ => return Ok(()),
        };
        let mut packet = Vec::new();
        let written = match message.transport {
            Transport::Udp => builder.udp(from.port(), to.port()).write(&mut packet, payload),
            Transport::Tcp => builder
                .tcp(from.port(), to.port(), sequence, WINDOW)
                .psh()
                .ack(acknowledged)
                .write(&mut packet, payload),
        };
        // A message that no packet can carry was not on the wire.
        if written.is_err() {
            return Ok(());
        }
        let at = message.at.duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = u32::try_from(at.as_secs()).unwrap_or_default();
        let length = u32::try_from(packet.len()).unwrap_or_default();
        for field in [seconds, at.subsec_micros(), length, length] {
            self.put(&field.to_le_bytes())?;
        }
        self.put(&packet)
    }

    pub(super) fn flush(&mut self) -> Result<()> {
        self.file.flush().map_err(|error| failure(&self.name, &error))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|error| failure(&self.name, &error))
    }
}

fn failure(name: &str, error: &io::Error) -> Failure {
    Failure::usage(&format!("cannot write {name}: {error}"))
}
