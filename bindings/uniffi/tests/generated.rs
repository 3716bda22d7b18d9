//! The Python module that is generated from the library alone does every job, and the one that takes the
//! fast way does the same. Needs `python3`.

#![allow(clippy::unwrap_used)] // a test

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Generates the module beside a copy of the library.
fn generate(name: &str, is_patched: bool) -> PathBuf {
    let bindgen = Path::new(env!("CARGO_BIN_EXE_uniffi-bindgen"));
    let prefix = if cfg!(windows) { "" } else { "lib" };
    let library = format!("{prefix}twiml_refer_uniffi{}", env::consts::DLL_SUFFIX);
    let built = bindgen.with_file_name(&library);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    fs::copy(&built, folder.join(&library)).unwrap();
    let mut command = Command::new(bindgen);
    command.arg("generate").arg(&built).args(["--language", "python", "--no-format", "--out-dir"]);
    if !is_patched {
        command.env("TWIML_REFER_UNPATCHED", "1");
    }
    let generated = command.arg(&folder).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(generated.status.success(), "{}", String::from_utf8_lossy(&generated.stderr));
    folder
}

fn run(script: &str, folder: &Path) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(script);
    let run =
        Command::new("python3").args(["-W", "error"]).arg(script).arg(folder).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).unwrap()
}

#[test]
fn both_modules_do_every_job_alike() {
    let as_generated = run("jobs.py", &generate("generated", false));
    assert!(as_generated.lines().count() > 100);
    let fast = generate("fast", true);
    assert_eq!(run("jobs.py", &fast), as_generated);
    run("secrets.py", &fast);
}
