//! `uri`: the parts of SIP URIs.

use std::ffi::OsString;
use std::fmt::Write;

use clap::Args;
use serde_json::json;
use twiml_refer::{SipUri, limits::MAX_URI_BYTES, sip::UserToUser};

use crate::console::{self, Console};
use crate::exit::{Answer, Result};
use crate::input::Lines;
use crate::message;
use crate::source::{Source, printable};

/// Take SIP URIs apart.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer uri \
    'sip:alice@example.com?User-to-User=123456789%3Bencoding%3Dhex'")]
pub(crate) struct Options {
    /// The URIs; - reads them from standard input, one a line
    #[arg(required = true, value_name = "URI")]
    uris: Vec<OsString>,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let mut answer = Answer::Yes;
    for argument in &options.uris {
        answer = answer.and(if argument == "-" {
            from_stdin(console)?
        } else {
            let text = argument.to_string_lossy();
            one(&Source::text("URI", &text), &text, console)?
        });
    }
    Ok(answer)
}

fn from_stdin(console: &mut Console) -> Result<Answer> {
    let mut answer = Answer::Yes;
    let mut lines = Lines::of_stdin(MAX_URI_BYTES);
    let mut number = 0;
    loop {
        // A reader of the output sees each answer before the next line is waited for.
        if lines.may_block() {
            console.flush()?;
        }
        let Some(line) = lines.next()? else { return Ok(answer) };
        number += 1;
        let text = String::from_utf8_lossy(&line.bytes);
        if !text.trim().is_empty() || line.is_cut {
            answer = answer.and(one(&Source::line("<stdin>", number, &text), &text, console)?);
        }
        if line.is_cut {
            console::print_error(&message::plain_error(&format!(
                "line {number} has more than {MAX_URI_BYTES} bytes: the rest is not read"
            )));
        }
    }
}

fn one(source: &Source<'_>, text: &str, console: &mut Console) -> Result<Answer> {
    match SipUri::parse(text) {
        Ok(uri) if console.is_json() => print_json(&uri, console)?,
        Ok(uri) => print(source, &uri, console)?,
        Err(error) if console.is_json() => {
            console.json(&json!({"input": text, "valid": false, "error": error}))?;
            return Ok(Answer::No);
        }
        Err(error) => {
            console::print_error(&message::error(&error, Some(source)));
            return Ok(Answer::No);
        }
    }
    Ok(Answer::Yes)
}

fn print_json(uri: &SipUri, console: &mut Console) -> Result<()> {
    console.json(&json!({
        "input": uri.as_str(),
        "valid": true,
        "scheme": uri.scheme_spelled(),
        "user": uri.user(),
        "password": uri.password(),
        "host": uri.host(),
        "port": uri.port(),
        "params": uri.params().collect::<Vec<_>>(),
        "headers": uri.headers().collect::<Vec<_>>(),
        "user_to_user": uri.user_to_users().into_iter().find_map(std::result::Result::ok),
        "diagnostics": uri.check(),
    }))
}

fn print(source: &Source<'_>, uri: &SipUri, console: &mut Console) -> Result<()> {
    let mut text = format!("{}\n", printable(uri.as_str()));
    let mut row = |label: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {label:<14}{}", printable(value));
    };
    row("scheme", uri.scheme_spelled());
    let port = uri.port().map(|port| port.to_string());
    let parts = [
        ("user", uri.user()),
        ("password", uri.password()),
        ("host", Some(uri.host())),
        ("port", port.as_deref()),
    ];
    for (label, value) in parts {
        if let Some(value) = value {
            row(label, value);
        }
    }
    for (name, value) in uri.params() {
        match value {
            Some(value) => row("parameter", &format!("{name}={value}")),
            None => row("parameter", name),
        }
    }
    for (name, value) in uri.headers() {
        row("header", &format!("{name}: {value}"));
    }
    for value in uri.user_to_users().iter().flatten() {
        row("user-to-user", &described(value));
    }
    console.bytes(text.as_bytes())?;
    message::diagnostics(&uri.check(), |_| Some(source)).iter().for_each(console::print_error);
    Ok(())
}

fn described(value: &UserToUser) -> String {
    let parameters = [
        ("encoding", value.encoding()),
        ("purpose", value.purpose()),
        ("content", value.content()),
    ];
    let given =
        parameters.iter().filter_map(|(name, value)| Some(format!(", {name} {}", (*value)?)));
    format!("data {}{}", value.data(), given.collect::<String>())
}
