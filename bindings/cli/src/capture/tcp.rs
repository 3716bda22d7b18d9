//! TCP connections, each direction for itself: segments in their order, repeated ones once, and the SIP
//! messages in them, however they are split and joined.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;

use etherparse::TcpSlice;

use super::packets::begins_message;

/// The most bytes of one direction that wait for the end of a message, or for a segment before them.
const MAX_WAITING_BYTES: usize = 128 * 1024;

/// What a segment takes that came too early, besides its bytes.
const SEGMENT_BYTES: usize = 64;

/// The most directions that are followed; then all are given up, and begin anew.
const MAX_DIRECTIONS: usize = 64 * 1024;

/// The most bytes that all directions may hold.
const MAX_HELD_BYTES: usize = 24 * 1024 * 1024;

/// The most gaps that are remembered.
const MAX_GAPS: usize = 1000;

/// One direction of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Endpoints {
    pub(super) source: (IpAddr, u16),
    pub(super) destination: (IpAddr, u16),
}

/// A message, and the packet with its last byte.
pub(super) struct Sent {
    pub(super) bytes: Vec<u8>,
    pub(super) packet: usize,
}

/// What a direction carries, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Carries {
    #[default]
    Unknown,
    Sip,
    Tls,
    WebSocket,
}

/// The message at the beginning of the bytes of a direction, as far as it is read.
#[derive(Debug, Default)]
struct Begun {
    /// So many of its bytes do not have the end of its head.
    searched: usize,
    /// Its first line is complete.
    has_line: bool,
    /// Known when its head is complete.
    length: Option<usize>,
}

impl Begun {
    /// Returns the length of the message, or nothing if its head is incomplete.
    fn length(&mut self, message: &[u8]) -> Option<usize> {
        if self.length.is_none() {
            let from = self.searched.saturating_sub(HEAD_END.len());
            match memchr::memmem::find(message.get(from..)?, HEAD_END) {
                Some(end) => self.length = Some(length(message, from.saturating_add(end))),
                None => self.searched = message.len(),
            }
        }
        self.length
    }
}

#[derive(Debug, Default)]
struct Direction {
    carries: Carries,
    /// The sequence number of the next byte; none before the first segment.
    next: Option<u32>,
    /// In order, from the beginning of a message on.
    bytes: Vec<u8>,
    begun: Begun,
    /// What comes next is the beginning of a message, for nothing is missing since the connection or a message began.
    is_in_step: bool,
    /// Segments that came too early, by their distance from `next` when they came.
    early: BTreeMap<u64, Vec<u8>>,
    /// What they take in memory.
    early_bytes: usize,
    /// Bytes of the stream so far: distances are counted from here, so that they never wrap.
    passed: u64,
    packet: usize,
}

#[derive(Debug, Default)]
pub(super) struct Connections {
    directions: HashMap<Endpoints, Direction>,
    held: usize,
    gaps: Vec<(usize, u64)>,
    tls: usize,
    websockets: usize,
}

impl Connections {
    /// Adds a segment. Returns the messages that are complete with it.
    pub(super) fn segment(
        &mut self,
        endpoints: Endpoints,
        tcp: &TcpSlice<'_>,
        packet: usize,
    ) -> Vec<Sent> {
        let payload = tcp.payload();
        let is_known = self.directions.contains_key(&endpoints);
        if !is_known && payload.is_empty() && !tcp.syn() {
            return Vec::new();
        }
        if !is_known && self.directions.len() >= MAX_DIRECTIONS {
            self.directions.clear();
            self.held = 0;
        }
        let direction = self.directions.entry(endpoints).or_default();
        let before = direction.held();
        let sequence = tcp.sequence_number();
        if tcp.syn() {
            // A new connection of the same ports.
            let next = Some(sequence.wrapping_add(1));
            *direction = Direction { next, is_in_step: true, ..Direction::default() };
        }
        let carried = direction.carries;
        let sequence = if tcp.syn() { sequence.wrapping_add(1) } else { sequence };
        let passed = direction.passed;
        let missing = direction.take(sequence, payload, packet);
        if let Some(missing) = missing.filter(|_| self.gaps.len() < MAX_GAPS) {
            self.gaps.push((packet, missing));
        }
        match direction.carries {
            now if now == carried => {}
            Carries::Tls => self.tls = self.tls.saturating_add(1),
            Carries::WebSocket => self.websockets = self.websockets.saturating_add(1),
            _ => {}
        }
        let has_more = direction.passed != passed;
        let sent = if has_more { direction.messages(packet) } else { Vec::new() };
        let after = direction.held();
        if tcp.rst() {
            self.directions.remove(&endpoints);
            self.held = self.held.saturating_sub(before);
            return sent;
        }
        self.held = self.held.saturating_sub(before).saturating_add(after);
        if self.held > MAX_HELD_BYTES {
            self.directions.retain(|_, direction| direction.is_idle());
            self.held = 0;
        }
        sent
    }

    /// Returns what is left of messages whose end is not in the capture.
    pub(super) fn rest(&mut self) -> Vec<Sent> {
        let mut rest = Vec::new();
        for direction in self.directions.values_mut() {
            // What waits for a segment that never came.
            if let Some(missing) = direction.skip_gap()
                && self.gaps.len() < MAX_GAPS
            {
                self.gaps.push((direction.packet, missing));
            }
            rest.extend(direction.messages(direction.packet));
            if !direction.bytes.is_empty() {
                rest.push(Sent {
                    bytes: std::mem::take(&mut direction.bytes),
                    packet: direction.packet,
                });
            }
        }
        rest.sort_by_key(|sent| sent.packet);
        rest
    }

    /// Returns the packets before which bytes of a SIP connection are missing, and how many.
    pub(super) fn gaps(&mut self) -> Vec<(usize, u64)> {
        std::mem::take(&mut self.gaps)
    }

    /// Returns how many connections carry TLS.
    pub(super) fn encrypted(&self) -> usize {
        self.tls.div_ceil(2)
    }

    pub(super) fn websockets(&self) -> usize {
        self.websockets
    }
}

impl Direction {
    fn held(&self) -> usize {
        self.bytes.capacity().saturating_add(self.early_bytes)
    }

    fn is_idle(&self) -> bool {
        self.held() == 0
    }

    /// Adds a segment. Returns how many bytes are missing before it, if they were given up.
    fn take(&mut self, sequence: u32, payload: &[u8], packet: usize) -> Option<u64> {
        if payload.is_empty() {
            return None;
        }
        self.packet = packet;
        if matches!(self.carries, Carries::Tls | Carries::WebSocket) {
            return None;
        }
        let next = *self.next.get_or_insert(sequence);
        let ahead = sequence.wrapping_sub(next);
        if ahead > u32::MAX / 2 {
            // Sent again: what of it is new follows what is there.
            let known = usize::try_from(next.wrapping_sub(sequence)).unwrap_or(usize::MAX);
            let new = payload.get(known..).unwrap_or_default();
            if !new.is_empty() {
                self.append(new);
            }
        } else if ahead == 0 {
            self.append(payload);
        } else {
            let distance = self.passed.saturating_add(u64::from(ahead));
            let known = self.early.get(&distance).map_or(0, Vec::len);
            if payload.len() > known {
                let before = if known == 0 { 0 } else { taken(known) };
                let more = taken(payload.len()).saturating_sub(before);
                self.early_bytes = self.early_bytes.saturating_add(more);
                self.early.insert(distance, payload.to_vec());
            }
            if self.early_bytes > MAX_WAITING_BYTES {
                return self.skip_gap();
            }
            return None;
        }
        self.take_early();
        None
    }

    fn append(&mut self, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
        self.next = self.next.map(|next| next.wrapping_add(length));
        self.passed = self.passed.saturating_add(u64::from(length));
        if self.bytes.is_empty() {
            match payload {
                [0x16, 3, ..] if self.carries == Carries::Unknown => {
                    self.carries = Carries::Tls;
                    return;
                }
                [b'G', b'E', b'T', b' ', ..] if self.carries == Carries::Unknown => {
                    let head = payload.to_ascii_lowercase();
                    if memchr::memmem::find(&head, b"upgrade: websocket").is_some() {
                        self.carries = Carries::WebSocket;
                        return;
                    }
                }
                _ => {}
            }
            // In the middle of a message, or of something else: wait for a beginning.
            let start = if self.is_in_step { in_step(payload) } else { beginning(payload) };
            if let Some(start) = start {
                self.bytes.extend_from_slice(payload.get(start..).unwrap_or_default());
            }
        } else {
            self.bytes.extend_from_slice(payload);
        }
    }

    fn take_early(&mut self) {
        while let Some(entry) = self.early.first_entry() {
            let Some(ahead) = entry.key().checked_sub(self.passed) else {
                let known =
                    usize::try_from(self.passed.saturating_sub(*entry.key())).unwrap_or(usize::MAX);
                let segment = entry.remove();
                self.early_bytes = self.early_bytes.saturating_sub(taken(segment.len()));
                if let Some(new) = segment.get(known..).filter(|new| !new.is_empty()) {
                    self.append(new);
                }
                continue;
            };
            if ahead > 0 {
                break;
            }
            let segment = entry.remove();
            self.early_bytes = self.early_bytes.saturating_sub(taken(segment.len()));
            self.append(&segment);
        }
    }

    /// Gives up what is missing, and goes on with the next message behind it.
    fn skip_gap(&mut self) -> Option<u64> {
        let first = *self.early.first_key_value()?.0;
        let missing = first.saturating_sub(self.passed);
        let was_sip = self.carries == Carries::Sip;
        self.bytes = Vec::new();
        self.begun = Begun::default();
        self.is_in_step = false;
        self.next =
            self.next.map(|next| next.wrapping_add(u32::try_from(missing).unwrap_or(u32::MAX)));
        self.passed = first;
        self.take_early();
        was_sip.then_some(missing)
    }

    /// Removes and returns the messages that are complete.
    fn messages(&mut self, packet: usize) -> Vec<Sent> {
        let mut sent = Vec::new();
        let mut at = 0;
        while let Some(rest) = self.bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let blank = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            at = at.saturating_add(blank);
            let message = rest.get(blank..).unwrap_or_default();
            let begun = &mut self.begun;
            let unsearched = message.get(begun.searched..).unwrap_or_default();
            let has_line = begun.has_line || memchr::memchr(b'\n', unsearched).is_some();
            let is_other = has_line && !begun.has_line && !begins_message(message);
            if is_other || message.len() > MAX_WAITING_BYTES {
                // Not SIP, or out of step: wait for a segment with a beginning.
                at = self.bytes.len();
                self.begun = Begun::default();
                self.is_in_step = false;
                break;
            }
            if has_line {
                begun.has_line = true;
                self.carries = Carries::Sip;
            }
            let Some(bytes) = begun.length(message).and_then(|length| message.get(..length)) else {
                break;
            };
            self.begun = Begun::default();
            sent.push(Sent { bytes: bytes.to_vec(), packet });
            at = at.saturating_add(bytes.len());
            self.is_in_step = true;
        }
        if at < self.bytes.len() {
            self.bytes.drain(..at);
        } else {
            // Most connections never have another incomplete message: keep no memory for it.
            self.bytes = Vec::new();
        }
        sent
    }
}

/// Returns how many bytes an early segment of that length takes in memory.
const fn taken(length: usize) -> usize {
    length.saturating_add(SEGMENT_BYTES)
}

/// Returns where the message begins in a segment that is the next one: behind line ends, which keep a connection alive.
fn in_step(payload: &[u8]) -> Option<usize> {
    let start = payload.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    payload.get(start)?.is_ascii_uppercase().then_some(start)
}

/// Returns where a message begins in a segment before which something is missing.
fn beginning(payload: &[u8]) -> Option<usize> {
    if begins_message(payload) {
        return Some(0);
    }
    memchr::memmem::find_iter(payload, b"\r\n").map(|end| end.saturating_add(2)).find(|start| {
        payload.get(*start..).is_some_and(|rest| !rest.starts_with(b"\r") && begins_message(rest))
    })
}

const HEAD_END: &[u8] = b"\r\n\r\n";

/// Returns the length of the message with which the bytes begin, and whose head ends there.
fn length(bytes: &[u8], head: usize) -> usize {
    let lines = bytes.get(..head).unwrap_or_default().split(|byte| *byte == b'\n');
    let body = lines.skip(1).find_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let (name, value) = line.split_at_checked(colon)?;
        let name = name.trim_ascii();
        let is_length =
            name.eq_ignore_ascii_case(b"content-length") || name.eq_ignore_ascii_case(b"l");
        let value = std::str::from_utf8(value.get(1..)?).ok()?;
        value.trim().parse::<usize>().ok().filter(|_| is_length)
    });
    // Over a stream Content-Length is mandatory (RFC 3261 section 18.3).
    head.saturating_add(HEAD_END.len()).saturating_add(body.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_segments_count_with_what_they_take() {
        let mut direction = Direction { next: Some(1), ..Direction::default() };
        for ahead in 1..2000 {
            assert_eq!(direction.take(1 + 2 * ahead, b"X", 1), None);
        }
        assert_eq!(direction.early_bytes, 1999 * taken(1));
        // A longer one in place of another counts once.
        direction.take(3, b"XY", 1);
        assert_eq!(direction.early_bytes, 1999 * taken(1) + 1);
        for ahead in 2000..2100 {
            direction.take(1 + 2 * ahead, b"X", 1);
        }
        assert!(direction.early_bytes <= MAX_WAITING_BYTES);
    }

    #[test]
    fn a_direction_keeps_no_memory_without_a_message() {
        let message = b"OPTIONS sip:a SIP/2.0\r\n\r\n";
        let mut direction = Direction::default();
        direction.take(1, &message.repeat(100), 1);
        assert!(direction.held() > 0);
        assert_eq!(direction.messages(1).len(), 100);
        assert_eq!(direction.bytes.capacity(), 0);
        assert!(direction.is_idle());
    }
}
