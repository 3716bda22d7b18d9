//! `emulate`: Twilio's side with real SIP. Here are the options, and the loop that prints what happens and ends the
//! command; `calls` runs the calls, each in a thread of its own, `event` is what they send to the loop, `view` prints
//! it, `web` shows it on a page, and `api` takes REST requests.

mod api;
mod calls;
mod event;
mod pcap;
mod sip_message;
mod view;
mod web;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};
use twiml_refer::SipUri;
use twiml_refer::diagnostic::Severity;
use url::Url;

use crate::cli::{Deny, Expect, name_and_value};
use crate::commands::app::{self, App};
use crate::commands::http;
use crate::console::{self, Console};
use crate::exit::{Answer, Failure, Result};
use crate::input;
use crate::message;
use crate::redact;
use crate::sip::{self, Agent, Callers, Credentials};
use crate::token;
use crate::twilio::client::{self, Client};
use crate::twilio::gather::Script;
use calls::{CallManager, Context, EndedCall};
use event::{Event, EventReceiver, EventSender};
use pcap::PcapFile;
use view::View;
use web::History;

/// The port of SIP (RFC 3261 section 19.1.2).
const PORT: u16 = 5060;

/// Twilio waits so long for an app.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long calls may take to end when the command does.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The exit status after a second signal, as shells give it for SIGINT.
const INTERRUPTED: i32 = 130;

/// The most bytes of a file with passwords.
const MAX_PASSWORDS: usize = 1024 * 1024;

/// Be Twilio for real SIP endpoints: calls are answered as your app says, and transferred.
#[derive(Debug, Args)]
#[command(
    after_help = "With TWILIO_AUTH_TOKEN in the environment, or with --token-file, the requests are \
    signed.\n\nExample:\n  twiml-refer emulate http://localhost:8080/voice\n\nThen call \
    sip:anyone@127.0.0.1 with any softphone. For a test, one call at a port that the system chooses, and the first \
    line names:\n  twiml-refer emulate http://localhost:8080/voice --listen 127.0.0.1:0 \\\n      \
    --calls 1 --fast --json --expect transferred"
)]
pub(crate) struct Options {
    #[command(flatten)]
    app: App,
    /// Wait for calls at this address and port, over UDP and TCP [default: 127.0.0.1:5060]
    ///
    /// With port 0 the system chooses; the first line of the output names the port. Repeat it for more addresses.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Vec<SocketAddr>,
    /// Call this endpoint first: sip:phone@127.0.0.1:5070 [default: only wait for calls]
    ///
    /// Over TCP: 'sip:phone@127.0.0.1:5070;transport=tcp'. Your app is asked for a document when it answers. The
    /// command ends after that call, unless --calls says more.
    #[arg(long, value_name = "SIP-URI", value_parser = sip_uri)]
    call: Option<SipUri>,
    /// User name for an endpoint that asks for a password (status 401 or 407); needs --password-file
    ///
    /// It is for endpoints that are called, with --call or by the REST API. An endpoint that calls gets it in a later
    /// request only if it has given a password of --caller itself: strangers could try passwords on the answer.
    /// Without --user no password is sent, and the request counts as rejected.
    #[arg(long, value_name = "USER", requires = "password_file")]
    user: Option<String>,
    /// A file (or -) with the password of --user, on one line
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// A file (or -) with those who may call, on each line user:password [default: anybody may call]
    ///
    /// They are asked for the password (digest), and your app gets the user name as SipUsername. A line that begins
    /// with # is a comment.
    #[arg(long, visible_alias = "callers-file", value_name = "FILE")]
    caller: Option<PathBuf>,
    /// POST to this URL when a call has ended: http://localhost:8080/status [default: no such request]
    ///
    /// The request has the parameters of Twilio's status callback for the event completed, among them CallStatus and
    /// CallDuration.
    #[arg(long, value_name = "URL")]
    status_callback: Option<String>,
    /// POST to this URL for another document when your app fails: http://localhost:8080/fallback
    ///
    /// That is, when it is down, takes longer than 15 seconds or does not answer with a document. The request has
    /// ErrorCode and ErrorUrl. It happens once in a call. Without --fallback, and if that URL fails too, the call ends
    /// with an application error.
    #[arg(long, value_name = "URL")]
    fallback: Option<String>,
    /// Do not wait for what is said or played; <Pause> and <Gather> take their time
    #[arg(long)]
    fast: bool,
    /// Press these keys (0 to 9, * and #) in every call, <Gather> by <Gather>: 1,,42#
    ///
    /// A comma, or another --digits, leads to the next <Gather>. So 1,,42# presses 1 at the first <Gather> of each call
    /// and 42# at the third. At the second, and after the last, the keys count that are pressed on the phone.
    /// [default: only those]
    #[arg(long, value_name = "DIGITS")]
    digits: Vec<Script>,
    /// Change a setting of the transfers, for example --set notify-timeout=60; repeat it for more
    ///
    /// Times in seconds: response-timeout (for a final response to the REFER; default 32), notify-timeout (for the
    /// first NOTIFY; 32), subscription (for the next NOTIFY if one says no expires; 180), max-duration (of a transfer;
    /// 600), hangup-grace (for a last NOTIFY after a hang-up; 0).
    ///
    /// ReferCallStatus: rejected-status=failed or =omitted (if the REFER is rejected; default failed),
    /// status=CODE=STATUS (for a code of the new call: status=603=busy).
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,
    /// Serve Twilio's REST API for these calls at this address and port: 127.0.0.1:8081 [default: not served]
    ///
    /// GET and POST /2010-04-01/Accounts/{AccountSid}/Calls/{CallSid}.json read a call and change it (Twiml, or Url and
    /// Method; Status=completed or canceled), POST /2010-04-01/Accounts/{AccountSid}/Calls.json makes a call (To and
    /// From, Twiml or Url and Method). Other parameters are ignored. The user name is the AccountSid, which is
    /// AC00000000000000000000000000000001 here, the password is the auth token. With port 0 the system chooses, and a
    /// line of the output names the URL.
    ///
    /// It needs the auth token: TWILIO_AUTH_TOKEN or --token-file.
    #[arg(long, value_name = "ADDRESS", value_parser = address_and_port)]
    api: Option<SocketAddr>,
    /// Serve a page that shows the calls, at this address and port: 127.0.0.1:8000 [default: not served]
    ///
    /// It shows ladders, documents with their diagnostics, requests with the text that is signed, and outcomes; it
    /// changes nothing. With port 0 the system chooses, and a line of the output names the URL.
    #[arg(long, value_name = "ADDRESS", value_parser = address_and_port)]
    web: Option<SocketAddr>,
    #[command(flatten)]
    expect: Expect,
    #[command(flatten)]
    deny: Deny,
    /// End after this many calls [default: 1 with --call, otherwise no limit]
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    calls: Option<u64>,
    /// Draw the ladder of each call into this folder: call-1.svg and so on
    #[arg(long, value_name = "FOLDER")]
    svg: Option<PathBuf>,
    /// Write all SIP messages into this file, as a capture for Wireshark and twiml-refer replay
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
}

fn address_and_port(text: &str) -> std::result::Result<SocketAddr, String> {
    text.parse().map_err(|_| "write an IP address and a port: 127.0.0.1:8000".to_owned())
}

/// Reads an address with a port, or without one.
fn address(text: &str) -> std::result::Result<SocketAddr, String> {
    let address =
        text.parse().or_else(|_| text.parse().map(|ip: IpAddr| SocketAddr::new(ip, PORT)));
    let address =
        address.map_err(|_| "write an IP address and a port: 127.0.0.1:5060".to_owned())?;
    if address.ip().is_unspecified() {
        return Err("endpoints cannot reach this address: write that of one interface".to_owned());
    }
    Ok(address)
}

fn sip_uri(text: &str) -> std::result::Result<SipUri, String> {
    SipUri::parse(text).map_err(|error| error.message())
}

pub(crate) fn run(options: Options, console: &mut Console) -> Result<Answer> {
    let url = options.app.url()?;
    let files = options.app.token_file.iter().chain(&options.password_file).chain(&options.caller);
    input::check_stdin_once(files)?;
    let svg = options.svg.clone().map(view::folder).transpose()?;
    let (expect, deny) = (&options.expect, options.deny.severity());
    let calls = options.calls.or(options.call.is_some().then_some(1));
    let context = context(&options, url, console.is_json())?;
    let sip = sip_options(&options)?;
    if options.api.is_some() && !context.client.is_signing() {
        return Err(Failure::usage(
            "--api needs the auth token: set TWILIO_AUTH_TOKEN, or give --token-file FILE",
        ));
    }
    // An address that cannot be had is found before anything begins.
    let api = options.api.map(|address| bind("--api", address)).transpose()?;
    let web = options.web.map(|address| bind("--web", address)).transpose()?;
    let pcap = options.pcap.as_deref().map(PcapFile::create).transpose()?;

    let (sender, events) = event::channel();
    handle_signals(&sender)?;
    let agent = start_agent(sip, &sender)?;
    warn(agent.addresses(), address_of(&api), address_of(&web));
    let history = options.web.map(|_| Arc::new(History::new(about(&context, &agent))));
    let mut view = View::new(console, svg, pcap, history.clone());
    view.listening(agent.addresses())?;
    if !context.client.is_signing() {
        view.unsigned()?;
    }
    let manager = CallManager::new(Arc::clone(&agent), context, sender);
    if let Some((listener, address)) = api {
        api::serve(listener, &manager)?;
        view.serving("api", "REST API", address)?;
    }
    if let Some(((listener, address), history)) = web.zip(history) {
        web::serve(listener, address.ip(), &manager, &history)?;
        view.serving("web", "page", address)?;
    }
    let mut run = Run { events, calls, ended: 0, answer: Answer::Yes };
    let check_call = |call: &EndedCall| check_call(call, expect, deny);
    let outcome =
        begin(&manager, options.call).and_then(|()| run.until_done(&mut view, check_call));
    // However that ended, no endpoint is left in a call.
    let ending = thread::spawn(move || agent.shut_down(SHUTDOWN_TIMEOUT));
    manager.close();
    let is_quiet = || ending.is_finished() && manager.live_calls() == 0;
    let rest = run.until_quiet(&mut view, is_quiet, check_call);
    outcome.and(rest).and(view.finish())?;
    run.answer()
}

/// Lets the first signal end the calls and the command, and the second one the process, whatever it waits for.
fn handle_signals(events: &EventSender) -> Result<()> {
    let (events, mut is_ending) = (events.clone(), false);
    let on_signal = move || match std::mem::replace(&mut is_ending, true) {
        true => process::exit(INTERRUPTED),
        false => events.signal(),
    };
    ctrlc::set_handler(on_signal)
        .map_err(|error| Failure::usage(&format!("cannot handle signals: {error}")))
}

fn start_agent(options: sip::Options, events: &EventSender) -> Result<Arc<Agent>> {
    let events = events.clone();
    let agent = Agent::start(options, move |message| events.message(message));
    agent.map(Arc::new).map_err(|error| {
        let advice = "--listen 127.0.0.1:0 takes a port that is free";
        Failure::usage(&format!("{error}: {advice}"))
    })
}

/// Calls the endpoint of `--call`, and takes calls.
fn begin(manager: &CallManager, target: Option<SipUri>) -> Result<()> {
    if let Some(target) = target {
        manager.call(target, None, None).map_err(|error| Failure::usage(&error))?;
    }
    manager.accept()
}

/// Reads the events and prints them.
struct Run {
    events: EventReceiver,
    /// After so many calls the command ends.
    calls: Option<u64>,
    ended: u64,
    answer: Answer,
}

impl Run {
    /// Returns after a signal, or when the calls have ended that were asked for.
    fn until_done(
        &mut self,
        view: &mut View<'_>,
        check_call: impl Fn(&EndedCall) -> Answer,
    ) -> Result<()> {
        while self.calls.is_none_or(|calls| self.ended < calls) {
            match self.events.recv() {
                Ok(Event::Signal) | Err(_) => break,
                Ok(event) => self.handle(event, view, &check_call)?,
            }
        }
        Ok(())
    }

    /// Returns when all is over, or after a time in which it should be.
    fn until_quiet(
        &mut self,
        view: &mut View<'_>,
        is_quiet: impl Fn() -> bool,
        check_call: impl Fn(&EndedCall) -> Answer,
    ) -> Result<()> {
        let until = Instant::now() + SHUTDOWN_TIMEOUT + REQUEST_TIMEOUT;
        let mut result = Ok(());
        loop {
            let was_quiet = is_quiet();
            match self.events.recv_timeout(Duration::from_millis(50)) {
                // Whatever cannot be printed, calls end.
                Ok(event) => result = result.and(self.handle(event, view, &check_call)),
                Err(RecvTimeoutError::Disconnected) => return result,
                Err(RecvTimeoutError::Timeout) if was_quiet || Instant::now() > until => {
                    return result;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn handle(
        &mut self,
        event: Event,
        view: &mut View<'_>,
        check_call: impl Fn(&EndedCall) -> Answer,
    ) -> Result<()> {
        if let Event::Ended(call) = &event {
            self.ended += 1;
            self.answer = self.answer.and(check_call(call));
        }
        view.show(event)
    }

    fn answer(self) -> Result<Answer> {
        match self.calls {
            Some(calls) if self.ended < calls => {
                let text = format!("ended after {} of {calls} calls", self.ended);
                Err(Failure::refused_as("calls-missing", &text))
            }
            _ => Ok(self.answer),
        }
    }
}

/// Returns whether a call went as it should.
fn check_call(call: &EndedCall, expect: &Expect, denied: Severity) -> Answer {
    let is_good = call.end.as_ref().map_or(!call.is_outgoing, |end| {
        end.error.is_none() && end.severity.is_none_or(|severity| severity < denied)
    });
    let outcome = call.end.as_ref().and_then(|end| end.outcome.as_ref());
    Answer::yes_if(is_good).and(expect.check(&format!("call {}: ", call.number), outcome))
}

fn context(options: &Options, url: Url, is_json: bool) -> Result<Context> {
    let signer = options.app.signer(&url)?;
    let settings = crate::scenario::settings(&options.set)
        .map_err(|message| Failure::usage(&format!("--set: {message}")))?;
    Ok(Context {
        client: Client::new(REQUEST_TIMEOUT, None, signer, client::trusted_certificates()?),
        method: options.app.method,
        url,
        status_callback: options.status_callback.as_deref().map(app::parse).transpose()?,
        fallback: options.fallback.as_deref().map(app::parse).transpose()?,
        settings: Arc::new(settings),
        digits: options.digits.iter().cloned().flat_map(Script::into_entries).collect(),
        fast: options.fast,
        is_json,
        is_drawn: options.web.is_some() || options.svg.is_some(),
    })
}

fn sip_options(options: &Options) -> Result<sip::Options> {
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let listen = if options.listen.is_empty() { vec![default] } else { options.listen.clone() };
    let mut sip = sip::Options::new(listen);
    if let Some((user, file)) = options.user.as_ref().zip(options.password_file.as_ref()) {
        sip.credentials = Some(Credentials::new(user, token::password(file)?));
    }
    if let Some(file) = &options.caller {
        let text = token::text(file, MAX_PASSWORDS)?;
        let callers = Callers::parse(&text);
        sip.callers = Some(
            callers.map_err(|error| Failure::usage(&format!("{}: {error}", input::name(file))))?,
        );
    }
    Ok(sip)
}

/// Returns what the page says of the command.
fn about(context: &Context, agent: &Agent) -> Value {
    let listening: Vec<_> = agent.addresses().iter().map(ToString::to_string).collect();
    json!({"app": redact::hidden(context.url.as_str()), "method": context.method.as_str(),
        "listening": listening, "is_signing": context.client.is_signing()})
}

/// Listens for HTTP at the address of an option.
fn bind(option: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr)> {
    http::bind(address).map_err(|error| {
        Failure::usage(&format!(
            "cannot listen on {address}: {error}; {option} 127.0.0.1:0 takes a free port"
        ))
    })
}

/// Returns the address of a server, if there is one.
fn address_of(server: &Option<(TcpListener, SocketAddr)>) -> Option<SocketAddr> {
    server.as_ref().map(|(_, address)| *address)
}

/// Warns of addresses that others reach.
fn warn(addresses: &[SocketAddr], api: Option<SocketAddr>, web: Option<SocketAddr>) {
    if let Some(address) = api.filter(|address| !address.ip().is_loopback()) {
        console::print_error(&message::warning(&format!(
            "{address} is not loopback: clients send the auth token of --api over it unencrypted"
        )));
    }
    if let Some(address) = web.filter(|address| !address.ip().is_loopback()) {
        console::print_error(&message::warning(&format!(
            "{address} is not loopback: whoever reaches it reads what callers and your app say on the page of --web"
        )));
    }
    for address in addresses.iter().filter(|address| !address.ip().is_loopback()) {
        console::print_error(&message::warning(&format!(
            "{address} is not loopback: whoever reaches it can call, and your app answers; --caller asks for a \
             password"
        )));
    }
}
