//! Requests outside of dialogs (RFC 3261 section 8.2), and digits in INFO.

use super::*;

fn answer_to(text: &str) -> Sent {
    let mut sent = Bench::new().receive(text);
    assert_eq!(sent.len(), 1, "{sent:?}");
    sent.remove(0)
}

#[test]
fn methods_outside_of_a_call() {
    for (method, code) in [
        ("OPTIONS", 200),
        ("BYE", 481),
        ("NOTIFY", 489),
        ("MESSAGE", 481),
        ("REGISTER", 405),
        ("SUBSCRIBE", 405),
        ("REFER", 405),
        ("INVITED", 501),
        ("invite", 501),
        ("FLY", 501),
    ] {
        let sent = answer_to(&request(method, 1, "", "x", "", ""));
        assert_eq!(sent.code(), code, "{method}");
        let shows_allow = matches!(code, 200 | 405 | 501);
        assert_eq!(sent.all("Allow").len(), usize::from(shows_allow), "{method}");
    }
}

#[test]
fn required_extensions_are_refused_by_name() {
    let headers = "Require: 100rel, fly\nRequire: swim\n";
    let sent = answer_to(&request("OPTIONS", 1, "", "x", headers, ""));
    assert_eq!((sent.code(), sent.header("Unsupported")), (420, "100rel, fly, swim"));
    let sent = answer_to(&invite_with(1, "Require: 100rel\n"));
    assert_eq!((sent.code(), sent.header("Unsupported")), (420, "100rel"));
    // What a proxy must know is not ours; 100rel is never offered.
    let mut bench = Bench::new();
    bench.receive(&invite_with(1, "Proxy-Require: fly\nSupported: 100rel\n"));
    let ringing = bench.command(Command::Ring).remove(0);
    assert!(ringing.all("Require").is_empty() && ringing.all("RSeq").is_empty());
}

#[test]
fn other_schemes_and_bodies_are_refused() {
    let invite = invite(1);
    let other = invite.replace("INVITE sip:app@127.0.0.1:5060", "INVITE tel:+15005550006");
    assert_eq!(answer_to(&other).code(), 416);
    let sent = answer_to(&invite.replace("application/sdp", "application/pidf+xml"));
    assert_eq!((sent.code(), sent.header("Accept")), (415, "application/sdp"));
    let encoded = invite_with(1, "Content-Encoding: gzip\n");
    assert_eq!(answer_to(&encoded).code(), 415);
}

#[test]
fn an_ack_is_never_answered() {
    let mut bench = Bench::new();
    assert!(bench.receive(&request("ACK", 1, "", "x", "", "")).is_empty());
    assert!(bench.receive(&request("ACK", 1, "nobody", "y", "", "")).is_empty());
    assert!(
        bench
            .receive(&request("ACK", 1, "", "z", "", "").replace("CSeq: 1 ACK", "CSeq: x"))
            .is_empty()
    );
}

#[test]
fn responses_to_nothing_are_ignored() {
    let mut bench = Bench::new();
    let _ = bench.call();
    let sent = Sent {
        at: 0,
        path: bench.path,
        text: "INVITE x SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKx\r\n\
               From: <sip:a@b>;tag=x\r\nTo: <sip:c@d>\r\nCall-ID: y\r\nCSeq: 1 INVITE\r\n\r\n"
            .to_owned(),
    };
    for status in ["100 Trying", "200 OK", "486 Busy Here"] {
        assert!(bench.receive(&response(&sent, status, "", "")).is_empty());
    }
}

#[test]
fn digits_come_in_info() {
    let mut bench = Bench::new();
    let tag = bench.call();
    let relay = "Content-Type: application/dtmf-relay\n";
    let plain = "Content-Type: application/dtmf\n";
    for (cseq, (headers, body)) in (2..).zip([
        (relay, "Signal=5\nDuration=160\n"),
        (relay, "Duration=160\nsignal = #\n"),
        (plain, "*\n"),
        (plain, "d"),
        (relay, "Signal=x\n"),
        (plain, ""),
        ("Content-Type: text/plain\n", "7"),
    ]) {
        let info = request("INFO", cseq, &tag, &format!("info{cseq}"), headers, body);
        assert_eq!(codes(&bench.receive(&info)), [200]);
    }
    // A repetition is one press.
    bench.receive(&request("INFO", 2, &tag, "info2", relay, "Signal=5\nDuration=160\n"));
    let digits: Vec<_> = (0..4).map(|_| bench.happening()).collect();
    assert_eq!(digits, ['5', '#', '*', 'D'].map(Happening::Digit));
    assert_eq!(bench.happening(), Happening::TimedOut);
}

#[test]
fn no_more_digits_are_kept_than_the_limit() {
    let mut bench = Bench::new();
    let _ = bench.call();
    for _ in 0..1_000 {
        bench.handle(Input::Digit { call: 1, digit: Some('1') });
    }
    let digits = (0..1_000).filter(|_| bench.happening() == Happening::Digit('1')).count();
    assert_eq!(digits, 256);
}
