//! The demo's webhook: a small app, written with the library as a user would write one, behind a
//! server on loopback.

use std::io::Read;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::thread::JoinHandle;

use tiny_http::{Header, Request, Response, Server};
use twiml_refer::limits::DEFAULT_MAX_BODY_BYTES;
use twiml_refer::{
    Error, Refer, ReferOutcome, RequestValidator, SipUri, VoiceResponse, error::ErrorKind,
    http::Method, twiml::Element, webhook::ReferCallback,
};

use crate::exit::Failure;

/// A call comes in: transfer it, and learn from `/transferred` how that went.
fn voice() -> Result<VoiceResponse, Error> {
    let alice = SipUri::parse("sip:alice@example.com")?;
    VoiceResponse::new()
        .say("I will connect you to Alice.")?
        .refer(Refer::to(alice).action("/transferred")?)
}

/// The transfer has ended: go on with the caller, if the caller is still there.
fn transferred(callback: &ReferCallback) -> Result<VoiceResponse, Error> {
    let response = VoiceResponse::new();
    if !callback.may_resume() {
        return response.hangup();
    }
    match callback.outcome() {
        ReferOutcome::Rejected { .. } => {
            // The caller's device cannot transfer: dial Alice and stay in between.
            let alice = Element::new("Sip")?.text("sip:alice@example.com")?;
            response.append(Element::new("Dial")?.append(alice)?)
        }
        _ => response.say("Alice cannot be reached. Please call again later.")?.hangup(),
    }
}

/// A server in a thread of its own, for as long as this lives.
pub(super) struct Webhook {
    server: Arc<Server>,
    thread: Option<JoinHandle<()>>,
    base: String,
}

impl Webhook {
    /// On loopback, at a port that the system picks.
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
            // Nothing that is not signed is listened to.
            match validator.verify(Method::Post, path, &body, signature).map_err(Error::from) {
                Ok(_) if path == "/voice" => written(voice()),
                Ok(callback) => written(transferred(&callback)),
                Err(error) => (status_of(error.kind()), error.to_string()),
            }
        }
        _ => (404, "there is nothing here".to_owned()),
    };
    let mut response = Response::from_string(document).with_status_code(status);
    if let Ok(xml) = Header::from_bytes("Content-Type", "text/xml") {
        response = response.with_header(xml);
    }
    // Whoever asked and did not wait has no use for the answer.
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
            let callback = ReferCallback::from_form(body).unwrap();
            let document = transferred(&callback).unwrap().to_xml();
            assert!(document.contains(&["<Response>", verbs].concat()), "{body}: {document}");
        }
    }
}
