//! `simulate`: the platform, played against a user's webhook.

use std::path::{Path, PathBuf};

use twiml_refer::webhook::Leg;
use url::Url;

use super::replay;
use crate::cli::Simulate;
use crate::exit::{Answer, Failure};
use crate::input;
use crate::output::{self, Output};
use crate::picture::Picture;
use crate::platform::call::{Call, Parties};
use crate::platform::endpoint::{Endpoint, SCENARIOS};
use crate::platform::http::{self, Client, Limits, Signer};
use crate::platform::roots::roots;
use crate::platform::show::Shown;
use crate::platform::walk::Walk;
use crate::secrets;
use crate::source::Source;

pub(crate) fn run(options: Simulate, output: &mut Output) -> Result<Answer, Failure> {
    let url = webhook(&options.url)?;
    let leg = Leg::from(options.leg);
    let scenario = PathBuf::from(&options.scenario);
    let inputs = || options.token_file.iter().chain([&scenario]);
    input::check_stdin_once(inputs())?;
    let picture = Picture::open(options.picture.svg.as_deref(), inputs())?;
    let parties = Parties {
        from: options.from.as_deref(),
        to: options.to.as_deref(),
        params: &options.param,
    };
    let call = Call::new(leg, &parties)?;
    let signer = signer(&options, &url)?;
    let text = match scenario_text(&options.scenario)? {
        Ok(text) => text,
        Err(complaint) => {
            output::complain(&complaint);
            return Ok(Answer::No);
        }
    };
    let endpoint = Endpoint::new(leg, &text).map_err(|error| {
        let name = input::name(&scenario);
        replay::unreadable(&error, &Source::text(&name, &text))
    })?;
    let limits = Limits::new(options.timeout, options.max_time);
    let client = Client::new(limits, signer, roots()?);
    let mut show = Shown { output, base: "", title: None, ladders: Vec::new() };
    let walk = Walk {
        client: &client,
        call,
        endpoint: &endpoint,
        digits: options.digits.into(),
        show: &mut show,
    };
    let end = walk.run(options.method, url)?;
    show.end(&end)?;
    let ladders = show.ladders;
    output.flush()?;
    if let Some(picture) = picture {
        picture.draw(&ladders)?;
    }
    let answer = Answer::yes_if(end.fault.is_none() && !end.is_faulty);
    let expected = options.expect.kind.as_deref();
    Ok(answer.and(replay::judge("", expected, end.outcome.as_ref())))
}

fn webhook(text: &str) -> Result<Url, Failure> {
    http::callable(text).ok_or_else(|| {
        // In what cannot be read, a password could be anywhere before `@`.
        let may_have_password = text.contains('@');
        let example = match text.contains("://") || may_have_password {
            true => "http://localhost:8080/voice".to_owned(),
            false => format!("http://{text}"),
        };
        let text = if may_have_password { "this" } else { text };
        Failure::usage(&format!("{text} is no URL of a webhook; write it as {example}"))
    })
}

/// With the public base, if there is one: without a token it would change nothing.
fn signer(options: &Simulate, url: &Url) -> Result<Option<Signer>, Failure> {
    let signer = secrets::validator_if_any(&options.token_file)?.map(Signer::new);
    match (&options.public_base, signer) {
        (Some(base), Some(signer)) => signer
            .with_public_base(url, base)
            .map(Some)
            .map_err(|error| Failure::option("--public-base", base, &error)),
        (Some(_), None) => Err(Failure::usage(
            "--public-base is what the signature is made for, and there is no auth token; \
             set TWILIO_AUTH_TOKEN, or give --token-file FILE",
        )),
        (None, signer) => Ok(signer),
    }
}

/// The scenario of this name, or the file; or why it has no text.
fn scenario_text(name: &str) -> Result<Result<String, String>, Failure> {
    if let Some((_, text)) = SCENARIOS.iter().find(|(known, _)| *known == name) {
        return Ok(Ok((*text).to_owned()));
    }
    let path = Path::new(name);
    if !input::is_stdin(path) && !path.exists() {
        let names: Vec<_> = SCENARIOS.iter().map(|(name, _)| *name).collect();
        return Err(Failure::usage(&format!(
            "there is no scenario and no file {name}; the scenarios are {}",
            names.join(", ")
        )));
    }
    replay::read(path)
}
