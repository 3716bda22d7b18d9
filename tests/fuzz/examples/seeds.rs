//! Writes the inputs that fuzzing begins with: those of `tests/vectors` and the command's traces, one
//! file each, into a folder for each target. `seeds VECTORS TRACES OUT`

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Target, topic, and the key under which a case has the input.
const SEEDS: [(&str, &str, &str); 6] = [
    ("sip_uri", "sip-uris", "uri"),
    ("refer_to", "sip-uris", "refer_to"),
    ("document", "diagnostics", "xml"),
    ("document", "reading", "xml"),
    ("document", "documents", "compact"),
    ("callback", "callbacks", "form"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    let [vectors, traces, out] = arguments.as_slice() else {
        return Err("seeds VECTORS TRACES OUT".into());
    };
    for (target, topic, key) in SEEDS {
        let text = fs::read_to_string(Path::new(vectors).join(topic).with_extension("json"))?;
        let topic_cases: Value = serde_json::from_str(&text)?;
        let folder = Path::new(out).join(target);
        fs::create_dir_all(&folder)?;
        let cases = topic_cases["cases"].as_array().ok_or("a topic has cases")?;
        let inputs = cases.iter().filter_map(|case| case[key].as_str());
        for (index, input) in inputs.enumerate() {
            fs::write(folder.join(format!("{topic}-{index}")), input)?;
        }
    }
    let folder = Path::new(out).join("trace");
    fs::create_dir_all(&folder)?;
    for trace in fs::read_dir(traces)? {
        let trace = trace?;
        let text = fs::read(trace.path())?;
        // As much as a target is given at most, from the REFER on.
        let refer = text.windows(6).position(|word| word == b"REFER ").unwrap_or_default();
        let seed: Vec<_> = text.into_iter().skip(refer).take(2048).collect();
        fs::write(folder.join(trace.file_name()), seed)?;
    }
    Ok(())
}
