//! Runs the documents of an app, verb by verb, until the call ends.

use std::time::Duration;

use twiml_refer::{
    Refer, ReferOutcome, VoiceResponse,
    diagnostic::{Diagnostic, DiagnosticCode, Severity},
    http::Method,
    twiml::{Element, Follows},
};
use url::Url;

use super::call::Call;
use super::client::{self, Client, Request, Response};
use super::endpoint::{Endpoint, Gathered, Presence};
use super::error::{MAX_REDIRECTS, MAX_REQUESTS, WebhookError};
use super::gather::Gather;
use super::playing::playing_time;
use super::registry::Update;
use super::transcript::{Execution, Transcript};
use super::verbs::{Verb, reaches_caller, read_refer, reject_status, verbs};
use crate::exit::Failure;
use crate::redact;
use crate::scenario;
use crate::source::Source;

/// Runs one call.
pub(crate) struct Interpreter<'a, 'c> {
    client: &'a Client,
    call: &'a mut Call,
    endpoint: &'a mut dyn Endpoint,
    transcript: &'a mut Transcript<'c>,
    /// Whether a request with a wrong signature goes before the first one.
    forges: bool,
    /// What is asked once in place of a document that cannot be had.
    fallback: Option<Url>,
    end: End,
    requests: u32,
    redirects: u32,
    limits: Limits,
    caller_is_gone: bool,
    /// Since the last transfer the caller got something to hear, or was connected.
    caller_is_served: bool,
}

/// How far an app is followed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The most requests.
    pub(crate) requests: u32,
    /// The most `<Redirect>` verbs.
    pub(crate) redirects: u32,
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
    /// The gravest diagnostic of a document.
    pub(crate) severity: Option<Severity>,
    /// Why the app is not safe: it answered a forged request.
    pub(crate) forgery: Option<WebhookError>,
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

/// The next document to request, with only the parameters of this request.
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
    /// Another document runs in place of this one.
    Update(Update),
    End,
}

impl<'a, 'c> Interpreter<'a, 'c> {
    pub(crate) fn new(
        client: &'a Client,
        call: &'a mut Call,
        endpoint: &'a mut dyn Endpoint,
        transcript: &'a mut Transcript<'c>,
    ) -> Self {
        Self {
            client,
            call,
            endpoint,
            transcript,
            forges: false,
            fallback: None,
            end: End::default(),
            requests: 0,
            redirects: 0,
            limits: Limits { requests: MAX_REQUESTS, redirects: MAX_REDIRECTS },
            caller_is_gone: false,
            caller_is_served: false,
        }
    }

    /// Tries a request with a wrong signature first.
    pub(crate) fn with_forgery(self, forges: bool) -> Self {
        Self { forges, ..self }
    }

    pub(crate) fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Asks this URL, once, when a document cannot be had or used. That a second failure ends the call is our choice:
    /// Twilio's documentation says nothing of it.
    pub(crate) fn with_fallback(self, fallback: Option<Url>) -> Self {
        Self { fallback, ..self }
    }

    /// Runs the call from its first request to its end.
    pub(crate) fn run(self, method: Method, url: Url) -> crate::exit::Result<End> {
        self.run_update(Update::Fetch { method, url }, None)
    }

    /// Runs the call from its first document. Relative URLs in one that is given are those of `base`.
    pub(crate) fn run_update(
        mut self,
        first: Update,
        base: Option<&Url>,
    ) -> crate::exit::Result<End> {
        let mut result = self.begin(first, base).and_then(|document| self.documents(document));
        if let Err(Stop::Webhook(error)) = &result
            && let Some(number) = error.number
            && let Some(url) = self.fallback.take()
        {
            self.transcript.error(error)?;
            self.note("the fallback URL is asked for a document")?;
            let params = vec![
                ("ErrorCode".to_owned(), number.to_string()),
                ("ErrorUrl".to_owned(), error.url.clone()),
            ];
            let fetch = Fetch { method: Method::Post, url, params };
            result = self.fetch(fetch).and_then(|document| self.documents(document));
        }
        match result {
            Ok(()) => {}
            Err(Stop::Webhook(error)) => self.end.error = Some(error),
            Err(Stop::Failure(failure)) => return Err(failure),
        }
        Ok(self.end)
    }

    fn documents(&mut self, mut document: Option<Document>) -> Result<()> {
        while let Some(running) = document {
            document = match self.document(&running)? {
                Next::Document(fetch) => self.fetch(fetch)?,
                Next::Update(update) => {
                    self.note("the REST API gives the call another document")?;
                    self.begin(update, Some(&running.url))?
                }
                Next::Verb | Next::End => None,
            };
        }
        // A document without any verb that needs an answer ends the call, too.
        self.answer()?;
        let left = self.endpoint.digits_left();
        if !left.is_empty() && !self.caller_is_gone {
            self.note(&format!("no <Gather> asked for the digits {}", left.join(", ")))?;
        }
        if self.end.may_resume && !self.caller_is_served {
            self.coded_note(
                "caller-left-alone",
                "the transfer failed and the caller is still there, but the call ends without a \
                 word: say something, or connect the caller with <Dial>",
            )?;
        }
        Ok(())
    }

    fn begin(&mut self, update: Update, base: Option<&Url>) -> Result<Option<Document>> {
        match (update, base) {
            (Update::Fetch { method, url }, _) => {
                let fetch = Fetch { method, url, params: Vec::new() };
                if std::mem::take(&mut self.forges) {
                    self.forge(&fetch)?;
                }
                self.fetch(fetch)
            }
            (Update::Document(document), Some(url)) => {
                self.read(url.clone(), document.to_xml().into_bytes()).map(Some)
            }
            (Update::Document(_), None) => Ok(None),
        }
    }

    /// Makes the request with a wrong signature. An app that refuses it may do so with any status but 2xx.
    fn forge(&mut self, fetch: &Fetch) -> Result<()> {
        let form = self.call.request(&fetch.params)?.to_form();
        let request = Request { method: fetch.method, url: fetch.url.clone(), form };
        let sent = self.client.send_forged(&request);
        let status = sent.as_ref().ok().map(Response::status);
        self.transcript.request(&request, status.map(|status| status.as_u16()), true)?;
        let status = sent?.status();
        if status.is_success() {
            let error = WebhookError::forgery(request.url.as_str(), status.as_u16());
            self.transcript.error(&error)?;
            self.end.forgery = Some(error);
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
        if self.caller_is_gone && response.body().trim_ascii().is_empty() {
            self.note("an empty body, which is enough: the caller is gone")?;
            return Ok(None);
        }
        let content_type = client::header(&response, "content-type");
        if let Some(error) = WebhookError::content_type(url.as_str(), content_type.as_deref())
            && !response.body().trim_ascii().is_empty()
        {
            return Err(error.into());
        }
        self.read(url, response.into_body()).map(Some)
    }

    /// Reads a document, and shows its diagnostics.
    fn read(&mut self, url: Url, body: Vec<u8>) -> Result<Document> {
        let name = redact::hidden(url.as_str());
        let source = Source::document(&name, &body);
        self.transcript.document(&source)?;
        let response = match VoiceResponse::parse_bytes(&body) {
            Ok(response) => response,
            Err(error) => return Err(WebhookError::document(url.as_str(), body, error).into()),
        };
        let mut diagnostics = response.check();
        // That is about the document as we would write it; as the app did, it was small enough.
        diagnostics.retain(|it| it.code() != DiagnosticCode::DocumentTooLarge);
        self.end.severity =
            self.end.severity.max(diagnostics.iter().map(Diagnostic::severity).max());
        self.transcript.diagnostics(&diagnostics, &source)?;
        Ok(Document { url, response, diagnostics })
    }

    /// Makes one request; each HTTP redirect is one.
    fn send(&mut self, request: &Request) -> Result<Response> {
        if self.requests >= self.limits.requests {
            let error = WebhookError::too_many_requests(request.url.as_str(), self.limits.requests);
            return Err(error.into());
        }
        self.requests += 1;
        self.transcript.sending(request, self.client)?;
        let sent = self.client.send(request);
        let status = sent.as_ref().ok().map(|response| response.status().as_u16());
        self.transcript.request(request, status, false)?;
        Ok(sent?)
    }

    fn document(&mut self, document: &Document) -> Result<Next> {
        // Without an action, what follows a <Refer> is written for the caller who is still there.
        let mut may_know = self.caller_is_gone && self.end.follows == Some(Follows::Action);
        for verb in verbs(&document.response, &document.diagnostics) {
            if verb.is_known && self.end.follows.is_some() {
                self.end.verbs.push(verb.element.name().to_owned());
            }
            let is_for_caller = verb.is_known && reaches_caller(verb.element.name());
            self.caller_is_served |= is_for_caller && !self.caller_is_gone;
            match self.verb(&verb, document)? {
                Next::Verb => {}
                next => return Ok(next),
            }
            if may_know && is_for_caller {
                may_know = false;
                self.coded_note(
                    "caller-is-gone",
                    "the app speaks to a caller who is gone: check may_resume() of the request",
                )?;
            }
        }
        Ok(Next::End)
    }

    fn verb(&mut self, verb: &Verb<'_>, document: &Document) -> Result<Next> {
        // The caller may have hung up while the app was asked.
        let presence = self.endpoint.presence();
        if !self.caller_is_gone && presence != Presence::There {
            return self.go_on(presence);
        }
        let execution = match verb.element.name() {
            _ if !verb.is_known => Execution::Ignored,
            "Hangup" | "Reject" => Execution::Runs,
            _ if self.caller_is_gone => Execution::Unheard,
            "Dial" => Execution::Skipped("nobody is dialled here; on with the next verb"),
            "Record" => Execution::Skipped("nothing is recorded here; on with the next verb"),
            "Enqueue" => Execution::Skipped("there is no queue here; on with the next verb"),
            "Say" | "Play" | "Pause" | "Gather" | "Redirect" | "Refer" => Execution::Runs,
            _ => Execution::Skipped("not played here; on with the next verb"),
        };
        self.transcript.verb(verb.element, execution)?;
        if !matches!(execution, Execution::Runs) {
            return Ok(Next::Verb);
        }
        // Before any other verb Twilio answers a call.
        match verb.element.name() {
            "Reject" if self.call.is_ringing() => {
                self.endpoint.reject(reject_status(verb.element));
                return Ok(Next::End);
            }
            "Pause" | "Redirect" => {}
            _ if self.answer()? == Presence::Gone => return self.go_on(Presence::Gone),
            _ => {}
        }
        match verb.element.name() {
            "Refer" => match read_refer(verb.element) {
                Some(refer) => self.refer(&refer, verb.is_last, document),
                None => Err(WebhookError::refer(document.url.as_str()).into()),
            },
            "Gather" => self.gather(verb.element, document),
            "Redirect" => self.redirect(verb.element, document),
            "Hangup" | "Reject" => Ok(Next::End),
            "Pause" => {
                let presence = self.endpoint.pause(playing_time(verb.element));
                self.go_on(presence)
            }
            _ => {
                let presence = self.endpoint.play(playing_time(verb.element));
                self.go_on(presence)
            }
        }
    }

    fn answer(&mut self) -> Result<Presence> {
        let presence = self.endpoint.answer();
        if presence != Presence::Gone {
            if self.call.is_ringing() {
                self.transcript.answered()?;
            }
            self.call.answer();
        }
        Ok(presence)
    }

    /// Goes on with the next verb, unless the caller has hung up: then no verb runs any more.
    fn go_on(&mut self, presence: Presence) -> Result<Next> {
        if presence != Presence::Gone {
            let update = self.endpoint.take_update();
            return Ok(update.map_or(Next::Verb, Next::Update));
        }
        self.caller_is_gone = true;
        self.end.may_resume = false;
        self.call.complete();
        self.note("the call has ended")?;
        Ok(Next::End)
    }

    fn gather(&mut self, gather: &Element, document: &Document) -> Result<Next> {
        for prompt in gather.children() {
            self.transcript.prompt(prompt)?;
        }
        let prompts = gather.children().map(playing_time).sum::<Duration>();
        let collects = Gather::new(gather);
        if !collects.takes_keys {
            self.note("it takes only speech, and nothing is spoken here; on with the next verb")?;
            let presence = self.endpoint.play(prompts + collects.timeout);
            return self.go_on(presence);
        }
        let Gathered { pressed, presence } = self.endpoint.gather(&collects, prompts);
        if self.endpoint.take_ignored_keys() {
            self.note(
                "keys are ignored that come from another IP address than those of the SDP and of the SIP messages: a proxy \
                 in front of a NAT has to put the right one into the SDP",
            )?;
        }
        if presence != Presence::There {
            return self.go_on(presence);
        }
        let (digits, unused) = collects.split(&pressed);
        if !pressed.is_empty() {
            self.note(&format!("the caller presses {pressed}"))?;
        }
        if !unused.is_empty() {
            self.note(&format!("the input ended before {unused}"))?;
        }
        if digits.is_empty() && !collects.action_on_empty_result {
            let nothing = match pressed.is_empty() {
                true => "the caller presses nothing; on with the next verb",
                false => "without any digit; on with the next verb",
            };
            self.note(nothing)?;
            return Ok(Next::Verb);
        }
        if digits.is_empty() {
            self.note("no digit, and the action is called: actionOnEmptyResult")?;
        }
        let action = gather.attribute("action").unwrap_or_default();
        follow_verb(gather, action, vec![("Digits".to_owned(), digits)], document)
    }

    fn redirect(&mut self, redirect: &Element, document: &Document) -> Result<Next> {
        if self.redirects >= self.limits.redirects {
            let (url, limit) = (document.url.as_str(), self.limits.redirects);
            return Err(WebhookError::too_many_redirect_verbs(url, limit).into());
        }
        self.redirects += 1;
        follow_verb(redirect, &redirect.text(), Vec::new(), document)
    }

    fn refer(&mut self, refer: &Refer, is_last: bool, document: &Document) -> Result<Next> {
        let Some(steps) = self.endpoint.refer(refer.target())? else {
            return self.go_on(Presence::Gone);
        };
        self.transcript.transfer(refer.target(), &steps)?;
        self.end.verbs.clear();
        self.caller_is_served = false;
        let Some(report) = scenario::report(&steps) else {
            (self.end.outcome, self.end.follows) = (None, Some(Follows::Hangup));
            self.note("no REFER was sent, and the action is not called: the error ends the call")?;
            return Ok(Next::End);
        };
        let outcome = report.outcome();
        let is_gone = self.endpoint.presence() == Presence::Gone;
        if is_gone || outcome == ReferOutcome::Canceled || scenario::ends_dialog(&steps) {
            self.call.complete();
        }
        let params: Vec<_> =
            report.params().map(|(name, value)| (name.to_owned(), value)).collect();
        self.end.may_resume = self.call.request(&params)?.may_resume();
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
        self.transcript.note(None, text)
    }

    /// A note about the app, with a code for programs.
    fn coded_note(&mut self, code: &'static str, text: &str) -> crate::exit::Result<()> {
        self.transcript.note(Some(code), text)
    }
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
