//! The drivers' common part in Rust: requests as lines of JSON on stdin, answers as lines on stdout.

use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

pub use serde_json::{Value, json};

/// A job that is ready to be timed.
pub type Job<'a> = Box<dyn FnMut() + 'a>;

/// `answer` and `timed` give nothing where the library has no such job.
pub fn serve(
    print: impl Fn(&str) -> String,
    answer: impl Fn(&Value) -> Option<Value>,
    timed: impl for<'a> Fn(&str, &'a Value) -> Option<Job<'a>>,
) {
    if let Some(sip) = std::env::args().nth(1) {
        println!("{}", print(&sip));
        return;
    }
    std::panic::set_hook(Box::new(|_| {}));
    for line in std::io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let result = match request["time"].as_str() {
            Some(name) => {
                timed(name, &request["input"]).map(|job| per_call(job, &request["calls"]))
            }
            None => catch_unwind(AssertUnwindSafe(|| answer(&request)))
                .unwrap_or_else(|_| Some(json!({"error": "panic"}))),
        };
        println!("{}", result.unwrap_or(Value::Null));
        std::io::stdout().flush().unwrap();
    }
}

fn per_call(mut job: Job<'_>, calls: &Value) -> Value {
    let calls = calls.as_u64().unwrap();
    let started = Instant::now();
    for _ in 0..calls {
        job();
    }
    json!(started.elapsed().as_nanos() as f64 / calls as f64)
}

pub fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value[name].as_str()
}

pub fn pairs(value: &Value) -> Vec<(&str, &str)> {
    let pairs = value["params"].as_array().map(Vec::as_slice).unwrap_or_default();
    pairs.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap())).collect()
}
