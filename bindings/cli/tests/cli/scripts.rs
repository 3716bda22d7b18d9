//! The scripts that build and try what a release has: none deletes a file that it did not make, whatever
//! folder it is given. They run in a copy of the tree, and every tool that they call does nothing here.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What would build, fetch, install or change the system.
const TOOLS: [&str; 22] = [
    "apt-get",
    "awk",
    "cargo",
    "chroot",
    "cmake",
    "cpack",
    "debootstrap",
    "dpkg",
    "g++",
    "gcc",
    "lipo",
    "maturin",
    "mount",
    "mvn",
    "pkg-config",
    "python3",
    "rustc",
    "rustup",
    "strip",
    "swift",
    "wheel",
    "xcodebuild",
];

const FOREIGN: [&str; 6] = [
    "notes.txt",
    ".git/config",
    "target/kept",
    "build/kept",
    "tests/kept",
    "twiml_refer-9.9.9-py3-none-other.whl",
];

/// A copy of what the scripts are and read, without what they build.
fn tree(root: &Path) -> PathBuf {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tree = root.join("tree");
    for place in [
        "bindings",
        "examples",
        "tests/block",
        "tests/lib.sh",
        "README.md",
        "CHANGELOG.md",
        "Cargo.toml",
    ] {
        copy(&project.join(place), &tree.join(place));
    }
    tree
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let built = ["target", ".build", "node_modules", "__pycache__", ".venv"];
        if !built.contains(&name.to_str().unwrap()) && !entry.file_type().unwrap().is_symlink() {
            copy(&entry.path(), &to.join(name));
        }
    }
}

/// Tools that succeed, or fail, without doing anything; and the cache in which `bindings/tools` finds its own.
fn stubs(root: &Path, tree: &Path, status: u8) -> (PathBuf, PathBuf) {
    let (stubs, cache) =
        (root.join(format!("stubs-{status}")), root.join(format!("cache-{status}")));
    let tools = cache.join("twiml-refer/tools");
    fs::create_dir_all(tools.join("bin")).unwrap();
    fs::copy(tree.join("bindings/tools.txt"), tools.join("wanted")).unwrap();
    fs::create_dir_all(&stubs).unwrap();
    for folder in [&stubs, &tools.join("bin")] {
        for tool in TOOLS {
            let path = folder.join(tool);
            fs::write(&path, format!("#!/bin/sh\nexit {status}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }
    (stubs, cache)
}

fn foreign(folder: &Path) {
    for name in FOREIGN {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "foreign").unwrap();
    }
}

#[test]
fn a_script_deletes_nothing_that_it_did_not_make() {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("scripts");
    let _ = fs::remove_dir_all(&root);
    let tree = tree(&root);
    // A folder of somebody else's in every place where a script takes one to write into.
    let given = root.join("given");
    let (inside, out) = (given.to_str().unwrap(), given.join("out"));
    fs::create_dir_all(&out).unwrap();
    let runs: [&[&str]; 14] = [
        &["bindings/python/build", inside],
        &["bindings/python/build", "."],
        &["bindings/c/build", inside],
        &["bindings/cli/build", inside],
        &["bindings/kotlin/build", inside],
        &["bindings/kotlin/build", inside, inside],
        &["bindings/swift/build", inside],
        &["bindings/swift/xcframework", inside],
        &["bindings/uniffi/native", inside],
        &["bindings/uniffi/native", "--portable", inside],
        &["bindings/c/tests/follow", inside, inside],
        &["bindings/kotlin/tests/follow", inside, inside],
        &["bindings/swift/tests/follow", "bindings/swift/README.md", inside, inside],
        &["bindings/swift/tests/check", inside],
    ];
    // `swift/tests/check` goes on where there is an archive.
    fs::write(root.join("Package.swift"), "").unwrap();
    let packed = Command::new("tar")
        .arg("-C")
        .arg(&root)
        .arg("-czf")
        .arg(out.join("twiml-refer-swift-0.tar.gz"))
        .args(["--transform=s,^,twiml-refer-swift/,", "Package.swift"])
        .status();
    assert!(packed.unwrap().success());
    std::os::unix::fs::symlink(&tree, root.join("linked")).unwrap();
    let places = [given.clone(), tree.clone()];
    for status in [0, 1] {
        let (stubs, cache) = stubs(&root, &tree, status);
        let path = format!("{}:{}", stubs.display(), std::env::var("PATH").unwrap());
        for arguments in runs {
            check(&tree, arguments, &places, (&path, &cache));
        }
        // What it empties in any case, it does not take as a source.
        let natives = "bindings/kotlin/target/native";
        for script in ["bindings/kotlin/build", "../linked/bindings/kotlin/build"] {
            let places = [tree.join(natives)];
            check(&tree, &[script, inside, natives], &places, (&path, &cache));
        }
    }
}

/// Runs a script with folders of somebody else's in these places, and looks for their files afterwards.
fn check(tree: &Path, arguments: &[&str], places: &[PathBuf], (path, cache): (&str, &Path)) {
    places.iter().for_each(|place| foreign(place));
    let ran = Command::new("bash")
        .args(arguments)
        .current_dir(tree)
        .env("PATH", path)
        .env("XDG_CACHE_HOME", cache)
        .env_remove("CARGO_TARGET_DIR")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_ne!(ran.status.code(), Some(127), "{arguments:?}: {said}");
    for (place, name) in places.iter().flat_map(|place| FOREIGN.map(|name| (place, name))) {
        let content = fs::read_to_string(place.join(name)).unwrap_or_default();
        assert_eq!(content, "foreign", "{arguments:?}: {name}: {said}");
    }
}

/// What a script made itself, it may make anew.
#[test]
fn a_folder_of_ours_is_known_by_a_file() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ours");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ours");
    let _ = fs::remove_dir_all(&folder);
    let ours = || {
        let ran = Command::new(&script).arg(&folder).arg("front.cpp").output().unwrap();
        (ran.status.code(), String::from_utf8(ran.stderr).unwrap())
    };
    assert_eq!(ours(), (Some(0), String::new()), "there is none");
    fs::create_dir_all(&folder).unwrap();
    assert_eq!(ours(), (Some(0), String::new()), "it is empty");
    fs::write(folder.join("notes.txt"), "").unwrap();
    let (status, said) = ours();
    assert_eq!(status, Some(2));
    assert!(said.contains("front.cpp") && said.contains(folder.to_str().unwrap()), "{said}");
    fs::write(folder.join("front.cpp"), "").unwrap();
    assert_eq!(ours(), (Some(0), String::new()), "it is ours");
    let nameless = Command::new(&script).args(["", "front.cpp"]).output().unwrap();
    assert!(!nameless.status.success(), "the folder of a variable that is empty");
}

/// A part that does nothing does not pass for one that ran the vectors, and no part is left out unnoticed.
#[test]
fn the_tests_fail_where_something_did_not_run() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("run");
    let _ = fs::remove_dir_all(&root);
    for place in ["tests/run", "tests/README.md", "tests/vectors"] {
        copy(&project.join(place), &root.join(place));
    }
    let part = |name: &str, script: &str| {
        let path = root.join("tests/parts").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("#!/usr/bin/env bash\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    for entry in fs::read_dir(project.join("tests/parts")).unwrap() {
        part(entry.unwrap().file_name().to_str().unwrap(), "true");
    }
    let run = |arguments: &[&str]| {
        let ran = Command::new(root.join("tests/run")).args(arguments).output().unwrap();
        let said = [ran.stdout, ran.stderr].concat();
        (ran.status.code(), String::from_utf8(said).unwrap())
    };
    let (status, said) = run(&["sip"]);
    let passed =
        said.starts_with("== sip\n== sip passed in ") && said.ends_with(" s\n== all passed: sip\n");
    assert!(status == Some(0) && passed, "{said}");
    for name in ["core", "cli", "c"] {
        let (status, said) = run(&["sip", name]);
        assert!(
            status == Some(1) && said.contains("fewer vectors than there are"),
            "{name}: {said}"
        );
    }
    part("c", "exit 3");
    assert_eq!(run(&["c", "sip"]), (Some(3), "== c\n".into()));
    part(
        "core",
        "for file in tests/vectors/*.json; do\n\
             grep -c '^  {\"name\": ' $file >$TWIML_REFER_COVERAGE/rust.$(basename $file .json)\n\
         done\n\
         ls tests/vectors/transfer/*.scenario | wc -l >$TWIML_REFER_COVERAGE/rust.transfer",
    );
    let (status, said) = run(&["core"]);
    assert_eq!(status, Some(0), "{said}");
    for wrong in
        [&["other"][..], &[""], &["--seconds", "0"], &["--seconds"], &["core", "--calls", "1"]]
    {
        assert_eq!(run(wrong).0, Some(2), "{wrong:?}");
    }
    part("new", "true");
    let (status, said) = run(&["sip"]);
    assert!(status == Some(2) && said.contains("no row for new"), "{said}");
}
