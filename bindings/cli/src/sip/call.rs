//! A call as the thread that leads it sees it.

use std::collections::VecDeque;
use std::fmt;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use twiml_refer::SipUri;
use twiml_refer::transfer::TransferSettings;

use super::core::{Command, Input};
use super::message::Start;
use super::refer::Referred;
use super::request::Request;
use super::transport::Transport;
use super::values::{Address, is_header};

/// More digits than these are not kept until they are asked for.
const MAX_DIGITS: usize = 256;

/// One call. It is led by one thread; functions that block return when the call ends. A call that is dropped is ended.
#[derive(Debug)]
pub(crate) struct Call {
    info: Arc<CallInfo>,
    control: CallControl,
    /// Held until the thread has left the call, also where that ended before; or taken by the thread.
    slot: Arc<()>,
}

/// Ends or interrupts a call from another thread than the one that leads it.
#[derive(Debug, Clone)]
pub(crate) struct CallControl {
    number: u64,
    loop_: SyncSender<Input>,
    shared: Arc<Shared>,
}

/// What is known of a call when it begins.
#[derive(Debug, Clone)]
pub(crate) struct CallInfo {
    /// Numbers the calls from 1, as [`Traced::call`](super::Traced::call) does.
    pub(crate) number: u64,
    pub(crate) is_outgoing: bool,
    pub(crate) call_id: String,
    /// The URI of From as on the wire, without display name and parameters of the header; it may be a `tel:` URI.
    pub(crate) from: String,
    /// The URI of To in the same way.
    pub(crate) to: String,
    pub(crate) request_uri: String,
    /// The headers of the INVITE in order, each on one line, without credentials.
    pub(crate) headers: Vec<(String, String)>,
    /// Where the INVITE came from, or went to.
    pub(crate) peer: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) transport: Transport,
    /// The user name of a caller whose digest was asked for and right.
    pub(crate) user: Option<String>,
}

impl CallInfo {
    /// Returns what the INVITE of a caller says.
    pub(super) fn of_caller(request: &Request, number: u64, user: Option<String>) -> Self {
        let Request { message, ids, path, .. } = request;
        let address = |name| message.header(name).and_then(Address::read);
        let uri = |name| address(name).map_or_else(String::new, |address| address.uri.to_owned());
        let is_secret =
            |name: &str| is_header(name, "Authorization") || is_header(name, "Proxy-Authorization");
        let headers = message.headers().iter().filter(|(name, _)| !is_secret(name));
        let request_uri = match &message.start {
            Start::Request { uri, .. } => uri.clone(),
            Start::Response { .. } => String::new(),
        };
        Self {
            number,
            is_outgoing: false,
            call_id: ids.call_id.clone(),
            from: uri("From"),
            to: uri("To"),
            request_uri,
            headers: headers.cloned().collect(),
            peer: path.remote,
            local: path.local,
            transport: path.transport,
            user,
        }
    }
}

/// What happens in a call that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    /// `0` to `9`, `*`, `#` or `A` to `D`.
    Digit(char),
    Ended(Ended),
    TimedOut,
    /// [`CallControl::interrupt`] was called.
    Interrupted,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) by: Party,
    pub(crate) why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Party {
    Endpoint,
    Us,
}

/// Why a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The endpoint sent BYE.
    Bye,
    /// The caller sent CANCEL.
    Cancelled,
    /// Our call was refused with this status; 408 also for no response at all.
    Refused(u16),
    /// Nobody answered our call in time.
    NoAnswer,
    /// Our 200 got no ACK (RFC 3261 section 13.3.1.4).
    NoAck,
    ConnectionLost,
    /// A request in the dialog got 481, 408 or nothing (RFC 3261 section 12.2.1.2).
    DialogLost,
    /// We sent BYE, or CANCEL.
    HungUp,
    /// We rejected the call with this status.
    Rejected(u16),
    ShutDown,
    /// [`Limits::call`](super::Limits::call) is over.
    TooLong,
    /// The endpoint's SDP has no codec that we have.
    NoCodec,
}

impl Ended {
    pub(super) const fn by_us(why: Why) -> Self {
        Self { by: Party::Us, why }
    }

    pub(super) const fn by_endpoint(why: Why) -> Self {
        Self { by: Party::Endpoint, why }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.why {
            Why::Bye => "the endpoint hung up (BYE)",
            Why::Cancelled => "the caller gave up before the answer (CANCEL)",
            Why::Refused(code) => return write!(f, "the endpoint rejected the call with {code}"),
            Why::NoAnswer => "the endpoint did not answer the call in time",
            Why::NoAck => "the endpoint sent no ACK for the 200 (BYE)",
            Why::ConnectionLost => "the endpoint closed the connection",
            Why::DialogLost => "the endpoint no longer knows the call",
            Why::HungUp => "the call was ended (BYE)",
            Why::Rejected(code) => return write!(f, "the call was refused with {code}"),
            Why::ShutDown => "the call was ended, because the program ends",
            Why::TooLong => "the call was ended, because it lasted too long",
            Why::NoCodec => {
                "the call was refused with 488: the endpoint offers neither PCMU nor PCMA"
            }
        })
    }
}

impl Call {
    pub(super) fn new(
        info: Arc<CallInfo>,
        loop_: SyncSender<Input>,
        shared: Arc<Shared>,
        slot: Arc<()>,
    ) -> Self {
        let control = CallControl { number: info.number, loop_, shared };
        Self { info, control, slot }
    }

    pub(crate) const fn info(&self) -> &Arc<CallInfo> {
        &self.info
    }

    /// Sends 180 Ringing. Does nothing for a call that we make.
    pub(crate) fn ring(&self) {
        self.control.send(Command::Ring);
    }

    /// Accepts the call and waits for the ACK: blocks for 32 seconds at most.
    ///
    /// # Errors
    ///
    /// The call has ended: it was cancelled, no ACK came, or its offer has no codec that we have.
    pub(crate) fn answer(&self) -> Result<(), Ended> {
        match UdpSocket::bind((self.info.local.ip(), 0)) {
            Ok(media) => self.control.send(Command::Answer(media)),
            // No more sockets: the call is refused, and others go on.
            Err(_) => self.control.send(Command::Reject(503)),
        }
        self.wait_for_answer()
    }

    /// Refuses a call that is not answered, with a status from 300 to 699.
    pub(crate) fn reject(self, status: u16) {
        self.control.send(Command::Reject(status));
    }

    /// Waits until a call that we make is answered, and no longer than [`Limits::ring`](super::Limits::ring).
    ///
    /// # Errors
    ///
    /// The call has ended: nobody answered, or it was refused.
    pub(crate) fn wait_for_answer(&self) -> Result<(), Ended> {
        let answer = |progress: &mut Progress| match progress.ended {
            Some(ended) => Some(Err(ended)),
            None => progress.is_answered.then_some(Ok(())),
        };
        self.control.wait(None, answer).unwrap_or(Ok(()))
    }

    /// Waits until the caller presses a digit or the call ends. Digits that came before come first.
    pub(crate) fn wait(&self, timeout: Duration) -> Happening {
        let deadline = Instant::now().checked_add(timeout);
        let happening = |progress: &mut Progress| match progress.digits.pop_front() {
            _ if std::mem::take(&mut progress.is_interrupted) => Some(Happening::Interrupted),
            Some(digit) => Some(Happening::Digit(digit)),
            None => progress.ended.map(Happening::Ended),
        };
        self.control.wait(deadline, happening).unwrap_or(Happening::TimedOut)
    }

    /// Forgets the digits that came so far.
    pub(crate) fn clear_digits(&self) {
        self.control.shared.update(|progress| progress.digits.clear());
    }

    /// Sends a REFER in the call, answers NOTIFYs as the transfer says, and waits until it has completed. Later NOTIFYs are
    /// answered as well. One REFER can follow another.
    ///
    /// # Errors
    ///
    /// The call has ended before: no REFER was sent.
    pub(crate) fn refer(
        &self,
        target: &SipUri,
        settings: &Arc<TransferSettings>,
    ) -> Result<Referred, Ended> {
        self.control.send(Command::Refer(Box::new(target.clone()), Arc::clone(settings)));
        let completed = |progress: &mut Progress| match progress.referred.take() {
            Some(mut referred) => {
                referred.ended = referred.ended.or(progress.ended);
                Some(Ok(*referred))
            }
            None if progress.is_referring => None,
            None => progress.ended.map(Err),
        };
        let ended = Ended::by_us(Why::ShutDown);
        self.control.wait(None, completed).unwrap_or(Err(ended))
    }

    /// Returns the transfer that has completed.
    #[cfg(test)]
    pub(super) fn referred(&self) -> Option<Referred> {
        self.control.shared.lock().referred.take().map(|referred| *referred)
    }

    /// Returns once whether digits came from an address that is neither in the SDP nor that of the call's messages.
    pub(crate) fn take_ignored_digits(&self) -> bool {
        std::mem::take(&mut self.control.shared.lock().ignores_digits)
    }

    /// Returns how the call has ended.
    pub(crate) fn ended(&self) -> Option<Ended> {
        self.control.shared.lock().ended
    }

    /// Ends the call, and returns at once: BYE; before the answer CANCEL for ours, 480 for the caller's.
    pub(crate) fn hang_up(self) {
        self.control.hang_up();
    }

    /// Drops the call without a word to the loop, in the loop.
    pub(super) fn disown(self) {
        self.control.shared.end(Ended::by_us(Why::ShutDown));
    }

    /// Takes what counts the call among those that a thread has, until it is dropped.
    pub(crate) fn take_slot(&mut self) -> Arc<()> {
        std::mem::take(&mut self.slot)
    }

    /// Returns what ends the call from another thread.
    pub(crate) fn remote_control(&self) -> CallControl {
        self.control.clone()
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.control.hang_up();
    }
}

/// How long the loop may take to trace a message; what is reported then may come before it.
const TRACING: Duration = Duration::from_millis(50);

impl CallControl {
    /// Ends the call, as [`Call::hang_up`] does.
    pub(crate) fn hang_up(&self) {
        if self.shared.lock().ended.is_none() {
            self.send(Command::HangUp);
        }
    }

    /// Lets [`Call::wait`] return at once.
    pub(crate) fn interrupt(&self) {
        self.shared.update(|progress| progress.is_interrupted = true);
    }

    /// Waits as [`Shared::wait`] does, and then until the loop has traced the message that led to it: what is reported
    /// of the call comes after that message.
    fn wait<T>(
        &self,
        deadline: Option<Instant>,
        ready: impl FnMut(&mut Progress) -> Option<T>,
    ) -> Option<T> {
        let value = self.shared.wait(deadline, ready);
        let (done, traced) = sync_channel(1);
        if value.is_some() && self.loop_.send(Input::Trace(done)).is_ok() {
            let _ = traced.recv_timeout(TRACING);
        }
        value
    }

    fn send(&self, command: Command) {
        if let Command::Refer(..) = command {
            self.shared.update(|progress| progress.is_referring = progress.ended.is_none());
        }
        if self.loop_.send(Input::Command { call: self.number, command }).is_err() {
            self.shared.end(Ended::by_us(Why::ShutDown));
            self.shared.update(|progress| progress.is_referring = false);
        }
    }
}

/// What the loop tells the thread of a call.
#[derive(Debug, Default)]
pub(super) struct Shared {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) is_answered: bool,
    pub(super) ended: Option<Ended>,
    digits: VecDeque<char>,
    /// Digits came from another address than the endpoint's.
    pub(super) ignores_digits: bool,
    /// A REFER was asked for, and neither completed nor refused.
    pub(super) is_referring: bool,
    pub(super) referred: Option<Box<Referred>>,
    is_interrupted: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn update(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.lock());
        self.changed.notify_all();
    }

    /// Notes the end of the call; the first one counts. A transfer that runs still completes.
    pub(super) fn end(&self, ended: Ended) {
        self.update(|progress| {
            progress.ended.get_or_insert(ended);
        });
    }

    pub(super) fn push_digit(&self, digit: char) {
        self.update(|progress| {
            if progress.digits.len() < MAX_DIGITS {
                progress.digits.push_back(digit);
            }
        });
    }

    /// Waits until `ready` has a value. `None`: the deadline has come first.
    fn wait<T>(
        &self,
        deadline: Option<Instant>,
        mut ready: impl FnMut(&mut Progress) -> Option<T>,
    ) -> Option<T> {
        let mut progress = self.lock();
        loop {
            if let Some(value) = ready(&mut progress) {
                return Some(value);
            }
            progress = match deadline {
                None => self.changed.wait(progress).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(Instant::now())?;
                    let waited = self.changed.wait_timeout(progress, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}
