//! `emulate` with an endpoint on a bare socket. What softphones and sipp make of it, `tests/run sip` tries.

mod page;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use twiml_refer::transfer::TransferSettings;

use crate::run::{Run, command, file, run};
use crate::simulate::{TOKEN, app};
use crate::webhook::{Asked, CLOSED, Reply, Webhook};

/// The command while it runs, and the address where it takes calls.
struct Emulator {
    child: Child,
    stdout: BufReader<ChildStdout>,
    address: String,
}

impl Emulator {
    fn start(url: &str, more: &[&str]) -> Self {
        let listen = ["emulate", url, "--listen", "127.0.0.1:0", "--fast", "--json"];
        let mut command = command(&[&listen[..], more].concat());
        command.env("TWILIO_AUTH_TOKEN", TOKEN);
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command runs");
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        stdout.read_line(&mut first).unwrap();
        let (_, port) = first.split_once("127.0.0.1:").expect(&first);
        let port: String = port.chars().take_while(char::is_ascii_digit).collect();
        Self { child, stdout, address: format!("127.0.0.1:{port}") }
    }

    /// Reads a line, and returns this property of it.
    fn property(&mut self, name: &str) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).unwrap();
        let line: Value = serde_json::from_str(&line).expect("JSON");
        line[name].as_str().unwrap().to_owned()
    }

    fn signal(&self, name: &str) {
        let signal = format!("-{name}");
        let sent = Command::new("kill").args([&signal, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    fn end(mut self) -> Run {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = self.child.wait().unwrap().code().expect("no signal");
        Run { status, stdout, stderr }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An endpoint that calls.
struct Endpoint {
    socket: UdpSocket,
    own: String,
    cseq: u32,
    user: String,
    /// To as the other side answered it, with its tag.
    to: String,
    call_id: String,
}

impl Endpoint {
    fn call(address: &str, headers: &str) -> Self {
        Self::call_as("alice", address, headers)
    }

    fn call_as(user: &str, address: &str, headers: &str) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let own = socket.local_addr().unwrap().to_string();
        let (to, call_id) = (format!("<sip:support@{address}>"), format!("call-of-{own}"));
        let mut endpoint = Self { socket, own, cseq: 0, user: user.to_owned(), to, call_id };
        let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
            m=audio 9 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";
        endpoint.request("INVITE", &format!("{headers}Content-Type: application/sdp\r\n"), sdp);
        endpoint
    }

    fn request(&mut self, method: &str, headers: &str, body: &str) {
        if method != "ACK" {
            self.cseq += 1;
        }
        let Self { own, cseq, user, to, call_id, .. } = self;
        let message = format!(
            "{method} sip:support@emulator SIP/2.0\r\nVia: SIP/2.0/UDP {own};rport;branch=z9hG4bK{method}{cseq}\r\n\
             From: <sip:{user}@{own}>;tag=a\r\nTo: {to}\r\nCall-ID: {call_id}\r\nCSeq: {cseq} {method}\r\n\
             Contact: <sip:alice@{own}>\r\nMax-Forwards: 70\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len(),
        );
        self.socket.send(message.as_bytes()).unwrap();
    }

    fn receive(&self) -> String {
        let mut bytes = vec![0; 65_535];
        let length = self.socket.recv(&mut bytes).expect("a message");
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    /// Returns the next message that begins so; others are passed over.
    fn receive_first(&self, start: &str) -> String {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            let message = self.receive();
            if message.starts_with(start) {
                return message;
            }
        }
        panic!("no {start}")
    }

    /// Waits for the answer, confirms it, and returns it.
    fn is_answered(&mut self) -> String {
        let answer = self.receive_first("SIP/2.0 200");
        self.to = header(&answer, "To").to_owned();
        self.request("ACK", "", "");
        answer
    }

    fn answer(&self, request: &str, status: &str) {
        let contact = format!("Contact: <sip:alice@{}>\r\n", self.own);
        self.socket.send(response(request, status, &contact).as_bytes()).unwrap();
    }

    fn notify(&mut self, status: &str, state: &str) {
        let headers = format!(
            "Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag\r\n"
        );
        self.request("NOTIFY", &headers, &format!("SIP/2.0 {status}\r\n"));
        self.receive_first("SIP/2.0 200");
    }

    fn is_hung_up(&self) {
        let bye = self.receive_first("BYE");
        self.answer(&bye, "200 OK");
    }
}

#[track_caller]
fn header<'a>(message: &'a str, name: &str) -> &'a str {
    let mut lines = message.lines().filter_map(|line| line.split_once(": "));
    lines
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
        .unwrap_or_else(|| panic!("no {name} in {message}"))
}

fn response(request: &str, status: &str, headers: &str) -> String {
    let copied = ["Via", "From", "To", "Call-ID", "CSeq"]
        .map(|name| format!("{name}: {}\r\n", header(request, name)));
    format!("SIP/2.0 {status}\r\n{}{headers}Content-Length: 0\r\n\r\n", copied.concat())
}

/// An endpoint that is called, and its URI.
fn phone() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let uri = format!("sip:phone@{}", socket.local_addr().unwrap());
    (socket, uri)
}

/// Refuses the call, and returns its INVITE.
fn refuse(phone: &UdpSocket, status: &str) -> String {
    let mut bytes = vec![0; 65_535];
    let (length, from) = phone.recv_from(&mut bytes).unwrap();
    let invite = String::from_utf8(bytes[..length].to_vec()).unwrap();
    phone.send_to(response(&invite, status, "").as_bytes(), from).unwrap();
    invite
}

/// The lines of one call that is answered, and that the command ends.
#[track_caller]
fn call_that_ends(url: &str, more: &[&str], status: i32) -> Vec<Value> {
    let emulator = Emulator::start(url, &[&["--calls", "1"], more].concat());
    let mut endpoint = Endpoint::call(&emulator.address, "");
    endpoint.is_answered();
    endpoint.is_hung_up();
    emulator.end().expect(status).json_lines()
}

/// Waits until this returns something.
#[track_caller]
fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = ready() {
            return found;
        }
        assert!(Instant::now() < until, "not within 20 s");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_call_is_answered_and_transferred() {
    let app = app();
    let pictures = concat!(env!("CARGO_TARGET_TMPDIR"), "/emulate-pictures");
    let pcap = file("emulate.pcap", "");
    let status = app.url("/status");
    let more = ["--calls", "1", "--expect", "target-failed", "--svg", pictures, "--pcap", &pcap];
    let emulator =
        Emulator::start(&app.url("/voice"), &[&more[..], &["--status-callback", &status]].concat());
    let headers =
        "X-Order: 7\r\nx-twilio-a: 1\r\nUSER-TO-USER: 6F72;encoding=hex\r\nSubject: no\r\n";
    let mut endpoint = Endpoint::call(&emulator.address, headers);
    endpoint.is_answered();
    let refer = endpoint.receive_first("REFER");
    assert_eq!(header(&refer, "Refer-To"), "<sip:alice@example.com>");
    endpoint.answer(&refer, "202 Accepted");
    endpoint.notify("100 Trying", "active;expires=60");
    endpoint.notify("486 Busy Here", "terminated;reason=noresource");
    endpoint.is_hung_up();
    let address = emulator.address.clone();
    let run = emulator.end().expect(0);
    assert_eq!(run.stderr, "");

    // What the app got: signed, and as Twilio's documentation names it.
    let asked = app.asked();
    let paths: Vec<_> = asked.iter().map(|it| it.path()).collect();
    assert_eq!(paths, ["/voice", "/done", "/status"]);
    for asked in &asked {
        assert!(asked.method == "POST" && asked.is_signed(TOKEN, &app.base), "{asked:?}");
        for (name, value) in [
            ("From", format!("sip:alice@{}", endpoint.own)),
            ("To", format!("sip:support@{address}")),
            ("SipDomain", "127.0.0.1".to_owned()),
            ("SipCallId", endpoint.call_id.clone()),
            ("SipSourceIp", "127.0.0.1".to_owned()),
            ("Direction", "inbound".to_owned()),
        ] {
            assert_eq!(asked.param(name), Some(value), "{name}");
        }
        assert_eq!(
            asked.request().sip_headers().collect::<Vec<_>>(),
            [("X-Order", "7"), ("User-to-User", "6F72;encoding=hex")],
        );
        assert_eq!(asked.param("CallSid"), app.asked()[0].param("CallSid"));
    }
    let statuses: Vec<_> = asked.iter().map(|it| it.param("CallStatus").unwrap()).collect();
    assert_eq!(statuses, ["ringing", "in-progress", "completed"]);
    assert_eq!(asked[1].param("ReferCallStatus").as_deref(), Some("busy"));
    assert_eq!(asked[1].param("NotifySipResponseCode").as_deref(), Some("486"));
    assert!(asked[2].param("CallDuration").is_some());

    let lines = run.json_lines();
    let sid = asked[0].param("CallSid").unwrap();
    let calls: Vec<_> = lines.iter().filter(|line| line["step"] == "call").collect();
    assert_eq!((&calls[0]["status"], &calls[0]["call_sid"]), (&json!("ringing"), &json!(sid)));
    assert_eq!(calls[1]["status"], "completed");
    let end = lines.iter().find(|line| line["step"] == "end").unwrap();
    assert_eq!((&end["outcome"]["kind"], &end["call_sid"]), (&json!("target-failed"), &json!(sid)));
    let sip: Vec<_> = lines.iter().filter(|line| line["step"] == "sip").collect();
    let methods: Vec<_> = sip.iter().filter_map(|line| line["method"].as_str()).collect();
    assert_eq!(methods, ["INVITE", "ACK", "REFER", "NOTIFY", "NOTIFY", "BYE"]);
    assert!(sip.iter().all(|line| line["call_sid"] == json!(sid)), "{sip:?}");

    // The pictures, and the capture, which `replay` reads.
    let picture = fs::read_to_string(format!("{pictures}/call-1.svg")).unwrap();
    let mut rest = picture.as_str();
    for shown in [
        "INVITE",
        "/voice",
        "REFER to sip:alice@example.com",
        "NOTIFY: 486 Busy Here",
        "target-failed",
        "/done",
        "BYE",
    ] {
        let at = rest.find(shown).unwrap_or_else(|| panic!("{shown} in order: {picture}"));
        rest = &rest[at + shown.len()..];
    }
    let replayed = crate::run::run(&["replay", &pcap, "--expect", "target-failed"]).expect(0);
    assert!(replayed.stdout.contains("over: target-failed (busy, code 486)"), "{replayed:?}");
}

#[test]
fn people_see_the_ladder_grow() {
    let app = app();
    let listen = ["--listen", "127.0.0.1:0", "--calls", "1", "--fast"];
    let mut emulator =
        Emulator::of(command(&[&["emulate", &app.url("/voice")], &listen[..]].concat()));
    let mut endpoint = Endpoint::call(&emulator.address, "");
    endpoint.is_answered();
    let refer = endpoint.receive_first("REFER");
    // What has happened so far is there before anything else happens.
    let mut shown = String::new();
    while !shown.contains("REFER to sip:alice@example.com") {
        emulator.stdout.read_line(&mut shown).unwrap();
    }
    endpoint.answer(&refer, "405 Method Not Allowed");
    endpoint.is_hung_up();
    shown += &emulator.end().expect(0).stdout;
    for words in [
        "the requests are not signed",
        "  1|     0.000   |<--------------------------------------------- INVITE --|",
        &format!("  1| POST {}  200", app.url("/voice")),
        "  1|     <Say>      Hello",
        "405 Method Not Allowed (REFER)",
        "over: rejected (code 405)",
        "  1| outcome: rejected (code 405); then the document of its action: <Say> <Hangup>",
        "Call 1: completed: the call was ended (BYE)",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}

#[test]
fn a_signal_ends_calls_with_bye() {
    for (signal, more, status) in
        [("INT", &[][..], 0), ("TERM", &[], 0), ("TERM", &["--calls", "2"], 1)]
    {
        let app = Webhook::of("<Pause length=\"600\"/><Say>never</Say>");
        let answered = Webhook::of("<Say>Hello</Say><Pause length=\"600\"/>");
        let emulator = Emulator::start(&answered.url("/voice"), more);
        let mut endpoint = Endpoint::call(&emulator.address, "");
        endpoint.is_answered();
        emulator.signal(signal);
        endpoint.is_hung_up();
        let run = emulator.end().expect(status);
        assert_eq!(run.stdout.contains("calls-missing"), status == 1, "{run:?}");
        assert_eq!(run.stderr, "");

        // A call that rings is refused.
        let emulator = Emulator::start(&app.url("/voice"), more);
        let endpoint = Endpoint::call(&emulator.address, "");
        endpoint.receive_first("SIP/2.0 180");
        emulator.signal(signal);
        endpoint.receive_first("SIP/2.0 503");
        emulator.end().expect(status);
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    // The system accepts the connection, and nobody answers: the first signal waits for that.
    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/voice", slow.local_addr().unwrap());
    let emulator = Emulator::start(&url, &[]);
    let endpoint = Endpoint::call(&emulator.address, "");
    endpoint.receive_first("SIP/2.0 180");
    emulator.signal("TERM");
    endpoint.receive_first("SIP/2.0 503");
    emulator.signal("TERM");
    emulator.end().expect(130);
}

/// Twilio's numbers: 11200 HTTP retrieval failure, 12100 document parse failure, 12300 invalid Content-Type
/// (<https://www.twilio.com/docs/api/errors>).
#[test]
fn an_app_that_fails_is_an_answer_of_no() {
    let broken = Webhook::start(|_| Reply::text(500, "no"));
    let nonsense = Webhook::start(|_| Reply::text(200, "<Response><Say>Hello</Sya></Response>"));
    let other_type = Webhook::start(|_| Reply {
        headers: vec![("Content-Type", "application/json".to_owned())],
        ..Reply::text(200, "{}")
    });
    let large_head = Webhook::start(|_| Reply {
        headers: vec![("X-Large", "a".repeat(60_000))],
        ..Reply::text(200, "<Response/>")
    });
    for (url, kind, number) in [
        (broken.url("/voice"), "http-status", 11200),
        (CLOSED.to_owned(), "connection-refused", 11200),
        (large_head.url("/voice"), "connection-failed", 11200),
        (nonsense.url("/voice"), "document-invalid", 12100),
        (other_type.url("/voice"), "content-type", 12300),
    ] {
        is_an_application_error(&call_that_ends(&url, &[], 1), kind, number);

        // With a fallback URL, that is asked, and the call goes on. Twilio names the error to it in `ErrorCode` and
        // `ErrorUrl`: <https://www.twilio.com/docs/usage/security/availability-reliability>.
        let fallback = Webhook::of("<Say>The fallback speaks</Say>");
        let lines = call_that_ends(&url, &["--fallback", &fallback.url("/fallback")], 0);
        assert!(lines.iter().any(|line| line["step"] == "error"), "{lines:?}");
        assert!(!lines.iter().any(|line| line["code"] == "application-error"), "{lines:?}");
        let [asked] = &fallback.asked()[..] else { panic!("{:?}", fallback.asked()) };
        assert_eq!(asked.param("ErrorCode"), Some(number.to_string()));
        assert_eq!(asked.param("ErrorUrl"), Some(url));
    }
    assert_eq!(broken.asked().len(), 2, "no request is repeated");
    let lines = call_that_ends(&broken.url("/voice"), &["--fallback", &broken.url("/fallback")], 1);
    assert!(lines.iter().any(|line| line["code"] == "application-error"), "{lines:?}");
    assert_eq!(broken.asked().len(), 4, "a fallback that fails is not asked again");
}

/// The error, what is said to the caller because of it, and that the call then ends.
#[track_caller]
fn is_an_application_error(lines: &[Value], kind: &str, number: u32) {
    let errors: Vec<_> = lines.iter().filter(|line| line["step"] == "error").collect();
    assert_eq!(errors.len(), 1, "{lines:?}");
    assert_eq!((&errors[0]["kind"], &errors[0]["number"]), (&json!(kind), &json!(number)));
    assert!(lines.iter().any(|line| line["code"] == "application-error"), "{lines:?}");
    let last = lines.iter().rfind(|line| line["step"] == "call").unwrap();
    assert_eq!(
        (&last["status"], &last["ended"]),
        (&json!("completed"), &json!("the call was ended (BYE)"))
    );
}

/// Twilio waits 15 seconds (<https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides>), and this test
/// as long; in one of two calls the fallback URL is asked then.
#[test]
fn an_app_that_is_too_slow_is_given_up() {
    // The system accepts the connection, and nobody answers.
    let slow = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/voice", slow.local_addr().unwrap());
    let fallback = Webhook::of("<Say>The fallback speaks</Say>");
    let fallback_url = fallback.url("/fallback");
    let calls = [&[][..], &["--fallback", &fallback_url]].map(|more| {
        let emulator = Emulator::start(&url, &[&["--calls", "1"], more].concat());
        let endpoint = Endpoint::call(&emulator.address, "");
        (emulator, endpoint)
    });
    let lines = calls.map(|(emulator, mut endpoint)| {
        endpoint.is_answered();
        endpoint.is_hung_up();
        emulator.end().json_lines()
    });
    is_an_application_error(&lines[0], "timeout", 11200);
    let error = lines[0].iter().find(|line| line["step"] == "error").unwrap();
    assert!(error["message"].as_str().unwrap().contains("within 15 s"), "{error}");
    assert!(!lines[1].iter().any(|line| line["code"] == "application-error"), "{lines:?}");
    assert_eq!(fallback.asked()[0].param("ErrorCode").as_deref(), Some("11200"));
    slow.set_nonblocking(true).unwrap();
    assert_eq!(slow.incoming().take_while(Result::is_ok).count(), 2, "no request is repeated");
}

#[test]
fn garbage_ends_nothing() {
    let app = app();
    let emulator = Emulator::start(&app.url("/voice"), &["--calls", "1", "--expect", "rejected"]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    for garbage in [
        &b"\0\xff"[..],
        b"",
        b"\r\n\r\n",
        b"SIP/2.0 200\r\n\r\n",
        b"REFER sip:a SIP/2.0\r\nCSeq: x\r\n\r\n",
    ] {
        socket.send_to(garbage, &emulator.address).unwrap();
    }
    let mut endpoint = Endpoint::call(&emulator.address, "");
    endpoint.is_answered();
    let refer = endpoint.receive_first("REFER");
    endpoint.answer(&refer, "603 Decline");
    endpoint.is_hung_up();
    emulator.end().expect(0);
}

#[test]
fn messages_in_no_call_are_counted_where_they_are_too_many() {
    let emulator = Emulator::start(CLOSED, &[]);
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    for _ in 0..200 {
        socket.send_to(b"garbage", &emulator.address).unwrap();
    }
    // Its answer comes after all that.
    let own = socket.local_addr().unwrap();
    let options = format!(
        "OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=a\r\n\
         To: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\n\r\n"
    );
    socket.send_to(options.as_bytes(), &emulator.address).unwrap();
    socket.recv(&mut [0; 2000]).unwrap();
    emulator.signal("TERM");
    let lines = emulator.end().expect(0).json_lines();
    let shown = lines.iter().filter(|line| line["step"] == "sip").count();
    let notes = lines.iter().filter(|line| line["code"] == "messages-not-shown");
    let not_shown: u64 = notes.map(|note| note["count"].as_u64().unwrap()).sum();
    // Some at once, and then one a second.
    assert!((20..100).contains(&shown), "{shown}");
    assert_eq!(shown as u64 + not_shown, 202);
}

#[test]
fn passwords_are_asked_for_and_never_shown() {
    let app = app();
    let callers = file("emulate-callers", "# who may call\nalice:s3cret\n");
    let emulator = Emulator::start(&app.url("/voice"), &["--caller", &callers]);
    let endpoint = Endpoint::call(&emulator.address, "");
    let asked = endpoint.receive_first("SIP/2.0 401");
    assert!(header(&asked, "WWW-Authenticate").starts_with("Digest "), "{asked}");
    emulator.signal("TERM");
    let run = emulator.end().expect(0);
    assert!(!format!("{run:?}").contains("s3cret"), "{run:?}");
    assert_eq!(app.asked().len(), 0);
    let bad = file("emulate-bad-callers", "alice:s3cret\nno colon s3cret2\n");
    let refused = run_emulate(&[&app.url("/voice"), "--caller", &bad]).expect(2);
    assert!(refused.stderr.contains("line 2"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("s3cret"), "{}", refused.stderr);
}

#[test]
fn a_password_in_the_uri_of_a_caller_is_never_shown() {
    let app = app();
    let pictures = concat!(env!("CARGO_TARGET_TMPDIR"), "/emulate-password");
    let plain = ["emulate", &app.url("/voice"), "--listen", "127.0.0.1:0", "--calls", "1"];
    for more in [&["--json"][..], &[]] {
        let emulator = Emulator::of(command(&[&plain[..], &["--svg", pictures], more].concat()));
        let endpoint = Endpoint::call_as("alice:s3cret", &emulator.address, "");
        // The call is shown before it rings.
        endpoint.receive_first("SIP/2.0 180");
        emulator.signal("TERM");
        let shown = emulator.end().stdout;
        assert!(shown.contains("sip:alice:***@") && !shown.contains("s3cret"), "{shown}");
        let picture = fs::read_to_string(format!("{pictures}/call-1.svg")).unwrap();
        assert!(picture.contains("sip:alice:***@") && !picture.contains("s3cret"), "{picture}");
    }
}

fn run_emulate(more: &[&str]) -> Run {
    run(&[&["emulate"], more, &["--listen", "127.0.0.1:0"]].concat())
}

#[test]
fn wrong_usage_is_found_before_any_call() {
    let url = "http://127.0.0.1:1/voice";
    for (more, word) in [
        (&["--calls", "0"][..], "0"),
        (&["--listen", "localhost"], "127.0.0.1:5060"),
        (&["--listen", "0.0.0.0:5060"], "one interface"),
        (&["--listen", "192.0.2.1:0"], "192.0.2.1"),
        (&["--call", "alice"], "alice"),
        (&["--user", "a"], "--password-file"),
        (&["--digits", "x"], "0 to 9"),
        (&["--set", "notify-timeout=0"], "--set"),
        (&["--status-callback", "ftp://x"], "http://"),
        (&["--caller", "/nonexistent"], "/nonexistent"),
        (&["--pcap", "/nonexistent/file"], "/nonexistent/file"),
    ] {
        let refused = run_emulate(&[&[url], more].concat()).expect(2);
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    assert!(run_emulate(&["localhost"]).expect(2).stderr.contains("http://localhost"));
}

#[test]
fn an_endpoint_that_refuses_our_call_is_an_answer_of_no() {
    let app = app();
    let (phone, target) = phone();
    let emulator = Emulator::start(&app.url("/voice"), &["--call", &target]);
    let invite = refuse(&phone, "486 Busy Here");
    assert!(invite.starts_with(&format!("INVITE {target} ")), "{invite}");
    let lines = emulator.end().expect(1).json_lines();
    let last = lines.iter().rfind(|line| line["step"] == "call").unwrap();
    assert_eq!(last["status"], "busy", "{lines:?}");
    assert_eq!(app.asked().len(), 0);
}

const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// Makes a REST request, and returns the HTTP status and the JSON.
fn rest(base: &str, path: &str, token: &str, form: &[(&str, &str)]) -> (u16, Value) {
    rest_with(base, path, token, form, ("Accept", "application/json"))
}

/// Like `rest`, with another header.
fn rest_with(
    base: &str,
    path: &str,
    token: &str,
    form: &[(&str, &str)],
    header: (&str, &str),
) -> (u16, Value) {
    let url = format!("{base}/2010-04-01/Accounts/{ACCOUNT}/Calls{path}");
    let credentials = format!("Basic {}", BASE64.encode(format!("{ACCOUNT}:{token}")));
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let headers = [("Authorization", credentials.as_str()), header];
    let mut response = match form {
        [] => headers
            .into_iter()
            .fold(agent.get(&url), |it, (name, value)| it.header(name, value))
            .call(),
        form => headers
            .into_iter()
            .fold(agent.post(&url), |it, (name, value)| it.header(name, value))
            .send_form(form.iter().copied()),
    }
    .unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap())
}

/// Elsewhere than on Linux, 127.0.0.2 is not this computer.
#[test]
#[cfg(target_os = "linux")]
fn keys_that_are_ignored_are_noted() {
    let app = Webhook::start(|asked| match asked.path() {
        "/voice" => Reply::verbs("<Gather timeout=\"1\" numDigits=\"1\"/><Hangup/>"),
        _ => Reply::verbs("<Hangup/>"),
    });
    let emulator = Emulator::start(&app.url("/voice"), &["--calls", "1"]);
    let mut endpoint = Endpoint::call(&emulator.address, "");
    let answer = endpoint.is_answered();
    let (_, port) = answer.split_once("m=audio ").unwrap();
    let port: u16 = port.split(' ').next().unwrap().parse().unwrap();
    let elsewhere = UdpSocket::bind("127.0.0.2:0").unwrap();
    let packet = [0x80, 101, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 10, 0, 160];
    let press = thread::spawn(move || {
        for _ in 0..10 {
            elsewhere.send_to(&packet, ("127.0.0.1", port)).unwrap();
            thread::sleep(Duration::from_millis(50));
        }
    });
    endpoint.is_hung_up();
    press.join().unwrap();
    let lines = emulator.end().json_lines();
    let note =
        |line: &&Value| line["message"].as_str().is_some_and(|it| it.contains("keys are ignored"));
    assert_eq!(lines.iter().filter(note).count(), 1, "{lines:?}");
}

/// "You can invoke the verb using the REST API" (Twilio's documentation of `<Refer>`).
#[test]
fn the_rest_api_gives_a_live_call_another_document() {
    let app = Webhook::start(|asked| match asked.path() {
        "/voice" => Reply::verbs("<Say>Hello</Say><Pause length=\"600\"/>"),
        "/other" => Reply::verbs("<Say>Other</Say><Pause length=\"600\"/>"),
        _ => Reply::verbs("<Pause length=\"600\"/>"),
    });
    let mut emulator =
        Emulator::start(&app.url("/voice"), &["--api", "127.0.0.1:0", "--calls", "1"]);
    let api = emulator.property("url");
    let mut endpoint = Endpoint::call(&emulator.address, "");
    endpoint.is_answered();
    let sid = wait_for(|| app.asked().first().map(|asked| asked.param("CallSid").unwrap()));
    let path = format!("/{sid}.json");
    // The app's answer may still be on its way.
    let call = wait_for(|| {
        let (status, call) = rest(&api, &path, TOKEN, &[]);
        assert_eq!(status, 200, "{call}");
        (call["status"] == "in-progress").then_some(call)
    });
    assert_eq!(call["sid"], sid);
    assert_eq!(call["direction"], "inbound");
    assert_eq!((&call["price"], &call["end_time"]), (&Value::Null, &Value::Null), "{call}");
    // "It will not affect calls already in progress" (Twilio's documentation of the Call resource).
    assert_eq!(rest(&api, &path, TOKEN, &[("Status", "canceled")]).1["status"], "in-progress");

    // Browsers know the credentials once they were typed in, and send them along with a form of any page.
    for header in [("Origin", "http://other"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]
    {
        let (status, body) = rest_with(&api, &path, TOKEN, &[("Status", "completed")], header);
        assert_eq!((status, &body["code"]), (403, &json!(20403)), "{header:?}");
    }
    assert_eq!(rest_with(&api, &path, TOKEN, &[], ("Sec-Fetch-Site", "none")).0, 200);
    for (path, token, form, status, code) in [
        (path.as_str(), "another", &[][..], 401, 20003),
        ("/CA00000000000000000000000000000009.json", TOKEN, &[], 404, 20404),
        (&path, TOKEN, &[("Status", "ringing")], 400, 20001),
        (&path, TOKEN, &[("Url", "ftp://x")], 400, 21205),
        (&path, TOKEN, &[("Twiml", "<Response><Say></Response>")], 400, 12100),
        (&path, TOKEN, &[("Twiml", "<Response/>"), ("Url", "http://localhost/")], 400, 20001),
        (".json", TOKEN, &[("To", "alice"), ("Twiml", "<Response/>")], 400, 21211),
        (".json", TOKEN, &[("To", "+15005550006"), ("Twiml", "<Response/>")], 400, 13801),
        (".json", TOKEN, &[("To", "client:alice"), ("Twiml", "<Response/>")], 400, 13801),
        (".json", TOKEN, &[("From", "bob"), ("Twiml", "<Response/>")], 400, 21201),
        (".json", TOKEN, &[("To", "sip:a@127.0.0.1"), ("Twiml", "<Response/>")], 400, 21213),
        (".json", TOKEN, &[("To", "sip:a@127.0.0.1"), ("From", "bob")], 400, 21205),
    ] {
        let (found, error) = rest(&api, path, token, form);
        assert_eq!((found, &error["status"]), (status, &json!(status)), "{error}");
        assert_eq!(error["code"], code, "{error}");
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{error}");
    }

    let (status, _) = rest(&api, &path, TOKEN, &[("Url", &app.url("/other")), ("Method", "GET")]);
    assert_eq!(status, 200);
    let asked_for = |method: &str, path: &str| {
        let is_it = |asked: &Asked| asked.path() == path && asked.method == method;
        wait_for(|| app.asked().into_iter().find(is_it))
    };
    asked_for("GET", "/other");
    // Its action is relative to the document before it.
    let document =
        "<Response><Refer action=\"done\"><Sip>sip:bob@example.com</Sip></Refer></Response>";
    assert_eq!(rest(&api, &path, TOKEN, &[("Twiml", document)]).0, 200);
    let refer = endpoint.receive_first("REFER");
    assert_eq!(header(&refer, "Refer-To"), "<sip:bob@example.com>");
    endpoint.answer(&refer, "405 Method Not Allowed");
    let done = asked_for("POST", "/done");
    assert_eq!(rest(&api, &path, TOKEN, &[("Status", "completed")]).0, 200);
    endpoint.is_hung_up();
    assert_eq!(done.param("ReferSipResponseCode").as_deref(), Some("405"));
    let lines = emulator.end().expect(0).json_lines();
    assert!(lines.iter().any(|line| line["step"] == "end"), "{lines:?}");
}

#[test]
fn the_rest_api_makes_calls_and_refuses_those_that_are_over() {
    let app = app();
    let mut emulator = Emulator::start(&app.url("/voice"), &["--api", "127.0.0.1:0"]);
    let api = emulator.property("url");
    let (phone, target) = phone();
    let form = [("To", target.as_str()), ("From", "+15005550006"), ("Twiml", "<Response/>")];
    let (status, call) = rest(&api, ".json", TOKEN, &form);
    assert_eq!((status, &call["direction"]), (201, &json!("outbound-api")), "{call}");
    assert_eq!(call["status"], "queued", "{call}");
    let invite = refuse(&phone, "603 Decline");
    assert!(header(&invite, "From").contains("sip:+15005550006@127.0.0.1"), "{invite}");
    let path = format!("/{}.json", call["sid"].as_str().unwrap());
    wait_for(|| (rest(&api, &path, TOKEN, &[]).1["status"] == "failed").then_some(()));
    let (status, error) = rest(&api, &path, TOKEN, &[("Twiml", "<Response/>")]);
    assert_eq!((status, &error["code"]), (400, &json!(21220)), "{error}");
    // Strangers who promise a body, and send none, block nobody; and what they send is limited.
    let address = api.strip_prefix("http://").unwrap();
    let connect = |text: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        stream
    };
    let post = "POST / HTTP/1.1\r\nContent-Length: ";
    let stalled: Vec<_> = (0..20).map(|_| connect(&format!("{post}1000\r\n\r\n"))).collect();
    assert_eq!(rest(&api, "/CA1.json", TOKEN, &[]).0, 404);
    drop(stalled);
    let large = format!("GET / HTTP/1.1\r\nA: {}", "a".repeat(20_000));
    let chunks = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    let (twice, not_http) = (format!("{post}1\r\nContent-Length: 2\r\n\r\n"), "hello\r\n\r\n");
    for (text, status) in [(&*large, "431"), (chunks, "411"), (&twice, "400"), (not_http, "400")] {
        let mut answer = String::new();
        let _ = connect(text).read_to_string(&mut answer);
        // Where more was sent than is read, the answer may be lost.
        let is_answer = answer.starts_with(&format!("HTTP/1.1 {status} "));
        assert!(is_answer || answer.is_empty() && status == "431", "{status}: {answer}");
    }
    emulator.signal("TERM");
    emulator.end();
    let mut without_token = command(&["emulate", &app.url("/voice"), "--api", "127.0.0.1:0"]);
    without_token.args(["--listen", "127.0.0.1:0"]);
    let refused = crate::run::feed(without_token, b"").expect(2);
    assert!(refused.stderr.contains("TWILIO_AUTH_TOKEN"), "{}", refused.stderr);
}

#[test]
fn help_lists_each_setting_with_its_default() {
    let help = run(&["emulate", "--help"]).expect(0).stdout;
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let default = TransferSettings::new();
    for (name, time) in [
        ("response-timeout", default.response_timeout()),
        ("notify-timeout", default.notify_timeout()),
        ("subscription", default.subscription()),
        ("max-duration", default.max_duration()),
        ("hangup-grace", default.hang_up_grace()),
    ] {
        let described = help.split_once(&format!("{name} (")).unwrap().1;
        let described = described.split_once(')').unwrap().0;
        assert!(described.ends_with(&format!(" {}", time.as_secs())), "{name}: {described}");
    }
    // It is for captures: here it would change nothing. Without this error, the missing file is the next one.
    let missing = ["--user", "me", "--password-file", "/nonexistent"];
    let refused =
        run(&[&["emulate", "http://localhost/", "--set", "notify-id=any"], &missing[..]].concat());
    assert!(refused.expect(2).stderr.contains("notify-timeout, subscription"));
    let twice = ["emulate", "http://localhost/", "--token-file", "-", "--caller", "-"];
    assert!(run(&twice).expect(2).stderr.contains("can be given once only"));
}
