//! The entry point: that it does what the exported functions do, and that no input breaks it.

use std::ptr;

use proptest::prelude::*;
use uniffi::{Lift, Lower};

use crate::UniFfiTag;
use crate::entry::{BROKEN, DONE, FAILED, List, answer, caught, twiml_refer_call};
use crate::functions::{self, BridgeFunction};
use crate::records::{
    AllowedMethods, BridgeError, Document, Hint, HttpAnswer, HttpBody, HttpOptions, Notify, Origin,
    Pair, Piece, Secrets, TransferInput, VoiceRequest, pairs,
};

fn written<T: Lower<UniFfiTag>>(value: T) -> Vec<u8> {
    let mut out = Vec::new();
    T::write(value, &mut out);
    out
}

fn read<T: Lift<UniFfiTag>>(answer: &[u8]) -> T {
    let mut rest = answer.get(1..).unwrap_or_default();
    let value = T::try_read(&mut rest).unwrap();
    assert!(rest.is_empty());
    value
}

fn frame(function: BridgeFunction, arguments: &[Vec<u8>]) -> Vec<u8> {
    [written(function), arguments.concat()].concat()
}

/// Text whose bytes need not be UTF-8, as a host writes it.
fn text(bytes: &[u8]) -> Vec<u8> {
    [&i32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn secrets() -> Secrets {
    Secrets {
        auth_tokens: List(vec!["s3cret".to_owned()]),
        public_base: None,
        sha256: false,
        encoded_spellings: false,
        max_body_bytes: None,
    }
}

fn native(input: &[u8], capacity: usize) -> (i32, Vec<u8>) {
    let mut out = vec![0; capacity];
    let (length, capacity) = (input.len().try_into().unwrap(), capacity.try_into().unwrap());
    // SAFETY: both are vectors of these sizes.
    let needed = unsafe { twiml_refer_call(input.as_ptr(), length, out.as_mut_ptr(), capacity) };
    (needed, out)
}

#[test]
fn an_answer_is_written_if_there_is_room() {
    let input = frame(BridgeFunction::version, &[]);
    let expected = answer(&input);
    assert_eq!(read::<String>(&expected), env!("CARGO_PKG_VERSION"));
    let length = expected.len();
    assert_eq!(native(&input, length), (length.try_into().unwrap(), expected));
    assert_eq!(native(&input, length - 1), (length.try_into().unwrap(), vec![0; length - 1]));
}

#[test]
fn a_null_pointer_without_a_size_is_empty() {
    // SAFETY: neither has a size.
    let refused = unsafe { twiml_refer_call(ptr::null(), 0, ptr::null_mut(), 0) };
    assert_eq!(usize::try_from(refused).unwrap(), answer(&[]).len());
    // SAFETY: null pointers are not read.
    assert_eq!(unsafe { twiml_refer_call(ptr::null(), 1, ptr::null_mut(), 0) }, -1);
}

#[test]
fn the_first_function_is_the_version() {
    assert_eq!(written(BridgeFunction::version), [0, 0, 0, 1]);
}

#[test]
fn text_that_is_not_utf8_is_refused_where_it_is() {
    let input = frame(BridgeFunction::text_check, &[text(b"ab\xed\xa0\x80")]);
    let answered = answer(&input);
    assert_eq!(answered.first(), Some(&FAILED));
    let BridgeError::Failed { details } = read(&answered);
    assert_eq!((details.kind.as_str(), details.offset), ("text-not-utf8", Some(2)));
    assert_eq!(details.group, "twiml");
}

#[test]
fn text_that_is_not_utf8_has_no_signature() {
    let bad = [1_i32.to_be_bytes().to_vec(), text(b"a"), text(b"\xed\xa0\x80")].concat();
    let url = || text(b"https://example.com/");
    let signature = || written(Some("c2ln".to_owned()));
    let input = |function| frame(function, &[written(secrets()), url(), bad.clone(), signature()]);
    assert_eq!(answer(&input(BridgeFunction::validate)), [DONE, 0]);
    let BridgeError::Failed { details } = read(&answer(&input(BridgeFunction::verify_params)));
    assert_eq!(details.kind, "signature-mismatch");
}

#[test]
fn the_size_is_checked_before_text_that_is_not_utf8() {
    let secrets = || Secrets { max_body_bytes: Some(2), ..secrets() };
    let large = [1_i32.to_be_bytes().to_vec(), text(b"abc"), text(b"\xff")].concat();
    let (url, signature) = (text(b"\xed\xa0\x80"), [vec![1], text(b"\xff")].concat());
    let params = [written(secrets()), url.clone(), large, signature.clone()];
    let method = written("POST".to_owned());
    let body = [written(secrets()), method, url, text(b"abc"), signature];
    for input in [
        frame(BridgeFunction::verify, &body),
        frame(BridgeFunction::verify_params, &params),
        frame(BridgeFunction::verify_servlet_params, &params),
    ] {
        let BridgeError::Failed { details } = read(&answer(&input));
        assert_eq!(details.kind, "request-too-large");
    }
}

#[test]
fn a_request_that_is_not_utf8_is_rejected() {
    let secrets = || Secrets { public_base: Some("https://example.com".to_owned()), ..secrets() };
    let options = HttpOptions {
        origin: Origin::PublicBase,
        allowed_methods: AllowedMethods::Post,
        lost_question_mark: false,
    };
    let signature = functions::sign_form(secrets(), "/a".to_owned(), List(Vec::new())).unwrap();
    let headers = |name: &[u8], value: &[u8]| {
        let signed = [text(b"x-twilio-signature"), text(signature.as_bytes())].concat();
        [2_i32.to_be_bytes().to_vec(), signed, text(name), text(value)].concat()
    };
    for (method, target, headers, status) in [
        ("POST".as_bytes(), "/a".as_bytes(), headers(b"Cookie", b"\xff"), 200),
        (b"POST", b"/a", headers(b"\xff", b"\xff"), 200),
        (b"POST", b"/a\xff", headers(b"a", b"b"), 403),
        (b"POST", b"/a", headers(b"X-Twilio-Signature", b"\xff"), 403),
        (b"POST\xff", b"/a", headers(b"a", b"b"), 405),
    ] {
        let arguments = [written(secrets()), written(options), text(method), text(target), headers];
        let body = arguments
            .iter()
            .cloned()
            .chain([written(HttpBody::Received { bytes: List(Vec::new()) })])
            .collect::<Vec<_>>();
        let answered = answer(&frame(BridgeFunction::http_verify, &body));
        assert_eq!(read::<HttpAnswer>(&answered).status, status);
        let line = read::<String>(&answer(&frame(BridgeFunction::http_diagnose, &body)));
        assert_eq!(line.is_empty(), status == 200, "{line}");
    }
}

#[test]
fn a_url_or_signature_that_is_not_utf8_gets_a_hint() {
    let some = |bytes: &[u8]| [vec![1], text(bytes)].concat();
    let good = b"AAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for (url, signature, kind) in [
        (text(b"https://example.com/"), some(b"a\xed\xa0\x80"), "signature-invalid"),
        (text(b"https://example.com/\xed\xa0\x80"), some(good), "url"),
        (text(b"\xff"), some(b"\xff"), "signature-invalid"),
        (text(b"\xff"), vec![0], "signature-missing"),
    ] {
        let method = written("POST".to_owned());
        let arguments = [written(secrets()), method, url, text(b""), signature];
        let answered = answer(&frame(BridgeFunction::diagnose, &arguments));
        assert_eq!(answered.first(), Some(&DONE));
        let hints = read::<List<Hint>>(&answered).0;
        assert_eq!(hints.iter().map(|hint| hint.kind.as_str()).collect::<Vec<_>>(), [kind]);
    }
}

#[test]
fn a_notify_that_is_not_utf8_is_no_error() {
    let settings = functions::transfer_settings(crate::records::TransferSettings {
        response_timeout_ns: None,
        notify_timeout_ns: None,
        subscription_ns: None,
        max_duration_ns: None,
        hang_up_grace_ns: None,
        rejected_status_omitted: false,
        statuses: List(Vec::new()),
    });
    let made = functions::transfer_new("sip:a@b".to_owned(), settings.unwrap()).unwrap();
    let saved = [i32::try_from(made.saved.len()).unwrap().to_be_bytes().to_vec(), made.saved];
    // The NOTIFY is written as text that is, and its bytes are then made wrong.
    let notify = |event: &str, state: &str| TransferInput::Notify {
        notify: Notify {
            cseq: 1,
            event: event.to_owned().into(),
            subscription_state: Some(state.to_owned().into()),
            body: List(b"SIP/2.0 200 OK".to_vec()),
            in_dialog: true,
        },
    };
    let step = |input: Vec<u8>| {
        let arguments = [saved.concat(), input, written(0_i64)];
        answer(&frame(BridgeFunction::transfer_step, &arguments))
    };
    let mut wrong = written(notify("refer;id=~~", "active;~~"));
    for byte in wrong.iter_mut().filter(|byte| **byte == b'~') {
        *byte = 0xff;
    }
    let answered = step(wrong);
    assert_eq!(answered.first(), Some(&DONE));
    assert_eq!(
        answered,
        step(written(notify("refer;id=\u{fffd}\u{fffd}", "active;\u{fffd}\u{fffd}")))
    );
}

#[test]
fn a_length_over_the_input_is_refused_before_anything_is_allocated() {
    for function in [BridgeFunction::document_parse, BridgeFunction::params_redacted] {
        let answered = answer(&frame(function, &[i32::MAX.to_be_bytes().to_vec()]));
        assert_eq!(answered.first(), Some(&BROKEN));
        assert!(read::<String>(&answered).contains("cannot be read"));
    }
}

#[test]
fn a_panic_becomes_an_answer_without_its_text() {
    let answered = caught(|| panic!("s3cret"));
    assert_eq!(answered.first(), Some(&BROKEN));
    let text = read::<String>(&answered);
    assert!(text.contains("failed") && !text.contains("s3cret"), "{text}");
}

#[test]
fn more_than_the_arguments_is_refused() {
    assert_eq!(answer(&frame(BridgeFunction::limits, &[vec![0]])).first(), Some(&BROKEN));
}

#[test]
fn a_tree_of_any_depth_crosses() {
    let deep = |name: &str, nodes| Piece::Element {
        name: name.to_owned(),
        attributes: List(Vec::new()),
        text: None,
        nodes,
    };
    let pieces = (0..100_000).map(|at| deep("a", i64::from(at < 99_999))).collect();
    let document = Document { attributes: List(Vec::new()), pieces };
    let xml = functions::document_render(document.clone(), false).unwrap();
    assert_eq!(xml.matches("<a>").count(), 99_999);
    let found = functions::document_check_built(document).unwrap();
    assert!(found.0.iter().any(|found| found.code == "document-too-deep"));
}

#[test]
fn secrets_are_not_shown() {
    let request = functions::request_from_pairs(pairs([("CallToken", "s3cret")]), None).unwrap();
    assert_eq!(request.secrets, List(vec![0]));
    assert!(!format!("{request:?} {:?}", secrets()).contains("s3cret"));
}

#[test]
fn the_tables_know_every_group_and_verb() {
    let classes = functions::error_classes();
    for kind in twiml_refer::error::ErrorKind::ALL {
        let group = kind.group().as_str();
        assert!(
            classes.0.iter().any(|class| class.group == group && class.kind.is_none()),
            "{group}"
        );
    }
    let kinds = functions::names().error_kinds;
    assert!(classes.0.iter().filter_map(|class| class.kind.as_ref()).all(|it| kinds.contains(it)));
}

proptest! {
    /// Whatever bytes come, the answer is one of the three.
    #[test]
    fn no_input_breaks_the_entry_point(number in 0..80_i32, rest in prop::collection::vec(any::<u8>(), 0..64)) {
        let answered = answer(&[number.to_be_bytes().to_vec(), rest].concat());
        prop_assert!(answered.first().is_some_and(|status| [DONE, FAILED, BROKEN].contains(status)));
    }

    /// What crosses is what an exported function returns.
    #[test]
    fn the_entry_point_does_what_is_exported(names in prop::collection::vec((".{0,8}", ".{0,20}"), 0..6), limit in prop::option::of(-1..300_i64)) {
        let params = || names.iter().map(|(name, value)| Pair::new(name, value)).collect::<List<_>>();
        let input = frame(BridgeFunction::request_from_pairs, &[written(params()), written(limit)]);
        let answered = answer(&input);
        match functions::request_from_pairs(params(), limit) {
            Ok(request) => prop_assert_eq!(read::<VoiceRequest>(&answered), request),
            Err(error) => prop_assert_eq!(read::<BridgeError>(&answered), error),
        }
    }
}
