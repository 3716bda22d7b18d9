//! Saved bytes: whatever is restored can be saved and restored again, and goes on as its twin does. Where the first
//! byte is odd, length and checksum are mended, so that the fields between them are read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use twiml_refer::Transfer;
use twiml_refer_fuzz::events::{drain, ends};

fuzz_target!(|input: &[u8]| {
    let Some((mend, bytes)) = input.split_first() else { return };
    let bytes = if mend % 2 == 1 { sealed(bytes) } else { bytes.to_vec() };
    let Ok(mut transfer) = Transfer::restore(&bytes) else { return };
    // Numbers may be written longer than they need to be: the transfer is the same, not the bytes.
    assert_eq!(Transfer::restore(&transfer.save()).as_ref(), Ok(&transfer));
    let mut completed = ends(&drain(&mut transfer));
    for _ in 0..3 {
        if let Some(deadline) = transfer.deadline_ms() {
            let mut twin = Transfer::restore(&transfer.save()).expect("saved bytes are restored");
            assert_eq!(twin, transfer);
            transfer.handle_timeout(deadline).expect("time may always come");
            twin.handle_timeout(deadline).expect("time may always come");
            let outputs = drain(&mut transfer);
            assert_eq!(drain(&mut twin), outputs);
            completed += ends(&outputs);
        }
    }
    assert_eq!(transfer.deadline_ms(), None, "time has run out");
    assert!(completed <= 1);
});

fn sealed(fields: &[u8]) -> Vec<u8> {
    let length = u32::try_from(fields.len() + 8 + 8).expect("small");
    let mut whole = [b"TWR\x01", &length.to_be_bytes()[..], fields].concat();
    let sum = Sha256::digest(&whole);
    whole.extend_from_slice(&sum[..8]);
    whole
}
