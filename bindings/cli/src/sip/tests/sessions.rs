//! Offers and answers (RFC 3264), and digits in RTP (RFC 4733).

use crate::sip::media::digit;
use crate::sip::sdp::{Description, Own, Stream, offer};

const OWN: Own = Own {
    address: std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 4002),
    session: 7,
    version: 1,
};

fn description(media: &str) -> String {
    format!("v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=3 4\r\n{media}")
        .replace('\n', "\r\n")
        .replace("\r\r", "\r")
}

fn answer(media: &str) -> Option<(String, Stream)> {
    Description::read(description(media).as_bytes())?.answer(OWN)
}

#[test]
fn the_first_codec_that_we_have_is_chosen() {
    for (media, formats, silence, event) in [
        ("m=audio 4000 RTP/AVP 0 8\n", "0", 0xFF, None),
        ("m=audio 4000 RTP/AVP 8 0\n", "8", 0xD5, None),
        ("m=audio 4000 RTP/AVP 9 18 8\na=rtpmap:9 G722/8000\n", "8", 0xD5, None),
        (
            "m=audio 4000 RTP/AVP 96 97 101\na=rtpmap:96 opus/48000/2\na=rtpmap:97 pcmu/8000\n\
             a=rtpmap:101 telephone-event/8000\na=fmtp:101 0-16\n",
            "97 101",
            0xFF,
            Some(101),
        ),
    ] {
        let (text, stream) = answer(media).unwrap();
        assert!(text.contains(&format!("m=audio 4002 RTP/AVP {formats}\r\n")), "{text}");
        assert_eq!((stream.silence, stream.event), (silence, event));
        assert_eq!(stream.remote, Some("192.0.2.1:4000".parse().unwrap()));
        // The time is the offer's (section 6).
        assert!(text.contains("\r\nt=3 4\r\n"));
    }
}

#[test]
fn other_media_are_refused_in_their_place() {
    let (text, _) = answer(
        "m=video 5000 RTP/AVP 96\na=rtpmap:96 VP8/90000\nm=audio 4000 RTP/AVP 0\n\
         m=audio 4010 RTP/AVP 0\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\n",
    )
    .unwrap();
    let media: Vec<_> = text.lines().filter(|line| line.starts_with("m=")).collect();
    let expected = [
        "m=video 0 RTP/AVP 96",
        "m=audio 4002 RTP/AVP 0",
        "m=audio 0 RTP/AVP 0",
        "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
    ];
    assert_eq!(media, expected);
}

#[test]
fn hold_is_mirrored_and_nothing_is_sent_into_it() {
    for (theirs, ours, is_sending) in [
        ("sendrecv", "sendrecv", true),
        ("sendonly", "recvonly", false),
        ("recvonly", "sendonly", true),
        ("inactive", "inactive", false),
    ] {
        let (text, stream) = answer(&format!("m=audio 4000 RTP/AVP 0\na={theirs}\n")).unwrap();
        assert!(text.contains(&format!("a={ours}\r\n")), "{text}");
        assert_eq!(stream.wants_media, is_sending, "{theirs}");
    }
    // For the session, and the older way.
    let (text, _) = answer("a=sendonly\nm=audio 4000 RTP/AVP 0\n").unwrap();
    assert!(text.contains("a=recvonly\r\n"));
    let (_, stream) = answer("m=audio 4000 RTP/AVP 0\nc=IN IP4 0.0.0.0\n").unwrap();
    assert_eq!(stream.remote, None);
}

#[test]
fn what_has_no_codec_is_refused() {
    for media in [
        "",
        "m=audio 4000 RTP/AVP 18\n",
        "m=audio 0 RTP/AVP 0\n",
        "m=audio 4000 RTP/SAVP 0\n",
        "m=audio x RTP/AVP 0\n",
        "m=audio\n",
        "m=video 4000 RTP/AVP 0\n",
        "m=audio 4000 RTP/AVP 0\na=rtpmap:0 G729/8000\n",
    ] {
        assert!(answer(media).is_none(), "{media}");
    }
    assert!(Description::read(b"hello").is_none());
    assert!(Description::read(b"\xFF").is_none());
    assert!(answer(&"m=audio 4000 RTP/AVP 0\n".repeat(17)).is_none());
}

#[test]
fn our_own_offer_can_be_answered() {
    let offer = offer(OWN);
    let (_, stream) = Description::read(offer.as_bytes()).unwrap().answer(OWN).unwrap();
    assert_eq!((stream.payload, stream.event), (0, Some(101)));
    let accepted = description("m=audio 4000 RTP/AVP 8 101\na=rtpmap:101 telephone-event/8000\n");
    let stream = Description::read(accepted.as_bytes()).unwrap().accepted().unwrap();
    assert_eq!((stream.payload, stream.silence, stream.event), (8, 0xD5, Some(101)));
}

#[test]
fn digits_of_rtp_packets() {
    // RFC 3550 section 5.1 and RFC 4733 section 2.3: event 5, not the end, volume 10, 160 samples.
    let packet = [0x80, 101, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4, 5, 10, 0, 160];
    assert_eq!(digit(&packet, 101), Some(((0x0102_0304, 9), '5')));
    let marked = [0x80, 0x80 | 101, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4, 11, 0x8A, 0, 160];
    assert_eq!(digit(&marked, 101), Some(((0x0102_0304, 9), '#')));
    // One contributing source, and an extension of one word.
    let mut long =
        vec![0x91, 101, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4, 9, 9, 9, 9, 0, 0, 0, 1, 8, 8, 8, 8];
    long.extend([15, 10, 0, 160]);
    assert_eq!(digit(&long, 101), Some(((0x0102_0304, 9), 'D')));
    // Another type, version or event, and whatever is cut off.
    assert_eq!(digit(&packet, 100), None);
    assert_eq!(digit(&[&[0x40], &packet[1..]].concat(), 101), None);
    assert_eq!(digit(&[&packet[..12], &[16, 10, 0, 160]].concat(), 101), None);
    for length in 0..packet.len() {
        assert_eq!(digit(&packet[..length], 101), None);
    }
    for length in 0..long.len() {
        assert_eq!(digit(&long[..length], 101), None);
    }
}
