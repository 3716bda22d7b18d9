//! Writes the bridge's modules for Python, Kotlin and Swift, and makes their functions take the fast
//! way: one call of `twiml_refer_call`, where the generators make several native calls for each.
//!
//! With `TWIML_REFER_UNPATCHED` set, what the generator wrote is left as it is: it works, too. A text
//! of the generator that is not as expected ends the program with an error.

mod kotlin;
mod patch;
mod python;
mod swift;

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use patch::Patched;

fn main() {
    uniffi::uniffi_bindgen_main();
    let is_generated = env::args().any(|argument| argument == "generate");
    if !is_generated || env::var_os("TWIML_REFER_UNPATCHED").is_some() {
        return;
    }
    let mut arguments = env::args().skip_while(|argument| argument != "--out-dir");
    let folder = arguments.nth(1).ok_or("write --out-dir and a folder, each on its own");
    if let Err(error) = folder.map_err(str::to_owned).and_then(|it| patch_folder(Path::new(&it))) {
        eprintln!("uniffi-bindgen: {error}");
        process::exit(1);
    }
}

fn patch_folder(folder: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path: PathBuf = entry.map_err(failed)?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let patch: fn(&mut Patched) -> Result<(), String> = match name {
            "twiml_refer_uniffi.py" => python::patch,
            "twiml_refer_uniffi.kt" => kotlin::patch,
            "TwimlReferBridge.swift" => swift::patch,
            _ if path.is_dir() => {
                patch_folder(&path)?;
                continue;
            }
            _ => continue,
        };
        let mut text = Patched(fs::read_to_string(&path).map_err(failed)?);
        patch(&mut text).map_err(|error| {
            format!("{}: the generator of UniFFI writes another text: {error}", path.display())
        })?;
        fs::write(&path, text.0).map_err(failed)?;
    }
    Ok(())
}
