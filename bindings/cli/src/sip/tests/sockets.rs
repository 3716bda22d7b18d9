//! The agent with its sockets and threads.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::thread;

use super::*;
use crate::sip::{Agent, Limits, Outgoing, Party, Traced, Why};

const PATIENCE: Duration = Duration::from_secs(10);

fn agent() -> Agent {
    Agent::start(options(), |_| {}).unwrap()
}

fn options() -> Options {
    Options::new(vec!["127.0.0.1:0".parse().unwrap()])
}

/// The caller's side.
struct Phone {
    socket: UdpSocket,
    agent: SocketAddr,
}

impl Phone {
    fn new(agent: &Agent) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { socket, agent: agent.addresses()[0] }
    }

    fn send(&self, text: &str) {
        // With the colon: another port in the text may have these digits, too.
        let port = format!(":{}", self.socket.local_addr().unwrap().port());
        let text = text.replace(":5070", &port).replace(":5071", &port).replace('\n', "\r\n");
        self.socket.send_to(text.as_bytes(), self.agent).unwrap();
    }

    fn receive(&self) -> Sent {
        let mut buffer = [0; 4096];
        let (length, _) = self.socket.recv_from(&mut buffer).unwrap();
        sent(&buffer[..length])
    }

    fn receive_code(&self, code: u16) -> Sent {
        let sent = self.receive();
        assert_eq!(sent.code(), code, "{}", sent.text);
        sent
    }
}

fn sent(bytes: &[u8]) -> Sent {
    let path = Bench::new().path;
    Sent { at: 0, path, text: String::from_utf8(bytes.to_vec()).unwrap() }
}

/// A message out of a stream.
fn read(stream: &mut TcpStream) -> Sent {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut framer = crate::sip::stream::Framer::new(10_000);
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        framer.push(&byte);
        if let Some(crate::sip::stream::Frame::Message(bytes)) = framer.next() {
            return sent(&bytes);
        }
    }
}

/// Waits until the other side closes the connection.
fn is_closed(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let read = stream.read(&mut [0; 10]).map_err(|error| error.kind());
    matches!(read, Ok(0) | Err(ErrorKind::ConnectionReset))
}

fn write(stream: &mut TcpStream, text: &str) {
    let text = text.replace("SIP/2.0/UDP", "SIP/2.0/TCP").replace('\n', "\r\n");
    stream.write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_call_over_udp_with_silence_and_digits() {
    let messages = Arc::new(Mutex::new(Vec::<Traced>::new()));
    let seen = Arc::clone(&messages);
    let agent = Agent::start(options(), move |message| seen.lock().unwrap().push(message)).unwrap();
    let phone = Phone::new(&agent);
    let media = UdpSocket::bind("127.0.0.1:0").unwrap();
    media.set_read_timeout(Some(PATIENCE)).unwrap();
    let port = media.local_addr().unwrap().port().to_string();
    let offer = SDP.replace("4000", &port);
    let headers = "Contact: <sip:bell@127.0.0.1:5071>\nContent-Type: application/sdp\n";
    phone.send(&request("INVITE", 1, "", "i", headers, &offer));
    let call = agent.next_call(PATIENCE).unwrap();
    assert_eq!(agent.live_calls(), 1);
    call.ring();
    let answering = thread::spawn(move || (call.answer(), call));
    phone.receive_code(100);
    phone.receive_code(180);
    let answer = phone.receive_code(200);
    let tag = answer.tag("To").to_owned();
    phone.send(&request("ACK", 1, &tag, "ack", "", ""));
    let (answered, call) = answering.join().unwrap();
    assert_eq!(answered, Ok(()));

    // RTP: version 2, PCMU, 160 octets of silence, numbers that count.
    let mut packets = Vec::new();
    for _ in 0..3 {
        let mut buffer = [0; 500];
        let (length, from) = media.recv_from(&mut buffer).unwrap();
        packets.push((buffer[..length].to_vec(), from));
    }
    assert!(packets.iter().all(|(packet, _)| packet.len() == 172 && packet[..2] == [0x80, 0]));
    assert!(packets.iter().all(|(packet, _)| packet[12..].iter().all(|byte| *byte == 0xFF)));
    let number = |index: usize| u16::from_be_bytes([packets[index].0[2], packets[index].0[3]]);
    assert_eq!(number(2), number(0) + 2);
    let ours = packets[0].1;
    assert!(answer.text.contains(&format!("m=audio {} RTP/AVP 0 101\r\n", ours.port())));
    // One press is many packets.
    for (time, event) in [(1, 5), (1, 5), (1, 5), (2, 5), (3, 11)] {
        let packet = [0x80, 101, 0, 1, 0, 0, 0, time, 1, 2, 3, 4, event, 10, 0, 160];
        media.send_to(&packet, ours).unwrap();
    }
    for digit in ['5', '5', '#'] {
        assert_eq!(call.wait(PATIENCE), Happening::Digit(digit));
    }

    phone.send(&request("BYE", 2, &tag, "bye", "", ""));
    phone.receive_code(200);
    let Happening::Ended(ended) = call.wait(PATIENCE) else { panic!("the call goes on") };
    assert_eq!((ended.by, ended.why), (Party::Endpoint, Why::Bye));
    assert_eq!(agent.live_calls(), 0);
    agent.shut_down(PATIENCE);
    let messages = messages.lock().unwrap();
    let told: Vec<_> = messages
        .iter()
        .map(|it| {
            (
                it.is_sent,
                String::from_utf8_lossy(&it.bytes)
                    .split(' ')
                    .nth(usize::from(it.is_sent))
                    .unwrap()
                    .to_owned(),
            )
        })
        .collect();
    let expected = [
        (false, "INVITE"),
        (true, "100"),
        (true, "180"),
        (true, "200"),
        (false, "ACK"),
        (false, "BYE"),
        (true, "200"),
    ];
    assert_eq!(told, expected.map(|(is_sent, word)| (is_sent, word.to_owned())));
    assert!(messages.iter().all(|it| it.call == Some(1) && it.local == agent.addresses()[0]));
}

#[test]
fn a_call_over_tcp_and_its_lost_connection() {
    let agent = agent();
    let mut stream = TcpStream::connect(agent.addresses()[0]).unwrap();
    write(&mut stream, &invite(1));
    let call = agent.next_call(PATIENCE).unwrap();
    let answering = thread::spawn(move || (call.answer(), call));
    assert_eq!(read(&mut stream).code(), 100);
    let answer = read(&mut stream);
    let port = agent.addresses()[0].port();
    assert_eq!(answer.header("Contact"), format!("<sip:127.0.0.1:{port};transport=tcp>"));
    write(&mut stream, &request("ACK", 1, answer.tag("To"), "ack", "", ""));
    let (answered, call) = answering.join().unwrap();
    assert_eq!(answered, Ok(()));
    // The connection is alive.
    stream.write_all(b"\r\n\r\n").unwrap();
    let mut pong = [0; 2];
    stream.read_exact(&mut pong).unwrap();
    assert_eq!(&pong, b"\r\n");
    drop(stream);
    assert!(
        matches!(call.wait(PATIENCE), Happening::Ended(ended) if ended.why == Why::ConnectionLost)
    );
}

#[test]
fn a_connection_without_a_call_is_closed_after_a_time() {
    let limits = Limits { idle: Duration::from_millis(300), ..Limits::default() };
    let agent = Agent::start(Options { limits, ..options() }, |_| {}).unwrap();
    let mut with_call = TcpStream::connect(agent.addresses()[0]).unwrap();
    write(&mut with_call, &invite(1));
    let call = agent.next_call(PATIENCE).unwrap();
    assert_eq!(read(&mut with_call).code(), 100);
    let mut idle = TcpStream::connect(agent.addresses()[0]).unwrap();
    write(&mut idle, &request("OPTIONS", 1, "", "x", "", ""));
    assert_eq!(read(&mut idle).code(), 200);
    assert!(is_closed(&mut idle));
    // The other one was silent for longer.
    call.reject(486);
    assert_eq!(read(&mut with_call).code(), 486);
}

#[test]
fn messages_say_what_went_before_on_their_connection() {
    let messages = Arc::new(Mutex::new(Vec::<Traced>::new()));
    let seen = Arc::clone(&messages);
    let agent = Agent::start(options(), move |message| seen.lock().unwrap().push(message)).unwrap();
    for branches in [["a", "b"], ["c", "d"]] {
        let mut stream = TcpStream::connect(agent.addresses()[0]).unwrap();
        for branch in branches {
            write(&mut stream, &request("OPTIONS", 1, "", branch, "", ""));
            assert_eq!(read(&mut stream).code(), 200);
        }
    }
    // A message is shown after it was sent.
    let until = Instant::now() + PATIENCE;
    while messages.lock().unwrap().len() < 8 && Instant::now() < until {
        thread::sleep(Duration::from_millis(1));
    }
    let messages = messages.lock().unwrap();
    let [asked, answered] = [0, 1].map(|at| u32::try_from(messages[at].bytes.len()).unwrap());
    let before: Vec<_> = messages.iter().map(|it| (it.before.received, it.before.sent)).collect();
    let once = [(0, 0), (asked, 0), (asked, answered), (2 * asked, answered)];
    assert_eq!(before, [once, once].concat());
}

/// Endpoints send from where they receive (RFC 4961); behind a NAT the first source counts. Elsewhere than on Linux,
/// 127.0.0.2 is not this computer.
#[test]
#[cfg(target_os = "linux")]
fn keys_come_from_the_endpoint_alone() {
    for named_port in [None, Some(9)] {
        let agent = agent();
        let phone = Phone::new(&agent);
        let [media, other] = [(); 2].map(|()| UdpSocket::bind("127.0.0.1:0").unwrap());
        let elsewhere = UdpSocket::bind("127.0.0.2:0").unwrap();
        let port = named_port.unwrap_or_else(|| media.local_addr().unwrap().port()).to_string();
        let headers = "Contact: <sip:bell@127.0.0.1:5071>\nContent-Type: application/sdp\n";
        phone.send(&request("INVITE", 1, "", "i", headers, &SDP.replace("4000", &port)));
        let call = agent.next_call(PATIENCE).unwrap();
        let answering = thread::spawn(move || (call.answer(), call));
        phone.receive_code(100);
        let answer = phone.receive_code(200);
        phone.send(&request("ACK", 1, answer.tag("To"), "ack", "", ""));
        let (_, call) = answering.join().unwrap();
        let (_, ours) = answer.text.split_once("m=audio ").unwrap();
        let ours: u16 = ours.split(' ').next().unwrap().parse().unwrap();
        let press = |socket: &UdpSocket, key: u8| {
            let packet = [0x80, 101, 0, 1, 0, 0, 0, key, 1, 2, 3, 4, key, 10, 0, 160];
            socket.send_to(&packet, ("127.0.0.1", ours)).unwrap();
        };
        // Before the stream begins, nothing is read; packets with the same time are one press.
        let mut first = Happening::TimedOut;
        while first == Happening::TimedOut {
            press(&elsewhere, 1);
            press(&media, 2);
            first = call.wait(Duration::from_millis(50));
        }
        assert_eq!(first, Happening::Digit('2'), "{named_port:?}");
        press(&elsewhere, 3);
        press(&other, 4);
        press(&media, 5);
        assert_eq!(call.wait(PATIENCE), Happening::Digit('5'), "{named_port:?}");
        assert_eq!([(); 2].map(|()| call.take_ignored_digits()), [true, false]);
    }
}

#[test]
fn a_stream_that_cannot_be_read_is_answered_and_closed() {
    let agent = agent();
    let mut stream = TcpStream::connect(agent.addresses()[0]).unwrap();
    let text = request("OPTIONS", 1, "", "x", "", "").replace("Length: 0", "Length: -1");
    write(&mut stream, &text);
    assert_eq!(read(&mut stream).code(), 400);
    assert!(is_closed(&mut stream));
}

#[test]
fn no_more_connections_than_the_limit() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let agent = Agent::start(Options { limits, ..options() }, |_| {}).unwrap();
    let mut first = TcpStream::connect(agent.addresses()[0]).unwrap();
    write(&mut first, &request("OPTIONS", 1, "", "x", "", ""));
    assert_eq!(read(&mut first).code(), 200);
    let mut second = TcpStream::connect(agent.addresses()[0]).unwrap();
    assert!(is_closed(&mut second));
}

/// Whoever sends line ends alone does not keep others out.
#[test]
fn the_connection_without_a_message_for_the_longest_time_makes_room() {
    let limits = Limits { connections: 4, ..Limits::default() };
    let agent = Agent::start(Options { limits, ..options() }, |_| {}).unwrap();
    let connect = || TcpStream::connect(agent.addresses()[0]).unwrap();
    let ask = |stream: &mut TcpStream, branch: &str| {
        write(stream, &request("OPTIONS", 1, "", branch, "", ""));
        assert_eq!(read(stream).code(), 200);
    };
    let (mut with_call, mut pinging, mut used) = (connect(), connect(), connect());
    write(&mut with_call, &invite(1));
    let call = agent.next_call(PATIENCE).unwrap();
    assert_eq!(read(&mut with_call).code(), 100);
    ask(&mut pinging, "1");
    ask(&mut used, "2");
    pinging.write_all(b"\r\n\r\n").unwrap();
    pinging.read_exact(&mut [0; 2]).unwrap();
    let mut new = connect();
    ask(&mut new, "3");
    assert!(is_closed(&mut pinging));
    ask(&mut used, "4");
    call.reject(486);
    assert_eq!(read(&mut with_call).code(), 486);
}

#[test]
fn a_call_of_ours_over_tcp() {
    let agent = agent();
    let phone = TcpListener::bind("127.0.0.1:0").unwrap();
    let uri = format!("sip:bob@localhost:{};transport=tcp", phone.local_addr().unwrap().port());
    let target = SipUri::parse(&uri).unwrap();
    let from = "sip:me@127.0.0.1".to_owned();
    let outgoing = Outgoing { target, from, headers: Vec::new() };
    let call = agent.call(&outgoing).unwrap();
    let (mut stream, _) = phone.accept().unwrap();
    let invite = read(&mut stream);
    assert_eq!(invite.start(), format!("INVITE {uri} SIP/2.0"));
    let port = agent.addresses()[0].port();
    assert_eq!(invite.header("Contact"), format!("<sip:127.0.0.1:{port};transport=tcp>"));
    let headers = "Contact: <sip:bob@127.0.0.1:9>\nContent-Type: application/sdp\n";
    write(&mut stream, &response(&invite, "200 OK", headers, SDP));
    assert_eq!(call.wait_for_answer(), Ok(()));
    assert!(read(&mut stream).start().starts_with("ACK "));
    let control = call.remote_control();
    control.interrupt();
    assert_eq!(call.wait(PATIENCE), Happening::Interrupted);
    control.hang_up();
    assert!(read(&mut stream).start().starts_with("BYE "));
    assert!(matches!(call.wait(PATIENCE), Happening::Ended(ended) if ended.why == Why::HungUp));
}

#[test]
fn endpoints_that_cannot_be_called() {
    let agent = agent();
    let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (target, expected) in [
        ("sips:bob@127.0.0.1".to_owned(), "only sip: URIs can be called, not TLS"),
        ("sip:bob@[::1]:5060".to_owned(), "no address of its kind is listened on"),
        (format!("sip:bob@{free};transport=tcp"), "cannot connect to"),
    ] {
        let target = SipUri::parse(&target).unwrap();
        let outgoing = Outgoing { target, from: "sip:me@x".to_owned(), headers: Vec::new() };
        let error = agent.call(&outgoing).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn the_address_that_is_shown() {
    let everywhere = Options::new(vec!["0.0.0.0:0".parse().unwrap()]);
    let error = Agent::start(everywhere.clone(), |_| {}).unwrap_err();
    assert!(
        error.starts_with("cannot listen on 0.0.0.0:0 without an address to advertise"),
        "{error}"
    );
    let advertised = Some("127.0.0.2".parse().unwrap());
    let agent = Agent::start(Options { advertised, ..everywhere }, |_| {}).unwrap();
    let port = agent.addresses()[0].port();
    let phone = Phone { agent: SocketAddr::from(([127, 0, 0, 1], port)), ..Phone::new(&agent) };
    phone.send(&invite(1));
    let call = agent.next_call(PATIENCE).unwrap();
    phone.receive_code(100);
    call.ring();
    assert_eq!(phone.receive_code(180).header("Contact"), format!("<sip:127.0.0.2:{port}>"));

    let taken = agent.addresses()[0];
    let error = Agent::start(Options { advertised, ..Options::new(vec![taken]) }, |_| {});
    let expected = format!("cannot listen on {taken} over UDP: another program uses this port");
    assert_eq!(error.unwrap_err(), expected);
}

#[test]
fn many_calls_at_once_end_with_the_agent() {
    const CALLS: u32 = 100;
    let agent = Arc::new(agent());
    let phone = Phone::new(&agent);
    let numbered = |text: String, number: u32| {
        text.replace("one@", &format!("{number}@")).replace("z9hG4bK", &format!("z9hG4bK{number}x"))
    };
    let leader = {
        let agent = Arc::clone(&agent);
        thread::spawn(move || {
            let mut calls = Vec::new();
            for _ in 0..CALLS {
                let call = agent.next_call(PATIENCE).unwrap();
                let run = move || {
                    let answered = call.answer();
                    answered.map_or_else(Happening::Ended, |()| call.wait(PATIENCE * 30))
                };
                let small = thread::Builder::new().stack_size(64 * 1024);
                calls.push(small.spawn(run).unwrap());
            }
            calls.into_iter().map(|call| call.join().unwrap()).collect::<Vec<_>>()
        })
    };
    let mut tags = std::collections::HashMap::new();
    for first in (0..CALLS).step_by(20) {
        // On hold, no silence is sent, which would be too much for a test.
        let hold = format!("{:<20}", "a=sendonly");
        for number in first..first + 20 {
            phone.send(&numbered(invite(1).replace("a=rtpmap:0 PCMU/8000", &hold), number));
        }
        while tags.len() < usize::try_from(first).unwrap() + 20 {
            let answer = phone.receive();
            if answer.code() == 200 {
                let number = answer.header("Call-ID").split('@').next().unwrap().parse().unwrap();
                let tag = answer.tag("To").to_owned();
                phone.send(&numbered(request("ACK", 1, &tag, "ack", "", ""), number));
                tags.insert(number, tag);
            }
        }
    }
    assert!(tags.values().collect::<std::collections::HashSet<_>>().len() == tags.len());
    assert_eq!(agent.live_calls(), 100);
    let ending = {
        let agent = Arc::clone(&agent);
        thread::spawn(move || agent.shut_down(PATIENCE * 3))
    };
    let mut ended = std::collections::HashSet::new();
    while ended.len() < 100 {
        let bye = phone.receive();
        if !bye.start().starts_with("BYE ") {
            continue;
        }
        phone.send(&response(&bye, "200 OK", "", ""));
        ended.insert(bye.header("Call-ID").to_owned());
    }
    let ends = leader.join().unwrap();
    let is_shut_down =
        |it: &Happening| matches!(it, Happening::Ended(it) if it.why == Why::ShutDown);
    assert!(ends.iter().all(is_shut_down));
    ending.join().unwrap();
    assert_eq!(agent.live_calls(), 0);
}
