//! Stacks that do more themselves: they choose the CSeq, answer challenges, or report codes alone.

use std::time::Duration;

use super::fixtures::{
    ACCEPTED, LIVE, OVER, START, completed, feed, idle, notify, notify_of, referring,
    referring_with, refused, reply, subscribed, unexpected,
};
use crate::diagnostic::DiagnosticCode;
use crate::error::ErrorKind;
use crate::transfer::{Event, Output, Response, Start, Transfer, TransferSettings, TransferState};

const TIMER_F: u64 = 32_000;
const RINGING: &str = "SIP/2.0 180 Ringing\r\n";

fn without_cseq() -> Transfer {
    let mut transfer = idle(TransferSettings::new());
    assert_eq!(feed(&mut transfer, Start::without_cseq(), START), [Output::SendRefer]);
    transfer
}

#[test]
fn until_the_cseq_is_known_any_number_is_trusted() {
    for id in ["refer;id=0", "refer;id=7", "refer;id=4294967295", "refer"] {
        let mut transfer = without_cseq();
        feed(&mut transfer, Response::new(202), ACCEPTED);
        let ringing = notify_of(id, 1, Some(LIVE), RINGING);
        assert_eq!(feed(&mut transfer, ringing, ACCEPTED), [reply(200)], "{id}");
    }
    for id in ["refer;id=x", "refer;id=", "refer;id=4294967296"] {
        let ringing = notify_of(id, 1, Some(LIVE), RINGING);
        assert_eq!(feed(&mut without_cseq(), ringing, ACCEPTED), [reply(481)], "{id}");
    }
}

#[test]
fn trust_does_not_extend_to_a_missing_id_of_a_later_refer() {
    let mut transfer = idle(TransferSettings::new());
    feed(&mut transfer, Start::without_cseq().with_first_in_dialog(false), START);
    let ringing = |event, cseq| notify_of(event, cseq, Some(LIVE), RINGING);
    assert_eq!(feed(&mut transfer, ringing("refer", 1), ACCEPTED), [reply(481)]);
    assert_eq!(feed(&mut transfer, ringing("refer;id=3", 2), ACCEPTED), [reply(200)]);
}

#[test]
fn a_cseq_may_be_fed_in_every_state_but_idle() {
    let mut transfer = idle(TransferSettings::new());
    let kind = refused(&mut transfer, Event::Cseq(7), START);
    assert_eq!(
        (kind, transfer),
        (ErrorKind::TransferEventUnexpected, idle(TransferSettings::new()))
    );

    let mut ended = without_cseq();
    feed(&mut ended, Response::new(202), ACCEPTED);
    feed(&mut ended, Event::HangUp, ACCEPTED);
    for mut transfer in [without_cseq(), referring(), subscribed(), ended] {
        let state = transfer.state();
        assert_eq!(feed(&mut transfer, Event::Cseq(7), ACCEPTED), []);
        assert_eq!(transfer.state(), state);
        let ringing = |event, cseq| notify_of(event, cseq, Some(LIVE), RINGING);
        assert_eq!(feed(&mut transfer, ringing("refer;id=1", 1), ACCEPTED), [reply(481)]);
        assert_eq!(feed(&mut transfer, ringing("refer;id=7", 2), ACCEPTED), [reply(200)]);
    }
}

#[test]
fn a_cseq_starts_the_response_timeout_anew_while_a_response_is_awaited() {
    let mut transfer = referring();
    feed(&mut transfer, Event::Cseq(2), START + 31_000);
    assert_eq!(transfer.deadline_ms(), Some(START + 31_000 + TIMER_F));
    let mut transfer = subscribed();
    let deadline = transfer.deadline_ms();
    feed(&mut transfer, Event::Cseq(2), ACCEPTED + 1_000);
    assert_eq!(transfer.deadline_ms(), deadline);
}

#[test]
fn a_status_is_a_notify_without_a_reply() {
    let mut transfer = without_cseq();
    assert_eq!(feed(&mut transfer, Event::status(100, false), ACCEPTED), []);
    assert_eq!(transfer.state(), TransferState::Subscribed);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 180_000));
    assert_eq!(feed(&mut transfer, Event::status(180, false), ACCEPTED + 9), []);
    assert_eq!(transfer.deadline_ms(), Some(ACCEPTED + 180_009));
    let outputs = feed(&mut transfer, Event::status(200, true), ACCEPTED + 10);
    assert_eq!(outputs, [completed("in-progress", None, 200)]);
    assert_eq!(feed(&mut transfer, Event::status(486, true), ACCEPTED + 11), []);
}

#[test]
fn every_final_status_decides_whether_or_not_it_is_the_last() {
    for code in 200..=699_u16 {
        for is_final in [false, true] {
            let body = format!("SIP/2.0 {code} \r\n");
            let state = if is_final { OVER } else { LIVE };
            let mut by_notify = feed(&mut subscribed(), notify(1, state, &body), ACCEPTED);
            let by_status = feed(&mut subscribed(), Event::status(code, is_final), ACCEPTED);
            assert_eq!(by_notify.remove(0), reply(200));
            assert_eq!(by_status, by_notify, "{code}");
        }
    }
}

#[test]
fn the_last_status_without_a_final_code_is_a_failure() {
    let outputs = feed(&mut without_cseq(), Event::status(180, true), ACCEPTED);
    assert_eq!(outputs, [completed("failed", None, 180)]);
    for code in [0, 99, 700] {
        let mut transfer = subscribed();
        feed(&mut transfer, Event::status(180, false), ACCEPTED);
        let outputs = feed(&mut transfer, Event::status(code, true), ACCEPTED);
        let [Output::Diagnostic(invalid), end] = outputs.as_slice() else { panic!("{outputs:?}") };
        assert_eq!(invalid.code(), DiagnosticCode::ResponseCodeInvalid);
        assert_eq!(*end, completed("failed", 202, 180));
    }
}

#[test]
fn a_response_after_a_status_still_counts() {
    let early = || {
        let mut transfer = referring();
        feed(&mut transfer, Event::status(180, false), ACCEPTED);
        transfer
    };
    let mut accepted = early();
    assert_eq!(feed(&mut accepted, Response::new(202), ACCEPTED), []);
    let again = feed(&mut accepted, Response::new(202), ACCEPTED);
    assert_eq!(again, [unexpected(Response::new(202), "subscribed")]);
    let outputs = feed(&mut accepted, Event::status(486, true), ACCEPTED);
    assert_eq!(outputs, [completed("busy", 202, 486)]);

    assert_eq!(feed(&mut early(), Response::new(180), ACCEPTED), []);
    let outputs = feed(&mut early(), Response::new(405), ACCEPTED);
    assert_eq!(outputs, [completed("failed", 405, None)]);
}

#[test]
fn a_status_ends_the_wait_for_a_response() {
    let mut transfer = referring();
    feed(&mut transfer, notify(1, OVER, "SIP/2.0 486 Busy Here\r\n"), ACCEPTED);
    let outputs = feed(&mut transfer, Event::status(486, true), ACCEPTED);
    assert_eq!(outputs, [completed("busy", None, 486)]);
}

#[test]
fn a_status_before_the_start_is_diagnosed() {
    let mut transfer = idle(TransferSettings::new());
    let status = Event::status(200, true);
    assert_eq!(feed(&mut transfer, status, START), [unexpected(status, "idle")]);
    assert_eq!(transfer.state(), TransferState::Idle);
}

#[test]
fn a_final_status_in_the_grace_decides_and_a_last_one_leaves_nothing_to_wait_for() {
    let settings = TransferSettings::new().with_hang_up_grace(Duration::from_secs(1)).unwrap();
    for (code, status) in [(200, "in-progress"), (180, "canceled")] {
        let mut transfer = referring_with(settings.clone());
        feed(&mut transfer, Event::HangUp, ACCEPTED);
        let outputs = feed(&mut transfer, Event::status(code, true), ACCEPTED + 1);
        assert_eq!(outputs, [completed(status, None, code)]);
    }
}
