//! Before the REFER: Twilio's four scenarios as a whole, and what the start refuses.

use super::fixtures::{
    LIVE, OVER, completed, drain, feed, idle, notify, notify_of, refused, reply, unexpected,
};
use crate::error::ErrorKind;
use crate::sip::SipStatus;
use crate::transfer::{Event, Output, Response, Start, Transfer, TransferSettings, TransferState};
use crate::webhook::Leg;
use crate::{ReferOutcome, SipUri};

/// What is reported to the app, as Twilio's documentation of `<Refer>` prints it.
fn reported(events: &[(u64, Event<'_>)]) -> (Vec<(&'static str, String)>, ReferOutcome) {
    let mut transfer = idle(TransferSettings::new());
    let mut reports = Vec::new();
    for (now, event) in events {
        reports.extend(feed(&mut transfer, *event, *now).into_iter().filter_map(|o| match o {
            Output::Completed(report) => Some(report),
            _ => None,
        }));
    }
    assert_eq!(reports.len(), 1);
    (reports[0].params().collect(), reports[0].outcome())
}

fn params(pairs: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    pairs.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

const STATUS: &str = "ReferCallStatus";
const REFER: &str = "ReferSipResponseCode";
const NOTIFY: &str = "NotifySipResponseCode";

#[test]
fn scenario_1_the_target_answers() {
    let events = [
        (0, Start::new(1).into()),
        (50, Response::new(202).into()),
        (100, notify(1, LIVE, "SIP/2.0 100 Trying\r\n").into()),
        (2_000, notify(2, LIVE, "SIP/2.0 180 Ringing\r\n").into()),
        (9_500, notify(3, OVER, "SIP/2.0 200 OK\r\n").into()),
    ];
    let pairs = [(STATUS, "in-progress"), (REFER, "202"), (NOTIFY, "200")];
    assert_eq!(reported(&events), (params(&pairs), ReferOutcome::Transferred));
}

#[test]
fn scenario_2_the_target_fails() {
    let events = [
        (0, Start::new(1).into()),
        (50, Response::new(202).into()),
        (100, notify(1, LIVE, "SIP/2.0 100 Trying\r\n").into()),
        (9_500, notify(2, OVER, "SIP/2.0 486 Busy Here\r\n").into()),
    ];
    let (pairs, outcome) = reported(&events);
    assert_eq!(pairs, params(&[(STATUS, "busy"), (REFER, "202"), (NOTIFY, "486")]));
    assert_eq!(outcome.kind(), "target-failed");
}

#[test]
fn scenario_3_the_endpoint_refuses() {
    let events = [(0, Start::new(1).into()), (50, Response::new(405).into())];
    let pairs = [(STATUS, "failed"), (REFER, "405")];
    let code = SipStatus::new(405).unwrap();
    assert_eq!(reported(&events), (params(&pairs), ReferOutcome::Rejected { code }));
}

#[test]
fn scenario_4_the_caller_hangs_up() {
    let events = [
        (0, Start::new(1).into()),
        (50, Response::new(202).into()),
        (100, notify(1, LIVE, "SIP/2.0 180 Ringing\r\n").into()),
        (5_000, Event::HangUp),
    ];
    let pairs = [(STATUS, "canceled"), (REFER, "202"), (NOTIFY, "180")];
    assert_eq!(reported(&events), (params(&pairs), ReferOutcome::Canceled));
}

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
