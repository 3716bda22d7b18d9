//! What both sides of a call are asked and answer: arguments as C has them and as core does, places for
//! outputs that tell whether they were written, and the judge between the two answers.

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use arbitrary::Arbitrary;
use twiml_refer::{Error, error::ErrorKind, webhook::VerifyError};
use twiml_refer_c::callback::twr_pair;
use twiml_refer_c::error::{
    TWR_STATUS_BUFFER_TOO_SMALL, TWR_STATUS_CALLBACK_INVALID, TWR_STATUS_INVALID_ARGUMENT,
    TWR_STATUS_NONE, TWR_STATUS_OK, TWR_STATUS_REFUSED, TWR_STATUS_SIGNATURE_MISMATCH,
    TWR_STATUS_SIGNATURE_MISSING, TWR_STATUS_TOO_LARGE, twr_error, twr_status,
};
use twiml_refer_c::text::twr_str;

/// A reason why a call fails.
#[derive(Debug)]
pub(super) enum No {
    Argument,
    TooSmall,
    None,
    Refused(Error),
    Verify(VerifyError),
}

/// What is to be answered: a value, or all that is wrong, of which a call names one.
pub(super) type Said<T> = Result<T, Vec<No>>;

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<VerifyError> for No {
    fn from(error: VerifyError) -> Self {
        Self::Verify(error)
    }
}

/// What core answers.
pub(super) fn core<T, E: Into<No>>(answer: Result<T, E>) -> Said<T> {
    answer.map_err(|error| vec![error.into()])
}

/// What is there, or is not.
pub(super) fn found<T>(thing: Option<T>) -> Said<T> {
    thing.ok_or_else(|| vec![No::None])
}

/// Both, or what is wrong with either.
pub(super) trait With<T>: Sized {
    fn with<U>(self, other: Said<U>) -> Said<(T, U)>;
}

impl<T> With<T> for Said<T> {
    fn with<U>(self, other: Said<U>) -> Said<(T, U)> {
        match (self, other) {
            (Ok(one), Ok(two)) => Ok((one, two)),
            (Err(mut one), Err(mut two)) => {
                one.append(&mut two);
                Err(one)
            }
            (Err(wrong), Ok(_)) | (Ok(_), Err(wrong)) => Err(wrong),
        }
    }
}

/// Text as it may come over the border.
#[derive(Debug, Arbitrary)]
pub(super) enum Text<'a> {
    Word(u8),
    Bytes(&'a [u8]),
    Absent,
    /// A length without bytes.
    Missing(u8),
    /// A length that no object has.
    Endless,
}

/// Where a fuzzer would take long to come by itself.
const WORDS: [&str; 40] = [
    "sip:alice@example.com",
    "sips:bob:pw@[::1]:5061;transport=tcp;lr?X-A=1&X-B=%20",
    "alice",
    "example.com",
    "sips",
    "X-Reason",
    "billing question",
    "Say",
    "Gather",
    "Refer",
    "Sip",
    "action",
    "/handleRefer",
    "GET",
    "POST",
    "<Response><Refer action=\"/a\"><Sip>sip:a@b.c?X-A=1</Sip></Refer></Response>",
    "<Response><Gather a=\"1\"><Say>x</Say><!--c--></Gather><Refer/>text</Response>",
    "https://example.com/a?b=1",
    "https://example.com:443/a",
    "http://u:p@example.com/#f",
    "12345",
    "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486&From=sip:a",
    "ReferCallStatus=in-progress&SipHeader_X-A=1&SipHeader_X-A=2&ReferSipResponseCode=x",
    "ReferCallStatus",
    "ReferSipResponseCode",
    "canceled",
    "202",
    "refer",
    "refer;id=1",
    "active;expires=60",
    "terminated;reason=noresource",
    "SIP/2.0 100 Trying\r\n",
    "SIP/2.0 200 OK\r\n",
    "SIP/2.0 486 Busy Here\r\n",
    "AC0123456789abcdef0123456789abcdef",
    "CA0123456789abcdef0123456789abcdef",
    "https://api.dublin.ie1.twilio.com",
    "tel:+14158675309",
    " \"Alice\" <sip:a@b.c>;tag=x",
    "61;encoding=hex;purpose=p;content=c",
];

/// Readable, and never read.
const BYTE: &str = "x";

impl Text<'_> {
    fn given(&self) -> &[u8] {
        match self {
            Self::Word(number) => WORDS[usize::from(*number) % WORDS.len()].as_bytes(),
            Self::Bytes(bytes) => bytes,
            Self::Absent | Self::Missing(_) | Self::Endless => &[],
        }
    }

    pub(super) fn c(&self) -> twr_str {
        match self {
            Self::Word(_) | Self::Bytes(_) => {
                let bytes = self.given();
                twr_str { ptr: bytes.as_ptr().cast(), len: bytes.len() }
            }
            Self::Absent => twr_str { ptr: ptr::null(), len: 0 },
            Self::Missing(len) => twr_str { ptr: ptr::null(), len: usize::from(*len).max(1) },
            Self::Endless => twr_str { ptr: BYTE.as_ptr().cast(), len: usize::MAX / 2 + 1 },
        }
    }

    pub(super) fn bytes(&self) -> Said<&[u8]> {
        match self {
            Self::Missing(_) | Self::Endless => Err(vec![No::Argument]),
            _ => Ok(self.given()),
        }
    }

    pub(super) fn text(&self) -> Said<&str> {
        self.bytes().and_then(|bytes| core(std::str::from_utf8(bytes).map_err(Error::from)))
    }

    pub(super) fn maybe_text(&self) -> Said<Option<&str>> {
        if matches!(self, Self::Absent) { Ok(None) } else { self.text().map(Some) }
    }
}

/// An array of pairs as it may come over the border.
#[derive(Debug, Arbitrary)]
pub(super) struct Pairs<'a> {
    pairs: Vec<(Text<'a>, Text<'a>)>,
    odd: u8,
}

impl Pairs<'_> {
    /// Its beginning and count; `room` keeps it alive.
    pub(super) fn c(&self, room: &mut Vec<twr_pair>) -> (*const twr_pair, usize) {
        room.extend(self.pairs.iter().map(|(n, v)| twr_pair { name: n.c(), value: v.c() }));
        match self.odd {
            0xfe => (room.as_ptr(), usize::MAX),
            0xff => (ptr::null(), room.len()),
            _ => (room.as_ptr(), room.len()),
        }
    }

    pub(super) fn pairs(&self) -> Said<Vec<(&str, &str)>> {
        let is_wrong = self.odd == 0xfe || (self.odd == 0xff && !self.pairs.is_empty());
        let start = if is_wrong { Err(vec![No::Argument]) } else { Ok(Vec::new()) };
        self.pairs.iter().fold(start, |so_far, (name, value)| {
            so_far.with(name.text().with(value.text())).map(|(mut pairs, pair)| {
                pairs.push(pair);
                pairs
            })
        })
    }
}

/// Which of the places of a call are NULL: that of the error is the first.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(super) struct Places(u16);

impl Places {
    fn is_null(self, number: u16) -> bool {
        (self.0 >> (number * 3)) & 7 == 7
    }

    pub(super) fn place<T>(self, number: u16) -> Place<T> {
        Place { value: MaybeUninit::uninit(), is_null: self.is_null(number) }
    }
}

const PATTERN: u8 = 0xa5;

/// Where an output goes; every byte tells whether it was written.
pub(super) struct Place<T> {
    value: MaybeUninit<T>,
    is_null: bool,
}

impl<T> Place<T> {
    /// What the call is given.
    pub(super) fn ptr(&mut self) -> *mut T {
        let place = self.value.as_mut_ptr();
        // SAFETY: it is our own, and as large.
        unsafe { place.write_bytes(PATTERN, 1) };
        if self.is_null { ptr::null_mut() } else { place }
    }

    /// What the call wrote.
    ///
    /// # Safety
    ///
    /// It was judged to have succeeded.
    pub(super) unsafe fn get(&self) -> T {
        // SAFETY: the caller's promise.
        unsafe { self.value.assume_init_read() }
    }
}

pub(super) trait Output {
    fn is_null(&self) -> bool;
    fn is_untouched(&self) -> bool;
}

impl<T> Output for Place<T> {
    fn is_null(&self) -> bool {
        self.is_null
    }

    fn is_untouched(&self) -> bool {
        // SAFETY: `ptr` wrote every byte, and no failing call may write another.
        let bytes =
            unsafe { std::slice::from_raw_parts(self.value.as_ptr().cast::<u8>(), size_of::<T>()) };
        bytes.iter().all(|byte| *byte == PATTERN)
    }
}

/// What a call returned, and what it wrote about it.
pub(super) struct Answer {
    status: twr_status,
    // Moving the bytes between the fields need not keep them, so that it stays where it was written.
    error: Box<Place<twr_error>>,
}

/// Calls it with a place for the error.
pub(super) fn ask(places: Places, call: impl FnOnce(*mut twr_error) -> twr_status) -> Answer {
    let mut error = Box::new(places.place(0));
    let status = call(error.ptr());
    Answer { status, error }
}

impl Answer {
    /// The value, if that is the answer; the outputs are as they were, if it is not.
    pub(super) fn judge<T>(self, said: Said<T>, outputs: &[&dyn Output]) -> Option<T> {
        let is_wrong = outputs.iter().any(|output| output.is_null());
        let wrong = if is_wrong { Err(vec![No::Argument]) } else { Ok(()) };
        match said.with(wrong) {
            Ok((value, ())) => {
                assert_eq!(self.status, TWR_STATUS_OK);
                assert!(self.error.is_untouched(), "an error was written, but there is none");
                Some(value)
            }
            Err(reasons) => {
                assert!(
                    reasons.iter().any(|no| self.status == no.status() && self.tells(no)),
                    "{} for {reasons:?}",
                    self.status
                );
                assert!(outputs.iter().all(|output| output.is_untouched()), "{reasons:?}");
                None
            }
        }
    }

    fn tells(&self, no: &No) -> bool {
        if self.error.is_null {
            return true;
        }
        // SAFETY: the call failed and so wrote all of it; if it did not, the pattern is in it, which
        // are numbers as well.
        let written = unsafe { self.error.get() };
        let message = terminated(&written.message);
        let parameter = terminated(&written.parameter);
        let expected = match no {
            No::Refused(error) => Some(error.clone()),
            No::Verify(error) => Some(Error::from(error.clone())),
            _ => None,
        };
        let rest = (written.kind, written.number, written.offset, written.line, written.column);
        let is_told = match expected {
            None => rest == (0, 0, usize::MAX, 0, 0) && !message.is_empty() && parameter.is_empty(),
            Some(error) => {
                let whole = error.parameter().unwrap_or_default();
                let is_whole = if whole.len() < written.parameter.len() {
                    parameter == whole
                } else {
                    whole.starts_with(parameter) && parameter.len() + 4 >= written.parameter.len()
                };
                let place = (error.line().unwrap_or(0), error.column().unwrap_or(0));
                let number = error.platform_number().unwrap_or(0);
                let offset = error.offset().unwrap_or(usize::MAX);
                rest == (error.kind().number(), number, offset, place.0, place.1)
                    && message == error.message()
                    && is_whole
            }
        };
        is_told && written.status == self.status && written.reserved == [0; 4]
    }
}

impl No {
    fn status(&self) -> twr_status {
        match self {
            Self::Argument => TWR_STATUS_INVALID_ARGUMENT,
            Self::TooSmall => TWR_STATUS_BUFFER_TOO_SMALL,
            Self::None => TWR_STATUS_NONE,
            Self::Refused(error) | Self::Verify(VerifyError::Request(error))
                if error.kind() == ErrorKind::RequestTooLarge =>
            {
                TWR_STATUS_TOO_LARGE
            }
            Self::Refused(_) => TWR_STATUS_REFUSED,
            Self::Verify(VerifyError::SignatureMissing) => TWR_STATUS_SIGNATURE_MISSING,
            Self::Verify(VerifyError::SignatureMismatch) => TWR_STATUS_SIGNATURE_MISMATCH,
            Self::Verify(_) => TWR_STATUS_CALLBACK_INVALID,
        }
    }
}

fn terminated(text: &[c_char]) -> &str {
    // SAFETY: as many bytes, and the same size.
    let bytes = unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<u8>(), text.len()) };
    let text = CStr::from_bytes_until_nul(bytes).expect("a NUL ends it");
    text.to_str().expect("it is cut between characters")
}

/// A buffer, beside what is to be written into it.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(super) enum Room {
    Enough,
    OneLess,
    Of(u8),
    Null(u8),
}

/// Calls what writes into a buffer, and judges it: all is written, or nothing but the length.
pub(super) fn fill(
    room: Room,
    places: Places,
    said: Said<Vec<u8>>,
    others: &[&dyn Output],
    call: impl FnOnce(*mut c_char, usize, *mut usize, *mut twr_error) -> twr_status,
) -> bool {
    let needed = said.as_ref().map_or(0, Vec::len);
    let capacity = match room {
        Room::Enough => needed,
        Room::OneLess => needed.saturating_sub(1),
        Room::Of(capacity) | Room::Null(capacity) => usize::from(capacity),
    };
    let mut buffer = vec![PATTERN; capacity + 8];
    let is_null = matches!(room, Room::Null(_));
    let place = if is_null { ptr::null_mut() } else { buffer.as_mut_ptr().cast() };
    let mut length = places.place::<usize>(1);
    let at = length.ptr();
    let answer = ask(places, |error| call(place, capacity, at, error));
    let is_argument = is_null && capacity > 0;
    let buffered = if is_argument { Err(vec![No::Argument]) } else { Ok(()) };
    let is_writable = !is_argument && !length.is_null;
    let is_too_small = needed > capacity && is_writable;
    let fits = if is_too_small { Err(vec![No::TooSmall]) } else { Ok(()) };
    let is_told = said.is_ok() && is_too_small && !others.iter().any(|other| other.is_null());
    let mut outputs = others.to_vec();
    if !is_told {
        outputs.push(&length);
    }
    let written =
        answer.judge(said.with(buffered).with(fits), &outputs).map(|((text, ()), ())| text);
    if written.is_some() || is_told {
        // SAFETY: it was written, as the pattern would show.
        assert_eq!(unsafe { length.get() }, needed);
    }
    let text = written.as_deref().unwrap_or_default();
    let (filled, rest) = buffer.split_at(text.len());
    assert_eq!(filled, text);
    assert!(rest.iter().all(|byte| *byte == PATTERN), "written beyond the end");
    written.is_some()
}

/// What a view shows; `None` where it is absent.
///
/// # Safety
///
/// The view was handed out and has not ended.
pub(super) unsafe fn seen<'a>(view: twr_str) -> Option<&'a str> {
    if view.ptr.is_null() {
        assert_eq!(view.len, 0);
        return None;
    }
    // SAFETY: the caller's promise.
    let bytes = unsafe { std::slice::from_raw_parts(view.ptr.cast::<u8>(), view.len) };
    Some(std::str::from_utf8(bytes).expect("views are UTF-8"))
}

/// A handle, and what it stands for.
pub(super) struct Slot<H, M> {
    pub(super) handle: *mut H,
    pub(super) model: Option<M>,
    free: unsafe extern "C" fn(*mut *mut H),
}

impl<H, M> Slot<H, M> {
    pub(super) fn new(free: unsafe extern "C" fn(*mut *mut H)) -> Self {
        Self { handle: ptr::null_mut(), model: None, free }
    }

    /// What it stands for; a handle that is NULL is a wrong argument.
    pub(super) fn get(&self) -> Said<&M> {
        self.model.as_ref().ok_or_else(|| vec![No::Argument])
    }

    pub(super) fn get_mut(&mut self) -> Said<&mut M> {
        self.model.as_mut().ok_or_else(|| vec![No::Argument])
    }

    /// Judges a call that makes an object, and keeps that instead of the one before.
    pub(super) fn keep(&mut self, answer: Answer, said: Said<M>, place: &Place<*mut H>) {
        if let Some(model) = answer.judge(said, &[place]) {
            self.free();
            // SAFETY: the call succeeded.
            self.handle = unsafe { place.get() };
            assert!(!self.handle.is_null());
            self.model = Some(model);
        }
    }

    /// Frees it, and once more, which is no harm.
    pub(super) fn free(&mut self) {
        self.model = None;
        for _ in 0..2 {
            // SAFETY: it is of this library or NULL.
            unsafe { (self.free)(&raw mut self.handle) };
            assert!(self.handle.is_null());
        }
        // SAFETY: NULL is no harm.
        unsafe { (self.free)(ptr::null_mut()) };
    }
}
