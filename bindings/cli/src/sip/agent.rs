//! The agent from outside, and its threads.

use std::fmt;
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs, UdpSocket};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SendError, Sender, SyncSender, channel, sync_channel,
};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use twiml_refer::SipUri;
use twiml_refer::sip::Scheme;

use super::call::{Call, CallInfo, Shared};
use super::core::{Core, Dial, Input, Output, token};
use super::digest::{Callers, Credentials};
use super::media::{self, MediaInput};
use super::transport::{self, Outlets, Path, Switchboard, Traced, Transport};

/// Messages that wait for the loop. The readers wait when there are more, and the network drops what comes then.
const MAX_INPUTS: usize = 1024;

/// How long a connection to a called endpoint may take.
const CONNECT: Duration = Duration::from_secs(5);

/// How long repetitions are answered after the last call, so that nobody repeats them to a closed port.
const AFTER: Duration = Duration::from_secs(1);

/// What an agent is started with.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Where it listens, over UDP and TCP on the same port; the system chooses port 0.
    pub(crate) listen: Vec<SocketAddr>,
    /// The address in Via, Contact and SDP; needed where the one listened on is unspecified.
    pub(crate) advertised: Option<IpAddr>,
    /// What 401 and 407 are answered with (RFC 3261 section 22).
    pub(crate) credentials: Option<Credentials>,
    /// Who may call; absent: anybody.
    pub(crate) callers: Option<Callers>,
    /// The realm of the digest that is asked of callers.
    pub(crate) realm: String,
    pub(crate) limits: Limits,
}

impl Options {
    pub(crate) fn new(listen: Vec<SocketAddr>) -> Self {
        let (advertised, credentials, callers) = (None, None, None);
        let (realm, limits) = ("twiml-refer".to_owned(), Limits::default());
        Self { listen, advertised, credentials, callers, realm, limits }
    }
}

/// The bounds of an agent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Calls at once; further ones get 503.
    pub(crate) calls: usize,
    /// Bytes of a message over TCP, head and body.
    pub(crate) message_bytes: usize,
    /// TCP connections at once. For the last one, the one that was not used for the longest time is closed, unless it has
    /// a call.
    pub(crate) connections: usize,
    /// How long a TCP connection without a call may stay silent.
    pub(crate) idle: Duration,
    /// How long a call of ours may ring.
    pub(crate) ring: Duration,
    /// How long a call may last.
    pub(crate) call: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: 2000,
            message_bytes: 64 * 1024,
            connections: 4000,
            // Endpoints that keep a connection alive send CRLF after 120 seconds at most (RFC 5626 section 4.4.1).
            idle: Duration::from_secs(150),
            ring: Duration::from_secs(60),
            call: Duration::from_secs(4 * 60 * 60),
        }
    }
}

/// A call that we make.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    pub(crate) target: SipUri,
    /// The URI for From.
    pub(crate) from: String,
    /// Headers of the INVITE, besides those that every one has.
    pub(crate) headers: Vec<(String, String)>,
}

/// A SIP user agent. One that is dropped ends without BYE: see [`shut_down`](Self::shut_down).
pub(crate) struct Agent {
    addresses: Vec<SocketAddr>,
    sockets: Vec<Path>,
    inputs: SyncSender<Input>,
    incoming: Mutex<Receiver<Call>>,
    board: Arc<Switchboard>,
    limits: Limits,
}

impl fmt::Debug for Agent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Agent").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Agent {
    /// Binds the addresses and starts the threads. `trace` gets every message in order; it must not block.
    ///
    /// # Errors
    ///
    /// What cannot be listened on and why, or that an address is needed to advertise: one line for people.
    pub(crate) fn start(
        options: Options,
        trace: impl Fn(Traced) + Send + 'static,
    ) -> Result<Self, String> {
        if let Some(address) = options.listen.iter().find(|address| address.ip().is_unspecified())
            && options.advertised.is_none()
        {
            return Err(format!(
                "cannot listen on {address} without an address to advertise: an endpoint must know where to send"
            ));
        }
        // A live call has a socket for its media.
        let _ = rlimit::increase_nofile_limit(u64::MAX);
        let failed = |error: std::io::Error| format!("cannot start a thread: {error}");
        let (inputs, queue) = sync_channel(MAX_INPUTS);
        let (calls, incoming) = channel();
        let board = Arc::new(Switchboard::default());
        let mut outlets = Outlets::default();
        let (mut addresses, mut sockets) = (Vec::new(), Vec::new());
        let limits = options.limits;
        let mut started = Vec::new();
        for (id, address) in (0..).zip(&options.listen) {
            let (udp, tcp) = transport::bind(*address)?;
            let local = udp.local_addr().map_err(|error| error.to_string())?;
            addresses.push(local);
            let path = Path { transport: Transport::Udp, id, local, remote: local };
            sockets.push(path);
            let udp = Arc::new(udp);
            outlets.sockets.push(Arc::clone(&udp));
            started.push((udp, tcp, path));
        }
        let mut core = Core::new(options, addresses.clone(), Arc::clone(&board), inputs.clone());
        let (media, media_inputs) = channel();
        let digits = inputs.clone();
        transport::spawn("sip-media", move || media::run(&media_inputs, &digits))
            .map_err(failed)?;
        let trace = Box::new(trace);
        thread::Builder::new()
            .name("sip".to_owned())
            .spawn(move || run(&mut core, &queue, outlets, &Sinks { calls, media, trace }))
            .map_err(failed)?;
        for (udp, tcp, path) in started {
            let (input, ended) = (inputs.clone(), Arc::clone(&board));
            let read = move || transport::read_datagrams(&udp, path, &input, &ended);
            transport::spawn("sip-udp", read).map_err(failed)?;
            let (input, ended) = (inputs.clone(), Arc::clone(&board));
            let accept = move || transport::accept(&tcp, limits, &input, &ended);
            transport::spawn("sip-tcp", accept).map_err(failed)?;
        }
        let incoming = Mutex::new(incoming);
        Ok(Self { addresses, sockets, inputs, incoming, board, limits })
    }

    /// Returns the addresses listened on, in the order of the options, each with its port.
    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Waits for the next call that comes in; it has got 100, and nothing else. `None`: the time is over, or the agent ends.
    pub(crate) fn next_call(&self, timeout: Duration) -> Option<Call> {
        let incoming = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        incoming.recv_timeout(timeout).ok()
    }

    /// Calls an endpoint: [`Call::wait_for_answer`] waits for its answer. Blocks while the name of the host is looked up and a
    /// TCP connection opened, for a few seconds at most.
    ///
    /// # Errors
    ///
    /// Why the endpoint cannot be called: one line for people.
    pub(crate) fn call(&self, outgoing: &Outgoing) -> Result<Call, String> {
        let Outgoing { target, from, headers } = outgoing;
        let request_uri = target.as_str();
        let request_uri = request_uri.split_once('?').map_or(request_uri, |(uri, _)| uri);
        let remote = self.resolve(target)?;
        let is_tcp = matches!(target.param("transport"),
            Some(Some(value)) if value.eq_ignore_ascii_case("tcp"));
        let path = if is_tcp {
            TcpStream::connect_timeout(&remote, CONNECT)
                .and_then(|stream| transport::serve(stream, self.limits, &self.inputs, &self.board))
                .map_err(|error| format!("cannot connect to {remote} over TCP: {error}"))?
        } else {
            let same_family = |path: &&Path| path.local.is_ipv4() == remote.is_ipv4();
            let socket = self.sockets.iter().find(same_family).ok_or_else(|| {
                format!("cannot call {remote}: no address of its kind is listened on")
            })?;
            socket.to(remote)
        };
        let media = UdpSocket::bind((path.local.ip(), 0))
            .map_err(|error| format!("cannot open a socket for media: {error}"))?;
        let info = Arc::new(CallInfo {
            number: self.board.next_call(),
            is_outgoing: true,
            call_id: format!("{}@{}", token(), path.local.ip()),
            from: from.clone(),
            to: request_uri.to_owned(),
            request_uri: request_uri.to_owned(),
            headers: headers.clone(),
            peer: remote,
            local: path.local,
            transport: path.transport,
            user: None,
        });
        let shared = Arc::new(Shared::default());
        let call =
            Call::new(Arc::clone(&info), self.inputs.clone(), Arc::clone(&shared), Arc::default());
        let dial = Dial { info, shared, path, media };
        self.inputs
            .send(Input::Dial(Box::new(dial)))
            .map_err(|_| "cannot call: the agent has ended".to_owned())?;
        Ok(call)
    }

    fn resolve(&self, target: &SipUri) -> Result<SocketAddr, String> {
        if target.scheme() != Scheme::Sip {
            return Err(format!("cannot call {target}: only sip: URIs can be called, not TLS"));
        }
        let (host, port) = (target.host(), target.port().unwrap_or(5060));
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let resolved = (host, port).to_socket_addrs();
        let mut addresses =
            resolved.map_err(|error| format!("cannot call {target}: {host}: {error}"))?;
        let is_reachable = |address: &SocketAddr| {
            self.sockets.iter().any(|path| path.local.is_ipv4() == address.is_ipv4())
        };
        addresses
            .find(is_reachable)
            .ok_or_else(|| format!("cannot call {target}: no address of its kind is listened on"))
    }

    /// Returns how many calls live.
    pub(crate) fn live_calls(&self) -> usize {
        self.board.live_calls.load(Ordering::Relaxed)
    }

    /// Ends all calls: with BYE, CANCEL or 503; new ones get 503. Waits until the endpoints have answered, at most as long as
    /// `timeout`, and a second more, so that repetitions are answered and no connection is cut behind the last message.
    pub(crate) fn shut_down(&self, timeout: Duration) {
        let is_idle = || self.live_calls() == 0 && self.board.pending.load(Ordering::Relaxed) == 0;
        let (done, waited) = sync_channel(1);
        if self.inputs.send(Input::ShutDown(done)).is_err() || waited.recv() != Ok(true) {
            return;
        }
        let deadline = Instant::now().checked_add(timeout);
        while !is_idle() && deadline.is_some_and(|deadline| Instant::now() < deadline) {
            thread::sleep(Duration::from_millis(10));
        }
        thread::sleep(AFTER);
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.board.has_ended.store(true, Ordering::Relaxed);
        let _ = self.inputs.send(Input::Stop);
        for address in &self.addresses {
            // The thread that accepts wakes up and ends.
            let _ = TcpStream::connect_timeout(address, Duration::from_millis(100));
        }
    }
}

/// Where the loop puts out.
struct Sinks {
    calls: Sender<Call>,
    media: Sender<MediaInput>,
    trace: Box<dyn Fn(Traced) + Send>,
}

/// The loop. Nothing in it blocks but the wait for what comes next.
fn run(core: &mut Core, inputs: &Receiver<Input>, mut outlets: Outlets, sinks: &Sinks) {
    loop {
        let input = match core.deadline() {
            None => inputs.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => {
                inputs.recv_timeout(deadline.saturating_duration_since(Instant::now()))
            }
        };
        let (now, received) = (Instant::now(), SystemTime::now());
        match input {
            Ok(Input::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            Ok(Input::Opened { path, connection }) => {
                // Line ends alone keep a connection open, but take no room from others.
                let max = core.options.limits.connections;
                outlets.connections.insert(path.id, connection);
                outlets.make_room(max, |id| id != path.id && !core.has_call(id));
            }
            Ok(Input::Idle { path }) => {
                // What was just sent is still on its way.
                let is_unused = outlets.is_unused(path.id, core.options.limits.idle);
                if is_unused && !core.has_call(path.id) {
                    outlets.close(path.id);
                }
            }
            Ok(input) => {
                if let Input::Closed { path } = input {
                    outlets.close(path.id);
                }
                core.handle(input, now);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        core.advance(now);
        for output in core.outputs() {
            put_out(output, received, &mut outlets, sinks);
        }
    }
    core.abandon();
}

fn put_out(output: Output, received: SystemTime, outlets: &mut Outlets, sinks: &Sinks) {
    match output {
        Output::Message { path, call, is_sent, bytes } => {
            if is_sent {
                outlets.send(&path, &bytes);
            }
            let Path { transport, local, remote, .. } = path;
            // What a message leads to is later than the message.
            let at = if is_sent { SystemTime::now() } else { received };
            let before = outlets.count(&path, is_sent, &bytes);
            (sinks.trace)(Traced { at, is_sent, transport, local, remote, call, before, bytes });
        }
        // The agent is being dropped: nobody will lead this call.
        Output::Call(call) => {
            if let Err(SendError(call)) = sinks.calls.send(call) {
                call.disown();
            }
        }
        Output::Media(input) => drop(sinks.media.send(input)),
    }
}
