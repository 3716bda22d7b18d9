//! Auth tokens and passwords come from the environment or from files, never from the command line. Tokens leave
//! this module only inside a validator, which does not show them.

use std::env::{self, VarError};
use std::path::{Path, PathBuf};

use twiml_refer::{Error, RequestValidator};

use crate::exit::{Failure, Result};
use crate::input;

const VARIABLE: &str = "TWILIO_AUTH_TOKEN";

/// The most bytes of a token file: an auth token has 32, a shared key may have more.
const MAX_TOKEN_BYTES: usize = 4096;

/// Returns a validator with the token of each file, or without files with that of the environment. The
/// first token signs, any of them verifies.
pub(crate) fn validator(files: &[PathBuf]) -> Result<RequestValidator> {
    validator_if_any(files)?.ok_or_else(|| {
        Failure::usage(&format!(
            "there is no auth token: set {VARIABLE} in the environment, or give --token-file FILE"
        ))
    })
}

/// Like [`validator`], or `None` where no token is given.
pub(crate) fn validator_if_any(files: &[PathBuf]) -> Result<Option<RequestValidator>> {
    let tokens = if files.is_empty() {
        from_environment()?.into_iter().collect()
    } else {
        files.iter().map(|file| from_file(file)).collect::<Result<Vec<_>>>()?
    };
    let refused = |error: Error| Failure::usage(&error.message());
    tokens.into_iter().try_fold(None, |validator: Option<RequestValidator>, token| {
        let validator = match validator {
            Some(validator) => validator.with_auth_token(token),
            None => RequestValidator::new(token),
        };
        validator.map(Some).map_err(refused)
    })
}

fn from_environment() -> Result<Option<String>> {
    match env::var(VARIABLE) {
        Ok(token) => Ok(Some(token).filter(|token| !token.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(Failure::usage(&format!("{VARIABLE} is not UTF-8: set it again")))
        }
    }
}

/// Reads the file with a password.
pub(crate) fn password(path: &Path) -> Result<String> {
    from_file(path)
}

/// Reads a file with several secrets, of which messages show nothing.
pub(crate) fn text(path: &Path, limit: usize) -> Result<String> {
    let bytes = input::read(path, limit)?;
    let refuse = |why: &str| Failure::usage(&format!("{} {why}", input::name(path)));
    if bytes.len() > limit {
        return Err(refuse(&format!("has more than {limit} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| refuse("is not UTF-8"))
}

fn from_file(path: &Path) -> Result<String> {
    let text = text(path, MAX_TOKEN_BYTES)?;
    let token = text.strip_suffix('\n').map(|line| line.strip_suffix('\r').unwrap_or(line));
    let token = token.unwrap_or(&text);
    if token.is_empty() {
        let name = input::name(path);
        return Err(Failure::usage(&format!("{name} is empty: write one secret into it")));
    }
    Ok(token.to_owned())
}
