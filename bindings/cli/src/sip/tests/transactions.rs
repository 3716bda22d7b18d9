//! Repetitions, and where responses go (RFC 3261 sections 17 and 18, RFC 3581).

use super::*;
use crate::sip::Callers;

#[test]
fn repeated_requests_get_the_same_answer_for_32_seconds_also_after_the_call() {
    let mut bench = Bench::new();
    let tag = bench.call();
    let bye = request("BYE", 2, &tag, "bye", "", "");
    let first = bench.receive(&bye);
    assert_eq!(codes(&first), [200]);
    bench.pass(31_000);
    let again = bench.receive(&bye);
    assert_eq!(again[0].text, first[0].text);
    bench.pass(33_000);
    assert_eq!(codes(&bench.receive(&bye)), [481]);
}

#[test]
fn a_200_is_repeated_until_its_ack_and_then_no_more() {
    for mut bench in [Bench::new(), Bench::tcp()] {
        bench.receive(&invite(1));
        let tag = bench.answer().tag("To").to_owned();
        let times: Vec<_> = bench.pass(8_000).iter().map(|it| (it.at, it.code())).collect();
        // T1, doubled up to T2 (section 13.3.1.4), whatever the transport.
        assert_eq!(times, [(500, 200), (1_500, 200), (3_500, 200), (7_500, 200)]);
        bench.receive(&request("ACK", 1, &tag, "ack", "", ""));
        assert!(bench.pass(60_000).is_empty());
        assert_eq!(bench.end(), "lives");
    }
}

#[test]
fn a_200_without_ack_ends_in_bye_and_no_refer_is_sent() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    bench.answer();
    let refused = bench.refer("sip:alice@example.com", TransferSettings::new());
    assert!(refused.is_empty());
    let sent = bench.pass(32_000);
    let last = sent.last().unwrap();
    assert_eq!((last.at, last.start()), (32_000, "BYE sip:bell@127.0.0.1:5071 SIP/2.0"));
    assert_eq!(bench.end(), "the endpoint sent no ACK for the 200 (BYE)");
}

#[test]
fn a_refusal_is_repeated_over_udp_until_its_ack_which_is_known_by_its_branch() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    let refused = bench.command(Command::Reject(486));
    assert_eq!(codes(&refused), [486]);
    let times: Vec<_> = bench.pass(8_000).iter().map(|it| it.at).collect();
    assert_eq!(times, [500, 1_500, 3_500, 7_500]);
    assert_eq!(codes(&bench.receive(&invite(1))), [486]);
    bench.receive(&request("ACK", 1, "any", "invite1", "", ""));
    assert!(bench.pass(31_000).is_empty());
}

/// RFC 3261 sections 8.2.7 and 26.3.2.4: whoever puts in another's address as the source gets one answer sent there.
#[test]
fn a_stranger_is_refused_statelessly() {
    let callers = || Some(Callers::parse("bob:zanzibar\n").unwrap());
    let full = |options: &mut Options| options.limits.calls = 0;
    let other = invite(1).replace("INVITE sip:", "INVITE tel:");
    for (mut bench, invite, code) in [
        (Bench::with(|options| options.callers = callers()), invite(1), 401),
        (Bench::with(full), invite(1), 503),
        (Bench::new(), invite_with(1, "Require: fly\n"), 420),
        (Bench::new(), invite(1).replace("application/sdp", "text/plain"), 415),
        (Bench::new(), request("INVITE", 1, "unknown", "x", "", ""), 481),
        (Bench::new(), other, 416),
    ] {
        let first = bench.receive(&invite).remove(0);
        assert_eq!(first.code(), code);
        assert!(bench.pass(5_000).is_empty(), "{code}");
        // A repetition gets the same To tag.
        assert_eq!(bench.receive(&invite)[0].header("To"), first.header("To"), "{code}");
        bench.receive(&request("ACK", 1, first.tag("To"), "invite1", "", ""));
        assert_eq!(bench.core.kept(), 0, "{code}");
    }
}

#[test]
fn strangers_take_no_room() {
    let mut bench = Bench::new();
    for method in ["OPTIONS", "BYE", "CANCEL", "REGISTER", "NOTIFY", "INFO", "FLY"] {
        for tag in ["", "nobody"] {
            let request = request(method, 1, tag, &format!("{method}{tag}"), "", "");
            let first = bench.receive(&request).remove(0);
            assert_eq!(bench.core.kept(), 0, "{method}");
            // RFC 3261 section 8.2.7: a repetition gets the same To tag.
            assert_eq!(bench.receive(&request)[0].text, first.text);
        }
    }
}

#[test]
fn answered_transactions_give_way_to_a_call() {
    let mut bench = Bench::with(|options| options.limits.calls = 20_000);
    for number in 0..10_000 {
        let own = |text: String| text.replace("one@", &format!("{number}@"));
        let branch = format!("flood{number}");
        bench.receive(&own(invite(1)).replace("z9hG4bKinvite1", &format!("z9hG4bK{branch}")));
        let cancelled = bench.receive(&own(request("CANCEL", 1, "", &branch, "", "")));
        assert_eq!(codes(&cancelled), [200, 487]);
    }
    let tag = bench.call();
    assert_eq!(codes(&bench.receive(&request("BYE", 2, &tag, "bye", "", ""))), [200]);
    bench.pass(100_000);
    assert_eq!(bench.core.kept(), 0);
}

#[test]
fn requests_in_a_dialog_take_no_room_from_others() {
    let mut bench = Bench::new();
    let refused = invite(1).replace("one@", "two@").replace("z9hG4bK", "z9hG4bKtwo");
    bench.receive(&refused);
    let first = bench.command(Command::Reject(603)).remove(0);
    let tag = bench.call();
    for number in 0..20_010 {
        let info = request("INFO", 2, &tag, &format!("info{number}"), "", "");
        assert_eq!(codes(&bench.receive(&info)), [200]);
    }
    assert_eq!(bench.receive(&refused)[0].text, first.text);
}

#[test]
fn a_refusal_is_not_repeated_over_tcp() {
    let mut bench = Bench::tcp();
    bench.receive(&invite(1));
    assert_eq!(codes(&bench.command(Command::Reject(603))), [603]);
    assert!(bench.pass(60_000).is_empty());
}

#[test]
fn our_requests_are_repeated_over_udp_alone() {
    for (mut bench, expected) in [
        // T1, doubled up to T2, within 64 x T1 (section 17.1.2.2).
        (
            Bench::new(),
            vec![500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500],
        ),
        (Bench::tcp(), vec![]),
    ] {
        let _ = bench.call();
        let bye = bench.command(Command::HangUp);
        assert_eq!(bye.len(), 1);
        let times: Vec<_> = bench.pass(60_000).iter().map(|it| it.at).collect();
        assert_eq!(times, expected);
    }
}

#[test]
fn an_invite_is_repeated_until_a_provisional_response_and_gives_up_without_any() {
    let mut bench = Bench::new();
    bench.dial();
    let times: Vec<_> = bench.pass(40_000).iter().map(|it| it.at).collect();
    assert_eq!(times, [500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    assert_eq!(bench.end(), "the endpoint rejected the call with 408");

    let mut bench = Bench::new();
    let invite = bench.dial();
    bench.receive(&response(&invite, "180 Ringing", "", ""));
    assert!(bench.pass(50_000).is_empty());
    assert_eq!(bench.end(), "lives");
}

#[test]
fn responses_go_where_the_via_says() {
    // Without rport, to the port of the Via; `received` where its host is another (section 18.2.1).
    for (via, to, shown) in [
        ("127.0.0.1:6000;branch=z9hG4bK1", "127.0.0.1:6000", "127.0.0.1:6000;branch=z9hG4bK1"),
        ("127.0.0.1;branch=z9hG4bK1", "127.0.0.1:5060", "127.0.0.1;branch=z9hG4bK1"),
        (
            "pc.example.com:6000;branch=z9hG4bK1",
            "127.0.0.1:6000",
            "pc.example.com:6000;branch=z9hG4bK1;received=127.0.0.1",
        ),
        // With rport, to where the request came from (RFC 3581 section 4).
        (
            "127.0.0.1:6000;rport;branch=z9hG4bK1",
            "127.0.0.1:5070",
            "127.0.0.1:6000;branch=z9hG4bK1;received=127.0.0.1;rport=5070",
        ),
        (
            "pc.example.com;branch=z9hG4bK1;rport=1;received=192.0.2.9",
            "127.0.0.1:5070",
            "pc.example.com;branch=z9hG4bK1;received=127.0.0.1;rport=5070",
        ),
    ] {
        let mut bench = Bench::new();
        let options = request("OPTIONS", 1, "", "x", "", "");
        let options = options.replace("127.0.0.1:5070;branch=z9hG4bKx", via);
        let sent = bench.receive(&options);
        assert_eq!((sent[0].code(), sent[0].path.remote), (200, to.parse().unwrap()), "{via}");
        assert_eq!(sent[0].header("Via"), format!("SIP/2.0/UDP {shown}"));
    }
}

#[test]
fn over_tcp_responses_use_the_connection() {
    let mut bench = Bench::tcp();
    let options = request("OPTIONS", 1, "", "x", "", "").replace("127.0.0.1:5070", "192.0.2.1:9");
    assert_eq!(bench.receive(&options)[0].path, bench.path);
}

#[test]
fn all_vias_are_copied_in_order() {
    let mut bench = Bench::new();
    let more = "Via: SIP/2.0/TCP 192.0.2.2, SIP/2.0/UDP 192.0.2.3\nv: SIP/2.0/UDP 192.0.2.4\n";
    let sent = bench.receive(&request("OPTIONS", 1, "", "x", more, ""));
    let vias = sent[0].all("Via").join(", ");
    let hosts: Vec<_> = vias.split(", ").map(|via| via.split(';').next().unwrap()).collect();
    let expected = ["UDP 127.0.0.1:5070", "TCP 192.0.2.2", "UDP 192.0.2.3", "UDP 192.0.2.4"];
    assert_eq!(hosts, expected.map(|host| format!("SIP/2.0/{host}")));
}

#[test]
fn garbage_costs_no_memory_after_its_time() {
    let mut bench = Bench::new();
    for number in 0..1_000 {
        bench.receive(&request("OPTIONS", 1, "", &number.to_string(), "", ""));
        bench.receive(&request("BYE", 1, "nobody", &number.to_string(), "", ""));
        bench.receive_raw([&b"\xFF\r\n"[..], number.to_string().as_bytes()].concat().as_slice());
    }
    bench.pass(40_000);
    assert_eq!(bench.core.kept(), 0);
}

#[test]
fn calls_are_forgotten_32_seconds_after_their_end() {
    let mut tcp = Bench::tcp();
    let tag = tcp.call();
    tcp.receive(&request("BYE", 2, &tag, "bye", "", ""));
    assert!(tcp.core.has_call(tcp.path.id));
    tcp.pass(100_000);
    assert_eq!(tcp.core.kept(), 0);

    let mut bench = Bench::new();
    let tag = bench.call();
    bench.refer("sip:alice@example.com", TransferSettings::new());
    bench.receive(&request("BYE", 2, &tag, "bye", "", ""));
    assert_eq!(bench.live(), 0);
    bench.pass(100_000);
    assert_eq!(bench.core.kept(), 0);
    // One that was never answered as well.
    bench.receive(&invite(7));
    bench.command(Command::Reject(486));
    bench.pass(40_000);
    assert_eq!(bench.core.kept(), 0);
}
