//! Long sequences of arbitrary events at arbitrary times, some of them going back.

use std::time::Duration;

use proptest::prelude::*;
use twiml_refer::{
    Transfer,
    transfer::{Event, Notify, Response, Start, TransferSettings},
    webhook::Leg,
};

use super::feeding::{drain, feed, run_out, transfer};

/// An event that owns its text.
#[derive(Debug, Clone)]
enum Fed {
    Start(Leg, Option<u32>, bool),
    Response(u16, bool, Option<u32>),
    Notify(String, u32, Option<String>, Vec<u8>, bool),
    Cseq(u32),
    Status(u16, bool),
    HangUp,
    TransportError,
    Time,
}

impl Fed {
    fn event(&self) -> Event<'_> {
        match self {
            &Self::Start(leg, cseq, first_in_dialog) => {
                let start = cseq.map_or_else(Start::without_cseq, Start::new);
                start.with_leg(leg).with_first_in_dialog(first_in_dialog).into()
            }
            &Self::Response(code, refer_sub, retry) => {
                let response = Response::new(code).with_refer_sub(refer_sub);
                retry.map_or(response, |cseq| response.with_retry(cseq)).into()
            }
            Self::Notify(event, cseq, state, body, in_dialog) => Notify::new(*cseq, event, body)
                .with_subscription_state(state.as_deref())
                .with_in_dialog(*in_dialog)
                .into(),
            &Self::Cseq(cseq) => Event::Cseq(cseq),
            &Self::Status(code, is_final) => Event::status(code, is_final),
            Self::HangUp => Event::HangUp,
            Self::TransportError => Event::TransportError,
            Self::Time => Event::Time,
        }
    }
}

fn fed() -> impl Strategy<Value = Fed> {
    let legs = prop_oneof![9 => Just(Leg::Sip), 1 => Just(Leg::Unknown)];
    let codes = prop_oneof![Just(100), Just(202), Just(401), Just(481), 0_u16..=800];
    let headers = prop_oneof![
        6 => Just("refer".to_owned()),
        2 => (0_u32..4).prop_map(|id| format!("refer;id={id}")),
        1 => ".{0,20}",
    ];
    let states = prop_oneof![
        4 => (0_u32..100).prop_map(|expires| Some(format!("active;expires={expires}"))),
        2 => Just(Some("terminated;reason=noresource".to_owned())),
        1 => Just(None),
        1 => ".{0,20}".prop_map(Some),
    ];
    let bodies = prop_oneof![
        6 => (0_u16..=800).prop_map(|code| format!("SIP/2.0 {code} OK\r\n").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
    ];
    let notify = (headers, 0_u32..12, states, bodies, prop::bool::weighted(0.9));
    prop_oneof![
        1 => (legs, prop::option::of(0_u32..4), any::<bool>()).prop_map(|(leg, n, first)| Fed::Start(leg, n, first)),
        1 => (0_u32..4).prop_map(Fed::Cseq),
        1 => (codes.clone(), any::<bool>()).prop_map(|(code, end)| Fed::Status(code, end)),
        2 => (codes, prop::bool::weighted(0.9), prop::option::weighted(0.2, 0_u32..4))
            .prop_map(|(code, sub, retry)| Fed::Response(code, sub, retry)),
        8 => notify.prop_map(|(h, n, s, b, ours)| Fed::Notify(h, n, s, b, ours)),
        1 => Just(Fed::HangUp),
        1 => Just(Fed::TransportError),
        2 => Just(Fed::Time),
    ]
}

fn sequence() -> impl Strategy<Value = Vec<(Fed, u64)>> {
    let times = prop_oneof![4 => 0_u64..50_000, 1 => any::<u64>()];
    prop::collection::vec((fed(), times), 0..40)
}

fn settings() -> impl Strategy<Value = TransferSettings> {
    (0_u64..3).prop_map(|seconds| {
        TransferSettings::new().with_hang_up_grace(Duration::from_secs(seconds)).unwrap()
    })
}

proptest! {
    #[test]
    fn the_promises_are_kept(settings in settings(), started: bool, sequence in sequence()) {
        let mut transfer = transfer(settings);
        if started {
            feed(&mut transfer, Start::new(1), 0);
        }
        for (fed, now) in &sequence {
            feed(&mut transfer, fed.event(), *now);
        }
        run_out(&mut transfer);
    }

    #[test]
    fn saving_and_restoring_changes_nothing(
        settings in settings(),
        sequence in sequence(),
        at in any::<prop::sample::Index>(),
        polls in 0_usize..3,
    ) {
        let mut one = transfer(settings);
        let _ = one.handle(Start::new(1), 0);
        let cut = at.index(sequence.len() + 1);
        for (fed, now) in &sequence[..cut] {
            drain(&mut one);
            let _ = one.handle(fed.event(), *now);
        }
        // With some outputs still waiting.
        for _ in 0..polls {
            one.poll();
        }
        let bytes = one.save();
        let mut other = Transfer::restore(&bytes).unwrap();
        prop_assert_eq!(other.save(), bytes);
        prop_assert_eq!(drain(&mut other), drain(&mut one));
        for (fed, now) in &sequence[cut..] {
            prop_assert_eq!(other.handle(fed.event(), *now), one.handle(fed.event(), *now));
            prop_assert_eq!(other.deadline_ms(), one.deadline_ms());
            prop_assert_eq!(drain(&mut other), drain(&mut one));
        }
    }

    #[test]
    fn whoever_never_polls_is_told_and_loses_nothing(sequence in sequence()) {
        let mut lazy = transfer(TransferSettings::new());
        let mut eager = lazy.clone();
        let mut expected = Vec::new();
        for (fed, now) in std::iter::once(&(Fed::Start(Leg::Sip, Some(1), true), 0)).chain(&sequence) {
            let mut answer = lazy.handle(fed.event(), *now);
            if answer.as_ref().is_err_and(|e| e.kind().as_str() == "transfer-outputs-pending") {
                prop_assert_eq!(drain(&mut lazy), std::mem::take(&mut expected));
                answer = lazy.handle(fed.event(), *now);
            }
            prop_assert_eq!(answer, eager.handle(fed.event(), *now));
            expected.extend(drain(&mut eager));
        }
        prop_assert_eq!(drain(&mut lazy), expected);
    }
}
