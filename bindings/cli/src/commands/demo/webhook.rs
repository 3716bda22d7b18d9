//! The webhook of the demo: a small app, written with the library as a user would write it, behind a
//! server on loopback.

use std::net::Ipv4Addr;

use twiml_refer::limits::DEFAULT_MAX_BODY_BYTES;
use twiml_refer::{
    Error, Refer, ReferOutcome, RequestValidator, SipUri, VoiceRequest, VoiceResponse,
    error::ErrorKind, http::Method, twiml::Element,
};

use crate::commands::http::{self, Request, Response};
use crate::exit::Failure;

/// A call comes in: transfers it, and asks for the outcome at `/transferred`.
fn voice() -> Result<VoiceResponse, Error> {
    let alice = SipUri::parse("sip:alice@example.com")?;
    let refer = Refer::to(alice).with_action("/transferred")?;
    Ok(VoiceResponse::new().say("I will connect you to Alice.")?.refer(refer))
}

/// The transfer has ended: goes on with the caller, if the caller is still there.
fn transferred(request: &VoiceRequest) -> Result<VoiceResponse, Error> {
    let response = VoiceResponse::new();
    if !request.may_resume() {
        return Ok(response.hangup());
    }
    if let Some(ReferOutcome::Rejected { .. }) = request.outcome() {
        // The caller's device cannot transfer: dial Alice and stay in between.
        let alice = Element::new("Sip")?.with_text("sip:alice@example.com")?;
        return Ok(response.append(Element::new("Dial")?.with_child(alice)));
    }
    Ok(response.say("Alice cannot be reached. Please call again later.")?.hangup())
}

/// Serves the app on loopback until the process ends, and returns its URL without path.
pub(super) fn start(validator: RequestValidator) -> Result<String, Failure> {
    let failure = |why: &dyn std::fmt::Display| {
        Failure::usage(&format!("cannot listen on {}: {why}", Ipv4Addr::LOCALHOST))
    };
    let (listener, address) =
        http::bind((Ipv4Addr::LOCALHOST, 0).into()).map_err(|error| failure(&error))?;
    let base = format!("http://{address}");
    let validator = validator.with_public_base(&base).map_err(|error| failure(&error))?;
    http::serve(listener, move |request| {
        let answer = request.and_then(|request| answer(request, &validator));
        let (status, body) = answer.unwrap_or_else(|status| (status, String::new()));
        Response { status, headers: "Content-Type: text/xml\r\n".to_owned(), body }
    })?;
    Ok(base)
}

fn answer(request: &mut Request, validator: &RequestValidator) -> Result<(u16, String), u16> {
    let (path, signature) = (request.target.clone(), request.signature.clone());
    if request.method != "POST" || !matches!(path.as_str(), "/voice" | "/transferred") {
        return Err(404);
    }
    let body = request.body(DEFAULT_MAX_BODY_BYTES)?;
    // A request without a valid signature is refused.
    let verified = validator.verify(Method::Post, &path, body, signature.as_deref());
    Ok(match verified.map_err(Error::from) {
        Ok(_) if path == "/voice" => written(voice()),
        Ok(request) => written(transferred(&request)),
        Err(error) => (status_of(error.kind()), error.to_string()),
    })
}

fn status_of(kind: ErrorKind) -> u16 {
    match kind {
        ErrorKind::RequestTooLarge => 413,
        ErrorKind::SignatureMissing | ErrorKind::SignatureMismatch => 403,
        _ => 400,
    }
}

fn written(document: Result<VoiceResponse, Error>) -> (u16, String) {
    match document {
        Ok(document) => (200, document.to_xml()),
        Err(error) => (500, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_goes_on_only_where_the_call_does() {
        for (body, verbs) in [
            ("ReferCallStatus=busy&ReferSipResponseCode=202&NotifySipResponseCode=486", "<Say>"),
            ("ReferCallStatus=failed&ReferSipResponseCode=405", "<Dial>"),
            ("ReferCallStatus=failed&ReferSipResponseCode=481", "<Hangup/>"),
            ("ReferCallStatus=failed&ReferSipResponseCode=408", "<Hangup/>"),
            ("ReferCallStatus=failed&ReferSipResponseCode=405&CallStatus=completed", "<Hangup/>"),
            ("ReferCallStatus=busy&CallStatus=completed", "<Hangup/>"),
            ("ReferCallStatus=in-progress&CallStatus=in-progress", "<Hangup/>"),
        ] {
            let request = VoiceRequest::from_form(body, None).unwrap();
            let document = transferred(&request).unwrap().to_xml();
            assert!(document.contains(&["<Response>", verbs].concat()), "{body}: {document}");
        }
    }
}
