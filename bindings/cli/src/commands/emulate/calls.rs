//! The calls, each in a thread of its own: from the first request to the app to the last one when it has ended.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use twiml_refer::SipUri;
use twiml_refer::http::Method;
use twiml_refer::transfer::TransferSettings;
use url::Url;

use super::event::{CallSink, Event, EventSender};
use crate::commands::spawn;
use crate::exit::Result;
use crate::sip::{self, Agent, Ended, Outgoing, Why};
use crate::twilio::call::Call;
use crate::twilio::client::{Client, Request};
use crate::twilio::endpoint::{Endpoint, Presence};
use crate::twilio::interpreter::{End, Interpreter, Limits};
use crate::twilio::live::LiveEndpoint;
use crate::twilio::registry::{LiveCall, Registry, Update};
use crate::twilio::transcript::{Part, Transcript};

/// A menu that asks again every few seconds goes on for an hour.
const LIMITS: Limits = Limits { requests: 5000, redirects: 1000 };

/// How often a waiting thread looks whether the command ends.
const POLL: Duration = Duration::from_millis(200);

/// What Twilio says to a caller whose app has failed takes about so long.
const APPLICATION_ERROR_TIME: Duration = Duration::from_secs(4);

/// What is the same in all calls.
pub(super) struct Context {
    pub(super) client: Client,
    pub(super) url: Url,
    pub(super) method: Method,
    pub(super) status_callback: Option<Url>,
    pub(super) fallback: Option<Url>,
    pub(super) settings: Arc<TransferSettings>,
    pub(super) digits: Vec<String>,
    pub(super) fast: bool,
    pub(super) is_json: bool,
    /// Whether a page or pictures show the calls.
    pub(super) is_drawn: bool,
}

/// A call that is over.
pub(super) struct EndedCall {
    pub(super) number: u64,
    pub(super) sid: String,
    pub(super) is_outgoing: bool,
    /// What the documents did; `None` where there was no call that could run any.
    pub(super) end: Option<End>,
    pub(super) call_status: &'static str,
    /// How long it was answered.
    pub(super) duration: Option<Duration>,
    pub(super) ended: Option<Ended>,
}

/// Takes calls and makes them.
#[derive(Clone)]
pub(super) struct CallManager {
    agent: Arc<Agent>,
    context: Arc<Context>,
    registry: Arc<Registry>,
    events: EventSender,
    live: Arc<AtomicUsize>,
    is_closed: Arc<AtomicBool>,
}

impl CallManager {
    pub(super) fn new(agent: Arc<Agent>, context: Context, events: EventSender) -> Self {
        let (live, is_closed) = (Arc::default(), Arc::default());
        Self {
            agent,
            context: Arc::new(context),
            registry: Arc::default(),
            events,
            live,
            is_closed,
        }
    }

    /// Takes calls in a thread of its own, until it is closed.
    pub(super) fn accept(&self) -> Result<()> {
        let manager = self.clone();
        let accept = move || {
            while !manager.is_closed.load(Ordering::Relaxed) {
                if let Some(call) = manager.agent.next_call(POLL) {
                    manager.start(call, None);
                }
            }
        };
        spawn("calls", accept)
    }

    pub(super) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    /// Returns how many calls have not ended.
    pub(super) fn live_calls(&self) -> usize {
        self.live.load(Ordering::Acquire)
    }

    pub(super) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Returns whether this is the token that signs the requests.
    pub(super) fn accepts_token(&self, token: &str) -> bool {
        self.context.client.accepts_token(token)
    }

    /// Calls an endpoint, from a SIP URI or its user part. `first` runs in place of the app's document.
    pub(super) fn call(
        &self,
        target: SipUri,
        from: Option<&str>,
        first: Option<Update>,
    ) -> std::result::Result<Arc<LiveCall>, String> {
        let from = match from.unwrap_or("twilio") {
            uri if uri.contains(':') => SipUri::parse(uri),
            user => {
                let own = self.agent.addresses().first().ok_or("no address")?;
                SipUri::builder(&url_host(own.ip())).port(own.port()).user(user).build()
            }
        };
        let from = from.map_err(|error| format!("From: {}", error.message()))?.as_str().to_owned();
        let outgoing = Outgoing { target, from, headers: Vec::new() };
        Ok(self.start(self.agent.call(&outgoing)?, first))
    }

    /// Runs a call in a thread of its own. Without a thread the call is dropped, which rejects it.
    fn start(&self, mut call: sip::Call, first: Option<Update>) -> Arc<LiveCall> {
        let sid = sid(call.info().number);
        let call_control = call.remote_control();
        let known = self.registry.add(LiveCall::new(&sid, call.info(), call_control));
        let (manager, of_thread) = (self.clone(), Arc::clone(&known));
        self.live.fetch_add(1, Ordering::AcqRel);
        let slot = call.take_slot();
        let in_thread = move || {
            let ended = run(call, &of_thread, first, &manager.context, &manager.events);
            manager.registry.end(&of_thread, ended.call_status, ended.duration);
            // Only when the command ends nobody listens.
            let _ = manager.events.send(Event::Ended(Box::new(ended)));
            manager.live.fetch_sub(1, Ordering::AcqRel);
            // Up to here this is a thread of the limit of calls, however long the last request and the output take.
            drop(slot);
        };
        if spawn("call", in_thread).is_err() {
            self.live.fetch_sub(1, Ordering::AcqRel);
            self.registry.end(&known, "failed", None);
        }
        known
    }
}

fn url_host(ip: IpAddr) -> String {
    if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
}

/// Runs a call from its beginning to its end.
fn run(
    sip: sip::Call,
    live: &Arc<LiveCall>,
    first: Option<Update>,
    context: &Context,
    events: &EventSender,
) -> EndedCall {
    let info = Arc::clone(sip.info());
    let sid = live.sid.clone();
    let _ = events.send(Event::Call(Arc::clone(&info), sid.clone()));
    let mut call = Call::of_sip(&info, &sid);
    let mut sink = CallSink::new(info.number, &sid, context, events.clone());
    let answered = match info.is_outgoing {
        true => sip.wait_for_answer(),
        false => {
            sip.ring();
            Ok(())
        }
    };
    let settings = Arc::clone(&context.settings);
    let mut endpoint =
        LiveEndpoint::new(sip, Arc::clone(live), settings, info.is_outgoing && answered.is_ok())
            .with_fast(context.fast)
            .with_digits(context.digits.iter().cloned());
    let mut transcript =
        Transcript { sink: &mut sink, base: "", part: Part::All, title: None, ladders: Vec::new() };
    let end = answered.is_ok().then(|| {
        let interpreter =
            Interpreter::new(&context.client, &mut call, &mut endpoint, &mut transcript);
        let app = || Update::Fetch { method: context.method, url: context.url.clone() };
        interpreter
            .with_limits(LIMITS)
            .with_fallback(context.fallback.clone())
            .run_update(first.unwrap_or_else(app), Some(&context.url))
    });
    let end = match end {
        Some(Ok(end)) => {
            if end.error.is_some() {
                say_application_error(&mut endpoint, &mut transcript, context.fast);
            }
            Some(end)
        }
        // Nobody reads any more, and the command ends.
        Some(Err(_)) | None => None,
    };
    let duration = endpoint.duration();
    endpoint.hang_up();
    if let Some(end) = &end {
        let _ = transcript.end(end);
    }
    let ended = answered.err().or_else(|| endpoint.ended());
    let call_status = call_status(duration, ended);
    call.set_status(call_status);
    send_status_callback(&call, context, (duration, ended), &mut transcript);
    let (number, is_outgoing) = (info.number, info.is_outgoing);
    EndedCall { number, sid, is_outgoing, end, call_status, duration, ended }
}

/// Ends a call as Twilio does when an app fails: with a sentence to the caller.
fn say_application_error(endpoint: &mut LiveEndpoint, transcript: &mut Transcript<'_>, fast: bool) {
    if endpoint.answer() == Presence::There {
        let _ = transcript.note(
            Some("application-error"),
            "Twilio says that an application error has occurred, and hangs up",
        );
        endpoint.pause(if fast { Duration::ZERO } else { APPLICATION_ERROR_TIME });
    }
}

/// Sends the app its status callback: the call has ended.
fn send_status_callback(
    call: &Call,
    context: &Context,
    (duration, ended): (Option<Duration>, Option<Ended>),
    transcript: &mut Transcript<'_>,
) {
    let Some(url) = &context.status_callback else { return };
    let seconds = duration.unwrap_or_default().as_secs_f64().round();
    let mut params = vec![
        ("CallDuration".to_owned(), seconds.to_string()),
        ("Timestamp".to_owned(), timestamp(SystemTime::now())),
        ("CallbackSource".to_owned(), "call-progress-events".to_owned()),
        ("SequenceNumber".to_owned(), "0".to_owned()),
    ];
    let code = match ended.map(|ended| ended.why) {
        Some(Why::Refused(code) | Why::Rejected(code)) => Some(code),
        _ => duration.is_some().then_some(200),
    };
    params.extend(code.map(|code| ("SipResponseCode".to_owned(), code.to_string())));
    let Ok(form) = call.request(&params).map(|request| request.to_form()) else { return };
    let request = Request { method: Method::Post, url: url.clone(), form };
    let _ = transcript.sending(&request, &context.client);
    let sent = context.client.send(&request);
    let status = sent.as_ref().ok().map(|response| response.status().as_u16());
    let _ = transcript.request(&request, status, false);
    if let Err(error) = sent {
        let _ = transcript.error(&error);
    }
}

/// Returns a time as RFC 2822 writes it.
pub(super) fn timestamp(at: SystemTime) -> String {
    httpdate::fmt_http_date(at).replace("GMT", "+0000")
}

/// Returns the CallStatus of a call that has ended.
fn call_status(duration: Option<Duration>, ended: Option<Ended>) -> &'static str {
    if duration.is_some() {
        return "completed";
    }
    match ended.map(|ended| ended.why) {
        Some(Why::Cancelled | Why::Bye | Why::HungUp) => "canceled",
        Some(Why::Refused(486 | 600) | Why::Rejected(486)) => "busy",
        Some(Why::Refused(408 | 480 | 487) | Why::NoAnswer) => "no-answer",
        _ => "failed",
    }
}

/// Returns the CallSid of a call: different in every run, the same whenever it is asked for in one.
pub(super) fn sid(number: u64) -> String {
    static RUN: OnceLock<[RandomState; 2]> = OnceLock::new();
    let [high, low] = RUN.get_or_init(Default::default);
    format!("CA{:016x}{:016x}", high.hash_one(number), low.hash_one(number))
}
