//! Events out of the fuzzer's bytes, and what must hold of every transfer whatever is fed.

use arbitrary::Arbitrary;
use twiml_refer::{
    Transfer,
    transfer::{Event, Notify, Output, Response, Start},
    webhook::Leg,
};

/// An event with its own text.
#[derive(Debug, Clone, Arbitrary)]
pub enum Fed {
    Start { leg: u8, cseq: Option<u32>, first_in_dialog: bool },
    Response { code: u16, refer_sub: bool, retry: Option<u32> },
    FinalResponse { code: u8 },
    Notify { event: String, cseq: u32, state: Option<String>, body: Vec<u8>, in_dialog: bool },
    Usual { code: u16, cseq: u8, terminated: bool, expires: Option<u16> },
    Cseq { cseq: u8 },
    Status { code: u16, is_final: bool },
    HangUp,
    TransportError,
    Time,
}

/// Feeds it; the strings live in `text`.
pub fn feed(transfer: &mut Transfer, fed: &Fed, now: u64) -> (bool, bool) {
    let (state, body);
    let event = match fed {
        Fed::Start { leg, cseq, first_in_dialog } => {
            let legs = [Leg::Sip, Leg::Sip, Leg::Sip, Leg::Pstn, Leg::Client, Leg::Unknown];
            cseq.map_or_else(Start::without_cseq, Start::new)
                .with_leg(legs[usize::from(leg % 6)])
                .with_first_in_dialog(*first_in_dialog)
                .into()
        }
        Fed::Response { code, refer_sub, retry } => {
            let response = Response::new(*code).with_refer_sub(*refer_sub);
            retry.map_or(response, |cseq| response.with_retry(cseq)).into()
        }
        Fed::FinalResponse { code } => Response::new(200 + u16::from(*code)).into(),
        Fed::Notify { event, cseq, state, body, in_dialog } => Notify::new(*cseq, event, body)
            .with_subscription_state(state.as_deref())
            .with_in_dialog(*in_dialog)
            .into(),
        Fed::Usual { code, cseq, terminated, expires } => {
            let name = if *terminated { "terminated" } else { "active" };
            state = expires.map_or(name.to_owned(), |expires| format!("{name};expires={expires}"));
            body = format!("SIP/2.0 {} OK\r\n", 100 + code % 600);
            Notify::new(u32::from(*cseq), "refer", &body)
                .with_subscription_state(state.as_str())
                .into()
        }
        Fed::Cseq { cseq } => Event::Cseq(u32::from(*cseq)),
        Fed::Status { code, is_final } => Event::status(code % 800, *is_final),
        Fed::HangUp => Event::HangUp,
        Fed::TransportError => Event::TransportError,
        Fed::Time => Event::Time,
    };
    let is_notify = matches!(event, Event::Notify(_));
    (is_notify, transfer.handle(event, now).is_ok())
}

/// All pending outputs.
pub fn drain(transfer: &mut Transfer) -> Vec<Output> {
    std::iter::from_fn(|| transfer.poll()).collect()
}

/// How often the end is among outputs.
#[must_use]
pub fn ends(outputs: &[Output]) -> usize {
    outputs.iter().filter(|output| matches!(output, Output::Completed(_))).count()
}
