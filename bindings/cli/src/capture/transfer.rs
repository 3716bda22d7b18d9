//! One transfer of a capture: the events it is fed, message by message, what was on the wire besides, and
//! what is left of it at the end. `dialogs` decides which messages those are.

use std::sync::Arc;

use twiml_refer::{
    Error, ReferOutcome, SipUri,
    transfer::{Output, TransferSettings},
    webhook::Leg,
};

use super::message::{Message, Place};
use super::refer_to::{self, Check};
use super::settings::Settings;
use super::why::late_notify;
use crate::scenario::{self, Input, Party, Run, Step, TARGET, What};

/// Messages of one dialog that are this much out of order are put down to the log's own writing.
const MAX_BACKWARDS: u64 = 2000;

/// Steps of most transfers with a NOTIFY, and events among them.
const MOST_STEPS: usize = 12;
const MOST_EVENTS: usize = 6;

/// A reply belongs to one of so many NOTIFYs that have none yet.
const MOST_OWED: usize = 64;

/// One transfer, from its REFER on.
#[derive(Debug)]
pub(crate) struct Traced {
    /// Of the REFER.
    pub(crate) place: Place,
    pub(crate) call_id: String,
    /// Its Refer-To, as it is written; empty if there is none.
    pub(crate) refer_to: String,
    /// What is wrong with it.
    pub(crate) checks: Vec<Check>,
    pub(crate) steps: Vec<Step>,
    pub(crate) notes: Vec<Note>,
    /// Why the times of its messages say nothing; then there is no verdict.
    pub(crate) untrusted: Option<String>,
    /// How it would have ended with other settings.
    pub(crate) alternative: Option<Alternative>,
    /// Where the events are in the capture, by their index in the steps, in their order.
    places: Vec<(usize, Place)>,
}

/// Something on the wire, or not on it, that the model takes no notice of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    /// Comes before the step with this index.
    pub(crate) before: usize,
    /// In milliseconds since the REFER.
    pub(crate) at: u64,
    pub(crate) what: Noted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Noted {
    /// A reply to a NOTIFY, and the one that was due.
    Replied { cseq: u32, code: u16, due: u16, notify: Place },
    /// A NOTIFY to which there is no reply.
    Unanswered { cseq: u32, due: u16 },
    /// The REFER again, with credentials.
    Resent { cseq: u32 },
    /// The capture ends before the transfer does; time runs on.
    Ends,
}

/// Settings with which the transfer ends in another way.
#[derive(Debug)]
pub(crate) struct Alternative {
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) outcome: ReferOutcome,
}

impl Traced {
    /// Returns the place of the event that this step is.
    pub(crate) fn place_of(&self, step: usize) -> Option<Place> {
        let found = self.places.binary_search_by_key(&step, |(step, _)| *step);
        found.ok().and_then(|index| self.places.get(index)).map(|(_, place)| *place)
    }

    /// Returns how it ended, unless it never began or its times contradict their order.
    pub(crate) fn outcome(&self) -> Option<ReferOutcome> {
        scenario::outcome(&self.steps).filter(|_| self.untrusted.is_none())
    }
}

/// The response to the REFER that may be answered with credentials.
struct Challenge {
    place: Place,
    at: u64,
    code: u16,
    refer_sub: bool,
}

/// A transfer of which messages may still come. A capture may hold a hundred thousand REFERs and nothing else:
/// what only a message after the REFER needs is in `course`.
pub(super) struct Live {
    settings: Arc<Settings>,
    pub(super) place: Place,
    call_id: String,
    refer_to: String,
    checks: Vec<Check>,
    first_in_dialog: bool,
    started: u64,
    clock: u32,
    last: u64,
    untrusted: Option<String>,
    /// Of the REFER, the last one after a challenge.
    pub(super) cseq: u32,
    challenge: Option<Challenge>,
    pub(super) is_answered: bool,
    pub(super) has_hung_up: bool,
    /// The tag of who sent the REFER: the platform.
    pub(super) platform: Option<String>,
    /// The tag of the other side; unknown at first if the REFER is outside of any dialog.
    pub(super) endpoint: Option<String>,
    /// Begins with the first message after the REFER, or at the end of the capture.
    course: Option<Box<Course>>,
}

/// The model, what it was fed, and what was on the wire besides.
struct Course {
    run: Run,
    places: Vec<(usize, Place)>,
    notes: Vec<Note>,
    /// What is due to the NOTIFYs without a reply.
    owed: Vec<Owed>,
}

struct Owed {
    /// The From tag and the CSeq of the NOTIFY.
    key: (Option<String>, u32),
    code: u16,
    /// Of the NOTIFY among the steps.
    step: usize,
    place: Place,
    at: u64,
}

impl Course {
    fn feed(&mut self, place: Place, at: u64, input: Input) -> Result<(), Error> {
        self.run.advance(at)?;
        self.places.push((self.run.steps.len(), place));
        self.run.feed(at, input)
    }

    fn note(&mut self, at: u64, what: Noted) -> Result<(), Error> {
        self.run.advance(at)?;
        let last = self.run.steps.last().map_or(0, |step| step.at_ms);
        self.notes.push(Note { before: self.run.steps.len(), at: at.max(last), what });
        Ok(())
    }

    /// Returns the index of what is due to a NOTIFY, one of the latest.
    fn owed_to(&self, key: &(Option<String>, u32)) -> Option<usize> {
        let latest = self.owed.iter().enumerate().rev().take(MOST_OWED);
        latest.into_iter().find(|(_, owed)| owed.key == *key).map(|(index, _)| index)
    }
}

impl Live {
    pub(super) fn new(message: &Message, settings: Arc<Settings>, first_in_dialog: bool) -> Self {
        let head = &message.head;
        Self {
            settings,
            place: message.place,
            call_id: head.call_id.clone(),
            refer_to: head.headers.refer_to.first().cloned().unwrap_or_default(),
            checks: refer_to::check(&head.headers.refer_to),
            first_in_dialog,
            started: message.at,
            clock: message.clock,
            last: message.at,
            untrusted: None,
            cseq: head.cseq,
            challenge: None,
            is_answered: false,
            has_hung_up: false,
            platform: head.from_tag.clone(),
            endpoint: head.to_tag.clone(),
            course: None,
        }
    }

    fn course(&mut self) -> Result<&mut Course, Error> {
        let course = self.take_course()?;
        Ok(self.course.insert(course))
    }

    fn take_course(&mut self) -> Result<Box<Course>, Error> {
        if let Some(course) = self.course.take() {
            return Ok(course);
        }
        let transfer = &self.settings.transfer;
        // No rule depends on the target.
        let run = Run::new(SipUri::parse(TARGET)?, Arc::clone(transfer));
        let (places, notes, owed) = (Vec::new(), Vec::new(), Vec::new());
        let mut course = Box::new(Course { run, places, notes, owed });
        let (cseq, first_in_dialog) = (Some(self.cseq), self.first_in_dialog);
        let settings = TransferSettings::clone(transfer);
        let start = Input::Start { leg: Leg::Sip, cseq, first_in_dialog, settings };
        course.feed(self.place, 0, self.settings.seen(start))?;
        Ok(course)
    }

    pub(super) fn feed(&mut self, message: &Message, input: Input) -> Result<(), Error> {
        self.answer_challenge(None)?;
        let at = self.time_of(message);
        self.feed_at(message.place, at, input)
    }

    fn feed_at(&mut self, place: Place, at: u64, input: Input) -> Result<(), Error> {
        let input = self.settings.seen(input);
        self.course()?.feed(place, at, input)
    }

    /// Returns the time since the REFER. A clock that goes back, or another one, leaves no verdict.
    fn time_of(&mut self, message: &Message) -> u64 {
        if message.clock != self.clock {
            self.untrusted.get_or_insert_with(|| {
                format!(
                    "the times up to {} and from {} on are of two clocks, and nothing relates them",
                    self.place, message.place
                )
            });
        } else if message.at.saturating_add(MAX_BACKWARDS) < self.last {
            let back = crate::ladder::seconds(self.last.saturating_sub(message.at));
            self.untrusted.get_or_insert_with(|| {
                format!(
                    "the time goes back by {back} s at {}, so the order of the messages is not that of the wire: sort \
                     them by time, oldest first",
                    message.place
                )
            });
        }
        self.last = self.last.max(message.at);
        message.at.saturating_sub(self.started)
    }

    /// Handles the response to the REFER. Whether a 401 or 407 is the last word depends on what follows.
    pub(super) fn answered(
        &mut self,
        message: &Message,
        code: u16,
        refer_sub: bool,
    ) -> Result<(), Error> {
        if matches!(code, 401 | 407) {
            let at = self.time_of(message);
            let place = message.place;
            self.challenge.get_or_insert(Challenge { place, at, code, refer_sub });
            return Ok(());
        }
        self.is_answered = (200..=699).contains(&code);
        self.feed(message, Input::Response { code, refer_sub, retry: None })
    }

    /// Handles the REFER with credentials, if one is due.
    pub(super) fn resent(&mut self, message: &Message) -> Result<bool, Error> {
        if self.challenge.is_none() || message.head.cseq <= self.cseq {
            return Ok(false);
        }
        self.answer_challenge(Some(message.head.cseq))?;
        self.cseq = message.head.cseq;
        let at = self.time_of(message);
        self.course()?.note(at, Noted::Resent { cseq: message.head.cseq })?;
        Ok(true)
    }

    fn answer_challenge(&mut self, retry: Option<u32>) -> Result<(), Error> {
        let Some(Challenge { place, at, code, refer_sub }) = self.challenge.take() else {
            return Ok(());
        };
        self.is_answered = retry.is_none();
        self.feed_at(place, at, Input::Response { code, refer_sub, retry })
    }

    /// Handles a NOTIFY, and remembers which reply is due.
    pub(super) fn notified(&mut self, message: &Message, notify: Input) -> Result<(), Error> {
        let course = self.course()?;
        let (steps, places) = (&mut course.run.steps, &mut course.places);
        steps.reserve(MOST_STEPS.saturating_sub(steps.len()));
        places.reserve(MOST_EVENTS.saturating_sub(places.len()));
        self.feed(message, notify)?;
        let course = self.course()?;
        let step = course.places.last().map(|(step, _)| *step).unwrap_or_default();
        let steps = course.run.steps.get(step..).unwrap_or_default();
        if let Some(code) = steps.iter().find_map(reply) {
            let key = (message.head.from_tag.clone(), message.head.cseq);
            let at = steps.first().map_or(0, |step| step.at_ms);
            // One that is sent again has one reply.
            if course.owed_to(&key).is_none() {
                course.owed.push(Owed { key, code, step, place: message.place, at });
            }
        }
        Ok(())
    }

    pub(super) fn owes(&self, key: &(Option<String>, u32)) -> bool {
        self.course.as_ref().is_some_and(|course| course.owed_to(key).is_some())
    }

    /// Handles the reply to a NOTIFY.
    pub(super) fn replied(&mut self, message: &Message, code: u16) -> Result<(), Error> {
        let at = self.time_of(message);
        let course = self.course()?;
        let cseq = message.head.cseq;
        let Some(index) = course.owed_to(&(message.head.from_tag.clone(), cseq)) else {
            return Ok(());
        };
        let owed = course.owed.remove(index);
        course.note(at, Noted::Replied { cseq, code, due: owed.code, notify: owed.place })
    }

    /// Returns whether a message from one tag to another is one of this dialog.
    pub(super) fn is_between(&self, endpoint: &Option<String>, platform: &Option<String>) -> bool {
        let knows = self.endpoint.is_none() || self.endpoint == *endpoint;
        self.platform == *platform && knows
    }

    /// Returns the reply that is due to this NOTIFY, without handling it.
    pub(super) fn would_reply(&mut self, notify: &Input, at: u64) -> Option<u16> {
        let mut transfer = self.course().ok()?.run.transfer().clone();
        let notify = self.settings.seen(notify.clone());
        transfer.handle(notify.event(), at.saturating_sub(self.started)).ok()?;
        std::iter::from_fn(|| transfer.poll()).find_map(|output| match output {
            Output::Reply(status) => Some(status.as_u16()),
            _ => None,
        })
    }

    /// Ends the transfer: the last message of the capture was at this time.
    pub(super) fn end(mut self, at: u64) -> Result<Traced, Error> {
        let at = at.saturating_sub(self.started);
        self.answer_challenge(None)?;
        let mut course = self.take_course()?;
        course.run.advance(at)?;
        if course.run.transfer().report().is_none() {
            course.note(at, Noted::Ends)?;
            course.run.advance(u64::MAX)?;
        }
        let Course { run: Run { steps, .. }, places, mut notes, owed } = *course;
        notes.extend(owed.iter().map(|owed| {
            let what = Noted::Unanswered { cseq: owed.key.1, due: owed.code };
            Note { before: owed.step.saturating_add(1), at: owed.at, what }
        }));
        notes.sort_by_key(|note| note.before);
        let Self { place, call_id, refer_to, checks, untrusted, settings, .. } = self;
        let alternative = if untrusted.is_none() { alternative(&steps, &settings) } else { None };
        Ok(Traced {
            place,
            call_id,
            refer_to,
            checks,
            steps,
            notes,
            untrusted,
            alternative,
            places,
        })
    }
}

fn reply(step: &Step) -> Option<u16> {
    match step.what {
        What::Output(Output::Reply(status)) => Some(status.as_u16()),
        _ => None,
    }
}

/// Finds settings that fit the platform in the capture better: with them a final NOTIFY counts that the model
/// refused, or that came after the end.
fn alternative(steps: &[Step], settings: &Settings) -> Option<Alternative> {
    let over =
        steps.iter().position(|step| matches!(step.what, What::Output(Output::Completed(_))))?;
    let outcome = scenario::outcome(steps)?;
    let is_final = |step: &Step| match &step.what {
        What::Input(Input::Notify(notify)) => {
            let code = notify.status().and_then(|says| says.get(..3)?.parse::<u16>().ok());
            code.is_some_and(|code| code >= 200) && notify.in_dialog
        }
        _ => false,
    };
    let late = late_notify(steps, over).map(|(_, step)| step.at_ms);
    let refused = steps.windows(2).any(|pair| match pair {
        [fed, said] => is_final(fed) && reply(said).is_some_and(|code| code >= 400),
        _ => false,
    });
    if late.is_none() && !refused {
        return None;
    }
    let mut candidates = vec![vec![Settings::any_id()]];
    if let Some(late) = late {
        let since = |is: fn(&Input) -> bool| {
            let fed = steps
                .iter()
                .take(over)
                .rev()
                .find(|step| matches!(&step.what, What::Input(fed) if is(fed)));
            // In whole seconds, and one to spare.
            let passed = late.saturating_sub(fed.map_or(0, |step| step.at_ms));
            passed
                .div_ceil(1000)
                .saturating_add(u64::from(!passed.is_multiple_of(1000) || passed == 0))
        };
        let setting = |name: &str, seconds: u64| (name.to_owned(), seconds.max(1).to_string());
        let hung_up = steps
            .iter()
            .take(over)
            .any(|step| matches!(step.what, What::Input(Input::HangUp { .. })));
        let expires = Settings::ignored_expires();
        let accepted = since(|fed| matches!(fed, Input::Response { code: 200..=299, .. }));
        let last = since(|fed| matches!(fed, Input::Notify(_))).saturating_add(1);
        let longest = accepted.saturating_add(1);
        if hung_up {
            candidates.push(vec![setting(
                "hangup-grace",
                since(|fed| matches!(fed, Input::HangUp { .. })),
            )]);
        } else {
            candidates.extend([
                vec![setting("notify-timeout", longest)],
                vec![expires.clone()],
                vec![setting(
                    "response-timeout",
                    since(|fed| matches!(fed, Input::Start { .. })).saturating_add(1),
                )],
                vec![setting("subscription", last)],
                vec![setting("max-duration", longest)],
                vec![expires.clone(), setting("subscription", last)],
                vec![setting("subscription", last), setting("max-duration", longest)],
                vec![expires, setting("subscription", last), setting("max-duration", longest)],
            ]);
        }
    }
    let fed: Vec<_> = steps
        .iter()
        .filter_map(|step| match &step.what {
            What::Input(fed) => Some((step.at_ms, fed)),
            _ => None,
        })
        .collect();
    candidates.into_iter().find_map(|candidate| {
        let changed = settings.with(&candidate).ok()?;
        let ended = run(&fed, &changed)?;
        (ended.kind() != outcome.kind())
            .then_some(Alternative { settings: candidate, outcome: ended })
    })
}

/// Returns how a transfer ends that gets these events.
fn run(fed: &[(u64, &Input)], settings: &Settings) -> Option<ReferOutcome> {
    let target = SipUri::parse(TARGET).ok()?;
    let mut run = Run::new(target, Arc::clone(&settings.transfer));
    for (at, fed) in fed {
        run.advance(*at).ok()?;
        run.feed(*at, settings.seen((*fed).clone())).ok()?;
    }
    run.advance(u64::MAX).ok()?;
    scenario::outcome(&run.steps)
}

/// Returns who ended the call, for an [`Input::HangUp`].
pub(super) fn party(is_platform: bool) -> Party {
    if is_platform { Party::Twilio } else { Party::Endpoint }
}
