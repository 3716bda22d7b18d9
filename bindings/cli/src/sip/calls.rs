//! The state of a call, and what its thread asks for.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::call::{Ended, Shared, Why};
use super::codes::ALLOW;
use super::core::{Output, token};
use super::dialog::Dialog;
use super::digest::{self, Credentials};
use super::media::MediaInput;
use super::message::Message;
use super::refer::Running;
use super::request::Request;
use super::sdp::{self, Description, Own, Stream};
use super::transactions::{Kind, LIFE, Net, Ours, T1, T2, TimerId};
use super::transport::Path;

/// A call and its dialog.
#[derive(Debug)]
pub(super) struct CallState {
    pub(super) number: u64,
    pub(super) shared: Arc<Shared>,
    pub(super) dialog: Dialog,
    pub(super) stage: Stage,
    pub(super) unacknowledged: Option<Unacknowledged>,
    pub(super) session: Session,
    pub(super) transfers: Vec<Running>,
    /// The ACK of the 200 to our INVITE, for its repetitions.
    pub(super) ack: Option<(Path, Arc<[u8]>)>,
    pub(super) credentials: Option<Credentials>,
    /// What the INVITE of a call of ours has besides.
    pub(super) headers: Vec<(String, String)>,
    /// When it has lasted too long.
    pub(super) ends_by: Option<Instant>,
    pub(super) timer: Option<TimerId>,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// The caller's INVITE has no final response.
    Incoming(Box<Request>),
    /// Ours has none.
    Outgoing(Ringing),
    Live,
    /// Ended; a BYE has to wait for the ACK (RFC 3261 section 15).
    Ending,
    /// Remembered for what is repeated or comes late.
    Ended {
        forget_at: Instant,
    },
}

/// An INVITE of ours.
#[derive(Debug)]
pub(super) struct Ringing {
    pub(super) branch: String,
    pub(super) until: Option<Instant>,
    /// There was a provisional response: only then can it be cancelled (section 9.1).
    pub(super) is_proceeding: bool,
    pub(super) is_cancelled: bool,
}

/// A 200 to an INVITE whose ACK has not come (section 13.3.1.4).
#[derive(Debug)]
pub(super) struct Unacknowledged {
    pub(super) cseq: u32,
    path: Path,
    response: Arc<[u8]>,
    interval: Duration,
    next: Instant,
    give_up: Instant,
}

/// The media of a call.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) own: Own,
    is_open: bool,
    /// The offer was ours, in a 200: the ACK has the answer.
    awaits_answer: bool,
    /// Where audio goes from the caller's ACK on: an INVITE by itself may come from anywhere.
    waiting: Option<Stream>,
}

impl Session {
    pub(super) const fn new(session: u64, address: SocketAddr) -> Self {
        let own = Own { address, session, version: 1 };
        Self { own, is_open: false, awaits_answer: false, waiting: None }
    }
}

impl CallState {
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.stage, Stage::Ending | Stage::Ended { .. })
    }

    /// Returns whether nothing more can come of it.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        matches!(self.stage, Stage::Ended { forget_at } if forget_at <= now)
            && self.transfers.iter().all(Running::is_completed)
    }

    /// Returns when it has to be looked at.
    pub(super) fn next_time(&self) -> Option<Instant> {
        let stage = match &self.stage {
            Stage::Outgoing(ringing) => ringing.until,
            Stage::Incoming(_) | Stage::Live => self.ends_by,
            Stage::Ending => None,
            // A transfer may wait longer for its last NOTIFY.
            Stage::Ended { forget_at } => {
                self.transfers.iter().all(Running::is_completed).then_some(*forget_at)
            }
        };
        let repeat = self.unacknowledged.as_ref().map(|it| it.next.min(it.give_up));
        let transfers = self.transfers.iter().filter_map(Running::deadline);
        transfers.chain(stage).chain(repeat).min()
    }

    /// Does what is due.
    pub(super) fn on_time(&mut self, net: &mut Net) {
        let now = net.now;
        for index in 0..self.transfers.len() {
            self.advance_transfer(net, index);
        }
        match &mut self.unacknowledged {
            Some(it) if it.give_up <= now => {
                self.unacknowledged = None;
                self.bye_unless_ended(net, Ended::by_endpoint(Why::NoAck));
            }
            Some(it) if it.next <= now => {
                it.interval = T2.min(it.interval.saturating_mul(2));
                it.next = now + it.interval;
                net.send(it.path, Some(self.number), Arc::clone(&it.response));
            }
            _ => {}
        }
        match &self.stage {
            Stage::Outgoing(ringing) if ringing.until.is_some_and(|until| until <= now) => {
                self.leave(net, Why::NoAnswer);
            }
            Stage::Incoming(_) | Stage::Live if self.ends_by.is_some_and(|at| at <= now) => {
                self.leave(net, Why::TooLong);
            }
            _ => {}
        }
    }

    /// Sends BYE where the end had to wait for the ACK, or ends the call with one.
    fn bye_unless_ended(&mut self, net: &mut Net, ended: Ended) {
        match self.stage {
            Stage::Ended { .. } => {}
            Stage::Ending => {
                self.stage = Stage::Ended { forget_at: net.now + LIFE };
                self.send_bye(net, None);
            }
            _ => {
                self.send_bye(net, None);
                self.end(net, ended);
            }
        }
    }

    pub(super) fn ring(&mut self, net: &mut Net) {
        if let Stage::Incoming(request) = &self.stage {
            let contact = net.contact(&self.dialog.path);
            let tag = Some(self.dialog.local_tag.as_str());
            net.reply(
                request,
                180,
                tag,
                |to| {
                    for route in request.message.all("Record-Route") {
                        to.header("Record-Route", route);
                    }
                    to.header("Contact", &contact);
                },
                None,
            );
        }
    }

    pub(super) fn answer(&mut self, net: &mut Net, media: UdpSocket) {
        let Stage::Incoming(request) = &self.stage else { return };
        if let Ok(local) = media.local_addr() {
            self.session.own.address.set_port(local.port());
        }
        match self.session.negotiate(&request.message.body) {
            Some((answer, stream)) => {
                self.session.is_open = true;
                let (call, peer) = (self.number, self.dialog.path.remote.ip());
                net.outputs.push(Output::Media(MediaInput::Open { call, socket: media, peer }));
                let Stage::Incoming(request) = std::mem::replace(&mut self.stage, Stage::Live)
                else {
                    return;
                };
                self.accept(net, &request, &answer);
                self.session.waiting = stream;
            }
            None => {
                self.refuse(net, 488);
                self.end(net, Ended::by_us(Why::NoCodec));
            }
        }
    }

    /// Answers an INVITE in or for the dialog with 200, and repeats that until its ACK, also over TCP (section 13.3.1.4).
    pub(super) fn accept(&mut self, net: &mut Net, request: &Request, body: &str) {
        let contact = net.contact(&self.dialog.path);
        let tag = Some(self.dialog.local_tag.as_str());
        let sent = net.reply(
            request,
            200,
            tag,
            |to| {
                for route in request.message.all("Record-Route") {
                    to.header("Record-Route", route);
                }
                to.header("Contact", &contact);
                to.header("Allow", ALLOW);
            },
            Some(body),
        );
        self.unacknowledged = sent.map(|(path, response)| Unacknowledged {
            cseq: request.ids.cseq,
            path,
            response,
            interval: T1,
            next: net.now + T1,
            give_up: net.now + LIFE,
        });
    }

    /// Negotiates anew, as a re-INVITE or an UPDATE asks for. `None`: there is no codec that we have.
    pub(super) fn renegotiate(&mut self, net: &mut Net, body: &[u8]) -> Option<String> {
        self.session.own.version = self.session.own.version.saturating_add(1);
        let (answer, stream) = self.session.negotiate(body)?;
        self.start_stream(net, stream);
        Some(answer)
    }

    fn start_stream(&self, net: &mut Net, stream: Option<Stream>) {
        if let Some(stream) = stream {
            let call = self.number;
            net.outputs.push(Output::Media(MediaInput::Stream { call, stream }));
        }
    }

    /// The ACK of a 200 has come.
    pub(super) fn on_ack(&mut self, net: &mut Net, cseq: u32, body: &[u8]) {
        if self.unacknowledged.as_ref().is_none_or(|it| it.cseq != cseq) {
            return;
        }
        self.unacknowledged = None;
        if std::mem::take(&mut self.session.awaits_answer) && !self.has_ended() {
            match Description::read(body).and_then(|answer| answer.accepted()) {
                Some(stream) => self.start_stream(net, Some(stream)),
                None => return self.leave(net, Why::NoCodec),
            }
        }
        let waiting = self.session.waiting.take();
        if let Stage::Ending = self.stage {
            self.bye_unless_ended(net, Ended::by_us(Why::HungUp));
        } else {
            self.start_stream(net, waiting);
            self.shared.update(|progress| progress.is_answered = true);
        }
    }

    pub(super) fn reject(&mut self, net: &mut Net, code: u16) {
        if let Stage::Incoming(_) = self.stage {
            self.refuse(net, code);
            self.end(net, Ended::by_us(Why::Rejected(code)));
        }
    }

    /// Answers the caller's INVITE with a final response other than 2xx.
    pub(super) fn refuse(&mut self, net: &mut Net, code: u16) {
        if let Stage::Incoming(request) = &self.stage {
            net.reply(request, code, Some(&self.dialog.local_tag), |_| {}, None);
        }
    }

    /// Ends the call on our side, as its stage asks for.
    pub(super) fn leave(&mut self, net: &mut Net, why: Why) {
        let ended = Ended::by_us(why);
        match &mut self.stage {
            Stage::Incoming(_) => {
                self.refuse(net, if why == Why::ShutDown { 503 } else { 480 });
                self.end(net, ended);
            }
            Stage::Outgoing(ringing) => {
                ringing.until = None;
                let was_cancelled = std::mem::replace(&mut ringing.is_cancelled, true);
                if ringing.is_proceeding && !was_cancelled {
                    self.cancel(net);
                }
                self.shared.end(ended);
            }
            // A callee's BYE waits for the ACK (section 15).
            Stage::Live if self.unacknowledged.is_some() => {
                let unacknowledged = self.unacknowledged.take();
                self.end(net, ended);
                (self.stage, self.unacknowledged) = (Stage::Ending, unacknowledged);
            }
            Stage::Live => {
                self.send_bye(net, None);
                self.end(net, ended);
            }
            Stage::Ending | Stage::Ended { .. } => {}
        }
    }

    /// Cancels our INVITE; there was a provisional response.
    pub(super) fn cancel(&mut self, net: &mut Net) {
        let Stage::Outgoing(ringing) = &self.stage else { return };
        let branch = ringing.branch.clone();
        let (cseq, path) = (self.dialog.local_cseq, self.dialog.path);
        let via = net.via(&path, &branch);
        let message = self.dialog.request("CANCEL", cseq, &via).end();
        let ours = Ours { call: self.number, kind: Kind::Cancel, cseq, is_retry: false };
        net.request(&branch, path, ours, message);
        net.cancelled(&branch);
    }

    pub(super) fn send_bye(&mut self, net: &mut Net, authorization: Option<(&str, &str)>) {
        let cseq = self.dialog.next_cseq();
        let (path, branch) = (self.dialog.next_hop(), branch());
        let mut writer = self.dialog.request("BYE", cseq, &net.via(&path, &branch));
        if let Some((name, value)) = authorization {
            writer.header(name, value);
        }
        let is_retry = authorization.is_some();
        let ours = Ours { call: self.number, kind: Kind::Bye, cseq, is_retry };
        net.request(&branch, path, ours, writer.end());
    }

    /// Notes the end of the call. Transfers that run are told, and complete.
    pub(super) fn end(&mut self, net: &mut Net, ended: Ended) {
        if self.has_ended() {
            return;
        }
        // Of a call that was never answered, the transactions remember enough.
        let keep = if matches!(self.stage, Stage::Live) { LIFE } else { Duration::ZERO };
        self.stage = Stage::Ended { forget_at: net.now + keep };
        self.unacknowledged = None;
        self.shared.end(ended);
        if std::mem::take(&mut self.session.is_open) {
            net.outputs.push(Output::Media(MediaInput::Close { call: self.number }));
        }
        self.hang_up_transfers(net, ended.by);
    }

    /// Returns the header that answers the challenge of a response, if there are credentials.
    pub(super) fn authorize(
        &self,
        response: &Message,
        code: u16,
        method: &str,
    ) -> Option<(&'static str, String)> {
        let (challenge, name) = match code {
            401 => ("WWW-Authenticate", "Authorization"),
            _ => ("Proxy-Authenticate", "Proxy-Authorization"),
        };
        let credentials = self.credentials.as_ref()?;
        let uri = self.dialog.uri();
        let value = digest::answer(response.all(challenge), credentials, method, uri, &token())?;
        Some((name, value))
    }

    pub(super) fn open_media(&mut self, net: &mut Net, socket: UdpSocket) {
        if let Ok(local) = socket.local_addr() {
            self.session.own.address.set_port(local.port());
        }
        self.session.is_open = true;
        let (call, peer) = (self.number, self.dialog.path.remote.ip());
        net.outputs.push(Output::Media(MediaInput::Open { call, socket, peer }));
    }

    /// Takes in the answer to our offer. False: there is no codec that we have.
    pub(super) fn take_answer(&self, net: &mut Net, body: &[u8]) -> bool {
        let stream = Description::read(body).and_then(|answer| answer.accepted());
        self.start_stream(net, stream);
        stream.is_some()
    }
}

impl Session {
    /// Returns our description: the answer to an offer, or an offer where there is none.
    fn negotiate(&mut self, body: &[u8]) -> Option<(String, Option<Stream>)> {
        self.awaits_answer = body.trim_ascii().is_empty();
        if self.awaits_answer {
            return Some((sdp::offer(self.own), None));
        }
        let (answer, stream) = Description::read(body)?.answer(self.own)?;
        Some((answer, Some(stream)))
    }
}

/// Returns a new branch (section 8.1.1.7).
pub(super) fn branch() -> String {
    format!("z9hG4bK{}", token())
}
