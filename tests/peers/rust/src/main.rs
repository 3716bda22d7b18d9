//! Answers what `run.py` and `bench.py` ask: `peers LIBRARY`, with requests as lines of JSON on stdin.

mod ours;
mod twilio;
mod twiml_rust;

use std::error::Error;
use std::io::BufRead;
use std::panic::catch_unwind;
use std::time::Instant;

use serde_json::{Value, json};

/// The answer, null where the library has no such job.
type Answer = Result<Value, Box<dyn Error>>;

fn main() {
    let library = std::env::args().nth(1).unwrap_or_default();
    let (answer, timed): (fn(&str, &Value) -> Answer, fn(&str, &Value, u64) -> Option<f64>) =
        match library.as_str() {
            "ours" => (ours::answer, ours::timed),
            "twilio" => (twilio::answer, twilio::timed),
            "twiml-rust" => (twiml_rust::answer, twiml_rust::timed),
            _ => panic!("unknown library {library}: name ours, twilio or twiml-rust"),
        };
    std::panic::set_hook(Box::new(|_| {}));
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let result = match text(&request, "time") {
            Some(job) => json!(timed(job, &request["input"], request["calls"].as_u64().unwrap())),
            None => catch_unwind(|| {
                let answer = answer(text(&request, "job").unwrap(), &request);
                answer.unwrap_or_else(|error| json!({"error": error.to_string()}))
            })
            .unwrap_or_else(|_| json!({"error": "panic"})),
        };
        println!("{result}");
    }
}

/// Nanoseconds.
fn per_call<T>(calls: u64, mut job: impl FnMut() -> T) -> Option<f64> {
    let started = Instant::now();
    for _ in 0..calls {
        std::hint::black_box(job());
    }
    Some(started.elapsed().as_nanos() as f64 / calls as f64)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value[name].as_str()
}

fn pairs(value: &Value) -> Vec<(&str, &str)> {
    let pairs = value["params"].as_array().unwrap();
    pairs.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect()
}
