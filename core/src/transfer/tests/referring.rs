//! While the REFER is not answered: its responses, silence, and NOTIFYs that overtake its 2xx.

use super::fixtures::{
    ACCEPTED, LIVE, START, completed, feed, notify, notify_of, referring, refused, reply,
};
use crate::diagnostic::DiagnosticCode;
use crate::error::ErrorKind;
use crate::transfer::{Output, Response, TransferState};

/// Timer F, RFC 3261 §17.1.2.2: 64 times T1.
const TIMER_F: u64 = 64 * 500;
/// Timer N, RFC 6665 §4.1.2.4: the same.
const TIMER_N: u64 = 64 * 500;

#[test]
fn only_a_challenge_is_answered_with_credentials() {
    for code in [100, 202, 403, 503] {
        let mut transfer = referring();
        let retried = Response::new(code).with_retry(2);
        assert_eq!(refused(&mut transfer, retried, ACCEPTED), ErrorKind::TransferEventUnexpected);
        assert_eq!(transfer.state(), TransferState::Referring);
        assert_eq!(transfer.deadline_ms(), Some(START + TIMER_F));
    }
}

#[test]
fn a_code_that_sip_does_not_have_is_ignored_and_diagnosed() {
    for code in [0, 99, 700, u16::MAX] {
        let mut transfer = referring();
        let outputs = feed(&mut transfer, Response::new(code), ACCEPTED);
        let [Output::Diagnostic(diagnostic)] = outputs.as_slice() else { panic!("{outputs:?}") };
        assert_eq!(diagnostic.code(), DiagnosticCode::ResponseCodeInvalid);
        assert!(diagnostic.message().contains(&code.to_string()), "{diagnostic}");
        assert_eq!(transfer.state(), TransferState::Referring);
    }
}

#[test]
fn what_was_decided_early_stays_decided() {
    let mut transfer = referring();
    feed(&mut transfer, notify(1, LIVE, "SIP/2.0 486 Busy Here\r\n"), START + 10);
    assert_eq!(
        feed(&mut transfer, notify(2, LIVE, "SIP/2.0 200 OK\r\n"), START + 20),
        [reply(200)]
    );
    let outputs = feed(&mut transfer, Response::new(202), ACCEPTED);
    assert_eq!(outputs, [completed("busy", 202, 486)]);
}

#[test]
fn an_early_notify_that_does_not_count_leaves_timer_n() {
    let mut transfer = referring();
    let wrong = notify_of("refer;id=9", 1, Some(LIVE), "SIP/2.0 200 OK\r\n");
    assert_eq!(feed(&mut transfer, wrong, START + 10), [reply(481)]);
    assert_eq!(feed(&mut transfer, Response::new(202), ACCEPTED), []);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + TIMER_N));
}
