//! The C ABI, called in any order with anything that C can pass. Looked for are crashes, reads and writes out of
//! bounds, and what holds of every call: a status that exists, an error that says it, NULL for a handle that was
//! not made, nothing behind the end of a buffer.
// C's conventions are kept by hand here as a caller in C does; nothing else in the targets is unsafe.
#![allow(unsafe_code)]

use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};

use arbitrary::Arbitrary;
use twiml_refer_c::{
    diagnostics::*, document::*, error::*, request::*, rest::*, text::twr_str, transfer::*,
    twr_version, uri::*, user_to_user::*, validator::*,
};

/// A call of the C ABI.
#[derive(Debug, Arbitrary)]
pub struct Call<'a> {
    function: u8,
    /// Which object of its type is used, and which is made.
    used: u8,
    made: u8,
    texts: [Text<'a>; 4],
    number: i64,
    choice: u8,
    index: u8,
    flag: bool,
    capacity: u8,
    /// Bits: which places are NULL.
    nulls: u8,
}

/// Text as it may be passed.
#[derive(Debug, Arbitrary)]
enum Text<'a> {
    Word(u8),
    Bytes(&'a [u8]),
    Absent,
    /// A length without bytes.
    Missing(u8),
    /// A length that no object has.
    Endless,
}

/// What a fuzzer would take long to find by itself.
const WORDS: [&str; 22] = [
    "sip:alice@example.com",
    "sips:bob:pw@[::1]:5061;transport=tcp;lr?X-A=1&User-to-User=61%3Bencoding%3Dhex",
    "example.com",
    "X-Reason",
    "Say",
    "Refer",
    "action",
    "GET",
    "<Response><Refer action=\"/a\"><Sip>sip:a@b.c?X-A=1</Sip></Refer></Response>",
    "<Response><Gather a=\"1\"><Say>x</Say><!--c--></Gather><Refer/>text</Response>",
    "https://example.com:443/a?b=1",
    "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=x&SipHeader_X-A=1",
    "12345",
    "refer;id=1",
    "active;expires=60",
    "terminated;reason=noresource",
    "SIP/2.0 486 Busy Here\r\n",
    "SIP/2.0 200 OK\r\n",
    "AC0123456789abcdef0123456789abcdef",
    "CA0123456789abcdef0123456789abcdef",
    "<tel:+14158675309>;x=1",
    "61;encoding=hex;purpose=p;content=c",
];

impl Text<'_> {
    fn c(&self) -> twr_str {
        let view = |bytes: &[u8]| twr_str { ptr: bytes.as_ptr().cast(), len: bytes.len() };
        match self {
            Self::Word(number) => view(WORDS[usize::from(*number) % WORDS.len()].as_bytes()),
            Self::Bytes(bytes) => view(bytes),
            Self::Absent => twr_str { ptr: null(), len: 0 },
            Self::Missing(len) => twr_str { ptr: null(), len: usize::from(*len).max(1) },
            Self::Endless => twr_str { ptr: WORDS[0].as_ptr().cast(), len: usize::MAX / 2 + 1 },
        }
    }
}

/// The objects of a type; each is made anew by freeing what was there.
struct Slots<T>([*mut T; 2], unsafe extern "C" fn(*mut *mut T));

impl<T> Slots<T> {
    fn new(free: unsafe extern "C" fn(*mut *mut T)) -> Self {
        Self([null_mut(); 2], free)
    }
    fn get(&self, number: u8) -> *mut T {
        self.0[usize::from(number % 2)]
    }
    /// Makes an object: NULL is left if that fails.
    fn make(&mut self, call: &Call<'_>, make: impl FnOnce(*mut *mut T, *mut twr_error) -> i32) {
        let mut handle = std::ptr::NonNull::dangling().as_ptr();
        let place = if call.nulls & 1 != 0 { null_mut() } else { &raw mut handle };
        let status = checked(call, |error| make(place, error));
        if place.is_null() {
            assert_ne!(status, TWR_STATUS_OK);
            return;
        }
        assert_eq!(status == TWR_STATUS_OK, !handle.is_null());
        self.free(call.made);
        self.0[usize::from(call.made % 2)] = handle;
    }
    fn free(&mut self, number: u8) {
        let handle = &mut self.0[usize::from(number % 2)];
        // SAFETY: made by this library, and nobody else has it; twice does no harm.
        unsafe {
            (self.1)(handle);
            (self.1)(handle);
            (self.1)(null_mut());
        }
        assert!(handle.is_null());
    }
}

impl<T> Drop for Slots<T> {
    fn drop(&mut self) {
        self.free(0);
        self.free(1);
    }
}

/// Calls with a place for the error, and checks what both say.
fn checked(call: &Call<'_>, ask: impl FnOnce(*mut twr_error) -> i32) -> i32 {
    let mut error = MaybeUninit::<twr_error>::zeroed();
    let place = if call.nulls & 2 != 0 { null_mut() } else { error.as_mut_ptr() };
    let status = ask(place);
    assert!(!twr_status_name(status).ptr.is_null() && status != TWR_STATUS_INTERNAL, "{status}");
    if !place.is_null() {
        // SAFETY: zeros are a valid error.
        let error = unsafe { error.assume_init() };
        assert_eq!(error.status, status);
        assert_eq!(error.kind != 0, error.group != 0);
        assert!(error.kind == 0 || !twr_kind_name(error.kind).ptr.is_null());
        for text in [&error.parameter[..], &error.message[..]] {
            // SAFETY: as many bytes, and the same size.
            let bytes =
                unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<u8>(), text.len()) };
            let text = CStr::from_bytes_until_nul(bytes).expect("a NUL ends it");
            text.to_str().expect("it is cut between characters");
        }
    }
    status
}

fn perform(call: &Call<'_>, ask: impl FnOnce(*mut twr_error) -> i32) {
    checked(call, ask);
}

fn inspect<T>(call: &Call<'_>, ask: impl FnOnce(*mut T, *mut twr_error) -> i32, see: fn(&T)) {
    if let Some(value) = read(call, ask) {
        see(&value);
    }
}

fn see(views: &[twr_str]) {
    for view in views {
        seen(*view);
    }
}

/// Calls what writes a structure or value, whose views are read.
fn read<T>(call: &Call<'_>, ask: impl FnOnce(*mut T, *mut twr_error) -> i32) -> Option<T> {
    let mut value = MaybeUninit::<T>::uninit();
    let place = if call.nulls & 1 != 0 { null_mut() } else { value.as_mut_ptr() };
    let status = checked(call, |error| ask(place, error));
    // SAFETY: it was written.
    (status == TWR_STATUS_OK).then(|| unsafe { value.assume_init() })
}

/// Calls what writes text: never behind the end of the buffer, and with a NUL where there is room.
fn text(call: &Call<'_>, ask: impl FnOnce(*mut c_char, usize, *mut usize, *mut twr_error) -> i32) {
    const PATTERN: u8 = 0xa5;
    let capacity = usize::from(call.capacity) * 8;
    let mut buffer = vec![PATTERN; capacity + 8];
    let mut length = usize::MAX;
    let place = if call.nulls & 4 != 0 { null_mut() } else { buffer.as_mut_ptr().cast() };
    let at = if call.nulls & 1 != 0 { null_mut() } else { &raw mut length };
    let status = checked(call, |error| ask(place, capacity, at, error));
    assert!(buffer[capacity..].iter().all(|byte| *byte == PATTERN));
    match status {
        TWR_STATUS_OK if length < capacity => assert_eq!(buffer[length], 0),
        TWR_STATUS_OK => assert_eq!(length, capacity),
        TWR_STATUS_BUFFER_TOO_SMALL => assert!(length > capacity),
        _ => assert_eq!(length, usize::MAX),
    }
}

/// Reads every byte of a view.
fn seen(view: twr_str) -> usize {
    if view.ptr.is_null() {
        return 0;
    }
    // SAFETY: a view of the library, whose object is alive and was not changed.
    let bytes = unsafe { std::slice::from_raw_parts(view.ptr.cast::<u8>(), view.len) };
    bytes.iter().map(|byte| usize::from(*byte)).sum()
}

fn see_pair(pair: &twr_pair) {
    seen(pair.name);
    seen(pair.value);
}

fn see_diagnostic(one: &twr_diagnostic) {
    assert!(
        !twr_code_name(one.code).ptr.is_null() && !twr_severity_name(one.severity).ptr.is_null()
    );
    see(&[one.name, one.path, one.message, one.parameter]);
}

fn see_report(report: &twr_refer_report) {
    assert!(!twr_outcome_name(report.outcome.kind).ptr.is_null());
    let outcome = &report.outcome;
    see(&[report.call_status_text, report.form, outcome.call_status_text, outcome.explanation]);
}

/// The objects that a caller has.
struct Session {
    uris: Slots<twr_uri>,
    values: Slots<twr_user_to_user>,
    diagnostics: Slots<twr_diagnostics>,
    elements: Slots<twr_element>,
    responses: Slots<twr_response>,
    requests: Slots<twr_request>,
    rest: Slots<twr_rest_request>,
    validators: Slots<twr_validator>,
    candidates: Slots<twr_url_candidates>,
    settings: Slots<twr_settings>,
    transfers: Slots<twr_transfer>,
}

/// Makes the calls, and frees what is left.
pub fn run(calls: &[Call<'_>]) {
    let mut session = Session {
        uris: Slots::new(twr_uri_free),
        values: Slots::new(twr_user_to_user_free),
        diagnostics: Slots::new(twr_diagnostics_free),
        elements: Slots::new(twr_element_free),
        responses: Slots::new(twr_response_free),
        requests: Slots::new(twr_request_free),
        rest: Slots::new(twr_rest_request_free),
        validators: Slots::new(twr_validator_free),
        candidates: Slots::new(twr_url_candidates_free),
        settings: Slots::new(twr_settings_free),
        transfers: Slots::new(twr_transfer_free),
    };
    for call in calls {
        // SAFETY: objects are alive and used by this thread alone, text is as long as it says, or absurd. What was
        // made may have freed an object: it is looked up again.
        unsafe {
            match call.function % 5 {
                0 => session.uri(call),
                1 => session.document(call),
                2 => session.request(call),
                3 => session.validator(call),
                _ => session.transfer(call),
            }
        }
    }
}

impl Session {
    unsafe fn uri(&mut self, call: &Call<'_>) {
        let [one, two, three, four] = [0, 1, 2, 3].map(|at| call.texts[at].c());
        let (uri, value, index) =
            (self.uris.get(call.used), self.values.get(call.used), call.index.into());
        let pair = [twr_pair { name: three, value: four }];
        let (pairs, count) = pairs(call, &pair);
        // SAFETY: the promise of `run`.
        unsafe {
            match call.function / 5 % 20 {
                0 => self.uris.make(call, |place, error| twr_uri_parse(one, place, error)),
                1 => {
                    let (user, password) = (two, three);
                    let parts = twr_uri_parts {
                        scheme: four,
                        user,
                        password,
                        host: one,
                        port: call.number,
                        param_count: 0,
                        header_count: 0,
                        reserved: [0; 2],
                    };
                    let parts = if call.flag { null() } else { &raw const parts };
                    self.uris.make(call, |place, error| {
                        twr_uri_build(parts, pairs, count, place, error)
                    });
                }
                2 => self.uris.make(call, |place, error| twr_uri_copy(uri, place, error)),
                3 => perform(call, |error| twr_uri_add_header(uri, one, two, error)),
                // A view of the very object that is changed.
                4 => perform(call, |error| twr_uri_add_header(uri, one, twr_uri_text(uri), error)),
                5 => perform(call, |error| twr_uri_add_user_to_user(uri, one, error)),
                6 => {
                    if let Some(parts) = read(call, |place, error| twr_uri_get(uri, place, error)) {
                        see(&[parts.scheme, parts.user, parts.password, parts.host]);
                    }
                }
                7 => inspect(
                    call,
                    |place, error| twr_uri_param_at(uri, index, place, error),
                    see_pair,
                ),
                8 => inspect(
                    call,
                    |place, error| twr_uri_header_at(uri, index, place, error),
                    see_pair,
                ),
                9 => see(&[twr_uri_header(uri, one), twr_uri_text(uri)]),
                10 => self
                    .values
                    .make(call, |place, error| twr_uri_user_to_user_at(uri, index, place, error)),
                11 => {
                    twr_uri_equivalent(uri, self.uris.get(call.made));
                }
                12 => text(call, |buffer, capacity, length, error| {
                    twr_uri_refer_to(uri, buffer, capacity, length, error)
                }),
                13 => text(call, |buffer, capacity, length, error| {
                    twr_escape_header(one, buffer, capacity, length, error)
                }),
                14 => {
                    let mut kind = 0;
                    text(call, |buffer, capacity, length, error| {
                        twr_refer_target_parse(one, &raw mut kind, buffer, capacity, length, error)
                    });
                }
                15 => self.diagnostics.make(call, |place, error| twr_uri_check(uri, place, error)),
                16 => {
                    self.values.make(call, |place, error| twr_user_to_user_parse(one, place, error))
                }
                17 => self
                    .values
                    .make(call, |place, error| twr_user_to_user_from_bytes(one, place, error)),
                18 => {
                    if let Some(parts) =
                        read(call, |place, error| twr_user_to_user_get(value, place, error))
                    {
                        see(&[parts.data, parts.encoding, parts.purpose, parts.content]);
                    }
                }
                _ => text(call, |buffer, capacity, length, error| {
                    twr_user_to_user_text(value, buffer, capacity, length, error)
                }),
            }
            twr_uri_user_to_user_count(self.uris.get(call.used));
        }
    }

    unsafe fn document(&mut self, call: &Call<'_>) {
        let [one, two, three, four] = [0, 1, 2, 3].map(|at| call.texts[at].c());
        let (response, element) = (self.responses.get(call.used), self.elements.get(call.used));
        let (index, found) = (usize::from(call.index), self.diagnostics.get(call.used));
        // SAFETY: the promise of `run`.
        unsafe {
            match call.function / 5 % 20 {
                0 => self.elements.make(call, |place, error| twr_element_new(one, place, error)),
                1 => {
                    self.elements.make(call, |place, error| twr_element_copy(element, place, error))
                }
                2 => perform(call, |error| twr_element_set_attribute(element, one, two, error)),
                3 => perform(call, |error| twr_element_add_text(element, one, error)),
                4 => perform(call, |error| twr_element_add_comment(element, one, error)),
                5 => {
                    let child = &raw mut self.elements.0[usize::from(call.made % 2)];
                    perform(call, |error| twr_element_append(element, child, error));
                }
                6 => self.responses.make(call, |place, error| twr_response_new(place, error)),
                7 => {
                    self.responses.make(call, |place, error| twr_response_parse(one, place, error))
                }
                8 => self
                    .responses
                    .make(call, |place, error| twr_response_copy(response, place, error)),
                9 => {
                    let child = &raw mut self.elements.0[usize::from(call.made % 2)];
                    perform(call, |error| twr_response_append(response, child, error));
                }
                10 => perform(call, |error| twr_response_add(response, one, two, error)),
                11 => perform(call, |error| twr_response_refer(response, one, two, three, error)),
                12 => text(call, |buffer, capacity, length, error| {
                    twr_response_xml(response, call.flag, buffer, capacity, length, error)
                }),
                13 => self
                    .diagnostics
                    .make(call, |place, error| twr_response_check(response, place, error)),
                14 => {
                    if let Some(node) = read(call, |place, error| {
                        twr_response_node_at(response, index, place, error)
                    }) {
                        see(&[node.name, node.text]);
                    }
                }
                15 => {
                    let which = usize::from(call.choice);
                    let found = read(call, |place, error| {
                        twr_response_attribute_at(response, index, which, place, error)
                    });
                    if let Some(pair) = found {
                        see_pair(&pair);
                    }
                }
                16 => {
                    if let Some(refer) =
                        read(call, |place, error| twr_response_first_refer(response, place, error))
                    {
                        see(&[refer.target, refer.action, refer.method]);
                    }
                }
                17 => inspect(
                    call,
                    |place, error| twr_diagnostics_at(found, index, place, error),
                    see_diagnostic,
                ),
                18 => self.rest.make(call, |place, error| {
                    twr_call_update(
                        one,
                        two,
                        response,
                        three,
                        four,
                        twr_str { ptr: null(), len: 0 },
                        place,
                        error,
                    )
                }),
                _ => self.rest.make(call, |place, error| {
                    twr_call_create(one, two, three, response, four, three, two, place, error)
                }),
            }
            let response = self.responses.get(call.used);
            twr_response_follows(response);
            twr_response_node_count(response);
            twr_diagnostics_count(self.diagnostics.get(call.used));
            let rest = self.rest.get(call.used);
            if let Some(parts) = read(call, |place, error| twr_rest_request_get(rest, place, error))
            {
                see(&[parts.method, parts.url, parts.body]);
            }
        }
    }

    unsafe fn request(&mut self, call: &Call<'_>) {
        let [one, two, three, four] = [0, 1, 2, 3].map(|at| call.texts[at].c());
        let (request, index) = (self.requests.get(call.used), usize::from(call.index));
        let pair = [twr_pair { name: one, value: two }, twr_pair { name: three, value: four }];
        let (pairs, count) = pairs(call, &pair);
        // SAFETY: the promise of `run`.
        unsafe {
            match call.function / 5 % 9 {
                0 => self.requests.make(call, |place, error| {
                    twr_request_from_form(one, call.number, place, error)
                }),
                1 => self.requests.make(call, |place, error| {
                    twr_request_from_query(one, call.number, place, error)
                }),
                2 => self.requests.make(call, |place, error| {
                    twr_request_from_pairs(pairs, count, call.number, place, error)
                }),
                3 => inspect(
                    call,
                    |place, error| twr_request_refer(request, place, error),
                    see_report,
                ),
                4 => inspect(
                    call,
                    |place, error| twr_request_param_at(request, index, place, error),
                    see_pair,
                ),
                5 => inspect(
                    call,
                    |place, error| twr_request_sip_header_at(request, index, place, error),
                    see_pair,
                ),
                6 => inspect(
                    call,
                    |place, error| twr_request_diagnostic_at(request, index, place, error),
                    see_diagnostic,
                ),
                7 => see(&[twr_request_param(request, one)]),
                _ => text(call, |buffer, capacity, length, error| {
                    twr_request_form(request, buffer, capacity, length, error)
                }),
            }
            let request = self.requests.get(call.used);
            seen(twr_request_outcome(request).explanation);
            twr_request_may_resume(request);
            twr_request_leg(request);
            twr_request_param_count(request);
            twr_request_sip_header_count(request);
            twr_request_diagnostic_count(request);
        }
    }

    unsafe fn validator(&mut self, call: &Call<'_>) {
        let [one, two, three, four] = [0, 1, 2, 3].map(|at| call.texts[at].c());
        let (validator, index) = (self.validators.get(call.used), usize::from(call.index));
        let (candidates, choice) = (self.candidates.get(call.used), i32::from(call.choice));
        let pair = [twr_pair { name: one, value: two }];
        let (pairs, count) = pairs(call, &pair);
        // SAFETY: the promise of `run`.
        unsafe {
            match call.function / 5 % 14 {
                0 => {
                    self.validators.make(call, |place, error| twr_validator_new(one, place, error))
                }
                1 => perform(call, |error| twr_validator_add_secret(validator, one, error)),
                2 => perform(call, |error| twr_validator_set_public_base(validator, one, error)),
                3 => {
                    perform(call, |error| twr_validator_set_algorithm(validator, choice % 4, error))
                }
                4 => perform(call, |error| {
                    twr_validator_set_max_body_bytes(validator, call.number, error)
                }),
                5 => perform(call, |error| {
                    twr_validator_set_encoded_spellings(validator, call.flag, error)
                }),
                6 => self.requests.make(call, |place, error| {
                    twr_validator_verify(validator, choice % 4, one, two, three, place, error)
                }),
                7 => self.requests.make(call, |place, error| {
                    twr_validator_verify_pairs(validator, four, pairs, count, three, place, error)
                }),
                8 => {
                    let _ = twr_validator_validate_raw(validator, one, two, three);
                }
                9 => text(call, |buffer, capacity, length, error| {
                    twr_validator_sign(
                        validator, four, pairs, count, buffer, capacity, length, error,
                    )
                }),
                10 => text(call, |buffer, capacity, length, error| {
                    twr_validator_sign_raw(validator, one, two, buffer, capacity, length, error)
                }),
                11 => text(call, |buffer, capacity, length, error| {
                    twr_url_with_body_sha256(one, two, buffer, capacity, length, error)
                }),
                12 => self.candidates.make(call, |place, error| {
                    twr_validator_explain(validator, one, two, place, error)
                }),
                _ => {
                    if let Some(one) = read(call, |place, error| {
                        twr_url_candidates_at(candidates, index, place, error)
                    }) {
                        see(&[one.url, one.hashed]);
                    }
                }
            }
            twr_url_candidates_count(self.candidates.get(call.used));
        }
    }

    unsafe fn transfer(&mut self, call: &Call<'_>) {
        let [one, two, three, _] = [0, 1, 2, 3].map(|at| call.texts[at].c());
        let (transfer, settings) = (self.transfers.get(call.used), self.settings.get(call.used));
        let (code, now) = (i32::from(call.choice) * 3, u64::from(call.index) * 500);
        let long = i32::try_from(call.number).unwrap_or(code);
        // SAFETY: the promise of `run`.
        unsafe {
            match call.function / 5 % 18 {
                0 => self
                    .transfers
                    .make(call, |place, error| twr_transfer_new(one, settings, place, error)),
                1 | 2 => perform(call, |error| {
                    twr_transfer_start(
                        transfer,
                        i32::from(call.choice % 6),
                        call.number,
                        call.flag,
                        now,
                        error,
                    )
                }),
                3 => perform(call, |error| twr_transfer_cseq(transfer, call.number, now, error)),
                4 => perform(call, |error| {
                    twr_transfer_response(transfer, long, call.flag, now, error)
                }),
                5 => perform(call, |error| {
                    twr_transfer_retried(transfer, code, call.number, now, error)
                }),
                6 | 7 => {
                    let outside_dialog = i32::from(call.flag);
                    let notify = twr_notify {
                        cseq: call.number,
                        event: one,
                        subscription_state: two,
                        body: three,
                        outside_dialog,
                        reserved: [0; 4],
                    };
                    let notify = if call.nulls & 8 != 0 { null() } else { &raw const notify };
                    perform(call, |error| twr_transfer_notify(transfer, notify, now, error));
                }
                8 => perform(call, |error| {
                    twr_transfer_status(transfer, long, call.flag, now, error)
                }),
                9 => perform(call, |error| twr_transfer_hang_up(transfer, now, error)),
                10 => perform(call, |error| twr_transfer_transport_error(transfer, now, error)),
                11 => perform(call, |error| twr_transfer_handle_timeout(transfer, now, error)),
                12 => text(call, |buffer, capacity, length, error| {
                    twr_transfer_refer_to(transfer, buffer, capacity, length, error)
                }),
                13 => text(call, |buffer, capacity, length, error| {
                    twr_transfer_save(transfer, buffer, capacity, length, error)
                }),
                14 => self
                    .transfers
                    .make(call, |place, error| twr_transfer_restore(one, place, error)),
                15 => self.settings.make(call, |place, error| twr_settings_new(place, error)),
                16 => perform(call, |error| {
                    twr_settings_set_time(settings, code % 7, call.number, error)
                }),
                _ => {
                    perform(call, |error| twr_settings_set_status(settings, long, one, error));
                    perform(call, |error| {
                        twr_settings_set_rejected_status_omitted(settings, call.flag, error)
                    });
                }
            }
            let transfer = self.transfers.get(call.used);
            while let Some(output) =
                read(call, |place, error| twr_transfer_poll(transfer, place, error))
            {
                assert!(!twr_output_name(output.kind).ptr.is_null());
                if output.kind == TWR_OUTPUT_DIAGNOSTIC {
                    see_diagnostic(&output.diagnostic);
                }
            }
            if let Some(report) =
                read(call, |place, error| twr_transfer_report(transfer, place, error))
            {
                see_report(&report);
            }
            twr_transfer_deadline_ms(transfer);
            seen(twr_state_name(twr_transfer_state(transfer)));
            for name in
                [twr_kind_name, twr_group_name, twr_code_name, twr_leg_name, twr_call_status_name]
            {
                seen(name(code));
            }
            seen(twr_follows_name(code));
            seen(twr_target_name(code));
            assert!(twr_version() > 0);
        }
    }
}

/// An array as it may be passed.
fn pairs<const COUNT: usize>(
    call: &Call<'_>,
    pairs: &[twr_pair; COUNT],
) -> (*const twr_pair, usize) {
    match call.nulls >> 4 {
        0 => (null(), 0),
        1 => (null(), COUNT),
        2 => (pairs.as_ptr(), usize::MAX),
        _ => (pairs.as_ptr(), COUNT),
    }
}
