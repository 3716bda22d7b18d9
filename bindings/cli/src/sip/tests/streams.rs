//! Messages in TCP streams (RFC 3261 section 18.3), and where datagrams end.

use super::*;
use crate::sip::stream::{Frame, Framer};

fn message(body: &str, header: &str) -> Vec<u8> {
    format!("OPTIONS sip:a@b SIP/2.0\r\n{header}\r\n\r\n{body}").into_bytes()
}

fn frames(framer: &mut Framer) -> Vec<Frame> {
    std::iter::from_fn(|| framer.next()).collect()
}

#[test]
fn joined_and_split_messages() {
    let first = message("hello", "Content-Length: 5");
    let second = message("", "l : 0");
    let third = message("", "Subject: none");
    let stream = [first.clone(), second.clone(), b"\r\n".to_vec(), third.clone()].concat();
    let expected = [first, second, third].map(Frame::Message);
    let mut framer = Framer::new(1_000);
    framer.push(&stream);
    assert_eq!(frames(&mut framer), expected);
    assert!(!framer.is_amid_message());
    // Byte by byte, and in two parts wherever they are cut.
    let mut found = Vec::new();
    for byte in &stream {
        framer.push(&[*byte]);
        found.extend(frames(&mut framer));
    }
    assert_eq!(found, expected);
    for cut in 0..stream.len() {
        let (begin, end) = stream.split_at(cut);
        framer.push(begin);
        let mut found = frames(&mut framer);
        framer.push(end);
        found.extend(frames(&mut framer));
        assert_eq!(found, expected, "{cut}");
    }
}

#[test]
fn a_double_line_end_is_a_ping() {
    let mut framer = Framer::new(1_000);
    framer.push(b"\r\n");
    assert_eq!(frames(&mut framer), []);
    assert!(!framer.is_amid_message());
    framer.push(b"\r\n");
    assert_eq!(frames(&mut framer), [Frame::Ping]);
    let message = message("", "l: 0");
    framer.push(&[b"\r\n\r\n\r\n".as_slice(), &message].concat());
    assert_eq!(frames(&mut framer), [Frame::Ping, Frame::Message(message)]);
}

#[test]
fn lines_may_end_in_lf_alone() {
    let text = b"OPTIONS sip:a@b SIP/2.0\nContent-Length: 2\n\nhi";
    let mut framer = Framer::new(1_000);
    framer.push(text);
    assert_eq!(frames(&mut framer), [Frame::Message(text.to_vec())]);
}

#[test]
fn what_is_too_large_or_has_no_length_ends_the_stream() {
    for header in [
        "Content-Length: 1000",
        "Content-Length: -1",
        "Content-Length: x",
        "Content-Length: 99999999999999999999999",
        "Content-Length: 18446744073709551615",
        "Content-Length: 1\r\nl: 2",
    ] {
        let text = message("", header);
        let mut framer = Framer::new(1_000);
        framer.push(&text);
        assert_eq!(frames(&mut framer), [Frame::Broken(text)], "{header}");
    }
    let mut framer = Framer::new(1_000);
    framer.push(&[b'x'; 1_000]);
    assert_eq!(frames(&mut framer), []);
    framer.push(b"x");
    assert!(matches!(frames(&mut framer).as_slice(), [Frame::Broken(_)]));
}

#[test]
fn a_datagram_without_length_ends_with_its_body() {
    let mut bench = Bench::new();
    let tag = bench.call();
    let headers = "Content-Type: application/dtmf\n";
    let info = request("INFO", 2, &tag, "i", headers, "7").replace("Content-Length: 1\n", "");
    assert_eq!(codes(&bench.receive(&info)), [200]);
    assert_eq!(bench.happening(), Happening::Digit('7'));
    // What is behind the length is ignored; and a body that is cut off is not.
    let info = request("INFO", 3, &tag, "j", headers, "8") + "9";
    assert_eq!(codes(&bench.receive(&info)), [200]);
    assert_eq!(bench.happening(), Happening::Digit('8'));
    let info = request("INFO", 4, &tag, "k", headers, "8").replace("Length: 1", "Length: 2");
    assert_eq!(codes(&bench.receive(&info)), [400]);
}

#[test]
fn line_ends_and_zeros_keep_a_nat_open() {
    let mut bench = Bench::new();
    for bytes in [&b"\r\n\r\n"[..], b"\r\n", b"\0", b""] {
        assert!(bench.receive_raw(bytes).is_empty());
    }
}
