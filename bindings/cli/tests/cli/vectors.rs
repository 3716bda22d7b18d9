//! The language-neutral cases of `tests/vectors` through the command, for the topics that it can
//! carry whole. `documents` holds generic elements, `sip-uris`, `user-to-user` and `rest` ask
//! questions that no command answers: those topics are the libraries'.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::run::{file, run, run_with};

type Checked = Result<(), String>;

/// The folder of the vectors: another one, if TWIML_REFER_VECTORS names it.
fn folder() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors");
    std::env::var_os("TWIML_REFER_VECTORS").map_or_else(own, PathBuf::from)
}

/// Runs one case; a failed assertion does not stop the others.
fn checked(case: impl Fn() -> Checked) -> Checked {
    catch_unwind(AssertUnwindSafe(case)).unwrap_or_else(|_| Err("an assertion failed".to_owned()))
}

fn each(topic: &str, case: impl Fn(&Value) -> Checked) {
    let text = fs::read_to_string(folder().join(topic).with_extension("json")).unwrap();
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let cases = vectors["cases"].as_array().unwrap();
    assert!(!cases.is_empty());
    let why = |vector: &Value| {
        checked(|| case(vector)).err().map(|why| format!("{}: {why}", vector["name"]))
    };
    let failed: Vec<_> = cases.iter().filter_map(why).collect();
    assert!(failed.is_empty(), "{} of {topic} fail:\n{}", failed.len(), failed.join("\n"));
    // Some requests need what no option sets, and some documents are built instead of read.
    if !["requests", "diagnostics"].contains(&topic) {
        record(topic, cases.len());
    }
}

/// The options for the auth tokens of a case: a file for each. Topics run beside each other, so each has its own.
fn token_files(topic: &str, case: &Value) -> Vec<String> {
    let secrets = case["secrets"].as_array().unwrap().iter().map(|s| s.as_str().unwrap());
    let token_file = |secret| {
        ["--token-file".to_owned(), file(&format!("vector-secret-{topic}-{secret}"), secret)]
    };
    secrets.flat_map(token_file).collect()
}

/// Records how many cases ran.
fn record(topic: &str, ran: usize) {
    if let Some(coverage) = std::env::var_os("TWIML_REFER_COVERAGE") {
        fs::write(Path::new(&coverage).join(format!("cli.{topic}")), ran.to_string()).unwrap();
    }
}

fn bytes(case: &Value, key: &str) -> Vec<u8> {
    if let Some(parts) = case[format!("{key}_parts")].as_array() {
        let part = |part: &Value| {
            part[0].as_str().unwrap().repeat(usize::try_from(part[1].as_u64().unwrap()).unwrap())
        };
        return parts.iter().map(part).collect::<String>().into_bytes();
    }
    if let Some(digits) = case[format!("{key}_hex")].as_str() {
        let pair =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        return digits.as_bytes().chunks(2).map(pair).collect();
    }
    case[key].as_str().unwrap().as_bytes().to_vec()
}

fn same(what: &str, found: &Value, expected: &Value) -> Checked {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found}, expected {expected}")) }
}

/// The fields of the error that the case names.
fn error(answer: &Value, case: &Value) -> Checked {
    let wanted = case["error"].as_object().unwrap();
    wanted.iter().try_for_each(|(key, value)| same(key, &answer["error"][key], value))
}

#[test]
fn reading() {
    each("reading", |case| {
        let xml = bytes(case, "xml");
        if case["error"].is_object() {
            return error(&run_with(&["read", "-", "--json"], xml).json(), case);
        }
        // Not by JSON: two of its levels an element are more than most readers of JSON go down.
        let printed = run_with(&["read", "-"], xml).expect(0).stdout;
        match case["compact"].as_str() {
            Some(compact) => {
                same("canonical form", &json!(printed), &json!(format!("{compact}\n")))
            }
            None => Ok(()),
        }
    });
}

#[test]
fn diagnostics() {
    each("diagnostics", |case| {
        if case["verbs"].is_array() {
            return Ok(());
        }
        let answer = run_with(&["check", "-", "--json"], bytes(case, "xml")).json();
        let found = answer["diagnostics"].as_array().unwrap().iter();
        let found = found.map(|d| {
            json!({
                "code": d["code"], "severity": d["severity"], "number": d["number"],
                "path": d["path"], "message": d["message"],
            })
        });
        same("diagnostics", &found.collect(), &case["found"])
    });
}

#[test]
fn callbacks() {
    each("callbacks", |case| {
        let answer = run_with(&["callback", "-", "--json"], bytes(case, "form")).json();
        if case["error"].is_object() {
            return error(&answer, case);
        }
        match case["outcome"].as_object() {
            Some(outcome) => outcome
                .iter()
                .try_for_each(|(key, value)| same(key, &answer["outcome"][key], value))?,
            None => same("outcome", &answer["outcome"], &Value::Null)?,
        }
        for key in ["leg", "params", "sip_headers"].iter().filter(|key| !case[**key].is_null()) {
            same(key, &answer[*key], &case[*key])?;
        }
        for (getter, value) in case["typed"].as_object().into_iter().flatten() {
            same(getter, &answer[getter], value)?;
        }
        let found = answer["problems"].as_array().unwrap().iter().map(|it| {
            json!({"code": it["code"], "severity": it["severity"], "parameter": it["parameter"],
                "message": it["message"]})
        });
        let expected = case["diagnostics"].as_array().cloned().unwrap_or_default();
        same("diagnostics", &found.collect(), &json!(expected))
    });
}

#[test]
fn signatures() {
    each("signatures", |case| {
        let text = |key: &str| case[key].as_str();
        let signature = text("signature").unwrap_or_default();
        let mut arguments = vec!["verify", "--url", text("url").unwrap(), "--signature", signature];
        for (option, key) in [("--algorithm", "algorithm"), ("--public-base", "public_base")] {
            arguments.extend(text(key).map(|value| [option, value]).into_iter().flatten());
        }
        let files = token_files("signatures", case);
        arguments.extend(files.iter().map(String::as_str));
        arguments.extend(["--method", text("method").unwrap_or("POST")]);
        let params = case["params"].as_array().map(Vec::as_slice).unwrap_or_default();
        let pairs =
            params.iter().map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
        let form =
            url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let body = text("raw_body").unwrap_or(&form);
        if !body.is_empty() {
            arguments
                .extend([if case["raw_body"].is_string() { "--json-body" } else { "--body" }, "-"]);
        }
        let expected = match case["valid"].as_bool().unwrap() {
            true => 0,
            // An empty token counts as missing, which is wrong usage.
            false if case["secrets"].as_array().unwrap().iter().all(|it| it == "") => 2,
            false => 1,
        };
        same("status", &json!(run_with(&arguments, body).status), &json!(expected))
    });
}

#[test]
fn requests() {
    each("requests", |case| {
        if !case["max_body_bytes"].is_null() {
            return Ok(());
        }
        let text = |key: &str| case[key].as_str();
        let signature = text("signature").unwrap_or_default();
        let mut arguments = vec!["verify", "--json", "--url", text("url").unwrap()];
        arguments.extend(["--method", text("method").unwrap(), "--signature", signature]);
        let base = text("public_base").map(|base| ["--public-base", base]);
        arguments.extend(base.into_iter().flatten());
        let files = token_files("requests", case);
        arguments.extend(files.iter().map(String::as_str));
        let body = bytes(case, "body");
        if !body.is_empty() {
            arguments.extend(["--body", "-"]);
        }
        let verified = run_with(&arguments, body);
        // Without an auth token, or with an invalid base, there is no validator.
        let group = case["error"]["kind"].as_str().unwrap_or_default();
        if ["auth-token-empty", "public-base-invalid", "request-limit-invalid"].contains(&group) {
            return same("status", &json!(verified.status), &json!(2));
        }
        let answer = verified.json();
        same("valid", &answer["valid"], &json!(case["error"].is_null()))?;
        if case["error"].is_object() { error(&answer, case) } else { Ok(()) }
    });
}

#[test]
fn raw_bodies() {
    each("raw-bodies", |case| {
        let (url, with_hash) =
            (case["url"].as_str().unwrap(), case["url_with_hash"].as_str().unwrap());
        let (signature, files) =
            (case["signature"].as_str().unwrap(), token_files("raw-bodies", case));
        let files: Vec<_> = files.iter().map(String::as_str).collect();
        let body = bytes(case, "raw_body");
        let sign = [&["sign", "--json", "--url", url, "--json-body", "-"], &files[..]].concat();
        let signed = run_with(&sign, &body).json();
        same("signature", &signed["signature"], &case["signature"])?;
        same("url", &signed["url"], &case["url_with_hash"])?;
        let verify = ["verify", "--url", with_hash, "--signature", signature, "--json-body", "-"];
        let verify = |body: &[u8]| run_with(&[&verify[..], &files].concat(), body).status;
        same("its body", &json!(verify(&body)), &json!(0))?;
        same("another body", &json!(verify(&[&body[..], b"x"].concat())), &json!(1))
    });
}

#[test]
fn transfers() {
    let (mut ran, mut failed) = (0, Vec::new());
    for entry in fs::read_dir(folder().join("transfer")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "scenario") {
            continue;
        }
        let name = path.display().to_string();
        let replayed = checked(|| {
            let found = run(&["replay", &name, "--json"]).expect(0).json_lines();
            let expected = fs::read_to_string(path.with_extension("expected.jsonl")).unwrap();
            let expected =
                expected.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect();
            same("output", &Value::Array(found), &expected)
        });
        failed.extend(replayed.err().map(|why| format!("{name}: {why}")));
        ran += 1;
    }
    assert!(failed.is_empty(), "{} fail:\n{}", failed.len(), failed.join("\n"));
    record("transfer", ran);
}
