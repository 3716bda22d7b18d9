//! Shows the calls as they go: lines with the number of their call, or JSON; and draws each call when it has ended.

use std::collections::{HashMap, VecDeque};
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use super::calls::{EndedCall, sid};
use super::event::{CallStep, Event};
use super::pcap::PcapFile;
use super::sip_message::SipMessage;
use super::web::History;
use crate::console::{self, Console};
use crate::exit::{Failure, Result};
use crate::ladder::{Ladder, Rung, Shown, file::SvgFile, text::Drawing};
use crate::redact;
use crate::sip::{CallInfo, Traced};
use crate::source::printable;

/// How long a picture waits after the end of its call, for the answer to our BYE and repetitions.
const DRAW_DELAY: Duration = Duration::from_secs(2);

/// The most rungs of a picture.
const MAX_RUNGS: usize = 2000;

/// Anybody can send messages that belong to no call. One per second is shown, after so many at once.
const OUT_OF_CALL_INTERVAL: Duration = Duration::from_secs(1);
const OUT_OF_CALL_BURST: u32 = 20;

/// Where everything is shown.
pub(super) struct View<'c> {
    console: &'c mut Console,
    svg: Option<PathBuf>,
    pcap: Option<PcapFile>,
    page: Option<Arc<History>>,
    calls: HashMap<u64, CallView>,
    /// The highest number of a call: the messages of a new one come before the call itself.
    newest: u64,
    /// The calls that have ended, in order.
    ended: VecDeque<(Instant, u64)>,
    out_of_call: OutOfCall,
}

/// Bounds the rate of messages in no call.
#[derive(Default)]
struct OutOfCall {
    /// When the next one would be due, if each had waited for its second.
    due: Option<Instant>,
    left_out: u64,
}

/// What is kept of a call while it is shown.
struct CallView {
    started: SystemTime,
    drawing: Drawing,
    title: String,
    /// For the picture.
    rungs: Vec<Rung>,
    why: Option<String>,
}

/// Creates the folder of the pictures.
pub(super) fn folder(path: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&path).map_err(|error| {
        Failure::usage(&format!("cannot create the folder {}: {error}", path.display()))
    })?;
    Ok(path)
}

impl<'c> View<'c> {
    pub(super) fn new(
        console: &'c mut Console,
        svg: Option<PathBuf>,
        pcap: Option<PcapFile>,
        page: Option<Arc<History>>,
    ) -> Self {
        let (calls, ended) = (HashMap::new(), VecDeque::new());
        let out_of_call = OutOfCall::default();
        Self { console, svg, pcap, page, calls, newest: 0, ended, out_of_call }
    }

    /// Says where calls are taken, at once: tests wait for it.
    pub(super) fn listening(&mut self, addresses: &[SocketAddr]) -> Result<()> {
        for address in addresses {
            if self.console.is_json() {
                self.console.json(&json!({"step": "listening", "address": address.to_string()}))?;
            } else {
                self.console.line(&format!("listening on {address} (UDP and TCP)"))?;
            }
        }
        self.console.flush()
    }

    /// Says where the REST API (`api`) or the page (`web`) is.
    pub(super) fn serving(&mut self, step: &str, what: &str, address: SocketAddr) -> Result<()> {
        let url = format!("http://{address}");
        if self.console.is_json() {
            self.console.json(&json!({"step": step, "url": url}))?;
        } else {
            self.console.line(&format!("{what} at {url}"))?;
        }
        self.console.flush()
    }

    pub(super) fn unsigned(&mut self) -> Result<()> {
        let text = "the requests are not signed: set TWILIO_AUTH_TOKEN, or give --token-file FILE";
        if self.console.is_json() {
            self.console.json(&json!({"step": "note", "code": "unsigned", "message": text}))?;
        } else {
            self.console.line(&format!("note: {text}"))?;
        }
        self.console.flush()
    }

    pub(super) fn show(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Sip(message) => self.message(&message)?,
            Event::NotShown(count) => {
                self.not_shown(count, "the output is not read fast enough")?
            }
            Event::Call(info, sid) => self.call(&info, &sid)?,
            Event::Step(number, step) => self.step(number, step)?,
            Event::Ended(call) => self.end(&call)?,
            Event::Signal => {}
        }
        while let Some((at, number)) = self.ended.front().copied()
            && at.elapsed() > DRAW_DELAY
        {
            self.ended.pop_front();
            self.draw(number)?;
        }
        self.console.flush()
    }

    /// Draws what is left, and completes the files.
    pub(super) fn finish(&mut self) -> Result<()> {
        for (_, number) in std::mem::take(&mut self.ended) {
            self.draw(number)?;
        }
        self.out_of_call_not_shown()?;
        self.pcap.as_mut().map_or(Ok(()), PcapFile::flush)?;
        self.console.flush()
    }

    /// Says how many messages were left out, and why.
    fn not_shown(&mut self, count: u64, why: &str) -> Result<()> {
        let text = format!("{count} messages are not shown: {why}");
        if self.console.is_json() {
            let code = "messages-not-shown";
            return self
                .console
                .json(&json!({"step": "note", "code": code, "message": text, "count": count}));
        }
        self.text(None, &format!("({text})"))
    }

    fn out_of_call_not_shown(&mut self) -> Result<()> {
        match std::mem::take(&mut self.out_of_call.left_out) {
            0 => Ok(()),
            count => self.not_shown(count, "they belong to no call, and are too many"),
        }
    }

    fn message(&mut self, message: &Traced) -> Result<()> {
        if let Some(pcap) = &mut self.pcap {
            pcap.add(message)?;
        }
        if message.call.is_none() {
            if !self.out_of_call.admit(Instant::now()) {
                return Ok(());
            }
            self.out_of_call_not_shown()?;
        }
        let shown = SipMessage::read(&message.bytes);
        let view = message.call.and_then(|number| self.view(number, message.at));
        let at_ms = view.map_or(0, |view| view.since(message.at));
        if self.console.is_json() {
            let at = Duration::from_millis(at_ms).as_secs_f64();
            self.console.json(
                &json!({"step": "sip", "call_sid": message.call.map(sid), "at": at,
                "sent": message.is_sent, "transport": message.transport.to_string(),
                "local": message.local.to_string(), "remote": message.remote.to_string(),
                "method": shown.method, "code": shown.code, "cseq": shown.cseq}),
            )?;
        }
        let Some(number) = message.call else {
            let (way, remote) = (if message.is_sent { "to" } else { "from" }, message.remote);
            return self.text(None, &format!("{} {way} {remote}, in no call", shown.label));
        };
        let what =
            if message.is_sent { Shown::Sent(shown.label) } else { Shown::Received(shown.label) };
        self.rung(number, Rung { at_ms, what })
    }

    fn call(&mut self, info: &CallInfo, sid: &str) -> Result<()> {
        let [from, to] = [&info.from, &info.to].map(|uri| printable(&redact::hidden(uri)));
        let title = format!("Call {}: {from} calls {to}", info.number);
        self.newest = self.newest.max(info.number);
        if let Some(page) = &self.page {
            page.call(info);
        }
        let view =
            self.calls.entry(info.number).or_insert_with(|| CallView::new(SystemTime::now()));
        view.title.clone_from(&title);
        if self.console.is_json() {
            let status = if info.is_outgoing { "initiated" } else { "ringing" };
            return self.console.json(
                &json!({"step": "call", "call_sid": sid, "number": info.number,
                "status": status, "from": from, "to": to, "sip_call_id": info.call_id,
                "transport": info.transport.to_string(), "remote": info.peer.to_string()}),
            );
        }
        self.text(Some(info.number), &format!("{title} over {}, {sid}", info.transport))
    }

    fn step(&mut self, number: u64, step: CallStep) -> Result<()> {
        match step {
            CallStep::Page { at, step } => {
                let draws = self.svg.is_some();
                let mut at_ms = 0;
                if let Some(view) = self.view(number, at) {
                    at_ms = view.since(at);
                    let is_request = step.get("step").is_some_and(|it| it == "request");
                    let text = step.get("text").and_then(Value::as_str);
                    if let Some(text) = text.filter(|_| draws && is_request) {
                        view.keep(Rung { at_ms, what: Shown::Remark(text.to_owned()) });
                    }
                }
                if let Some(page) = &self.page {
                    page.step(number, at_ms, step);
                }
                Ok(())
            }
            CallStep::Json(value) => self.console.json(&value),
            CallStep::Line(line) => self.text(Some(number), &line),
            CallStep::Report(report) => self.console.report(&report),
            CallStep::Error(report) => {
                self.console.flush()?;
                console::print_error(&report);
                Ok(())
            }
            CallStep::Transfer { at, rungs } => {
                let at_ms = self.view(number, at).map_or(0, |view| view.since(at));
                rungs.into_iter().try_for_each(|rung| self.rung(number, Rung { at_ms, ..rung }))
            }
        }
    }

    fn end(&mut self, call: &EndedCall) -> Result<()> {
        let why = call.ended.map(|ended| ended.to_string());
        let shown = match &why {
            Some(why) => format!("Call {}: {}: {why}", call.number, call.call_status),
            None => format!("Call {}: {}", call.number, call.call_status),
        };
        if let Some(view) = self.view(call.number, SystemTime::now()) {
            view.why.clone_from(&why);
        }
        if let Some(page) = &self.page {
            page.end(call);
        }
        self.ended.push_back((Instant::now(), call.number));
        if self.console.is_json() {
            let duration = call.duration.map(|duration| duration.as_secs_f64());
            return self.console.json(&json!({"step": "call", "call_sid": call.sid,
                "number": call.number, "status": call.call_status, "duration": duration,
                "ended": why}));
        }
        self.text(Some(call.number), &shown)
    }

    /// Returns a call that is shown, or begins. What comes after its picture was drawn does not bring it back.
    fn view(&mut self, number: u64, now: SystemTime) -> Option<&mut CallView> {
        if number > self.newest {
            self.newest = number;
            self.calls.insert(number, CallView::new(now));
        }
        self.calls.get_mut(&number)
    }

    fn rung(&mut self, number: u64, rung: Rung) -> Result<()> {
        // What comes after the picture was drawn has no time in the call.
        if self.view(number, SystemTime::now()).is_some()
            && let Some(page) = &self.page
        {
            page.rung(number, &rung);
        }
        let (draws, is_json) = (self.svg.is_some(), self.console.is_json());
        let mut late = CallView::new(SystemTime::now());
        let view = self.view(number, SystemTime::now()).unwrap_or(&mut late);
        if !is_json {
            view.drawing.add(&rung);
        }
        let text = view.drawing.take();
        if draws {
            view.keep(rung);
        }
        self.text(Some(number), text.trim_end_matches('\n'))
    }

    /// Prints lines, with the number of their call.
    fn text(&mut self, number: Option<u64>, text: &str) -> Result<()> {
        if self.console.is_json() {
            return Ok(());
        }
        let number = number.map(|number| number.to_string()).unwrap_or_default();
        text.lines().try_for_each(|line| self.console.line(&format!("{number:>3}| {line}")))
    }

    /// Draws a call, and forgets it.
    fn draw(&mut self, number: u64) -> Result<()> {
        let Some(mut view) = self.calls.remove(&number) else { return Ok(()) };
        let Some(folder) = &self.svg else { return Ok(()) };
        // The call and the SIP side each note their own times.
        view.rungs.sort_by_key(|rung| rung.at_ms);
        let path = folder.join(format!("call-{number}.svg"));
        let ladder = Ladder { title: view.title, place: None, rungs: view.rungs, why: view.why };
        SvgFile::open(Some(&path), [])?.map_or(Ok(()), |file| file.draw(&[ladder]))
    }
}

impl OutOfCall {
    /// Returns whether one more is shown now.
    fn admit(&mut self, now: Instant) -> bool {
        let due = self.due.map_or(now, |due| due.max(now));
        let is_admitted = due.duration_since(now) <= OUT_OF_CALL_INTERVAL * (OUT_OF_CALL_BURST - 1);
        if is_admitted {
            self.due = Some(due + OUT_OF_CALL_INTERVAL);
        } else {
            self.left_out += 1;
        }
        is_admitted
    }
}

impl CallView {
    fn new(started: SystemTime) -> Self {
        let (title, rungs) = (String::new(), Vec::new());
        Self { started, drawing: Drawing::new(), title, rungs, why: None }
    }

    /// Returns how long the call has been known then, in milliseconds.
    fn since(&self, at: SystemTime) -> u64 {
        let since = at.duration_since(self.started).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or_default()
    }

    fn keep(&mut self, rung: Rung) {
        if self.rungs.len() < MAX_RUNGS {
            self.rungs.push(rung);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_message_does_not_bring_an_ended_call_back() {
        let mut console = Console::new(true);
        let mut view = View::new(&mut console, None, None, None);
        let now = SystemTime::now();
        assert!(view.view(2, now).is_some());
        view.draw(2).unwrap();
        view.rung(2, Rung { at_ms: 0, what: Shown::Received("200 OK (BYE)".to_owned()) }).unwrap();
        assert!(view.view(2, now).is_none() && view.calls.is_empty());
        assert!(view.view(3, now).is_some());
    }

    #[test]
    fn messages_in_no_call_are_shown_at_a_rate() {
        let (mut messages, start) = (OutOfCall::default(), Instant::now());
        let admitted = |messages: &mut OutOfCall, ms: u64| {
            let now = start + Duration::from_millis(ms);
            (0..1000).filter(|_| messages.admit(now)).count()
        };
        assert_eq!(admitted(&mut messages, 0), 20);
        assert_eq!(admitted(&mut messages, 999), 0);
        assert_eq!(admitted(&mut messages, 1000), 1);
        assert_eq!(messages.left_out, 980 + 1000 + 999);
        assert_eq!(admitted(&mut messages, 61_000), 20);
    }
}
