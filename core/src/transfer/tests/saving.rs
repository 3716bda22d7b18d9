//! Saved bytes: each one where the layout says, and nothing but what was saved is restored.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::fixtures::{
    ACCEPTED, LIVE, OVER, START, completed, drain, feed, idle, notify, notify_of, referring, reply,
    subscribed,
};
use crate::diagnostic::{Diagnostic, DiagnosticCode};
use crate::error::ErrorKind;
use crate::transfer::{Event, Output, RejectedStatus, Response, Start, Transfer, TransferSettings};
use crate::webhook::ReferCallStatus;

/// Canceled after its grace, not yet polled: every optional field is set, except what an early
/// NOTIFY decides, which no transfer has after its end.
fn canceled() -> Transfer {
    let settings = TransferSettings::new()
        .with_hang_up_grace(Duration::from_secs(1))
        .and_then(|settings| settings.with_status(603, ReferCallStatus::Busy))
        .unwrap()
        .with_rejected_status(RejectedStatus::Omitted);
    let mut transfer = idle(settings);
    let start = Start::new(7).with_first_in_dialog(false);
    feed(&mut transfer, start, 1_000);
    feed(&mut transfer, Response::new(202), 1_500);
    let ringing = notify_of("refer;id=7", 10, Some(LIVE), "SIP/2.0 180 Ringing\r\n");
    feed(&mut transfer, ringing, 2_000);
    feed(&mut transfer, Event::HangUp, 2_500);
    transfer.handle(Event::Time, 3_500).unwrap();
    transfer
}

/// Written by hand after the specification of postcard: numbers in groups of seven bits, the lowest
/// first; a flag before an optional value; a length before text and lists; variants by their number.
fn canceled_by_hand() -> Vec<u8> {
    let mut fields = Vec::new();
    let mut put = |bytes: &[u8]| fields.extend_from_slice(bytes);
    // The target.
    put(b"\x15sip:alice@example.com");
    // Settings: 32 s, 32 s, 180 s, 600 s and 1 s in milliseconds; omitted; one status, 603 busy.
    put(b"\x80\xfa\x01\x80\xfa\x01\xa0\xfe\x0a\xc0\xcf\x24\xe8\x07");
    put(b"\x01\x01\xdb\x04\x04busy");
    // Completed; now 3500; the REFER's CSeq 7, not the first of its dialog; 202; 180.
    put(b"\x03\xac\x1b\x01\x07\x00\x01\xca\x01\x01\xb4\x01");
    // Answered: no timer F. The subscription lives until 62000, all of it until 601500 (the 2xx came at
    // 1500), the grace until 3500.
    put(b"\x00\x01\xb0\xe4\x03\x01\x9c\xdb\x24\x01\xac\x1b");
    // The subscription is not over; nothing was decided early.
    put(b"\x00\x00");
    // The last NOTIFY: CSeq 10; refer;id=7; active; 60 s; 180; it got 200.
    put(b"\x01\x0a\x01\x01\x07\x01\x01\x3c\x01\xb4\x01\xc8\x01");
    // The report: canceled, 202, 180.
    put(b"\x01\x01\x08canceled\x01\xca\x01\x01\xb4\x01");
    // One output waits: completed.
    put(b"\x01\x03");
    seal(&fields)
}

/// `TWR`, version 1, the length of everything, the fields, eight bytes of their SHA-256.
fn seal(fields: &[u8]) -> Vec<u8> {
    let mut bytes = b"TWR\x01".to_vec();
    bytes.extend(u32::try_from(8 + fields.len() + 8).unwrap().to_be_bytes());
    bytes.extend_from_slice(fields);
    let sum: [u8; 32] = Sha256::digest(&bytes).into();
    bytes.extend_from_slice(&sum[..8]);
    bytes
}

fn states() -> Vec<Transfer> {
    let mut decided = referring();
    feed(&mut decided, notify(1, OVER, ""), START + 1);
    let mut waiting = subscribed();
    waiting.handle(notify(1, OVER, "SIP/2.0 200 OK\r\n"), ACCEPTED + 1).unwrap();
    vec![idle(TransferSettings::new()), referring(), decided, subscribed(), waiting, canceled()]
}

fn kind(bytes: &[u8]) -> ErrorKind {
    Transfer::restore(bytes).unwrap_err().kind()
}

#[test]
fn the_bytes_stand_where_the_layout_says() {
    assert_eq!(canceled().save(), canceled_by_hand());
    let mut restored = Transfer::restore(&canceled_by_hand()).unwrap();
    assert_eq!(restored, canceled());
    assert_eq!(drain(&mut restored), [completed("canceled", 202, 180)]);
    let late = notify_of("refer;id=7", 11, Some(OVER), "SIP/2.0 200 OK\r\n");
    assert_eq!(feed(&mut restored, late, 61_999), [reply(200)]);
}

#[test]
fn what_is_cut_off_is_truncated() {
    for bytes in states().iter().map(Transfer::save) {
        for length in 0..bytes.len() {
            assert_eq!(kind(&bytes[..length]), ErrorKind::StateTruncated, "{length}");
        }
    }
}

#[test]
fn a_newer_version_says_so_before_anything_else() {
    for version in 2..=u8::MAX {
        let mut bytes = subscribed().save();
        bytes[3] = version;
        let error = Transfer::restore(&bytes).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StateVersion);
        assert!(error.to_string().contains(&format!("version {version},")), "{error}");
        // What follows the version is of a layout that this one does not know.
        assert_eq!(kind(&bytes[..4]), ErrorKind::StateVersion);
    }
    let mut older = subscribed().save();
    older[3] = 0;
    assert_eq!(kind(&older), ErrorKind::StateAltered, "there was no version 0");
}

#[test]
fn every_flipped_bit_and_every_appended_byte_is_found() {
    for bytes in states().iter().map(Transfer::save) {
        for index in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[index] ^= 1 << bit;
                assert!(Transfer::restore(&altered).is_err(), "bit {bit} of byte {index}");
            }
        }
        for byte in 0..=u8::MAX {
            let mut longer = bytes.clone();
            longer.push(byte);
            assert_eq!(kind(&longer), ErrorKind::StateAltered);
        }
        assert_eq!(kind(&bytes.repeat(2)), ErrorKind::StateAltered);
    }
}

/// A correct checksum is not proof: the fields are checked as well.
#[test]
fn sealed_fields_that_cannot_be_are_altered() {
    let bytes = canceled_by_hand();
    let fields = &bytes[8..bytes.len() - 8];
    assert_eq!(seal(fields), bytes);
    // The place in the fields, and what is invalid there.
    let settings = 1 + 21;
    let state = settings + 14 + 2 + 2 + 5;
    for (place, value, why) in [
        (0, 0xff, "the target is longer than everything"),
        (1, b' ', "the target is not a SIP URI"),
        (1, 0xff, "the target is not UTF-8"),
        (settings + 14, 2, "no such policy"),
        (settings + 15, 0x7f, "more statuses than there are bytes"),
        (state, 4, "no such state"),
        (state + 3, 2, "a flag that is neither"),
        (fields.len() - 1, 9, "no such output"),
    ] {
        let mut changed = fields.to_vec();
        changed[place] = value;
        assert_eq!(kind(&seal(&changed)), ErrorKind::StateAltered, "{why}");
    }
    for length in 0..fields.len() {
        assert_eq!(kind(&seal(&fields[..length])), ErrorKind::StateAltered);
    }
    assert_eq!(kind(&seal(&[fields, b"\0"].concat())), ErrorKind::StateAltered);
}

#[test]
fn pending_outputs_are_restored_in_order() {
    let bytes = subscribed().save();
    let (fields, none) = bytes[8..bytes.len() - 8].split_last_chunk::<1>().unwrap();
    assert_eq!(none, &[0]);
    let waiting = |count: u8| {
        let replies = b"\x01\xc8\x01".repeat(count.into());
        let replies = [&replies, &b"\x05\xc6\x01"[..]].concat();
        Transfer::restore(&seal(&[fields, &[count + 1], &replies].concat())).unwrap()
    };
    for count in [0, 8, 0x7e] {
        let mut outputs = drain(&mut waiting(count));
        let invalid = Diagnostic::new(DiagnosticCode::ResponseCodeInvalid).arg("99");
        assert_eq!(outputs.pop(), Some(Output::Diagnostic(invalid)));
        assert_eq!(outputs, vec![reply(200); count.into()]);
    }
}
