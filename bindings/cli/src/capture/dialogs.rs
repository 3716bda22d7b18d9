//! Which message belongs to which transfer (Call-ID and tags, RFC 3261 section 12), and as which event the
//! transfer is fed with it.

use std::ops::ControlFlow;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt};
use twiml_refer::Error;

use super::message::{CaptureError, CaptureErrors, Message, Method, Start};
use super::settings::Settings;
use super::transfer::{Live, Traced, party};
use crate::scenario::{Input, Notify};

/// The most transfers of one dialog that are looked at for a NOTIFY: the first, which alone need not
/// give its id, and the latest. A phone has one or two.
const MOST_AT_WORK: usize = 8;

/// The most transfers of a capture, half a KiB to a few KiB each: it is not read beyond them.
const MOST_TRANSFERS: usize = 100_000;

/// What a transfer replies to another's NOTIFY (RFC 6665 section 4.1.3).
const NO_SUBSCRIPTION: u16 = 481;

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

/// Takes in the messages of a capture in their order.
pub(super) struct Follower {
    settings: Arc<Settings>,
    calls: HashMap<String, Call>,
    transfers: Vec<Live>,
    most_transfers: usize,
    is_full: bool,
    errors: CaptureErrors,
    /// The latest time.
    last: u64,
}

impl Follower {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            settings: Arc::new(settings.clone()),
            calls: HashMap::new(),
            transfers: Vec::new(),
            most_transfers: MOST_TRANSFERS,
            is_full: false,
            errors: CaptureErrors::default(),
            last: 0,
        }
    }

    /// Takes in a message, unless there are too many transfers: then none of those that follow is wanted.
    pub(super) fn on_message(&mut self, message: Message) -> ControlFlow<()> {
        if self.is_full {
            return ControlFlow::Break(());
        }
        self.last = self.last.max(message.at);
        if !message.head.concerns_transfers() {
            return ControlFlow::Continue(());
        }
        let place = message.place;
        if let Err(error) = self.message(message) {
            self.errors.push(place, error.message());
        }
        if self.is_full { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn message(&mut self, message: Message) -> Result<(), Error> {
        match (message.head.start, message.head.method) {
            (Start::Request(Method::Refer), _) => self.refer(&message),
            (Start::Request(Method::Notify), _) => self.notify(message),
            (Start::Request(Method::Bye), _) => self.hang_up(&message, "BYE"),
            (Start::Request(Method::Cancel), _) if self.call(&message).rings => {
                self.hang_up(&message, "CANCEL")
            }
            (Start::Response(code), Method::Refer) => self.refer_answered(&message, code),
            (Start::Response(code @ 200..), Method::Notify) => self.notify_answered(&message, code),
            (Start::Request(Method::Invite), _) if message.head.to_tag.is_none() => {
                self.call(&message).rings = true;
                Ok(())
            }
            (Start::Response(200..), Method::Invite) => {
                if let Some(call) = self.calls.get_mut(&message.head.call_id) {
                    call.rings = false;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn call(&mut self, message: &Message) -> &mut Call {
        self.calls.entry(message.head.call_id.clone()).or_default()
    }

    /// Returns the transfers of the message's call that fit, in their order.
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
        if head.headers.is_authorized {
            let is_its = |live: &Live| live.platform == head.from_tag;
            for index in self.fitting(message, is_its) {
                let live = self.transfers.get_mut(index);
                if live.map_or(Ok(false), |live| live.resent(message))? {
                    return Ok(());
                }
            }
        }
        if self.transfers.len() >= self.most_transfers {
            self.is_full = true;
            let text = format!(
                "the capture has more than {} transfers, and is not read from here on: cut out the calls in question",
                self.most_transfers
            );
            self.errors.push(message.place, text);
            return Ok(());
        }
        let is_same = |live: &Live| live.is_between(&head.to_tag, &head.from_tag);
        let first_in_dialog = self.fitting(message, is_same).is_empty();
        let live = Live::new(message, Arc::clone(&self.settings), first_in_dialog);
        let index = self.transfers.len();
        self.transfers.push(live);
        self.call(message).transfers.push(index);
        Ok(())
    }

    fn refer_answered(&mut self, message: &Message, code: u16) -> Result<(), Error> {
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
        let refer_sub = head.headers.refer_sub.as_deref().unwrap_or_default();
        let refer_sub = !refer_sub.eq_ignore_ascii_case("false");
        live.answered(message, code, refer_sub)
    }

    fn notify(&mut self, mut message: Message) -> Result<(), Error> {
        let (event_header, subscription_state) =
            (message.head.headers.event.take(), message.head.headers.subscription_state.take());
        let body = std::mem::take(&mut message.body);
        let (message, head) = (&message, &message.head);
        let is_its = |live: &Live| live.is_between(&head.from_tag, &head.to_tag);
        let of_dialog = self.fitting(message, is_its);
        let notify = Notify {
            cseq: head.cseq,
            event_header: event_header.unwrap_or_default(),
            subscription_state,
            in_dialog: !of_dialog.is_empty(),
            body: String::from_utf8(body)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        };
        let is_of_refer = notify.event_header.starts_with("refer");
        let notify = Input::Notify(notify);
        // Of several transfers in a dialog, the one that does not say that it is another's.
        let owns = |index: &usize| {
            let live = self.transfers.get_mut(*index);
            live.and_then(|live| live.would_reply(&notify, message.at)) != Some(NO_SUBSCRIPTION)
        };
        let found = match of_dialog.as_slice() {
            [] => self.fitting(message, |live| live.platform != head.from_tag).pop(),
            [one] => Some(*one),
            [.., last] => of_dialog.iter().copied().find(owns).or(Some(*last)),
        };
        let Some(live) = found.and_then(|it| self.transfers.get_mut(it)) else {
            if is_of_refer {
                self.lack_refer(message, "a NOTIFY about a REFER");
            }
            return Ok(());
        };
        if live.endpoint.is_none() && !of_dialog.is_empty() {
            live.endpoint.clone_from(&head.from_tag);
        }
        live.notified(message, notify)
    }

    fn notify_answered(&mut self, message: &Message, code: u16) -> Result<(), Error> {
        let key = (message.head.from_tag.clone(), message.head.cseq);
        let found = self.fitting(message, |live| live.owes(&key)).pop();
        let live = found.and_then(|it| self.transfers.get_mut(it));
        live.map_or(Ok(()), |live| live.replied(message, code))
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
            let by = party(live.platform == head.from_tag);
            live.has_hung_up = true;
            live.feed(message, Input::HangUp { by, method })?;
        }
        Ok(())
    }

    /// Reports, once for a call, that the capture began too late.
    fn lack_refer(&mut self, message: &Message, what: &str) {
        let call = self.call(message);
        if !std::mem::replace(&mut call.lacks_refer, true) {
            let message_of = format!("{what}, and no REFER above it; the capture began too late");
            self.errors.push(message.place, message_of);
        }
    }

    pub(super) fn end(self) -> Transfers {
        Transfers { live: self.transfers.into_iter(), last: self.last, errors: self.errors }
    }
}

/// The transfers of a capture in the order of their REFERs. Each ends when it is asked for: the end of all of them
/// at once would take several times the memory.
pub(crate) struct Transfers {
    live: std::vec::IntoIter<Live>,
    /// When the capture ends.
    last: u64,
    errors: CaptureErrors,
}

impl Transfers {
    pub(crate) fn is_empty(&self) -> bool {
        self.live.len() == 0
    }

    /// Returns what is wrong with the capture, after the last transfer.
    pub(super) fn into_errors(self) -> Vec<CaptureError> {
        self.errors.into_list()
    }
}

impl Iterator for Transfers {
    type Item = Traced;

    fn next(&mut self) -> Option<Traced> {
        self.live.find_map(|live| {
            let place = live.place;
            live.end(self.last).map_err(|error| self.errors.push(place, error.message())).ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::{Head, Place};
    use super::*;

    fn message(number: usize, first: &str, call: usize) -> Message {
        let method = first.split(' ').next().unwrap();
        let head = format!(
            "{first}\r\nFrom: <sip:a@example.com>;tag=a\r\nTo: <sip:b@example.com>;tag=b\r\n\
             Call-ID: {call}\r\nCSeq: 1 {method}\r\nRefer-To: <sip:c@example.com>\r\n\
             Event: refer\r\n\r\n"
        );
        let head = Head::read(head.as_bytes()).unwrap();
        Message { place: Place::Packet(number), at: 0, clock: 0, head, body: Vec::new() }
    }

    fn follower() -> Follower {
        Follower::new(&Settings::new(&[]).unwrap())
    }

    #[test]
    fn a_capture_is_not_read_beyond_its_last_transfer() {
        let mut follower = Follower { most_transfers: 2, ..follower() };
        let refer = |number| message(number, "REFER sip:b@example.com SIP/2.0", number);
        assert!(follower.on_message(refer(1)).is_continue());
        assert!(follower.on_message(refer(2)).is_continue());
        // It is the same one, sent again.
        assert!(
            follower.on_message(message(3, "REFER sip:b@example.com SIP/2.0", 2)).is_continue()
        );
        assert!(follower.on_message(refer(4)).is_break());
        assert!(follower.on_message(refer(5)).is_break());
        let mut transfers = follower.end();
        assert_eq!(transfers.by_ref().count(), 2);
        let errors = transfers.into_errors();
        let [CaptureError { place: Some(Place::Packet(4)), message }] = &errors[..] else {
            panic!("{errors:?}")
        };
        assert!(message.starts_with("the capture has more than 2 transfers"), "{message}");
    }

    #[test]
    fn errors_beyond_a_limit_are_counted() {
        let mut follower = follower();
        for number in 1..=1005 {
            let notify = message(number, "NOTIFY sip:a@example.com SIP/2.0", number);
            assert!(follower.on_message(notify).is_continue());
        }
        let errors = follower.end().into_errors();
        assert_eq!(errors.len(), 1001);
        assert_eq!(errors[1000].message, "5 more broken places are not listed");
    }
}
