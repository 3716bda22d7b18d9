//! Unit tests of the module, by what they look at; the properties that hold for every document stand
//! in `core/tests/twiml_properties.rs`.

mod building;
mod checking;
mod reading;
mod refusing;
mod requests;
mod writing;

use super::*;
use crate::error::ErrorKind;
use crate::{Error, SipUri};

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

fn uri() -> SipUri {
    SipUri::parse("sip:alice@example.com").unwrap()
}

fn parse(xml: &str) -> VoiceResponse {
    VoiceResponse::parse(xml).unwrap_or_else(|error| panic!("{xml}: {error}"))
}

fn refused(xml: &str) -> Error {
    match VoiceResponse::parse(xml) {
        Ok(response) => panic!("{xml}: accepted as {response}"),
        Err(error) => error,
    }
}

/// What a document prints inside `<Response>`.
fn inner(response: &VoiceResponse) -> String {
    let xml = response.to_xml();
    let body = xml.strip_prefix(DECLARATION).unwrap();
    if body == "<Response/>" {
        return String::new();
    }
    body.strip_prefix("<Response>").unwrap().strip_suffix("</Response>").unwrap().to_owned()
}
