//! Calls from their beginning to their end (RFC 3261 sections 9, 12 to 15).

use super::*;

#[test]
fn an_invite_gets_100_without_tag_and_then_one_tag_for_all() {
    let mut bench = Bench::new();
    let trying = bench.receive(&invite(1));
    assert_eq!((codes(&trying), trying[0].tag("To")), (vec![100], ""));
    let ringing = bench.command(Command::Ring);
    let answer = bench.answer();
    assert_eq!((ringing[0].code(), answer.code()), (180, 200));
    assert!(!answer.tag("To").is_empty());
    assert_eq!(ringing[0].tag("To"), answer.tag("To"));
    assert_eq!(answer.header("Contact"), "<sip:127.0.0.1:5060>");
    assert!(answer.header("Allow").contains("NOTIFY"));

    let mut bench = Bench::new();
    bench.receive(&invite(1));
    let tag = bench.command(Command::Ring)[0].tag("To").to_owned();
    let cancelled = bench.receive(&request("CANCEL", 1, "", "invite1", "", ""));
    assert!(cancelled.iter().all(|it| it.tag("To") == tag));
}

#[test]
fn what_is_known_of_a_call() {
    let mut bench = Bench::new();
    bench.receive(&invite_with(
        1,
        "X-Account: 7\nUser-to-User: 00;encoding=hex\nAuthorization: Digest secret\n",
    ));
    let info = bench.calls[0].info();
    assert_eq!(
        (info.from.as_str(), info.to.as_str()),
        ("sip:bell@127.0.0.1:5070", "sip:app@127.0.0.1:5060")
    );
    assert_eq!(info.request_uri, "sip:app@127.0.0.1:5060");
    assert_eq!((info.call_id.as_str(), info.peer), ("one@127.0.0.1", bench.path.remote));
    let has = |name: &str| info.headers.iter().any(|(other, _)| other == name);
    assert!(has("X-Account") && has("User-to-User") && !has("Authorization"));
    assert_eq!(info.user, None);
}

#[test]
fn from_may_be_a_tel_uri() {
    let mut bench = Bench::new();
    bench.receive(&invite(1).replace("<sip:bell@127.0.0.1:5070>", "<tel:+15005550001>"));
    assert_eq!(bench.calls[0].info().from, "tel:+15005550001");
}

#[test]
fn record_route_is_copied_and_followed_in_order() {
    let mut bench = Bench::new();
    let routes = "Record-Route: <sip:127.0.0.1:7001;lr>, <sip:127.0.0.1:7002;lr>\n\
                  Record-Route: <sip:127.0.0.1:7003;lr>\n";
    bench.receive(&invite_with(1, routes));
    let expected = ["<sip:127.0.0.1:7001;lr>, <sip:127.0.0.1:7002;lr>", "<sip:127.0.0.1:7003;lr>"];
    assert_eq!(bench.command(Command::Ring)[0].all("Record-Route"), expected);
    let answer = bench.answer();
    assert_eq!(answer.all("Record-Route"), expected);
    bench.receive(&request("ACK", 1, answer.tag("To"), "ack", "", ""));
    let bye = bench.command(Command::HangUp).remove(0);
    assert_eq!(bye.start(), "BYE sip:bell@127.0.0.1:5071 SIP/2.0");
    let hops = [7001, 7002, 7003].map(|port| format!("<sip:127.0.0.1:{port};lr>"));
    assert_eq!(bye.all("Route"), hops);
    assert_eq!(bye.path.remote, "127.0.0.1:7001".parse().unwrap());
}

#[test]
fn a_strict_router_becomes_the_request_uri() {
    let mut bench = Bench::new();
    bench.receive(&invite_with(1, "Record-Route: <sip:127.0.0.1:7001>, <sip:127.0.0.1:7002;lr>\n"));
    let answer = bench.answer();
    bench.receive(&request("ACK", 1, answer.tag("To"), "ack", "", ""));
    let bye = bench.command(Command::HangUp).remove(0);
    assert_eq!(bye.start(), "BYE sip:127.0.0.1:7001 SIP/2.0");
    assert_eq!(bye.all("Route"), ["<sip:127.0.0.1:7002;lr>", "<sip:bell@127.0.0.1:5071>"]);
}

#[test]
fn requests_go_to_contact_or_else_to_where_the_invite_came_from() {
    for (contact, expected) in [
        ("<sip:bell@127.0.0.1:5071>", "127.0.0.1:5071"),
        ("<sip:bell@127.0.0.1>", "127.0.0.1:5060"),
        ("<sip:bell@pc.invalid>", "127.0.0.1:5070"),
        ("<sip:bell@[::1]:5071>", "127.0.0.1:5070"),
    ] {
        let mut bench = Bench::new();
        bench.receive(&invite(1).replace("<sip:bell@127.0.0.1:5071>", contact));
        let tag = bench.answer().tag("To").to_owned();
        bench.receive(&request("ACK", 1, &tag, "ack", "", ""));
        let bye = bench.command(Command::HangUp).remove(0);
        assert_eq!(bye.path.remote, expected.parse().unwrap(), "{contact}");
    }
    // Over TCP, the connection of the INVITE.
    let mut bench = Bench::tcp();
    let _ = bench.call();
    assert_eq!(bench.command(Command::HangUp)[0].path, bench.path);
}

#[test]
fn cancel_gets_200_and_the_invite_487() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    bench.command(Command::Ring);
    let sent = bench.receive(&request("CANCEL", 1, "", "invite1", "", ""));
    assert_eq!(codes(&sent), [200, 487]);
    assert!(
        sent[0].header("CSeq").ends_with("CANCEL") && sent[1].header("CSeq").ends_with("INVITE")
    );
    assert_eq!(bench.end(), "the caller gave up before the answer (CANCEL)");
    // One for no INVITE.
    assert_eq!(codes(&bench.receive(&request("CANCEL", 1, "", "other", "", ""))), [481]);
}

#[test]
fn cancel_after_the_answer_has_no_effect() {
    let mut bench = Bench::new();
    let _ = bench.call();
    assert_eq!(codes(&bench.receive(&request("CANCEL", 1, "", "invite1", "", ""))), [200]);
    assert_eq!(bench.end(), "lives");
}

#[test]
fn bye_before_the_answer_ends_the_invite_as_well() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    let tag = bench.command(Command::Ring)[0].tag("To").to_owned();
    let sent = bench.receive(&request("BYE", 2, &tag, "bye", "", ""));
    assert_eq!(codes(&sent), [200, 487]);
    assert_eq!(bench.end(), "the endpoint hung up (BYE)");
}

#[test]
fn bye_ends_the_call_at_any_time() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    let tag = bench.answer().tag("To").to_owned();
    assert_eq!(codes(&bench.receive(&request("BYE", 2, &tag, "bye", "", ""))), [200]);
    assert_eq!(bench.end(), "the endpoint hung up (BYE)");
    assert!(bench.pass(100_000).is_empty(), "the 200 is repeated no more");
    assert_eq!(codes(&bench.receive(&request("BYE", 3, &tag, "bye2", "", ""))), [481]);
}

#[test]
fn our_bye_waits_for_the_ack() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    let tag = bench.answer().tag("To").to_owned();
    assert!(bench.command(Command::HangUp).is_empty());
    let sent = bench.receive(&request("ACK", 1, &tag, "ack", "", ""));
    assert_eq!(starts(&sent), ["BYE sip:bell@127.0.0.1:5071 SIP/2.0"]);
}

#[test]
fn a_reinvite_gets_200_with_its_own_ack_and_refreshes_the_target() {
    let mut bench = Bench::new();
    let tag = bench.call();
    let hold = SDP.replace("a=rtpmap:0", "a=sendonly\na=rtpmap:0");
    let headers = "Contact: <sip:bell@127.0.0.1:5099>\nContent-Type: application/sdp\n";
    let sent = bench.receive(&request("INVITE", 2, &tag, "re", headers, &hold));
    assert_eq!(codes(&sent), [200]);
    assert!(sent[0].text.contains("a=recvonly\r\n"), "{}", sent[0].text);
    // The ACK of the first INVITE is not its own.
    bench.receive(&request("ACK", 1, &tag, "ack", "", ""));
    assert_eq!(codes(&bench.pass(600)), [200]);
    bench.receive(&request("ACK", 2, &tag, "ack2", "", ""));
    assert!(bench.pass(60_000).is_empty());
    assert_eq!(bench.command(Command::HangUp)[0].start(), "BYE sip:bell@127.0.0.1:5099 SIP/2.0");
}

#[test]
fn a_reinvite_without_codec_changes_nothing() {
    let mut bench = Bench::new();
    let tag = bench.call();
    let headers = "Content-Type: application/sdp\n";
    let video = SDP.replace("m=audio 4000 RTP/AVP 0 101", "m=video 4000 RTP/AVP 96");
    assert_eq!(codes(&bench.receive(&request("INVITE", 2, &tag, "re", headers, &video))), [488]);
    assert_eq!(bench.end(), "lives");
}

#[test]
fn an_invite_without_offer_gets_ours_and_its_ack_the_answer() {
    let mut bench = Bench::new();
    bench.receive(&request("INVITE", 1, "", "i", "Contact: <sip:b@127.0.0.1:5071>\n", ""));
    let answer = bench.answer();
    assert!(answer.text.contains("RTP/AVP 0 8 101\r\n"));
    let tag = answer.tag("To").to_owned();
    let sdp = "Content-Type: application/sdp\n";
    assert!(bench.receive(&request("ACK", 1, &tag, "ack", sdp, SDP)).is_empty());
    assert_eq!(bench.calls[0].wait_for_answer(), Ok(()));

    let mut bench = Bench::new();
    bench.receive(&request("INVITE", 1, "", "i", "Contact: <sip:b@127.0.0.1:5071>\n", ""));
    let tag = bench.answer().tag("To").to_owned();
    let sent = bench.receive(&request("ACK", 1, &tag, "ack", "", ""));
    assert_eq!(starts(&sent), ["BYE sip:b@127.0.0.1:5071 SIP/2.0"]);
}

#[test]
fn requests_in_the_dialog_are_answered() {
    let mut bench = Bench::new();
    let tag = bench.call();
    for (cseq, method) in (2..).zip(["OPTIONS", "INFO", "UPDATE", "MESSAGE"]) {
        let sent = bench.receive(&request(method, cseq, &tag, method, "", ""));
        assert_eq!(codes(&sent), [200], "{method}");
    }
    for (cseq, method, code) in
        [(6, "SUBSCRIBE", 405), (7, "REFER", 405), (8, "PRACK", 405), (9, "FLY", 501)]
    {
        let sent = bench.receive(&request(method, cseq, &tag, method, "", ""));
        assert_eq!(codes(&sent), [code], "{method}");
        assert!(sent[0].header("Allow").contains("INVITE"));
    }
    // Gaps are legal, and steps back are not (section 12.2.2).
    assert_eq!(codes(&bench.receive(&request("INFO", 900, &tag, "a", "", ""))), [200]);
    assert_eq!(codes(&bench.receive(&request("INFO", 899, &tag, "b", "", ""))), [500]);
    assert_eq!(bench.end(), "lives");
}

#[test]
fn another_dialog_is_unknown() {
    let mut bench = Bench::new();
    let tag = bench.call();
    let mut unknown = |text: String| codes(&bench.receive(&text));
    assert_eq!(unknown(request("BYE", 2, "other", "a", "", "")), [481]);
    let other = request("BYE", 2, &tag, "b", "", "");
    assert_eq!(unknown(other.replace("tag=caller", "tag=another")), [481]);
    assert_eq!(unknown(other.replace("one@", "two@").replace("z9hG4bKb", "z9hG4bKc")), [481]);
    assert_eq!(unknown(request("INFO", 2, "", "d", "", "")), [481]);
    assert_eq!(bench.end(), "lives");
}

#[test]
fn two_calls_do_not_mix() {
    let mut bench = Bench::new();
    let first = bench.call();
    let second = invite(1).replace("one@", "two@").replace("z9hG4bK", "z9hG4bKtwo");
    bench.receive(&second);
    let tag = bench.answer().tag("To").to_owned();
    let two = |text: String| text.replace("one@", "two@");
    bench.receive(&two(request("ACK", 1, &tag, "ack2", "", "")));
    // The first one's tag with the second one's Call-ID.
    assert_eq!(codes(&bench.receive(&two(request("BYE", 2, &first, "x", "", "")))), [481]);
    assert_eq!(codes(&bench.receive(&request("BYE", 2, &first, "y", "", ""))), [200]);
    assert!(bench.calls[0].ended().is_some() && bench.calls[1].ended().is_none());
    assert_eq!(bench.live(), 1);
}

#[test]
fn a_thousand_calls_at_once() {
    let mut bench = Bench::new();
    let numbered = |text: String, number: usize| {
        text.replace("one@", &format!("{number}@")).replace("z9hG4bK", &format!("z9hG4bK{number}x"))
    };
    let mut refers = Vec::new();
    for number in 0..1_000 {
        bench.receive(&numbered(invite(1), number));
        let tag = bench.answer().tag("To").to_owned();
        bench.receive(&numbered(request("ACK", 1, &tag, "ack", "", ""), number));
        refers.extend(bench.refer(&format!("sip:{number}@example.com"), TransferSettings::new()));
        assert_eq!(refers[number].header("Refer-To"), format!("<sip:{number}@example.com>"));
    }
    assert_eq!(bench.live(), 1_000);
    // The responses and the ends come in another order.
    for (number, refer) in refers.iter().enumerate().rev() {
        bench.receive(&response(refer, "202 Accepted", "", ""));
        let busy = "Event: refer\nSubscription-State: terminated\n";
        let body = "SIP/2.0 486 Busy Here\n";
        let notify = request("NOTIFY", 2, refer.tag("From"), "n", busy, body);
        assert_eq!(codes(&bench.receive(&numbered(notify, number))), [200]);
        let report = bench.calls[number].referred().unwrap().report;
        assert_eq!(report.notify_sip_response_code().map(|code| code.as_u16()), Some(486));
        assert!(bench.calls[..number].iter().all(|call| call.referred().is_none()));
        let bye = request("BYE", 3, refer.tag("From"), "bye", "", "");
        assert_eq!(codes(&bench.receive(&numbered(bye, number))), [200]);
    }
    assert_eq!(bench.live(), 0);
}

#[test]
fn the_same_invite_by_another_way_is_a_loop() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    let sent = bench.receive(&invite(1).replace("z9hG4bKinvite1", "z9hG4bKforked"));
    assert_eq!(codes(&sent), [482]);
    assert_eq!(bench.live(), 1);
}

#[test]
fn too_many_calls_get_503() {
    let mut bench = Bench::with(|options| options.limits.calls = 1);
    let _ = bench.call();
    let second = invite(1).replace("one@", "two@").replace("z9hG4bK", "z9hG4bKtwo");
    let sent = bench.receive(&second);
    assert_eq!((codes(&sent), sent[0].header("Retry-After")), (vec![503], "5"));
}

#[test]
fn a_cancelled_call_counts_until_its_thread_has_left_it() {
    let mut bench = Bench::with(|options| options.limits.calls = 1);
    bench.receive(&invite(1));
    bench.receive(&request("CANCEL", 1, "", "invite1", "", ""));
    assert_eq!(bench.live(), 0);
    let next = |number: &str| {
        let text = invite(1).replace("one@", &format!("{number}@"));
        text.replace("z9hG4bK", &format!("z9hG4bK{number}"))
    };
    assert_eq!(codes(&bench.receive(&next("two"))), [503]);
    // The thread may have more to do when it has dropped the call: a last request to the app.
    let slot = bench.calls[0].take_slot();
    bench.calls.clear();
    assert_eq!(codes(&bench.receive(&next("three"))), [503]);
    drop(slot);
    assert_eq!(codes(&bench.receive(&next("four"))), [100]);
    // Taken or not, a call counts once.
    let mut bench = Bench::with(|options| options.limits.calls = 2);
    bench.receive(&invite(1));
    let _slot = bench.calls[0].take_slot();
    assert_eq!(codes(&bench.receive(&next("two"))), [100]);
    assert_eq!(codes(&bench.receive(&next("three"))), [503]);
}

#[test]
fn audio_is_sent_from_the_ack_on() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    let tag = bench.answer().tag("To").to_owned();
    assert_eq!(bench.streams, 0);
    bench.receive(&request("ACK", 1, &tag, "ack", "", ""));
    assert_eq!(bench.streams, 1);
}

#[test]
fn a_call_lasts_no_longer_than_the_limit() {
    let mut bench = Bench::with(|options| options.limits.call = Duration::from_secs(90));
    let _ = bench.call();
    assert!(bench.pass(89_999).is_empty());
    assert_eq!(starts(&bench.pass(1)), ["BYE sip:bell@127.0.0.1:5071 SIP/2.0"]);
    assert_eq!(bench.end(), "the call was ended, because it lasted too long");
}

#[test]
fn at_the_end_all_calls_are_ended_and_new_ones_refused() {
    let mut bench = Bench::new();
    let _ = bench.call();
    let second = invite(1).replace("one@", "two@").replace("z9hG4bK", "z9hG4bKtwo");
    bench.receive(&second);
    let (done, first) = sync_channel(1);
    let mut sent = starts(&bench.handle(Input::ShutDown(done))).join("\n");
    assert_eq!(first.recv(), Ok(true));
    assert!(sent.contains("BYE ") && sent.contains("SIP/2.0 503 "), "{sent}");
    assert_eq!(bench.live(), 0);
    let third = invite(1).replace("one@", "three@").replace("z9hG4bK", "z9hG4bKthree");
    sent = starts(&bench.receive(&third)).join("\n");
    assert!(sent.contains("SIP/2.0 503 "), "{sent}");
}

#[test]
fn a_call_of_ours_is_answered_and_ended() {
    let mut bench = Bench::new();
    let invite = bench.dial();
    assert_eq!(invite.start(), "INVITE sip:bob@127.0.0.1:5070 SIP/2.0");
    assert_eq!(invite.header("X-Own"), "yes");
    assert_eq!(invite.tag("To"), "");
    let headers = "Contact: <sip:bob@127.0.0.1:5072>\nContent-Type: application/sdp\n\
                   Record-Route: <sip:127.0.0.1:7001;lr>, <sip:127.0.0.1:7002;lr>\n";
    let ok = response(&invite, "200 OK", headers, SDP);
    let ack = bench.receive(&ok).remove(0);
    assert_eq!(ack.start(), "ACK sip:bob@127.0.0.1:5072 SIP/2.0");
    assert_eq!((ack.tag("To"), ack.header("CSeq")), ("endpoint", "1 ACK"));
    assert_ne!(ack.branch(), invite.branch());
    // The route set is reversed (section 12.1.2).
    let routes = ["<sip:127.0.0.1:7002;lr>", "<sip:127.0.0.1:7001;lr>"];
    assert_eq!(ack.all("Route"), routes);
    assert_eq!(bench.calls[0].wait_for_answer(), Ok(()));
    // A repeated 200 gets the same ACK.
    assert_eq!(bench.receive(&ok).remove(0).text, ack.text);
    let bye = bench.command(Command::HangUp).remove(0);
    assert_eq!((bye.header("CSeq"), bye.tag("To")), ("2 BYE", "endpoint"));
    bench.receive(&response(&bye, "200 OK", "", ""));
    assert!(bench.pass(60_000).is_empty());
}

#[test]
fn a_second_endpoint_that_answers_our_call_is_hung_up() {
    let mut bench = Bench::new();
    let invite = bench.dial();
    let headers = "Contact: <sip:bob@127.0.0.1:5072>\nContent-Type: application/sdp\n";
    bench.receive(&response(&invite, "200 OK", headers, SDP));
    let other = response(&invite, "200 OK", headers, SDP)
        .replace("tag=endpoint", "tag=second")
        .replace("5072", "5073");
    let sent = bench.receive(&other);
    let expected = ["ACK sip:bob@127.0.0.1:5073 SIP/2.0", "BYE sip:bob@127.0.0.1:5073 SIP/2.0"];
    assert_eq!(starts(&sent), expected);
    assert!(sent.iter().all(|it| it.tag("To") == "second"));
    assert_eq!(bench.end(), "lives");
}

#[test]
fn the_refusal_of_our_call_gets_an_ack_with_the_branch_of_the_invite() {
    let mut bench = Bench::new();
    let invite = bench.dial();
    let busy = response(&invite, "486 Busy Here", "", "");
    let ack = bench.receive(&busy).remove(0);
    assert_eq!(ack.start(), "ACK sip:bob@127.0.0.1:5070 SIP/2.0");
    assert_eq!((ack.branch(), ack.tag("To")), (invite.branch(), "endpoint"));
    assert_eq!(bench.receive(&busy).remove(0).text, ack.text);
    assert_eq!(bench.end(), "the endpoint rejected the call with 486");
}

#[test]
fn our_call_that_nobody_answers_is_cancelled() {
    let mut bench = Bench::new();
    let invite = bench.dial();
    bench.receive(&response(&invite, "180 Ringing", "", ""));
    let cancel = bench.pass(60_000).remove(0);
    assert_eq!((cancel.at, cancel.start()), (60_000, "CANCEL sip:bob@127.0.0.1:5070 SIP/2.0"));
    assert_eq!((cancel.branch(), cancel.header("CSeq")), (invite.branch(), "1 CANCEL"));
    assert_eq!(bench.end(), "the endpoint did not answer the call in time");
    bench.receive(&response(&cancel, "200 OK", "", ""));
    let ack = bench.receive(&response(&invite, "487 Request Terminated", "", "")).remove(0);
    assert_eq!(ack.header("CSeq"), "1 ACK");
    assert_eq!(bench.live(), 0);
}

#[test]
fn our_call_is_not_cancelled_before_a_provisional_response() {
    let mut bench = Bench::new();
    let invite = bench.dial();
    assert!(bench.command(Command::HangUp).is_empty());
    let sent = bench.receive(&response(&invite, "100 Trying", "", ""));
    assert_eq!(starts(&sent), ["CANCEL sip:bob@127.0.0.1:5070 SIP/2.0"]);
    // The answer was on its way.
    let headers = "Contact: <sip:bob@127.0.0.1:5072>\nContent-Type: application/sdp\n";
    let sent = bench.receive(&response(&invite, "200 OK", headers, SDP));
    let expected = ["ACK sip:bob@127.0.0.1:5072 SIP/2.0", "BYE sip:bob@127.0.0.1:5072 SIP/2.0"];
    assert_eq!(starts(&sent), expected);
    assert_eq!(bench.live(), 0);
}

#[test]
fn a_lost_connection_is_a_hang_up() {
    let mut bench = Bench::tcp();
    let _ = bench.call();
    bench.handle(Input::Closed { path: bench.path });
    assert_eq!(bench.end(), "the endpoint closed the connection");
    // A call that is not answered yet: nothing of it is kept.
    let mut bench = Bench::tcp();
    bench.receive(&invite(1));
    bench.handle(Input::Closed { path: bench.path });
    bench.pass(100_000);
    assert_eq!(bench.core.kept(), 0);
}

#[test]
fn a_call_that_nobody_leads_is_refused() {
    let mut bench = Bench::new();
    bench.receive(&invite(1));
    bench.calls.clear();
    assert_eq!(codes(&bench.commands()), [480]);
    assert_eq!(bench.live(), 0);
}
