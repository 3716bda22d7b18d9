//! Before the REFER: what the start refuses.

use super::fixtures::{LIVE, completed, drain, feed, idle, notify_of, refused, reply, unexpected};
use crate::SipUri;
use crate::error::ErrorKind;
use crate::transfer::{Event, Output, Response, Start, Transfer, TransferSettings, TransferState};
use crate::webhook::Leg;

#[test]
fn a_leg_that_is_not_sip_is_refused_and_nothing_is_sent() {
    for leg in [Leg::Pstn, Leg::Client, Leg::Unknown] {
        let mut transfer = idle(TransferSettings::new());
        let start = Start::new(1).with_leg(leg);
        let error = transfer.handle(start, 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ReferNotSupported);
        assert_eq!(error.twilio_number(), Some(13801));
        assert_eq!(drain(&mut transfer), []);
        assert_eq!((transfer.state(), transfer.deadline_ms()), (TransferState::Idle, None));
    }
}

#[test]
fn nothing_but_a_start_begins() {
    for event in [Response::new(202).into(), Event::HangUp, Event::TransportError] {
        let mut transfer = idle(TransferSettings::new());
        assert_eq!(feed(&mut transfer, event, 5), [unexpected(event, "idle")]);
        assert_eq!((transfer.state(), transfer.deadline_ms()), (TransferState::Idle, None));
    }
    let mut transfer = idle(TransferSettings::new());
    // There is no subscription, whatever the id: not without one, and not by chance.
    for (cseq, event) in (1..).zip(["refer", "refer;id=0", "refer;id=1"]) {
        let answered = notify_of(event, cseq, Some(LIVE), "SIP/2.0 200 OK\r\n");
        let outputs = [unexpected(answered, "idle"), reply(481)];
        assert_eq!(feed(&mut transfer, answered, 5), outputs, "{event}");
    }
    assert_eq!(feed(&mut transfer, Event::Time, u64::MAX), []);
    assert_eq!((transfer.state(), transfer.report()), (TransferState::Idle, None));
}

#[test]
fn a_transfer_starts_once() {
    let mut transfer = idle(TransferSettings::new());
    assert_eq!(feed(&mut transfer, Start::new(1), 0), [Output::SendRefer]);
    assert_eq!(refused(&mut transfer, Start::new(2), 1), ErrorKind::TransferEventUnexpected);
    assert_eq!(feed(&mut transfer, Event::HangUp, 2), [completed("canceled", None, None)]);
    assert_eq!(refused(&mut transfer, Start::new(3), 3), ErrorKind::TransferEventUnexpected);
    assert_eq!(drain(&mut transfer), []);
}

#[test]
fn the_refer_to_is_always_in_angle_brackets() {
    for target in ["sip:alice@example.com", "sips:a@[::1]:5061;transport=tls?X-A=1&X-B=%20"] {
        let transfer = Transfer::new(SipUri::parse(target).unwrap());
        assert_eq!(transfer.refer_to(), format!("<{target}>"));
        assert_eq!(transfer.target().as_str(), target);
    }
}
