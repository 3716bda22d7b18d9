//! SIP URIs and Refer-To values.

use std::ffi::c_char;
use std::sync::OnceLock;

use twiml_refer::{
    Error, SipUri,
    sip::{ReferTarget, Scheme, UserToUser},
};

use crate::diagnostics::twr_diagnostics;
use crate::error::{Failure, twr_error, twr_status};
use crate::guard::{array, calm, count, entry, get, get_mut, guard, make, present, put, take};
use crate::request::{Pairs, twr_pair};
use crate::text::{twr_str, write};
use crate::user_to_user::twr_user_to_user;

/// A SIP URI. Any number of threads may read one; changing it needs exclusive access.
pub struct twr_uri {
    uri: SipUri,
    params: Pairs,
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
    /// The number of parameters.
    pub param_count: usize,
    /// The number of headers.
    pub header_count: usize,
    /// Zero; room for later versions.
    pub reserved: [u64; 2],
}

impl twr_uri {
    fn new(uri: SipUri) -> Self {
        let (decoded, user_to_users) = (OnceLock::new(), OnceLock::new());
        Self { uri, params: Pairs::default(), decoded, user_to_users }
    }

    /// Drops the views of a URI that is to be changed: also one that is refused may move its text.
    fn drop_views(&mut self) {
        (self.params, self.decoded) = (Pairs::default(), OnceLock::new());
        self.user_to_users = OnceLock::new();
    }

    fn params(&self) -> &[twr_pair] {
        self.params.all(self.uri.params())
    }

    fn user_to_users(&self) -> &[Result<UserToUser, Error>] {
        self.user_to_users.get_or_init(|| self.uri.user_to_users())
    }

    /// The headers, decoded.
    fn headers(&self) -> &[(String, String)] {
        self.decoded.get_or_init(|| {
            let headers = self.uri.headers();
            headers.map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
        })
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
    unsafe { make(uri, error, || Ok(twr_uri::new(SipUri::parse(text.text()?)?))) }
}

/// Builds a URI of decoded parts and parameters: each is escaped for its place. An absent scheme is sip, a
/// parameter without a value a flag. The counts in `parts` are not read; add headers with
/// twr_uri_add_header. Free it with twr_uri_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_build(
    parts: *const twr_uri_parts,
    params: *const twr_pair,
    param_count: usize,
    uri: *mut *mut twr_uri,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(uri, error, || {
            let parts = get(parts)?;
            let scheme = parts.scheme.text()?;
            let mut builder = SipUri::builder(parts.host.text()?);
            if scheme.eq_ignore_ascii_case(Scheme::Sips.as_str()) {
                builder = builder.sips();
            } else if !scheme.is_empty() && !scheme.eq_ignore_ascii_case(Scheme::Sip.as_str()) {
                return Err(Failure::Argument("the scheme is neither sip nor sips"));
            }
            if let Some(user) = parts.user.maybe_text()? {
                builder = builder.user(user);
            }
            if let Some(password) = parts.password.maybe_text()? {
                builder = builder.password(password);
            }
            if parts.port != 0 {
                builder = builder.port(parts.port);
            }
            for param in array(params, param_count)? {
                builder = builder.param(param.name.text()?, param.value.maybe_text()?);
            }
            Ok(twr_uri::new(builder.build()?))
        })
    }
}

/// Copies a URI. Free the copy with twr_uri_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_copy(
    uri: *const twr_uri,
    copy: *mut *mut twr_uri,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(copy, error, || Ok(twr_uri::new(get(uri)?.uri.clone()))) }
}

/// Frees a URI and writes NULL in its place; NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_free(uri: *mut *mut twr_uri) {
    // SAFETY: the conventions of the header.
    calm((), || drop(unsafe { take(uri) }));
}

/// Returns the URI as spelled; a view of it, absent for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_text(uri: *const twr_uri) -> twr_str {
    // SAFETY: the conventions of the header.
    unsafe { get(uri) }.map_or(twr_str::ABSENT, |uri| twr_str::of(uri.uri.as_str()))
}

/// Writes the parts of a URI.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_get(
    uri: *const twr_uri,
    parts: *mut twr_uri_parts,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let held = get(uri)?;
            let uri = &held.uri;
            let found = twr_uri_parts {
                scheme: twr_str::of(uri.scheme_spelled()),
                user: twr_str::maybe(uri.user()),
                password: twr_str::maybe(uri.password()),
                host: twr_str::of(uri.host()),
                port: uri.port().map_or(0, i64::from),
                param_count: held.params().len(),
                header_count: held.headers().len(),
                reserved: [0; 2],
            };
            put(parts, found)
        })
    }
}

/// Writes the parameter at an index from 0, as spelled; a flag has no value. Views of the URI. TWR_STATUS_NONE
/// past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_param_at(
    uri: *const twr_uri,
    index: usize,
    param: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(uri, param, error, |held| held.params().get(index).copied()) }
}

/// Writes the header at an index from 0, decoded; views of the URI. TWR_STATUS_NONE past the last.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_header_at(
    uri: *const twr_uri,
    index: usize,
    header: *mut twr_pair,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { entry(uri, header, error, |held| held.headers().get(index).map(twr_pair::of)) }
}

/// Returns the decoded value of the first header of this name, compared without regard to case; a view of the
/// URI, absent if there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_header(uri: *const twr_uri, name: twr_str) -> twr_str {
    // SAFETY: the conventions of the header.
    let both = unsafe { (get(uri), name.text()) };
    calm(twr_str::ABSENT, || {
        let (Ok(held), Ok(name)) = both else { return twr_str::ABSENT };
        let found = held.headers().iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        twr_str::maybe(found.map(|(_, value)| value.as_str()))
    })
}

/// Adds a header, given as decoded text, which is escaped. Views of the URI end with this call, also if it fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_add_header(
    uri: *mut twr_uri,
    name: twr_str,
    value: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            get(uri)?;
            // Copies, since both may be views of this URI.
            let (name, value) = (name.text()?.to_owned(), value.text()?.to_owned());
            let held = get_mut(uri)?;
            held.drop_views();
            Ok(held.uri.add_header(&name, &value)?)
        })
    }
}

/// Adds a User-to-User header with these bytes, hex-encoded (RFC 7433). Views of the URI end with this call, also if it fails.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_add_user_to_user(
    uri: *mut twr_uri,
    bytes: twr_str,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            get(uri)?;
            let value = UserToUser::from_bytes(bytes.bytes()?)?;
            let held = get_mut(uri)?;
            held.drop_views();
            Ok(held.uri.add_user_to_user(&value)?)
        })
    }
}

/// Returns the number of User-to-User values in its headers, those that cannot be read among them; 0 for NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_user_to_user_count(uri: *const twr_uri) -> usize {
    // SAFETY: the conventions of the header.
    unsafe { count(uri, |held| held.user_to_users().len()) }
}

/// Makes an object of the User-to-User value at an index from 0; a header may hold several (RFC 7433 section 4).
/// Free it with twr_user_to_user_free. TWR_STATUS_NONE past the last, TWR_STATUS_REFUSED for one that cannot
/// be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_user_to_user_at(
    uri: *const twr_uri,
    index: usize,
    value: *mut *mut twr_user_to_user,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        make(value, error, || {
            let found = get(uri)?.user_to_users().get(index).ok_or(Failure::None)?;
            Ok(twr_user_to_user(found.clone()?))
        })
    }
}

/// Returns whether two URIs are the same as RFC 3261 section 19.1.4 compares them; false if one is NULL.
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
    unsafe {
        guard(error, || write(get(uri)?.uri.to_refer_to().as_bytes(), buffer, capacity, length))
    }
}

/// Writes text escaped as the value of a header in a URI.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_escape_header(
    text: twr_str,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            write(SipUri::escape_header(text.text()?).as_bytes(), buffer, capacity, length)
        })
    }
}

/// A SIP URI.
pub const TWR_TARGET_SIP: i32 = 1;
/// A tel URI.
pub const TWR_TARGET_TEL: i32 = 2;
/// Any other text.
pub const TWR_TARGET_OTHER: i32 = 3;

/// Reads a Refer-To value: a TWR_TARGET_… number, and its text (without brackets) into the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_refer_target_parse(
    text: twr_str,
    kind: *mut i32,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe {
        guard(error, || {
            let target = ReferTarget::parse(text.text()?);
            let number = match target {
                ReferTarget::Sip(_) => TWR_TARGET_SIP,
                ReferTarget::Tel(_) => TWR_TARGET_TEL,
                _ => TWR_TARGET_OTHER,
            };
            present(kind)?;
            write(target.to_string().as_bytes(), buffer, capacity, length)?;
            put(kind, number)
        })
    }
}

/// Returns the name of a TWR_TARGET_… number (`tel`); absent for another number. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn twr_target_name(target: i32) -> twr_str {
    twr_str::maybe(match target {
        TWR_TARGET_SIP => Some("sip"),
        TWR_TARGET_TEL => Some("tel"),
        TWR_TARGET_OTHER => Some("other"),
        _ => None,
    })
}

/// Checks what of a URI will be dropped or misread on the wire. Free the diagnostics with twr_diagnostics_free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn twr_uri_check(
    uri: *const twr_uri,
    diagnostics: *mut *mut twr_diagnostics,
    error: *mut twr_error,
) -> twr_status {
    // SAFETY: the conventions of the header.
    unsafe { make(diagnostics, error, || Ok(twr_diagnostics::new(get(uri)?.uri.check()))) }
}
