//! Traces of SIP messages, as the command reads them: places are lines of the text and in order, and
//! whatever is above it, a whole message behind a line with a time is found.
#![no_main]
// The reader is a part of a program, which has no library to ask.
#![allow(dead_code)]

#[path = "../../../bindings/cli/src/capture/clock.rs"]
mod clock;
#[path = "../../../bindings/cli/src/capture/layout.rs"]
mod layout;
#[path = "../../../bindings/cli/src/capture/lines.rs"]
mod lines;
#[path = "../../../bindings/cli/src/capture/message.rs"]
mod message;
#[path = "../../../bindings/cli/src/capture/stamp.rs"]
mod stamp;
#[path = "../../../bindings/cli/src/capture/text.rs"]
mod text;

use libfuzzer_sys::fuzz_target;
use message::Place;
use text::scan;

const WHOLE: &[u8] = b"\n---- 2026-11-25 14:15:05.155257\n\
NOTIFY sip:p@192.0.2.1 SIP/2.0\n\
From: <sip:e@example.com>;tag=e\nTo: <sip:p@example.com>;tag=p\n\
Call-ID: the last one\nCSeq: 7 NOTIFY\nContent-Length: 16\n\nSIP/2.0 200 OK\n";

fuzz_target!(|text: &[u8]| {
    let bare: Vec<u8> = text.iter().copied().filter(|byte| *byte != b'\r').collect();
    let with_cr: Vec<u8> = bare.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    let lines = bare.split(|byte| *byte == b'\n').count();
    let is_place = |place| matches!(place, Place::Line(number) if (1..=lines).contains(&number));
    let cr_alone: Vec<u8> =
        bare.iter().map(|byte| if *byte == b'\n' { b'\r' } else { *byte }).collect();
    // They need not read alike: a line that ends in CR LF is a part of a message more often.
    for text in [&bare, &with_cr, &cr_alone] {
        let found = scan(text);
        assert!(found.messages.is_sorted_by_key(|message| message.place));
        assert!(found.messages.iter().all(|message| is_place(message.place)));
        let errors = found.errors.into_list();
        assert!(errors.iter().all(|error| error.place.is_none_or(is_place)));
    }

    let longer = scan(&[&bare, WHOLE].concat());
    let last = longer.messages.last();
    assert!(last.is_some_and(|it| it.head.call_id == "the last one" && it.head.cseq == 7));
    assert!(last.is_some_and(|it| it.body == b"SIP/2.0 200 OK\r\n"));
});
