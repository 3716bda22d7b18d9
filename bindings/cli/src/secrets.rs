//! Where auth tokens come from: the environment or files, never the command line. They leave this
//! file inside a validator alone, which shows them to nobody.

use std::env;
use std::path::{Path, PathBuf};

use twiml_refer::{Error, RequestValidator};

use crate::exit::Failure;
use crate::input;

pub(crate) const TOKEN_VARIABLE: &str = "TWILIO_AUTH_TOKEN";

/// Bytes of a token file: a token has 32, a shared key of one's own may have more.
const MAX_TOKEN_BYTES: usize = 4096;

/// A validator with the token of every file, or with that of the environment if there is no file.
/// The first one signs, any of them verifies.
pub(crate) fn validator(files: &[PathBuf]) -> Result<RequestValidator, Failure> {
    if files.is_empty() {
        return RequestValidator::new(from_environment()?).map_err(|error| refused(&error));
    }
    let mut validator: Option<RequestValidator> = None;
    for file in files {
        let token = from_file(file)?;
        validator = Some(match validator {
            Some(validator) => validator.with_secret(token).map_err(|error| refused(&error))?,
            None => RequestValidator::new(token).map_err(|error| refused(&error))?,
        });
    }
    validator.ok_or_else(missing)
}

/// As [`validator`], or nothing where no token is given at all.
pub(crate) fn validator_if_any(files: &[PathBuf]) -> Result<Option<RequestValidator>, Failure> {
    let is_set = env::var_os(TOKEN_VARIABLE).is_some_and(|token| !token.is_empty());
    if files.is_empty() && !is_set { Ok(None) } else { validator(files).map(Some) }
}

fn refused(error: &Error) -> Failure {
    Failure::usage(&error.message())
}

fn missing() -> Failure {
    Failure::usage(&format!(
        "there is no auth token; set {TOKEN_VARIABLE} in the environment, or give --token-file FILE"
    ))
}

fn from_environment() -> Result<String, Failure> {
    match env::var(TOKEN_VARIABLE) {
        Ok(token) if !token.is_empty() => Ok(token),
        Ok(_) | Err(env::VarError::NotPresent) => Err(missing()),
        Err(env::VarError::NotUnicode(_)) => {
            Err(Failure::usage(&format!("{TOKEN_VARIABLE} is not UTF-8; write the token anew")))
        }
    }
}

fn from_file(path: &Path) -> Result<String, Failure> {
    let name = input::name(path);
    let bytes = input::read(path, MAX_TOKEN_BYTES)?;
    let refuse = |why: &str| Err(Failure::usage(&format!("the token file {name} {why}")));
    if bytes.len() > MAX_TOKEN_BYTES {
        return refuse(&format!("has more than {MAX_TOKEN_BYTES} bytes; it holds one token alone"));
    }
    let Ok(mut token) = String::from_utf8(bytes) else {
        return refuse("is not UTF-8; it holds one token alone");
    };
    if token.ends_with('\n') {
        token.pop();
        if token.ends_with('\r') {
            token.pop();
        }
    }
    if token.is_empty() { refuse("is empty; write the token into it") } else { Ok(token) }
}
