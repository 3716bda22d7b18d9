//! Finds the messages in a TCP stream (RFC 3261 section 18.3).

use super::message::{head_end, stream_content_length};

/// What comes next in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// All of a message.
    Message(Vec<u8>),
    /// A double CRLF, which is answered with a single one (RFC 5626 section 4.4.1).
    Ping,
    /// A message whose end is unknown, or that is larger than the limit. Nothing that follows can be read.
    Broken(Vec<u8>),
}

/// Takes in bytes, and puts out frames.
#[derive(Debug)]
pub(super) struct Framer {
    buffer: Vec<u8>,
    /// Where the message at hand begins.
    begin: usize,
    /// Up to where no end of its head was found, from `begin`.
    searched: usize,
    /// Its length, once its head is complete.
    length: Option<usize>,
    max: usize,
}

impl Framer {
    pub(super) const fn new(max: usize) -> Self {
        Self { buffer: Vec::new(), begin: 0, searched: 0, length: None, max }
    }

    /// Returns whether a message has begun.
    pub(super) fn is_amid_message(&self) -> bool {
        self.rest().iter().any(|byte| !is_line_end(byte))
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.begin);
        self.begin = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next frame, if all of it has come.
    pub(super) fn next(&mut self) -> Option<Frame> {
        if self.length.is_none() {
            if self.rest().starts_with(b"\r\n\r\n") {
                self.skip(4);
                return Some(Frame::Ping);
            }
            // Line ends before a message are ignored (RFC 3261 section 7.5); at the end, they may be half of a ping.
            let ends = self.rest().iter().take_while(|byte| is_line_end(byte)).count();
            if ends > 0 && ends < self.rest().len() {
                self.skip(ends);
            }
            let Some(head) = head_end(self.rest(), self.searched) else {
                self.searched = self.rest().len().saturating_sub(3);
                return (self.rest().len() > self.max).then(|| self.give_up());
            };
            let content = stream_content_length(self.rest().get(..head)?);
            let length = content.and_then(|content| head.checked_add(content));
            self.length = length.filter(|length| *length <= self.max);
            if self.length.is_none() {
                return Some(self.give_up());
            }
        }
        let length = self.length?;
        let message = self.rest().get(..length)?.to_vec();
        self.skip(length);
        Some(Frame::Message(message))
    }

    fn rest(&self) -> &[u8] {
        self.buffer.get(self.begin..).unwrap_or_default()
    }

    fn skip(&mut self, bytes: usize) {
        self.begin = self.begin.saturating_add(bytes);
        (self.length, self.searched) = (None, 0);
    }

    fn give_up(&mut self) -> Frame {
        let rest = self.rest().to_vec();
        self.skip(rest.len());
        Frame::Broken(rest)
    }
}

const fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}
