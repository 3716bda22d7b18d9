//! Transactions (RFC 3261 section 17): what is repeated until it is answered, and the same answer to what is repeated.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::codes::{ALLOW, reason};
use super::core::Output;
use super::message::{Ids, Refusal, Writer};
use super::request::{Request, reply_path};
use super::transport::Path;

/// The estimate of a round trip, and the longest time between repetitions (RFC 3261 section 17.1.1.1).
pub(super) const T1: Duration = Duration::from_millis(500);
pub(super) const T2: Duration = Duration::from_secs(4);

/// How long anything is repeated, and a transaction kept: 64 x T1.
pub(super) const LIFE: Duration = Duration::from_secs(32);

/// Transactions of endpoints that are kept. Beyond them, the oldest that is answered gives way to a new call, which gets
/// 503 where none is; other requests are answered and forgotten: a call may send any number of them.
const MAX_SERVERS: usize = 20_000;

/// A transaction of an endpoint.
#[derive(Debug)]
struct Server {
    reply_path: Path,
    /// The last response.
    last: Option<Arc<[u8]>>,
    /// The time until the final response to an INVITE is repeated, unless its ACK comes.
    interval: Option<Duration>,
    call: Option<u64>,
}

/// A transaction of ours.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) path: Path,
    bytes: Arc<[u8]>,
    pub(super) call: u64,
    pub(super) kind: Kind,
    pub(super) cseq: u32,
    /// Sent with credentials: those are tried once.
    pub(super) is_retry: bool,
    interval: Duration,
    is_proceeding: bool,
    is_cancelled: bool,
}

/// What a request of ours is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ours {
    pub(super) call: u64,
    pub(super) kind: Kind,
    pub(super) cseq: u32,
    /// It has credentials.
    pub(super) is_retry: bool,
}

/// Our requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Invite,
    Cancel,
    Bye,
    Refer,
}

impl Kind {
    pub(super) const fn method(self) -> &'static str {
        match self {
            Self::Invite => "INVITE",
            Self::Cancel => "CANCEL",
            Self::Bye => "BYE",
            Self::Refer => "REFER",
        }
    }
}

/// The ACK of a call whose INVITE was refused.
type Ack = (Path, Arc<[u8]>, u64);

#[derive(Debug)]
enum Timer {
    RepeatResponse(Arc<str>),
    RepeatRequest(Arc<str>),
    TimeOut(Arc<str>),
    ForgetAck(Arc<str>),
    Call(u64),
}

/// What time brings to calls.
#[derive(Debug)]
pub(super) enum Due {
    /// A request of ours got no final response.
    TimedOut(Client),
    Call(u64),
}

pub(super) type TimerId = (Instant, u64);

/// The transactions, their timers, and what is to be sent.
#[derive(Debug)]
pub(super) struct Net {
    pub(super) now: Instant,
    pub(super) outputs: Vec<Output>,
    /// The addresses listened on.
    addresses: Vec<SocketAddr>,
    advertised: Option<IpAddr>,
    tags: RandomState,
    servers: HashMap<Arc<str>, Server>,
    /// Those with a final response, kept for repetitions until then, the oldest first.
    answered: VecDeque<(Instant, Arc<str>)>,
    clients: HashMap<Arc<str>, Client>,
    /// The ACKs of INVITEs that were refused, for repeated responses.
    acks: HashMap<Arc<str>, Ack>,
    timers: BTreeMap<TimerId, Timer>,
    last_timer: u64,
}

impl Net {
    pub(super) fn new(addresses: Vec<SocketAddr>, advertised: Option<IpAddr>) -> Self {
        Self {
            now: Instant::now(),
            outputs: Vec::new(),
            addresses,
            advertised,
            tags: RandomState::new(),
            servers: HashMap::new(),
            answered: VecDeque::new(),
            clients: HashMap::new(),
            acks: HashMap::new(),
            timers: BTreeMap::new(),
            last_timer: 0,
        }
    }

    pub(super) fn send(&mut self, path: Path, call: Option<u64>, bytes: Arc<[u8]>) {
        self.outputs.push(Output::Message { path, call, is_sent: true, bytes });
    }

    /// Returns the address that an endpoint reaches us at: a connection's own port may be one that nobody listens on.
    pub(super) fn address(&self, path: &Path) -> SocketAddr {
        let is_ours = self.addresses.iter().any(|it| it.port() == path.local.port());
        let same_family = |it: &&SocketAddr| it.is_ipv4() == path.local.is_ipv4();
        let listening = self.addresses.iter().find(same_family).map(SocketAddr::port);
        let port = listening.filter(|_| !is_ours).unwrap_or(path.local.port());
        SocketAddr::new(self.advertised.unwrap_or(path.local.ip()), port)
    }

    /// Returns the value of Contact (RFC 3261 section 8.1.1.8).
    pub(super) fn contact(&self, path: &Path) -> String {
        let transport = if path.is_udp() { "" } else { ";transport=tcp" };
        format!("<sip:{}{transport}>", self.address(path))
    }

    pub(super) fn via(&self, path: &Path, branch: &str) -> String {
        format!("SIP/2.0/{} {};branch={branch};rport", path.transport, self.address(path))
    }

    /// Begins the transaction of a request, unless too many are kept. Returns whether it is kept.
    pub(super) fn begin(&mut self, request: &Request) -> bool {
        if self.servers.contains_key(&request.key) {
            return true;
        }
        let Some(reply_path) = reply_path(&request.message, request.path) else { return false };
        let is_call = request.method() == "INVITE" && request.ids.to_tag.is_none();
        while self.servers.len() >= MAX_SERVERS {
            if !is_call {
                return false;
            }
            let Some((_, oldest)) = self.answered.pop_front() else { return false };
            self.servers.remove(&oldest);
        }
        let (last, interval, call) = (None, None, None);
        let server = Server { reply_path, last, interval, call };
        self.servers.insert(Arc::clone(&request.key), server);
        true
    }

    /// Forgets the transaction of a request that cannot be answered any more.
    pub(super) fn forget(&mut self, request: &Request) {
        self.servers.remove(&request.key);
    }

    /// Answers a repetition as before. `None`: this is a new request.
    pub(super) fn repeat(&mut self, key: &str) -> Option<Option<u64>> {
        let server = self.servers.get(key)?;
        let (path, call) = (server.reply_path, server.call);
        if let Some(last) = server.last.clone() {
            self.send(path, call, last);
        }
        Some(call)
    }

    /// Answers a request. `tag` is for a To that has none; `fill` adds headers.
    pub(super) fn reply(
        &mut self,
        request: &Request,
        code: u16,
        tag: Option<&str>,
        fill: impl FnOnce(&mut Writer),
        body: Option<&str>,
    ) -> Option<(Path, Arc<[u8]>)> {
        let refusal = Refusal { code, reason: reason(code) };
        let mut writer = request.message.response(refusal, tag, request.path.remote)?;
        if matches!(code, 405 | 501) {
            writer.header("Allow", ALLOW);
        }
        fill(&mut writer);
        let body = body.map(|body| ("application/sdp", body));
        self.finish(request, code, writer.end_with(body))
    }

    /// Answers a request with only a code.
    pub(super) fn refuse(&mut self, request: &Request, code: u16) {
        let tag = self.tag(request);
        self.reply(request, code, Some(&tag), |_| {}, None);
    }

    /// Returns a To tag, the same for every repetition of a request (section 8.2.7).
    pub(super) fn tag(&self, request: &Request) -> String {
        let Ids { call_id, cseq, from_tag, .. } = &request.ids;
        format!("{:016x}", self.tags.hash_one((call_id, cseq, from_tag, &request.key)))
    }

    fn finish(
        &mut self,
        request: &Request,
        code: u16,
        bytes: Vec<u8>,
    ) -> Option<(Path, Arc<[u8]>)> {
        let path = reply_path(&request.message, request.path)?;
        let bytes: Arc<[u8]> = bytes.into();
        self.send(path, request.call, Arc::clone(&bytes));
        let key = Arc::clone(&request.key);
        if let Some(server) = self.servers.get_mut(&key) {
            server.last = Some(Arc::clone(&bytes));
            server.call = request.call;
            if code >= 300 && request.ids.method == "INVITE" && path.is_udp() {
                server.interval = Some(T1);
                self.set(T1, Timer::RepeatResponse(Arc::clone(&key)));
            }
            if code >= 200 {
                self.answered.push_back((self.now + LIFE, key));
            }
        }
        Some((path, bytes))
    }

    /// Returns the call of a transaction that is known.
    pub(super) fn call_of(&self, key: &str) -> Option<Option<u64>> {
        self.servers.get(key).map(|server| server.call)
    }

    /// Ends the repetitions of a response that refused an INVITE. `None`: it was not refused.
    pub(super) fn acknowledge(&mut self, key: &str) -> Option<Option<u64>> {
        let server = self.servers.get_mut(key)?;
        let was_refused =
            server.last.as_deref().is_some_and(|last| !last.starts_with(b"SIP/2.0 2"));
        server.interval = None;
        was_refused.then_some(server.call)
    }

    /// Sends a request of ours, and repeats it over UDP until it is answered (sections 17.1.1.2 and 17.1.2.2).
    pub(super) fn request(&mut self, branch: &str, path: Path, ours: Ours, bytes: Vec<u8>) {
        let Ours { call, kind, cseq, is_retry } = ours;
        let bytes: Arc<[u8]> = bytes.into();
        self.send(path, Some(call), Arc::clone(&bytes));
        let key: Arc<str> = client_key(branch, kind.method()).into();
        if path.is_udp() {
            self.set(T1, Timer::RepeatRequest(Arc::clone(&key)));
        }
        self.set(LIFE, Timer::TimeOut(Arc::clone(&key)));
        let (interval, is_proceeding, is_cancelled) = (T1, false, false);
        let client = Client {
            path,
            bytes,
            call,
            kind,
            cseq,
            is_retry,
            interval,
            is_proceeding,
            is_cancelled,
        };
        self.clients.insert(key, client);
    }

    /// Waits no longer than 64 x T1 for the response to an INVITE that was cancelled (section 9.1).
    pub(super) fn cancelled(&mut self, branch: &str) {
        let key: Arc<str> = client_key(branch, Kind::Invite.method()).into();
        if let Some(client) = self.clients.get_mut(&key) {
            client.is_cancelled = true;
            self.set(LIFE, Timer::TimeOut(key));
        }
    }

    /// Takes in a response: `Some` if it is one to a request of ours that is not answered yet. The transaction ends with a
    /// final response.
    pub(super) fn on_response(&mut self, branch: &str, ids: &Ids, code: u16) -> Option<Client> {
        let key = client_key(branch, &ids.method);
        let client = self.clients.get_mut(key.as_str())?;
        if client.cseq != ids.cseq {
            return None;
        }
        if code >= 200 {
            return self.clients.remove(key.as_str());
        }
        client.is_proceeding = true;
        Some(Client { bytes: Arc::clone(&client.bytes), ..*client })
    }

    /// Keeps and sends the ACK of a response that refused our INVITE (section 17.1.1.3).
    pub(super) fn ack(&mut self, branch: &str, path: Path, call: u64, bytes: Arc<[u8]>) {
        self.send(path, Some(call), Arc::clone(&bytes));
        let branch: Arc<str> = branch.into();
        self.set(LIFE, Timer::ForgetAck(Arc::clone(&branch)));
        self.acks.insert(branch, (path, bytes, call));
    }

    /// Sends such an ACK again, and returns its call.
    pub(super) fn repeat_ack(&mut self, branch: &str) -> Option<u64> {
        let (path, bytes, call) = self.acks.get(branch).cloned()?;
        self.send(path, Some(call), bytes);
        Some(call)
    }

    /// Returns how many of our requests have no final response.
    pub(super) fn pending(&self) -> usize {
        self.clients.len()
    }

    /// Returns how much is kept, for tests.
    #[cfg(test)]
    pub(super) fn kept(&self) -> usize {
        let servers = self.servers.len() + self.answered.len();
        servers + self.clients.len() + self.acks.len() + self.timers.len()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let timer = self.timers.keys().next().map(|(at, _)| *at);
        self.answered.front().map(|(until, _)| *until).into_iter().chain(timer).min()
    }

    /// Sets when a call is to be looked at, instead of the time that was set before.
    pub(super) fn set_call(&mut self, call: u64, at: Option<Instant>, id: &mut Option<TimerId>) {
        if id.map(|id| id.0) == at {
            return;
        }
        if let Some(id) = id.take() {
            self.timers.remove(&id);
        }
        *id = at.map(|at| self.set_at(at, Timer::Call(call)));
    }

    fn set(&mut self, after: Duration, timer: Timer) {
        if let Some(at) = self.now.checked_add(after) {
            self.set_at(at, timer);
        }
    }

    fn set_at(&mut self, at: Instant, timer: Timer) -> TimerId {
        self.last_timer = self.last_timer.wrapping_add(1);
        let id = (at, self.last_timer);
        self.timers.insert(id, timer);
        id
    }

    /// Does what is due until now, and returns what concerns a call, one thing at a time.
    pub(super) fn due(&mut self) -> Option<Due> {
        while let Some((_, key)) = self.answered.front().filter(|(until, _)| *until <= self.now) {
            self.servers.remove(key);
            self.answered.pop_front();
        }
        loop {
            let first = self.timers.first_entry().filter(|first| first.key().0 <= self.now)?;
            match first.remove() {
                Timer::RepeatResponse(key) => self.repeat_response(key),
                Timer::RepeatRequest(key) => self.repeat_request(key),
                Timer::ForgetAck(branch) => drop(self.acks.remove(&branch)),
                Timer::Call(call) => return Some(Due::Call(call)),
                Timer::TimeOut(key) => {
                    // An INVITE that rings may ring on.
                    let rings = |client: &Client| {
                        client.kind == Kind::Invite && client.is_proceeding && !client.is_cancelled
                    };
                    if self.clients.get(&key).is_some_and(|client| !rings(client)) {
                        return self.clients.remove(&key).map(Due::TimedOut);
                    }
                }
            }
        }
    }

    /// Section 17.2.1, timer G.
    fn repeat_response(&mut self, key: Arc<str>) {
        let Some(server) = self.servers.get_mut(&key) else { return };
        let (Some(interval), Some(last)) = (server.interval, server.last.clone()) else { return };
        let next = T2.min(interval.saturating_mul(2));
        server.interval = Some(next);
        let (path, call) = (server.reply_path, server.call);
        self.send(path, call, last);
        self.set(next, Timer::RepeatResponse(key));
    }

    /// Sections 17.1.1.2 and 17.1.2.2, timers A and E.
    fn repeat_request(&mut self, key: Arc<str>) {
        let Some(client) = self.clients.get_mut(&key) else { return };
        let next = client.interval.saturating_mul(2);
        client.interval = match client.kind {
            Kind::Invite if client.is_proceeding => return,
            Kind::Invite => next,
            _ if client.is_proceeding => T2,
            _ => T2.min(next),
        };
        let (path, call, next) = (client.path, client.call, client.interval);
        let bytes = Arc::clone(&client.bytes);
        self.send(path, Some(call), bytes);
        self.set(next, Timer::RepeatRequest(key));
    }
}

fn client_key(branch: &str, method: &str) -> String {
    format!("{branch} {method}")
}
