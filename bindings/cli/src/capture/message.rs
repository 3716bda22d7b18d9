//! A SIP message as far as a transfer is concerned, out of the lines of its head. Where a message begins and
//! ends, `text` and `packets` know. A capture has hundreds of thousands of messages, of which a transfer is
//! concerned with a few headers: only those are looked at, in one pass.

use std::fmt;

/// Where something is in a capture, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Place {
    Line(usize),
    Packet(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Packet(number) => write!(f, "packet {number}"),
        }
    }
}

/// A place where the capture is broken, or says less than it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaptureError {
    /// Absent for what concerns the whole capture.
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
}

/// More broken places than these are only counted.
const MOST_ERRORS: usize = 1000;

/// The places where a capture is broken, up to a limit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CaptureErrors {
    listed: Vec<CaptureError>,
    left_out: usize,
}

impl CaptureErrors {
    /// Adds a place, or counts it if there are too many.
    pub(super) fn push(&mut self, place: Place, message: impl Into<String>) {
        if self.listed.len() < MOST_ERRORS {
            self.listed.push(CaptureError { place: Some(place), message: message.into() });
        } else {
            self.left_out = self.left_out.saturating_add(1);
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.listed.len()
    }

    /// Returns the places, and how many more there are.
    pub(super) fn into_list(mut self) -> Vec<CaptureError> {
        if self.left_out > 0 {
            let message = format!("{} more broken places are not listed", self.left_out);
            self.listed.push(CaptureError { place: None, message });
        }
        self.listed
    }
}

/// The methods that concern a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Invite,
    Refer,
    Notify,
    Bye,
    Cancel,
    Other,
}

impl Method {
    /// Reads a name with case (RFC 3261 section 7.1).
    fn new(name: &[u8]) -> Self {
        match name {
            b"INVITE" => Self::Invite,
            b"REFER" => Self::Refer,
            b"NOTIFY" => Self::Notify,
            b"BYE" => Self::Bye,
            b"CANCEL" => Self::Cancel,
            _ => Self::Other,
        }
    }
}

/// The first line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    Request(Method),
    Response(u16),
}

/// A message, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    pub(crate) place: Place,
    /// In milliseconds on the capture's clock; 0 if it has none.
    pub(crate) at: u64,
    /// Times of messages with different numbers cannot be compared.
    pub(crate) clock: u32,
    pub(crate) head: Head,
    pub(crate) body: Vec<u8>,
}

/// What its first line and its headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) start: Start,
    pub(crate) call_id: String,
    pub(crate) from_tag: Option<String>,
    pub(crate) to_tag: Option<String>,
    pub(crate) cseq: u32,
    /// The method in its CSeq.
    pub(crate) method: Method,
    pub(crate) headers: Headers,
}

/// The headers that may be missing; of a repeated one the first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Headers {
    pub(crate) content_length: Option<usize>,
    pub(crate) event: Option<String>,
    pub(crate) subscription_state: Option<String>,
    /// Every one of them: there should be exactly one.
    pub(crate) refer_to: Vec<String>,
    pub(crate) refer_sub: Option<String>,
    /// There are credentials.
    pub(crate) is_authorized: bool,
}

/// What is wrong with a head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    pub(crate) expected: &'static str,
    /// Known all the same, to find the end of the message.
    pub(crate) content_length: Option<usize>,
}

/// More Refer-To headers than these are not kept.
const MOST_REFER_TOS: usize = 8;

impl Head {
    /// Reads the lines of a head, each with its end, and an empty one at the end.
    pub(crate) fn read(text: &[u8]) -> Result<Self, Unreadable> {
        let mut lines = Lines { rest: text };
        let first = lines.next().unwrap_or_default();
        let mut headers = Headers::default();
        let (mut call_id, mut cseq, mut from, mut to) = (None, None, None, None);
        let (mut event, mut subscription_state) = (None, None);
        for line in lines {
            let Some(colon) = memchr::memchr(b':', line) else { continue };
            let Some((name, [_, value @ ..])) = line.split_at_checked(colon) else { continue };
            let Some(name) = Name::new(name.trim_ascii_end()) else { continue };
            match name {
                Name::CallId => call_id = call_id.or(Some(value)),
                Name::CSeq => cseq = cseq.or(Some(value)),
                Name::From => from = from.or(Some(value)),
                Name::To => to = to.or(Some(value)),
                Name::Event => event = event.or(Some(value)),
                Name::SubscriptionState => {
                    subscription_state = subscription_state.or(Some(value));
                }
                Name::ReferTo if headers.refer_to.len() < MOST_REFER_TOS => {
                    headers.refer_to.push(unfold(value));
                }
                Name::ReferTo => {}
                Name::ReferSub => keep_first(&mut headers.refer_sub, value),
                Name::ContentLength => {
                    let length =
                        number(value.trim_ascii()).and_then(|length| usize::try_from(length).ok());
                    headers.content_length = headers.content_length.or(length);
                }
                Name::Authorization => headers.is_authorized = true,
            }
        }
        let content_length = headers.content_length;
        let expected = |expected| Unreadable { expected, content_length };
        let start = start(first).ok_or_else(|| expected("a status code of three digits"))?;
        let cseq = cseq.ok_or_else(|| expected("a CSeq header"))?;
        let (cseq, method) =
            number_and_method(cseq).ok_or_else(|| expected("a CSeq header as CSeq: 1 REFER"))?;
        let call_id = call_id.ok_or_else(|| expected("a Call-ID header"))?;
        let from = from.ok_or_else(|| expected("a From header"))?;
        let to = to.ok_or_else(|| expected("a To header"))?;
        if !concerns(start, method) {
            let (call_id, from_tag, to_tag) = (String::new(), None, None);
            return Ok(Self { start, call_id, from_tag, to_tag, cseq, method, headers });
        }
        headers.event = event.map(unfold);
        headers.subscription_state = subscription_state.map(unfold);
        let (from_tag, to_tag) = (tag(from), tag(to));
        Ok(Self { start, call_id: unfold(call_id), from_tag, to_tag, cseq, method, headers })
    }

    /// Returns whether a transfer may be concerned; of other messages, no more is read.
    pub(crate) fn concerns_transfers(&self) -> bool {
        concerns(self.start, self.method)
    }
}

fn concerns(start: Start, method: Method) -> bool {
    match start {
        Start::Request(method) => method != Method::Other,
        Start::Response(_) => matches!(method, Method::Refer | Method::Notify | Method::Invite),
    }
}

/// The headers that are looked at.
#[derive(Clone, Copy)]
enum Name {
    CallId,
    CSeq,
    From,
    To,
    Event,
    SubscriptionState,
    ReferTo,
    ReferSub,
    ContentLength,
    Authorization,
}

impl Name {
    fn new(name: &[u8]) -> Option<Self> {
        let (known, found): (&[u8], _) = match name {
            // The compact forms.
            [b'i' | b'I'] => return Some(Self::CallId),
            [b'f' | b'F'] => return Some(Self::From),
            [b't' | b'T'] => return Some(Self::To),
            [b'o' | b'O'] => return Some(Self::Event),
            [b'r' | b'R'] => return Some(Self::ReferTo),
            [b'l' | b'L'] => return Some(Self::ContentLength),
            [_, _] => (b"to", Self::To),
            [b'f' | b'F', _, _, _] => (b"from", Self::From),
            [_, _, _, _] => (b"cseq", Self::CSeq),
            [_, _, _, _, _] => (b"event", Self::Event),
            [_, _, _, _, _, _, _] => (b"call-id", Self::CallId),
            [_, _, _, _, _, _, _, _] => (b"refer-to", Self::ReferTo),
            _ => match name.len() {
                9 => (b"refer-sub", Self::ReferSub),
                13 => (b"authorization", Self::Authorization),
                14 => (b"content-length", Self::ContentLength),
                18 => (b"subscription-state", Self::SubscriptionState),
                19 => (b"proxy-authorization", Self::Authorization),
                _ => return None,
            },
        };
        name.eq_ignore_ascii_case(known).then_some(found)
    }
}

/// The lines of a head, without their ends; a folded one with the ends inside (RFC 3261 section 7.3.1).
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let mut ends = memchr::memchr_iter(b'\n', self.rest);
        let is_last = |end: &usize| {
            let next = self.rest.get(end.saturating_add(1));
            !matches!(next, Some(b' ' | b'\t'))
        };
        let end = ends.find(is_last).unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest.get(1..).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

fn start(line: &[u8]) -> Option<Start> {
    match line {
        // A code that SIP does not have is the transfer's to ignore.
        [b'S', b'I', b'P', b'/', b'2', b'.', b'0', rest @ ..] => {
            let digits = rest.trim_ascii_start().get(..3)?;
            number(digits).and_then(|code| u16::try_from(code).ok()).map(Start::Response)
        }
        // The Request-URI plays no part, and need not be a SIP URI.
        _ => {
            let method = line.split(|byte| *byte == b' ').next()?;
            Some(Start::Request(Method::new(method)))
        }
    }
}

fn number_and_method(value: &[u8]) -> Option<(u32, Method)> {
    let mut words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let (number, method) = (number(words.next()?)?, Method::new(words.next()?));
    words.next().is_none().then_some((number, method))
}

fn number(digits: &[u8]) -> Option<u32> {
    let add = |number: u32, digit: &u8| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    };
    digits.iter().try_fold(0, add).filter(|_| !digits.is_empty())
}

fn keep_first(slot: &mut Option<String>, value: &[u8]) {
    slot.get_or_insert_with(|| unfold(value));
}

/// Joins a folded value to one line.
fn unfold(value: &[u8]) -> String {
    let value = value.trim_ascii();
    match std::str::from_utf8(value) {
        Ok(line) if memchr::memchr2(b'\r', b'\n', value).is_none() => line.to_owned(),
        _ => {
            let value = String::from_utf8_lossy(value);
            value.lines().map(str::trim).collect::<Vec<_>>().join(" ")
        }
    }
}

/// Returns the tag of a From or To, whatever the scheme of its address.
fn tag(value: &[u8]) -> Option<String> {
    let params = memchr::memrchr(b'>', value).and_then(|end| value.get(end..)).unwrap_or(value);
    params.split(|byte| *byte == b';').skip(1).find_map(|param| {
        let equals = memchr::memchr(b'=', param)?;
        let (name, value) = param.split_at_checked(equals)?;
        name.trim_ascii()
            .eq_ignore_ascii_case(b"tag")
            .then(|| unfold(value.get(1..).unwrap_or_default()))
    })
}
