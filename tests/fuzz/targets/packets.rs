//! Captures of packets, as the command reads them: any bytes as a file, and any frames in a whole file. Behind
//! whatever came before, a datagram with a message is found.
#![no_main]
// The reader is a part of a program, which has no library to ask.
#![allow(dead_code)]

#[path = "../../../bindings/cli/src/capture"]
mod capture {
    pub(crate) mod fragments;
    pub(crate) mod message;
    pub(crate) mod open;
    pub(crate) mod packets;
    pub(crate) mod tcp;
}

use std::ops::ControlFlow;

use capture::message::Place;
use capture::open::{Opened, open};
use capture::packets;
use etherparse::{IpFragOffset, IpNumber, Ipv4Header, PacketBuilder};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, arbitrary::Arbitrary)]
enum Input {
    File(Vec<u8>),
    Frames { link: usize, frames: Vec<Frame> },
}

/// The number of each link layer, and what is before IP in it.
const LINKS: [(u32, &[u8]); 6] = [
    // Ethernet.
    (1, &[2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 0]),
    // Linux cooked, the first and the second version.
    (113, &[0, 0, 0, 1, 0, 6, 2, 2, 2, 2, 2, 2, 0, 0, 8, 0]),
    (276, &[8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    // BSD loopback.
    (0, &[2, 0, 0, 0]),
    // IP alone.
    (101, &[]),
    EXPORTED,
];
/// What Wireshark exports, without tags: a message alone.
const EXPORTED: (u32, &[u8]) = (252, &[0, 0, 0, 0]);

#[derive(Debug, arbitrary::Arbitrary)]
enum Frame {
    Raw(Vec<u8>),
    Udp(Vec<u8>),
    Tcp { port: bool, sequence: u16, syn: bool, payload: Payload },
    Fragment { id: bool, offset: u8, more: bool, payload: Vec<u8> },
}

#[derive(Debug, arbitrary::Arbitrary)]
enum Payload {
    Any(Vec<u8>),
    /// So much of a message, from its beginning.
    Sip(u8),
}

const WHOLE: &[u8] = b"NOTIFY sip:p@192.0.2.1 SIP/2.0\r\n\
From: <sip:e@example.com>;tag=e\r\nTo: <sip:p@example.com>;tag=p\r\n\
Call-ID: the last one\r\nCSeq: 7 NOTIFY\r\nContent-Length: 16\r\n\r\nSIP/2.0 200 OK\r\n";

fuzz_target!(|input: Input| {
    match input {
        Input::File(bytes) => drop(read(bytes)),
        Input::Frames { link, frames } => {
            let link = LINKS[link % LINKS.len()];
            let last = Frame::Udp(WHOLE.to_vec());
            let packets = frames.iter().chain([&last]).map(|frame| packet(link, frame));
            let found = read(pcap(link.0, packets));
            let expected = ("the last one".to_owned(), Place::Packet(frames.len() + 1));
            assert!(found.contains(&expected), "{found:?}");
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

fn packet(link: (u32, &[u8]), frame: &Frame) -> Vec<u8> {
    let (from, to) = ([192, 0, 2, 1], [192, 0, 2, 2]);
    let builder = PacketBuilder::ipv4(from, to, 64);
    let mut packet = link.1.to_vec();
    match frame {
        Frame::Raw(bytes) => packet.clone_from(bytes),
        Frame::Udp(payload) if link == EXPORTED => packet.extend(payload),
        Frame::Udp(payload) => {
            builder.udp(5060, 5061).write(&mut packet, payload).expect("a packet");
        }
        Frame::Tcp { port, sequence, syn, payload } => {
            let mut step = builder.tcp(5060 + u16::from(*port), 5060, u32::from(*sequence), 1);
            if *syn {
                step = step.syn();
            }
            let payload = match payload {
                Payload::Any(bytes) => bytes,
                Payload::Sip(length) => WHOLE.get(..usize::from(*length)).unwrap_or(WHOLE),
            };
            step.write(&mut packet, payload).expect("a packet");
        }
        Frame::Fragment { id, offset, more, payload } => {
            let length = u16::try_from(payload.len()).expect("small");
            let mut header = Ipv4Header::new(length, 64, IpNumber::UDP, from, to).expect("small");
            header.identification = u16::from(*id);
            header.more_fragments = *more;
            header.dont_fragment = false;
            header.fragment_offset = IpFragOffset::try_new(u16::from(*offset)).expect("small");
            packet.extend(header.to_bytes());
            packet.extend(payload);
        }
    }
    packet
}

fn pcap(link: u32, packets: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let words = |words: &[u32]| words.iter().flat_map(|it| it.to_le_bytes()).collect::<Vec<_>>();
    let mut file = words(&[0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, link]);
    for packet in packets {
        let length = u32::try_from(packet.len()).expect("small");
        file.extend(words(&[1, 2, length, length]));
        file.extend(packet);
    }
    file
}
