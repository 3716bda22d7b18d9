//! `replay` of packets: link types, IP versions, fragments, TCP, and files that are cut or of another kind. The
//! packets are made here; what must come of them is known from the messages in them.

use std::path::Path;

use etherparse::{
    EtherType, Ethernet2Header, IpFragOffset, IpNumber, Ipv4Header, Ipv6Extensions,
    Ipv6FragmentHeader, Ipv6Header, PacketBuilder, PacketBuilderStep, TcpHeader, UdpHeader, VlanId,
};
use serde_json::{Value, json};

use crate::run::{Run, file, run, run_with};
use crate::traces::{BUSY, OFFSETS, busy, ending, endings, refer, referred};

const PLATFORM: [u8; 4] = [203, 0, 113, 10];
const ENDPOINT: [u8; 4] = [192, 0, 2, 20];

/// Milliseconds since 1970 of the first message.
const START: u64 = 1_764_080_105_155;

/// Whether a message of `busy` is from the platform.
fn is_sent(message: &str) -> bool {
    let is_response = message.starts_with("SIP/2.0");
    is_response == message.contains(" NOTIFY\r\n") && !message.starts_with("NOTIFY")
}

const ETHERNET: Ethernet2Header =
    Ethernet2Header { source: [2; 6], destination: [4; 6], ether_type: EtherType::IPV4 };

fn ethernet() -> PacketBuilderStep<Ethernet2Header> {
    PacketBuilder::ethernet2(ETHERNET.source, ETHERNET.destination)
}

fn addresses(is_sent: bool) -> ([u8; 4], [u8; 4]) {
    if is_sent { (PLATFORM, ENDPOINT) } else { (ENDPOINT, PLATFORM) }
}

fn built(udp: PacketBuilderStep<UdpHeader>, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    udp.write(&mut packet, payload).unwrap();
    packet
}

fn sent_to(port: u16, payload: &[u8]) -> Vec<u8> {
    built(ethernet().ipv4(PLATFORM, ENDPOINT, 64).udp(5060, port), payload)
}

fn udp(message: &str) -> Vec<u8> {
    let (from, to) = addresses(is_sent(message));
    built(ethernet().ipv4(from, to, 64).udp(5060, 49_170), message.as_bytes())
}

fn packets(packet: impl Fn(&str) -> Vec<u8>) -> Vec<(u64, Vec<u8>)> {
    OFFSETS.into_iter().zip(busy("a").iter().map(|message| packet(message))).collect()
}

/// A pcap file, to the microsecond or the nanosecond, in either byte order.
struct Pcap {
    link: u32,
    units: u32,
    bytes: fn(u32) -> [u8; 4],
}

const PCAP: Pcap = Pcap { link: 1, units: 1_000_000, bytes: u32::to_le_bytes };

impl Pcap {
    fn file(&self, packets: &[(u64, Vec<u8>)]) -> Vec<u8> {
        let magic = if self.units == 1_000_000 { 0xa1b2_c3d4 } else { 0xa1b2_3c4d };
        // The two halves of the version are in the order of the file, too.
        let version = if (self.bytes)(1) == [0, 0, 0, 1] { 0x0002_0004 } else { 0x0004_0002 };
        let header = [magic, version, 0, 0, 262_144, self.link];
        let mut file: Vec<u8> = header.into_iter().flat_map(self.bytes).collect();
        for (offset, packet) in packets {
            let at = START + offset;
            let length = u32::try_from(packet.len()).unwrap();
            let fraction = u32::try_from(at % 1000).unwrap() * (self.units / 1000);
            let record = [u32::try_from(at / 1000).unwrap(), fraction, length, length];
            file.extend(record.into_iter().flat_map(self.bytes));
            file.extend(packet);
        }
        file
    }
}

fn replay(content: impl AsRef<[u8]>) -> Run {
    run_with(&["replay", "-", "--json"], content)
}

/// What is wrong with the capture is named on standard error.
#[track_caller]
fn names(content: impl AsRef<[u8]>, words: &[&str]) -> Run {
    let found = run_with(&["replay", "-"], content).expect(1);
    for words in words {
        assert!(found.stderr.contains(words), "{words}: {found:?}");
    }
    found
}

/// Such a capture is read as far as it goes.
#[track_caller]
fn is_busy_and_names(content: impl AsRef<[u8]>, words: &str) {
    let found = names(content, &[words]);
    assert!(found.stdout.contains("target-failed (busy, code 486)"), "{found:?}");
}

/// It reads as the call of which a busy target was the end, with its times.
#[track_caller]
fn is_busy(content: impl AsRef<[u8]>) -> Vec<Value> {
    let found = replay(content);
    assert_eq!((found.status, found.stderr.as_str()), (0, ""), "{}", found.stdout);
    assert_eq!(endings(&found), [ending(BUSY, "target-failed")], "{}", found.stdout);
    let lines = found.json_lines();
    let over = lines.iter().find(|line| line["output"] == "completed").unwrap();
    assert_eq!(over["at"], json!(4.31));
    lines
}

#[test]
fn pcap_files_in_every_form() {
    let ethernet = packets(udp);
    let lines = is_busy(PCAP.file(&ethernet));
    assert_eq!((&lines[0]["packet"], &lines[0]["line"]), (&json!(1), &Value::Null));
    assert_eq!(lines.iter().filter(|line| line["packet"] == 5).count(), 1);
    for pcap in [
        Pcap { bytes: u32::to_be_bytes, ..PCAP },
        Pcap { units: 1_000_000_000, ..PCAP },
        Pcap { units: 1_000_000_000, bytes: u32::to_be_bytes, ..PCAP },
    ] {
        is_busy(pcap.file(&ethernet));
    }
    let shown = run_with(&["replay", "-"], PCAP.file(&ethernet)).expect(0).stdout;
    assert!(shown.contains("   packet 1, Call-ID a\n"), "{shown}");
    assert!(shown.contains("the NOTIFY in packet 5 says 486 Busy Here."), "{shown}");
}

#[test]
fn every_link_type() {
    let bare = |message: &str| udp(message)[14..].to_vec();
    let behind = |header: Vec<u8>| move |message: &str| [&header[..], &udp(message)[14..]].concat();
    let cooked = [&[0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0][..], &[8, 0]].concat();
    let cooked2 = [&[8, 0][..], &[0; 18]].concat();
    for (link, files) in [
        (113, packets(behind(cooked))),
        (276, packets(behind(cooked2))),
        (0, packets(behind(vec![2, 0, 0, 0]))),
        (108, packets(behind(vec![0, 0, 0, 2]))),
        (101, packets(bare)),
        (12, packets(bare)),
        (228, packets(bare)),
    ] {
        is_busy(Pcap { link, ..PCAP }.file(&files));
    }
    let tagged = |message: &str| {
        let [outer, inner] = [7, 9].map(|id| VlanId::try_new(id).unwrap());
        let ip = ethernet().double_vlan(outer, inner).ipv4(PLATFORM, ENDPOINT, 64);
        built(ip.udp(5060, 5060), message.as_bytes())
    };
    is_busy(PCAP.file(&packets(tagged)));
    let ipv6 =
        |message: &str| built(ethernet().ipv6([1; 16], [2; 16], 64).udp(7, 8), message.as_bytes());
    is_busy(PCAP.file(&packets(ipv6)));
    is_busy(Pcap { link: 229, ..PCAP }.file(&packets(|message| ipv6(message)[14..].to_vec())));

    let unknown = replay(Pcap { link: 127, ..PCAP }.file(&packets(udp))).expect(1).json();
    let said = unknown["error"]["message"].as_str().unwrap();
    assert!(
        said.contains("6 packets are of the link type") && said.contains("tshark -V"),
        "{said}"
    );
}

/// Blocks of a pcapng file.
fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padded = body.len().div_ceil(4) * 4;
    let length = u32::try_from(padded + 12).unwrap().to_le_bytes();
    let mut block = [&kind.to_le_bytes()[..], &length, body].concat();
    block.resize(8 + padded, 0);
    block.extend(length);
    block
}

fn pcapng(resolution: Option<u8>, packets: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut file = block(
        0x0a0d_0d0a,
        &[&0x1a2b_3c4d_u32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat(),
    );
    let option = resolution
        .map(|resolution| vec![9, 0, 1, 0, resolution, 0, 0, 0, 0, 0, 0, 0])
        .unwrap_or_default();
    // An interface that has no packets, and one that has.
    file.extend(block(1, &[&[127, 0, 0, 0][..], &[0; 4]].concat()));
    file.extend(block(1, &[&[1, 0, 0, 0][..], &[0; 4], &option].concat()));
    for (offset, packet) in packets {
        let milliseconds = u128::from(START + offset);
        let units = match resolution.unwrap_or(6) {
            binary @ 0x80.. => 1_u128 << (binary & 0x7f),
            decimal => 10_u128.pow(u32::from(decimal)),
        };
        let ticks = u64::try_from((milliseconds * units).div_ceil(1000)).unwrap();
        let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
        let [high, low] = [ticks >> 32, ticks & 0xffff_ffff]
            .map(|half| u32::try_from(half).unwrap().to_le_bytes());
        let head = [&1_u32.to_le_bytes()[..], &high, &low, &length, &length].concat();
        file.extend(block(6, &[&head[..], packet].concat()));
    }
    file
}

#[test]
fn pcapng_files_with_their_clocks() {
    let packets = packets(udp);
    for resolution in [None, Some(6), Some(9), Some(3), Some(0x80 | 20)] {
        is_busy(pcapng(resolution, &packets));
    }
    // Two sections in one file, as mergecap and cat make them.
    let (first, second) = packets.split_at(3);
    is_busy([pcapng(None, first), pcapng(Some(9), second)].concat());
    // Hostile blocks: lengths, resolutions, interfaces that are not there.
    let whole = pcapng(Some(9), &packets);
    for (at, _) in whole.iter().enumerate().step_by(19) {
        let mut broken = whole.clone();
        broken[at] = !broken[at];
        assert!((0..=1).contains(&replay(broken).status));
    }
}

#[test]
fn a_section_with_too_many_interfaces_is_read_up_to_there() {
    let packets = packets(udp);
    let interface = block(1, &[&[1, 0, 0, 0][..], &[0; 4]].concat());
    let file = [pcapng(None, &packets), interface.repeat(65_535)].concat();
    is_busy_and_names(file, "the capture is broken here: a section has too many interfaces");
    let file = [pcapng(None, &packets), interface.repeat(65_534)].concat();
    is_busy(file);
}

/// A UDP datagram cut into IP packets of so many bytes each.
fn fragments(udp: &[u8], size: usize, is_ipv6: bool) -> Vec<Vec<u8>> {
    let fragment = |(number, part): (usize, &[u8])| {
        let offset = IpFragOffset::try_new(u16::try_from(number * size / 8).unwrap()).unwrap();
        let more = (number + 1) * size < udp.len();
        let mut packet = Vec::new();
        if is_ipv6 {
            let fragment = Some(Ipv6FragmentHeader::new(IpNumber::UDP, offset, more, 7));
            let ip = Ipv6Header {
                payload_length: u16::try_from(part.len() + 8).unwrap(),
                next_header: IpNumber::IPV6_FRAGMENTATION_HEADER,
                hop_limit: 64,
                source: [1; 16],
                destination: [2; 16],
                ..Ipv6Header::default()
            };
            let ethernet = Ethernet2Header { ether_type: EtherType::IPV6, ..ETHERNET };
            packet.extend([&ethernet.to_bytes()[..], &ip.to_bytes()].concat());
            Ipv6Extensions { fragment, ..Ipv6Extensions::default() }
                .write(&mut packet, IpNumber::IPV6_FRAGMENTATION_HEADER)
                .unwrap();
        } else {
            let length = u16::try_from(part.len()).unwrap();
            let mut ip = Ipv4Header::new(length, 64, IpNumber::UDP, PLATFORM, ENDPOINT).unwrap();
            (ip.dont_fragment, ip.identification) = (false, 77);
            (ip.more_fragments, ip.fragment_offset) = (more, offset);
            packet.extend([&ETHERNET.to_bytes()[..], &ip.to_bytes()].concat());
        }
        packet.extend(part);
        packet
    };
    udp.chunks(size).enumerate().map(fragment).collect()
}

#[test]
fn fragments_are_put_together_or_said_to_be_missing() {
    let refer = busy("a")[0].clone();
    let udp_of = |message: &str| {
        let header = UdpHeader::without_ipv4_checksum(5060, 5060, message.len()).unwrap();
        [&header.to_bytes()[..], message.as_bytes()].concat()
    };
    let with_first = |parts: &[Vec<u8>]| {
        let rest = packets(udp);
        let parts = parts.iter().map(|part| (0, part.clone()));
        PCAP.file(&parts.chain(rest[1..].iter().cloned()).collect::<Vec<_>>())
    };
    let four = fragments(&udp_of(&refer), 120, false);
    assert!(four.len() >= 3);
    is_busy(with_first(&four));
    is_busy(with_first(&four.iter().rev().cloned().collect::<Vec<_>>()));
    is_busy(with_first(&[four.clone(), four.clone()].concat()[..four.len() + 1]));
    is_busy(with_first(&fragments(&udp_of(&refer), 160, true)));

    let missing = "fragments of the IP datagram of this packet are not in the capture";
    names(with_first(&four[..four.len() - 1]), &[missing, "packet 1: "]);
}

/// What is behind a hole in a datagram is not part of its first line.
#[test]
fn only_the_first_fragment_says_whether_a_datagram_is_sip() {
    let mut datagram =
        UdpHeader::without_ipv4_checksum(5060, 5060, 88).unwrap().to_bytes().to_vec();
    datagram.extend(b"ABC de");
    datagram.resize(64, b'x');
    datagram.extend(b" SIP/2.0\r\n");
    datagram.resize(96, b'x');
    let parts = fragments(&datagram, 16, false);
    let with_hole = [0, 4, 5].map(|part| (0, parts[part].clone()));
    let found = run_with(&["replay", "-"], PCAP.file(&with_hole)).expect(1);
    assert!(!found.stderr.contains("fragments of the IP datagram"), "{found:?}");
}

/// Segments of one direction of a connection.
struct Stream {
    is_sent: bool,
    port: u16,
    next: u32,
}

impl Stream {
    fn new(is_sent: bool, next: u32) -> Self {
        Self { is_sent, port: 49_170, next }
    }

    fn segment(&mut self, at: u64, payload: &[u8]) -> (u64, Vec<u8>) {
        let packet = self.packet(self.next, payload);
        self.next = self.next.wrapping_add(u32::try_from(payload.len()).unwrap());
        (at, packet)
    }

    fn packet(&self, sequence: u32, payload: &[u8]) -> Vec<u8> {
        self.built(sequence, payload, |tcp| tcp.ack(1))
    }

    fn syn(&mut self) -> (u64, Vec<u8>) {
        let packet = self.built(self.next, b"", PacketBuilderStep::<TcpHeader>::syn);
        self.next = self.next.wrapping_add(1);
        (0, packet)
    }

    fn built(
        &self,
        sequence: u32,
        payload: &[u8],
        flags: fn(PacketBuilderStep<TcpHeader>) -> PacketBuilderStep<TcpHeader>,
    ) -> Vec<u8> {
        let (from, to) = addresses(self.is_sent);
        let ports = if self.is_sent { (self.port, 5060) } else { (5060, self.port) };
        let tcp = ethernet().ipv4(from, to, 64).tcp(ports.0, ports.1, sequence, 1000);
        let mut packet = Vec::new();
        flags(tcp).write(&mut packet, payload).unwrap();
        packet
    }
}

/// The call over one connection, each message cut into pieces; the sequence numbers wrap.
fn connection(size: usize) -> Vec<(u64, Vec<u8>)> {
    let (mut platform, mut endpoint) = (Stream::new(true, u32::MAX - 300), Stream::new(false, 5));
    let mut segments = vec![platform.syn(), endpoint.syn()];
    for (at, message) in OFFSETS.into_iter().zip(busy("a")) {
        let stream = if is_sent(&message) { &mut platform } else { &mut endpoint };
        segments.extend(message.as_bytes().chunks(size).map(|part| stream.segment(at, part)));
    }
    segments
}

#[test]
fn connections_are_read_in_order() {
    for size in [1, 7, 100, 5000] {
        is_busy(PCAP.file(&connection(size)));
    }
    // Without its beginning.
    is_busy(PCAP.file(&connection(100)[2..]));
    // Swapped, and repeated.
    let mut swapped = connection(120);
    swapped.swap(2, 3);
    swapped.insert(4, swapped[2].clone());
    swapped.insert(4, swapped[3].clone());
    is_busy(PCAP.file(&swapped));

    // Joined: keep-alives, and three messages in one segment.
    let (mut platform, mut endpoint) = (Stream::new(true, 1), Stream::new(false, 1));
    let all = busy("a");
    let segments = [
        platform.segment(0, b"\r\n\r\n"),
        platform.segment(0, all[0].as_bytes()),
        endpoint.segment(4310, [&all[1], "\r\n\r\n", &all[2], &all[4]].concat().as_bytes()),
        platform.segment(4352, [&all[3][..], &all[5]].concat().as_bytes()),
    ];
    let lines = is_busy(PCAP.file(&segments));
    assert_eq!(lines.iter().filter(|line| line["packet"] == 3).count(), 3);

    // The NOTIFYs over another connection, and the rest by UDP.
    let mut mixed = packets(udp);
    let mut own = Stream { is_sent: false, port: 6000, next: 9 };
    for index in [2, 4] {
        mixed[index] = own.segment(OFFSETS[index], all[index].as_bytes());
    }
    is_busy(PCAP.file(&mixed));
}

#[test]
fn a_gap_in_a_connection_is_said_and_the_rest_is_read() {
    let mut platform = Stream::new(true, 1);
    let other = refer("lost", 1, &[]);
    let mut segments = vec![platform.segment(0, &other.as_bytes()[..100])];
    platform.next += 200;
    segments.extend(
        [&refer("a", 1, &[]), &busy("a")[3], &busy("a")[5]]
            .into_iter()
            .map(|it| platform.segment(0, it.as_bytes())),
    );
    let gap = "200 bytes of the TCP connection of this packet are not in the capture";
    let found = names(PCAP.file(&segments), &[gap]);
    assert!(found.stdout.contains("Call-ID a\n"), "{found:?}");

    // A message whose end is not there.
    let mut platform = Stream::new(true, 1);
    let cut = [platform.segment(0, &other.as_bytes()[..150])];
    names(PCAP.file(&cut), &["packet 1: the SIP message in this packet is cut"]);
}

#[test]
fn encrypted_connections_are_named() {
    let mut platform = Stream::new(true, 1);
    let hello = [
        platform.segment(0, &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc]),
        platform.segment(1, &[0x17, 3, 3, 0, 9]),
    ];
    names(PCAP.file(&hello), &["1 of its TCP connections are encrypted (TLS)", "keylog"]);
    let mut platform = Stream::new(true, 1);
    let upgrade = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n";
    names(PCAP.file(&[platform.segment(0, upgrade)]), &["WebSocket"]);
}

#[test]
fn a_file_that_is_cut_is_read_up_to_there() {
    let whole = PCAP.file(&packets(udp));
    for cut in [0, 3, 20, 23] {
        let found = run_with(&["replay", "-"], &whole[..cut]);
        assert!((0..=2).contains(&found.status), "{found:?}");
    }
    let newer = pcapng(None, &packets(udp));
    for cut in [&whole[..whole.len() - 10], &newer[..newer.len() - 30]] {
        is_busy_and_names(cut, "packet 6: the capture is cut in this packet");
    }

    // A snapshot length that cuts each packet.
    let short: Vec<_> =
        packets(udp).into_iter().map(|(at, packet)| (at, packet[..96].to_vec())).collect();
    let mut file = PCAP.file(&short);
    for record in 0..6 {
        let at = 24 + record * (16 + 96) + 12;
        file[at..at + 4].copy_from_slice(&500_u32.to_le_bytes());
    }
    names(file, &["capture whole packets, for instance with tcpdump -s 0"]);
}

/// baresip 1.0 was the endpoint, sipp 3.6 the platform and the target, and tcpdump 4.99 wrote it.
#[test]
fn a_real_call() {
    let found = run(&["replay", &crate::traces::trace("busy-baresip.pcap"), "--json"]).expect(0);
    assert_eq!(endings(&found), [ending(BUSY, "target-failed")]);
    let lines = found.json_lines();
    let replies: Vec<_> = lines.iter().filter(|line| line["event"] == "reply").collect();
    assert_eq!(replies.len(), 2);
    assert!(replies.iter().all(|reply| reply["code"] == 200 && reply["owed"] == 200));
    assert_eq!(lines[0]["packet"], 4);
}

#[test]
fn what_is_not_sip_is_passed_over() {
    let other = |payload: &[u8]| (0, sent_to(4000, payload));
    let noise = [
        other(&[0x80, 0, 1, 2, 3]),
        other(b""),
        other(b"\r\n\r\n"),
        other(b"\0\0\0\0"),
        other(b"GET / HTTP/1.1\r\n\r\n"),
        (0, vec![1, 2, 3]),
        (0, Vec::new()),
    ];
    let all: Vec<_> = noise.into_iter().chain(packets(udp)).collect();
    let lines = is_busy(PCAP.file(&all));
    assert_eq!(lines[0]["packet"], 8);
    // Every byte of a capture may be wrong.
    let whole = PCAP.file(&packets(udp));
    for at in (0..whole.len()).step_by(43) {
        let mut broken = whole.clone();
        broken[at] ^= 0x55;
        assert!((0..=1).contains(&replay(broken).status), "{at}");
    }
}

#[test]
fn several_captures_are_read_one_by_one() {
    let pcap = file("several.pcap", PCAP.file(&packets(udp)));
    let rejected = [refer("b", 1, &[]), referred("b", 1, "405 Method Not Allowed")];
    let text = file("several.txt", rejected.join("\n"));
    let found = run(&["replay", &pcap, &text, "--json"]).expect(0);
    assert_eq!(endings(&found).len(), 2);
    assert_eq!(found.json_lines().last().unwrap()["transfer"], 2);
    let shown = run(&["replay", &pcap, &text]).expect(0).stdout;
    let name = Path::new(&pcap).display();
    assert!(
        shown.starts_with(&format!("== {name}\n1. REFER")) && shown.contains("\n2. REFER"),
        "{shown}"
    );
    run(&["replay", &pcap, &text, "--expect", "rejected"]).expect(1);
    run(&["replay", "-", "-"]).expect(2);
}

/// 3600 messages, and connections that never hold a message, in bounded time.
#[test]
fn a_large_capture_takes_linear_time() {
    let many: Vec<_> = (0..600_u64)
        .flat_map(|call| {
            busy(&call.to_string()).into_iter().map(move |message| (call, udp(&message)))
        })
        .collect();
    let started = std::time::Instant::now();
    let found = run_with(&["replay", "-", "--expect", "target-failed"], PCAP.file(&many)).expect(0);
    assert!(found.stdout.contains("600. REFER"));
    let mut platform = Stream::new(true, 1);
    let first = platform.segment(0, b"REFER sip:a SIP/2.0\r\n");
    let drips = (0..5000).map(|_| platform.segment(0, b"X"));
    let drips: Vec<_> = std::iter::once(first).chain(drips).collect();
    assert!((0..=1).contains(&replay(PCAP.file(&drips)).status));
    let jumps: Vec<_> = (0..5000_u32)
        .map(|number| {
            (
                0,
                Stream::new(true, 1)
                    .packet(number.wrapping_mul(70_001), b"REFER sip:a SIP/2.0\r\n"),
            )
        })
        .collect();
    assert!((0..=1).contains(&replay(PCAP.file(&jumps)).status));
    assert!(started.elapsed() < std::time::Duration::from_secs(30));
}

/// A REFER to which nothing comes takes about as much memory as its packet.
#[cfg(target_os = "linux")]
#[test]
fn lone_refers_take_little_memory() {
    const SPARE_KIB: usize = 16 * 1024;
    let many: Vec<_> =
        (0..20_000).map(|call| (call, udp(&refer(&format!("{call}@192.0.2.2"), 1, &[])))).collect();
    let content = PCAP.file(&many);
    let most = (content.len() / 1024 + SPARE_KIB).to_string();
    let path = file("lone-refers.pcap", content);
    let shell = "ulimit -d \"$0\"; exec \"$@\"";
    let command = env!("CARGO_BIN_EXE_twiml-refer");
    let output = std::process::Command::new("sh")
        .args(["-c", shell, &most, command, "replay", &path, "--expect", "rejected"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{most} KiB: {}", String::from_utf8_lossy(&output.stderr));
}

/// A long head is searched and read once, not again for each segment behind it.
#[test]
fn a_long_head_is_read_once() {
    let mut platform = Stream::new(true, 1);
    let body = 15_000;
    let lines = "X: y\r\n".repeat(16_000);
    let head = format!("REFER sip:a SIP/2.0\r\n{lines}Content-Length: {body}\r\n\r\n");
    let mut segments: Vec<_> =
        head.as_bytes().chunks(1400).map(|part| platform.segment(0, part)).collect();
    segments.extend((1..body).flat_map(|_| [platform.segment(0, b"X"), platform.segment(0, b"")]));
    let file = PCAP.file(&segments);
    let started = std::time::Instant::now();
    replay(file).expect(1);
    assert!(started.elapsed() < std::time::Duration::from_secs(15));
}

#[test]
fn a_notify_that_nobody_answered_is_drawn_without_a_reply() {
    let all = packets(udp);
    let without = [0, 1, 2, 4].map(|index| all[index].clone());
    let shown = run_with(&["replay", "-"], PCAP.file(&without)).expect(0).stdout;
    for cseq in [1, 2] {
        assert!(
            shown.contains(&format!("!  no reply to NOTIFY {cseq} in the capture; 200 is due")),
            "{shown}"
        );
    }
    assert!(!shown.contains("|-- 200"), "{shown}");
}

/// What Wireshark exports, and what SIP servers report by HEP.
#[test]
fn messages_in_other_envelopes_are_read() {
    let exported = |message: &str| {
        let tags = b"\0\x0c\0\x04sip\0\0\x14\0\x04\xcb\0\x71\x0a\0\0\0\0";
        [&tags[..], message.as_bytes()].concat()
    };
    is_busy(Pcap { link: 252, ..PCAP }.file(&packets(exported)));
    let chunk = |kind: u8, data: &[u8]| {
        let length = u16::try_from(data.len() + 6).unwrap().to_be_bytes();
        [&[0, 0, 0, kind][..], &length, data].concat()
    };
    let hep = |message: &str| {
        let chunks = [chunk(1, &[2]), chunk(9, &[0; 4]), chunk(15, message.as_bytes())].concat();
        let length = u16::try_from(chunks.len() + 6).unwrap().to_be_bytes();
        sent_to(9060, &[&b"HEP3"[..], &length, &chunks].concat())
    };
    is_busy(PCAP.file(&packets(hep)));
}
