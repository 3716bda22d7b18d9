//! The options of `simulate` and `demo`: what they play, and what is expected of it.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use twiml_refer::{http::Method, webhook::Leg};

use super::{Expect, Json, Svg, name_and_value};

/// Play the platform against a webhook of yours that is running.
#[derive(Debug, Args)]
#[command(after_help = "With TWILIO_AUTH_TOKEN in the environment, or with --token-file, the \
    requests are signed. The certificates of https are checked with those of the system, or of \
    SSL_CERT_FILE alone.\n\nExample:\n  twiml-refer simulate http://localhost:8080/voice --scenario \
    busy --expect target-failed")]
pub(crate) struct Simulate {
    /// The URL that answers the call: http://localhost:8080/voice
    pub(crate) url: String,
    /// How it is requested: GET or POST
    #[arg(long, value_name = "METHOD", default_value = "POST")]
    pub(crate) method: Method,
    /// Who calls: a SIP URI, a phone number or client:name, as --leg says
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: Option<String>,
    /// Who is called
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) to: Option<String>,
    /// What the caller uses; <Refer> works on SIP legs only
    #[arg(long, value_enum, default_value = "sip")]
    pub(crate) leg: LegKind,
    /// What the caller's endpoint does with the REFER: answered, busy, refused, hangup, silent, or
    /// a scenario file
    #[arg(long, value_name = "NAME|FILE", default_value = "answered")]
    pub(crate) scenario: String,
    /// What the caller presses at the next <Gather>; repeat it for those after
    #[arg(long, value_name = "DIGITS", value_parser = digits)]
    pub(crate) digits: Vec<String>,
    /// A parameter of every request, in place of the standard one of this name if there is one
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) param: Vec<(String, String)>,
    /// Scheme, host and port by which the platform reaches the app, if it verifies behind a proxy: what is
    /// signed, for requests to the origin of URL alone
    #[arg(long, value_name = "BASE")]
    pub(crate) public_base: Option<String>,
    /// A file (or -) with the auth token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) picture: Svg,
    #[command(flatten)]
    pub(crate) expect: Expect,
    /// Seconds until a request is given up
    #[arg(long, value_name = "SECONDS", default_value = "15", value_parser = seconds)]
    pub(crate) timeout: Duration,
    /// Seconds until the whole run is given up [default: eight times --timeout]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) max_time: Option<Duration>,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// See transfers run from end to end, against a small webhook of its own.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer demo --svg ladders.svg")]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) picture: Svg,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum LegKind {
    /// A SIP device
    Sip,
    /// A phone number
    Pstn,
    /// The Voice SDK in a browser or an app
    Client,
}

impl From<LegKind> for Leg {
    fn from(leg: LegKind) -> Self {
        match leg {
            LegKind::Sip => Self::Sip,
            LegKind::Pstn => Self::Pstn,
            LegKind::Client => Self::Client,
        }
    }
}

fn digits(text: &str) -> Result<String, String> {
    let fits = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
    if !text.is_empty() && text.chars().all(fits) {
        Ok(text.to_owned())
    } else {
        Err("a caller can press 0 to 9, * and #".to_owned())
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: Option<f64> = text.parse().ok().filter(|it| (0.001..=3600.0).contains(it));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "write seconds, 0.001 to 3600".to_owned())
}
