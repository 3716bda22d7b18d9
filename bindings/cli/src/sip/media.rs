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
    sequence: u16,
    timestamp: u32,
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
                    let (sequence, timestamp) = (1, 0);
                    let (stream, source, last_digit) = (None, None, None);
                    let session =
                        Session { socket, peer, stream, source, sequence, timestamp, last_digit };
                    sessions.insert(call, session);
                }
            }
            Ok(MediaInput::Stream { call, stream }) => {
                if let Some(session) = sessions.get_mut(&call) {
                    (session.stream, session.source) = (Some(stream), None);
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
            session.read(|digit| {
                // The loop is never waited for: it may wait for nothing either, and digits are few.
                let _ = digits.try_send(Input::Digit { call: *call, digit });
            });
            session.send(*call);
        }
    }
}

impl Session {
    fn send(&mut self, call: u64) {
        let stream = self.stream.filter(|stream| stream.wants_media);
        let Some(Stream { remote: Some(remote), payload, silence, .. }) = stream else { return };
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

    /// Reads what has come; the socket does not wait.
    fn read(&mut self, mut pressed: impl FnMut(char)) {
        let mut buffer = [0; 512];
        for _ in 0..MAX_PACKETS {
            let Ok((length, source)) = self.socket.recv_from(&mut buffer) else { return };
            let packet = buffer.get(..length).unwrap_or_default();
            let Some(stream) = self.stream else { continue };
            if !self.is_from_endpoint(&stream, source, packet) {
                continue;
            }
            let Some((id, digit)) = stream.event.and_then(|event| digit(packet, event)) else {
                continue;
            };
            if self.last_digit.replace(id) != Some(id) {
                pressed(digit);
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
