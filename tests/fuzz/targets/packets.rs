//! Captures of packets, as the command reads them: any bytes as a file, and any frames in a whole file. Behind
//! whatever came before, a datagram with a message is found.
#![no_main]
// The reader is a part of a program, which has no library to ask.
#![allow(dead_code)]

#[path = "../../../bindings/cli/src/capture/fragments.rs"]
mod fragments;
#[path = "../../../bindings/cli/src/capture/message.rs"]
mod message;
#[path = "../../../bindings/cli/src/capture/open.rs"]
mod open;
#[path = "../../../bindings/cli/src/capture/packets.rs"]
mod packets;
#[path = "../../../bindings/cli/src/capture/tcp.rs"]
mod tcp;

use std::ops::ControlFlow;

use etherparse::{IpFragOffset, IpNumber, Ipv4Header, PacketBuilder};
use libfuzzer_sys::fuzz_target;
use message::Place;
use open::{Opened, open};

#[derive(Debug, arbitrary::Arbitrary)]
enum Input {
    File(Vec<u8>),
    Frames { link: Link, frames: Vec<Frame> },
}

#[derive(Debug, Clone, Copy, arbitrary::Arbitrary)]
enum Link {
    Ethernet,
    Cooked,
    Cooked2,
    Loopback,
    Raw,
    /// What Wireshark exports, without tags.
    Exported,
}

#[derive(Debug, arbitrary::Arbitrary)]
enum Frame {
    Raw(Vec<u8>),
    Udp(Vec<u8>),
    Tcp {
        port: bool,
        sequence: u16,
        syn: bool,
        payload: Vec<u8>,
    },
    /// A segment with the beginning of a message.
    Sip {
        sequence: u16,
        length: u8,
    },
    Fragment {
        id: bool,
        offset: u8,
        more: bool,
        payload: Vec<u8>,
    },
}

const WHOLE: &[u8] = b"NOTIFY sip:p@192.0.2.1 SIP/2.0\r\n\
From: <sip:e@example.com>;tag=e\r\nTo: <sip:p@example.com>;tag=p\r\n\
Call-ID: the last one\r\nCSeq: 7 NOTIFY\r\nContent-Length: 16\r\n\r\nSIP/2.0 200 OK\r\n";

fuzz_target!(|input: Input| {
    match input {
        Input::File(bytes) => {
            read(bytes);
        }
        Input::Frames { link, frames } => {
            let count = frames.len();
            let last = Frame::Udp(WHOLE.to_vec());
            let packets: Vec<_> =
                frames.iter().chain([&last]).map(|frame| packet(link, frame)).collect();
            let found = read(pcap(link, &packets));
            assert!(
                found
                    .iter()
                    .any(|(call, place)| call == "the last one"
                        && *place == Place::Packet(count + 1)),
                "{found:?}"
            );
        }
    }
});

/// The Call-ID and the place of each message.
fn read(bytes: Vec<u8>) -> Vec<(String, Place)> {
    let mut found = Vec::new();
    if let Ok(Ok(Opened::Packets(reader))) = open(std::io::Cursor::new(bytes)) {
        let _ = packets::read(reader, |message| {
            found.push((message.head.call_id.clone(), message.place));
            ControlFlow::Continue(())
        });
    }
    found
}

fn packet(link: Link, frame: &Frame) -> Vec<u8> {
    let builder = || PacketBuilder::ipv4([192, 0, 2, 1], [192, 0, 2, 2], 64);
    let mut ip = Vec::new();
    match frame {
        Frame::Raw(bytes) => return bytes.clone(),
        Frame::Udp(payload) if matches!(link, Link::Exported) => ip.extend(payload),
        Frame::Udp(payload) => {
            builder().udp(5060, 5061).write(&mut ip, payload).expect("a packet");
        }
        Frame::Tcp { port, sequence, syn, payload } => {
            let mut step = builder().tcp(5060 + u16::from(*port), 5060, u32::from(*sequence), 1);
            if *syn {
                step = step.syn();
            }
            step.write(&mut ip, payload).expect("a packet");
        }
        Frame::Sip { sequence, length } => {
            let payload = WHOLE.get(..usize::from(*length)).unwrap_or(WHOLE);
            builder()
                .tcp(5060, 5060, u32::from(*sequence), 1)
                .write(&mut ip, payload)
                .expect("a packet");
        }
        Frame::Fragment { id, offset, more, payload } => {
            let length = u16::try_from(payload.len()).expect("small");
            let mut header =
                Ipv4Header::new(length, 64, IpNumber::UDP, [192, 0, 2, 1], [192, 0, 2, 2])
                    .expect("small");
            header.identification = u16::from(*id);
            header.more_fragments = *more;
            header.dont_fragment = false;
            header.fragment_offset = IpFragOffset::try_new(u16::from(*offset)).expect("small");
            ip.extend(header.to_bytes());
            ip.extend(payload);
        }
    }
    let before: &[u8] = match link {
        Link::Ethernet => &[2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 0],
        Link::Cooked => &[0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 8, 0],
        Link::Cooked2 => &[8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        Link::Loopback => &[2, 0, 0, 0],
        Link::Raw => &[],
        Link::Exported => &[0, 0, 0, 0],
    };
    [before, &ip].concat()
}

fn pcap(link: Link, packets: &[Vec<u8>]) -> Vec<u8> {
    let link = match link {
        Link::Ethernet => 1,
        Link::Cooked => 113,
        Link::Cooked2 => 276,
        Link::Loopback => 0,
        Link::Raw => 101,
        Link::Exported => 252,
    };
    let mut file: Vec<u8> = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, link]
        .into_iter()
        .flat_map(u32::to_le_bytes)
        .collect();
    for packet in packets {
        let length = u32::try_from(packet.len()).expect("small");
        file.extend([1, 2, length, length].into_iter().flat_map(u32::to_le_bytes));
        file.extend(packet);
    }
    file
}
