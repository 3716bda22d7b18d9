//! Saved bytes: whatever is restored saves as it was. The second half of the inputs gets its length
//! and checksum mended, so that the fields behind them are read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sha2::{Digest, Sha256};
use twiml_refer::{Event, Transfer};

fuzz_target!(|input: (bool, Vec<u8>)| {
    let (mend, mut bytes) = input;
    if mend {
        let length = bytes.len() + 8 + 8;
        let mut whole = b"TWR\x01".to_vec();
        whole.extend_from_slice(&u32::try_from(length).expect("small").to_be_bytes());
        whole.append(&mut bytes);
        let sum = Sha256::digest(&whole);
        whole.extend_from_slice(&sum[..8]);
        bytes = whole;
    }
    if let Ok(mut transfer) = Transfer::restore(&bytes) {
        assert_eq!(transfer.save(), bytes);
        while transfer.poll().is_some() {}
        for _ in 0..3 {
            if let Some(deadline) = transfer.deadline() {
                transfer.handle(Event::Time, deadline).expect("time may always come");
                while transfer.poll().is_some() {}
            }
        }
    }
});
