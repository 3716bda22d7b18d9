//! A SIP message as far as a transfer is concerned, out of the lines of its head: the library reads
//! them. Where a message begins and ends, `text` and `packets` know.

use std::fmt;

use bytes::Bytes;
use ezk_sip_types::header::HeaderParse;
use ezk_sip_types::header::typed::CSeq;
use ezk_sip_types::msg::{Line, PullParser, StatusLine};
use ezk_sip_types::{Method, Name};

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
pub(crate) struct Fault {
    /// Absent for what concerns the whole capture.
    pub(crate) place: Option<Place>,
    pub(crate) message: String,
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq)]
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

const REFER_SUB: Name = Name::custom("Refer-Sub", &["refer-sub"]);

/// More Refer-To headers than these are only counted as too many.
const MOST_REFER_TOS: usize = 8;

impl Head {
    /// The lines of a head with CR LF behind each, and an empty one at the end.
    pub(crate) fn read(text: &str) -> Result<Self, Unreadable> {
        let source = Bytes::copy_from_slice(text.as_bytes());
        let mut lines =
            PullParser::new(&source, 0).map_while(|line| std::str::from_utf8(line.ok()?).ok());
        let first = lines.next().unwrap_or_default();
        let mut headers = Headers::default();
        let (mut call_id, mut cseq, mut from, mut to) = (None, None, None, None);
        for line in lines {
            let Ok((_, Line { name, value })) = Line::parse(&source, line) else { continue };
            match () {
                () if name == Name::CALL_ID => keep_first(&mut call_id, &value),
                () if name == Name::CSEQ => keep_first(&mut cseq, &value),
                () if name == Name::FROM => keep_first(&mut from, &value),
                () if name == Name::TO => keep_first(&mut to, &value),
                () if name == Name::EVENT => keep_first(&mut headers.event, &value),
                () if name == Name::SUBSCRIPTION_STATE => {
                    keep_first(&mut headers.subscription_state, &value);
                }
                () if name == Name::REFER_TO && headers.refer_to.len() < MOST_REFER_TOS => {
                    headers.refer_to.push(unfold(&value));
                }
                () if name == REFER_SUB => keep_first(&mut headers.refer_sub, &value),
                () if name == Name::CONTENT_LENGTH => {
                    let length = value.trim().parse().ok();
                    headers.content_length = headers.content_length.or(length);
                }
                () if name == Name::AUTHORIZATION || name == Name::PROXY_AUTHORIZATION => {
                    headers.is_authorized = true;
                }
                () => {}
            }
        }
        let content_length = headers.content_length;
        let expected = |expected| Unreadable { expected, content_length };
        let start = start(first).ok_or_else(|| expected("a status code of three digits"))?;
        let cseq = cseq.ok_or_else(|| expected("a CSeq header"))?;
        let cseq =
            number_and_method(&cseq).ok_or_else(|| expected("a CSeq header as CSeq: 1 REFER"))?;
        Ok(Self {
            start,
            call_id: call_id.ok_or_else(|| expected("a Call-ID header"))?,
            from_tag: tag(&from.ok_or_else(|| expected("a From header"))?),
            to_tag: tag(&to.ok_or_else(|| expected("a To header"))?),
            cseq: cseq.cseq,
            method: cseq.method,
            headers,
        })
    }
}

fn start(line: &str) -> Option<Start> {
    if line.starts_with("SIP/2.0") {
        // A code that SIP does not have is the transfer's to ignore.
        return line.parse::<StatusLine>().ok().map(|line| Start::Response(line.code.into_u16()));
    }
    // The Request-URI plays no part, and need not be a SIP URI.
    line.split(' ').next().map(|method| Start::Request(Method::from(method)))
}

fn number_and_method(value: &str) -> Option<CSeq> {
    let source = Bytes::copy_from_slice(value.as_bytes());
    let text = std::str::from_utf8(&source).ok()?;
    CSeq::parse(&source, text).ok().filter(|(rest, _)| rest.trim().is_empty()).map(|(_, cseq)| cseq)
}

fn keep_first(slot: &mut Option<String>, value: &str) {
    slot.get_or_insert_with(|| unfold(value));
}

/// A folded value on one line (RFC 3261 section 7.3.1).
fn unfold(value: &str) -> String {
    if !value.contains(['\r', '\n']) {
        return value.trim().to_owned();
    }
    value.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The tag of a From or To. The address before it may be of any scheme, for instance `tel`, which the
/// library's own type does not take.
fn tag(value: &str) -> Option<String> {
    let params = value.rsplit_once('>').map_or(value, |(_, params)| params);
    params.split(';').skip(1).find_map(|param| {
        let (name, value) = param.split_once('=')?;
        name.trim().eq_ignore_ascii_case("tag").then(|| value.trim().to_owned())
    })
}
