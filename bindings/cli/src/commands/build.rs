//! `build`: the document that transfers a call.

use std::path::Path;

use serde::Serialize;
use twiml_refer::{
    Error, Refer, SipUri, VoiceResponse, diagnostic::Diagnostic, error::ErrorKind,
    limits::MAX_URI_BYTES, sip::UserToUser,
};

use crate::cli::Build;
use crate::exit::{Answer, Failure};
use crate::output::{self, Output};
use crate::source::Source;
use crate::{input, render};

#[derive(Serialize)]
struct Built<'a> {
    twiml: &'a str,
    uri: &'a str,
    diagnostics: &'a [Diagnostic],
}

pub(crate) fn run(options: &Build, output: &mut Output) -> Result<Answer, Failure> {
    let target = options.target.to_string_lossy();
    let uri = match SipUri::parse(&target) {
        Ok(uri) => uri,
        Err(error) => return output.refuse(&error, Some(&Source::text("TARGET", &target))),
    };
    let uri = match with_headers(uri, options)? {
        Ok(uri) => uri,
        Err(error) => return output.refuse(&error, None),
    };
    let document = document(uri.clone(), options)?;
    let twiml = if options.pretty { document.to_xml_pretty() } else { document.to_xml() };
    let diagnostics = document.check();
    if output.is_json() {
        output.json(&Built { twiml: &twiml, uri: uri.as_str(), diagnostics: &diagnostics })?;
        return Ok(Answer::Yes);
    }
    let renderer = render::for_stderr();
    let target = Source::text("TARGET", uri.as_str());
    let (shown, more) = render::most(&diagnostics, &renderer);
    let shown = shown.iter().map(|found| {
        let about_target = found.path().ends_with("/Sip");
        render::diagnostic(found, about_target.then_some(&target), &renderer)
    });
    shown.chain(more).for_each(|text| output::complain(&text));
    output.document(&twiml)?;
    Ok(Answer::Yes)
}

/// The target with its headers; the inner error is one of size, or of a file's content.
fn with_headers(mut uri: SipUri, options: &Build) -> Result<Result<SipUri, Error>, Failure> {
    for (name, value) in &options.header {
        uri = match uri.with_header(name, value) {
            Ok(uri) => uri,
            Err(error) if error.kind() == ErrorKind::UriOverLimit => return Ok(Err(error)),
            // Its offset counts in the value, but where the name is at fault there is none.
            Err(error) => {
                let place = format!("--header {name}");
                let blamed = if error.offset().is_some() { value } else { name };
                return Err(Failure::option(&place, blamed, &error));
            }
        };
    }
    match user_to_user(options)? {
        None => Ok(Ok(uri)),
        Some(Err(error)) => Ok(Err(error)),
        Some(Ok(value)) => Ok(uri.with_user_to_user(&value)),
    }
}

fn user_to_user(options: &Build) -> Result<Option<Result<UserToUser, Error>>, Failure> {
    let mut value = match (&options.uui, &options.uui_hex) {
        (Some(data), _) => {
            UserToUser::new(data).map_err(|error| Failure::option("--uui", data, &error))?
        }
        (None, Some(file)) => match from_file(file)? {
            Ok(value) => value,
            Err(error) => return Ok(Some(Err(error))),
        },
        (None, None) => return Ok(None),
    };
    if let Some(encoding) = &options.uui_encoding {
        value = value
            .with_encoding(encoding)
            .map_err(|error| Failure::option("--uui-encoding", encoding, &error))?;
    }
    if let Some(purpose) = &options.uui_purpose {
        value = value
            .with_purpose(purpose)
            .map_err(|error| Failure::option("--uui-purpose", purpose, &error))?;
    }
    if let Some(content) = &options.uui_content {
        value = value
            .with_content(content)
            .map_err(|error| Failure::option("--uui-content", content, &error))?;
    }
    Ok(Some(Ok(value)))
}

/// No URI can carry more bytes than it may have itself.
fn from_file(file: &Path) -> Result<Result<UserToUser, Error>, Failure> {
    let bytes = input::read(file, MAX_URI_BYTES)?;
    Ok(UserToUser::from_bytes(&bytes))
}

fn document(uri: SipUri, options: &Build) -> Result<VoiceResponse, Failure> {
    let mut document = VoiceResponse::new();
    for text in &options.say {
        document = document.say(text).map_err(|error| Failure::option("--say", text, &error))?;
    }
    let mut refer = Refer::to(uri);
    if let Some(action) = &options.action {
        refer =
            refer.action(action).map_err(|error| Failure::option("--action", action, &error))?;
    }
    if let Some(method) = options.method {
        refer = refer.method(method);
    }
    document.refer(refer).map_err(|error| Failure::usage(&error.message()))
}
