//! `demo`: the four scenarios of the platform's documentation, end to end against a webhook of its
//! own.

mod webhook;

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use twiml_refer::{RequestValidator, http::Method, twiml::Follows, webhook::Leg};
use ureq::tls::RootCerts;

use crate::cli::Demo;
use crate::exit::{Answer, Failure};
use crate::output::Output;
use crate::picture::Picture;
use crate::platform::call::{Call, Parties};
use crate::platform::endpoint::{Endpoint, SCENARIOS};
use crate::platform::http::{self, Client, Limits, Signer};
use crate::platform::show::{self, Seen, Show, Shown};
use crate::platform::walk::{End, Walk};
use webhook::Webhook;

/// A token of no account: this process signs and verifies with it.
const TOKEN: &str = "a throwaway token";

const TIMEOUT: Duration = Duration::from_secs(15);

/// What each scenario shows.
const TITLES: [(&str, &str); 4] = [
    ("answered", "Alice picks up. The caller has left, and the app is told."),
    ("busy", "Alice is busy. The caller is back, and the app goes on with the call."),
    ("refused", "The caller's device does not do REFER. The app dials Alice itself."),
    ("hangup", "The caller hangs up while it rings at Alice's."),
];

#[derive(Serialize)]
struct Played<'a> {
    scenario: &'a str,
    outcome: Value,
    follows: Option<&'static str>,
}

pub(crate) fn run(options: &Demo, output: &mut Output) -> Result<Answer, Failure> {
    let picture = Picture::open(options.picture.svg.as_deref(), [])?;
    let mut ladders = Vec::new();
    let validator =
        RequestValidator::new(TOKEN).map_err(|error| Failure::usage(&error.message()))?;
    let webhook = Webhook::start(validator.clone())?;
    let client =
        Client::new(Limits::new(TIMEOUT, None), Some(Signer::new(validator)), RootCerts::WebPki);
    let is_json = output.is_json();
    if !is_json {
        output.line(&format!(
            "An app answers calls at {}/voice. This command plays the platform and\n\
             the caller's SIP device, in simulated time. Every request is signed and verified.",
            webhook.base()
        ))?;
    }
    let mut answer = Answer::Yes;
    for (number, (name, title)) in (1..).zip(TITLES) {
        if !is_json {
            output.line(&format!("\n{number}. {name}: {title}"))?;
        }
        // How each call begins need be seen only once.
        let is_shown = number == 1 && !is_json;
        if is_shown {
            output.line("")?;
        }
        let shown = Shown {
            output: &mut *output,
            base: webhook.base(),
            title: Some(title),
            ladders: Vec::new(),
        };
        let mut stage = Stage { shown, is_shown };
        let end = play(name, &webhook, &client, &mut stage)?;
        ladders.extend(stage.shown.ladders);
        if is_json {
            let (outcome, follows) = (show::outcome(&end)?, end.follows.map(Follows::as_str));
            output.json(&Played { scenario: name, outcome, follows })?;
        }
        if let Some(fault) = &end.fault {
            output.flush()?;
            show::complain(fault);
        }
        answer = answer.and(Answer::yes_if(end.fault.is_none() && end.outcome.is_some()));
    }
    if !is_json {
        output.line(
            "\nNow with your own app:  twiml-refer simulate http://localhost:8080/voice \
             --scenario busy",
        )?;
    }
    if let Some(picture) = picture {
        picture.draw(&ladders)?;
    }
    Ok(answer)
}

/// Shows a call from the transfer on, or from its beginning; as JSON the result alone.
struct Stage<'a> {
    shown: Shown<'a>,
    is_shown: bool,
}

impl Show for Stage<'_> {
    fn show(&mut self, seen: &Seen<'_>) -> Result<(), Failure> {
        self.shown.keep(seen);
        if self.shown.output.is_json() {
            return Ok(());
        }
        self.is_shown |= matches!(seen, Seen::Transfer(..));
        if self.is_shown { self.shown.print(seen) } else { Ok(()) }
    }
}

fn play(
    scenario: &str,
    webhook: &Webhook,
    client: &Client,
    show: &mut impl Show,
) -> Result<End, Failure> {
    let text = SCENARIOS.iter().find(|(name, _)| *name == scenario).map_or("", |(_, text)| text);
    let endpoint = Endpoint::new(Leg::Sip, text)
        .map_err(|error| Failure::usage(&format!("{scenario}: {}", error.message)))?;
    let url = http::callable(&[webhook.base(), "/voice"].concat())
        .ok_or_else(|| Failure::usage("the webhook has no URL"))?;
    let call = Call::new(Leg::Sip, &Parties::default())?;
    Walk { client, call, endpoint: &endpoint, digits: VecDeque::new(), show }.run(Method::Post, url)
}
