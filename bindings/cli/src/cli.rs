//! The commands and their options, with the help that each prints. What a command does stands in
//! `commands`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use twiml_refer::{ReferOutcome, http::Method, webhook::Algorithm};

mod simulate;

pub(crate) use simulate::{Demo, Simulate};

use crate::exit;
use crate::output;
use crate::secret;
use crate::source::printable;

const TOKEN_HELP: &str = "The auth token is taken from the environment variable TWILIO_AUTH_TOKEN, \
    or from the files of --token-file; it never stands on the command line.";

/// Call transfer with TwiML Voice <Refer>: build the document, check it, verify and understand the
/// callback.
#[derive(Debug, Parser)]
#[command(
    name = "twiml-refer",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Example:\n  twiml-refer build sip:alice@example.com --action /handleRefer\n\n\
        Exit status: 0 yes or done; 1 the input was read and the answer is no;\n\
        2 wrong usage, or a file that cannot be read or written."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Build(Build),
    Uri(Uri),
    Check(Check),
    Read(Read),
    Callback(Callback),
    Sign(Sign),
    Verify(Verify),
    Rest(Rest),
    Replay(Replay),
    Simulate(Simulate),
    Demo(Demo),
    Completions(Completions),
    Man(Man),
}

/// Results as JSON, one object a line.
#[derive(Debug, Args)]
pub(crate) struct Json {
    /// Print JSON, one object a line
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print the document that transfers a call.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  twiml-refer build sip:alice@example.com --say 'Connecting you.' \
    \\\n      --action /handleRefer --header 'X-Reason=billing question'"
)]
pub(crate) struct Build {
    /// The SIP URI to transfer to: sip:user@host or sips:user@host
    pub(crate) target: OsString,
    /// The URL that learns how the transfer ended, absolute or relative
    #[arg(long, value_name = "URL")]
    pub(crate) action: Option<String>,
    /// How the action is called: GET or POST
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<Method>,
    /// A header for the new call, as decoded text; it is escaped here
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub(crate) header: Vec<(String, String)>,
    /// The data of a User-to-User header, as decoded text
    #[arg(long, value_name = "DATA", group = "user_to_user")]
    pub(crate) uui: Option<String>,
    /// A file (or -) whose bytes become a User-to-User header, hex-encoded
    #[arg(
        long,
        value_name = "BYTES-FILE",
        group = "user_to_user",
        conflicts_with = "uui_encoding"
    )]
    pub(crate) uui_hex: Option<PathBuf>,
    /// The encoding of the User-to-User data, for instance hex
    #[arg(long, value_name = "ENCODING", requires = "uui")]
    pub(crate) uui_encoding: Option<String>,
    /// The purpose of the User-to-User data, for instance isdn-uui
    #[arg(long, value_name = "PURPOSE", requires = "user_to_user")]
    pub(crate) uui_purpose: Option<String>,
    /// What the User-to-User data is, for instance isdn-uui
    #[arg(long, value_name = "CONTENT", requires = "user_to_user")]
    pub(crate) uui_content: Option<String>,
    /// Text to be spoken before the transfer
    #[arg(long, value_name = "TEXT")]
    pub(crate) say: Vec<String>,
    /// Indent the document for people
    #[arg(long)]
    pub(crate) pretty: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Take SIP URIs apart.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer uri \
    'sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex'")]
pub(crate) struct Uri {
    /// The URIs; - reads them from standard input, one a line
    #[arg(required = true, value_name = "URI")]
    pub(crate) uris: Vec<OsString>,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Say what the platform will make of a document.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  curl -s https://voice.example.com/refer | \
    twiml-refer check --deny warnings")]
pub(crate) struct Check {
    /// The document; - or nothing is standard input
    pub(crate) file: Option<PathBuf>,
    /// Answer no to warnings, too
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(crate) deny: Option<Deny>,
    #[command(flatten)]
    pub(crate) json: Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Deny {
    /// Warnings as well as errors
    Warnings,
}

/// Read a document and print it again, in canonical form.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer read refer.xml --pretty")]
pub(crate) struct Read {
    /// The document; - or nothing is standard input
    pub(crate) file: Option<PathBuf>,
    /// Indent the document for people
    #[arg(long)]
    pub(crate) pretty: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Say what a callback means: its form body, or its query string.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  echo 'ReferCallStatus=busy&ReferSipResponseCode=202&\
    NotifySipResponseCode=486' | \\\n      twiml-refer callback -")]
pub(crate) struct Callback {
    /// The body; - or nothing is standard input
    pub(crate) file: Option<PathBuf>,
    /// Show the value of CallToken
    #[arg(long)]
    pub(crate) show_secrets: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// The request of `sign` and `verify`.
#[derive(Debug, Args)]
pub(crate) struct Request {
    /// The URL that the platform asks for, with its query
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// A file (or -) with the form body
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// A file (or -) with a body that is no form, for instance JSON
    #[arg(long, value_name = "FILE", conflicts_with = "body")]
    pub(crate) json_body: Option<PathBuf>,
    /// The hash of the signature
    #[arg(long, value_enum, default_value = "sha1")]
    pub(crate) algorithm: Hash,
    /// A file (or -) with an auth token; repeat it while tokens are rotated
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Vec<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Hash {
    /// HMAC-SHA1 with the auth token, the usual one
    Sha1,
    /// HMAC-SHA256 with a shared key
    Sha256,
}

impl From<Hash> for Algorithm {
    fn from(hash: Hash) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha1,
            Hash::Sha256 => Self::Sha256,
        }
    }
}

/// Print the signature of a request, as the platform would send it.
#[derive(Debug, Args)]
#[command(after_help = format!("{TOKEN_HELP}\n\nExample:\n  printf 'ReferCallStatus=busy' | \
    twiml-refer sign --url https://voice.example.com/refer --body -"))]
pub(crate) struct Sign {
    #[command(flatten)]
    pub(crate) request: Request,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Tell whether the platform signed a request.
#[derive(Debug, Args)]
#[command(after_help = format!("{TOKEN_HELP}\n\nExample:\n  twiml-refer verify \
    --url /refer --public-base https://voice.example.com \\\n      \
    --signature RSOYDt4T1cUTdK1PDd93/VVr8B8= --body body.txt --explain"))]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) request: Request,
    /// The method of the route: POST with a body and GET without, unless said
    #[arg(long, value_name = "METHOD")]
    pub(crate) method: Option<Method>,
    /// The value of the header X-Twilio-Signature
    #[arg(long, value_name = "SIGNATURE", allow_hyphen_values = true)]
    pub(crate) signature: String,
    /// Scheme, host and port by which the platform reaches the app, and the path prefix that a gateway strips:
    /// the URL may then be the request target, as it came (/refer?x=1)
    #[arg(long, value_name = "BASE")]
    pub(crate) public_base: Option<String>,
    /// List the spellings of the URL that were tried, and what was hashed for each
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Print the REST request that gives a live call a new document.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer build sip:alice@example.com | \\\n      \
    twiml-refer rest CA00000000000000000000000000000002 \\\n      \
    --account AC00000000000000000000000000000001 --twiml - --curl")]
pub(crate) struct Rest {
    /// The call: CA and 32 hexadecimal digits
    pub(crate) call_sid: String,
    /// The account: AC and 32 hexadecimal digits
    #[arg(long, value_name = "SID")]
    pub(crate) account: String,
    /// The URL of the document
    #[arg(long, value_name = "URL", required_unless_present = "twiml", conflicts_with = "twiml")]
    pub(crate) url: Option<String>,
    /// How the platform asks for the URL: GET or POST
    #[arg(long, value_name = "METHOD", requires = "url", conflicts_with = "twiml")]
    pub(crate) url_method: Option<Method>,
    /// A file (or -) with the document itself
    #[arg(long, value_name = "FILE")]
    pub(crate) twiml: Option<PathBuf>,
    /// Another region or edge: scheme, host and port of the API
    #[arg(long, value_name = "BASE")]
    pub(crate) base: Option<String>,
    /// Print a curl command; it takes the credentials from the environment
    #[arg(long)]
    pub(crate) curl: bool,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// Play a scenario file, or explain a trace of real SIP messages: what an endpoint does, and the
/// callback that the platform would send.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  printf '0 start\\n0.05 response 202\\n9.5 notify 486\\n' | \\\n      \
        twiml-refer replay - --expect target-failed\n  twiml-refer replay --sip messages.log --svg \
        why.svg\n\n--help tells how a scenario is written, and what can be read of a trace.",
    after_long_help = include_str!("cli/replay.txt")
)]
pub(crate) struct Replay {
    /// A scenario, or a capture: pcap, pcapng or the text of a SIP tool or log; - reads standard input
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Read the file as a capture, whatever it looks like
    #[arg(long, conflicts_with = "scenario")]
    pub(crate) sip: bool,
    /// Read the file as a scenario, whatever it looks like
    #[arg(long)]
    pub(crate) scenario: bool,
    /// A setting of the platform in a capture, by the names that scenarios have
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value, conflicts_with = "scenario")]
    pub(crate) set: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) picture: Svg,
    #[command(flatten)]
    pub(crate) expect: Expect,
    #[command(flatten)]
    pub(crate) json: Json,
}

/// The ladder as a picture.
#[derive(Debug, Args)]
pub(crate) struct Svg {
    /// Draw the ladder into this file, too; a file that is read is never overwritten
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,
}

/// How a transfer shall end.
#[derive(Debug, Args)]
pub(crate) struct Expect {
    /// The answer is no (status 1) unless the transfer ends so
    #[arg(
        long = "expect",
        value_name = "KIND",
        value_parser = PossibleValuesParser::new(ReferOutcome::KINDS)
    )]
    pub(crate) kind: Option<String>,
}

/// Print a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer completions bash \
    > ~/.local/share/bash-completion/completions/twiml-refer")]
pub(crate) struct Completions {
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Print a manual page in roff.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer man build | man -l -")]
pub(crate) struct Man {
    /// The command whose page is printed; without it, the page of all
    pub(crate) command: Option<String>,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err("there is no =; write NAME=VALUE".to_owned()),
    }
}

/// All commands, as help, completions and manual pages describe them.
pub(crate) fn description() -> clap::Command {
    Cli::command()
}

/// The command to run, or the exit status after help or a complaint was printed.
pub(crate) fn parse() -> Result<Command, ExitCode> {
    let error = match Cli::try_parse() {
        Ok(cli) => return Ok(cli.command),
        Err(error) => error,
    };
    if error.use_stderr() && std::env::args_os().any(|argument| is_unsafe(&argument)) {
        // The complaint quotes its argument as it is.
        let text = secret::in_words(&error.render().to_string(), secret::hidden);
        let lines: Vec<String> = text.lines().map(printable).collect();
        output::complain(&lines.join("\n"));
        return Err(exit::usage_code());
    }
    match error.print() {
        Ok(()) if !error.use_stderr() => Err(ExitCode::SUCCESS),
        Err(fault) if fault.kind() == std::io::ErrorKind::BrokenPipe && !error.use_stderr() => {
            Err(ExitCode::SUCCESS)
        }
        _ => Err(exit::usage_code()),
    }
}

fn is_unsafe(argument: &OsString) -> bool {
    argument.to_str().is_none_or(|text| printable(text) != text || secret::hidden(text) != text)
}
