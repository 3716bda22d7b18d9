//! The language-neutral cases of `tests/vectors`, run by this crate's own API. How a case reads is
//! said in `tests/vectors/README.md`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation
)]

mod documents;
mod transfers;
mod uris;
mod webhooks;

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use twiml_refer::{Error, error::ErrorKind};

type Verdict = Result<(), String>;

/// The folder of the vectors: another one, if TWIML_REFER_VECTORS names it.
fn folder() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/cases");
    std::env::var_os("TWIML_REFER_VECTORS").map_or_else(own, PathBuf::from)
}

/// Runs every case of a topic, reports all that fail, and writes down the number that ran.
fn run(topic: &str, case: impl Fn(&Value) -> Verdict) {
    let text = fs::read_to_string(folder().join(topic).with_extension("json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    let failed: Vec<_> = cases
        .iter()
        .filter_map(|vector| {
            assert!(vector["source"].is_string(), "{vector}: every case says where it comes from");
            case(vector).err().map(|why| format!("{}: {why}", vector["name"]))
        })
        .collect();
    assert!(failed.is_empty(), "{} of {topic} fail:\n{}", failed.len(), failed.join("\n"));
    record(topic, cases.len());
}

/// Writes the number of cases that ran to the folder that TWIML_REFER_COVERAGE names.
fn record(topic: &str, ran: usize) {
    if let Some(folder) = std::env::var_os("TWIML_REFER_COVERAGE") {
        fs::write(Path::new(&folder).join(format!("rust.{topic}")), ran.to_string()).unwrap();
    }
}

fn text<'a>(case: &'a Value, key: &str) -> Option<&'a str> {
    case[key].as_str()
}

/// The input under this key: as text, in repeated parts, or as bytes in hexadecimal.
fn bytes(case: &Value, key: &str) -> Vec<u8> {
    if let Some(parts) = case[format!("{key}_parts")].as_array() {
        let part =
            |part: &Value| part[0].as_str().unwrap().repeat(part[1].as_u64().unwrap() as usize);
        return parts.iter().map(part).collect::<String>().into_bytes();
    }
    if let Some(digits) = text(case, &format!("{key}_hex")) {
        let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
        return (0..digits.len()).step_by(2).map(byte).collect();
    }
    text(case, key).unwrap_or_else(|| panic!("{case}: no {key}")).as_bytes().to_vec()
}

fn pairs(value: &Value) -> Vec<(String, Option<String>)> {
    let own = |value: &Value| value.as_str().map(str::to_owned);
    let pairs = value.as_array().map(Vec::as_slice).unwrap_or_default();
    pairs.iter().map(|pair| (own(&pair[0]).unwrap(), own(&pair[1]))).collect()
}

fn full_pairs(value: &Value) -> Vec<(String, String)> {
    pairs(value).into_iter().map(|(name, value)| (name, value.unwrap())).collect()
}

fn same<T: PartialEq + Debug>(what: &str, found: T, expected: T) -> Verdict {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what} is {found:?}, expected {expected:?}"))
    }
}

/// What was found, or the error that the case expects instead.
fn settle<T: Debug>(
    found: Result<T, Error>,
    case: &Value,
    expected: impl FnOnce(T) -> Verdict,
) -> Verdict {
    let wanted = &case["error"];
    match (found, wanted.is_object()) {
        (Ok(found), false) => expected(found),
        (Ok(found), true) => Err(format!("accepted as {found:?}, expected {wanted}")),
        (Err(error), false) => Err(format!("refused: {error}")),
        (Err(error), true) => {
            same("kind", error.kind().as_str(), text(wanted, "kind").unwrap())?;
            same("message", error.message().as_str(), text(wanted, "message").unwrap())?;
            let number = |key: &str| wanted[key].as_u64().map(|number| number as usize);
            for (key, found) in [
                ("offset", error.offset()),
                ("line", error.line()),
                ("column", error.column()),
                ("number", error.twilio_number().map(usize::from)),
            ] {
                if number(key).is_some() {
                    same(key, found, number(key))?;
                }
            }
            Ok(())
        }
    }
}

/// Every language refuses for every reason, but for those that no case can ask for: what is wrong with
/// a call, not with an input, and what only text of another language can be. That an element does not fit
/// `Refer` is a null in the topic `reading`.
#[test]
fn every_kind_has_a_case() {
    use ErrorKind as Kind;

    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let texts: String =
        files.filter(|path| path.is_file()).map(|path| fs::read_to_string(path).unwrap()).collect();
    let missing: Vec<_> = ErrorKind::ALL
        .iter()
        .filter(|kind| !texts.contains(&format!("{{\"kind\": \"{kind}\"")))
        .collect();
    let without = [
        Kind::UserToUserDataInvalid,
        Kind::ReferMismatch,
        Kind::RequestLimitInvalid,
        Kind::ReferNotSupported,
        Kind::TransferEventUnexpected,
        Kind::TransferOutputsPending,
        Kind::CseqInvalid,
        Kind::SipStatusInvalid,
        Kind::TextNotUtf8,
        Kind::TextOverLimit,
    ];
    assert_eq!(missing, without.iter().collect::<Vec<_>>());
}
