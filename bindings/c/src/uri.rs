//! SIP URIs and Refer-To values.

use std::ffi::c_char;
use std::sync::OnceLock;

use twiml_refer::{
    Error, SipUri,
    sip::{ReferTarget, Scheme, UserToUser},
};

use crate::callback::{Listed, twr_pair};
use crate::error::{Fault, twr_error, twr_status};
use crate::findings::twr_findings;
use crate::guard::{array, calm, get, get_mut, give, guard, present, put, put_all, take};
use crate::text::{twr_str, write};
use crate::user_to_user::twr_user_to_user;

/// A SIP URI. Any number of threads may read one; who changes it must be alone.
pub struct twr_uri {
    uri: SipUri,
    params: Listed,
    decoded: OnceLock<Vec<(String, String)>>,
    user_to_users: OnceLock<Vec<Result<UserToUser, Error>>>,
}

/// The parts of a URI as spelled; views of it.
#[repr(C)]
pub struct twr_uri_parts {
    /// `sip` or `sips`, as spelled.
    pub scheme: twr_str,
    /// Absent if there is none.
    pub user: twr_str,
    /// Absent if there is none.
    pub password: twr_str,
    /// IPv6 with its brackets.
    pub host: twr_str,
    /// 1 to 65535, or 0.
    pub port: i64,
    /// How many parameters there are.
    pub param_count: usize,
    /// How many headers there are.
    pub header_count: usize,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

impl twr_uri {
    pub(crate) fn new(uri: SipUri) -> Self {
        let (decoded, user_to_users) = (OnceLock::new(), OnceLock::new());
        Self { uri, params: Listed::default(), decoded, user_to_users }
    }

    /// Drops the views of a URI that has changed.
    fn changed(&mut self) {
        (self.params, self.decoded) = (Listed::default(), OnceLock::new());
        self.user_to_users = OnceLock::new();
    }

    fn user_to_users(&self) -> &[Result<UserToUser, Error>] {
        self.user_to_users.get_or_init(|| self.uri.user_to_users())
    }

    fn headers(&self) -> &[(String, String)] {
        let own = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            (name.into_owned(), value.into_owned())
        };
        self.decoded.get_or_init(|| self.uri.headers().map(own).collect())
    }
}

/// Reads a SIP URI; nothing is trimmed. Free it with twr_uri_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_parse(
    text: twr_str,
    uri: *mut *mut twr_uri,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { guard(error, || give(uri, twr_uri::new(SipUri::parse(text.text()?)?))) }
}

/// Frees a URI and writes NULL in its place; NULL is no harm.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_free(uri: *mut *mut twr_uri) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(uri) }));
}

/// The URI as spelled; a view of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_text(uri: *const twr_uri) -> twr_str {
    // SAFETY: the conventions of the header.
    unsafe { get(uri) }.map_or(twr_str::ABSENT, |uri| twr_str::of(uri.uri.as_str()))
}

/// Takes a URI apart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_take_apart(
    uri: *const twr_uri,
    parts: *mut twr_uri_parts,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get(uri) }?;
        let uri = &held.uri;
        let found = twr_uri_parts {
            scheme: twr_str::of(uri.scheme_spelled()),
            user: twr_str::maybe(uri.user()),
            password: twr_str::maybe(uri.password()),
            host: twr_str::of(uri.host()),
            port: uri.port().map_or(0, i64::from),
            param_count: uri.params().count(),
            header_count: held.headers().len(),
            reserved: [0; 2],
        };
        // SAFETY: the conventions of the header.
        unsafe { put(parts, found) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// A parameter by its place from 0, as spelled; a flag has no value. TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_param(
    uri: *const twr_uri,
    index: usize,
    name: *mut twr_str,
    value: *mut twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get(uri) }?;
        let param = held.params.get(index, held.uri.params())?;
        // SAFETY: the conventions of the header.
        unsafe { put_all([(name, param.name), (value, param.value)]) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// A header by its place from 0, decoded; views of the URI. TWR_STATUS_NONE behind the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_header(
    uri: *const twr_uri,
    index: usize,
    name: *mut twr_str,
    value: *mut twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (found, decoded) = unsafe { get(uri) }?.headers().get(index).ok_or(Fault::None)?;
        // SAFETY: the conventions of the header.
        unsafe { put_all([(name, twr_str::of(found)), (value, twr_str::of(decoded))]) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// The decoded value of the first header of this name, compared without regard to case; a view of the URI.
/// TWR_STATUS_NONE if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_header_named(
    uri: *const twr_uri,
    name: twr_str,
    value: *mut twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let (held, name) = unsafe { (get(uri)?, name.text()?) };
        let mut headers = held.headers().iter();
        let found =
            headers.find(|(found, _)| found.eq_ignore_ascii_case(name)).ok_or(Fault::None)?;
        // SAFETY: the conventions of the header.
        unsafe { put(value, twr_str::of(&found.1)) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Adds a header, given as decoded text; it is escaped here. Views of the URI end with this call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_add_header(
    uri: *mut twr_uri,
    name: twr_str,
    value: twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get_mut(uri) }?;
        // Made before anything changes: they may be views of this URI, and those stay if it is refused.
        // SAFETY: the conventions of the header.
        let (name, value) = unsafe { (name.text()?, value.text()?) };
        held.uri = held.uri.clone().with_header(name, value)?;
        held.changed();
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Adds a User-to-User header with these bytes, hex-encoded (RFC 7433).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_add_user_to_user(
    uri: *mut twr_uri,
    bytes: twr_str,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let held = unsafe { get_mut(uri) }?;
        // Made before anything changes: the bytes may be a view of this URI.
        // SAFETY: the conventions of the header.
        let value = UserToUser::from_bytes(unsafe { bytes.bytes() }?)?;
        held.uri = held.uri.clone().with_user_to_user(&value)?;
        held.changed();
        Ok(())
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// How many User-to-User values its headers hold, those that cannot be read among them; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_user_to_user_count(uri: *const twr_uri) -> usize {
    // SAFETY: the conventions of the header.
    let held = unsafe { get(uri) };
    calm(0, || held.map_or(0, |held| held.user_to_users().len()))
}

/// A User-to-User value by its place from 0; a header may hold several (RFC 7433 section 4). Free it with
/// twr_user_to_user_free. TWR_STATUS_NONE behind the last, TWR_STATUS_REFUSED for one that cannot be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_user_to_user_at(
    uri: *const twr_uri,
    index: usize,
    value: *mut *mut twr_user_to_user,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let found = unsafe { get(uri) }?.user_to_users().get(index).ok_or(Fault::None)?;
        // SAFETY: the conventions of the header.
        unsafe { give(value, twr_user_to_user(found.clone()?)) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Builds a URI of decoded parts and parameters: each is escaped for its place. An absent scheme is sip, a
/// parameter without a value a flag. The counts in `parts` are not read; add headers with
/// twr_uri_add_header.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_build(
    parts: *const twr_uri_parts,
    params: *const twr_pair,
    param_count: usize,
    uri: *mut *mut twr_uri,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let parts = unsafe { get(parts) }?;
        // SAFETY: the conventions of the header.
        let (scheme, host) = unsafe { (parts.scheme.text()?, parts.host.text()?) };
        let mut builder = SipUri::builder(host);
        if scheme.eq_ignore_ascii_case(Scheme::Sips.as_str()) {
            builder = builder.sips();
        } else if !scheme.is_empty() && !scheme.eq_ignore_ascii_case(Scheme::Sip.as_str()) {
            return Err(Fault::argument("the scheme is neither sip nor sips"));
        }
        // SAFETY: the conventions of the header.
        if let Some(user) = unsafe { parts.user.maybe_text() }? {
            builder = builder.user(user);
        }
        // SAFETY: the conventions of the header.
        if let Some(password) = unsafe { parts.password.maybe_text() }? {
            builder = builder.password(password);
        }
        if parts.port != 0 {
            builder = builder.port(parts.port);
        }
        // SAFETY: the conventions of the header.
        for param in unsafe { array(params, param_count) }? {
            // SAFETY: the conventions of the header.
            let (name, value) = unsafe { (param.name.text()?, param.value.maybe_text()?) };
            builder = builder.param(name, value);
        }
        // SAFETY: the conventions of the header.
        unsafe { give(uri, twr_uri::new(builder.build()?)) }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Whether two URIs are the same as RFC 3261 section 19.1.4 compares them; false if one is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_equivalent(one: *const twr_uri, other: *const twr_uri) -> bool {
    // SAFETY: the conventions of the header.
    let both = unsafe { (get(one), get(other)) };
    calm(false, || matches!(both, (Ok(one), Ok(other)) if one.uri.equivalent(&other.uri)))
}

/// Writes the value of a Refer-To header, in angle brackets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_refer_to(
    uri: *const twr_uri,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body =
        || unsafe { write(get(uri)?.uri.to_refer_to().as_bytes(), buffer, capacity, length) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Writes text escaped as a header's value in a URI needs it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_escape_header(
    text: twr_str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe {
        write(SipUri::escape_header(text.text()?).as_bytes(), buffer, capacity, length)
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// A SIP URI.
pub const TWR_TARGET_SIP: i32 = 1;
/// A tel URI.
pub const TWR_TARGET_TEL: i32 = 2;
/// Any other text.
pub const TWR_TARGET_OTHER: i32 = 3;

/// Reads a Refer-To value: a TWR_TARGET_… number, and its text (without brackets) into the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_refer_target(
    text: twr_str,
    kind: *mut i32,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    let body = || {
        // SAFETY: the conventions of the header.
        let target = ReferTarget::parse(unsafe { text.text() }?);
        let number = match target {
            ReferTarget::Sip(_) => TWR_TARGET_SIP,
            ReferTarget::Tel(_) => TWR_TARGET_TEL,
            _ => TWR_TARGET_OTHER,
        };
        present(kind)?;
        // SAFETY: the conventions of the header.
        unsafe {
            write(target.to_string().as_bytes(), buffer, capacity, length)?;
            put(kind, number)
        }
    };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}

/// Tells what will be dropped or misread on the wire. Free it with twr_findings_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_check(
    uri: *const twr_uri,
    findings: *mut *mut twr_findings,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    let body = || unsafe { give(findings, twr_findings::new(get(uri)?.uri.check())) };
    // SAFETY: the conventions of the header.
    unsafe { guard(error, body) }
}
