//! `emulate`: Twilio's side with real SIP. Here are the options, and the loop that prints what happens and ends the
//! command; `calls` leads the calls, each in a thread of its own, `event` is what they tell the loop, and `view` shows it.

mod api;
mod calls;
mod event;
mod http;
mod pcap;
mod sip_message;
mod view;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use twiml_refer::SipUri;
use twiml_refer::diagnostic::Severity;
use url::Url;

use crate::capture::Settings;
use crate::cli::{Deny, Expect, name_and_value};
use crate::commands::app::{self, App};
use crate::console::{self, Console};
use crate::exit::{Answer, Failure, Result};
use crate::input;
use crate::message;
use crate::sip::{self, Agent, Callers, Credentials};
use crate::token;
use crate::twilio::client::{self, Client};
use crate::twilio::gather::Script;
use calls::{Context, EndedCall, Exchange};
use event::{Event, EventReceiver};
use pcap::PcapFile;
use view::View;

/// The port of SIP (RFC 3261 section 19.1.2).
const PORT: u16 = 5060;

/// Twilio waits so long for an app.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// How long calls may take to end when the command does.
const PATIENCE: Duration = Duration::from_secs(5);

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
    line names:\n  twiml-refer emulate http://localhost:8080/voice --listen 127.0.0.1:0 --calls 1 --fast --json \
    --expect transferred"
)]
pub(crate) struct Options {
    #[command(flatten)]
    app: App,
    /// Address and port for SIP over UDP and TCP; port 0 lets the system choose [default: 127.0.0.1:5060]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    listen: Vec<SocketAddr>,
    /// Call this endpoint first: sip:phone@127.0.0.1:5070;transport=tcp. The command ends with that call, unless
    /// --calls says more
    #[arg(long, value_name = "SIP-URI", value_parser = sip_uri)]
    call: Option<SipUri>,
    /// The user name for endpoints that ask for a digest. Of those that call, only a user of --caller gets one: anybody
    /// else could try passwords on it
    #[arg(long, value_name = "USER", requires = "password_file")]
    user: Option<String>,
    /// A file (or -) with the password of --user
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
    /// A file with lines user:password: who may call, with a digest [default: anybody]
    #[arg(long, value_name = "FILE")]
    caller: Option<PathBuf>,
    /// The URL that gets a request when a call has ended
    #[arg(long, value_name = "URL")]
    status_callback: Option<String>,
    /// The URL that gets a request, with ErrorCode and ErrorUrl, when the app is down, too slow or gives no document
    #[arg(long, value_name = "URL")]
    fallback: Option<String>,
    /// Do not wait for what is said or played
    #[arg(long)]
    fast: bool,
    /// What each caller presses at the next <Gather>; a comma or another --digits leads to the following one.
    /// Where nothing is named the keys of the phone count
    #[arg(long, value_name = "DIGITS")]
    digits: Vec<Script>,
    /// Set a timer or option of the transfer; names as in scenarios
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    set: Vec<(String, String)>,
    /// Serve the part of Twilio's REST API that changes live calls and makes new ones, at this address
    /// and port; user name and password are the AccountSid and the token
    #[arg(long, value_name = "ADDRESS")]
    api: Option<SocketAddr>,
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
    /// Write all messages into this file
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
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
    input::check_stdin_once(options.app.token_file.iter().chain(&options.password_file))?;
    let svg = options.svg.clone().map(view::folder).transpose()?;
    let (expect, deny) = (&options.expect, options.deny.severity());
    let calls = options.calls.or(options.call.is_some().then_some(1));
    let context = context(&options, url, console.is_json())?;
    let sip = sip_options(&options)?;
    if options.api.is_some() && !context.client.is_signing() {
        return Err(Failure::usage(
            "--api asks for the auth token, and there is none: set TWILIO_AUTH_TOKEN, or give --token-file FILE",
        ));
    }
    let pcap = options.pcap.as_deref().map(PcapFile::create).transpose()?;

    let (sender, events) = event::channel();
    let (signals, mut is_ending) = (sender.clone(), false);
    // The second one ends the command at once, whatever it waits for.
    let on_signal = move || match std::mem::replace(&mut is_ending, true) {
        true => process::exit(INTERRUPTED),
        false => signals.signal(),
    };
    ctrlc::set_handler(on_signal)
        .map_err(|error| Failure::usage(&format!("cannot handle signals: {error}")))?;
    let traced = sender.clone();
    let agent = Agent::start(sip, move |message| traced.message(message)).map(Arc::new).map_err(
        |error| {
            let advice = "--listen 127.0.0.1:0 takes a port that is free";
            Failure::usage(&format!("{error}: {advice}"))
        },
    )?;
    warn(agent.addresses());
    let mut view = View::new(console, svg, pcap);
    view.listening(agent.addresses())?;
    if !context.client.is_signing() {
        view.unsigned()?;
    }
    let exchange = Exchange::new(Arc::clone(&agent), context, sender);
    if let Some(address) = options.api {
        view.serving(api::serve(address, &exchange)?)?;
    }
    let mut run = Run { events, calls, ended: 0, answer: Answer::Yes };
    let outcome = match options.call {
        Some(target) => {
            let called = exchange.call(target, None, None).map(drop);
            called.map_err(|error| Failure::usage(&error))
        }
        None => Ok(()),
    };
    let outcome = outcome.and_then(|()| {
        exchange.accept()?;
        run.until_done(&mut view, |call| check_call(call, expect, deny))
    });
    // However that ended, no endpoint is left in a call.
    let ending = thread::spawn(move || agent.shut_down(PATIENCE));
    exchange.close();
    let is_quiet = || ending.is_finished() && exchange.live_calls() == 0;
    let rest = run.until_quiet(&mut view, is_quiet, |call| check_call(call, expect, deny));
    outcome.and(rest).and(view.finish())?;
    run.answer()
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
        let until = Instant::now() + PATIENCE + REQUEST_TIMEOUT;
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
    let settings = Settings::new(&options.set)
        .map_err(|message| Failure::usage(&format!("--set: {message}")))?;
    Ok(Context {
        client: Client::new(REQUEST_TIMEOUT, None, signer, client::trusted_certificates()?),
        method: options.app.method,
        url,
        status_callback: options.status_callback.as_deref().map(app::parse).transpose()?,
        fallback: options.fallback.as_deref().map(app::parse).transpose()?,
        settings: settings.transfer,
        digits: options.digits.iter().cloned().flat_map(Script::into_entries).collect(),
        fast: options.fast,
        is_json,
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

/// Warns of addresses that others reach.
fn warn(addresses: &[SocketAddr]) {
    for address in addresses.iter().filter(|address| !address.ip().is_loopback()) {
        console::print_error(&message::warning(&format!(
            "{address} is not loopback: whoever reaches it can call, and your app answers; --caller asks for a \
             password"
        )));
    }
}
