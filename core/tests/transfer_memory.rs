//! A live transfer is small, and no event allocates. One test, because the heap is counted for the
//! whole process.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use twiml_refer::{Event, Output, SipUri, Transfer, TransferSettings};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

fn notify(cseq: u32, state: &'static str, body: &'static [u8]) -> Event<'static> {
    let subscription_state = Some(state);
    Event::Notify { event: "refer;id=1", cseq, subscription_state, body, in_dialog: true }
}

#[test]
fn a_transfer_is_small_and_no_event_allocates() {
    let _profiler = dhat::Profiler::builder().testing().build();
    let settings = Arc::new(TransferSettings::new());
    let target =
        SipUri::parse("sip:alice@example.com?X-AcctNumber=123456&X-Reason=billing").unwrap();

    let before = dhat::HeapStats::get().curr_bytes;
    let mut transfer = Transfer::with_settings(target.clone(), Arc::clone(&settings));
    let heap = dhat::HeapStats::get().curr_bytes - before;
    let size = size_of::<Transfer>() + heap + target.as_str().len();
    assert!(size <= 512, "{size} bytes");

    let blocks = dhat::HeapStats::get().total_blocks;
    transfer.handle(Event::start(1), 0).unwrap();
    assert_eq!(transfer.poll(), Some(Output::SendRefer));
    transfer.handle(Event::response(202), 50).unwrap();
    transfer.handle(notify(1, "active;expires=60", b"SIP/2.0 100 Trying\r\n"), 60).unwrap();
    assert_eq!(transfer.poll(), Some(Output::Reply(200)));
    transfer.handle(notify(2, "active;expires=60", b"SIP/2.0 180 Ringing\r\n"), 70).unwrap();
    assert_eq!(transfer.poll(), Some(Output::Reply(200)));
    transfer.handle(notify(3, "terminated", b"SIP/2.0 486 Busy Here\r\n"), 80).unwrap();
    assert_eq!(transfer.poll(), Some(Output::Reply(200)));
    assert!(matches!(transfer.poll(), Some(Output::Completed(_))));
    assert_eq!(dhat::HeapStats::get().total_blocks, blocks, "an event allocated");
}
