//! The lane says what UniFFI's functions say, and stands any input.

use proptest::prelude::*;

use crate::document::{Document, Piece, document_render};
use crate::export::twiml_refer_lane;
use crate::failure::{Failure, size_check};
use crate::frame::{Frame, read};
use crate::webhook::{Body, Secrets, request_from_form, request_verify};
use crate::{Pair, lane};

fn answer(job: u32, parts: &[Option<&[u8]>]) -> Vec<Option<Vec<u8>>> {
    let mut frame = Frame::default();
    parts.iter().for_each(|part| frame.put_or_absent(*part));
    let answer = lane::run(job, &frame.finish()).unwrap();
    read(&answer).unwrap().into_iter().map(|part| part.map(<[u8]>::to_vec)).collect()
}

fn part(text: &str) -> Option<&[u8]> {
    Some(text.as_bytes())
}

/// The first parts of an answer: the kind of an error or the first value.
fn told<T>(result: Result<T, Failure>, value: impl Fn(T) -> String) -> (Option<String>, String) {
    match result {
        Ok(result) => (None, value(result)),
        Err(Failure::Refused { fault }) => (Some(fault.kind), fault.text),
    }
}

fn heard(parts: &[Option<Vec<u8>>]) -> (Option<String>, String) {
    let text = |part: &Option<Vec<u8>>| part.clone().map(|it| String::from_utf8(it).unwrap());
    (text(&parts[0]), text(&parts[1]).unwrap_or_default())
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
            pretty.then_some(b""), part("0"), part("E"), part("Say"), part("1"), part("voice"),
            part(&text), part("T"), part(&text), part(")"), part("R"), part(&target), part(&action), None,
        ]);
        prop_assert_eq!(heard(&parts), told(typed, |xml| xml));
    }

    #[test]
    fn requests(
        body in prop_oneof![any::<Vec<u8>>(), "([A-c]=[%0-3]{0,4}&?){0,3}".prop_map(String::into_bytes)],
        signed: bool,
    ) {
        let secrets = Secrets {
            secrets: vec!["12345".into()],
            public_base: None,
            sha256: false,
            encoded_spellings: false,
            max_body_bytes: None,
        };
        let url = "https://example.com/";
        let signature = if signed {
            crate::webhook::request_sign_form(&secrets, url, body.clone()).unwrap()
        } else {
            "AAAA".into()
        };
        let form = Body::Form { bytes: body.clone() };
        let typed = request_verify(&secrets, url, form, Some(signature.clone()));
        let parts = answer(5, &[
            None, None, None, None, part("1"), part("12345"), part(url), part(&signature), Some(&body),
        ]);
        prop_assert_eq!(heard(&parts), told(typed, |request| request.outcome.kind));
        let typed = request_from_form(body.clone(), Some(20));
        let parts = answer(6, &[part("20"), Some(&body)]);
        prop_assert_eq!(heard(&parts), told(typed.clone(), |request| request.outcome.kind));
        if let Ok(request) = typed {
            let all = request.problems.iter().chain(&request.sip_headers).chain(&request.params);
            let all: Vec<&str> = all.flat_map(|pair| [&*pair.name, &*pair.value]).collect();
            let one = parts[11].as_ref().map(|one| String::from_utf8(one.clone()).unwrap());
            if let Some(one) = one {
                prop_assert_eq!(parts.len(), 12);
                let split: Vec<&str> = if all.is_empty() { vec![] } else { one.split('\0').collect() };
                prop_assert_eq!(split, all);
            } else {
                prop_assert!(all.iter().any(|text| text.contains('\0')));
                let each: Vec<&str> =
                    parts[12..].iter().map(|it| str::from_utf8(it.as_ref().unwrap()).unwrap()).collect();
                prop_assert_eq!(each, all);
            }
        }
    }

    #[test]
    fn any_frame_is_answered(job in 0_u32..15, parts: Vec<Option<Vec<u8>>>) {
        let mut frame = Frame::default();
        parts.iter().for_each(|part| frame.put_or_absent(part.as_ref()));
        let frame = frame.finish();
        prop_assert_eq!(lane::run(job, &frame).is_some(), (1..=12).contains(&job));
        prop_assert_eq!(read(&frame).unwrap(), parts.iter().map(Option::as_deref).collect::<Vec<_>>());
    }

    #[test]
    fn any_bytes_are_stood(job in 0_u32..15, bytes: Vec<u8>) {
        let _ = lane::run(job, &bytes);
    }
}

#[test]
fn the_door_tells_the_room_it_needs() {
    let mut frame = Frame::default();
    frame.put("sip:alice@example.com");
    let frame = frame.finish();
    let length = u32::try_from(frame.len()).unwrap();
    let mut small = [0_u8; 4];
    // SAFETY: the sizes are those of the slices.
    let needed = unsafe { twiml_refer_lane(1, frame.as_ptr(), length, small.as_mut_ptr(), 4) };
    assert_eq!((needed, small), (4 + 8 + 21, [0; 4]));
    let mut room = [0_u8; 33];
    // SAFETY: as above.
    let written = unsafe { twiml_refer_lane(1, frame.as_ptr(), length, room.as_mut_ptr(), 33) };
    assert_eq!(written, 33);
    assert!(room.ends_with(b"sip:alice@example.com"));
    // SAFETY: nothing is read behind a null pointer.
    unsafe {
        assert_eq!(twiml_refer_lane(1, std::ptr::null(), 5, room.as_mut_ptr(), 33), -1);
        assert_eq!(twiml_refer_lane(1, std::ptr::null(), 0, std::ptr::null_mut(), 0), -1);
        assert_eq!(twiml_refer_lane(99, frame.as_ptr(), length, room.as_mut_ptr(), 33), -1);
    }
}

#[test]
fn what_32_bits_cannot_count_is_refused() {
    assert!(size_check(2_147_483_647).is_ok());
    let Err(Failure::Refused { fault }) = size_check(2_147_483_648) else { panic!("it is taken") };
    assert_eq!(fault.kind, "text-over-limit");
}
