//! The modules of the crate know each other one way: what each may use, and that nothing else is used.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a module may use; those that are not named may use nothing of the crate.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("message", &["limits"]),
    ("error", &["message"]),
    ("diagnostic", &["error", "message"]),
    ("numbers", &["error"]),
    ("http", &["error", "redact"]),
    ("sip", &["diagnostic", "error", "limits"]),
    ("webhook", &["error", "http", "limits", "message", "redact", "sip"]),
    ("twiml", &["diagnostic", "error", "http", "limits", "message", "redact", "sip"]),
    ("transfer", &["diagnostic", "error", "limits", "sip", "webhook"]),
    ("redact", &[]),
];

/// Where the names at the root of the crate come from.
const AT_ROOT: [(&str, &str); 8] = [
    ("Error", "error"),
    ("SipUri", "sip"),
    ("Transfer", "transfer"),
    ("Refer", "twiml"),
    ("VoiceResponse", "twiml"),
    ("ReferOutcome", "webhook"),
    ("RequestValidator", "webhook"),
    ("VoiceRequest", "webhook"),
];

#[test]
fn modules_use_each_other_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in fs::read_dir(&source).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // The root, and the tests that make the pages of `docs`.
        if ["lib", "pages"].contains(&module.as_str()) {
            continue;
        }
        let mut code = String::new();
        collect(&path, &mut code);
        let may = MAY_USE.iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, may)| may);
        for used in used_by(&code) {
            if used != module && !may.contains(&used.as_str()) {
                wrong.push(format!("{module} uses {used}"));
            }
            seen.insert((module.clone(), used));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (module, may) in MAY_USE {
        for used in may {
            let is_used = seen.contains(&(module.to_owned(), (*used).to_owned()));
            assert!(is_used, "{module} does not use {used} any more: take it out");
        }
    }
    // A module may use only what stands above it in some order: else there would be a cycle.
    let mut open: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    while !open.is_empty() {
        let free = |name: &&&str| {
            MAY_USE
                .iter()
                .any(|(it, may)| it == *name && !may.iter().any(|used| open.contains(used)))
        };
        let next = open.iter().find(free).copied();
        assert!(open.remove(next.unwrap_or_default()), "a cycle among {open:?}");
    }
}

/// The code of a file or a folder, without tests and without comments.
fn collect(path: &Path, code: &mut String) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            let entry = entry.unwrap().path();
            if entry.file_name().is_none_or(|name| name != "tests") {
                collect(&entry, code);
            }
        }
        return;
    }
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.for_each(|line| {
        code.push_str(line);
        code.push('\n');
    });
}

/// The modules behind every `crate::…`, in braces or not.
fn used_by(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let group = after.strip_prefix('{').map(top_level);
        for path in group.unwrap_or_else(|| vec![after.to_owned()]) {
            let name: String =
                path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let home = AT_ROOT.iter().find(|(root, _)| *root == name).map(|(_, home)| *home);
            used.insert(home.map_or(name, str::to_owned));
        }
    }
    used
}

/// The paths in the braces of a `use`.
fn top_level(group: &str) -> Vec<String> {
    let (mut depth, mut paths) = (0_usize, vec![String::new()]);
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => paths.push(String::new()),
            _ => {
                depth = match c {
                    '{' => depth + 1,
                    '}' => depth - 1,
                    _ => depth,
                };
                if let Some(path) = paths.last_mut() {
                    path.push(c);
                }
            }
        }
    }
    paths.retain(|path| !path.trim().is_empty());
    paths
}
