//! A second, simple implementation for well-behaved endpoints: it looks at a whole story at once, where the
//! transfer sees one event at a time.

use proptest::prelude::*;
use twiml_refer::{
    sip::SipStatus,
    transfer::{Event, Notify, Response, Start, TransferSettings},
    webhook::ReferReport,
};

use super::feeding::{feed, transfer};

/// What a well-behaved endpoint does: it answers, then reports in order, and perhaps leaves.
#[derive(Debug, Clone)]
struct Story {
    answer: u16,
    notifies: Vec<(u16, bool)>,
    hangs_up_after: Option<usize>,
}

fn story() -> impl Strategy<Value = Story> {
    let answer = prop_oneof![4 => Just(202), 1 => Just(200), 1 => 300_u16..700];
    let code = prop_oneof![100_u16..200, 200_u16..700, Just(486), Just(487), Just(600)];
    let notifies = prop::collection::vec((code, prop::bool::weighted(0.2)), 0..5);
    (answer, notifies, prop::option::weighted(0.3, 0_usize..5))
        .prop_map(|(answer, notifies, hangs_up_after)| Story { answer, notifies, hangs_up_after })
}

/// The three parameters, in words of Twilio's documentation.
fn expected(story: &Story) -> (Option<&'static str>, u16, Option<u16>) {
    if story.answer >= 300 {
        return (Some("failed"), story.answer, None);
    }
    let received = match story.hangs_up_after {
        Some(count) => &story.notifies[..count.min(story.notifies.len())],
        None => &story.notifies[..],
    };
    let end = received.iter().position(|(code, terminated)| *code >= 200 || *terminated);
    let last = received[..end.map_or(received.len(), |end| end + 1)].last().map(|(code, _)| *code);
    let status = match (end, last) {
        (Some(_), Some(200..=299)) => Some("in-progress"),
        (Some(_), Some(486 | 600)) => Some("busy"),
        (Some(_), Some(487)) => Some("no-answer"),
        (Some(_), _) => Some("failed"),
        (None, _) if story.hangs_up_after.is_some() => Some("canceled"),
        // The subscription ran out, or never began.
        (None, Some(_)) => Some("failed"),
        (None, None) => None,
    };
    (status, story.answer, last)
}

fn play(story: &Story) -> ReferReport {
    let mut transfer = transfer(TransferSettings::new());
    feed(&mut transfer, Start::new(1), 0);
    feed(&mut transfer, Response::new(story.answer), 1);
    let mut hang_up = story.hangs_up_after;
    for (index, (code, terminated)) in story.notifies.iter().enumerate() {
        if hang_up == Some(index) {
            feed(&mut transfer, Event::HangUp, 2);
            hang_up = None;
        }
        let body = format!("SIP/2.0 {code} Reason\r\n");
        let cseq = 100 + u32::try_from(index).unwrap();
        let notify = Notify::new(cseq, "refer;id=1", &body)
            .with_subscription_state(if *terminated { "terminated" } else { "active" });
        feed(&mut transfer, notify, 2);
    }
    if hang_up.is_some() {
        feed(&mut transfer, Event::HangUp, 3);
    }
    feed(&mut transfer, Event::Time, 1_000_000);
    transfer.report().unwrap().clone()
}

proptest! {
    #[test]
    fn both_implementations_agree(story in story()) {
        let report = play(&story);
        let found = (
            report.call_status().map(|status| status.as_str()),
            report.refer_sip_response_code().unwrap().as_u16(),
            report.notify_sip_response_code().map(SipStatus::as_u16),
        );
        prop_assert_eq!(found, expected(&story));
    }
}
