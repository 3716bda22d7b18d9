//! `uri`: SIP URIs, taken apart one after the other.

use std::borrow::Cow;
use std::fmt::Write;

use serde::Serialize;
use twiml_refer::{Error, SipUri, diagnostic::Diagnostic, limits::MAX_URI_BYTES, sip::UserToUser};

use crate::cli::Uri;
use crate::exit::{Answer, Failure};
use crate::input::Lines;
use crate::output::{self, Output};
use crate::render;
use crate::source::{Source, printable};

#[derive(Serialize)]
struct Valid<'a> {
    input: &'a str,
    valid: bool,
    scheme: &'a str,
    user: Option<&'a str>,
    password: Option<&'a str>,
    host: &'a str,
    port: Option<u16>,
    params: Vec<(&'a str, Option<&'a str>)>,
    headers: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    user_to_user: Option<UserToUser>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Valid<'a> {
    fn new(uri: &'a SipUri) -> Self {
        Self {
            input: uri.as_str(),
            valid: true,
            scheme: uri.scheme_spelled(),
            user: uri.user(),
            password: uri.password(),
            host: uri.host(),
            port: uri.port(),
            params: uri.params().collect(),
            headers: uri.headers().collect(),
            user_to_user: uri.user_to_users().into_iter().find_map(Result::ok),
            diagnostics: uri.check(),
        }
    }
}

#[derive(Serialize)]
struct Invalid<'a> {
    input: &'a str,
    valid: bool,
    error: &'a Error,
}

pub(crate) fn run(options: &Uri, output: &mut Output) -> Result<Answer, Failure> {
    let mut answer = Answer::Yes;
    for argument in &options.uris {
        answer = answer.and(if argument == "-" {
            from_stdin(output)?
        } else {
            let text = argument.to_string_lossy();
            one(&Source::text("URI", &text), &text, output)?
        });
    }
    Ok(answer)
}

fn from_stdin(output: &mut Output) -> Result<Answer, Failure> {
    let mut answer = Answer::Yes;
    let mut lines = Lines::of_stdin(MAX_URI_BYTES);
    let mut number: usize = 0;
    loop {
        // Whoever reads along sees each answer before the next line is waited for.
        if lines.may_wait() {
            output.flush()?;
        }
        let Some(line) = lines.next()? else { return Ok(answer) };
        number = number.saturating_add(1);
        let text = String::from_utf8_lossy(&line.bytes);
        if !text.trim().is_empty() || line.is_cut {
            answer = answer.and(one(&Source::line("<stdin>", number, &text), &text, output)?);
        }
        if line.is_cut {
            output::complain(&render::plain_error(
                &format!(
                    "line {number} has no end within {MAX_URI_BYTES} bytes; the rest is not read"
                ),
                &render::for_stderr(),
            ));
        }
    }
}

fn one(source: &Source<'_>, text: &str, output: &mut Output) -> Result<Answer, Failure> {
    match SipUri::parse(text) {
        Ok(uri) if output.is_json() => output.json(&Valid::new(&uri))?,
        Ok(uri) => show(source, &uri, output)?,
        Err(error) => {
            if output.is_json() {
                output.json(&Invalid { input: text, valid: false, error: &error })?;
            } else {
                output::complain(&render::error(&error, Some(source), &render::for_stderr()));
            }
            return Ok(Answer::No);
        }
    }
    Ok(Answer::Yes)
}

fn show(source: &Source<'_>, uri: &SipUri, output: &mut Output) -> Result<(), Failure> {
    let parts = Valid::new(uri);
    let mut text = format!("{}\n", printable(parts.input));
    let mut row = |label: &str, value: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {label:<14}{}", printable(value));
    };
    row("scheme", parts.scheme);
    for (label, value) in
        [("user", parts.user), ("password", parts.password), ("host", Some(parts.host))]
    {
        if let Some(value) = value {
            row(label, value);
        }
    }
    if let Some(port) = parts.port {
        row("port", &port.to_string());
    }
    for (name, value) in &parts.params {
        row(
            "parameter",
            &value.map_or_else(|| (*name).to_owned(), |value| format!("{name}={value}")),
        );
    }
    for (name, value) in &parts.headers {
        row("header", &format!("{name}: {value}"));
    }
    for value in uri.user_to_users().iter().flatten() {
        row("user-to-user", &described(value));
    }
    output.bytes(text.as_bytes())?;
    let renderer = render::for_stderr();
    let (shown, more) = render::most(&parts.diagnostics, &renderer);
    let shown = shown.iter().map(|found| render::diagnostic(found, Some(source), &renderer));
    shown.chain(more).for_each(|text| output::complain(&text));
    Ok(())
}

fn described(value: &UserToUser) -> String {
    let mut text = format!("data {}", value.data());
    for (label, part) in
        [("encoding", value.encoding()), ("purpose", value.purpose()), ("content", value.content())]
    {
        if let Some(part) = part {
            text.push_str(&format!(", {label} {part}"));
        }
    }
    text
}
