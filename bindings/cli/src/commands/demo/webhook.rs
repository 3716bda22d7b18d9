//! The webhook of the demo: a small app, written with the library as a user would write it, behind a
//! server on loopback.

use std::io::Read;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tiny_http::{Header, Request, Response, Server};
use twiml_refer::limits::DEFAULT_MAX_BODY_BYTES;
use twiml_refer::{
    Error, Refer, ReferOutcome, RequestValidator, SipUri, VoiceRequest, VoiceResponse,
    error::ErrorKind, http::Method, twiml::Element,
};

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

/// A server in a thread of its own, until it is dropped.
pub(super) struct Webhook {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    base: String,
}

impl Webhook {
    /// Listens on loopback, at a port that the system chooses.
    pub(super) fn start(validator: RequestValidator) -> Result<Self, Failure> {
        let failure = |why: &dyn std::fmt::Display| {
            Failure::usage(&format!("cannot listen on {}: {why}", Ipv4Addr::LOCALHOST))
        };
        let server = Server::http((Ipv4Addr::LOCALHOST, 0)).map_err(|error| failure(&error))?;
        let address = server.server_addr().to_ip().ok_or_else(|| failure(&"no address"))?;
        let (server, base) = (Arc::new(server), format!("http://{address}"));
        let validator = validator.with_public_base(&base).map_err(|error| failure(&error))?;
        let serving = Arc::clone(&server);
        let thread = std::thread::spawn(move || {
            for request in serving.incoming_requests() {
                answer(request, &validator);
            }
        });
        Ok(Self { server, thread: Some(thread), base })
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut request: Request, validator: &RequestValidator) {
    let mut body = Vec::new();
    let limit = u64::try_from(DEFAULT_MAX_BODY_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let read = request.as_reader().take(limit).read_to_end(&mut body);
    let header = request.headers().iter().find(|it| it.field.equiv("X-Twilio-Signature"));
    let signature = header.map(|it| it.value.as_str());
    let (status, document) = match (request.method(), request.url(), read) {
        (tiny_http::Method::Post, path @ ("/voice" | "/transferred"), Ok(_)) => {
            // A request without a valid signature is refused.
            match validator.verify(Method::Post, path, &body, signature).map_err(Error::from) {
                Ok(_) if path == "/voice" => written(voice()),
                Ok(request) => written(transferred(&request)),
                Err(error) => (status_of(error.kind()), error.to_string()),
            }
        }
        _ => (404, "not found".to_owned()),
    };
    let mut response = Response::from_string(document).with_status_code(status);
    if let Ok(xml) = Header::from_bytes("Content-Type", "text/xml") {
        response = response.with_header(xml);
    }
    // A client that has gone away needs no response.
    let _ = request.respond(response);
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
