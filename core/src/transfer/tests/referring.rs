//! While the REFER is not answered: its responses, silence, and NOTIFYs that overtake its 2xx.

use super::fixtures::{
    ACCEPTED, LIVE, OVER, START, completed, feed, idle, notify, notify_of, referring, refused,
    reply,
};
use crate::diagnostic::DiagnosticCode;
use crate::error::ErrorKind;
use crate::transfer::{Event, Output, Response, Start, TransferSettings, TransferState};

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
fn any_other_final_response_is_a_refusal() {
    for code in [300, 302, 399, 400, 401, 405, 407, 480, 486, 487, 500, 503, 600, 603, 699] {
        let mut transfer = referring();
        let outputs = feed(&mut transfer, Response::new(code), ACCEPTED);
        assert_eq!(outputs, [completed("failed", code, None)], "{code}");
        assert_eq!(transfer.deadline_ms(), None);
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
fn silence_counts_as_408_at_its_deadline_and_not_before() {
    let mut transfer = referring();
    assert_eq!(feed(&mut transfer, Event::Time, START + TIMER_F - 1), []);
    let outputs = feed(&mut transfer, Event::Time, START + TIMER_F);
    assert_eq!(outputs, [Output::EndDialog, completed("failed", 408, None)]);
}

#[test]
fn a_final_notify_that_overtakes_the_2xx_waits_for_it() {
    let cases = [
        (LIVE, "SIP/2.0 200 OK\r\n", "in-progress", Some(200)),
        (OVER, "SIP/2.0 486 Busy Here\r\n", "busy", Some(486)),
        (OVER, "", "failed", None),
        (OVER, "SIP/2.0 180 Ringing\r\n", "failed", Some(180)),
    ];
    for (state, body, status, code) in cases {
        let mut early = referring();
        assert_eq!(feed(&mut early, notify(1, state, body), START + 10), [reply(200)], "{body}");
        assert_eq!(early.deadline_ms(), Some(START + TIMER_F));

        let answered = feed(&mut early.clone(), Response::new(202), ACCEPTED);
        assert_eq!(answered, [completed(status, 202, code)], "{body}");
        let unsubscribed =
            feed(&mut early.clone(), Response::new(200).with_refer_sub(false), ACCEPTED);
        assert_eq!(unsubscribed, [completed(status, 200, code)], "{body}");
        // Its answer is lost: the NOTIFY's result counts, without a code of the REFER.
        let silent = feed(&mut early.clone(), Event::Time, START + TIMER_F);
        assert_eq!(silent, [Output::EndDialog, completed(status, None, code)], "{body}");
        let broken = feed(&mut early.clone(), Event::TransportError, ACCEPTED);
        assert_eq!(broken, [completed(status, None, code)], "{body}");
        // A refusal is the endpoint's last word, and has no code of a NOTIFY.
        let refusal = feed(&mut early, Response::new(405), ACCEPTED);
        assert_eq!(refusal, [completed("failed", 405, None)], "{body}");
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
fn an_early_provisional_notify_counts_as_the_first() {
    let ringing = "SIP/2.0 180 Ringing\r\n";
    for (state, lifetime) in [("active;expires=60", 60_000), ("pending", 180_000)] {
        let mut transfer = referring();
        assert_eq!(feed(&mut transfer, notify(1, state, ringing), START + 10), [reply(200)]);
        assert_eq!(transfer.deadline_ms(), Some(START + TIMER_F));
        assert_eq!(feed(&mut transfer, Response::new(202), ACCEPTED), []);
        assert_eq!(transfer.deadline_ms(), Some(START + 10 + lifetime), "no timer N");
        let outputs = feed(&mut transfer, Event::Time, START + 10 + lifetime);
        assert_eq!(outputs, [completed("failed", 202, 180)]);
    }
}

#[test]
fn an_early_provisional_notify_decides_nothing() {
    let mut early = referring();
    feed(&mut early, notify(1, LIVE, "SIP/2.0 180 Ringing\r\n"), START + 10);
    let outputs = feed(&mut early.clone(), Event::Time, START + TIMER_F);
    assert_eq!(outputs, [Output::EndDialog, completed("failed", 408, None)]);
    let outputs = feed(&mut early, Event::TransportError, ACCEPTED);
    assert_eq!(outputs, [completed("failed", 503, None)]);
}

#[test]
fn an_early_notify_that_does_not_count_leaves_timer_n() {
    let mut transfer = referring();
    let wrong = notify_of("refer;id=9", 1, Some(LIVE), "SIP/2.0 200 OK\r\n");
    assert_eq!(feed(&mut transfer, wrong, START + 10), [reply(481)]);
    assert_eq!(feed(&mut transfer, Response::new(202), ACCEPTED), []);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + TIMER_N));
}

#[test]
fn without_an_id_only_the_first_refer_of_a_dialog_is_meant() {
    for (first_in_dialog, code) in [(true, 200), (false, 481)] {
        let mut transfer = idle(TransferSettings::new());
        feed(&mut transfer, Start::new(8).with_first_in_dialog(first_in_dialog), START);
        feed(&mut transfer, Response::new(202), ACCEPTED);
        let trying = |event, cseq| notify_of(event, cseq, Some(LIVE), "SIP/2.0 100 Trying\r\n");
        assert_eq!(feed(&mut transfer, trying("refer", 1), ACCEPTED), [reply(code)]);
        assert_eq!(feed(&mut transfer, trying("refer;id=8", 2), ACCEPTED), [reply(200)]);
    }
}
