//! `simulate`: Twilio's side, played against a webhook.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use twiml_refer::{http::Method, webhook::Leg};
use url::Url;

use crate::cli::{Expect, Svg, name_and_value};
use crate::console::Console;
use crate::exit::{Answer, Failure, Result};
use crate::input;
use crate::ladder::file::SvgFile;
use crate::token;
use crate::twilio::call::{Call, Parties};
use crate::twilio::client::{self, Client, Signer};
use crate::twilio::endpoint::ScriptedEndpoint;
use crate::twilio::interpreter::Interpreter;
use crate::twilio::transcript::{Part, Transcript};

/// Play Twilio against a webhook of yours that is running.
#[derive(Debug, Args)]
#[command(after_help = "With TWILIO_AUTH_TOKEN in the environment, or with --token-file, the \
    requests are signed. The certificates of https are checked with those of the system, or of \
    SSL_CERT_FILE alone.\n\nExample:\n  twiml-refer simulate http://localhost:8080/voice --scenario \
    busy --expect target-failed")]
pub(crate) struct Options {
    /// The URL that answers the call: http://localhost:8080/voice
    url: String,
    /// The HTTP method of that request: GET or POST
    #[arg(long, value_name = "METHOD", default_value = "POST")]
    method: Method,
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
    /// What the caller presses at the next <Gather>; repeat it for the following ones
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    digits: Vec<String>,
    /// A parameter of every request, in place of the standard one of this name if there is one
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    param: Vec<(String, String)>,
    /// Scheme, host and port by which Twilio reaches the app, if it verifies behind a proxy: requests
    /// to the origin of URL are signed for it
    #[arg(long, value_name = "BASE")]
    public_base: Option<String>,
    /// A file (or -) with the auth token
    #[arg(long, value_name = "FILE")]
    token_file: Vec<PathBuf>,
    #[command(flatten)]
    svg: Svg,
    #[command(flatten)]
    expect: Expect,
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

fn digits(text: &str) -> std::result::Result<String, String> {
    let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    if text.is_empty() || !text.chars().all(is_key) {
        return Err("a caller can press 0 to 9, * and #".to_owned());
    }
    Ok(text.to_owned())
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|it| (0.001..=3600.0).contains(it));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "write seconds, 0.001 to 3600".to_owned())
}

pub(crate) fn run(options: Options, console: &mut Console) -> Result<Answer> {
    let url = webhook(&options.url)?;
    let leg = match options.leg {
        LegKind::Sip => Leg::Sip,
        LegKind::Pstn => Leg::Pstn,
        LegKind::Client => Leg::Client,
    };
    let scenario = PathBuf::from(&options.scenario);
    let inputs = || options.token_file.iter().chain([&scenario]);
    input::check_stdin_once(inputs())?;
    let svg = SvgFile::open(options.svg.svg.as_deref(), inputs())?;
    let (from, to) = (options.from.as_deref(), options.to.as_deref());
    let call = Call::new(leg, &Parties { from, to, params: &options.param })?;
    let signer = signer(&options, &url)?;
    let mut endpoint = ScriptedEndpoint::load(leg, &options.scenario)?;
    let roots = client::trusted_certificates()?;
    let client = Client::new(options.timeout, options.max_time, signer, roots);
    let mut transcript =
        Transcript { console, base: "", part: Part::All, title: None, ladders: Vec::new() };
    let end = Interpreter::new(&client, call, &mut endpoint, &mut transcript)
        .with_digits(options.digits)
        .run(options.method, url)?;
    transcript.end(&end)?;
    let ladders = transcript.ladders;
    console.flush()?;
    if let Some(svg) = svg {
        svg.draw(&ladders)?;
    }
    let answer = Answer::yes_if(end.error.is_none() && !end.has_errors);
    Ok(answer.and(options.expect.check("", end.outcome.as_ref())))
}

fn webhook(text: &str) -> Result<Url> {
    client::parse_url(text).ok_or_else(|| {
        // In what cannot be read, a password could be anywhere before `@`.
        let may_have_password = text.contains('@');
        let example = match text.contains("://") || may_have_password {
            true => "http://localhost:8080/voice".to_owned(),
            false => format!("http://{text}"),
        };
        let url = if may_have_password { "" } else { text };
        Failure::usage(&format!("invalid URL of the webhook {url}: write it as {example}"))
    })
}

/// Returns a signer with the public base, if there is one: without a token it would change nothing.
fn signer(options: &Options, url: &Url) -> Result<Option<Signer>> {
    let signer = token::validator_if_any(&options.token_file)?.map(Signer::new);
    match (&options.public_base, signer) {
        (Some(base), Some(signer)) => signer
            .with_public_base(url, base)
            .map(Some)
            .map_err(|error| Failure::option("--public-base", base, &error)),
        (Some(_), None) => Err(Failure::usage(
            "--public-base is for the signature, and there is no auth token: set \
             TWILIO_AUTH_TOKEN, or give --token-file FILE",
        )),
        (None, signer) => Ok(signer),
    }
}
