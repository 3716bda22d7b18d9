//! Sockets: UDP, and TCP with a reader and a writer per connection, all of which feed the loop.

use std::collections::HashMap;
use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::agent::Limits;
use super::core::Input;
use super::stream::{Frame, Framer};

/// The stack of a thread that reads or writes.
pub(super) const STACK_BYTES: usize = 64 * 1024;

/// Messages that wait to be written to a connection. One whose peer does not read is closed.
const MAX_UNWRITTEN: usize = 64;

/// How long half of a message may stay half (64 x T1), and how often a thread looks whether the agent has ended.
const STALLED: Duration = Duration::from_secs(32);
const LOOK_AROUND: Duration = Duration::from_secs(1);

/// The most that a datagram has.
const MAX_DATAGRAM: usize = 65_535;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        })
    }
}

/// A message that was sent or received, as it is on the wire: also repetitions, and what cannot be read.
#[derive(Debug, Clone)]
pub(crate) struct Traced {
    pub(crate) at: SystemTime,
    pub(crate) is_sent: bool,
    pub(crate) transport: Transport,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    /// The number of the call that it belongs to.
    pub(crate) call: Option<u64>,
    /// Over TCP, how many bytes of messages went before on this connection.
    pub(crate) before: Position,
    pub(crate) bytes: Arc<[u8]>,
}

/// How many bytes of messages a connection has carried; they count from 0 again after 2^32.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Position {
    pub(crate) sent: u32,
    pub(crate) received: u32,
}

/// The way to a peer and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Path {
    pub(super) transport: Transport,
    /// The number of the UDP socket, or of the connection.
    pub(super) id: u64,
    pub(super) local: SocketAddr,
    pub(super) remote: SocketAddr,
}

impl Path {
    /// The same socket, and another peer.
    pub(super) const fn to(self, remote: SocketAddr) -> Self {
        Self { remote, ..self }
    }

    pub(super) fn is_udp(&self) -> bool {
        self.transport == Transport::Udp
    }
}

/// What all threads of an agent share.
#[derive(Debug, Default)]
pub(super) struct Switchboard {
    pub(super) has_ended: AtomicBool,
    /// Calls that have not ended.
    pub(super) live_calls: AtomicUsize,
    /// Requests of ours without a final response.
    pub(super) pending: AtomicUsize,
    connections: AtomicUsize,
    last_connection: AtomicU64,
    last_call: AtomicU64,
}

impl Switchboard {
    /// Numbers calls from 1.
    pub(super) fn next_call(&self) -> u64 {
        self.last_call.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }
}

/// A connection, as the loop writes to it.
#[derive(Debug)]
pub(super) struct Connection {
    stream: Arc<TcpStream>,
    queue: SyncSender<Arc<[u8]>>,
    position: Position,
    /// When it was opened, or carried the last message.
    used: Instant,
}

/// Where the loop sends.
#[derive(Debug, Default)]
pub(super) struct Outlets {
    pub(super) sockets: Vec<Arc<UdpSocket>>,
    pub(super) connections: HashMap<u64, Connection>,
}

impl Outlets {
    /// Sends, or queues. What cannot be sent is lost, as on the network; a connection whose queue is full is closed.
    pub(super) fn send(&self, path: &Path, bytes: &Arc<[u8]>) {
        match path.transport {
            Transport::Udp => {
                let socket = usize::try_from(path.id).ok().and_then(|id| self.sockets.get(id));
                let _ = socket.map(|socket| socket.send_to(bytes, path.remote));
            }
            Transport::Tcp => {
                let Some(connection) = self.connections.get(&path.id) else { return };
                if connection.queue.try_send(Arc::clone(bytes)).is_err() {
                    connection.close();
                }
            }
        }
    }

    /// Counts a message over TCP, and returns what went before it.
    pub(super) fn count(&mut self, path: &Path, is_sent: bool, bytes: &[u8]) -> Position {
        let connection = self.connections.get_mut(&path.id).filter(|_| !path.is_udp());
        let Some(connection) = connection else { return Position::default() };
        connection.used = Instant::now();
        let before = connection.position;
        let Position { sent, received } = &mut connection.position;
        let direction = if is_sent { sent } else { received };
        *direction = direction.wrapping_add(u32::try_from(bytes.len()).unwrap_or_default());
        before
    }

    /// Makes room for one more where there are as many as this: closes the connection without a message for the longest
    /// time, among those that may be closed.
    pub(super) fn make_room(&mut self, max: usize, may_close: impl Fn(u64) -> bool) {
        if self.connections.len() >= max {
            let connections = self.connections.iter().filter(|(id, _)| may_close(**id));
            let oldest = connections.min_by_key(|(_, connection)| connection.used);
            oldest.map(|(id, _)| *id).into_iter().for_each(|id| self.close(id));
        }
    }

    /// Returns whether a connection carried no message for this long.
    pub(super) fn is_unused(&self, connection: u64, idle: Duration) -> bool {
        self.connections.get(&connection).is_some_and(|it| it.used.elapsed() >= idle)
    }

    pub(super) fn close(&mut self, connection: u64) {
        if let Some(connection) = self.connections.remove(&connection) {
            connection.close();
        }
    }
}

impl Connection {
    /// The reader notices, and reports it.
    fn close(&self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

/// Binds the same port for UDP and TCP.
pub(super) fn bind(address: SocketAddr) -> Result<(UdpSocket, TcpListener), String> {
    let failed = |kind, error: &std::io::Error| {
        let reason = match error.kind() {
            ErrorKind::AddrInUse => "another program uses this port".to_owned(),
            ErrorKind::PermissionDenied => "permission denied".to_owned(),
            ErrorKind::AddrNotAvailable => "this computer does not have this address".to_owned(),
            _ => error.to_string(),
        };
        format!("cannot listen on {address} over {kind}: {reason}")
    };
    // A port that the system chooses for UDP may be in use for TCP.
    let mut attempts = 0;
    loop {
        let udp = UdpSocket::bind(address).map_err(|error| failed(Transport::Udp, &error))?;
        let bound = udp.local_addr().map_err(|error| failed(Transport::Udp, &error))?;
        attempts += 1;
        match TcpListener::bind(bound) {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(_) if address.port() == 0 && attempts < 20 => {}
            Err(error) => return Err(failed(Transport::Tcp, &error)),
        }
    }
}

/// Starts a thread with a small stack.
pub(super) fn spawn(name: &str, run: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    thread::Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(run).map(drop)
}

/// Reads datagrams until the agent ends.
pub(super) fn read_datagrams(
    socket: &UdpSocket,
    path: Path,
    inputs: &SyncSender<Input>,
    board: &Switchboard,
) {
    let mut buffer = vec![0; MAX_DATAGRAM];
    let _ = socket.set_read_timeout(Some(LOOK_AROUND));
    while !board.has_ended.load(Ordering::Relaxed) {
        // An error is that of an earlier datagram, which nobody received, or the timeout.
        let Ok((length, remote)) = socket.recv_from(&mut buffer) else { continue };
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if inputs.send(Input::Received { path: path.to(remote), bytes }).is_err() {
            return;
        }
    }
}

/// Accepts connections until the agent ends.
pub(super) fn accept(
    listener: &TcpListener,
    limits: Limits,
    inputs: &SyncSender<Input>,
    board: &Arc<Switchboard>,
) {
    for stream in listener.incoming() {
        if board.has_ended.load(Ordering::Relaxed) {
            return;
        }
        match stream {
            Ok(stream) if board.connections.load(Ordering::Relaxed) < limits.connections => {
                // One that cannot be served is closed.
                let _ = serve(stream, limits, inputs, board);
            }
            Ok(_) => {}
            // Too many open files: some will be closed.
            Err(_) => thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// Starts the threads of a connection, and returns the way to its peer.
pub(super) fn serve(
    stream: TcpStream,
    limits: Limits,
    inputs: &SyncSender<Input>,
    board: &Arc<Switchboard>,
) -> std::io::Result<Path> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(STALLED.min(limits.idle)))?;
    let id = board.last_connection.fetch_add(1, Ordering::Relaxed).saturating_add(1);
    let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
    let path = Path { transport: Transport::Tcp, id, local, remote };
    let stream = Arc::new(stream);
    let (queue, unwritten) = sync_channel(MAX_UNWRITTEN);
    let writer = Arc::clone(&stream);
    spawn("sip-write", move || write(&writer, &unwritten))?;
    let position = Position::default();
    let (used, own) = (Instant::now(), Arc::clone(&stream));
    let connection = Connection { stream: own, queue: queue.clone(), position, used };
    // Before anything else that concerns it.
    let _ = inputs.send(Input::Opened { path, connection });
    board.connections.fetch_add(1, Ordering::Relaxed);
    let (reports, counted) = (inputs.clone(), Arc::clone(board));
    let started = spawn("sip-read", move || {
        read(&stream, path, limits, &queue, &reports);
        let _ = stream.shutdown(Shutdown::Both);
        counted.connections.fetch_sub(1, Ordering::Relaxed);
        let _ = reports.send(Input::Closed { path });
    });
    if started.is_err() {
        board.connections.fetch_sub(1, Ordering::Relaxed);
        let _ = inputs.send(Input::Closed { path });
    }
    started.map(|()| path)
}

fn write(mut stream: &TcpStream, unwritten: &Receiver<Arc<[u8]>>) {
    while let Ok(bytes) = unwritten.recv() {
        if stream.write_all(&bytes).is_err() {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}

fn read(
    mut stream: &TcpStream,
    path: Path,
    limits: Limits,
    pongs: &SyncSender<Arc<[u8]>>,
    inputs: &SyncSender<Input>,
) {
    let mut framer = Framer::new(limits.message_bytes);
    let mut buffer = [0; 4096];
    // When the last bytes came, and when the message at hand began.
    let (mut last_read, mut begun) = (Instant::now(), Instant::now());
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => {
                last_read = Instant::now();
                framer.push(buffer.get(..length).unwrap_or_default());
            }
            Err(error) => match error.kind() {
                ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut => {}
                _ => return,
            },
        }
        if last_read.elapsed() >= limits.idle {
            last_read = Instant::now();
            if inputs.send(Input::Idle { path }).is_err() {
                return;
            }
        }
        while let Some(frame) = framer.next() {
            begun = Instant::now();
            let (bytes, is_last) = match frame {
                Frame::Message(bytes) => (bytes, false),
                Frame::Broken(bytes) => (bytes, true),
                Frame::Ping => {
                    let _ = pongs.try_send(Arc::from(b"\r\n".as_slice()));
                    continue;
                }
            };
            if inputs.send(Input::Received { path, bytes }).is_err() {
                return;
            }
            if is_last {
                let _ = stream.shutdown(Shutdown::Read);
                thread::sleep(LOOK_AROUND);
                return;
            }
        }
        if !framer.is_amid_message() {
            begun = Instant::now();
        } else if begun.elapsed() >= STALLED {
            return;
        }
    }
}
