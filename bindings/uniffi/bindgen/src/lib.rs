//! Writes the bridge's modules for Python, Kotlin and Swift, and makes their functions take the fast
//! way: one call of `twiml_refer_call`, where the generators make several native calls for each.
//!
//! With `TWIML_REFER_UNPATCHED` set, what the generator wrote is left as it is: it works, too. A text
//! of the generator that is not as expected ends the program with an error.
//!
//! `uniffi-bindgen generate --language python --out-dir FOLDER LIBRARY`: of the command line of UniFFI,
//! what the builds and maturin use. A crate without the bridge, and without UniFFI's own command line and its look for
//! other crates (`cargo metadata`): each build compiles it.

mod kotlin;
mod patch;
mod python;
mod swift;

use std::fs;
use std::path::{Path, PathBuf};

use patch::Patched;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

/// Runs the command line; the files are patched unless `is_patched` is false.
///
/// # Errors
///
/// What is wrong with the arguments, the library, or the text that was generated.
pub fn run(arguments: impl Iterator<Item = String>, is_patched: bool) -> Result<(), String> {
    let options = options(arguments)?;
    let folder = PathBuf::from(&options.out_dir);
    generate(options).map_err(|error| format!("{error:#}"))?;
    if is_patched { patch_folder(&folder) } else { Ok(()) }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<GenerateOptions, String> {
    if arguments.next().as_deref() != Some("generate") {
        return Err("the only command is generate".to_owned());
    }
    let mut options = GenerateOptions { format: true, ..GenerateOptions::default() };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--language" => options.languages.push(match value()?.as_str() {
                "kotlin" => TargetLanguage::Kotlin,
                "python" => TargetLanguage::Python,
                "swift" => TargetLanguage::Swift,
                other => {
                    return Err(format!("unknown language {other}: use kotlin, python or swift"));
                }
            }),
            "--out-dir" => options.out_dir = value()?.into(),
            "--config" => options.config_override = Some(value()?.into()),
            "--no-format" => options.format = false,
            // The source always is one.
            "--library" => {}
            other if other.starts_with('-') => return Err(format!("unknown option {other}")),
            _ => options.source = argument.into(),
        }
    }
    if options.languages.is_empty() || options.out_dir == "" || options.source == "" {
        return Err("give --language, --out-dir and the library".to_owned());
    }
    Ok(options)
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
