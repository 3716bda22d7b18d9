//! The C ABI, called in any order with anything that C can pass: a fuzzer's bytes choose functions, and each
//! argument by its type. Looked for are crashes, what is read or written beyond an end, and leaks.
// C's conventions are kept by hand here as a caller in C does; nothing else in the targets is unsafe.
#![allow(unsafe_code)]

use std::ffi::c_char;
use std::ptr::{null, null_mut};

use arbitrary::{Arbitrary, Unstructured};
use twiml_refer_c::{
    diagnostics::*, document::*, error::*, http::*, request::*, rest::*, text::*, transfer::*,
    twr_version, uri::*, user_to_user::*, validator::*,
};

/// What a fuzzer would take long to find by itself.
const WORDS: [&str; 25] = [
    "sip:alice@example.com",
    "sips:bob:pw@[::1]:5061;transport=tcp;lr?X-A=1&User-to-User=61%3Bencoding%3Dhex",
    "example.com",
    "X-Reason",
    "Say",
    "Refer",
    "action",
    "POST",
    "Host",
    "X-Twilio-Signature",
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

/// The most that an array or a buffer of a caller has.
const SIZE: usize = 64;
/// What stands behind the end of a buffer.
const PATTERN: [u8; 8] = [0xa5; 8];

/// A caller: its objects, two of each type, and what its next call passes.
struct Caller<'a> {
    bytes: Unstructured<'a>,
    objects: Objects,
    /// Whether the next call makes an object, or takes one.
    makes: bool,
    pairs: [twr_pair; SIZE],
    notify: twr_notify,
    parts: twr_uri_parts,
    received: twr_http_request,
    buffer: [u8; SIZE + PATTERN.len()],
    /// Any structure or number that a call writes.
    output: [u64; 64],
    error: [u64; 64],
}

impl<'a> Caller<'a> {
    fn any<T: Arbitrary<'a>>(&mut self) -> T {
        self.bytes.arbitrary().expect("bytes that are missing are zeros")
    }

    /// One of eight, as NULL is for a pointer.
    fn seldom(&mut self) -> bool {
        self.any::<u8>() % 8 == 7
    }
}

/// An argument, by its type in C.
trait Argument: Copy {
    fn draw(caller: &mut Caller<'_>) -> Self;
    /// Looks at what the call wrote; `written` says whether it succeeded.
    fn look(self, _caller: &mut Caller<'_>, _written: bool) {}
}

macro_rules! argument {
    ($($type:ty: |$caller:ident| $draw:expr;)*) => {
        $(impl Argument for $type {
            fn draw($caller: &mut Caller<'_>) -> Self { $draw }
        })*
    };
}

argument! {
    bool: |caller| caller.any();
    u64: |caller| u64::from(caller.any::<u16>()) * 500;
    i64: |caller| if caller.seldom() { caller.any() } else { caller.any::<u8>().into() };
    i32: |caller| if caller.seldom() { caller.any() } else { i32::from(caller.any::<u8>() % 8) * if caller.any() { 1 } else { 100 } };
    // An index, the length of `pairs` or that of `buffer`.
    usize: |caller| usize::from(caller.any::<u8>()) % (SIZE + 1);
    twr_str: |caller| match caller.any::<u8>() {
        250 => twr_str { ptr: null(), len: 5 },
        251 => twr_str { ptr: WORDS[0].as_ptr().cast(), len: usize::MAX / 2 + 1 },
        252..=255 => twr_str { ptr: null(), len: 0 },
        number @ 0..=180 => view(WORDS[usize::from(number) % WORDS.len()].as_bytes()),
        _ => {
            let bytes: &[u8] = caller.any();
            view(bytes)
        }
    };
    *const c_char: |caller| if caller.seldom() { null() } else { c"text".as_ptr() };
    *const twr_pair: |caller| {
        let some: [twr_pair; 4] = std::array::from_fn(|_| twr_pair { name: twr_str::draw(caller), value: twr_str::draw(caller) });
        caller.pairs = std::array::from_fn(|at| some[at % some.len()]);
        if caller.seldom() { null() } else { caller.pairs.as_ptr() }
    };
    *const twr_notify: |caller| {
        let [event, subscription_state, body] = std::array::from_fn(|_| twr_str::draw(caller));
        let (cseq, outside_dialog) = (i64::draw(caller), i32::from(caller.seldom()));
        caller.notify = twr_notify { cseq, event, subscription_state, body, outside_dialog, reserved: [0; 4] };
        if caller.seldom() { null() } else { &raw const caller.notify }
    };
    *const twr_http_request: |caller| {
        let [method, target, body] = std::array::from_fn(|_| twr_str::draw(caller));
        let (headers, header_count) = (<*const twr_pair>::draw(caller), usize::draw(caller));
        let body_is_incomplete = i32::from(caller.seldom());
        caller.received =
            twr_http_request { method, target, headers, header_count, body, body_is_incomplete, reserved: [0; 3] };
        if caller.seldom() { null() } else { &raw const caller.received }
    };
    *const twr_uri_parts: |caller| {
        let [scheme, user, password, host] = std::array::from_fn(|_| twr_str::draw(caller));
        let port = i64::draw(caller);
        caller.parts = twr_uri_parts { scheme, user, password, host, port, param_count: 0, header_count: 0, reserved: [0; 2] };
        if caller.seldom() { null() } else { &raw const caller.parts }
    };
}

fn view(bytes: &[u8]) -> twr_str {
    twr_str { ptr: bytes.as_ptr().cast(), len: bytes.len() }
}

/// The buffer of the caller: nothing is written behind its end.
impl Argument for *mut c_char {
    fn draw(caller: &mut Caller<'_>) -> Self {
        caller.buffer = [0xa5; SIZE + PATTERN.len()];
        if caller.seldom() { null_mut() } else { caller.buffer.as_mut_ptr().cast() }
    }
    fn look(self, caller: &mut Caller<'_>, _written: bool) {
        assert!(caller.buffer.ends_with(&PATTERN), "written behind the end of a buffer");
    }
}

/// What a function returns.
trait Returned {
    /// Whether it succeeded, if it is a status.
    fn look(self) -> bool;
}

macro_rules! returned {
    ($($type:ty: |$value:pat_param| $look:expr;)*) => {
        $(impl Returned for $type {
            fn look(self) -> bool { let $value = self; $look }
        })*
    };
}

returned! {
    bool: |_| true;
    usize: |_| true;
    u32: |_| true;
    u64: |_| true;
    i32: |status| {
        assert_ne!(status, TWR_STATUS_INTERNAL, "a panic was caught");
        status == TWR_STATUS_OK
    };
    twr_str: |text| read(&[text]);
    twr_outcome: |outcome| read(&[outcome.call_status_text, outcome.explanation]);
}

impl Returned for () {
    fn look(self) -> bool {
        true
    }
}

/// Reads every byte of views.
fn read(views: &[twr_str]) -> bool {
    for view in views.iter().filter(|view| !view.ptr.is_null()) {
        // SAFETY: a view of the library, whose object is alive and was not changed.
        let bytes = unsafe { std::slice::from_raw_parts(view.ptr.cast::<u8>(), view.len) };
        std::hint::black_box(bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>());
    }
    true
}

/// Structures and numbers that a call writes, and the views in them.
macro_rules! outputs {
    ($($type:ty: |$value:pat_param| $views:expr;)*) => {
        $(impl Argument for *mut $type {
            fn draw(caller: &mut Caller<'_>) -> Self {
                assert!(size_of::<$type>() <= size_of_val(&caller.output));
                if caller.seldom() { null_mut() } else { caller.output.as_mut_ptr().cast() }
            }
            fn look(self, _caller: &mut Caller<'_>, written: bool) {
                // SAFETY: it was written, or nothing is read.
                if let Some($value) = unsafe { self.as_ref() }.filter(|_| written) {
                    read(&$views);
                }
            }
        })*
    };
}

outputs! {
    i32: |_| [];
    usize: |_| [];
    twr_pair: |pair| [pair.name, pair.value];
    twr_uri_parts: |parts| [parts.scheme, parts.user, parts.password, parts.host];
    twr_user_to_user_parts: |parts| [parts.data, parts.encoding, parts.purpose, parts.content];
    twr_diagnostic: |one| [one.name, one.path, one.message, one.parameter];
    twr_node: |node| [node.name, node.text];
    twr_refer: |refer| [refer.target, refer.action, refer.method];
    twr_refer_report: |report| [report.call_status_text, report.form, report.outcome.explanation];
    twr_rest_request_parts: |parts| [parts.method, parts.url, parts.body];
    twr_http_answer: |answer| [answer.allow];
    twr_signed_request_parts: |parts| [parts.method, parts.url, parts.body, parts.signature];
    twr_url_candidate: |one| [one.url, one.hashed];
    twr_hint: |hint| [hint.kind, hint.message];
    twr_output: |output| [output.diagnostic.name, output.diagnostic.path, output.diagnostic.message];
}

/// The place for the error: what it says is text that ends.
impl Argument for *mut twr_error {
    fn draw(caller: &mut Caller<'_>) -> Self {
        assert!(size_of::<twr_error>() <= size_of_val(&caller.error));
        if caller.seldom() { null_mut() } else { caller.error.as_mut_ptr().cast() }
    }
    fn look(self, _caller: &mut Caller<'_>, written: bool) {
        // SAFETY: it was written if the call failed, and is zeros before.
        if let Some(error) = unsafe { self.as_ref() }.filter(|_| !written) {
            assert!(error.message.contains(&0) && error.parameter.contains(&0));
        }
    }
}

/// The objects of each type.
macro_rules! objects {
    ($($name:ident: $type:ty, $free:ident;)*) => {
        /// Two of each type, and the place of the handle that a call makes or takes.
        struct Objects {
            $($name: [*mut $type; 3],)*
        }

        impl Objects {
            const NONE: Self = Self { $($name: [null_mut(); 3],)* };
        }

        impl Drop for Objects {
            fn drop(&mut self) {
                // SAFETY: made by this library, and nobody else has them; twice does no harm.
                $(unsafe {
                    self.$name.iter_mut().for_each(|object| { $free(object); $free(object); });
                    $free(null_mut());
                })*
            }
        }

        $(impl Argument for *mut $type {
            fn draw(caller: &mut Caller<'_>) -> Self {
                let which = usize::from(caller.any::<bool>());
                if caller.seldom() { null_mut() } else { caller.objects.$name[which] }
            }
        }

        impl Argument for *const $type {
            fn draw(caller: &mut Caller<'_>) -> Self {
                <*mut $type>::draw(caller).cast_const()
            }
        }

        impl Argument for *mut *mut $type {
            fn draw(caller: &mut Caller<'_>) -> Self {
                let which = usize::from(caller.any::<bool>());
                if caller.seldom() {
                    return null_mut();
                }
                let [.., place] = &mut caller.objects.$name;
                // What stands where a handle is to be made is not looked at.
                *place = std::ptr::NonNull::dangling().as_ptr();
                if !caller.makes {
                    caller.objects.$name.swap(which, 2);
                    caller.objects.$name[which] = null_mut();
                }
                &raw mut caller.objects.$name[2]
            }
            fn look(self, caller: &mut Caller<'_>, _written: bool) {
                let which = usize::from(caller.any::<bool>());
                let objects = &mut caller.objects.$name;
                if !objects[2].is_null() {
                    objects.swap(which, 2);
                    // SAFETY: nobody else has what was there before.
                    unsafe { $free(&raw mut objects[2]) };
                }
            }
        })*
    };
}

objects! {
    uris: twr_uri, twr_uri_free;
    values: twr_user_to_user, twr_user_to_user_free;
    diagnostics: twr_diagnostics, twr_diagnostics_free;
    elements: twr_element, twr_element_free;
    responses: twr_response, twr_response_free;
    requests: twr_request, twr_request_free;
    rest: twr_rest_request, twr_rest_request_free;
    validators: twr_validator, twr_validator_free;
    candidates: twr_url_candidates, twr_url_candidates_free;
    hints: twr_hints, twr_hints_free;
    http: twr_http_verifier, twr_http_verifier_free;
    signed: twr_signed_request, twr_signed_request_free;
    settings: twr_settings, twr_settings_free;
    transfers: twr_transfer, twr_transfer_free;
}

/// A function for each number of arguments, which draws them, calls, and looks at what that wrote.
macro_rules! with_arguments {
    ($($name:ident: $($argument:ident)*;)*) => {
        $(#[allow(non_snake_case)]
        fn $name<Value: Returned, $($argument: Argument),*>(
            function: unsafe extern "C" fn($($argument),*) -> Value,
            caller: &mut Caller<'_>,
        ) {
            $(let $argument = $argument::draw(caller);)*
            // SAFETY: objects are alive and used by this thread alone, text is as long as it says, or absurd.
            let written = unsafe { function($($argument),*) }.look();
            $($argument.look(caller, written);)*
            let _ = (caller, written);
        })*
    };
}

with_arguments! {
    call0:;
    call1: A;
    call2: A B;
    call3: A B C;
    call4: A B C D;
    call5: A B C D E;
    call6: A B C D E F;
    call7: A B C D E F G;
    call8: A B C D E F G H;
    call9: A B C D E F G H I;
}

macro_rules! calls {
    ($($with_arguments:ident $makes:literal: $($function:ident)*;)*) => {
        const CALLS: &[fn(&mut Caller<'_>)] = &[$($(|caller| {
            caller.makes = $makes;
            $with_arguments($function, caller);
        },)*)*];
    };
}

// By the number of arguments, and whether the function makes an object.
calls! {
    call0 false:
        twr_version;
    call1 false:
        twr_diagnostics_count twr_diagnostics_free twr_code_name twr_severity_name
        twr_element_free twr_response_free twr_response_follows twr_follows_name
        twr_response_node_count twr_kind_name twr_group_name twr_status_name twr_http_verifier_free
        twr_http_verifier_max_body_bytes twr_signed_request_free twr_request_free
        twr_request_outcome twr_request_may_resume twr_request_leg twr_request_param_count
        twr_request_sip_header_count twr_request_diagnostic_count twr_outcome_name
        twr_call_status_name twr_leg_name twr_rest_request_free twr_str_of
        twr_settings_free twr_transfer_free twr_transfer_deadline_ms twr_transfer_state
        twr_state_name twr_output_name twr_uri_free twr_uri_text
        twr_uri_user_to_user_count twr_target_name twr_user_to_user_free
        twr_validator_free twr_url_candidates_count twr_url_candidates_free
        twr_hints_count twr_hints_free;
    call2 false:
        twr_request_param twr_uri_header twr_uri_equivalent;
    call2 true:
        twr_response_new twr_settings_new;
    call3 false:
        twr_element_add_text twr_element_add_comment twr_element_append
        twr_response_append twr_response_first_refer twr_http_verifier_set_allowed_methods
        twr_http_verifier_set_lost_question_mark twr_signed_request_get twr_request_refer
        twr_rest_request_get twr_settings_set_rejected_status_omitted twr_transfer_hang_up
        twr_transfer_transport_error twr_transfer_handle_timeout twr_transfer_poll
        twr_transfer_report twr_uri_get twr_uri_add_user_to_user twr_user_to_user_get
        twr_validator_add_auth_token twr_validator_set_public_base twr_validator_set_algorithm
        twr_validator_set_max_body_bytes twr_validator_set_encoded_spellings;
    call3 true:
        twr_element_new twr_element_copy twr_response_parse twr_response_copy
        twr_response_check twr_transfer_restore twr_uri_parse twr_uri_copy twr_uri_check
        twr_user_to_user_parse twr_user_to_user_from_bytes twr_validator_new;
    call4 false:
        twr_diagnostics_at twr_element_set_attribute twr_response_add twr_response_node_at
        twr_http_verifier_check_head twr_request_param_at twr_request_sip_header_at
        twr_request_diagnostic_at twr_settings_set_time twr_settings_set_status
        twr_transfer_cseq twr_transfer_notify twr_uri_param_at twr_uri_header_at
        twr_uri_add_header twr_validator_validate_raw twr_url_candidates_at twr_hints_at;
    call4 true:
        twr_http_verifier_new twr_request_from_form twr_request_from_query twr_transfer_new
        twr_uri_user_to_user_at;
    call5 false:
        twr_response_refer twr_response_attribute_at twr_request_form
        twr_transfer_response twr_transfer_retried twr_transfer_status
        twr_transfer_refer_to twr_transfer_save twr_uri_refer_to twr_escape_header
        twr_user_to_user_text;
    call5 true:
        twr_http_verifier_verify twr_request_from_pairs twr_uri_build twr_validator_explain;
    call6 false:
        twr_response_xml twr_http_verifier_diagnose twr_transfer_start twr_refer_target_parse
        twr_url_with_body_sha256;
    call7 false:
        twr_claimed_account_sid twr_validator_sign_raw;
    call7 true:
        twr_validator_verify twr_validator_verify_pairs twr_validator_diagnose;
    call8 false:
        twr_validator_sign;
    call8 true:
        twr_signed_request_new twr_call_update;
    call9 true:
        twr_call_create;
}

/// What `{0}` is in C, for numbers and structures of numbers and pointers.
fn zeros<T>() -> T {
    // SAFETY: zeros are a value of all types that this is used for.
    unsafe { std::mem::zeroed() }
}

/// Makes the calls, and frees what is left.
pub fn run(bytes: &[u8]) {
    let mut caller = Caller {
        bytes: Unstructured::new(bytes),
        objects: Objects::NONE,
        makes: false,
        pairs: zeros(),
        notify: zeros(),
        parts: zeros(),
        received: zeros(),
        buffer: zeros(),
        output: zeros(),
        error: zeros(),
    };
    // A copy that is appended doubles a document: many more calls would take all memory.
    for _ in 0..32 {
        let function: u8 = caller.any();
        CALLS[usize::from(function) % CALLS.len()](&mut caller);
    }
}
