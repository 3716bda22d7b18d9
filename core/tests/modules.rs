//! The modules of the crate depend on each other one way, and so do the files of each module.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a module may use; those that are not listed may use nothing of the crate.
const MAY_USE: [(&str, &[&str]); 11] = [
    ("message", &["limits"]),
    ("error", &["message"]),
    ("diagnostic", &["error", "message"]),
    ("numbers", &["error"]),
    ("http", &["error", "redact"]),
    ("sip", &["diagnostic", "error", "limits", "redact"]),
    ("webhook", &["diagnostic", "error", "http", "limits", "message", "redact", "sip"]),
    ("twiml", &["diagnostic", "error", "http", "limits", "message", "redact", "sip"]),
    ("transfer", &["diagnostic", "error", "limits", "sip", "webhook"]),
    ("redact", &[]),
    ("testing", &["error", "http", "redact", "sip", "webhook"]),
];

/// Modules whose files still depend on each other in a cycle.
const CYCLIC: &[&str] = &[];

/// What each module or file uses.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn modules_use_each_other_one_way() {
    let root = Module::at(&source(), Vec::new());
    let mut graph = root.graph();
    // The tests that make the pages of `docs`.
    graph.remove("pages");
    for (module, used) in &graph {
        let may = MAY_USE.iter().find(|(name, _)| name == module).map_or(&[][..], |(_, may)| may);
        let may = may.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(used, &may, "what {module} uses, and what it may use");
    }
    assert_eq!(cycle(&graph), None);
}

#[test]
fn files_of_a_module_use_each_other_one_way() {
    let mut open = vec![Module::at(&source(), Vec::new())];
    let mut cyclic = Vec::new();
    while let Some(module) = open.pop() {
        let name = module.path.join("::");
        if let Some(cycle) = cycle(&module.graph()).filter(|_| !name.is_empty()) {
            println!("{name}: a cycle among {cycle:?}");
            cyclic.push(name);
        }
        open.extend(module.children.into_values());
    }
    cyclic.sort();
    assert_eq!(cyclic, CYCLIC);
}

#[test]
fn a_cycle_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        graph
    };
    assert_eq!(cycle(&graph(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    let found = cycle(&graph(&[("a", "b"), ("b", "c"), ("c", "b"), ("c", "d")]));
    assert_eq!(found, Some(vec!["b".to_owned(), "c".to_owned()]));
}

#[test]
fn paths_are_read_from_code() {
    let code = "use super::{a::{B, c as d}, E};\nfn f() -> crate::g::H { super::super::i() }";
    let found: Vec<_> = paths(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["super::a::B", "super::a::c", "super::E", "crate::g::H", "super::super::i"]);
}

/// The nodes from which a cycle is reached and which a cycle reaches, if there is one.
fn cycle(graph: &Graph) -> Option<Vec<String>> {
    let mut open = graph.clone();
    loop {
        let uses_none = |used: &BTreeSet<String>| !used.iter().any(|it| open.contains_key(it));
        let used: BTreeSet<_> = open.values().flatten().cloned().collect();
        let end =
            |(name, uses): &(&String, &BTreeSet<String>)| uses_none(uses) || !used.contains(*name);
        let Some(name) = open.iter().find(end).map(|(name, _)| name.clone()) else { break };
        open.remove(&name);
    }
    (!open.is_empty()).then(|| open.into_keys().collect())
}

/// A module, its own code, and the modules in it; tests are left out.
struct Module {
    path: Vec<String>,
    code: String,
    children: BTreeMap<String, Module>,
}

impl Module {
    /// Reads a file, or a folder with its `mod.rs` or `lib.rs`.
    fn at(file: &Path, path: Vec<String>) -> Self {
        let mut module = Self { path, code: String::new(), children: BTreeMap::new() };
        if !file.is_dir() {
            module.code = code(file);
            return module;
        }
        for entry in fs::read_dir(file).unwrap() {
            let entry = entry.unwrap().path();
            match entry.file_stem().unwrap().to_str().unwrap() {
                "tests" => {}
                "mod" | "lib" => module.code = code(&entry),
                name => {
                    let path = [module.path.as_slice(), &[name.to_owned()]].concat();
                    module.children.insert(name.to_owned(), Self::at(&entry, path));
                }
            }
        }
        module
    }

    /// What each child uses of the other children, by name or through what this module re-exports, and of
    /// the code of this module itself (`mod`).
    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (name, child) in &self.children {
            let used = child.used().into_iter().filter(|path| path.starts_with(&self.path));
            let mut used: BTreeSet<_> =
                used.filter_map(|path| self.home(path.get(self.path.len())?)).collect();
            used.remove(name);
            graph.insert(name.clone(), used);
        }
        let own = self.code.split(';').filter(|it| !it.trim_start().starts_with("pub use"));
        let own: String = own.collect();
        let uses = |name: &&String| {
            let path = format!("{name}::");
            let mut starts = own.match_indices(&path).filter_map(|(at, _)| own.get(..at));
            starts
                .any(|before| !before.ends_with(|c: char| c.is_alphanumeric() || "_:".contains(c)))
        };
        if !self.path.is_empty() {
            graph.insert("mod".to_owned(), self.children.keys().filter(uses).cloned().collect());
        }
        graph
    }

    /// The child of this name, or from which this name is re-exported, or `mod` if it is defined here.
    fn home(&self, name: &str) -> Option<String> {
        if self.children.contains_key(name) {
            return Some(name.to_owned());
        }
        let defines = ["struct", "enum", "trait", "type", "fn", "const"]
            .map(|keyword| format!("{keyword} {name}"));
        if defines.iter().any(|defines| self.code.contains(defines)) {
            return Some("mod".to_owned());
        }
        let uses = self.code.split("use ").skip(1).filter_map(|text| text.split(';').next());
        let paths = uses.flat_map(expand);
        let mut homes = paths.filter(|path| path.last().is_some_and(|last| last == name));
        homes.find_map(|path| path.into_iter().find(|part| self.children.contains_key(part)))
    }

    /// The paths from the root of the crate that this module and those in it name.
    fn used(&self) -> Vec<Vec<String>> {
        let own = paths(&self.code).into_iter().map(|path| {
            let supers = path.iter().take_while(|part| *part == "super").count();
            if supers == 0 {
                return path.into_iter().skip(1).collect();
            }
            let above = self.path.len().saturating_sub(supers);
            let above = self.path.iter().take(above).cloned();
            above.chain(path.into_iter().skip(supers)).collect()
        });
        own.chain(self.children.values().flat_map(Self::used)).collect()
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The code of a file, without tests and without comments.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that begins with `crate` or `super`, with the groups of a `use` expanded.
fn paths(code: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = ["crate::", "super::"].iter().filter_map(|it| rest.find(it)).min() {
        let (before, path) = rest.split_at(at);
        let is_start = !before.ends_with(|c: char| c.is_alphanumeric() || "_:$".contains(c));
        if is_start {
            found.extend(expand(path));
        }
        rest = path.trim_start_matches(|c: char| c.is_alphanumeric() || "_:".contains(c));
    }
    found
}

/// The paths that a path with or without groups stands for.
fn expand(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start();
    if let Some(group) = text.strip_prefix('{') {
        return members(group).into_iter().flat_map(expand).collect();
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, after) = text.split_at(end);
    let rest = after.strip_prefix("::").map(expand).filter(|rest| !rest.is_empty());
    let rest = rest.unwrap_or_else(|| vec![Vec::new()]);
    if name.is_empty() {
        return Vec::new();
    }
    rest.into_iter().map(|rest| [vec![name.to_owned()], rest].concat()).collect()
}

/// The members of a group, up to its closing brace.
fn members(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                members.extend(group.get(start..at));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    members
}
