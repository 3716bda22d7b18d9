//! `demo`: the four scenarios of Twilio's documentation, end to end against a webhook of its own.

mod webhook;

use std::time::Duration;

use clap::Args;
use serde_json::json;
use twiml_refer::{RequestValidator, http::Method, twiml::Follows, webhook::Leg};
use ureq::tls::RootCerts;

use crate::cli::Svg;
use crate::console::Console;
use crate::exit::{Answer, Failure, Result};
use crate::ladder::file::SvgFile;
use crate::twilio::call::{Call, Parties};
use crate::twilio::client::{self, Client, Signer};
use crate::twilio::endpoint::ScriptedEndpoint;
use crate::twilio::interpreter::Interpreter;
use crate::twilio::transcript::{self, Part, Transcript};

/// This process signs and verifies with it.
const TOKEN: &str = "a throwaway token";

const SCENARIOS: [(&str, &str); 4] = [
    ("answered", "Alice picks up. The caller has left, and the app gets the outcome."),
    ("busy", "Alice is busy. The caller is back, and the app goes on with the call."),
    ("refused", "The caller's device does not support REFER. The app dials Alice itself."),
    ("hangup", "The caller hangs up while Alice's phone rings."),
];

/// See transfers run from end to end, against a small webhook of its own.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  twiml-refer demo --svg ladders.svg")]
pub(crate) struct Options {
    #[command(flatten)]
    svg: Svg,
}

pub(crate) fn run(options: &Options, console: &mut Console) -> Result<Answer> {
    let svg = SvgFile::open(options.svg.svg.as_deref(), [])?;
    let mut ladders = Vec::new();
    let validator =
        RequestValidator::new(TOKEN).map_err(|error| Failure::usage(&error.message()))?;
    let base = webhook::start(validator.clone())?;
    let (timeout, signer) = (Duration::from_secs(15), Some(Signer::new(validator)));
    let client = Client::new(timeout, None, signer, RootCerts::WebPki);
    let url = client::parse_url(&[base.as_str(), "/voice"].concat())
        .ok_or_else(|| Failure::usage("the webhook has no URL"))?;
    let is_json = console.is_json();
    if !is_json {
        console.line(&format!(
            "An app answers calls at {url}. This command plays Twilio and the\n\
             caller's SIP device, in simulated time. Every request is signed and verified."
        ))?;
    }
    let mut answer = Answer::Yes;
    for (number, (name, title)) in (1..).zip(SCENARIOS) {
        if !is_json {
            console.line(&format!("\n{number}. {name}: {title}"))?;
        }
        let part = match number {
            _ if is_json => Part::Nothing,
            1 => Part::All,
            // The beginning of each call is the same.
            _ => Part::FromTransfer,
        };
        if part == Part::All {
            console.line("")?;
        }
        let (base, title) = (base.as_str(), Some(title));
        let mut transcript = Transcript { sink: console, base, part, title, ladders: Vec::new() };
        let mut call = Call::new(Leg::Sip, &Parties::default())?;
        let mut endpoint = ScriptedEndpoint::load(Leg::Sip, name)?;
        let end = Interpreter::new(&client, &mut call, &mut endpoint, &mut transcript)
            .run(Method::Post, url.clone())?;
        ladders.append(&mut transcript.ladders);
        transcript.print_error(&end)?;
        if is_json {
            let follows = end.follows.map(Follows::as_str);
            let outcome = transcript::outcome(&end);
            console.json(&json!({"scenario": name, "outcome": outcome, "follows": follows}))?;
        }
        answer = answer.and(Answer::yes_if(end.error.is_none() && end.outcome.is_some()));
    }
    if !is_json {
        console.line(
            "\nNow with your own app:  twiml-refer simulate http://localhost:8080/voice \
             --scenario busy",
        )?;
    }
    if let Some(svg) = svg {
        svg.draw(&ladders)?;
    }
    Ok(answer)
}
