//! Answers what `run.py` and `bench.py` ask: `peers LIBRARY`, with requests as lines of JSON on stdin.

mod ours;
mod twilio;

use std::error::Error;
use std::io::BufRead;
use std::panic::catch_unwind;

use serde_json::{Value, json};

/// The answer, null where the library has no such job.
type Answer = Result<Value, Box<dyn Error>>;

fn main() {
    let library = std::env::args().nth(1).unwrap_or_default();
    let answer = match library.as_str() {
        "ours" => ours::answer,
        "twilio" => twilio::answer,
        _ => panic!("unknown library {library}: name ours or twilio"),
    };
    std::panic::set_hook(Box::new(|_| {}));
    for line in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let answered = catch_unwind(|| {
            answer(text(&case, "job").unwrap(), &case)
                .unwrap_or_else(|error| json!({"error": error.to_string()}))
        });
        println!("{}", answered.unwrap_or_else(|_| json!({"error": "panic"})));
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value[name].as_str()
}
