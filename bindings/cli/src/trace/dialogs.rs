//! Which message belongs to which transfer (Call-ID and tags, RFC 3261 §12), and as which event it is
//! told of it.

use std::collections::HashMap;
use std::sync::Arc;

use ezk_sip_types::Method;
use twiml_refer::{Error, SipUri, sip::ReferTarget, transfer::TransferSettings, webhook::Leg};

use super::message::{Message, Start};
use super::scan::{Fault, Scan, scan};
use super::transfer::{Live, Traced};
use crate::scenario::{Input, Notify, Party, TARGET, What};

/// The most transfers of one dialog that are looked at for a NOTIFY: the first, which alone need not
/// give its id, and the latest. A phone has one or two.
const MOST_AT_WORK: usize = 8;

/// What a transfer replies to another's NOTIFY (RFC 6665 §4.1.3).
const NO_SUBSCRIPTION: u16 = 481;

/// The transfers in a trace, and what is wrong with it.
pub(crate) struct Trace {
    pub(crate) transfers: Vec<Traced>,
    /// In the order of their lines.
    pub(crate) faults: Vec<Fault>,
    pub(crate) messages: usize,
    pub(crate) is_timed: bool,
}

impl Trace {
    pub(crate) fn read(text: &[u8], settings: &TransferSettings) -> Result<Self, Error> {
        let Scan { messages, mut faults, is_timed } = scan(text);
        let retries = retries(&messages);
        let mut follower = Follower {
            target: SipUri::parse(TARGET)?,
            settings: Arc::new(settings.clone()),
            calls: HashMap::new(),
            transfers: Vec::new(),
            faults: Vec::new(),
        };
        for (message, retry) in messages.iter().zip(retries) {
            follower.hear(message, retry);
        }
        let last = messages.iter().map(|message| message.at).max();
        let (transfers, more) = follower.end(last.unwrap_or_default());
        faults.extend(more);
        faults.sort_by_key(|fault| fault.line);
        Ok(Self { transfers, faults, messages: messages.len(), is_timed })
    }
}

/// For each message that is a 401 or 407 to a REFER: the CSeq of the REFER that was sent again with
/// credentials.
fn retries(messages: &[Message]) -> Vec<Option<u32>> {
    let mut later: HashMap<_, u32> = HashMap::new();
    let mut retries: Vec<_> = messages
        .iter()
        .rev()
        .map(|Message { head, .. }| {
            let dialog = (&head.call_id, &head.from_tag);
            match head.start {
                Start::Response(401 | 407) if head.method == Method::REFER => {
                    later.get(&dialog).copied().filter(|cseq| *cseq > head.cseq)
                }
                Start::Request(Method::REFER) if head.headers.is_authorized => {
                    later.insert(dialog, head.cseq);
                    None
                }
                _ => None,
            }
        })
        .collect();
    retries.reverse();
    retries
}

/// What is known of a Call-ID.
#[derive(Default)]
struct Call {
    /// An INVITE waits for its answer: CANCEL would end the call.
    rings: bool,
    /// Indices of its transfers.
    transfers: Vec<usize>,
    /// It was said that a REFER is missing.
    lacks_refer: bool,
}

struct Follower {
    /// For a Refer-To that is no SIP URI: no rule depends on it.
    target: SipUri,
    settings: Arc<TransferSettings>,
    calls: HashMap<String, Call>,
    transfers: Vec<Live>,
    faults: Vec<Fault>,
}

impl Follower {
    fn hear(&mut self, message: &Message, retry: Option<u32>) {
        let head = &message.head;
        let heard = match &head.start {
            Start::Request(Method::REFER) => self.refer(message),
            Start::Request(Method::NOTIFY) => self.notify(message),
            Start::Request(Method::BYE) => self.hang_up(message, "BYE"),
            Start::Request(Method::CANCEL) if self.call(message).rings => {
                self.hang_up(message, "CANCEL")
            }
            Start::Response(code) if head.method == Method::REFER => {
                self.refer_answered(message, *code, retry)
            }
            Start::Response(code @ 200..) if head.method == Method::NOTIFY => {
                self.notify_answered(message, *code);
                Ok(())
            }
            Start::Request(Method::INVITE) if head.to_tag.is_none() => {
                self.call(message).rings = true;
                Ok(())
            }
            Start::Response(200..) if head.method == Method::INVITE => {
                self.call(message).rings = false;
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = heard {
            self.faults.push(Fault { line: message.line, message: error.message() });
        }
    }

    fn call(&mut self, message: &Message) -> &mut Call {
        self.calls.entry(message.head.call_id.clone()).or_default()
    }

    /// The transfers of the message's call that fit, in their order.
    fn fitting(&self, message: &Message, fits: impl Fn(&Live) -> bool) -> Vec<usize> {
        let all = self.calls.get(&message.head.call_id);
        let all = all.map_or(&[][..], |call| &call.transfers);
        let (first, later) = all.split_at(all.len().min(1));
        let latest = later.len().saturating_sub(MOST_AT_WORK);
        let looked_at = first.iter().chain(later.get(latest..).unwrap_or_default());
        looked_at.copied().filter(|it| self.transfers.get(*it).is_some_and(&fits)).collect()
    }

    fn refer(&mut self, message: &Message) -> Result<(), Error> {
        let head = &message.head;
        let is_again = |live: &Live| live.platform == head.from_tag && live.cseq >= head.cseq;
        if !self.fitting(message, is_again).is_empty() {
            return Ok(());
        }
        let is_same = |live: &Live| live.is_between(&head.to_tag, &head.from_tag);
        let first_in_dialog = self.fitting(message, is_same).is_empty();
        let target = match ReferTarget::parse(head.headers.refer_to.as_deref().unwrap_or_default())
        {
            ReferTarget::Sip(uri) => uri,
            _ => self.target.clone(),
        };
        let mut live = Live::begun(message, target, &self.settings);
        let settings = TransferSettings::clone(&self.settings);
        let begun = live.feed(
            message,
            Input::Start { leg: Leg::Sip, cseq: Some(head.cseq), first_in_dialog, settings },
        );
        let index = self.transfers.len();
        self.transfers.push(live);
        self.call(message).transfers.push(index);
        begun
    }

    fn refer_answered(
        &mut self,
        message: &Message,
        code: u16,
        retry: Option<u32>,
    ) -> Result<(), Error> {
        let head = &message.head;
        let is_its = |live: &Live| live.platform == head.from_tag && live.cseq >= head.cseq;
        let found = self.fitting(message, is_its).first().copied();
        let Some(live) = found.and_then(|it| self.transfers.get_mut(it)) else {
            self.lack_refer(message, "a response to a REFER");
            return Ok(());
        };
        // A repeat, or the response to a REFER that has been sent again since.
        if live.is_answered || live.cseq != head.cseq {
            return Ok(());
        }
        if live.endpoint.is_none() {
            live.endpoint.clone_from(&head.to_tag);
        }
        live.is_answered = (200..=699).contains(&code) && retry.is_none();
        live.cseq = retry.unwrap_or(live.cseq);
        let refer_sub = head.headers.refer_sub.as_deref().unwrap_or_default();
        let refer_sub = !refer_sub.eq_ignore_ascii_case("false");
        live.feed(message, Input::Response { code, refer_sub, retry })
    }

    fn notify(&mut self, message: &Message) -> Result<(), Error> {
        let head = &message.head;
        let is_its = |live: &Live| live.is_between(&head.from_tag, &head.to_tag);
        let of_dialog = self.fitting(message, is_its);
        let notify = Input::Notify(Notify {
            cseq: head.cseq,
            event_header: head.headers.event.clone().unwrap_or_default(),
            subscription_state: head.headers.subscription_state.clone(),
            in_dialog: !of_dialog.is_empty(),
            body: String::from_utf8_lossy(&message.body).into_owned(),
        });
        // Of several transfers in a dialog, the one that does not say that it is another's.
        let owns = |index: &usize| {
            let live = self.transfers.get(*index);
            live.and_then(|live| live.would_reply(&notify, message.at)) != Some(NO_SUBSCRIPTION)
        };
        let found = match of_dialog.as_slice() {
            [] => self.fitting(message, |live| live.platform != head.from_tag).pop(),
            [one] => Some(*one),
            [.., last] => of_dialog.iter().copied().find(owns).or(Some(*last)),
        };
        let Some(live) = found.and_then(|it| self.transfers.get_mut(it)) else {
            if head.headers.event.as_ref().is_some_and(|event| event.starts_with("refer")) {
                self.lack_refer(message, "a NOTIFY about a REFER");
            }
            return Ok(());
        };
        if live.endpoint.is_none() && !of_dialog.is_empty() {
            live.endpoint.clone_from(&head.from_tag);
        }
        live.feed(message, notify)?;
        if let Some(code) = live.reply() {
            live.owed.insert((head.from_tag.clone(), head.cseq), code);
        }
        Ok(())
    }

    /// Says where the platform answered otherwise.
    fn notify_answered(&mut self, message: &Message, code: u16) {
        let head = &message.head;
        let key = (head.from_tag.clone(), head.cseq);
        let found = self.fitting(message, |live| live.owed.contains_key(&key)).pop();
        let Some(live) = found.and_then(|it| self.transfers.get_mut(it)) else { return };
        if let Some(owed) = live.owed.remove(&key).filter(|owed| *owed != code) {
            let at = live.time_of(message.at);
            live.run.push(at, What::ReplyDiffers { cseq: head.cseq, code, due: owed });
        }
    }

    fn hang_up(&mut self, message: &Message, method: &'static str) -> Result<(), Error> {
        let head = &message.head;
        let ends = |live: &Live| {
            method == "CANCEL"
                || live.is_between(&head.from_tag, &head.to_tag)
                || live.is_between(&head.to_tag, &head.from_tag)
        };
        for index in self.fitting(message, ends) {
            let Some(live) = self.transfers.get_mut(index).filter(|live| !live.has_hung_up) else {
                continue;
            };
            let by_platform = live.platform == head.from_tag;
            let by = if by_platform { Party::Twilio } else { Party::Endpoint };
            live.has_hung_up = true;
            live.feed(message, Input::HangUp { by, method })?;
        }
        Ok(())
    }

    /// Once for a call: the trace began too late.
    fn lack_refer(&mut self, message: &Message, what: &str) {
        let call = self.call(message);
        if !std::mem::replace(&mut call.lacks_refer, true) {
            let message_of = format!("{what}, and no REFER above it; the trace began too late");
            self.faults.push(Fault { line: message.line, message: message_of });
        }
    }

    fn end(mut self, at: u64) -> (Vec<Traced>, Vec<Fault>) {
        let mut transfers = Vec::with_capacity(self.transfers.len());
        for live in self.transfers {
            let (traced, ended) = live.end(at);
            if let Err(error) = ended {
                self.faults.push(Fault { line: traced.line, message: error.message() });
            }
            transfers.push(traced);
        }
        (transfers, self.faults)
    }
}
