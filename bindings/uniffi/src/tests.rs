//! The lane says what the library says, and stands any input.

use proptest::prelude::*;
use twiml_refer::{
    ReferOutcome, RequestValidator,
    http::Method,
    webhook::{ReferCallStatus, ReferCallback},
};

use crate::document::{Document, Piece, document_render};
use crate::export::twiml_refer_lane;
use crate::failure::{Failure, size_check};
use crate::frame::{Frame, Parts};
use crate::webhook::{Secrets, from_form, outcome_explanation};
use crate::{Pair, lane};

fn framed<T: AsRef<[u8]>>(parts: &[T]) -> Vec<u8> {
    let mut parts = parts.iter();
    let mut frame = Frame::of(parts.next().unwrap());
    parts.for_each(|part| frame.put(part));
    frame.finish()
}

fn parts(frame: &[u8]) -> Vec<String> {
    Parts::of(frame).unwrap().map(|part| str::from_utf8(part).unwrap().to_owned()).collect()
}

fn answer<T: AsRef<[u8]>>(job: u32, input: &[T]) -> Vec<String> {
    parts(&lane::run(job, &framed(input)).unwrap())
}

/// The first parts of an answer: the kind of the error or nothing, and its text or the first value.
fn told<T>(result: Result<T, Failure>, value: impl Fn(T) -> String) -> (String, String) {
    match result {
        Ok(result) => (String::new(), value(result)),
        Err(Failure::Refused { fault }) => (fault.kind, fault.text),
    }
}

fn heard(parts: &[String]) -> (String, String) {
    (parts[0].clone(), parts[1].clone())
}

proptest! {
    #[test]
    fn documents(text in ".*", target in "(sip:)?[ -~]{0,20}", action in ".{0,8}", pretty: bool) {
        let say = |content: &str| vec![
            Piece::Open { name: "Say".into(), attributes: vec![Pair::new("voice", content)] },
            Piece::Text { content: content.into() },
            Piece::Close,
        ];
        let mut pieces = say(&text);
        pieces.push(Piece::Refer { target: target.clone(), action: Some(action.clone()), method: None });
        let typed = document_render(Document { attributes: vec![], pieces }, pretty);
        let parts = answer(4, &[
            if pretty { "p" } else { "" }, "0", "E", "Say", "1", "voice", &text, "T", &text, ")", "Ra", &target,
            &action,
        ]);
        prop_assert_eq!(heard(&parts), told(typed, |xml| xml));
    }

    #[test]
    fn requests(
        body in prop_oneof![any::<Vec<u8>>(), "([A-c]=[%0-3]{0,4}&?){0,3}".prop_map(String::into_bytes)],
        signed: bool,
    ) {
        let validator = RequestValidator::new("12345").unwrap();
        let url = "https://example.com/";
        let signature = if signed { validator.sign_form(url, &body) } else { "AAAA".into() };
        let kind = |callback: ReferCallback| callback.outcome().kind().to_owned();
        let typed = validator.verify(Method::Post, url, &body, Some(&signature)).map_err(Failure::from);
        let parts =
            answer(5, &[b"", b"".as_slice(), b"1", b"12345", url.as_bytes(), signature.as_bytes(), b"F", &body]);
        prop_assert_eq!(heard(&parts), told(typed, kind));
        let typed = from_form(&body, Some(20)).map_err(Failure::from);
        let parts = answer(6, &[b"20".as_slice(), &body]);
        prop_assert_eq!(heard(&parts), told(typed.clone(), kind));
        if let Ok(callback) = typed {
            let mut all = Vec::new();
            for one in callback.problems() {
                all.extend([one.parameter().to_owned(), one.message()]);
            }
            for (name, value) in callback.request().sip_headers().chain(callback.params()) {
                all.extend([name.to_owned(), value.to_owned()]);
            }
            prop_assert_eq!(&parts[11..], all);
        }
    }

    #[test]
    fn any_frame_is_answered(
        job in 0_u32..15,
        parts in prop::collection::vec(prop::collection::vec(0_u8..9, 0..9), 1..9),
    ) {
        let frame = framed(&parts);
        prop_assert_eq!(lane::run(job, &frame).is_some(), (1..=12).contains(&job));
        prop_assert_eq!(Parts::of(&frame).unwrap().collect::<Vec<_>>(), parts.iter().collect::<Vec<_>>());
        let joined = parts.iter().all(|part| !part.contains(&0));
        prop_assert_eq!(frame.starts_with(b"J"), joined);
    }

    #[test]
    fn any_bytes_are_stood(job in 0_u32..15, bytes: Vec<u8>) {
        let _ = lane::run(job, &bytes);
    }
}

#[test]
fn the_door_tells_the_room_it_needs() {
    let frame = framed(&["sip:alice@example.com"]);
    let length = u32::try_from(frame.len()).unwrap();
    let mut small = [0_u8; 4];
    // SAFETY: the sizes are those of the slices.
    let needed = unsafe { twiml_refer_lane(1, frame.as_ptr(), length, small.as_mut_ptr(), 4) };
    assert_eq!((needed, small), (2 + 21, [0; 4]));
    let mut room = [0_u8; 23];
    // SAFETY: as above.
    let written = unsafe { twiml_refer_lane(1, frame.as_ptr(), length, room.as_mut_ptr(), 23) };
    assert_eq!(written, 23);
    assert_eq!(&room, b"J\0sip:alice@example.com");
    // SAFETY: nothing is read behind a null pointer.
    unsafe {
        assert_eq!(twiml_refer_lane(1, std::ptr::null(), 5, room.as_mut_ptr(), 23), -1);
        assert_eq!(twiml_refer_lane(1, std::ptr::null(), 0, std::ptr::null_mut(), 0), -1);
        assert_eq!(twiml_refer_lane(99, frame.as_ptr(), length, room.as_mut_ptr(), 23), -1);
    }
}

#[test]
fn what_32_bits_cannot_count_is_refused() {
    assert!(size_check(2_147_483_647).is_ok());
    let Err(Failure::Refused { fault }) = size_check(2_147_483_648) else { panic!("it is taken") };
    assert_eq!(fault.kind, "text-over-limit");
}

#[test]
fn an_outcome_is_explained_from_its_values() {
    let status = ReferCallStatus::NoAnswer;
    for outcome in [
        ReferOutcome::Transferred,
        ReferOutcome::Rejected { code: 405 },
        ReferOutcome::TargetFailed { status: status.clone(), code: Some(487) },
        ReferOutcome::TargetFailed { status, code: None },
        ReferOutcome::Canceled,
        ReferOutcome::Unconfirmed,
        ReferOutcome::Unknown { status: "odd".into() },
    ] {
        assert_eq!(outcome_explanation(outcome.clone().into()), outcome.explanation());
    }
}

#[test]
fn secrets_do_not_show_themselves() {
    let secrets = Secrets {
        secrets: vec!["s3cret".to_owned()],
        public_base: None,
        sha256: false,
        encoded_spellings: false,
        max_body_bytes: None,
    };
    assert!(!format!("{secrets:?}").contains("s3cret"));
}
