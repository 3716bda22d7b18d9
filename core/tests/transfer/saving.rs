//! Saved bytes: those of every released version are read, and nothing else.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use twiml_refer::{
    SipUri, Transfer,
    error::ErrorKind,
    transfer::{Event, Notify, RejectedStatus, Response, Start, TransferSettings},
    webhook::ReferCallStatus,
};

use super::feeding::drain;

const NOW: u64 = 1_700_000_000_000;

fn notify(cseq: u32, state: &'static str, body: &'static [u8]) -> Notify<'static> {
    Notify::new(cseq, "refer", body).with_subscription_state(state)
}

/// The golden states by name, made again by feeding events.
fn states() -> Vec<(&'static str, Transfer)> {
    let plain = Transfer::new(SipUri::parse("sip:alice@example.com").unwrap());
    let mut referring = plain.clone();
    referring.handle(Start::new(1), NOW).unwrap();
    let mut subscribed = referring.clone();
    drain(&mut subscribed);
    subscribed.handle(Response::new(202), NOW + 50).unwrap();
    subscribed
        .handle(notify(1, "active;expires=60", b"SIP/2.0 180 Ringing\r\n"), NOW + 100)
        .unwrap();
    drain(&mut subscribed);
    let mut completed = subscribed.clone();
    completed.handle(notify(2, "terminated", b"SIP/2.0 486 Busy Here\r\n"), NOW + 200).unwrap();
    let settings = TransferSettings::new()
        .with_response_timeout(Duration::from_millis(5_500))
        .and_then(|settings| settings.with_notify_timeout(Duration::from_secs(10)))
        .and_then(|settings| settings.with_subscription(Duration::from_secs(90)))
        .and_then(|settings| settings.with_max_duration(Duration::from_secs(300)))
        .and_then(|settings| settings.with_hang_up_grace(Duration::from_secs(1)))
        .and_then(|settings| settings.with_status(603, ReferCallStatus::Busy))
        .and_then(|settings| settings.with_status(480, ReferCallStatus::from("unavailable")))
        .unwrap()
        .with_rejected_status(RejectedStatus::Omitted);
    let target = SipUri::parse("sips:bob@[2001:db8::1]:5061;transport=tls?X-A=1&X-B=%20").unwrap();
    let mut grace = Transfer::with_settings(target, settings);
    grace.handle(Start::new(7).with_first_in_dialog(false), NOW).unwrap();
    grace.handle(Response::new(401).with_retry(8), NOW + 10).unwrap();
    let early = Notify::new(41, "refer;id=8", "SIP/2.0 183 Session Progress\r\n")
        .with_subscription_state("pending;expires=30");
    grace.handle(early, NOW + 20).unwrap();
    grace.handle(Event::HangUp, NOW + 30).unwrap();
    let mut decided = referring.clone();
    drain(&mut decided);
    decided.handle(notify(5, "terminated", b"SIP/2.0 200 OK\r\n"), NOW + 60).unwrap();
    drain(&mut decided);
    let mut unknown = plain.clone();
    unknown.handle(Start::without_cseq(), NOW).unwrap();
    drain(&mut unknown);
    unknown.handle(Event::status(99, false), NOW + 40).unwrap();
    vec![
        ("idle", plain),
        ("referring, REFER to be sent", referring),
        ("referring, decided by an early NOTIFY", decided),
        ("subscribed, 180 received", subscribed),
        ("hang-up grace, every setting changed", grace),
        ("completed, reply and report to be polled", completed),
        ("subscribed, CSeq unknown, diagnostic to be polled", unknown),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every line of the file stays for ever; a new version adds lines.
#[test]
fn golden_bytes_of_every_version_are_restored() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cases/saved-transfers.json");
    let cases: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let cases = cases["cases"].as_array().unwrap();
    for (name, transfer) in states() {
        let name = format!("v1: {name}");
        let case = cases
            .iter()
            .find(|case| case["name"] == *name)
            .unwrap_or_else(|| panic!("{name} is missing: {}", hex(&transfer.save())));
        let saved = case["saved_hex"].as_str().unwrap();
        assert_eq!(hex(&transfer.save()), saved, "{name}");
        let bytes: Vec<u8> = (0..saved.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&saved[at..at + 2], 16).unwrap())
            .collect();
        assert_eq!(Transfer::restore(&bytes).as_ref(), Ok(&transfer), "{name}");
    }
}

/// The layout, taken apart by hand: nothing here calls what wrote it.
#[test]
fn the_layout_is_what_it_says() {
    let (_, transfer) = states().swap_remove(0);
    let bytes = transfer.save();
    assert_eq!(&bytes[..4], b"TWR\x01");
    assert_eq!(bytes[4..8], u32::try_from(bytes.len()).unwrap().to_be_bytes());
    let (sealed, sum) = bytes.split_at(bytes.len() - 8);
    assert_eq!(Sha256::digest(sealed)[..8], *sum);
    let target = b"\x15sip:alice@example.com";
    assert_eq!(sealed[8..8 + target.len()], *target);
    // 32 s, 32 s, 180 s, 600 s, no grace, failed, no other status; numbers in groups of seven bits.
    let settings = b"\x80\xfa\x01\x80\xfa\x01\xa0\xfe\x0a\xc0\xcf\x24\x00\x00\x00";
    assert_eq!(sealed[8 + target.len()..][..settings.len()], *settings);
}

fn kind(bytes: &[u8]) -> ErrorKind {
    Transfer::restore(bytes).unwrap_err().kind()
}

#[test]
fn what_is_cut_newer_or_altered_is_refused() {
    for (name, transfer) in states() {
        let bytes = transfer.save();
        for length in 0..bytes.len() {
            assert_eq!(kind(&bytes[..length]), ErrorKind::StateTruncated, "{name}: {length}");
        }
        for index in 0..bytes.len() {
            for bit in 0..8 {
                let mut altered = bytes.clone();
                altered[index] ^= 1 << bit;
                assert!(Transfer::restore(&altered).is_err(), "{name}: bit {bit} of {index}");
            }
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(kind(&longer), ErrorKind::StateAltered);
        let mut newer = bytes.clone();
        newer[3] = 2;
        let error = Transfer::restore(&newer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::StateVersion);
        assert!(error.to_string().contains("version 2, this library reads up to 1"), "{error}");
        newer[3] = 0;
        assert_eq!(kind(&newer), ErrorKind::StateAltered);
    }
    assert_eq!(kind(b"TWX"), ErrorKind::StateAltered);
    assert_eq!(kind(b"{\"version\":1}"), ErrorKind::StateAltered);
}
