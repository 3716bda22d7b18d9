//! Events out of the fuzzer's bytes, and what must hold of every transfer whatever is fed.

use arbitrary::Arbitrary;
use twiml_refer::{
    Transfer,
    transfer::{Event, Output},
    webhook::Leg,
};

/// An event with its own text.
#[derive(Debug, Clone, Arbitrary)]
pub enum Fed {
    Start { leg: u8, cseq: u32, first_in_dialog: bool },
    Response { code: u16, refer_sub: bool, retry: Option<u32> },
    FinalResponse { code: u8 },
    Notify { event: String, cseq: u32, state: Option<String>, body: Vec<u8>, in_dialog: bool },
    Usual { code: u16, cseq: u8, terminated: bool, expires: Option<u16> },
    HangUp,
    TransportError,
    Time,
}

/// Feeds it; the strings live in `text`.
pub fn feed(transfer: &mut Transfer, fed: &Fed, now: u64) -> (bool, bool) {
    let (state, body);
    let event = match fed {
        Fed::Start { leg, cseq, first_in_dialog } => Event::Start {
            leg: [Leg::Sip, Leg::Sip, Leg::Sip, Leg::Pstn, Leg::Client, Leg::Unknown]
                [usize::from(leg % 6)],
            cseq: *cseq,
            first_in_dialog: *first_in_dialog,
        },
        Fed::Response { code, refer_sub, retry } => {
            Event::Response { code: *code, refer_sub: *refer_sub, retry: *retry }
        }
        Fed::FinalResponse { code } => Event::response(200 + u16::from(*code)),
        Fed::Notify { event, cseq, state, body, in_dialog } => Event::Notify {
            event,
            cseq: *cseq,
            subscription_state: state.as_deref(),
            body,
            in_dialog: *in_dialog,
        },
        Fed::Usual { code, cseq, terminated, expires } => {
            let name = if *terminated { "terminated" } else { "active" };
            state = expires.map_or(name.to_owned(), |expires| format!("{name};expires={expires}"));
            body = format!("SIP/2.0 {} OK\r\n", 100 + code % 600);
            Event::Notify {
                event: "refer",
                cseq: u32::from(*cseq),
                subscription_state: Some(&state),
                body: body.as_bytes(),
                in_dialog: true,
            }
        }
        Fed::HangUp => Event::HangUp,
        Fed::TransportError => Event::TransportError,
        Fed::Time => Event::Time,
    };
    let is_notify = matches!(event, Event::Notify { .. });
    (is_notify, transfer.handle(event, now).is_ok())
}

/// Everything that waits.
pub fn drain(transfer: &mut Transfer) -> Vec<Output> {
    std::iter::from_fn(|| transfer.poll()).collect()
}
