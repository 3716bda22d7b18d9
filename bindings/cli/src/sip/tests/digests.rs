//! Digests (RFC 7616, RFC 8760), ours and those of callers.

use super::*;
use crate::sip::digest::answer;
use crate::sip::{Callers, Credentials};

#[test]
fn the_examples_of_rfc_7616() {
    // Section 3.9.1.
    let credentials = Credentials::new("Mufasa", "Circle of Life");
    let own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, response) in [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let challenge = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        let challenges = ["Basic realm=\"x\"", &challenge];
        let value =
            answer(challenges.into_iter(), &credentials, "GET", "/dir/index.html", own).unwrap();
        assert!(value.contains(&format!("response=\"{response}\"")), "{value}");
        assert!(value.contains("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""));
    }
}

#[test]
fn challenges_that_cannot_be_answered() {
    let credentials = Credentials::new("a", "b");
    for challenge in [
        "Digest realm=\"x\", nonce=\"y\", algorithm=SHA-512-256",
        "Digest realm=\"x\", nonce=\"y\", qop=\"auth-int\"",
        "Digest realm=\"x\"",
        "Basic realm=\"x\"",
        "Digest",
        "",
    ] {
        let value = answer([challenge].into_iter(), &credentials, "REFER", "sip:x", "n");
        assert_eq!(value, None, "{challenge}");
    }
    assert!(!format!("{credentials:?}").contains("\"b\""));
}

fn bench() -> Bench {
    Bench::with(|options| {
        options.callers = Some(Callers::parse("# phones\nbob:zanzibar\n\nalice:secret\n").unwrap());
    })
}

/// The caller's answer to our challenge, with these credentials.
fn authorization(challenge: &Sent, user: &str, password: &str) -> String {
    authorization_for(challenge, user, password, "sip:app@127.0.0.1:5060")
}

fn authorization_for(challenge: &Sent, user: &str, password: &str, uri: &str) -> String {
    let credentials = Credentials::new(user, password);
    let challenges = challenge.all("WWW-Authenticate");
    let value = answer(challenges.into_iter(), &credentials, "INVITE", uri, "own").unwrap();
    format!("Authorization: {value}\n")
}

#[test]
fn callers_are_asked_who_they_are() {
    let mut bench = bench();
    let challenge = bench.receive(&invite(1)).remove(0);
    assert_eq!(challenge.code(), 401);
    let offered = challenge.all("WWW-Authenticate");
    assert!(offered.len() == 1 && offered[0].contains("algorithm=MD5"));
    assert!(bench.calls.is_empty());
    bench.receive(&request("ACK", 1, challenge.tag("To"), "invite1", "", ""));

    let right = authorization(&challenge, "bob", "zanzibar");
    assert_eq!(codes(&bench.receive(&invite_with(2, &right))), [100]);
    assert_eq!(bench.calls[0].info().user.as_deref(), Some("bob"));
    assert!(bench.calls[0].info().headers.iter().all(|(name, _)| name != "Authorization"));
}

#[test]
fn a_better_algorithm_is_taken() {
    let mut bench = bench();
    let mut challenge = bench.receive(&invite(1)).remove(0);
    challenge.text = challenge.text.replace("algorithm=MD5", "algorithm=SHA-256");
    let right = authorization(&challenge, "alice", "secret");
    assert!(right.contains("algorithm=SHA-256"));
    assert_eq!(codes(&bench.receive(&invite_with(2, &right))), [100]);
}

#[test]
fn wrong_credentials_are_challenged_again() {
    let mut bench = bench();
    let challenge = bench.receive(&invite(1)).remove(0);
    let right = authorization(&challenge, "bob", "zanzibar");
    for (cseq, wrong) in (2..).zip([
        authorization(&challenge, "bob", "wrong"),
        authorization(&challenge, "nobody", "zanzibar"),
        right.replace("qop=auth", "qop=auth-int"),
        right.replace("nc=00000001", "nc=00000002"),
        right.replace("realm=\"twiml-refer\"", "realm=\"other\""),
        right.replace("uri=\"sip:app", "uri=\"sip:other"),
        "Authorization: Digest\n".to_owned(),
        "Authorization: Basic Ym9iOnphbnppYmFy\n".to_owned(),
    ]) {
        let sent = bench.receive(&invite_with(cseq, &wrong));
        assert_eq!(codes(&sent), [401], "{wrong}");
        assert!(!sent[0].header("WWW-Authenticate").contains("stale"), "{wrong}");
    }
    assert!(bench.calls.is_empty());
    // Of another call, or made up: right but for the nonce.
    let other = invite_with(1, &right).replace("one@", "two@").replace("z9hG4bK", "z9hG4bKtwo");
    let sent = bench.receive(&other);
    assert!(sent[0].header("WWW-Authenticate").contains("stale=true"));
}

/// RFC 7616 section 3.4: the count of a nonce rises, so that a request that was seen is worth nothing.
#[test]
fn credentials_that_were_used_do_not_count_again() {
    let mut bench = bench();
    let challenge = bench.receive(&invite(1)).remove(0);
    let right = authorization(&challenge, "bob", "zanzibar");
    assert_eq!(codes(&bench.receive(&invite_with(2, &right))), [100]);
    let replayed = invite_with(3, &right).replace(";tag=caller", ";tag=another");
    let sent = bench.receive(&replayed);
    assert_eq!(codes(&sent), [401]);
    assert!(sent[0].header("WWW-Authenticate").contains("stale=true"));
    assert_eq!(bench.calls.len(), 1);
    let again = authorization(&sent[0], "bob", "zanzibar");
    let replayed = invite_with(4, &again).replace(";tag=caller", ";tag=another");
    // The same second and call give the same nonce; its first count was used.
    let is_same = again == right;
    assert_eq!(codes(&bench.receive(&replayed)), [if is_same { 401 } else { 100 }]);
}

/// A repetition is not a replay, also where the call is refused.
#[test]
fn right_credentials_repeated_get_the_same_answer() {
    for (code, calls) in [(415, 2_000), (503, 0)] {
        let mut bench = Bench::with(|options| {
            options.callers = Some(Callers::parse("bob:zanzibar\n").unwrap());
            options.limits.calls = calls;
        });
        let challenge = bench.receive(&invite(1)).remove(0);
        let right = invite_with(2, &authorization(&challenge, "bob", "zanzibar"));
        let kind = if code == 415 { "text/plain" } else { "application/sdp" };
        let right = right.replace("application/sdp", kind);
        assert_eq!(codes(&bench.receive(&right)), [code]);
        assert_eq!(codes(&bench.receive(&right)), [code]);
    }
}

/// RFC 7616 section 3.4.6, and RFC 3261 section 22.4: the server is the same, and the user may be another one.
#[test]
fn credentials_for_another_server_do_not_count() {
    for (uri, code) in [
        ("sip:127.0.0.1:5060", 100),
        ("sip:other@127.0.0.1:5060;transport=udp", 100),
        ("sip:app@127.0.0.1", 100),
        ("sip:app@127.0.0.1:5061", 401),
        ("sip:app@192.0.2.1:5060", 401),
        ("/", 401),
    ] {
        let mut bench = bench();
        let challenge = bench.receive(&invite(1)).remove(0);
        let value = authorization_for(&challenge, "bob", "zanzibar", uri);
        assert_eq!(codes(&bench.receive(&invite_with(2, &value))), [code], "{uri}");
    }
    // The default port may be left out.
    let mut bench = self::bench();
    let plain = |text: String| text.replace("app@127.0.0.1:5060", "app@127.0.0.1");
    let challenge = bench.receive(&plain(invite(1))).remove(0);
    let value = authorization_for(&challenge, "bob", "zanzibar", "sip:127.0.0.1:5060");
    assert_eq!(
        codes(
            &bench.receive(
                &(plain(invite_with(2, "")).replace("Call-ID", &format!("{value}Call-ID")))
            )
        ),
        [100]
    );
    // A proxy has changed the Request-URI.
    let mut bench = self::bench();
    let challenge = bench.receive(&invite(1)).remove(0);
    let value = authorization_for(&challenge, "bob", "zanzibar", "sip:app@example.com");
    let sent = bench.receive(
        &invite_with(2, &value)
            .replace("To: <sip:app@127.0.0.1:5060>", "To: <sip:app@EXAMPLE.com>"),
    );
    assert_eq!(codes(&sent), [100]);
}

#[test]
fn the_file_of_callers() {
    for (text, error) in [
        ("bob\n", "line 1: expected user:password"),
        ("# x\nbob:\n", "line 2: expected user:password"),
        (":secret\n", "line 1: expected user:password"),
        ("bob:a\nbob:b\n", "line 2: this user is listed twice: keep one"),
        ("\n# nobody\n", "no user is listed: add a line user:password"),
    ] {
        assert_eq!(Callers::parse(text).unwrap_err(), error);
    }
    let callers = Callers::parse("bob:a:b\n").unwrap();
    assert!(!format!("{callers:?}").contains("a:b"));
}

#[test]
fn our_invite_and_bye_answer_a_challenge_once() {
    let mut bench =
        Bench::with(|options| options.credentials = Some(Credentials::new("me", "secret")));
    let invite = bench.dial();
    let challenge = "Proxy-Authenticate: Digest realm=\"r\", nonce=\"n\"\n";
    let status = "407 Proxy Authentication Required";
    let sent = bench.receive(&response(&invite, status, challenge, ""));
    assert_eq!(sent[0].header("CSeq"), "1 ACK");
    let retry = &sent[1];
    assert_eq!((retry.header("CSeq"), retry.tag("To")), ("2 INVITE", ""));
    assert!(retry.header("Proxy-Authorization").contains("username=\"me\""));
    let headers = "Contact: <sip:bob@127.0.0.1:5072>\nContent-Type: application/sdp\n";
    bench.receive(&response(retry, "200 OK", headers, SDP));
    assert_eq!(bench.calls[0].wait_for_answer(), Ok(()));
    let bye = bench.command(Command::HangUp).remove(0);
    let retry = bench.receive(&response(&bye, status, challenge, "")).remove(0);
    assert_eq!(retry.header("CSeq"), "4 BYE");
    assert!(bench.receive(&response(&retry, status, challenge, "")).is_empty());

    let mut bench =
        Bench::with(|options| options.credentials = Some(Credentials::new("me", "wrong")));
    let invite = bench.dial();
    let retry = bench.receive(&response(&invite, status, challenge, "")).remove(1);
    assert_eq!(bench.receive(&response(&retry, status, challenge, "")).len(), 1);
    assert_eq!(bench.end(), "the endpoint rejected the call with 407");
}

#[test]
fn a_caller_without_a_password_gets_no_digest() {
    let own = Credentials::new("me", "secret");
    let mut bench = Bench::with(|options| options.credentials = Some(own.clone()));
    bench.call();
    let bye = bench.command(Command::HangUp).remove(0);
    let challenge = "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\n";
    assert!(bench.receive(&response(&bye, "401 Unauthorized", challenge, "")).is_empty());

    let mut bench = Bench::with(|options| {
        options.credentials = Some(own);
        options.callers = Some(Callers::parse("bob:zanzibar\n").unwrap());
    });
    let asked = bench.receive(&invite(1)).remove(0);
    bench.receive(&invite_with(2, &authorization(&asked, "bob", "zanzibar")));
    let tag = bench.answer().tag("To").to_owned();
    bench.receive(&request("ACK", 2, &tag, "ack", "", ""));
    let bye = bench.command(Command::HangUp).remove(0);
    let retry = bench.receive(&response(&bye, "401 Unauthorized", challenge, "")).remove(0);
    assert!(retry.header("Authorization").contains("username=\"me\""));
}
