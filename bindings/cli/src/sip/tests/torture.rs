//! What RFC 4475 has found to break parsers, in messages of our own; the sections are its.

use super::*;

const VIA: &str = "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bKx\n";

/// The code of the only answer to an OPTIONS that was changed; 0 for none.
fn code(from: &str, to: &str) -> u16 {
    let text = request("OPTIONS", 8, "", "x", "", "");
    assert!(text.contains(from), "{from}");
    codes(&Bench::new().receive(&text.replace(from, to))).first().copied().unwrap_or(0)
}

#[test]
fn short_and_tortuous() {
    // Section 3.1.1.1: folded lines, spaces everywhere, compact and odd names, escapes in quotation marks, several Vias in a
    // line, an unknown header and parameter.
    let text = "INVITE sip:app@127.0.0.1:5060;unknownparam SIP/2.0\n\
        TO :\n sip:app@127.0.0.1:5060 ;   unknown = 1\n\
        fRoM   : \"J \\\\\\\"   \" <sip:bell@127.0.0.1:5070>\n  ;\n  tag = 98asjd8\n\
        MaX-fOrWaRdS: 0068\n\
        i: wsinv.ndaksdj@192.0.2.1\n\
        Content-Length   : 129\n\
        cseq: 0009\n  INVITE\n\
        Via  : SIP  /   2.0\n /UDP\n    127.0.0.1:5070 ; branch = z9hG4bKwsinv \n\
        s :\n\
        NewFangledHeader:   newfangled value\n continued newfangled value\n\
        UnknownHeaderWithUnusualValue: ;;,,;;,;\n\
        Content-Type: application/sdp\n\
        Route:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\n\
        v:  SIP  / 2.0  / TCP     spindle.example.com   ;\n  branch  =   z9hG4bK9ikj8  ,\n \
        SIP  /    2.0   / UDP  192.168.255.111   ; branch=\n z9hG4bK30239\n\
        m:\"Quoted string \\\"\\\"\" <sip:jdrosen@127.0.0.1:5071> ; newparam =\n      newvalue ;\n  \
        secondparam ; q = 0.33\n\n";
    let sdp = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\n\
        m=audio 4000 RTP/AVP 0\na=rtpmap:0 PCMU/8000\na=x:abcdefg\n";
    let mut bench = Bench::new();
    let length = sdp.replace('\n', "\r\n").len();
    let trying = bench.receive(&format!("{text}{sdp}").replace("129", &length.to_string()));
    assert_eq!(codes(&trying), [100]);
    assert_eq!(trying[0].all("Via").join(",").matches("branch").count(), 3);
    let info = bench.calls[0].info();
    assert_eq!(
        (info.from.as_str(), info.to.as_str()),
        ("sip:bell@127.0.0.1:5070", "sip:app@127.0.0.1:5060")
    );
    let newfangled = info.headers.iter().find(|(name, _)| name == "NewFangledHeader");
    assert_eq!(newfangled.unwrap().1, "newfangled value continued newfangled value");
    let answer = bench.answer();
    assert_eq!(answer.code(), 200);
    let tag = answer.tag("To").to_owned();
    let ack = request("ACK", 9, &tag, "ack", "", "")
        .replace("one@127.0.0.1", "wsinv.ndaksdj@192.0.2.1")
        .replace("tag=caller", "tag=98asjd8");
    assert!(bench.receive(&ack).is_empty());
    assert_eq!(bench.command(Command::HangUp)[0].start(), "BYE sip:jdrosen@127.0.0.1:5071 SIP/2.0");
}

#[test]
fn odd_but_valid() {
    // Section 3.1.1.2: every character of a token.
    assert_eq!(code("OPTIONS", "!interesting-Method0123456789_*+`.%indeed'~"), 501);
    // 3.1.1.3, 3.1.1.4 and 3.1.1.9: escapes, also of zero, and parameters in the user part.
    assert_eq!(code("OPTIONS sip:app@", "OPTIONS sip:sips%3Auser%40example.com@"), 200);
    assert_eq!(code("OPTIONS sip:app@", "OPTIONS sip:null-%00-null@"), 200);
    assert_eq!(code("OPTIONS sip:app@", "OPTIONS sip:user;par=u%40example.net@"), 200);
    // 3.1.1.5: an escape in a method is not one.
    assert_eq!(code("OPTIONS", "RE%47IST%45R"), 501);
    // 3.1.1.6: no space before the bracket.
    assert_eq!(code("\"A. G. Bell\" <sip", "caller<sip"), 200);
    // 3.1.1.7: long values, and many Vias.
    let vias = VIA.repeat(40);
    let long = format!("{vias}X-Long: {}\nMax-Forwards", "x".repeat(20_000));
    assert_eq!(code("Max-Forwards", &long), 200);
    // 3.1.1.8: what is behind the message in a datagram is not one.
    assert_eq!(
        code("Content-Length: 0\n\n", "Content-Length: 0\n\nINVITE sip:x@y SIP/2.0\n\n"),
        200
    );
    // 3.1.1.10: transports that nobody knows.
    let vias = format!("{VIA}Via: SIP/2.0/UNKNOWN t5.example.com;branch=z9hG4bKy\nMax-Forwards");
    assert_eq!(code("Max-Forwards", &vias), 200);
    // 3.1.1.12 and 3.1.1.13: reason phrases of any kind, and none.
    for status in ["200 = 2**3 * 5**2 \u{43D}\u{43E}", "200 ", "200"] {
        let mut bench = Bench::new();
        let invite = bench.dial();
        let headers = "Contact: <sip:bob@127.0.0.1:5072>\nContent-Type: application/sdp\n";
        assert_eq!(bench.receive(&response(&invite, status, headers, SDP)).len(), 1, "{status}");
    }
}

#[test]
fn invalid_requests_are_answered() {
    for (section, from, to, expected) in [
        ("3.1.2.2, a length beyond the datagram", "Content-Length: 0", "Content-Length: 9999", 400),
        ("3.1.2.3, a negative length", "Content-Length: 0", "Content-Length: -999", 400),
        ("3.1.2.4, scalars that overflow", "CSeq: 8", "CSeq: 36893488147419103232", 400),
        ("RFC 3261 8.1.1.5, from 2^31", "CSeq: 8", "CSeq: 2147483648", 400),
        (
            "3.1.2.6, quotation marks that are not closed",
            "<sip:app@127.0.0.1:5060>\n",
            "\"Mr. X <sip:app@127.0.0.1:5060>\n",
            400,
        ),
        (
            "3.1.2.7, brackets around the Request-URI",
            "OPTIONS sip:app@127.0.0.1:5060",
            "OPTIONS <sip:app@127.0.0.1:5060>",
            400,
        ),
        ("3.1.2.8, spaces in the Request-URI", "OPTIONS sip:app@", "OPTIONS sip:app; lr@", 400),
        ("3.1.2.9, several spaces", "OPTIONS sip:app@", "OPTIONS  sip:app@", 400),
        ("3.1.2.10, a space at the end of the line", "SIP/2.0\nVia", "SIP/2.0 \nVia", 400),
        ("3.1.2.16, another version", "SIP/2.0\nVia", "SIP/7.0\nVia", 505),
        ("3.1.2.17, another method in CSeq", "CSeq: 8 OPTIONS", "CSeq: 8 INVITE", 400),
        ("3.1.2.18, an unknown one", "CSeq: 8 OPTIONS", "CSeq: 8 NEWMETHOD", 400),
        ("3.3.1, no Call-ID", "Call-ID: one@127.0.0.1\n", "", 400),
        ("3.3.1, no From", "From: \"A. G. Bell\" <sip:bell@127.0.0.1:5070>;tag=caller\n", "", 400),
        ("3.3.1, no CSeq", "CSeq: 8 OPTIONS\n", "", 400),
        ("3.3.8, several of a single header", "CSeq: 8", "CSeq: 9 OPTIONS\nCSeq: 8", 400),
        ("3.3.8, several Call-IDs", "Call-ID", "i: two\nCall-ID", 400),
        ("3.3.9, several lengths", "Content-Length: 0", "Content-Length: 0\nl: 5", 400),
        ("a line that is no header", "Max-Forwards", "no header\nMax-Forwards", 400),
        ("a name that is no token", "Max-Forwards", "a b: c\nMax-Forwards", 400),
    ] {
        assert_eq!(code(from, to), expected, "{section}");
    }
    // Section 3.3.2 and 3.3.3: schemes that nobody knows.
    assert_eq!(
        code("OPTIONS sip:app@127.0.0.1:5060", "OPTIONS nobodyKnowsThisScheme:totallyopaque"),
        416
    );
    assert_eq!(code("OPTIONS sip:app@127.0.0.1:5060", "OPTIONS soap.beep://192.0.2.103:3002"), 416);
    // 3.3.4: in From, they are nobody's business.
    assert_eq!(code("<sip:bell@127.0.0.1:5070>", "<nobodyKnowsThisScheme:totallyopaque>"), 200);
    // 3.3.5: extensions; those for proxies are not ours.
    assert_eq!(
        code("Max-Forwards", "Require: nothingSupportsThis\nProxy-Require: norThis\nMax-Forwards"),
        420
    );
    // 3.3.11: no hops left, and we are the last one.
    assert_eq!(code("Max-Forwards: 70", "Max-Forwards: 0"), 200);
}

#[test]
fn what_cannot_be_answered_is_dropped() {
    for (section, from, to) in [
        ("no Via", VIA, ""),
        ("a Via of another protocol", "SIP/2.0/UDP 127", "SAP/2.0/UDP 127"),
        ("a Via without host", "SIP/2.0/UDP 127.0.0.1:5070", "SIP/2.0/UDP "),
        ("a Via with a port that is none", "127.0.0.1:5070;branch", "127.0.0.1:507000;branch"),
        ("another protocol", "SIP/2.0\nVia", "HTTP/1.1\nVia"),
        ("no method", "OPTIONS sip:", "\n\nsip:"),
    ] {
        assert_eq!(code(from, to), 0, "{section}");
    }
    // Section 3.1.2.19 and 3.1.2.5: responses with a code or numbers that SIP does not have.
    let mut bench = Bench::new();
    let invite = bench.dial();
    for status in
        ["4294967301 better not break the receiver", "99 Low", "700 High", "OK", "-200 OK"]
    {
        assert!(bench.receive(&response(&invite, status, "", "")).is_empty(), "{status}");
    }
    let huge =
        response(&invite, "503 Busy", "", "").replace("CSeq: 1", "CSeq: 9292394834772304023312");
    assert!(bench.receive(&huge).is_empty());
    assert_eq!(bench.end(), "lives");
}

#[test]
fn transactions_without_a_branch() {
    // Section 3.2.1: the mark alone. Section 3.3.15: RFC 2543 has no branch, and From may have no tag.
    for via in [";branch=z9hG4bK", "", ";branch="] {
        let mut bench = Bench::new();
        let old = |text: String| {
            text.replace(";branch=z9hG4bKinvite1", via)
                .replace(";branch=z9hG4bKack", via)
                .replace(";tag=caller", "")
        };
        assert_eq!(codes(&bench.receive(&old(invite(1)))), [100]);
        let tag = bench.answer().tag("To").to_owned();
        assert_eq!(codes(&bench.receive(&old(invite(1)))), [200], "a repetition");
        assert!(bench.receive(&old(request("ACK", 1, &tag, "ack", "", ""))).is_empty());
        assert!(bench.pass(20_000).is_empty());
        assert_eq!(bench.live(), 1);
    }
}

#[test]
fn cut_and_changed_messages_are_survived() {
    let mut bench = Bench::new();
    let tag = bench.call();
    let texts = [
        invite_with(5, "Record-Route: <sip:127.0.0.1:7001;lr>\n"),
        request("NOTIFY", 6, &tag, "n", "Event: refer;id=1\n", "SIP/2.0 200 OK\n"),
        request("INFO", 7, &tag, "i", "Content-Type: application/dtmf-relay\n", "Signal=1\n"),
    ];
    for text in texts {
        let bytes = text.replace('\n', "\r\n").into_bytes();
        for at in 0..bytes.len() {
            bench.receive_raw(&bytes[..at]);
            for byte in [0, b'"', b'<', b';', b'\n', 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = byte;
                bench.receive_raw(&changed);
            }
        }
    }
    let last = request("OPTIONS", 900_000, &tag, "last", "", "");
    assert_eq!(codes(&bench.receive(&last)), [200]);
}
