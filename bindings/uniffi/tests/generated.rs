//! The Python module that is generated from the library alone has every function, and the one that takes the
//! fast way does the same. Needs `python3`.

#![allow(clippy::unwrap_used)] // a test

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Generates the module beside a copy of the library.
fn generate(name: &str, is_patched: bool) -> PathBuf {
    let prefix = if cfg!(windows) { "" } else { "lib" };
    let library = format!("{prefix}twiml_refer_uniffi{}", env::consts::DLL_SUFFIX);
    // Cargo puts tests into a folder beside the library.
    let built = env::current_exe().unwrap().parent().unwrap().with_file_name(&library);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::copy(&built, folder.join(&library)).unwrap();
    let (built, out) = (built.to_str().unwrap(), folder.to_str().unwrap());
    let arguments = ["generate", built, "--language", "python", "--no-format", "--out-dir", out];
    twiml_refer_bindgen::run(arguments.into_iter().map(str::to_owned), is_patched).unwrap();
    folder
}

fn run(script: &str, folders: &[&Path]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let run =
        Command::new("python3").args(["-W", "error"]).arg(script).args(folders).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn both_modules_do_the_same() {
    let generated = generate("generated", false);
    let fast = generate("fast", true);
    let as_generated = run("calls.py", &[&generated, &generated]);
    assert!(as_generated.lines().count() > 5_000);
    assert_eq!(run("calls.py", &[&fast, &generated]), as_generated);
    run("secrets.py", &[&fast]);
}
