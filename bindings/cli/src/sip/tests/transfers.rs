//! A REFER and its NOTIFYs on the wire (RFC 3515, RFC 6665). What a NOTIFY means is the library's, and tested there.

use super::*;
use crate::sip::refer::ReferStep;

const TARGET: &str = "sip:alice@example.com?X-Reason=billing";

fn notify(cseq: u32, tag: &str, headers: &str, line: &str) -> String {
    let headers = format!("{headers}Content-Type: message/sipfrag\n");
    let body = format!("SIP/2.0 {line}\n");
    request("NOTIFY", cseq, tag, &format!("notify{cseq}"), &headers, &body)
}

const ACTIVE: &str = "Event: refer\nSubscription-State: active;expires=60\n";
const OVER: &str = "Event: refer\nSubscription-State: terminated;reason=noresource\n";

impl Bench {
    /// A call, and the REFER in it.
    fn referring(&mut self, settings: TransferSettings) -> (String, Sent) {
        let tag = self.call();
        let refer = self.refer(TARGET, settings).remove(0);
        (tag, refer)
    }

    /// What the thread of the call gets: parameters, and how the call ended.
    fn outcome(&self) -> Option<(String, Vec<(u64, ReferStep)>)> {
        let referred = self.calls.last().unwrap().referred()?;
        let params = referred.report.params().map(|(name, value)| format!("{name}={value}"));
        Some((params.collect::<Vec<_>>().join("&"), referred.steps))
    }
}

#[test]
fn the_refer_has_what_rfc_3515_asks_for() {
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(TransferSettings::new());
    assert_eq!(refer.start(), "REFER sip:bell@127.0.0.1:5071 SIP/2.0");
    assert_eq!(refer.header("Refer-To"), "<sip:alice@example.com?X-Reason=billing>");
    assert_eq!(refer.header("Referred-By"), "<sip:app@127.0.0.1:5060>");
    assert_eq!(refer.header("Contact"), "<sip:127.0.0.1:5060>");
    assert_eq!((refer.header("Max-Forwards"), refer.header("CSeq")), ("70", "1 REFER"));
    assert_eq!((refer.tag("From"), refer.tag("To")), (tag.as_str(), "caller"));

    let mut bench = Bench::tcp();
    let (_, refer) = bench.referring(TransferSettings::new());
    assert_eq!(refer.header("Contact"), "<sip:127.0.0.1:5060;transport=tcp>");
    assert!(refer.header("Via").starts_with("SIP/2.0/TCP 127.0.0.1:5060;"));
}

#[test]
fn a_transfer_that_is_answered() {
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(TransferSettings::new());
    bench.receive(&response(&refer, "202 Accepted", "", ""));
    assert_eq!(codes(&bench.receive(&notify(2, &tag, ACTIVE, "100 Trying"))), [200]);
    assert_eq!(codes(&bench.receive(&notify(3, &tag, OVER, "200 OK"))), [200]);
    let (params, steps) = bench.outcome().unwrap();
    assert_eq!(
        params,
        "ReferCallStatus=in-progress&ReferSipResponseCode=202&NotifySipResponseCode=200"
    );
    assert_eq!(steps[0], (0, ReferStep::Start { cseq: 1 }));
    assert_eq!(bench.end(), "lives");
    // The next number of ours.
    assert_eq!(bench.command(Command::HangUp)[0].header("CSeq"), "2 BYE");
}

#[test]
fn notifies_may_come_before_the_response_and_each_is_answered_at_once() {
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(TransferSettings::new());
    for (cseq, headers, line, code) in [
        (2, ACTIVE, "100 Trying", 200),
        (3, "Event: presence\nSubscription-State: active\n", "200 OK", 489),
        (4, "Event: refer;id=77\nSubscription-State: active\n", "200 OK", 481),
        (5, "Event: refer\n", "200 OK", 400),
        (9, ACTIVE, "180 Ringing", 200),
        (8, ACTIVE, "100 Trying", 500),
        (10, "o: refer;id=1\nSubscription-State: active\n", "183 Progress", 200),
    ] {
        let sent = bench.receive(&notify(cseq, &tag, headers, line));
        assert_eq!(codes(&sent), [code], "{cseq}");
        assert_eq!(sent[0].all("Allow-Events").len(), usize::from(code == 489));
    }
    // A repetition gets its answer again, and is not counted again.
    assert_eq!(codes(&bench.receive(&notify(9, &tag, ACTIVE, "180 Ringing"))), [200]);
    bench.receive(&response(&refer, "202 Accepted", "", ""));
    assert_eq!(codes(&bench.receive(&notify(11, &tag, OVER, "486 Busy Here"))), [200]);
    let (params, _) = bench.outcome().unwrap();
    assert_eq!(params, "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486");
    // After the end of the subscription.
    assert_eq!(codes(&bench.receive(&notify(12, &tag, OVER, "200 OK"))), [481]);
}

#[test]
fn a_refusal_of_the_refer() {
    let mut bench = Bench::new();
    let (_, refer) = bench.referring(TransferSettings::new());
    bench.receive(&response(&refer, "405 Method Not Allowed", "", ""));
    let (params, _) = bench.outcome().unwrap();
    assert_eq!(params, "ReferCallStatus=failed&ReferSipResponseCode=405");
    assert_eq!(bench.end(), "lives");
}

#[test]
fn an_endpoint_that_does_not_know_the_call_loses_it() {
    let mut bench = Bench::new();
    let (_, refer) = bench.referring(TransferSettings::new());
    let sent = bench.receive(&response(&refer, "481 Call Does Not Exist", "", ""));
    assert_eq!(starts(&sent), ["BYE sip:bell@127.0.0.1:5071 SIP/2.0"]);
    assert_eq!(bench.end(), "the endpoint no longer knows the call");
    assert!(bench.outcome().is_some());
}

#[test]
fn a_refer_without_response_ends_by_time() {
    let mut bench = Bench::new();
    let _ = bench.referring(TransferSettings::new());
    let sent = bench.pass(33_000);
    assert!(sent.iter().any(|it| it.start().starts_with("REFER ")));
    let (params, _) = bench.outcome().unwrap();
    assert_eq!(params, "ReferCallStatus=failed&ReferSipResponseCode=408");

    // Over a connection that is lost, the transfer hears of a hang-up.
    let mut bench = Bench::tcp();
    let _ = bench.referring(TransferSettings::new());
    bench.handle(Input::Closed { path: bench.path });
    let grace = TransferSettings::new().hang_up_grace();
    bench.pass(u64::try_from(grace.as_millis()).unwrap() + 1);
    assert_eq!(bench.outcome().unwrap().0, "ReferCallStatus=canceled");
}

#[test]
fn a_hang_up_during_the_transfer() {
    let settings = TransferSettings::new().with_hang_up_grace(Duration::from_secs(2)).unwrap();
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(settings);
    bench.receive(&response(&refer, "202 Accepted", "", ""));
    assert_eq!(codes(&bench.receive(&request("BYE", 2, &tag, "bye", "", ""))), [200]);
    assert!(bench.outcome().is_none());
    // A NOTIFY that crossed the BYE still decides.
    assert_eq!(codes(&bench.receive(&notify(3, &tag, OVER, "200 OK"))), [200]);
    let (params, _) = bench.outcome().unwrap();
    assert!(params.starts_with("ReferCallStatus=in-progress"), "{params}");
    assert_eq!(bench.end(), "the endpoint hung up (BYE)");
}

#[test]
fn a_transfer_may_wait_longer_than_an_ended_call_is_remembered() {
    let settings = TransferSettings::new().with_hang_up_grace(Duration::from_secs(90)).unwrap();
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(settings);
    bench.receive(&response(&refer, "202 Accepted", "", ""));
    bench.receive(&request("BYE", 2, &tag, "bye", "", ""));
    bench.pass(80_000);
    assert_eq!(codes(&bench.receive(&notify(3, &tag, OVER, "486 Busy Here"))), [200]);
    assert!(bench.outcome().unwrap().0.starts_with("ReferCallStatus=busy"));
    bench.pass(40_000);
    assert_eq!(bench.core.kept(), 0);
}

#[test]
fn our_own_end_completes_the_transfer() {
    let mut bench = Bench::new();
    let _ = bench.referring(TransferSettings::new());
    bench.command(Command::HangUp);
    bench.pass(60_000);
    assert!(bench.outcome().unwrap().0.starts_with("ReferCallStatus=canceled"));
}

#[test]
fn notifies_after_our_bye_are_answered() {
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(TransferSettings::new());
    bench.receive(&response(&refer, "202 Accepted", "", ""));
    bench.receive(&notify(2, &tag, ACTIVE, "200 OK"));
    let bye = bench.command(Command::HangUp).remove(0);
    bench.receive(&response(&bye, "200 OK", "", ""));
    assert_eq!(codes(&bench.receive(&notify(3, &tag, OVER, "200 OK"))), [200]);
}

#[test]
fn a_second_refer_has_an_id_of_its_own() {
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(TransferSettings::new());
    bench.receive(&response(&refer, "405 Method Not Allowed", "", ""));
    assert!(bench.outcome().is_some());
    let second = bench.refer("sip:bob@example.com", TransferSettings::new()).remove(0);
    assert_eq!(second.header("CSeq"), "2 REFER");
    bench.receive(&response(&second, "202 Accepted", "", ""));
    // Without an id it would be about the first one (RFC 3515 section 2.4.6).
    assert_eq!(codes(&bench.receive(&notify(2, &tag, OVER, "200 OK"))), [481]);
    let named = OVER.replace("refer", "refer;id=2");
    assert_eq!(codes(&bench.receive(&notify(3, &tag, &named, "200 OK"))), [200]);
    assert!(bench.outcome().unwrap().0.starts_with("ReferCallStatus=in-progress"));
}

const CHALLENGE: &str =
    "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"abc\", qop=\"auth\", algorithm=MD5\n";

#[test]
fn a_challenge_is_answered_once_with_the_next_number() {
    // As of a caller who has shown a password.
    let trust = |bench: &mut Bench| {
        for call in bench.core.calls.values_mut() {
            call.credentials = Some(crate::sip::Credentials::new("bob", "zanzibar"));
        }
    };
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(TransferSettings::new());
    trust(&mut bench);
    let retry = bench.receive(&response(&refer, "401 Unauthorized", CHALLENGE, "")).remove(0);
    assert_eq!(retry.header("CSeq"), "2 REFER");
    assert_ne!(retry.branch(), refer.branch());
    let authorization = retry.header("Authorization");
    assert!(authorization.starts_with("Digest username=\"bob\", realm=\"pbx\", nonce=\"abc\""));
    assert!(
        authorization.contains("uri=\"sip:bell@127.0.0.1:5071\"")
            && !authorization.contains("zanzibar")
    );
    bench.receive(&response(&retry, "202 Accepted", "", ""));
    // The ids of NOTIFYs follow the new number.
    let old = OVER.replace("refer", "refer;id=1");
    assert_eq!(codes(&bench.receive(&notify(2, &tag, &old, "200 OK"))), [481]);
    let named = OVER.replace("refer", "refer;id=2");
    assert_eq!(codes(&bench.receive(&notify(3, &tag, &named, "200 OK"))), [200]);

    let mut bench = Bench::new();
    let (_, refer) = bench.referring(TransferSettings::new());
    trust(&mut bench);
    let challenge = CHALLENGE.replace("WWW", "Proxy");
    let proxy = "407 Proxy Authentication Required";
    let retry = bench.receive(&response(&refer, proxy, &challenge, "")).remove(0);
    assert!(!retry.header("Proxy-Authorization").is_empty());
    assert!(bench.receive(&response(&retry, proxy, &challenge, "")).is_empty());
    assert_eq!(bench.outcome().unwrap().0, "ReferCallStatus=failed&ReferSipResponseCode=407");

    // Without credentials, the response is what it is.
    let mut bench = Bench::new();
    let (_, refer) = bench.referring(TransferSettings::new());
    assert!(bench.receive(&response(&refer, "401 Unauthorized", CHALLENGE, "")).is_empty());
    assert_eq!(bench.outcome().unwrap().0, "ReferCallStatus=failed&ReferSipResponseCode=401");
}

#[test]
fn a_notify_without_a_refer_is_refused() {
    let mut bench = Bench::new();
    let tag = bench.call();
    assert_eq!(codes(&bench.receive(&notify(2, &tag, ACTIVE, "200 OK"))), [481]);
    let presence = ACTIVE.replace("refer", "presence");
    assert_eq!(codes(&bench.receive(&notify(3, &tag, &presence, "200 OK"))), [489]);
    assert_eq!(codes(&bench.receive(&notify(4, "", ACTIVE, "200 OK"))), [481]);
}

#[test]
fn endless_notifies_fill_no_memory() {
    let mut bench = Bench::new();
    let (tag, refer) = bench.referring(TransferSettings::new());
    bench.receive(&response(&refer, "202 Accepted", "", ""));
    for cseq in 2..2_000 {
        bench.receive(&notify(cseq, &tag, ACTIVE, "180 Ringing"));
    }
    bench.receive(&notify(5_000, &tag, OVER, "200 OK"));
    assert_eq!(bench.outcome().unwrap().1.len(), 256);
}
