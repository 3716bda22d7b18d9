//! Media of all calls, in one thread: it sends silence as RTP (RFC 3550), so that endpoints stay, and reads digits
//! (RFC 4733).

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::core::Input;
use super::sdp::Stream;

/// How much one packet holds, in time and in samples of 8,000 a second (RFC 3551 section 4.2).
const PACKET: Duration = Duration::from_millis(20);
const SAMPLES: u32 = 160;

/// How long audio goes to another computer than the one that the call's messages come from, while nothing comes from
/// there: anybody's address can be written into SDP.
const UNHEARD: Duration = Duration::from_secs(30);

/// Packets that are read from a call each time: an endpoint sends one or two.
const MAX_PACKETS: usize = 16;

/// What the thread is asked for.
#[derive(Debug)]
pub(super) enum MediaInput {
    Open {
        call: u64,
        socket: UdpSocket,
        /// The address that the call's messages come from.
        peer: IpAddr,
    },
    /// What was negotiated, also anew.
    Stream {
        call: u64,
        stream: Stream,
    },
    Close {
        call: u64,
    },
}

#[derive(Debug)]
struct Session {
    socket: UdpSocket,
    peer: IpAddr,
    stream: Option<Stream>,
    /// Where the endpoint sends from, once that is known.
    source: Option<SocketAddr>,
    /// When the stream began, or RTP last came from where it goes.
    heard: Instant,
    sequence: u16,
    timestamp: u32,
    /// A digit came from somebody else, and was ignored.
    has_ignored: bool,
    /// Source and time of the last digit: its packets repeat them.
    last_digit: Option<(u32, u32)>,
}

/// Runs until nobody can ask for anything.
pub(super) fn run(inputs: &Receiver<MediaInput>, digits: &SyncSender<Input>) {
    let mut sessions: HashMap<u64, Session> = HashMap::new();
    let mut tick = Instant::now();
    loop {
        let input = if sessions.is_empty() {
            inputs.recv().map_err(|_| RecvTimeoutError::Disconnected)
        } else {
            inputs.recv_timeout(tick.saturating_duration_since(Instant::now()))
        };
        match input {
            Ok(MediaInput::Open { call, socket, peer }) => {
                if socket.set_nonblocking(true).is_ok() {
                    sessions.insert(call, Session::new(socket, peer));
                }
            }
            Ok(MediaInput::Stream { call, stream }) => {
                if let Some(session) = sessions.get_mut(&call) {
                    session.start(stream, Instant::now());
                }
            }
            Ok(MediaInput::Close { call }) => drop(sessions.remove(&call)),
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => {}
        }
        let now = Instant::now();
        if now < tick {
            continue;
        }
        // What could not be sent in time is left out.
        tick = tick.checked_add(PACKET).filter(|next| *next > now).unwrap_or(now + PACKET);
        for (call, session) in &mut sessions {
            session.read(now, |digit| {
                // The loop is never waited for: it may wait for nothing either, and digits are few.
                let _ = digits.try_send(Input::Digit { call: *call, digit });
            });
            session.send(*call, now);
        }
    }
}

impl Session {
    fn new(socket: UdpSocket, peer: IpAddr) -> Self {
        let (sequence, timestamp, heard) = (1, 0, Instant::now());
        let (stream, source, last_digit, has_ignored) = (None, None, None, false);
        Self { socket, peer, stream, source, heard, sequence, timestamp, has_ignored, last_digit }
    }

    fn start(&mut self, stream: Stream, now: Instant) {
        (self.stream, self.source, self.heard) = (Some(stream), None, now);
    }

    fn send(&mut self, call: u64, now: Instant) {
        let stream = self.stream.filter(|stream| stream.wants_media);
        let Some(Stream { remote: Some(remote), payload, silence, .. }) = stream else { return };
        if remote.ip() != self.peer && now.saturating_duration_since(self.heard) > UNHEARD {
            return;
        }
        let mut packet = [silence; 12 + 160];
        let source = u32::try_from(call & u64::from(u32::MAX)).unwrap_or_default();
        let head = [0x80, payload]
            .into_iter()
            .chain(self.sequence.to_be_bytes())
            .chain(self.timestamp.to_be_bytes())
            .chain(source.to_be_bytes());
        for (to, from) in packet.iter_mut().zip(head) {
            *to = from;
        }
        let _ = self.socket.send_to(&packet, remote);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(SAMPLES);
    }

    /// Reads what has come; the socket does not wait. `pressed` gets each digit, and once `None` for those of others.
    fn read(&mut self, now: Instant, mut pressed: impl FnMut(Option<char>)) {
        let mut buffer = [0; 512];
        for _ in 0..MAX_PACKETS {
            let Ok((length, source)) = self.socket.recv_from(&mut buffer) else { return };
            let packet = buffer.get(..length).unwrap_or_default();
            let Some(stream) = self.stream else { continue };
            let pressing = stream.event.and_then(|event| digit(packet, event));
            if !self.is_from_endpoint(&stream, source, packet) {
                if pressing.is_some() && !std::mem::replace(&mut self.has_ignored, true) {
                    pressed(None);
                }
                continue;
            }
            if stream.remote.is_some_and(|it| it.ip() == source.ip()) {
                self.heard = now;
            }
            let Some((id, digit)) = pressing else { continue };
            if self.last_digit.replace(id) != Some(id) {
                pressed(Some(digit));
            }
        }
    }

    /// Endpoints send from where they receive (symmetric RTP, RFC 4961 section 3): what comes from the address in the SDP
    /// counts. Behind a NAT that is another one: then the first source of RTP counts until the session is negotiated
    /// anew, if it has the IP address of the SDP or of the call's messages (RFC 7362 section 5). All others are ignored
    /// (RFC 3550 section 8.2).
    fn is_from_endpoint(&mut self, stream: &Stream, source: SocketAddr, packet: &[u8]) -> bool {
        if stream.remote == Some(source) {
            self.source = Some(source);
            return true;
        }
        let is_rtp = matches!(packet, [first, second, ..]
            if first >> 6 == 2 && [Some(stream.payload), stream.event].contains(&Some(second & 0x7F)));
        let has_its_ip =
            source.ip() == self.peer || stream.remote.is_some_and(|it| it.ip() == source.ip());
        is_rtp && has_its_ip && *self.source.get_or_insert(source) == source
    }
}

/// Returns the digit of a packet, and what all packets of this one press have in common.
pub(super) fn digit(packet: &[u8], event: u8) -> Option<((u32, u32), char)> {
    let (head, rest) = packet.split_at_checked(12)?;
    let [first, second, _, _, time @ .., _, _, _, _] = head else { return None };
    if first >> 6 != 2 || second & 0x7F != event {
        return None;
    }
    let timestamp = u32::from_be_bytes(time.try_into().ok()?);
    let source = u32::from_be_bytes(head.get(8..)?.try_into().ok()?);
    // Contributing sources, and an extension (RFC 3550 section 5.1), come before the payload.
    let mut skipped = usize::from(first & 0x0F) * 4;
    if first & 0x10 != 0 {
        let length = rest.get(skipped.checked_add(2)?..)?.get(..2)?;
        let words = u16::from_be_bytes(length.try_into().ok()?);
        skipped = skipped.checked_add(4)?.checked_add(usize::from(words) * 4)?;
    }
    let code = *rest.get(skipped..)?.get(..4)?.first()?;
    let digit = b"0123456789*#ABCD".get(usize::from(code))?;
    Some(((source, timestamp), char::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_goes_no_longer_to_a_computer_that_sends_nothing() {
        let (socket, phone) = (UdpSocket::bind("127.0.0.1:0"), UdpSocket::bind("127.0.0.1:0"));
        let (socket, phone) = (socket.unwrap(), phone.unwrap());
        phone.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        let (remote, ours) = (phone.local_addr().unwrap(), socket.local_addr().unwrap());
        let stream = Stream {
            remote: Some(remote),
            payload: 0,
            silence: 0xFF,
            event: None,
            wants_media: true,
        };
        let mut session = Session::new(socket, "192.0.2.1".parse().unwrap());
        session.socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        session.start(stream, start);
        let is_sent = |session: &mut Session, now| {
            session.send(1, now);
            phone.recv(&mut [0; 500]).is_ok()
        };
        assert!(is_sent(&mut session, at(30)) && !is_sent(&mut session, at(31)));
        phone.send_to(&[0x80, 0, 0, 1], ours).unwrap();
        session.socket.peek_from(&mut [0; 500]).unwrap();
        session.socket.set_nonblocking(true).unwrap();
        session.read(at(40), |_| {});
        assert!(is_sent(&mut session, at(70)) && !is_sent(&mut session, at(71)));
        // Where the call's messages come from, somebody takes part.
        session.peer = remote.ip();
        assert!(is_sent(&mut session, at(10_000)));
    }
}
