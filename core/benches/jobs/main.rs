//! The jobs that every call makes, each at one and at ten times its input, and the table of their
//! ratios in one run: `cargo bench -p twiml-refer`. Nothing is asserted here: a machine under load
//! would make it fail.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the inputs are constants

mod inputs;
mod table;
mod transfer;

use std::hint::black_box;
use std::path::Path;

use criterion::Criterion;
use twiml_refer::{SipUri, VoiceResponse};

use inputs::{Callback, Size, callback, document, target};
use table::{Goal, Row};

fn main() {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let mut criterion = Criterion::default().output_directory(&output).configure_from_args();
    let rows = [
        build(&mut criterion),
        read(&mut criterion),
        uri(&mut criterion),
        verify(&mut criterion),
        transfer::rows(&mut criterion),
    ];
    criterion.final_summary();
    table::print(&output, &rows.concat());
}

const ONE: Size = Size { verbs: 1, headers: 2, value: 10 };
const TEN_TIMES: [(&str, Size); 3] = [
    ("10 x the verbs", Size { verbs: 10, ..ONE }),
    ("10 x the headers", Size { headers: 20, ..ONE }),
    ("10 x the values", Size { value: 100, ..ONE }),
];

fn build(criterion: &mut Criterion) -> Vec<Row> {
    let mut bench = |name: &str, size: Size| {
        let target = target(size);
        criterion
            .bench_function(name, |b| b.iter(|| document(black_box(&target), size.verbs).to_xml()));
    };
    scaled("parse the URI, build and render the document", Goal::Nanoseconds(1_000.0), &mut bench)
}

fn read(criterion: &mut Criterion) -> Vec<Row> {
    let mut bench = |name: &str, size: Size| {
        let xml = document(&target(size), size.verbs).to_xml();
        criterion.bench_function(name, |b| {
            b.iter(|| VoiceResponse::parse(black_box(&xml)).map(|response| response.check()));
        });
    };
    scaled("read and check the document", Goal::Nanoseconds(5_000.0), &mut bench)
}

fn uri(criterion: &mut Criterion) -> Vec<Row> {
    let mut bench = |name: &str, size: Size| {
        let target = target(size);
        criterion.bench_function(name, |b| {
            b.iter(|| SipUri::parse(black_box(&target)).map(|uri| uri.check()))
        });
    };
    let mut rows = scaled("read and check a SIP URI", Goal::None, &mut bench);
    rows.retain(|row| !row.name.ends_with("verbs"));
    rows
}

/// A job at its own size, then at ten times each dimension of its input.
fn scaled(job: &str, goal: Goal, bench: &mut dyn FnMut(&str, Size)) -> Vec<Row> {
    bench(job, ONE);
    let mut rows = vec![Row { name: job.to_owned(), goal, against: None }];
    for (label, size) in TEN_TIMES {
        let name = format!("{job}, {label}");
        bench(&name, size);
        rows.push(Row { name, goal: Goal::Ratio(11.0), against: Some(job.to_owned()) });
    }
    rows
}

fn verify(criterion: &mut Criterion) -> Vec<Row> {
    let bare = "a bare HMAC-SHA1 over the same bytes";
    let job = "verify and type a callback of 20 parameters";
    let one = callback(20, 1);
    criterion.bench_function(bare, |b| b.iter(|| one.bare_hmac()));
    let mut bench = |name: &str, callback: &Callback| {
        criterion.bench_function(name, |b| b.iter(|| callback.verify().unwrap()));
    };
    bench(job, &one);
    let mut rows = vec![
        Row { name: bare.to_owned(), goal: Goal::None, against: None },
        Row { name: job.to_owned(), goal: Goal::Ratio(4.0), against: Some(bare.to_owned()) },
    ];
    for (label, callback) in
        [("10 x the parameters", callback(200, 1)), ("10 x the values", callback(20, 10))]
    {
        let name = format!("{job}, {label}");
        bench(&name, &callback);
        rows.push(Row { name, goal: Goal::Ratio(11.0), against: Some(job.to_owned()) });
    }
    rows
}
