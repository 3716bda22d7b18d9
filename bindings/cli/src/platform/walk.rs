//! The walk through an app's documents, verb by verb, until the call ends: what a caller would hear,
//! and what the app is told. What a `<Refer>` does is the transfer's own business; what is printed of
//! all this, `show`'s.

use std::collections::VecDeque;

use twiml_refer::{
    Refer, ReferOutcome, VoiceResponse,
    diagnostic::{DiagnosticCode, Severity},
    http::Method,
    twiml::{Element, Follows, Node},
    webhook::ReferCallback,
};
use url::Url;

use super::call::Call;
use super::endpoint::Endpoint;
use super::fault::{Cause, Fault, MAX_REDIRECTS, MAX_REQUESTS};
use super::http::{self, Client, Reply, Request};
use super::show::{Fate, Seen, Show};
use super::verbs::{self, Verb};
use crate::exit::Failure;
use crate::scenario;
use crate::secret;
use crate::source::Source;

/// What is played, and against what.
pub(crate) struct Walk<'a, S> {
    pub(crate) client: &'a Client,
    pub(crate) call: Call,
    pub(crate) endpoint: &'a Endpoint,
    /// What the caller presses, gather by gather.
    pub(crate) digits: VecDeque<String>,
    pub(crate) show: &'a mut S,
}

/// How it went.
#[derive(Default)]
pub(crate) struct End {
    /// Of the last `<Refer>`.
    pub(crate) outcome: Option<ReferOutcome>,
    /// Whether the app can go on with the call after it, as the action request says.
    pub(crate) may_resume: bool,
    /// What came after it; nothing if there was none.
    pub(crate) follows: Option<Follows>,
    /// The verbs that came after it, heard or not.
    pub(crate) verbs: Vec<String>,
    /// Why the call could not go on.
    pub(crate) fault: Option<Fault>,
    /// A document had a finding that is an error.
    pub(crate) is_faulty: bool,
}

/// Why a walk breaks off.
enum Stop {
    Fault(Fault),
    Failure(Failure),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// A document to ask for, with what this request alone carries.
struct Due {
    method: Method,
    url: Url,
    more: Vec<(String, String)>,
}

/// A document, and where it came from.
struct Document {
    url: Url,
    response: VoiceResponse,
}

/// What comes after a verb.
enum Next {
    Verb,
    Document(Due),
    End,
}

impl<S: Show> Walk<'_, S> {
    /// From the call's first request to its end.
    pub(crate) fn run(self, method: Method, url: Url) -> Result<End, Failure> {
        let mut running =
            Running { walk: self, end: End::default(), requests: 0, redirects: 0, gone: false };
        match running.documents(Due { method, url, more: Vec::new() }) {
            Ok(()) => {}
            Err(Stop::Fault(fault)) => running.end.fault = Some(fault),
            Err(Stop::Failure(failure)) => return Err(failure),
        }
        Ok(running.end)
    }
}

struct Running<'a, S> {
    walk: Walk<'a, S>,
    end: End,
    requests: u32,
    redirects: u32,
    /// No caller is there to hear anything.
    gone: bool,
}

impl<S: Show> Running<'_, S> {
    fn documents(&mut self, mut due: Due) -> Result<(), Stop> {
        loop {
            let next = match self.fetch(due)? {
                Some(document) => self.document(&document)?,
                None => Next::End,
            };
            match next {
                Next::Document(next) => due = next,
                Next::Verb | Next::End => break,
            }
        }
        if !self.walk.digits.is_empty() && !self.gone {
            let left: Vec<_> = self.walk.digits.drain(..).collect();
            self.note(&format!("no <Gather> asked for the digits {}", left.join(", ")))?;
        }
        Ok(())
    }

    fn fetch(&mut self, due: Due) -> Result<Option<Document>, Stop> {
        let form = self.walk.call.form(&due.more)?;
        let request = Request { method: due.method, url: due.url, form };
        let (request, reply) = http::follow(request, |request| self.ask(request))?;
        let url = request.url;
        if let Some(cause) = self.walk.client.refusal(&reply) {
            return Err(Fault::new(url.as_str(), cause).into());
        }
        if self.gone && reply.body.trim_ascii().is_empty() {
            self.note("an empty body; that is enough, for the caller is gone")?;
            return Ok(None);
        }
        let response = match VoiceResponse::parse_bytes(&reply.body) {
            Ok(response) => response,
            Err(error) => return Err(Fault::of_document(url.as_str(), reply.body, error).into()),
        };
        if let Some(warning) = content_type_warning(reply.content_type.as_deref()) {
            self.walk.show.show(&Seen::Warning(&warning))?;
        }
        let name = secret::hidden(url.as_str());
        let source = Source::document(&name, &reply.body);
        let mut found = response.check();
        // Of the document as we would write it: as the app did, it was small enough.
        found.retain(|found| found.code() != DiagnosticCode::DocumentTooLarge);
        self.end.is_faulty |= found.iter().any(|found| found.severity() >= Severity::Error);
        self.walk.show.show(&Seen::Diagnostics(&found, &source))?;
        Ok(Some(Document { url, response }))
    }

    /// One request, HTTP redirects being one each.
    fn ask(&mut self, request: &Request) -> Result<Reply, Stop> {
        if self.requests >= MAX_REQUESTS {
            return Err(Fault::new(request.url.as_str(), Cause::Requests).into());
        }
        if let Some(cause) = self.walk.client.overdue() {
            return Err(Fault::new(request.url.as_str(), cause).into());
        }
        self.requests = self.requests.saturating_add(1);
        let sent = self.walk.client.send(request);
        let status = sent.as_ref().ok().map(|reply| reply.status);
        self.walk.show.show(&Seen::Request { request, status })?;
        Ok(sent?)
    }

    fn document(&mut self, document: &Document) -> Result<Next, Stop> {
        let verbs = verbs::of(&document.response);
        for verb in &verbs {
            if verb.is_known && self.end.follows.is_some() {
                self.end.verbs.push(verb.name().to_owned());
            }
            match self.verb(verb, document)? {
                Next::Verb => {}
                next => return Ok(next),
            }
        }
        Ok(Next::End)
    }

    fn verb(&mut self, verb: &Verb<'_>, document: &Document) -> Result<Next, Stop> {
        let fate = match verb.name() {
            _ if !verb.is_known => Fate::Ignored,
            "Hangup" | "Reject" => Fate::Runs,
            _ if self.gone => Fate::Unheard,
            "Dial" => Fate::Passed("nobody is dialled here; on with the next verb"),
            "Record" => Fate::Passed("nothing is recorded here; on with the next verb"),
            "Enqueue" => Fate::Passed("there is no queue here; on with the next verb"),
            "Say" | "Play" | "Pause" | "Gather" | "Redirect" | "Refer" => Fate::Runs,
            _ => Fate::Passed("not played here; on with the next verb"),
        };
        self.walk.show.show(&Seen::Verb { node: verb.node, fate })?;
        if !matches!(fate, Fate::Runs) {
            return Ok(Next::Verb);
        }
        match verb.node {
            Node::Refer(refer) => self.refer(refer, verb.is_last, document),
            Node::Element(element) => self.element(element, document),
            _ => Ok(Next::Verb),
        }
    }

    fn element(&mut self, element: &Element, document: &Document) -> Result<Next, Stop> {
        match element.name() {
            "Refer" => Err(Fault::new(document.url.as_str(), Cause::Refer).into()),
            "Gather" => self.gather(element, document),
            "Redirect" => self.redirect(element, document),
            "Hangup" | "Reject" => Ok(Next::End),
            _ => Ok(Next::Verb),
        }
    }

    fn gather(&mut self, gather: &Element, document: &Document) -> Result<Next, Stop> {
        for prompt in gather.children() {
            self.walk.show.show(&Seen::Prompt(prompt))?;
        }
        let input = gather.attribute_value("input").unwrap_or("dtmf");
        if !input.split_whitespace().any(|word| word == "dtmf") {
            self.note("it takes speech alone, and nothing is spoken here; on with the next verb")?;
            return Ok(Next::Verb);
        }
        let Some(digits) = self.walk.digits.pop_front() else {
            self.note("the caller presses nothing (--digits); on with the next verb")?;
            return Ok(Next::Verb);
        };
        self.note(&format!("the caller presses {digits}"))?;
        let action = gather.attribute_value("action").unwrap_or_default();
        let more = vec![("Digits".to_owned(), digits)];
        self.due(gather, action, more, document)
    }

    fn redirect(&mut self, redirect: &Element, document: &Document) -> Result<Next, Stop> {
        if self.redirects >= MAX_REDIRECTS {
            return Err(Fault::new(document.url.as_str(), Cause::Redirects).into());
        }
        self.redirects = self.redirects.saturating_add(1);
        self.due(redirect, &redirect.text_content(), Vec::new(), document)
    }

    /// The document that a verb other than `<Refer>` names.
    fn due(
        &self,
        verb: &Element,
        url: &str,
        more: Vec<(String, String)>,
        document: &Document,
    ) -> Result<Next, Stop> {
        let url = http::resolve(&document.url, url, &format!("<{}>", verb.name()))?;
        // Of its older verbs the platform takes the method in any case.
        let method = verb.attribute_value("method").unwrap_or("POST").to_ascii_uppercase();
        let method = method.parse().map_err(|error| {
            let cause = Cause::Method { verb: verb.name().to_owned(), error };
            Fault::new(document.url.as_str(), cause)
        })?;
        Ok(Next::Document(Due { method, url, more }))
    }

    fn refer(&mut self, refer: &Refer, is_last: bool, document: &Document) -> Result<Next, Stop> {
        let steps = self.walk.endpoint.refer(refer.target()).map_err(|error| {
            Failure::usage(&format!("the scenario cannot be run: {}", error.message))
        })?;
        self.walk.show.show(&Seen::Transfer(refer.target(), &steps))?;
        self.end.verbs.clear();
        let Some(report) = scenario::report(&steps) else {
            (self.end.outcome, self.end.follows) = (None, Some(Follows::Hangup));
            self.note("no REFER was sent, and the action is not called: the error ends the call")?;
            return Ok(Next::End);
        };
        let outcome = report.outcome();
        if outcome == ReferOutcome::Canceled || scenario::ends_dialog(&steps) {
            self.walk.call.complete();
        }
        let more: Vec<_> = report.params().map(|(name, value)| (name.to_owned(), value)).collect();
        self.end.may_resume = ReferCallback::from(self.walk.call.request(&more)?).may_resume();
        self.gone = !self.end.may_resume;
        self.end.outcome = Some(outcome);
        let unresolved = |_| {
            let text = refer.action_url().unwrap_or_default().to_owned();
            let cause = Cause::Url { place: "the action of <Refer>".to_owned(), text };
            Fault::new(document.url.as_str(), cause)
        };
        match refer.resolve_action(document.url.as_str()).map_err(unresolved)? {
            Some(url) => {
                self.end.follows = Some(Follows::Action);
                let url = http::resolve(&document.url, &url, "the action of <Refer>")?;
                let method = refer.method_set().unwrap_or_default();
                Ok(Next::Document(Due { method, url, more }))
            }
            None => {
                let follows = if is_last { Follows::Hangup } else { Follows::NextVerb };
                self.end.follows = Some(follows);
                Ok(Next::Verb)
            }
        }
    }

    fn note(&mut self, text: &str) -> Result<(), Failure> {
        self.walk.show.show(&Seen::Note(text))
    }
}

/// The platform goes by the type: a document of another one is not run.
fn content_type_warning(content_type: Option<&str>) -> Option<String> {
    let Some(content_type) = content_type else {
        return Some("there is no Content-Type; send text/xml".to_owned());
    };
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let runs = matches!(kind.as_str(), "text/xml" | "application/xml" | "text/html");
    (!runs).then(|| {
        format!(
            "the Content-Type is {content_type}: the platform runs no such document; send text/xml"
        )
    })
}
