//! Unit tests of the module by topic; the properties that hold for every request are in `core/tests/webhook_properties.rs`.
//!
//! Signatures without another source were printed by the Python package `twilio` 9.13.

mod body_hash;
mod diagnose;
mod http;
mod legs;
mod outcome;
mod reading;
mod report;
mod secrecy;
mod serialize;
mod signing;
mod urls;
mod verifying;

use super::*;
use crate::Error;
use crate::error::ErrorKind;
use crate::http::Method;
use crate::sip::SipStatus;

const TOKEN: &str = "12345";

const EXAMPLE_URL: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";

/// An action request with an escape, a space and letters of two and three bytes.
const BODY: &str = "ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486\
    &From=sip%3Aalice%40example.com&CallerName=%C3%86r%C3%B8+%C3%9Cn%C3%AFcode+%E5%90%8D";

fn validator() -> RequestValidator {
    RequestValidator::new(TOKEN).unwrap()
}

fn request(body: &str) -> VoiceRequest {
    VoiceRequest::from_form(body, None).unwrap_or_else(|error| panic!("{body}: {error}"))
}

fn code(code: u16) -> SipStatus {
    SipStatus::new(code).unwrap()
}

/// Whether [`BODY`] verifies with this URL and signature.
fn passes(validator: &RequestValidator, url: &str, signature: &str) -> bool {
    match validator.verify(Method::Post, url, BODY, Some(signature)) {
        Ok(request) => {
            assert_eq!(request.param("CallerName"), Some("Ærø Ünïcode 名"));
            true
        }
        Err(error) => {
            assert_eq!(error, VerifyError::SignatureMismatch, "{url}");
            false
        }
    }
}
