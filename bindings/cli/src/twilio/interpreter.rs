//! Runs the documents of an app, verb by verb, until the call ends.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use twiml_refer::{
    Refer, ReferOutcome, SipUri, VoiceResponse,
    diagnostic::{Diagnostic, DiagnosticCode, Severity},
    http::Method,
    twiml::{Element, Follows},
};
use url::Url;

use super::call::Call;
use super::client::{self, Client, Request, Response};
use super::endpoint::Endpoint;
use super::error::{MAX_REDIRECTS, MAX_REQUESTS, WebhookError};
use super::transcript::{Fate, Transcript};
use crate::exit::Failure;
use crate::redact;
use crate::scenario;
use crate::source::Source;

/// More letters than the name of any verb has, and fewer than the path of a diagnostic shows.
const LONGEST_VERB: usize = 32;

/// Runs one call.
pub(crate) struct Interpreter<'a, 'c> {
    client: &'a Client,
    call: Call,
    endpoint: &'a mut dyn Endpoint,
    transcript: &'a mut Transcript<'c>,
    /// What the caller presses, `<Gather>` by `<Gather>`.
    digits: VecDeque<String>,
    end: End,
    requests: u32,
    redirects: u32,
    caller_is_gone: bool,
}

/// How the call ended.
#[derive(Default)]
pub(crate) struct End {
    /// The outcome of the last `<Refer>`.
    pub(crate) outcome: Option<ReferOutcome>,
    /// Whether the app can go on with the call after it, as the action request says.
    pub(crate) may_resume: bool,
    /// What came after it, if there was one.
    pub(crate) follows: Option<Follows>,
    /// The verbs that came after it, whether the caller heard them or not.
    pub(crate) verbs: Vec<String>,
    /// Why the call could not go on.
    pub(crate) error: Option<WebhookError>,
    /// A document had a diagnostic that is an error.
    pub(crate) has_errors: bool,
}

/// Why the interpreter stops early.
enum Stop {
    Webhook(WebhookError),
    Failure(Failure),
}

impl From<WebhookError> for Stop {
    fn from(error: WebhookError) -> Self {
        Self::Webhook(error)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

type Result<T> = std::result::Result<T, Stop>;

/// The next document to request, with the parameters of this request alone.
struct Fetch {
    method: Method,
    url: Url,
    params: Vec<(String, String)>,
}

struct Document {
    url: Url,
    response: VoiceResponse,
    diagnostics: Vec<Diagnostic>,
}

enum Next {
    Verb,
    Document(Fetch),
    End,
}

struct Verb<'a> {
    element: &'a Element,
    /// Twilio ignores a verb that it does not know.
    is_known: bool,
    /// No known verb follows.
    is_last: bool,
}

impl<'a, 'c> Interpreter<'a, 'c> {
    pub(crate) fn new(
        client: &'a Client,
        call: Call,
        endpoint: &'a mut dyn Endpoint,
        transcript: &'a mut Transcript<'c>,
    ) -> Self {
        let (digits, end) = (VecDeque::new(), End::default());
        let (requests, redirects, caller_is_gone) = (0, 0, false);
        Self {
            client,
            call,
            endpoint,
            transcript,
            digits,
            end,
            requests,
            redirects,
            caller_is_gone,
        }
    }

    pub(crate) fn with_digits(self, digits: Vec<String>) -> Self {
        Self { digits: digits.into(), ..self }
    }

    /// Runs the call from its first request to its end.
    pub(crate) fn run(mut self, method: Method, url: Url) -> crate::exit::Result<End> {
        match self.documents(Fetch { method, url, params: Vec::new() }) {
            Ok(()) => {}
            Err(Stop::Webhook(error)) => self.end.error = Some(error),
            Err(Stop::Failure(failure)) => return Err(failure),
        }
        Ok(self.end)
    }

    fn documents(&mut self, mut fetch: Fetch) -> Result<()> {
        while let Some(document) = self.fetch(fetch)? {
            match self.document(&document)? {
                Next::Document(next) => fetch = next,
                Next::Verb | Next::End => break,
            }
        }
        if !self.digits.is_empty() && !self.caller_is_gone {
            let left: Vec<_> = self.digits.drain(..).collect();
            self.note(&format!("no <Gather> asked for the digits {}", left.join(", ")))?;
        }
        Ok(())
    }

    /// Returns `None` for an empty response that is enough, because no caller is left.
    fn fetch(&mut self, Fetch { method, url, params }: Fetch) -> Result<Option<Document>> {
        let form = self.call.request(&params)?.to_form();
        let request = Request { method, url, form };
        let (request, response) = client::follow(request, |request| self.send(request))?;
        let url = request.url;
        if !response.status().is_success() {
            let (status, signed) = (response.status().as_u16(), self.client.is_signing());
            return Err(WebhookError::status(url.as_str(), status, signed).into());
        }
        let content_type = content_type_warning(client::header(&response, "content-type"));
        let body = response.into_body();
        if self.caller_is_gone && body.trim_ascii().is_empty() {
            self.note("an empty body, which is enough: the caller is gone")?;
            return Ok(None);
        }
        let response = match VoiceResponse::parse_bytes(&body) {
            Ok(response) => response,
            Err(error) => return Err(WebhookError::document(url.as_str(), body, error).into()),
        };
        if let Some(warning) = content_type {
            self.transcript.warning(&warning)?;
        }
        let mut diagnostics = response.check();
        // That is about the document as we would write it; as the app did, it was small enough.
        diagnostics.retain(|it| it.code() != DiagnosticCode::DocumentTooLarge);
        self.end.has_errors |= diagnostics.iter().any(|it| it.severity() >= Severity::Error);
        let name = redact::hidden(url.as_str());
        self.transcript.diagnostics(&diagnostics, &Source::document(&name, &body))?;
        Ok(Some(Document { url, response, diagnostics }))
    }

    /// Makes one request; each HTTP redirect is one.
    fn send(&mut self, request: &Request) -> Result<Response> {
        if self.requests >= MAX_REQUESTS {
            return Err(WebhookError::too_many_requests(request.url.as_str()).into());
        }
        self.requests += 1;
        let sent = self.client.send(request);
        let status = sent.as_ref().ok().map(|response| response.status().as_u16());
        self.transcript.request(request, status)?;
        Ok(sent?)
    }

    fn document(&mut self, document: &Document) -> Result<Next> {
        for verb in verbs(document) {
            if verb.is_known && self.end.follows.is_some() {
                self.end.verbs.push(verb.element.name().to_owned());
            }
            match self.verb(&verb, document)? {
                Next::Verb => {}
                next => return Ok(next),
            }
        }
        Ok(Next::End)
    }

    fn verb(&mut self, verb: &Verb<'_>, document: &Document) -> Result<Next> {
        let fate = match verb.element.name() {
            _ if !verb.is_known => Fate::Ignored,
            "Hangup" | "Reject" => Fate::Runs,
            _ if self.caller_is_gone => Fate::Unheard,
            "Dial" => Fate::Passed("nobody is dialled here; on with the next verb"),
            "Record" => Fate::Passed("nothing is recorded here; on with the next verb"),
            "Enqueue" => Fate::Passed("there is no queue here; on with the next verb"),
            "Say" | "Play" | "Pause" | "Gather" | "Redirect" | "Refer" => Fate::Runs,
            _ => Fate::Passed("not played here; on with the next verb"),
        };
        self.transcript.verb(verb.element, fate)?;
        match verb.element.name() {
            _ if !matches!(fate, Fate::Runs) => Ok(Next::Verb),
            "Refer" => match read_refer(verb.element) {
                Some(refer) => self.refer(&refer, verb.is_last, document),
                None => Err(WebhookError::refer(document.url.as_str()).into()),
            },
            "Gather" => self.gather(verb.element, document),
            "Redirect" => self.redirect(verb.element, document),
            "Hangup" | "Reject" => Ok(Next::End),
            _ => Ok(Next::Verb),
        }
    }

    fn gather(&mut self, gather: &Element, document: &Document) -> Result<Next> {
        for prompt in gather.children() {
            self.transcript.prompt(prompt)?;
        }
        let input = gather.attribute("input").unwrap_or("dtmf");
        if !input.split_whitespace().any(|word| word == "dtmf") {
            self.note("it takes only speech, and nothing is spoken here; on with the next verb")?;
            return Ok(Next::Verb);
        }
        let Some(digits) = self.digits.pop_front() else {
            self.note("the caller presses nothing (--digits); on with the next verb")?;
            return Ok(Next::Verb);
        };
        self.note(&format!("the caller presses {digits}"))?;
        let action = gather.attribute("action").unwrap_or_default();
        follow_verb(gather, action, vec![("Digits".to_owned(), digits)], document)
    }

    fn redirect(&mut self, redirect: &Element, document: &Document) -> Result<Next> {
        if self.redirects >= MAX_REDIRECTS {
            return Err(WebhookError::too_many_redirect_verbs(document.url.as_str()).into());
        }
        self.redirects += 1;
        follow_verb(redirect, &redirect.text(), Vec::new(), document)
    }

    fn refer(&mut self, refer: &Refer, is_last: bool, document: &Document) -> Result<Next> {
        let steps = self.endpoint.refer(refer.target())?;
        self.transcript.transfer(refer.target(), &steps)?;
        self.end.verbs.clear();
        let Some(report) = scenario::report(&steps) else {
            (self.end.outcome, self.end.follows) = (None, Some(Follows::Hangup));
            self.note("no REFER was sent, and the action is not called: the error ends the call")?;
            return Ok(Next::End);
        };
        let outcome = report.outcome();
        let call = &mut self.call;
        if outcome == ReferOutcome::Canceled || scenario::ends_dialog(&steps) {
            call.complete();
        }
        let params: Vec<_> =
            report.params().map(|(name, value)| (name.to_owned(), value)).collect();
        self.end.may_resume = call.request(&params)?.may_resume();
        self.caller_is_gone = !self.end.may_resume;
        self.end.outcome = Some(outcome);
        let base = document.url.as_str();
        let invalid = || {
            let action = refer.action().unwrap_or_default();
            WebhookError::url(base, "the action of <Refer>", action)
        };
        let Some(url) = refer.resolve_action(base).map_err(|_| invalid())? else {
            let follows = if is_last { Follows::Hangup } else { Follows::NextVerb };
            self.end.follows = Some(follows);
            return Ok(Next::Verb);
        };
        self.end.follows = Some(Follows::Action);
        let url = client::parse_url(&url).ok_or_else(invalid)?;
        Ok(Next::Document(Fetch { method: refer.method().unwrap_or_default(), url, params }))
    }

    fn note(&mut self, text: &str) -> crate::exit::Result<()> {
        self.transcript.note(text)
    }
}

/// Reads a `<Refer>` as Twilio runs it: what has only warnings is ignored. Returns `None` for one with errors.
pub(super) fn read_refer(element: &Element) -> Option<Refer> {
    let mut targets = element.children().filter(|child| child.name() == "Sip");
    let (target, None) = (targets.next()?, targets.next()) else { return None };
    let target = target.text();
    let mut refer = Refer::to(SipUri::parse(target.trim_matches([' ', '\t', '\r', '\n'])).ok()?);
    if let Some(action) = element.attribute("action") {
        refer = refer.with_action(action).ok()?;
    }
    if let Some(method) = element.attribute("method") {
        refer = refer.with_method(method.parse().ok()?);
    }
    Some(refer)
}

/// Returns the request for the document that a verb other than `<Refer>` names.
fn follow_verb(
    verb: &Element,
    url: &str,
    params: Vec<(String, String)>,
    document: &Document,
) -> Result<Next> {
    let url = client::resolve(&document.url, url, &format!("<{}>", verb.name()))?;
    // Of its older verbs Twilio takes the method in any case.
    let method = verb.attribute("method").unwrap_or("POST").to_ascii_uppercase();
    let method = method
        .parse()
        .map_err(|error| WebhookError::method(document.url.as_str(), verb.name(), error))?;
    Ok(Next::Document(Fetch { method, url, params }))
}

/// Returns the verbs in order. Which ones are known, the diagnostics of the document say.
fn verbs(document: &Document) -> Vec<Verb<'_>> {
    let unknown = document.diagnostics.iter().filter(|it| it.code() == DiagnosticCode::VerbUnknown);
    let unknown: HashSet<&str> = unknown.map(Diagnostic::path).collect();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut verbs: Vec<_> = document
        .response
        .verbs()
        .map(|element| {
            let name = element.name();
            let count = counts.entry(name).or_default();
            let path = format!("Response/{name}[{count}]");
            *count += 1;
            let is_known = may_be_verb(name) && !unknown.contains(path.as_str());
            Verb { element, is_known, is_last: true }
        })
        .collect();
    let last = verbs.iter().rposition(|verb| verb.is_known);
    for (index, verb) in verbs.iter_mut().enumerate() {
        verb.is_last = last.is_none_or(|last| index >= last);
    }
    verbs
}

/// Returns whether a verb may have this name. The path of a diagnostic cuts long names and escapes some characters, so
/// that it does not show which element it is about.
fn may_be_verb(name: &str) -> bool {
    name.len() <= LONGEST_VERB && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Twilio goes by the type: it does not run a document of another one.
fn content_type_warning(content_type: Option<Cow<'_, str>>) -> Option<String> {
    let Some(content_type) = content_type else {
        return Some("there is no Content-Type: send text/xml".to_owned());
    };
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let runs = matches!(kind.as_str(), "text/xml" | "application/xml" | "text/html");
    (!runs).then(|| {
        format!("Twilio does not run a document with Content-Type {content_type}: send text/xml")
    })
}
