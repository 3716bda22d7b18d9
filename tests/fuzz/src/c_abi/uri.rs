//! SIP URIs, User-to-User, Refer-To values and findings.

use std::ptr;

use arbitrary::Arbitrary;
use twiml_refer::{
    SipUri,
    diagnostic::{Diagnostic, Severity},
    sip::{ReferTarget, UserToUser},
};
use twiml_refer_c::callback::twr_pair;
use twiml_refer_c::findings::*;
use twiml_refer_c::text::twr_str;
use twiml_refer_c::uri::*;
use twiml_refer_c::user_to_user::*;

use super::border::{Output, Places, Room, Said, Slot, Text, With, ask, core, fill, found, seen};
use super::{Session, pick};

#[derive(Debug, Arbitrary)]
pub(super) enum Call<'a> {
    Parse { into: u8, text: Text<'a>, places: Places },
    Build { into: u8, parts: [Text<'a>; 4], port: u16, places: Places },
    AddHeader { at: u8, name: Text<'a>, value: Text<'a>, places: Places },
    AddUserToUser { at: u8, bytes: Text<'a>, places: Places },
    Read { at: u8, index: u8, room: Room, places: Places },
    Equivalent { one: u8, other: u8 },
    Check { at: u8, index: u8, places: Places },
    Free { at: u8 },
    Escape { text: Text<'a>, room: Room, places: Places },
    ReferTarget { text: Text<'a>, room: Room, places: Places },
    UserToUser { text: Text<'a>, from_bytes: bool, room: Room, places: Places },
}

pub(super) type Uri = Slot<twr_uri, SipUri>;

impl Session {
    pub(super) fn uri(&mut self, call: &Call<'_>) {
        match call {
            Call::Parse { into, text, places } => {
                let mut place = places.place(1);
                // SAFETY: the arguments are what the header asks for.
                let answer =
                    ask(*places, |error| unsafe { twr_uri_parse(text.c(), place.ptr(), error) });
                let said = text.text().and_then(|text| core(SipUri::parse(text)));
                pick(&mut self.uris, *into).keep(answer, said, &place);
            }
            Call::Build { into, parts, port, places } => self.build(*into, parts, *port, *places),
            Call::AddHeader { at, name, value, places } => {
                let slot = pick(&mut self.uris, *at);
                let (handle, given) = (slot.handle, (name.c(), value.c()));
                // SAFETY: the arguments are what the header asks for.
                let answer = ask(*places, |error| unsafe {
                    twr_uri_add_header(handle, given.0, given.1, error)
                });
                let said = slot
                    .get_mut()
                    .with(name.text().with(value.text()))
                    .and_then(|(uri, (name, value))| core(uri.add_header(name, value)));
                answer.judge(said, &[]);
            }
            Call::AddUserToUser { at, bytes, places } => {
                let slot = pick(&mut self.uris, *at);
                let handle = slot.handle;
                // SAFETY: the arguments are what the header asks for.
                let answer = ask(*places, |error| unsafe {
                    twr_uri_add_user_to_user(handle, bytes.c(), error)
                });
                let said = slot.get_mut().with(bytes.bytes()).and_then(|(uri, bytes)| {
                    let value = core(UserToUser::from_bytes(bytes))?;
                    *uri = core(uri.clone().with_user_to_user(&value))?;
                    Ok(())
                });
                answer.judge(said, &[]);
            }
            Call::Read { at, index, room, places } => {
                read(pick(&mut self.uris, *at), usize::from(*index), *room, *places);
            }
            Call::Equivalent { one, other } => {
                let one = pick(&mut self.uris, *one);
                let (handle, model) = (one.handle, one.model.clone());
                let other = pick(&mut self.uris, *other);
                // SAFETY: the arguments are what the header asks for.
                let answer = unsafe { twr_uri_equivalent(handle, other.handle) };
                let both = model.as_ref().zip(other.model.as_ref());
                assert_eq!(answer, both.is_some_and(|(one, other)| one.equivalent(other)));
            }
            Call::Check { at, index, places } => {
                let slot = pick(&mut self.uris, *at);
                let said = slot.get().map(SipUri::check);
                findings(*index, *places, said, |place, error| {
                    // SAFETY: the arguments are what the header asks for.
                    unsafe { twr_uri_check(slot.handle, place, error) }
                });
            }
            Call::Free { at } => pick(&mut self.uris, *at).free(),
            Call::Escape { text, room, places } => {
                let said = text.text().map(|text| SipUri::escape_header(text).into_bytes());
                fill(*room, *places, said, &[], |buffer, capacity, length, error| {
                    // SAFETY: the arguments are what the header asks for.
                    unsafe { twr_escape_header(text.c(), buffer, capacity, length, error) }
                });
            }
            Call::ReferTarget { text, room, places } => refer_target(text, *room, *places),
            Call::UserToUser { text, from_bytes, room, places } => {
                user_to_user(text, *from_bytes, *room, *places);
            }
        }
    }

    fn build(&mut self, into: u8, parts: &[Text<'_>; 4], port: u16, places: Places) {
        let [scheme, user, password, host] = parts;
        let given = twr_uri_parts {
            scheme: scheme.c(),
            user: user.c(),
            password: password.c(),
            host: host.c(),
            port: port.into(),
            param_count: 7,
            header_count: 7,
            reserved: [0; 2],
        };
        let is_given = !places.place::<twr_uri_parts>(2).is_null();
        let pointer = if is_given { &raw const given } else { ptr::null() };
        let mut place = places.place(1);
        // The texts of an odd URI are a parameter as well.
        let (param, count) =
            (twr_pair { name: user.c(), value: password.c() }, usize::from(port % 2));
        // SAFETY: the arguments are what the header asks for.
        let answer = ask(places, |error| unsafe {
            twr_uri_build(pointer, &raw const param, count, place.ptr(), error)
        });
        let name = if count == 1 { user.text() } else { Ok("") };
        let said = if is_given {
            let secure = scheme.text().and_then(|text| match text.to_ascii_lowercase().as_str() {
                "" | "sip" => Ok(false),
                "sips" => Ok(true),
                _ => Err(vec![super::border::No::Argument]),
            });
            let texts = secure.with(host.text());
            texts.with(user.maybe_text().with(password.maybe_text().with(name)))
        } else {
            Err(vec![super::border::No::Argument])
        };
        let said = said.and_then(|((secure, host), (user, (password, name)))| {
            let mut builder = SipUri::builder(host);
            if secure {
                builder = builder.sips();
            }
            if let Some(user) = user {
                builder = builder.user(user);
            }
            if let Some(password) = password {
                builder = builder.password(password);
            }
            if port != 0 {
                builder = builder.port(port);
            }
            if count == 1 {
                builder = builder.param(name, password);
            }
            core(builder.build())
        });
        pick(&mut self.uris, into).keep(answer, said, &place);
    }
}

/// What a call makes of the text of a URI; without a URI that is the empty text.
pub(super) fn reread(slot: &Uri) -> Said<SipUri> {
    core(SipUri::parse(slot.model.as_ref().map_or("", SipUri::as_str)))
}

/// All that can be read of a URI; the views hold until the end.
fn read(slot: &Uri, index: usize, room: Room, places: Places) {
    let handle = slot.handle;
    let model = slot.model.as_ref();
    // SAFETY: the arguments are what the header asks for, and no view outlives the handle.
    unsafe {
        let text = twr_uri_text(handle);
        assert_eq!(seen(text), model.map(SipUri::as_str));

        let mut parts = places.place(1);
        let answer = ask(places, |error| twr_uri_take_apart(handle, parts.ptr(), error));
        if let Some(uri) = answer.judge(slot.get(), &[&parts]) {
            let parts: twr_uri_parts = parts.get();
            assert_eq!(seen(parts.scheme), Some(uri.scheme_spelled()));
            assert_eq!(seen(parts.user), uri.user());
            assert_eq!(seen(parts.password), uri.password());
            assert_eq!(seen(parts.host), Some(uri.host()));
            assert_eq!(parts.port, uri.port().map_or(0, i64::from));
            assert_eq!(parts.param_count, uri.params().count());
            assert_eq!(parts.header_count, uri.headers().count());
            assert_eq!(parts.reserved, [0; 2]);
        }

        let (mut name, mut value) = (places.place(1), places.place(2));
        let pointers = (name.ptr(), value.ptr());
        let answer =
            ask(places, |error| twr_uri_param(handle, index, pointers.0, pointers.1, error));
        let said = slot.get().and_then(|uri| found(uri.params().nth(index)));
        if let Some((spelled, set)) = answer.judge(said, &[&name, &value]) {
            assert_eq!((seen(name.get()), seen(value.get())), (Some(spelled), set));
        }

        let values = model.map(SipUri::user_to_users).unwrap_or_default();
        assert_eq!(twr_uri_user_to_user_count(handle), values.len());
        let mut user_to_user = Slot::new(twr_user_to_user_free);
        let mut place = places.place(1);
        let at = place.ptr();
        let answer = ask(places, |error| twr_uri_user_to_user_at(handle, index, at, error));
        let said = slot.get().and_then(|_| found(values.get(index).cloned()));
        user_to_user.keep(answer, said.and_then(core), &place);
        user_to_user.free();

        let (mut name, mut value) = (places.place(1), places.place(2));
        let pointers = (name.ptr(), value.ptr());
        let answer =
            ask(places, |error| twr_uri_header(handle, index, pointers.0, pointers.1, error));
        let said = slot.get().and_then(|uri| found(uri.headers().nth(index)));
        let header = answer.judge(said, &[&name, &value]);

        let said = slot.get().map(|uri| uri.to_refer_to().into_bytes());
        fill(room, places, said, &[], |buffer, capacity, length, error| {
            twr_uri_refer_to(handle, buffer, capacity, length, error)
        });

        if let Some((decoded, set)) = header {
            let (shouted, mut named) = (decoded.to_ascii_uppercase(), places.place(2));
            let (wanted, at) =
                (twr_str { ptr: shouted.as_ptr().cast(), len: shouted.len() }, named.ptr());
            let answer = ask(places, |error| twr_uri_header_named(handle, wanted, at, error));
            let said = slot.get().and_then(|uri| found(uri.header(&shouted)));
            if let Some(first) = answer.judge(said, &[&named]) {
                assert_eq!(seen(named.get()), Some(&*first));
            }
            assert_eq!(seen(name.get()), Some(&*decoded));
            assert_eq!(seen(value.get()), Some(&*set));
        }
        assert_eq!(seen(text), model.map(SipUri::as_str));
    }
}

fn refer_target(text: &Text<'_>, room: Room, places: Places) {
    let target = text.text().map(ReferTarget::parse);
    let number = match &target {
        Ok(ReferTarget::Sip(_)) => TWR_TARGET_SIP,
        Ok(ReferTarget::Tel(_)) => TWR_TARGET_TEL,
        _ => TWR_TARGET_OTHER,
    };
    let mut kind = places.place(2);
    let at = kind.ptr();
    let said = target.map(|target| target.to_string().into_bytes());
    let is_written = fill(room, places, said, &[&kind], |buffer, capacity, length, error| {
        // SAFETY: the arguments are what the header asks for.
        unsafe { twr_refer_target(text.c(), at, buffer, capacity, length, error) }
    });
    if is_written {
        // SAFETY: the call succeeded.
        assert_eq!(unsafe { kind.get() }, number);
    }
}

fn user_to_user(text: &Text<'_>, from_bytes: bool, room: Room, places: Places) {
    let mut slot = Slot::new(twr_user_to_user_free);
    let mut place = places.place(4);
    // SAFETY: the arguments are what the header asks for, and no view outlives the handle.
    unsafe {
        let answer = ask(places, |error| match from_bytes {
            true => twr_user_to_user_from_bytes(text.c(), place.ptr(), error),
            false => twr_user_to_user_parse(text.c(), place.ptr(), error),
        });
        let said = match from_bytes {
            true => text.bytes().and_then(|bytes| core(UserToUser::from_bytes(bytes))),
            false => text.text().and_then(|text| core(UserToUser::parse(text))),
        };
        slot.keep(answer, said, &place);
        let handle = slot.handle;

        let mut views: [_; 4] = std::array::from_fn(|n| places.place::<twr_str>(n as u16));
        let [a, b, c, d] = views.each_mut().map(|view| view.ptr());
        let answer = ask(places, |error| twr_user_to_user_parts(handle, a, b, c, d, error));
        let outputs = views.each_ref().map(|view| view as &dyn Output);
        if let Some(value) = answer.judge(slot.get(), &outputs) {
            let parts = views.each_ref().map(|view| seen(view.get()));
            let expected = [Some(value.data()), value.encoding(), value.purpose(), value.content()];
            assert_eq!(parts, expected);
        }

        let said = slot.get().map(|value| value.to_string().into_bytes());
        fill(room, places, said, &[], |buffer, capacity, length, error| {
            twr_user_to_user_text(handle, buffer, capacity, length, error)
        });
    }
    slot.free();
}

/// A check, and one of its findings.
pub(super) fn findings(
    index: u8,
    places: Places,
    said: Said<Vec<Diagnostic>>,
    check: impl FnOnce(*mut *mut twr_findings, *mut twiml_refer_c::error::twr_error) -> i32,
) {
    let mut slot = Slot::new(twr_findings_free);
    let mut place = places.place(1);
    let at = place.ptr();
    slot.keep(ask(places, |error| check(at, error)), said, &place);
    let (handle, index) = (slot.handle, usize::from(index));
    // SAFETY: the arguments are what the header asks for, and no view outlives the handle.
    unsafe {
        assert_eq!(twr_findings_count(handle), slot.model.as_ref().map_or(0, Vec::len));
        let mut place = places.place(2);
        let at = place.ptr();
        let answer = ask(places, |error| twr_findings_get(handle, index, at, error));
        let said = slot.get().and_then(|all| found(all.get(index)));
        if let Some(one) = answer.judge(said, &[&place]) {
            let finding: twr_finding = place.get();
            let severity = match one.severity() {
                Severity::Error => TWR_SEVERITY_ERROR,
                Severity::Warning => TWR_SEVERITY_WARNING,
                _ => TWR_SEVERITY_NOTE,
            };
            assert_eq!(seen(finding.code), Some(one.code().as_str()));
            assert_eq!(seen(finding.path), Some(one.path()));
            assert_eq!(seen(finding.message), Some(&*one.message()));
            assert_eq!(finding.severity, severity);
            assert_eq!(finding.number, one.platform_number().unwrap_or(0));
            let place = (one.line().unwrap_or(0), one.column().unwrap_or(0));
            assert_eq!((finding.line, finding.column), place);
        }
    }
    slot.free();
}
