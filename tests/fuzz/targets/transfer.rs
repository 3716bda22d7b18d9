//! Any sequence of events: one reply to each NOTIFY, one end at most, an end once time runs out, and
//! no difference after saving and restoring.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::{
    SipUri, Transfer,
    transfer::{Output, TransferSettings, TransferState},
};
use twiml_refer_fuzz::events::{Fed, drain, ends, feed};

#[derive(Debug, arbitrary::Arbitrary)]
struct Sequence {
    grace: u16,
    fed: Vec<(Fed, u16)>,
}

fuzz_target!(|sequence: Sequence| {
    let target = SipUri::parse("sip:alice@example.com").expect("a URI");
    let grace = std::time::Duration::from_millis(u64::from(sequence.grace % 2000));
    let settings = TransferSettings::new().with_hang_up_grace(grace).expect("in range");
    let mut transfer = Transfer::with_settings(target, settings);
    let mut now = 1_700_000_000_000;
    let mut completed = 0;
    for (fed, step) in &sequence.fed {
        // Sometimes backwards, mostly forwards, and far enough to meet deadlines.
        now = if step % 16 == 0 { now - u64::from(*step) } else { now + u64::from(*step) * 4 };
        let mut twin = Transfer::restore(&transfer.save()).expect("saved bytes are restored");
        assert_eq!(twin, transfer);
        let (is_notify, is_ok) = feed(&mut transfer, fed, now);
        assert!(is_ok || !is_notify, "a NOTIFY may always come");
        feed(&mut twin, fed, now);
        let outputs = drain(&mut transfer);
        assert_eq!(drain(&mut twin), outputs);
        let replies = outputs.iter().filter(|output| matches!(output, Output::Reply(_))).count();
        assert_eq!(replies, usize::from(is_notify), "{fed:?}");
        completed += ends(&outputs);
    }
    let was_started = transfer.state() != TransferState::Idle;
    for _ in 0..3 {
        if let Some(deadline) = transfer.deadline_ms() {
            transfer.handle_timeout(deadline).expect("time may always come");
            completed += ends(&drain(&mut transfer));
        }
    }
    assert_eq!(completed, usize::from(was_started));
    assert_eq!(transfer.deadline_ms(), None);
});
