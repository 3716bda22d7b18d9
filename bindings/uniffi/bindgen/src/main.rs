//! The program `uniffi-bindgen`; what it does is in the library, which a test of the bridge calls.

use std::process::ExitCode;

fn main() -> ExitCode {
    let is_patched = std::env::var_os("TWIML_REFER_UNPATCHED").is_none();
    match twiml_refer_bindgen::run(std::env::args().skip(1), is_patched) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("uniffi-bindgen: {error}");
            ExitCode::FAILURE
        }
    }
}
