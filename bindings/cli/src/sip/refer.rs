//! A REFER and its NOTIFYs: what the SIP side feeds to a [`Transfer`], and does for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use twiml_refer::transfer::{
    Event, Notify, Output, Response, Start, TransferSettings, TransferState,
};
use twiml_refer::webhook::ReferReport;
use twiml_refer::{SipUri, Transfer};

use super::call::{Ended, Party, Why};
use super::calls::{CallState, Stage, branch};
use super::core::token;
use super::message::Message;
use super::request::Request;
use super::transactions::{Client, Kind, Net, Ours};
use super::values::{Address, param};

/// More steps than these are not kept.
const MAX_STEPS: usize = 256;

/// Transfers of a call that are remembered, for late NOTIFYs.
const MAX_TRANSFERS: usize = 16;

/// A transfer that has completed.
#[derive(Debug, Clone)]
pub(crate) struct Referred {
    pub(crate) report: ReferReport,
    /// How the call has ended meanwhile, if it has.
    pub(crate) ended: Option<Ended>,
    /// What happened, in milliseconds since the REFER, up to a limit.
    pub(crate) steps: Vec<(u64, ReferStep)>,
}

/// What was fed to a transfer, or came out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReferStep {
    Start { cseq: u32 },
    Response { code: u16, refer_sub: bool, retry: Option<u32> },
    Notify { cseq: u32, event: String, subscription_state: Option<String>, body: Vec<u8> },
    HangUp(Party),
    Time,
    Output(Output),
}

/// A transfer of a call.
#[derive(Debug)]
pub(super) struct Running {
    transfer: Transfer,
    begun: Instant,
    /// The CSeq of the REFER; of the last one, after a challenge.
    cseq: u32,
    steps: Vec<(u64, ReferStep)>,
}

impl Running {
    pub(super) fn is_completed(&self) -> bool {
        self.transfer.state() == TransferState::Completed
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.begun.checked_add(Duration::from_millis(self.transfer.deadline_ms()?))
    }

    fn note(&mut self, now: Instant, step: ReferStep) {
        if self.steps.len() < MAX_STEPS && !(self.is_completed() && self.steps.is_empty()) {
            self.steps.push((self.time(now), step));
        }
    }

    /// Rounds up, so that no deadline is early.
    fn time(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.begun);
        u64::try_from(passed.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
    }

    fn feed<'a>(&mut self, now: Instant, event: impl Into<Event<'a>>) {
        // Only misuse is an error: the outputs are always taken, and each event comes in its order.
        let _ = self.transfer.handle(event, self.time(now));
    }
}

impl CallState {
    /// Begins a transfer, if the call lives.
    pub(super) fn refer(&mut self, net: &mut Net, target: SipUri, settings: Arc<TransferSettings>) {
        if !matches!(self.stage, Stage::Live) || self.unacknowledged.is_some() {
            return self.shared.update(|progress| progress.is_referring = false);
        }
        if self.transfers.len() >= MAX_TRANSFERS {
            self.transfers.remove(0);
        }
        let is_first = self.transfers.is_empty();
        // The transfer has to know the number before anything is sent.
        let cseq = self.dialog.next_cseq();
        let transfer = Transfer::with_settings(target, settings);
        let mut running = Running { transfer, begun: net.now, cseq, steps: Vec::new() };
        running.note(net.now, ReferStep::Start { cseq });
        running.feed(net.now, Start::new(cseq).with_first_in_dialog(is_first));
        self.transfers.push(running);
        self.pump(net, self.transfers.len().saturating_sub(1), None);
    }

    /// Does what a transfer asks for; the reply to a NOTIFY comes before everything else.
    fn pump(&mut self, net: &mut Net, index: usize, notify: Option<&Request>) {
        while let Some(running) = self.transfers.get_mut(index) {
            let Some(output) = running.transfer.poll() else { return };
            running.note(net.now, ReferStep::Output(output.clone()));
            match output {
                Output::SendRefer => self.send_refer(net, index, None),
                Output::Reply(status) => {
                    if let Some(request) = notify {
                        let code = status.as_u16();
                        net.reply(
                            request,
                            code,
                            Some(&token()),
                            |to| {
                                if code == 489 {
                                    to.header("Allow-Events", "refer");
                                }
                            },
                            None,
                        );
                    }
                }
                Output::EndDialog => {
                    self.send_bye(net, None);
                    self.end(net, Ended::by_endpoint(Why::DialogLost));
                }
                Output::Completed(report) => {
                    let steps = std::mem::take(&mut running.steps);
                    self.shared.update(|progress| {
                        progress.is_referring = false;
                        let ended = progress.ended;
                        progress.referred = Some(Box::new(Referred { report, ended, steps }));
                    });
                }
                _ => {}
            }
        }
    }

    /// Sends the REFER (RFC 3515 section 2.4.1), with Contact (section 2.2) and who refers (RFC 3892).
    fn send_refer(&mut self, net: &mut Net, index: usize, authorization: Option<(&str, &str)>) {
        let Some(running) = self.transfers.get(index) else { return };
        let (path, branch) = (self.dialog.next_hop(), branch());
        let mut writer = self.dialog.request("REFER", running.cseq, &net.via(&path, &branch));
        writer.header("Contact", &net.contact(&self.dialog.path));
        writer.header("Refer-To", &running.transfer.refer_to());
        if let Some(local) = Address::read(&self.dialog.local) {
            writer.header("Referred-By", &format!("<{}>", local.uri));
        }
        if let Some((name, value)) = authorization {
            writer.header(name, value);
        }
        let is_retry = authorization.is_some();
        let ours = Ours { call: self.number, kind: Kind::Refer, cseq: running.cseq, is_retry };
        net.request(&branch, path, ours, writer.end());
    }

    /// A response to a REFER: one with a challenge is answered once (RFC 3261 section 22.2).
    pub(super) fn on_refer_response(
        &mut self,
        net: &mut Net,
        client: &Client,
        message: &Message,
        code: u16,
    ) {
        let Some(index) = self.transfers.iter().position(|it| it.cseq == client.cseq) else {
            return;
        };
        let is_challenge = matches!(code, 401 | 407) && !client.is_retry && !self.has_ended();
        let authorization =
            if is_challenge { self.authorize(message, code, "REFER") } else { None };
        let retry = authorization.is_some().then(|| self.dialog.next_cseq());
        let refer_sub = message.header("Refer-Sub");
        let refer_sub =
            refer_sub.is_none_or(|value| !value.trim().to_ascii_lowercase().starts_with("false"));
        let mut response = Response::new(code).with_refer_sub(refer_sub);
        let Some(running) = self.transfers.get_mut(index) else { return };
        if let Some(cseq) = retry {
            response = response.with_retry(cseq);
            running.cseq = cseq;
        }
        running.note(net.now, ReferStep::Response { code, refer_sub, retry });
        running.feed(net.now, response);
        if let Some((name, value)) = authorization {
            self.send_refer(net, index, Some((name, &value)));
        }
        self.pump(net, index, None);
    }

    /// A NOTIFY in the dialog: the transfer that it is about says the answer.
    pub(super) fn on_notify(&mut self, net: &mut Net, request: &Request) {
        let event = request.message.header("Event").unwrap_or_default();
        let id = param(event.split_once(';').map_or("", |(_, params)| params), "id");
        let index = match id {
            // RFC 3515 section 2.4.6: without an id, it is about the first REFER.
            None => 0,
            Some(id) => {
                let is_named = |running: &Running| id.parse() == Ok(running.cseq);
                let last = self.transfers.len().saturating_sub(1);
                self.transfers.iter().position(is_named).unwrap_or(last)
            }
        };
        let Some(running) = self.transfers.get_mut(index) else {
            return refuse_notify(net, request);
        };
        let subscription_state = request.message.header("Subscription-State");
        let cseq = request.ids.cseq;
        running.note(
            net.now,
            ReferStep::Notify {
                cseq,
                event: event.to_owned(),
                subscription_state: subscription_state.map(str::to_owned),
                body: request.message.body.clone(),
            },
        );
        let notify = Notify::new(cseq, event, &request.message.body)
            .with_subscription_state(subscription_state);
        running.feed(net.now, notify);
        self.pump(net, index, Some(request));
    }

    /// Time passes for a transfer.
    pub(super) fn advance_transfer(&mut self, net: &mut Net, index: usize) {
        let Some(running) = self.transfers.get_mut(index) else { return };
        if running.deadline().is_some_and(|deadline| deadline <= net.now) {
            running.note(net.now, ReferStep::Time);
            running.feed(net.now, Event::Time);
            self.pump(net, index, None);
        }
    }

    /// The call has ended.
    pub(super) fn hang_up_transfers(&mut self, net: &mut Net, by: Party) {
        for index in 0..self.transfers.len() {
            let Some(running) = self.transfers.get_mut(index) else { return };
            if !running.is_completed() {
                running.note(net.now, ReferStep::HangUp(by));
                running.feed(net.now, Event::HangUp);
                self.pump(net, index, None);
            }
        }
    }
}

/// Answers a NOTIFY that is about no transfer: 489 for another event (RFC 6665 section 4.1.3), else 481.
pub(super) fn refuse_notify(net: &mut Net, request: &Request) {
    let event = request.message.header("Event").unwrap_or_default();
    let package = event.split(';').next().unwrap_or_default().trim();
    let code = if package.eq_ignore_ascii_case("refer") { 481 } else { 489 };
    let tag = net.tag(request);
    net.reply(
        request,
        code,
        Some(&tag),
        |to| {
            if code == 489 {
                to.header("Allow-Events", "refer");
            }
        },
        None,
    );
}
