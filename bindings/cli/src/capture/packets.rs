//! Packets: from the records of a pcap or pcapng file down to the SIP messages in UDP datagrams and TCP
//! connections, on any port.

use std::collections::HashMap;
use std::io::Read;
use std::net::IpAddr;
use std::ops::ControlFlow;

use etherparse::{
    EtherType, IpNumber, LaxIpPayloadSlice, LaxNetSlice, LaxSlicedPacket, TcpSlice, TransportSlice,
    UdpSlice,
};
use memchr::memmem;
use pcap_parser::{Block, Linktype, PcapBlockOwned, PcapError, create_reader};

use super::fragments::Fragments;
use super::message::{CaptureError, CaptureErrors, Head, Message, Place};
use super::open::{MAX_PACKET_BYTES, Refused};
use super::tcp::{Connections, Endpoints};

/// What is read at once; it grows for a larger record.
const BUFFER_BYTES: usize = 256 * 1024;

/// The largest record: far above what a packet may have.
const MAX_RECORD_BYTES: usize = 16 * 1024 * 1024;

/// The most interfaces of a section of a pcapng file: far above what a machine has.
const MOST_INTERFACES: usize = 65_536;

/// What was found beside messages.
pub(crate) struct Found {
    pub(crate) errors: Vec<CaptureError>,
    /// Why there may be no REFER.
    pub(crate) hint: Option<String>,
}

/// Reads a capture to its end, or until enough messages were passed on.
pub(crate) fn read(
    reader: Box<dyn Read + Send>,
    on_message: impl FnMut(Message) -> ControlFlow<()>,
) -> Result<Found, Refused> {
    let mut packets = Packets {
        on_message,
        connections: Connections::default(),
        fragments: Fragments::default(),
        errors: CaptureErrors::default(),
        is_full: false,
        number: 0,
        at: 0,
        other_links: HashMap::new(),
        end_of_head: memmem::Finder::new(b"\r\n\r\n"),
    };
    packets.records(reader)?;
    Ok(packets.end())
}

struct Packets<F> {
    on_message: F,
    connections: Connections,
    fragments: Fragments,
    errors: CaptureErrors,
    /// No more messages are wanted.
    is_full: bool,
    /// Of the packet that is read, from 1.
    number: usize,
    /// Its time in milliseconds since 1970.
    at: u64,
    /// Link types that are not read, and of how many packets.
    other_links: HashMap<i32, usize>,
    end_of_head: memmem::Finder<'static>,
}

/// What an interface says of its packets.
#[derive(Clone, Copy)]
struct Interface {
    link: Linktype,
    /// A time has that many units a second.
    units: u64,
    offset: i64,
}

impl<F: FnMut(Message) -> ControlFlow<()>> Packets<F> {
    fn records(&mut self, reader: Box<dyn Read + Send>) -> Result<(), Refused> {
        let mut reader = match create_reader(BUFFER_BYTES, reader) {
            Ok(reader) => reader,
            Err(PcapError::HeaderNotRecognized) => {
                return Err(Refused::new(
                    "capture-unreadable",
                    "the file begins like pcap, but its header cannot be read",
                ));
            }
            Err(_) => {
                return Err(Refused::new(
                    "capture-unreadable",
                    "the capture is cut within its header",
                ));
            }
        };
        let mut interfaces: Vec<Option<Interface>> = Vec::new();
        let mut room = BUFFER_BYTES;
        let mut is_swapped_before = false;
        loop {
            if u64::try_from(reader.consumed()).is_ok_and(|read| read > MAX_PACKET_BYTES) {
                return Err(Refused::new(
                    "trace-too-large",
                    format!(
                        "the capture has more than {MAX_PACKET_BYTES} bytes; cut out the calls in question, for instance with editcap"
                    ),
                ));
            }
            let (length, refill) = match reader.next() {
                Ok((length, block)) => {
                    if self.block(&block, &mut interfaces).is_break() {
                        self.error_here(
                            "the capture is broken here: a section has too many interfaces",
                        );
                        return Ok(());
                    }
                    if self.is_full {
                        return Ok(());
                    }
                    (length, None)
                }
                Err(PcapError::Eof) => return Ok(()),
                Err(PcapError::Incomplete(_)) => (0, Some(false)),
                Err(PcapError::BufferTooSmall) if room < MAX_RECORD_BYTES => (0, Some(true)),
                Err(PcapError::UnexpectedEof | PcapError::ReadError) => {
                    self.error_here("the capture is cut in this packet: what is before it is read");
                    return Ok(());
                }
                Err(_) => {
                    self.number = self.number.saturating_add(1);
                    self.error_here("the capture is broken here: what is before it is read");
                    return Ok(());
                }
            };
            match refill {
                None => {
                    reader.consume_noshift(length);
                    is_swapped_before = false;
                }
                Some(larger) => {
                    if larger {
                        room = room.saturating_mul(2);
                        if !reader.grow(room) {
                            self.error_here(
                                "the capture is broken here: a packet of this size cannot be",
                            );
                            return Ok(());
                        }
                    }
                    // A reader that gives nothing and does not end would be asked for ever.
                    let is_stuck = reader.refill().is_err()
                        || (is_swapped_before && reader.reader_exhausted() && larger);
                    is_swapped_before = reader.reader_exhausted();
                    if is_stuck {
                        self.error_here(
                            "the capture is cut in this packet: what is before it is read",
                        );
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Reads a block. Stops at a section that has too many interfaces.
    fn block(
        &mut self,
        block: &PcapBlockOwned<'_>,
        interfaces: &mut Vec<Option<Interface>>,
    ) -> ControlFlow<()> {
        match block {
            PcapBlockOwned::LegacyHeader(header) => {
                let units =
                    if header.is_nanosecond_precision() { 1_000_000_000 } else { 1_000_000 };
                // The upper bits say whether there is a checksum behind each frame.
                let link = Linktype(header.network.0 & 0x0fff_ffff);
                interfaces.push(Some(Interface { link, units, offset: 0 }));
            }
            PcapBlockOwned::Legacy(record) => {
                let Some(Some(interface)) = interfaces.first() else {
                    return ControlFlow::Continue(());
                };
                let seconds = u64::from(record.ts_sec).saturating_mul(1000);
                let fraction = u64::from(record.ts_usec).saturating_mul(1000) / interface.units;
                self.packet(
                    interface.link,
                    seconds.saturating_add(fraction),
                    record.data,
                    record.origlen,
                );
            }
            PcapBlockOwned::NG(Block::SectionHeader(_)) => interfaces.clear(),
            PcapBlockOwned::NG(Block::InterfaceDescription(_))
                if interfaces.len() >= MOST_INTERFACES =>
            {
                return ControlFlow::Break(());
            }
            PcapBlockOwned::NG(Block::InterfaceDescription(interface)) => {
                interfaces.push(Some(Interface {
                    link: interface.linktype,
                    units: units(interface.if_tsresol),
                    offset: interface.if_tsoffset,
                }));
            }
            PcapBlockOwned::NG(Block::EnhancedPacket(packet)) => {
                let index = usize::try_from(packet.if_id).unwrap_or(usize::MAX);
                let Some(Some(interface)) = interfaces.get(index) else {
                    self.number = self.number.saturating_add(1);
                    return ControlFlow::Continue(());
                };
                let ticks = (u64::from(packet.ts_high) << 32) | u64::from(packet.ts_low);
                let at =
                    u128::from(ticks).saturating_mul(1000) / u128::from(interface.units.max(1));
                let offset = interface.offset.saturating_mul(1000);
                let at = u64::try_from(at).unwrap_or(u64::MAX).saturating_add_signed(offset);
                let data = packet.data.get(..usize::try_from(packet.caplen).unwrap_or(usize::MAX));
                self.packet(interface.link, at, data.unwrap_or(packet.data), packet.origlen);
            }
            PcapBlockOwned::NG(Block::SimplePacket(packet)) => {
                let Some(Some(interface)) = interfaces.first() else {
                    return ControlFlow::Continue(());
                };
                let length = usize::try_from(packet.origlen).unwrap_or(usize::MAX);
                let data = packet.data.get(..length).unwrap_or(packet.data);
                // It has no time: it counts as sent with the packet before.
                self.packet(interface.link, self.at, data, packet.origlen);
            }
            PcapBlockOwned::NG(_) => {}
        }
        ControlFlow::Continue(())
    }

    fn packet(&mut self, link: Linktype, at: u64, data: &[u8], length: u32) {
        self.number = self.number.saturating_add(1);
        self.at = at;
        let is_cut = u32::try_from(data.len()).is_ok_and(|have| have < length);
        let packet = match link {
            Linktype::ETHERNET => LaxSlicedPacket::from_ethernet(data).ok(),
            // A cooked header ends with the EtherType, or begins with it.
            Linktype::LINUX_SLL => by_ether_type(data, 14, 16),
            Linktype::LINUX_SLL2 => by_ether_type(data, 0, 20),
            // BSD's loopback begins with the number of the address family.
            Linktype::NULL | Linktype::LOOP => data.get(4..).and_then(ip),
            Linktype::RAW | Linktype::IPV4 | Linktype::IPV6 | Linktype(12 | 14) => ip(data),
            Linktype::WIRESHARK_UPPER_PDU => {
                if let Some(payload) = exported(data).filter(|payload| begins_message(payload)) {
                    self.message(payload, self.number, is_cut);
                }
                None
            }
            Linktype(other) => {
                let count = self.other_links.entry(other).or_default();
                *count = count.saturating_add(1);
                None
            }
        };
        let Some(packet) = packet else { return };
        let Some(net) = &packet.net else { return };
        let Some((payload, source, destination)) = addressed(net) else { return };
        if payload.fragmented {
            if let Some((protocol, whole)) = self.fragments.add(net, payload, self.number) {
                self.transport(protocol, &whole, (source, destination), false);
            }
            return;
        }
        match &packet.transport {
            Some(TransportSlice::Udp(udp)) => self.udp(udp, is_cut),
            Some(TransportSlice::Tcp(tcp)) => self.tcp(tcp, (source, destination)),
            _ => {}
        }
    }

    fn transport(
        &mut self,
        protocol: IpNumber,
        payload: &[u8],
        hosts: (IpAddr, IpAddr),
        is_cut: bool,
    ) {
        match protocol {
            IpNumber::UDP => {
                if let Ok(udp) = UdpSlice::from_slice_lax(payload) {
                    self.udp(&udp, is_cut);
                }
            }
            IpNumber::TCP => {
                if let Ok(tcp) = TcpSlice::from_slice(payload) {
                    self.tcp(&tcp, hosts);
                }
            }
            _ => {}
        }
    }

    fn udp(&mut self, udp: &UdpSlice<'_>, is_cut: bool) {
        let payload = udp.payload();
        let payload = in_hep(payload).unwrap_or(payload);
        if begins_message(payload) {
            self.message(payload, self.number, is_cut);
        }
    }

    fn tcp(&mut self, tcp: &TcpSlice<'_>, (source, destination): (IpAddr, IpAddr)) {
        let endpoints = Endpoints {
            source: (source, tcp.source_port()),
            destination: (destination, tcp.destination_port()),
        };
        for message in self.connections.segment(endpoints, tcp, self.number) {
            self.message(&message.bytes, message.packet, false);
        }
    }

    /// Reads a message, whole or cut by the capture.
    fn message(&mut self, bytes: &[u8], packet: usize, is_cut: bool) {
        let bytes = bytes.trim_ascii_start();
        let end = self.end_of_head.find(bytes).map(|end| end.saturating_add(4));
        let place = Place::Packet(packet);
        let Some((head, body)) = end.and_then(|end| bytes.split_at_checked(end)) else {
            let message = if is_cut {
                "the SIP message in this packet is cut: capture whole packets, for instance with tcpdump -s 0"
            } else {
                "the SIP message in this packet has no empty line behind its headers"
            };
            return self.error(place, message);
        };
        match Head::read(head) {
            Ok(head) => {
                let length = head.headers.content_length;
                if length.is_some_and(|length| length > body.len()) {
                    self.error(place, "the body of the SIP message in this packet is cut");
                }
                let body = length.and_then(|length| body.get(..length)).unwrap_or(body);
                let body = body.to_vec();
                let message = Message { place, at: self.at, clock: 0, head, body };
                self.is_full |= (self.on_message)(message).is_break();
            }
            Err(unreadable) => {
                let expected = unreadable.expected;
                self.error(place, &format!("no SIP message can be read here; expected {expected}"));
            }
        }
    }

    fn error_here(&mut self, message: &str) {
        self.error(Place::Packet(self.number.saturating_add(1)), message);
    }

    fn error(&mut self, place: Place, message: &str) {
        self.errors.push(place, message);
    }

    fn end(mut self) -> Found {
        // What is incomplete only because no more was read is not an error.
        let rest = if self.is_full { Vec::new() } else { self.connections.rest() };
        for message in rest {
            if begins_message(&message.bytes) {
                self.message(&message.bytes, message.packet, true);
            }
        }
        for (packet, missing) in self.connections.gaps() {
            let message = format!(
                "{missing} bytes of the TCP connection of this packet are not in the capture"
            );
            self.error(Place::Packet(packet), &message);
        }
        let incomplete = if self.is_full { Vec::new() } else { self.fragments.missing() };
        for packet in incomplete {
            self.error(
                Place::Packet(packet),
                "fragments of the IP datagram of this packet are not in the capture: what it held is unknown",
            );
        }
        let hint = self.hint();
        Found { errors: self.errors.into_list(), hint }
    }

    /// Returns why there may be no REFER.
    fn hint(&self) -> Option<String> {
        let encrypted = self.connections.encrypted();
        if encrypted > 0 {
            return Some(format!(
                "{encrypted} of its TCP connections are encrypted (TLS), and SIP in them cannot be read: take the \
                 trace of the SIP stack itself, or decrypt it with the session keys (tshark -o \
                 tls.keylog_file:KEYS -V -Y sip -r FILE)"
            ));
        }
        if self.connections.websockets() > 0 {
            return Some(
                "there are WebSocket connections, which are not read: let tshark do it (tshark -V -Y sip -r FILE)"
                    .to_owned(),
            );
        }
        let (link, count) = self.other_links.iter().max_by_key(|(_, count)| **count)?;
        Some(format!(
            "{count} packets are of the link type {link}, which is not read: let tshark do it (tshark -V -Y sip \
             -r FILE)"
        ))
    }
}

/// Returns the units of a second, as a pcapng interface writes them: a power of 10, or of 2 with the first bit set.
fn units(resolution: u8) -> u64 {
    let exponent = u32::from(resolution & 0x7f);
    let base: u64 = if resolution & 0x80 == 0 { 10 } else { 2 };
    base.checked_pow(exponent).unwrap_or(u64::MAX)
}

/// Returns the message in what Wireshark exports, decrypted for instance, behind its tags of a type and a length.
fn exported(data: &[u8]) -> Option<&[u8]> {
    let mut rest = data;
    loop {
        let ([t1, t2, l1, l2], after) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([*l1, *l2]));
        rest = after.get(length..)?;
        if [*t1, *t2] == [0, 0] {
            return Some(rest);
        }
    }
}

/// Returns the message in a packet of HEP version 3, by which SIP servers report what they see. It has chunks of a
/// vendor, a type and a length with these six bytes; the message is of vendor 0 and type 15.
fn in_hep(payload: &[u8]) -> Option<&[u8]> {
    let mut rest = payload.strip_prefix(b"HEP3")?.get(2..)?;
    loop {
        let ([v1, v2, t1, t2, l1, l2], after) = rest.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([*l1, *l2])).checked_sub(6)?;
        let (chunk, behind) = after.split_at_checked(length)?;
        if [*v1, *v2, *t1, *t2] == [0, 0, 0, 15] {
            return Some(chunk);
        }
        rest = behind;
    }
}

fn ip(data: &[u8]) -> Option<LaxSlicedPacket<'_>> {
    LaxSlicedPacket::from_ip(data).ok()
}

fn by_ether_type(data: &[u8], at: usize, header: usize) -> Option<LaxSlicedPacket<'_>> {
    let ether_type = data.get(at..)?.first_chunk()?;
    let ether_type = EtherType(u16::from_be_bytes(*ether_type));
    Some(LaxSlicedPacket::from_ether_type(ether_type, data.get(header..)?))
}

fn addressed<'a, 'b>(
    net: &'b LaxNetSlice<'a>,
) -> Option<(&'b LaxIpPayloadSlice<'a>, IpAddr, IpAddr)> {
    match net {
        LaxNetSlice::Ipv4(ip) => {
            let header = ip.header();
            Some((ip.payload(), header.source_addr().into(), header.destination_addr().into()))
        }
        LaxNetSlice::Ipv6(ip) => {
            let header = ip.header();
            Some((ip.payload(), header.source_addr().into(), header.destination_addr().into()))
        }
        LaxNetSlice::Arp(_) => None,
    }
}

/// Returns whether bytes begin like a SIP message, perhaps behind line ends that keep a connection alive.
pub(super) fn begins_message(bytes: &[u8]) -> bool {
    let bytes = match bytes {
        [b'\r' | b'\n', ..] => bytes.trim_ascii_start(),
        _ => bytes,
    };
    if bytes.starts_with(b"SIP/2.0 ") {
        return true;
    }
    // A method, a URI and the version: of anything else the first byte already says no.
    let method = bytes.iter().take(32).take_while(|byte| byte.is_ascii_uppercase()).count();
    if method < 3 || bytes.get(method) != Some(&b' ') {
        return false;
    }
    let line =
        memchr::memchr(b'\n', bytes.get(..MOST_REQUEST_LINE.min(bytes.len())).unwrap_or_default());
    let line = bytes.get(..line.unwrap_or_default()).unwrap_or_default();
    line.trim_ascii_end().ends_with(b" SIP/2.0")
}

/// The longest first line of a request.
const MOST_REQUEST_LINE: usize = 8 * 1024;
