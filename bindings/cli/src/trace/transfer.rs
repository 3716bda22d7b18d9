//! One transfer of a trace: what it is fed, message by message, and what is left of it at the end.
//! Which messages those are, `dialogs` tells.

use std::collections::HashMap;
use std::sync::Arc;

use twiml_refer::{
    Error, SipUri,
    transfer::{Output, TransferSettings},
};

use super::message::Message;
use crate::scenario::{Input, Run, Step, What};

/// One transfer, from its REFER on.
pub(crate) struct Traced {
    /// Of the REFER.
    pub(crate) line: usize,
    pub(crate) call_id: String,
    /// Its Refer-To, as it stands there.
    pub(crate) refer_to: String,
    pub(crate) steps: Vec<Step>,
    /// Where the events stand in the trace, by their index in the steps, in their order.
    lines: Vec<(usize, usize)>,
}

impl Traced {
    /// Where the event stands that this step is.
    pub(crate) fn line_of(&self, step: usize) -> Option<usize> {
        let found = self.lines.binary_search_by_key(&step, |(step, _)| *step);
        found.ok().and_then(|index| self.lines.get(index)).map(|(_, line)| *line)
    }
}

/// A transfer of which messages are still heard.
pub(super) struct Live {
    pub(super) run: Run,
    lines: Vec<(usize, usize)>,
    line: usize,
    call_id: String,
    refer_to: String,
    started: u64,
    /// Of the REFER, the last one after a challenge.
    pub(super) cseq: u32,
    pub(super) is_answered: bool,
    pub(super) has_hung_up: bool,
    /// The tag of who sent the REFER: the platform.
    pub(super) platform: Option<String>,
    /// The tag of the other side; unknown at first if the REFER stands in no dialog.
    pub(super) endpoint: Option<String>,
    /// What is due to a NOTIFY, by its From tag and CSeq.
    pub(super) owed: HashMap<(Option<String>, u32), u16>,
}

impl Live {
    pub(super) fn begun(
        message: &Message,
        target: SipUri,
        settings: &Arc<TransferSettings>,
    ) -> Self {
        let head = &message.head;
        Self {
            run: Run::new(target, Arc::clone(settings)),
            lines: Vec::new(),
            line: message.line,
            call_id: head.call_id.clone(),
            refer_to: head.headers.refer_to.clone().unwrap_or_default(),
            started: message.at,
            cseq: head.cseq,
            is_answered: false,
            has_hung_up: false,
            platform: head.from_tag.clone(),
            endpoint: head.to_tag.clone(),
            owed: HashMap::new(),
        }
    }

    pub(super) fn feed(&mut self, message: &Message, fed: Input) -> Result<(), Error> {
        let at = self.time_of(message.at);
        self.run.advance(at)?;
        self.lines.push((self.run.steps.len(), message.line));
        self.run.feed(at, fed)
    }

    pub(super) fn time_of(&self, at: u64) -> u64 {
        at.saturating_sub(self.started)
    }

    fn is_over(&self) -> bool {
        self.run.transfer().report().is_some()
    }

    /// Whether a message from one tag to another is one of this dialog.
    pub(super) fn is_between(&self, endpoint: &Option<String>, platform: &Option<String>) -> bool {
        let knows = self.endpoint.is_none() || self.endpoint == *endpoint;
        self.platform == *platform && knows
    }

    /// What the last event got as its reply.
    pub(super) fn reply(&self) -> Option<u16> {
        let (last, _) = self.lines.last()?;
        self.run.steps.get(*last..)?.iter().find_map(|step| match step.what {
            What::Output(Output::Reply(status)) => Some(status.as_u16()),
            _ => None,
        })
    }

    /// What is due to this NOTIFY, without taking it in.
    pub(super) fn would_reply(&self, notify: &Input, at: u64) -> Option<u16> {
        let mut transfer = self.run.transfer().clone();
        transfer.handle(notify.event(), self.time_of(at)).ok()?;
        std::iter::from_fn(|| transfer.poll()).find_map(|output| match output {
            Output::Reply(status) => Some(status.as_u16()),
            _ => None,
        })
    }

    /// The last message of the trace was at this time.
    pub(super) fn end(mut self, at: u64) -> (Traced, Result<(), Error>) {
        let at = self.time_of(at);
        let mut ended = self.run.advance(at);
        if !self.is_over() && ended.is_ok() {
            self.run.push(at, What::CaptureEnds);
            ended = self.run.advance(u64::MAX);
        }
        let Self { line, call_id, refer_to, lines, .. } = self;
        (Traced { line, call_id, refer_to, steps: self.run.steps, lines }, ended)
    }
}
