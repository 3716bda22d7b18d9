//! The modules of the crate depend on each other one way, and so do the files of each module.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // a test

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ItemMod, ItemUse, Macro, Token, UseTree, Visibility};

/// What a module may use; those that are not listed may use nothing of the crate.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("message", &["limits"]),
    ("error", &["message"]),
    ("diagnostic", &["error", "message"]),
    ("numbers", &["error"]),
    ("http", &["error", "redact"]),
    ("sip", &["diagnostic", "error", "limits", "redact"]),
    ("webhook", &["diagnostic", "error", "http", "limits", "message", "redact", "sip"]),
    ("twiml", &["diagnostic", "error", "http", "limits", "message", "redact", "sip"]),
    ("transfer", &["diagnostic", "error", "limits", "sip", "webhook"]),
    ("testing", &["error", "http", "redact", "sip", "webhook"]),
];

/// What each module or file uses.
type Graph = BTreeMap<String, BTreeSet<String>>;
type Names = Vec<String>;

#[test]
fn modules_use_each_other_one_way() {
    let mut graph = root().graph();
    // The tests that make the pages of `docs`.
    graph.remove("pages");
    for (module, used) in &graph {
        let may = MAY_USE.iter().find(|(name, _)| name == module).map_or(&[][..], |(_, may)| may);
        let may = may.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(used, &may, "what {module} uses, and what it may use");
    }
    assert_eq!(cyclic(graph), Names::new());
}

#[test]
fn files_of_a_module_use_each_other_one_way() {
    let mut open: Vec<_> = root().children.into_values().collect();
    while let Some(module) = open.pop() {
        let cyclic = cyclic(module.graph());
        assert_eq!(cyclic, Names::new(), "files of {:?} in a cycle, or that use one", module.path);
        open.extend(module.children.into_values());
    }
}

#[test]
fn paths_and_cycles_are_found() {
    let mut module = Module { path: ["a", "b"].map(str::to_owned).into(), ..Module::default() };
    let code = "use super::{c::{D, e as f}, G}; fn h() -> crate::i::J { super::super::k() }";
    module.visit_file(&syn::parse_str(code).unwrap());
    let mut used: Vec<_> = module.used().iter().map(|path| path.join("::")).collect();
    used.sort();
    assert_eq!(used, ["a::G", "a::c::D", "a::c::e", "i::J", "k"]);
    assert!(root().children["sip"].graph()["refer_to"].contains("uri"));
    let edges = [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("d", "e"), ("e", "")];
    let graph = edges.iter().fold(Graph::new(), |mut graph, (from, to)| {
        graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
        graph
    });
    assert_eq!(cyclic(graph), ["a", "b", "c"]);
}

/// What is left without all from which no cycle is reached.
fn cyclic(mut graph: Graph) -> Names {
    let is_end =
        |graph: &Graph, used: &BTreeSet<String>| used.iter().all(|it| !graph.contains_key(it));
    while let Some(name) =
        graph.iter().find_map(|(name, used)| is_end(&graph, used).then_some(name))
    {
        let name = name.clone();
        graph.remove(&name);
    }
    graph.into_keys().collect()
}

fn root() -> Module {
    Module::at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), Names::new())
}

/// A module, the paths in its own code, and the modules in it; tests are left out.
#[derive(Default)]
struct Module {
    path: Names,
    paths: Vec<Names>,
    /// Those of what it re-exports.
    exports: Vec<Names>,
    children: BTreeMap<String, Module>,
}

impl Module {
    /// Reads a file, or a folder with its `mod.rs` or `lib.rs`.
    fn at(file: &Path, path: Names) -> Self {
        let mut module = Self { path, ..Self::default() };
        let files = fs::read_dir(file).map_or_else(
            |_| vec![file.to_owned()],
            |files| files.map(|file| file.unwrap().path()).collect(),
        );
        for entry in files {
            let name = entry.file_stem().unwrap().to_str().unwrap();
            if entry == file || ["mod", "lib"].contains(&name) {
                module.visit_file(&syn::parse_file(&fs::read_to_string(&entry).unwrap()).unwrap());
            } else if name != "tests" {
                let path = [&module.path[..], &[name.to_owned()]].concat();
                module.children.insert(name.to_owned(), Self::at(&entry, path));
            }
        }
        module
    }

    /// What each child uses of the other children, by name or through what this module re-exports, and of
    /// the code of this module itself (`mod`).
    fn graph(&self) -> Graph {
        let mut graph = Graph::new();
        for (name, child) in &self.children {
            let used = child.used().into_iter().filter_map(|path| {
                path.strip_prefix(&self.path[..])?.first().map(|name| self.home(name))
            });
            graph.insert(name.clone(), used.filter(|it| it != name).collect());
        }
        // The root only re-exports.
        if self.path.is_empty() {
            graph.values_mut().for_each(|used| used.retain(|it| it != "mod"));
        } else {
            let own = self.paths.iter().filter_map(|path| path.first());
            let own = own.filter(|name| self.children.contains_key(*name)).cloned().collect();
            graph.insert("mod".to_owned(), own);
        }
        graph
    }

    /// The child of this name, or from which it is taken, or `mod` if it is defined in this module itself.
    fn home(&self, name: &String) -> String {
        let taken = self.exports.iter().chain(&self.paths).find(|path| path.last() == Some(name));
        let homes = [Some(name), taken.and_then(|path| path.first())];
        let home = homes.into_iter().flatten().find(|name| self.children.contains_key(*name));
        home.map_or_else(|| "mod".to_owned(), Clone::clone)
    }

    /// The paths from the root of the crate that this module and those in it name.
    fn used(&self) -> Vec<Names> {
        let own = self.paths.iter().chain(&self.exports).filter_map(|path| {
            let supers = path.iter().take_while(|part| *part == "super").count();
            let above = self.path.len().checked_sub(supers)?;
            match path.first()?.as_str() {
                "crate" => Some(path.iter().skip(1).cloned().collect()),
                "super" => Some([&self.path[..above], &path[supers..]].concat()),
                _ => None,
            }
        });
        own.chain(self.children.values().flat_map(Self::used)).collect()
    }
}

impl Visit<'_> for Module {
    fn visit_path(&mut self, path: &syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        let is_export = !matches!(item.vis, Visibility::Inherited);
        expand(&item.tree, &[], if is_export { &mut self.exports } else { &mut self.paths });
    }

    /// The arguments, where they are expressions.
    fn visit_macro(&mut self, call: &Macro) {
        if let Ok(inside) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            inside.iter().for_each(|expression| self.visit_expr(expression));
        }
    }

    /// A module in a file is its tests.
    fn visit_item_mod(&mut self, _: &ItemMod) {}
}

/// The paths of a `use`, with its groups expanded.
fn expand(tree: &UseTree, before: &[String], paths: &mut Vec<Names>) {
    let longer = |name: &syn::Ident| [before, &[name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => expand(&path.tree, &longer(&path.ident), paths),
        UseTree::Name(name) => paths.push(longer(&name.ident)),
        UseTree::Rename(name) => paths.push(longer(&name.ident)),
        UseTree::Glob(_) => paths.push(before.to_vec()),
        UseTree::Group(group) => group.items.iter().for_each(|tree| expand(tree, before, paths)),
    }
}
