//! The verb: one NOTIFY, a whole transfer, ten of them, and their bytes.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion};
use twiml_refer::{
    SipUri, Transfer,
    transfer::{Event, Notify, Response, Start, TransferSettings},
};

use super::table::{Goal, Row};

fn notify(cseq: u32, state: &'static str, body: &'static [u8]) -> Notify<'static> {
    Notify::new(cseq, "refer;id=1", body).with_subscription_state(state)
}

fn handle<'a>(transfer: &mut Transfer, event: impl Into<Event<'a>>, now: u64) {
    transfer.handle(black_box(event.into()), now).unwrap();
    while let Some(output) = transfer.poll() {
        black_box(output);
    }
}

/// Twilio's first scenario.
fn answered(transfer: &mut Transfer) {
    handle(transfer, Start::new(1), 0);
    handle(transfer, Response::new(202), 50);
    handle(transfer, notify(1, "active;expires=60", b"SIP/2.0 100 Trying\r\n"), 100);
    handle(transfer, notify(2, "active;expires=60", b"SIP/2.0 180 Ringing\r\n"), 2_000);
    handle(transfer, notify(3, "terminated;reason=noresource", b"SIP/2.0 200 OK\r\n"), 9_500);
}

pub(crate) fn rows(criterion: &mut Criterion) -> Vec<Row> {
    let row = |name: &str, goal| Row { name: name.to_owned(), goal, against: None };
    let settings = Arc::new(TransferSettings::new());
    let target = SipUri::parse("sip:alice@example.com").unwrap();
    let new = || Transfer::with_settings(target.clone(), Arc::clone(&settings));

    let mut subscribed = new();
    handle(&mut subscribed, Start::new(1), 0);
    handle(&mut subscribed, Response::new(202), 50);
    let mut cseq = 0;
    let one = "a NOTIFY with its sipfrag, and its reply";
    let mut live = subscribed.clone();
    criterion.bench_function(one, |b| {
        b.iter(|| {
            cseq += 1;
            handle(&mut live, notify(cseq, "active;expires=60", b"SIP/2.0 180 Ringing\r\n"), 100);
        });
    });

    let whole = "a transfer from REFER to report";
    criterion.bench_function(whole, |b| {
        b.iter_batched_ref(new, answered, BatchSize::SmallInput);
    });
    // Both are more than the nearest cache holds.
    let [thousand, many] =
        [(1_000, "a thousand transfers"), (10_000, "10 x the transfers")].map(|(count, name)| {
            let all = || (0..count).map(|_| new()).collect::<Vec<_>>();
            criterion.bench_function(name, |b| {
                b.iter_batched_ref(
                    all,
                    |all| all.iter_mut().for_each(answered),
                    BatchSize::PerIteration,
                );
            });
            name
        });

    let save = "save a transfer";
    criterion.bench_function(save, |b| b.iter(|| black_box(&subscribed).save()));
    let bytes = subscribed.save();
    let restore = "restore a transfer";
    criterion.bench_function(restore, |b| b.iter(|| Transfer::restore(black_box(&bytes)).unwrap()));

    vec![
        row(one, Goal::Nanoseconds(300.0)),
        row(whole, Goal::Nanoseconds(1_000.0)),
        row(thousand, Goal::None),
        Row { name: many.to_owned(), goal: Goal::Ratio(11.0), against: Some(thousand.to_owned()) },
        row(save, Goal::Nanoseconds(1_000.0)),
        row(restore, Goal::Nanoseconds(1_000.0)),
    ]
}
