//! Writes the inputs that fuzzing begins with, one file each, into a folder for each target: those of
//! `tests/vectors`, the command's traces, and, where an input is events or calls, what a fuzzer chose
//! among its own by `-set_cover_merge=1 -use_counters=0 -use_cmp=0`: one a line, in base64.
//! `seeds VECTORS TRACES CHOSEN OUT`

use std::error::Error;
use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
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
    let [vectors, traces, chosen, out] = arguments.as_slice() else {
        return Err("seeds VECTORS TRACES CHOSEN OUT".into());
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
    write_chosen(Path::new(chosen), Path::new(out))?;
    write_saved(Path::new(vectors), &Path::new(out).join("restore"))?;
    let folder = Path::new(out).join("trace");
    fs::create_dir_all(&folder)?;
    let captures = Path::new(traces).with_file_name("captures");
    let real = fs::read_dir(captures.join("real"))?;
    for trace in fs::read_dir(traces)?.chain(fs::read_dir(captures)?).chain(real) {
        let trace = trace?;
        if trace.file_type()?.is_dir() {
            continue;
        }
        let text = fs::read(trace.path())?;
        // As much as a target is given at most, from the REFER on.
        let refer = text.windows(6).position(|word| word == b"REFER ").unwrap_or_default();
        let seed: Vec<_> = text.into_iter().skip(refer).take(2048).collect();
        fs::write(folder.join(trace.file_name()), seed)?;
    }
    Ok(())
}

/// Saved transfers without length and checksum, which the target mends.
fn write_saved(vectors: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let topic: Value =
        serde_json::from_str(&fs::read_to_string(vectors.join("saved-transfers.json"))?)?;
    let cases = topic["cases"].as_array().ok_or("a topic has cases")?;
    let saved = cases.iter().filter_map(|case| case["saved_hex"].as_str());
    for (index, hex) in saved.enumerate() {
        let bytes = (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..][..2], 16));
        let bytes = bytes.collect::<Result<Vec<_>, _>>()?;
        if let Some(fields) = bytes.len().checked_sub(8).and_then(|end| bytes.get(8..end)) {
            fs::write(folder.join(format!("saved-{index}")), [&[1], fields].concat())?;
        }
    }
    Ok(())
}

fn write_chosen(chosen: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    for file in fs::read_dir(chosen)? {
        let file = file?.path();
        let folder = out.join(file.file_stem().ok_or("a target has a name")?);
        fs::create_dir_all(&folder)?;
        for (index, line) in fs::read_to_string(&file)?.lines().enumerate() {
            fs::write(folder.join(format!("chosen-{index}")), STANDARD.decode(line)?)?;
        }
    }
    Ok(())
}
