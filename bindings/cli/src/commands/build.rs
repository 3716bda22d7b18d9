//! `build`: the document that transfers a call.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use twiml_refer::{
    Error, Refer, SipUri, VoiceResponse, error::ErrorKind, http::Method, limits::MAX_URI_BYTES,
    sip::UserToUser,
};

use crate::cli::name_and_value;
use crate::console::{self, Console};
use crate::exit::{Answer, Failure, Result};
use crate::source::Source;
use crate::{input, message};

/// Print the document that transfers a call.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  twiml-refer build sip:alice@example.com --say 'Connecting you.' \
    \\\n      --action /handleRefer --header 'X-Reason=billing question'"
)]
pub(crate) struct Options {
    /// The SIP URI to transfer to: sip:user@host or sips:user@host
    target: OsString,
    /// The URL that receives the outcome of the transfer, absolute or relative
    #[arg(long, value_name = "URL")]
    action: Option<String>,
    /// The HTTP method of the action: GET or POST
    #[arg(long, value_name = "METHOD")]
    method: Option<Method>,
    /// A header for the new call, as decoded text; it is escaped here
    #[arg(long, value_name = "NAME=VALUE", value_parser = name_and_value)]
    header: Vec<(String, String)>,
    /// The data of a User-to-User header, as decoded text
    #[arg(long, value_name = "DATA", group = "user_to_user")]
    uui: Option<String>,
    /// A file (or -) whose bytes become a User-to-User header, hex-encoded
    #[arg(
        long,
        value_name = "BYTES-FILE",
        group = "user_to_user",
        conflicts_with = "uui_encoding"
    )]
    uui_hex: Option<PathBuf>,
    /// The encoding of the User-to-User data, for instance hex
    #[arg(long, value_name = "ENCODING", requires = "uui")]
    uui_encoding: Option<String>,
    /// The purpose of the User-to-User data, for instance isdn-uui
    #[arg(long, value_name = "PURPOSE", requires = "user_to_user")]
    uui_purpose: Option<String>,
    /// What the User-to-User data is, for instance isdn-uui
    #[arg(long, value_name = "CONTENT", requires = "user_to_user")]
    uui_content: Option<String>,
    /// Text to be spoken before the transfer
    #[arg(long, value_name = "TEXT")]
    say: Vec<String>,
    /// Indent the document for people
    #[arg(long)]
    pretty: bool,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let uri = target(options)?;
    let document = document(uri.clone(), options)?;
    let twiml = if options.pretty { document.to_xml_pretty() } else { document.to_xml() };
    let diagnostics = document.check();
    if console.is_json() {
        let uri = uri.as_str();
        console.json(&json!({"twiml": twiml, "uri": uri, "diagnostics": diagnostics}))?;
        return Ok(Answer::Yes);
    }
    let target = Source::text("TARGET", uri.as_str());
    message::diagnostics(&diagnostics, |it| it.path().ends_with("/Sip").then_some(&target))
        .iter()
        .for_each(console::print_error);
    console.document(&twiml)?;
    Ok(Answer::Yes)
}

fn target(options: &Options) -> Result<SipUri> {
    let text = options.target.to_string_lossy();
    let mut uri = SipUri::parse(&text)
        .map_err(|error| Failure::refused(&error, Some(&Source::text("TARGET", &text))))?;
    for (name, value) in &options.header {
        uri = uri.with_header(name, value).map_err(|error| {
            if error.kind() == ErrorKind::UriOverLimit {
                return Failure::refused(&error, None);
            }
            // The offset counts in the value; an error of the name has none.
            let wrong = if error.offset().is_some() { value } else { name };
            Failure::option(&format!("--header {name}"), wrong, &error)
        })?;
    }
    match user_to_user(options)? {
        Some(value) => {
            uri.with_user_to_user(&value).map_err(|error| Failure::refused(&error, None))
        }
        None => Ok(uri),
    }
}

fn user_to_user(options: &Options) -> Result<Option<UserToUser>> {
    let mut value = match (&options.uui, &options.uui_hex) {
        (Some(data), _) => {
            UserToUser::new(data).map_err(|error| Failure::option("--uui", data, &error))?
        }
        // No URI can carry more bytes than it may have itself.
        (None, Some(file)) => UserToUser::from_bytes(&input::read(file, MAX_URI_BYTES)?)
            .map_err(|error| Failure::refused(&error, None))?,
        (None, None) => return Ok(None),
    };
    type Setter = fn(UserToUser, &str) -> std::result::Result<UserToUser, Error>;
    let parameters: [(_, _, Setter); 3] = [
        ("--uui-encoding", &options.uui_encoding, UserToUser::with_encoding),
        ("--uui-purpose", &options.uui_purpose, UserToUser::with_purpose),
        ("--uui-content", &options.uui_content, UserToUser::with_content),
    ];
    for (option, text, set) in parameters {
        if let Some(text) = text {
            value = set(value, text).map_err(|error| Failure::option(option, text, &error))?;
        }
    }
    Ok(Some(value))
}

fn document(uri: SipUri, options: &Options) -> Result<VoiceResponse> {
    let mut document = VoiceResponse::new();
    for text in &options.say {
        document = document.say(text).map_err(|error| Failure::option("--say", text, &error))?;
    }
    let mut refer = Refer::to(uri);
    if let Some(action) = &options.action {
        refer = refer
            .with_action(action)
            .map_err(|error| Failure::option("--action", action, &error))?;
    }
    if let Some(method) = options.method {
        refer = refer.with_method(method);
    }
    Ok(document.refer(refer))
}
