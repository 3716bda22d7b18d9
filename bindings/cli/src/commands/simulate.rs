//! `simulate`: Twilio's side, played against a webhook.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use twiml_refer::webhook::Leg;

use crate::cli::{Deny, Expect, Svg, name_and_value};
use crate::commands::app::App;
use crate::console::Console;
use crate::exit::{Answer, Result};
use crate::input;
use crate::ladder::file::SvgFile;
use crate::twilio::call::{Call, Parties};
use crate::twilio::client::{self, Client};
use crate::twilio::endpoint::ScriptedEndpoint;
use crate::twilio::gather::Script;
use crate::twilio::interpreter::Interpreter;
use crate::twilio::transcript::{Part, Transcript};

/// Play Twilio against a webhook of yours that is running.
#[derive(Debug, Args)]
#[command(after_help = "With TWILIO_AUTH_TOKEN in the environment, or with --token-file, the \
    requests are signed; one with a wrong signature goes before them (--no-forgery leaves it out), and an app \
    that answers it 2xx has failed. The certificates of https are checked with those of the system, or of \
    SSL_CERT_FILE alone.\n\nExample:\n  twiml-refer simulate http://localhost:8080/voice --scenario \
    busy --expect target-failed")]
pub(crate) struct Options {
    #[command(flatten)]
    app: App,
    /// The address of the caller: a SIP URI, a phone number or client:name, as --leg says
    #[arg(long, value_name = "ADDRESS")]
    from: Option<String>,
    /// The address of the called party
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
    /// What the caller uses; <Refer> works on SIP legs only
    #[arg(long, value_enum, default_value = "sip")]
    leg: LegKind,
    /// What the caller's endpoint does with the REFER: answered, busy, refused, hangup, silent, or
    /// a scenario file (they end as transferred, rejected, target-failed, canceled, unconfirmed:
    /// answered, refused, busy, hangup, silent)
    #[arg(long, value_name = "NAME|FILE", default_value = "answered")]
    scenario: String,
    /// What the caller presses at the next <Gather>; a comma or another --digits leads to the
    /// following one: 1,,42# presses nothing at the second
    #[arg(long, value_name = "DIGITS", value_parser = Script::from_str)]
    digits: Vec<Script>,
    /// A parameter of every request, in place of the standard one of this name if there is one
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    param: Vec<(String, String)>,
    #[command(flatten)]
    svg: Svg,
    #[command(flatten)]
    expect: Expect,
    #[command(flatten)]
    deny: Deny,
    /// Do not try a request with a wrong signature first
    #[arg(long)]
    no_forgery: bool,
    /// Timeout of each request, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    timeout: Duration,
    /// Timeout of the whole run, in seconds [default: eight times --timeout]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    max_time: Option<Duration>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LegKind {
    /// A SIP device
    Sip,
    /// A phone number
    Pstn,
    /// The Voice SDK in a browser or an app
    Client,
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|it| (0.001..=3600.0).contains(it));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "write seconds, 0.001 to 3600".to_owned())
}

pub(crate) fn run(options: Options, console: &mut Console) -> Result<Answer> {
    let url = options.app.url()?;
    let leg = match options.leg {
        LegKind::Sip => Leg::Sip,
        LegKind::Pstn => Leg::Pstn,
        LegKind::Client => Leg::Client,
    };
    let scenario = PathBuf::from(&options.scenario);
    let inputs = || options.app.token_file.iter().chain([&scenario]);
    input::check_stdin_once(inputs())?;
    let svg = SvgFile::open(options.svg.svg.as_deref(), inputs())?;
    let (from, to) = (options.from.as_deref(), options.to.as_deref());
    let mut call = Call::new(leg, &Parties { from, to, params: &options.param })?;
    let signer = options.app.signer(&url)?;
    let digits = options.digits.into_iter().flat_map(Script::into_entries);
    let mut endpoint = ScriptedEndpoint::load(leg, &options.scenario)?.with_digits(digits);
    let roots = client::trusted_certificates()?;
    let max_time = options.max_time.unwrap_or(options.timeout * 8);
    let client = Client::new(options.timeout, Some(max_time), signer, roots);
    let mut transcript =
        Transcript { sink: console, base: "", part: Part::All, title: None, ladders: Vec::new() };
    let end = Interpreter::new(&client, &mut call, &mut endpoint, &mut transcript)
        .with_forgery(client.is_signing() && !options.no_forgery)
        .run(options.app.method, url)?;
    if !client.is_signing() && end.error.is_none() {
        transcript.note(
            Some("unsigned"),
            "the requests were not signed, and whether the app checks signatures was not tested: \
             set TWILIO_AUTH_TOKEN, or give --token-file FILE",
        )?;
    }
    transcript.end(&end)?;
    let ladders = transcript.ladders;
    console.flush()?;
    if let Some(svg) = svg {
        svg.draw(&ladders)?;
    }
    let is_denied = end.severity.is_some_and(|it| it >= options.deny.severity());
    let answer = Answer::yes_if(end.error.is_none() && end.forgery.is_none() && !is_denied);
    Ok(answer.and(options.expect.check("", end.outcome.as_ref())))
}
