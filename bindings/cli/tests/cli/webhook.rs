//! Webhooks for the tests: real HTTP servers on loopback that keep the requests they got.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use tiny_http::{Header, Response, Server};
use twiml_refer::{RequestValidator, VoiceRequest};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) url: String,
    pub(crate) body: String,
    pub(crate) content_type: Option<String>,
    pub(crate) signature: Option<String>,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.url.split('?').next().unwrap()
    }

    /// The parameters: of the body, or without one of the query.
    pub(crate) fn request(&self) -> VoiceRequest {
        if self.method == "POST" {
            return VoiceRequest::from_form(&self.body, None).unwrap();
        }
        let query = self.url.split_once('?').map_or("", |(_, query)| query);
        VoiceRequest::from_query(query, None).unwrap()
    }

    pub(crate) fn param(&self, name: &str) -> Option<String> {
        self.request().param(name).map(str::to_owned)
    }

    /// Whether it is signed with this token, for an app at this base.
    pub(crate) fn is_signed(&self, token: &str, base: &str) -> bool {
        let (method, url) = (self.method.parse().unwrap(), format!("{base}{}", self.url));
        let validator = RequestValidator::new(token).unwrap();
        validator.verify(method, &url, &self.body, self.signature.as_deref()).is_ok()
    }
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// These verbs, as a document.
    pub(crate) fn verbs(verbs: &str) -> Self {
        Self::text(200, &format!("<Response>{verbs}</Response>"))
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        let headers = vec![("Content-Type", "text/xml".to_owned())];
        Self { status, headers, body: body.to_owned() }
    }

    pub(crate) fn redirect(status: u16, location: &str) -> Self {
        let headers = vec![("Location", location.to_owned())];
        Self { status, headers, body: String::new() }
    }
}

pub(crate) struct Webhook {
    pub(crate) base: String,
    server: Arc<Server>,
    asked: Arc<Mutex<Vec<Asked>>>,
    thread: Option<JoinHandle<()>>,
}

impl Webhook {
    pub(crate) fn start(reply: impl Fn(&Asked) -> Reply + Send + 'static) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").unwrap());
        let base = format!("http://{}", server.server_addr().to_ip().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (serving, remembered) = (Arc::clone(&server), Arc::clone(&asked));
        let thread = std::thread::spawn(move || {
            for mut request in serving.incoming_requests() {
                let mut body = String::new();
                request.as_reader().read_to_string(&mut body).unwrap();
                let header = |name: &'static str| {
                    let header = request.headers().iter().find(|it| it.field.equiv(name))?;
                    Some(header.value.as_str().to_owned())
                };
                let asked = Asked {
                    method: request.method().to_string(),
                    url: request.url().to_owned(),
                    body,
                    content_type: header("Content-Type"),
                    signature: header("X-Twilio-Signature"),
                };
                let Reply { status, headers, body } = reply(&asked);
                remembered.lock().unwrap().push(asked);
                let mut response = Response::from_data(body).with_status_code(status);
                for (name, value) in headers {
                    response = response.with_header(Header::from_bytes(name, value).unwrap());
                }
                // A client that has read enough may be gone.
                let _ = request.respond(response);
            }
        });
        Self { base, server, asked, thread: Some(thread) }
    }

    /// One that answers everything with these verbs.
    pub(crate) fn of(verbs: &str) -> Self {
        let verbs = verbs.to_owned();
        Self::start(move |_| Reply::verbs(&verbs))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take() {
            let result = thread.join();
            assert!(std::thread::panicking() || result.is_ok(), "the webhook failed");
        }
    }
}

/// A server that answers the first request with these bytes, and then says nothing more until the
/// client is gone. Its URL.
pub(crate) fn raw(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/voice", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(bytes).unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    });
    url
}

/// At the port of a service that nobody has run for decades, nothing listens.
pub(crate) const CLOSED: &str = "http://127.0.0.1:1/voice";
