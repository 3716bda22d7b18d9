//! Callbacks and signatures.

use arbitrary::Arbitrary;
use twiml_refer::{
    ReferOutcome, RequestValidator,
    http::Method,
    numbers,
    webhook::{Algorithm, Leg, ReferCallback},
};
use twiml_refer_c::callback::*;
use twiml_refer_c::validator::*;

use super::border::{No, Pairs, Places, Room, Slot, Text, With, ask, core, fill, found, seen};
use super::{Session, pick};

#[derive(Debug, Arbitrary)]
pub(super) enum Call<'a> {
    FromForm {
        into: u8,
        body: Text<'a>,
        max_bytes: u8,
        places: Places,
    },
    FromPairs {
        into: u8,
        pairs: Pairs<'a>,
        places: Places,
    },
    Read {
        at: u8,
        name: Text<'a>,
        index: u8,
        room: Room,
        places: Places,
    },
    Free {
        at: u8,
    },
    NewValidator {
        into: u8,
        secret: Text<'a>,
        places: Places,
    },
    AddSecret {
        at: u8,
        secret: Text<'a>,
        places: Places,
    },
    SetPublicBase {
        at: u8,
        base: Text<'a>,
        places: Places,
    },
    SetAlgorithm {
        at: u8,
        number: Number,
        places: Places,
    },
    SetMaxBodyBytes {
        at: u8,
        max_bytes: u16,
        places: Places,
    },
    AcceptEncodedSpellings {
        at: u8,
        accept: bool,
        places: Places,
    },
    Verify {
        at: u8,
        into: u8,
        method: Number,
        url: Text<'a>,
        body: Text<'a>,
        signed: Signed<'a>,
        places: Places,
    },
    VerifyPairs {
        at: u8,
        into: u8,
        url: Text<'a>,
        pairs: Pairs<'a>,
        signed: Signed<'a>,
        places: Places,
    },
    ValidateRaw {
        at: u8,
        url: Text<'a>,
        body: Text<'a>,
        signed: Signed<'a>,
    },
    Sign {
        at: u8,
        url: Text<'a>,
        pairs: Pairs<'a>,
        room: Room,
        places: Places,
    },
    SignRaw {
        at: u8,
        url: Text<'a>,
        body: Text<'a>,
        room: Room,
        places: Places,
    },
    Hash {
        url: Text<'a>,
        body: Text<'a>,
        room: Room,
        places: Places,
    },
    Explain {
        at: u8,
        url: Text<'a>,
        body: Text<'a>,
        index: u8,
        places: Places,
    },
    FreeValidator {
        at: u8,
    },
}

/// The number of a choice, which may be none.
#[derive(Debug, Clone, Copy, Arbitrary)]
pub(super) enum Number {
    Small(u8),
    Any(i32),
}

impl Number {
    pub(super) fn get(self) -> i32 {
        match self {
            Self::Small(number) => i32::from(number % 6),
            Self::Any(number) => number,
        }
    }
}

/// A signature: any, or the right one.
#[derive(Debug, Arbitrary)]
pub(super) enum Signed<'a> {
    Rightly,
    With(Text<'a>),
}

impl<'a> Signed<'a> {
    /// As text; `room` keeps the right one alive.
    fn text<'b: 'c, 'c>(&'b self, room: &'c str) -> Text<'c> {
        match self {
            Self::Rightly => Text::Bytes(room.as_bytes()),
            Self::With(Text::Word(number)) => Text::Word(*number),
            Self::With(Text::Bytes(bytes)) => Text::Bytes(bytes),
            Self::With(Text::Absent) => Text::Absent,
            Self::With(Text::Missing(length)) => Text::Missing(*length),
            Self::With(Text::Endless) => Text::Endless,
        }
    }
}

pub(super) type Callback = Slot<twr_callback, ReferCallback>;
pub(super) type Validator = Slot<twr_validator, RequestValidator>;

impl Session {
    pub(super) fn webhook(&mut self, call: &Call<'_>) {
        // SAFETY, here and below: the arguments are what the header asks for, and views end in time.
        match call {
            Call::FromForm { into, body, max_bytes, places } => {
                let max_bytes = i64::from(max_bytes.cast_signed());
                let mut place = places.place(1);
                let at = place.ptr();
                let answer = ask(*places, |error| unsafe {
                    twr_callback_from_form(body.c(), max_bytes, at, error)
                });
                let limit = core(numbers::body_bytes(max_bytes));
                let said = body.bytes().with(limit).and_then(|(body, limit)| {
                    core(match limit {
                        0 => ReferCallback::from_form(body),
                        limit => ReferCallback::from_form_with_limit(body, limit),
                    })
                });
                pick(&mut self.callbacks, *into).keep(answer, said, &place);
            }
            Call::FromPairs { into, pairs, places } => {
                let mut array = Vec::new();
                let (beginning, count) = pairs.c(&mut array);
                let mut place = places.place(1);
                let at = place.ptr();
                let answer = ask(*places, |error| unsafe {
                    twr_callback_from_pairs(beginning, count, at, error)
                });
                let said = pairs.pairs().and_then(|pairs| core(ReferCallback::from_pairs(pairs)));
                pick(&mut self.callbacks, *into).keep(answer, said, &place);
            }
            Call::Read { at, name, index, room, places } => {
                let slot = pick(&mut self.callbacks, *at);
                read(slot, name, usize::from(*index), *room, *places);
            }
            Call::Free { at } => pick(&mut self.callbacks, *at).free(),
            Call::NewValidator { into, secret, places } => {
                let mut place = places.place(1);
                let at = place.ptr();
                let answer =
                    ask(*places, |error| unsafe { twr_validator_new(secret.c(), at, error) });
                let said = secret.text().and_then(|secret| core(RequestValidator::new(secret)));
                pick(&mut self.validators, *into).keep(answer, said, &place);
            }
            Call::AddSecret { at, secret, places } => {
                let slot = pick(&mut self.validators, *at);
                let handle = slot.handle;
                let answer = ask(*places, |error| unsafe {
                    twr_validator_add_secret(handle, secret.c(), error)
                });
                let said = slot.get_mut().with(secret.text()).and_then(|(validator, secret)| {
                    *validator = core(validator.clone().with_secret(secret))?;
                    Ok(())
                });
                answer.judge(said, &[]);
            }
            Call::SetPublicBase { at, base, places } => {
                let slot = pick(&mut self.validators, *at);
                let handle = slot.handle;
                let answer = ask(*places, |error| unsafe {
                    twr_validator_set_public_base(handle, base.c(), error)
                });
                let said = slot.get_mut().with(base.text()).and_then(|(validator, base)| {
                    *validator = core(validator.clone().with_public_base(base))?;
                    Ok(())
                });
                answer.judge(said, &[]);
            }
            Call::SetAlgorithm { at, number, places } => {
                let slot = pick(&mut self.validators, *at);
                let handle = slot.handle;
                let answer = ask(*places, |error| unsafe {
                    twr_validator_set_algorithm(handle, number.get(), error)
                });
                let algorithm = match number.get() {
                    TWR_ALGORITHM_SHA1 => Ok(Algorithm::Sha1),
                    TWR_ALGORITHM_SHA256 => Ok(Algorithm::Sha256),
                    _ => Err(vec![No::Argument]),
                };
                let said = slot.get_mut().with(algorithm).map(|(validator, algorithm)| {
                    *validator = validator.clone().with_algorithm(algorithm);
                });
                answer.judge(said, &[]);
            }
            Call::SetMaxBodyBytes { at, max_bytes, places } => {
                let slot = pick(&mut self.validators, *at);
                let (handle, max_bytes) = (slot.handle, i64::from(max_bytes.cast_signed()));
                let answer = ask(*places, |error| unsafe {
                    twr_validator_set_max_body_bytes(handle, max_bytes, error)
                });
                let limit = core(numbers::body_bytes(max_bytes));
                let said = slot.get_mut().with(limit).map(|(validator, limit)| {
                    *validator = validator.clone().with_max_body_bytes(limit);
                });
                answer.judge(said, &[]);
            }
            Call::AcceptEncodedSpellings { at, accept, places } => {
                let slot = pick(&mut self.validators, *at);
                let handle = slot.handle;
                let answer = ask(*places, |error| unsafe {
                    twr_validator_accept_encoded_spellings(handle, *accept, error)
                });
                let said = slot.get_mut().map(|validator| {
                    *validator = validator.clone().accept_encoded_spellings(*accept);
                });
                answer.judge(said, &[]);
            }
            Call::Verify { at, into, method: number, url, body, signed, places } => {
                let number = number.get();
                let method = match number {
                    TWR_METHOD_GET => Ok(Method::Get),
                    TWR_METHOD_POST => Ok(Method::Post),
                    _ => Err(vec![No::Argument]),
                };
                let slot = pick(&mut self.validators, *at);
                let (said_url, said_body) = (url.text(), body.bytes());
                let right = match (&slot.model, &said_url, &said_body) {
                    (Some(validator), Ok(url), Ok([])) => validator.sign(url, [("", ""); 0]),
                    (Some(validator), Ok(url), Ok(body)) => validator.sign_form(url, body),
                    _ => String::new(),
                };
                let signature = signed.text(&right);
                let (handle, u, b, s) = (slot.handle, url.c(), body.c(), signature.c());
                let mut place = places.place(1);
                let at = place.ptr();
                let answer = ask(*places, |error| unsafe {
                    twr_validator_verify(handle, number, u, b, s, at, error)
                });
                let said = slot
                    .get()
                    .with(said_url.with(said_body))
                    .with(signature.maybe_text().with(method))
                    .and_then(|((validator, (url, body)), (signature, method))| {
                        core(validator.verify(method, url, body, signature))
                    });
                pick(&mut self.callbacks, *into).keep(answer, said, &place);
            }
            Call::VerifyPairs { at, into, url, pairs, signed, places } => {
                let slot = pick(&mut self.validators, *at);
                let (said_url, said_pairs) = (url.text(), pairs.pairs());
                let right = match (&slot.model, &said_url, &said_pairs) {
                    (Some(validator), Ok(url), Ok(pairs)) => validator.sign(url, pairs.clone()),
                    _ => String::new(),
                };
                let signature = signed.text(&right);
                let mut array = Vec::new();
                let (beginning, count) = pairs.c(&mut array);
                let (handle, u, s) = (slot.handle, url.c(), signature.c());
                let mut place = places.place(1);
                let at = place.ptr();
                let answer = ask(*places, |error| unsafe {
                    twr_validator_verify_pairs(handle, u, beginning, count, s, at, error)
                });
                let said = slot
                    .get()
                    .with(said_url.with(said_pairs))
                    .with(signature.maybe_text())
                    .and_then(|((validator, (url, pairs)), signature)| {
                        core(validator.verify_params(url, pairs, signature))
                    });
                pick(&mut self.callbacks, *into).keep(answer, said, &place);
            }
            Call::ValidateRaw { at, url, body, signed } => {
                let slot = pick(&mut self.validators, *at);
                let (said_url, said_body) = (url.text(), body.bytes());
                let right = match (&slot.model, &said_url, &said_body) {
                    (Some(validator), Ok(url), Ok(body)) => validator.sign_raw(url, body),
                    _ => String::new(),
                };
                let signature = signed.text(&right);
                let answer = unsafe {
                    twr_validator_validate_raw(slot.handle, url.c(), body.c(), signature.c())
                };
                let said = slot.get().with(said_url.with(said_body)).with(signature.maybe_text());
                assert_eq!(
                    answer,
                    said.is_ok_and(|((validator, (url, body)), signature)| {
                        validator.validate_raw(url, body, signature)
                    })
                );
            }
            Call::Sign { at, url, pairs, room, places } => {
                let slot = pick(&mut self.validators, *at);
                let mut array = Vec::new();
                let (beginning, count) = pairs.c(&mut array);
                let said = slot.get().with(url.text().with(pairs.pairs()));
                let said =
                    said.map(|(validator, (url, pairs))| validator.sign(url, pairs).into_bytes());
                let (handle, u) = (slot.handle, url.c());
                fill(*room, *places, said, &[], |buffer, capacity, length, error| unsafe {
                    twr_validator_sign(handle, u, beginning, count, buffer, capacity, length, error)
                });
            }
            Call::SignRaw { at, url, body, room, places } => {
                let slot = pick(&mut self.validators, *at);
                let said = slot.get().with(url.text().with(body.bytes()));
                let said =
                    said.map(|(validator, (url, body))| validator.sign_raw(url, body).into_bytes());
                let (handle, u, b) = (slot.handle, url.c(), body.c());
                fill(*room, *places, said, &[], |buffer, capacity, length, error| unsafe {
                    twr_validator_sign_raw(handle, u, b, buffer, capacity, length, error)
                });
            }
            Call::Hash { url, body, room, places } => {
                let (u, b) = (url.c(), body.c());
                let said = url.text().with(body.bytes());
                let said = said.map(|(url, body)| {
                    RequestValidator::url_with_body_sha256(url, body).into_bytes()
                });
                fill(*room, *places, said, &[], |buffer, capacity, length, error| unsafe {
                    twr_url_with_body_sha256(u, b, buffer, capacity, length, error)
                });
            }
            Call::Explain { at, url, body, index, places } => {
                explain(pick(&mut self.validators, *at), (url, body), usize::from(*index), *places);
            }
            Call::FreeValidator { at } => pick(&mut self.validators, *at).free(),
        }
    }
}

fn explain(slot: &Validator, (url, body): (&Text<'_>, &Text<'_>), index: usize, places: Places) {
    let mut spellings = Slot::new(twr_spellings_free);
    let mut place = places.place(1);
    let (handle, u, b, at) = (slot.handle, url.c(), body.c(), place.ptr());
    let answer = ask(places, |error| unsafe { twr_validator_explain(handle, u, b, at, error) });
    let said = slot.get().with(url.text().with(body.bytes()));
    let said = said.map(|(validator, (url, body))| validator.explain(url, body));
    spellings.keep(answer, said, &place);

    let (mut url, mut hashed) = (places.place(2), places.place(3));
    let (u, h) = (url.ptr(), hashed.ptr());
    let listed = spellings.handle;
    let answer = ask(places, |error| unsafe { twr_spellings_get(listed, index, u, h, error) });
    let said = spellings.get().and_then(|all| found(all.get(index)));
    if let Some(spelling) = answer.judge(said, &[&url, &hashed]) {
        assert_eq!(unsafe { seen(url.get()) }, Some(spelling.url()));
        assert_eq!(unsafe { seen(hashed.get()) }, Some(&*spelling.hashed()));
    }
    spellings.free();
}

pub(super) fn outcome_number(outcome: &ReferOutcome) -> i32 {
    match outcome.kind() {
        "transferred" => TWR_OUTCOME_TRANSFERRED,
        "rejected" => TWR_OUTCOME_REJECTED,
        "target-failed" => TWR_OUTCOME_TARGET_FAILED,
        "canceled" => TWR_OUTCOME_CANCELED,
        "unconfirmed" => TWR_OUTCOME_UNCONFIRMED,
        _ => TWR_OUTCOME_UNKNOWN,
    }
}

fn read(slot: &Callback, name: &Text<'_>, index: usize, room: Room, places: Places) {
    let handle = slot.handle;
    let model = slot.model.as_ref();
    unsafe {
        let outcome = twr_callback_outcome(handle);
        let expected = model.map(ReferCallback::outcome);
        assert_eq!(outcome.kind, expected.as_ref().map_or(0, outcome_number));
        assert_eq!(outcome.code, expected.as_ref().and_then(ReferOutcome::code).unwrap_or(0));
        assert_eq!(seen(outcome.status), expected.as_ref().and_then(ReferOutcome::status));
        assert_eq!(twr_callback_may_resume(handle), model.is_some_and(ReferCallback::may_resume));

        let status = model.and_then(ReferCallback::refer_call_status).map(|it| it.to_string());
        assert_eq!(seen(twr_callback_refer_call_status(handle)), status.as_deref());
        let codes = (
            twr_callback_refer_sip_response_code(handle),
            twr_callback_notify_sip_response_code(handle),
        );
        let refer = model.and_then(ReferCallback::refer_sip_response_code).unwrap_or(0);
        let notify = model.and_then(ReferCallback::notify_sip_response_code).unwrap_or(0);
        assert_eq!(codes, (refer, notify));
        let leg = match model.map(|callback| callback.request().leg()) {
            None => 0,
            Some(Leg::Sip) => TWR_LEG_SIP,
            Some(Leg::Pstn) => TWR_LEG_PSTN,
            Some(Leg::Client) => TWR_LEG_CLIENT,
            Some(_) => TWR_LEG_UNKNOWN,
        };
        assert_eq!(twr_callback_leg(handle), leg);
        let named = slot.get().with(name.text()).ok();
        let value = named.and_then(|(callback, name)| callback.param(name));
        assert_eq!(seen(twr_callback_param(handle, name.c())), value);
        assert_eq!(twr_callback_param_count(handle), model.map_or(0, |it| it.params().len()));

        let mut place = places.place(1);
        let at = place.ptr();
        let answer = ask(places, |error| twr_callback_param_at(handle, index, at, error));
        let said = slot.get().and_then(|callback| found(callback.params().nth(index)));
        let param = answer.judge(said, &[&place]).map(|pair| (pair, place.get()));

        let mut place = places.place(1);
        let at = place.ptr();
        let answer = ask(places, |error| twr_callback_sip_header_at(handle, index, at, error));
        let said =
            slot.get().and_then(|callback| found(callback.request().sip_headers().nth(index)));
        let header = answer.judge(said, &[&place]).map(|pair| (pair, place.get()));

        let mut place = places.place(1);
        let at = place.ptr();
        let answer = ask(places, |error| twr_callback_problem_at(handle, index, at, error));
        let said = slot.get().and_then(|callback| found(callback.problems().get(index)));
        if let Some(problem) = answer.judge(said, &[&place]) {
            let view: twr_pair = place.get();
            assert_eq!(seen(view.name), Some(problem.parameter()));
            assert_eq!(seen(view.value), Some(&*problem.message()));
        }

        let said = slot.get().map(|callback| callback.to_form().into_bytes());
        fill(room, places, said, &[], |buffer, capacity, length, error| {
            twr_callback_to_form(handle, buffer, capacity, length, error)
        });
        for ((name, value), view) in param.into_iter().chain(header) {
            let view: twr_pair = view;
            assert_eq!((seen(view.name), seen(view.value)), (Some(name), Some(value)));
        }
    }
}
