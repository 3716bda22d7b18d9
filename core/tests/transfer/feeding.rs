//! Feeding a transfer and holding it to its promises at every step.

use twiml_refer::{
    SipUri, Transfer,
    transfer::{Event, Output, TransferSettings, TransferState},
};

pub(crate) fn transfer(settings: TransferSettings) -> Transfer {
    Transfer::with_settings(SipUri::parse("sip:alice@example.com").unwrap(), settings)
}

/// Everything that waits.
pub(crate) fn drain(transfer: &mut Transfer) -> Vec<Output> {
    std::iter::from_fn(|| transfer.poll()).collect()
}

pub(crate) fn completions(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::Completed(_))).count()
}

/// One event: a NOTIFY is owed one reply, anything else none; the end comes once, and after it
/// there is nothing to wait for.
pub(crate) fn feed<'a>(
    transfer: &mut Transfer,
    event: impl Into<Event<'a>>,
    now: u64,
) -> Vec<Output> {
    let event = event.into();
    let was_completed = transfer.state() == TransferState::Completed;
    let is_notify = matches!(event, Event::Notify(_));
    let result = transfer.handle(event, now);
    assert!(result.is_ok() || !is_notify, "a NOTIFY may always come: {result:?}");
    let outputs = drain(transfer);
    let replies = outputs.iter().filter(|output| matches!(output, Output::Reply(_))).count();
    assert_eq!(replies, usize::from(is_notify), "{event:?}: {outputs:?}");
    let is_completed = transfer.state() == TransferState::Completed;
    assert_eq!(completions(&outputs), usize::from(is_completed && !was_completed), "{event:?}");
    assert_eq!(transfer.report().is_some(), is_completed);
    assert_eq!(transfer.deadline_ms().is_some(), is_live(transfer));
    outputs
}

pub(crate) fn is_live(transfer: &Transfer) -> bool {
    matches!(transfer.state(), TransferState::Referring | TransferState::Subscribed)
}

/// Time alone brings every transfer that was started to its end, at its very next deadline.
pub(crate) fn run_out(transfer: &mut Transfer) {
    if let Some(deadline) = transfer.deadline_ms() {
        assert_eq!(completions(&feed(transfer, Event::Time, deadline)), 1, "{transfer:?}");
    }
    assert!(!is_live(transfer));
    assert_eq!(feed(transfer, Event::Time, u64::MAX), []);
}
