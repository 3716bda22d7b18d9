//! An HTTP/1.1 server (RFC 9112) of one request a connection, for the REST API, the page, and the webhook of `demo`:
//! whoever connects gets little time and memory, before and after it is known who that is. `tiny_http` waits for bodies
//! without end.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::spawn;
use crate::exit::Result;

/// Connections at the same time. For one more, the oldest whose client is waited for is closed; those whose body is being
/// read stay for up to `TIME`. Beyond twice as many, new ones are closed.
const MAX_CONNECTIONS: usize = 64;
/// How long a connection may take to send its request.
const TIME: Duration = Duration::from_secs(5);
const MAX_HEAD_BYTES: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// A request whose body has not been read.
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) authorization: Option<String>,
    /// The header X-Twilio-Signature.
    pub(super) signature: Option<String>,
    /// The header Host, where it is there once.
    pub(super) host: Option<String>,
    /// Whether a browser sends it for a page of another site, or of none that it can name (the Fetch standard,
    /// Fetch Metadata). Browsers send credentials that they know along with such a request.
    pub(super) is_cross_site: bool,
    content_length: usize,
    /// What came of the body with the head.
    body: Vec<u8>,
    stream: TcpStream,
    until: Instant,
}

/// What is answered; with status 401 a password is asked for.
pub(super) struct Response {
    pub(super) status: u16,
    /// Lines of the head, among them Content-Type.
    pub(super) headers: String,
    pub(super) body: String,
}

/// The connections whose client is waited for, by their number: it has to send its request, or to read the response.
#[derive(Default)]
struct Waiting(Mutex<BTreeMap<u64, TcpStream>>);

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, TcpStream>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the oldest; its thread ends at once. False: there is none.
    fn close_oldest(&self) -> bool {
        let Some((_, oldest)) = self.lock().pop_first() else { return false };
        // A client that has gone away has closed it.
        let _ = oldest.shutdown(Shutdown::Both);
        true
    }
}

/// Answers requests in threads of their own, until the process ends.
pub(super) fn serve(
    listener: TcpListener,
    respond: impl Fn(std::result::Result<&mut Request, u16>) -> Response + Send + Sync + 'static,
) -> Result<()> {
    let (respond, live) = (Arc::new(respond), Arc::new(AtomicUsize::new(0)));
    let waiting = Arc::new(Waiting::default());
    spawn("api", move || {
        for (number, stream) in (0..).zip(listener.incoming().filter_map(io::Result::ok)) {
            let Ok(writer) = stream.try_clone() else { continue };
            let count = live.load(Ordering::Acquire);
            // Threads of those that were closed may not have ended yet.
            if count >= 2 * MAX_CONNECTIONS || count >= MAX_CONNECTIONS && !waiting.close_oldest() {
                continue;
            }
            live.fetch_add(1, Ordering::AcqRel);
            waiting.lock().insert(number, writer);
            let (respond, ending) = (Arc::clone(&respond), Arc::clone(&live));
            let of_thread = Arc::clone(&waiting);
            let run = move || {
                exchange(stream, number, &of_thread, &*respond);
                of_thread.lock().remove(&number);
                ending.fetch_sub(1, Ordering::AcqRel);
            };
            if spawn("api request", run).is_err() {
                waiting.lock().remove(&number);
                live.fetch_sub(1, Ordering::AcqRel);
            }
        }
    })
}

/// Binds an address, and returns the one that the system chose.
pub(super) fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}

fn exchange(
    stream: TcpStream,
    number: u64,
    waiting: &Waiting,
    respond: &impl Fn(std::result::Result<&mut Request, u16>) -> Response,
) {
    let until = Instant::now() + TIME;
    let mut request = Request::read(stream, until);
    // Closed for another.
    let Some(mut writer) = waiting.lock().remove(&number) else { return };
    let Response { status, headers, mut body } =
        respond(request.as_mut().map_err(|status| *status));
    let challenge =
        if status == 401 { "WWW-Authenticate: Basic realm=\"Twilio API\"\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {status} \r\n{headers}Content-Length: {}\r\nConnection: close\r\n{challenge}\r\n",
        body.len()
    );
    if request.as_ref().is_ok_and(|request| request.method == "HEAD") {
        body.clear();
    }
    if let Ok(writer) = writer.try_clone() {
        waiting.lock().insert(number, writer);
    }
    // A client that has gone away needs no response.
    let _ = writer.set_write_timeout(Some(TIME));
    let _ = writer.write_all([head, body].concat().as_bytes());
    let _ = writer.shutdown(Shutdown::Write);
    // With bytes that nobody has read the connection would be reset, and the response lost.
    if let Ok(request) = &mut request {
        let _ = request.body(MAX_HEAD_BYTES);
    }
}

impl Request {
    /// Reads the head. Fails with the status to answer.
    fn read(mut stream: TcpStream, until: Instant) -> std::result::Result<Self, u16> {
        let mut bytes = Vec::new();
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut head = httparse::Request::new(&mut headers);
            match head.parse(&bytes).map_err(|_| 400_u16)? {
                httparse::Status::Complete(end) => {
                    let (method, target) = (head.method.unwrap_or(""), head.path.unwrap_or(""));
                    let content_length = content_length(head.headers)?;
                    let authorization = one(head.headers, "Authorization");
                    let signature = one(head.headers, "X-Twilio-Signature");
                    let host = one(head.headers, "Host");
                    let is_cross_site = is_cross_site(head.headers);
                    let (method, target) = (method.to_owned(), target.to_owned());
                    let body = bytes.split_off(end);
                    return Ok(Self {
                        method,
                        target,
                        authorization,
                        signature,
                        host,
                        is_cross_site,
                        content_length,
                        body,
                        stream,
                        until,
                    });
                }
                httparse::Status::Partial if bytes.len() >= MAX_HEAD_BYTES => return Err(431),
                httparse::Status::Partial => {
                    more(&mut stream, &mut bytes, until).map_err(|_| 408_u16)?;
                }
            }
        }
    }

    /// Reads the body. Fails with the status to answer.
    pub(super) fn body(&mut self, max_bytes: usize) -> std::result::Result<&[u8], u16> {
        if self.content_length > max_bytes {
            return Err(413);
        }
        while self.body.len() < self.content_length {
            more(&mut self.stream, &mut self.body, self.until).map_err(|_| 408_u16)?;
        }
        self.body.truncate(self.content_length);
        Ok(&self.body)
    }
}

/// Reads what there is, at least a byte, until then.
fn more(stream: &mut TcpStream, bytes: &mut Vec<u8>, until: Instant) -> io::Result<()> {
    let left = until.saturating_duration_since(Instant::now());
    stream.set_read_timeout(Some(left.max(Duration::from_millis(1))))?;
    let mut buffer = [0; 4096];
    let count = stream.read(&mut buffer)?;
    if count == 0 || left.is_zero() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bytes.extend(buffer.iter().take(count));
    Ok(())
}

/// Returns the value of a header that is there once.
fn one(headers: &[httparse::Header<'_>], name: &str) -> Option<String> {
    let mut values = headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
    let value = values.next().filter(|_| values.next().is_none())?;
    std::str::from_utf8(value.value).ok().map(|value| value.trim().to_owned())
}

fn is_cross_site(headers: &[httparse::Header<'_>]) -> bool {
    headers.iter().any(|header| {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        let is_own = matches!(header.value, b"same-origin" | b"none");
        is("Origin") || is("Sec-Fetch-Site") && !is_own
    })
}

/// Returns the length of the body; bodies in chunks are refused (RFC 9110 section 15.5.12).
fn content_length(headers: &[httparse::Header<'_>]) -> std::result::Result<usize, u16> {
    let has = |name: &str| headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    if has("Transfer-Encoding") {
        return Err(411);
    }
    if !has("Content-Length") {
        return Ok(0);
    }
    let value = one(headers, "Content-Length").ok_or(400_u16)?;
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { Ok(value.parse().unwrap_or(usize::MAX)) } else { Err(400) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn connections_whose_client_is_waited_for_give_way() {
        let (listener, address) = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (headers, body) = (String::new(), "hello".to_owned());
        serve(listener, move |_| Response {
            status: 200,
            headers: headers.clone(),
            body: body.clone(),
        })
        .unwrap();
        let ask = |request: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream
        };
        let answer = |request: &str| {
            let (mut stream, mut text) = (ask(request), String::new());
            stream.read_to_string(&mut text).unwrap();
            assert!(text.ends_with("\r\n\r\nhello"), "{request:?}: {text:?}");
            stream
        };
        let get = "GET / HTTP/1.1\r\n\r\n";
        for unfinished in ["", "GET /"] {
            let _held: Vec<_> = (0..MAX_CONNECTIONS).map(|_| ask(unfinished)).collect();
            answer(get);
        }
        // Its response is read, and its body does not come.
        let unfinished = "POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n";
        let _held: Vec<_> = (0..MAX_CONNECTIONS).map(|_| answer(unfinished)).collect();
        answer(get);
    }
}
