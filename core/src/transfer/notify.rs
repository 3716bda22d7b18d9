//! Reads a NOTIFY: its Event and Subscription-State headers, and its sipfrag. Which reply it gets and what
//! it does to the transfer is in `Transfer`.

use serde::{Deserialize, Serialize};

use super::events::Notify;
use crate::sip::SipStatus;

/// What a NOTIFY says, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notification {
    pub(super) is_refer: bool,
    pub(super) id: Id,
    pub(super) subscription: Subscription,
    /// In seconds.
    pub(super) expires: Option<u32>,
    pub(super) code: Option<SipStatus>,
}

/// The NOTIFY of the dialog with the highest CSeq, and its reply: what a repeat is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastNotify {
    pub(super) cseq: u32,
    pub(super) notification: Notification,
    pub(super) reply: SipStatus,
}

impl Notification {
    pub(super) fn read(notify: &Notify<'_>) -> Self {
        let (is_refer, id) = read_event(notify.event);
        let (subscription, expires) = read_state(notify.subscription_state);
        Self { is_refer, id, subscription, expires, code: status_code(notify.body) }
    }
}

/// The `id` parameter of an Event header (RFC 6665 §8.2.1): for a REFER its CSeq number (RFC 3515 §2.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Id {
    Missing,
    Number(u32),
    /// Not a number: it belongs to no REFER.
    Other,
}

/// Reads an Event header: whether the package is `refer`, and the id.
///
/// The name is compared without regard to case: an endpoint that writes `Refer` means this package.
fn read_event(value: &str) -> (bool, Id) {
    let mut parts = value.split(';').map(str::trim);
    let is_refer = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("refer"));
    let id = parts.find_map(|part| match part.split_once('=') {
        Some((name, value)) => {
            name.trim_end().eq_ignore_ascii_case("id").then(|| Id::of(value.trim_start()))
        }
        None => part.eq_ignore_ascii_case("id").then_some(Id::Other),
    });
    (is_refer, id.unwrap_or(Id::Missing))
}

impl Id {
    fn of(text: &str) -> Self {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|_| digits).map_or(Self::Other, Self::Number)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Subscription {
    Missing,
    /// `active`, `pending`, or a state of an extension.
    Live,
    Terminated,
}

/// Reads a Subscription-State header (RFC 6665 §8.2.3): the state and its `expires` in seconds.
fn read_state(value: Option<&str>) -> (Subscription, Option<u32>) {
    let mut parts = value.unwrap_or_default().split(';').map(str::trim);
    let state = match parts.next().unwrap_or_default() {
        "" => Subscription::Missing,
        name if name.eq_ignore_ascii_case("terminated") => Subscription::Terminated,
        _ => Subscription::Live,
    };
    let expires = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim_end().eq_ignore_ascii_case("expires").then(|| seconds(value.trim_start()))
    });
    (state, expires.flatten())
}

/// Reads delta-seconds; a number of more than 32 bits counts as the largest (RFC 3261 §20.19).
fn seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX))
}

/// Reads the status code of a `message/sipfrag` (RFC 3420), which begins with a status line; what
/// follows that line does not matter. The line may end in LF alone or not at all, and the reason phrase may
/// be missing.
fn status_code(body: &[u8]) -> Option<SipStatus> {
    let (version, rest) = body.split_at_checked(b"SIP/2.0 ".len())?;
    let (digits, rest) = rest.split_at_checked(3)?;
    let is_line = version.eq_ignore_ascii_case(b"SIP/2.0 ")
        && matches!(rest.first(), None | Some(b' ' | b'\r' | b'\n'));
    SipStatus::from_digits(digits).filter(|_| is_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_first_and_the_id_anywhere() {
        assert_eq!(read_event("refer"), (true, Id::Missing));
        assert_eq!(read_event("refer;id=93809824"), (true, Id::Number(93_809_824)));
        assert_eq!(read_event(" Refer ; x=1;ID = 7 "), (true, Id::Number(7)));
        assert_eq!(read_event("presence;id=1"), (false, Id::Number(1)));
        assert_eq!(read_event("refer.winfo"), (false, Id::Missing));
        assert_eq!(read_event(""), (false, Id::Missing));
    }

    #[test]
    fn an_id_that_is_not_a_number_is_not_missing() {
        for id in ["id", "id=", "id=+1", "id=1x", "id=4294967296", "id=\"1\""] {
            assert_eq!(read_event(&format!("refer;{id}")), (true, Id::Other), "{id}");
        }
    }

    #[test]
    fn states_and_expiry() {
        let cases = [
            (None, Subscription::Missing, None),
            (Some(""), Subscription::Missing, None),
            (Some(";expires=5"), Subscription::Missing, Some(5)),
            (Some("active;expires=60"), Subscription::Live, Some(60)),
            (Some("pending ; retry-after=5; Expires = 7"), Subscription::Live, Some(7)),
            (Some("Terminated;reason=noresource"), Subscription::Terminated, None),
            (Some("active;expires=99999999999"), Subscription::Live, Some(u32::MAX)),
            (Some("active;expires=soon"), Subscription::Live, None),
            (Some("active;expires="), Subscription::Live, None),
            (Some("waiting"), Subscription::Live, None),
        ];
        for (value, state, expires) in cases {
            assert_eq!(read_state(value), (state, expires), "{value:?}");
        }
    }

    #[test]
    fn a_status_line_is_read_leniently_behind_its_code() {
        let bodies: [&[u8]; 8] = [
            b"SIP/2.0 486 Busy Here\r\n",
            b"SIP/2.0 486 Busy Here\n",
            b"SIP/2.0 486 Busy Here",
            b"SIP/2.0 486 \r\n",
            b"SIP/2.0 486\r\n",
            b"SIP/2.0 486",
            b"sip/2.0 486 Busy",
            b"SIP/2.0 486 \xff\r\nTo: <sip:a@b>\r\n\r\n",
        ];
        for body in bodies {
            let code = status_code(body).map(SipStatus::as_u16);
            assert_eq!(code, Some(486), "{}", body.escape_ascii());
        }
    }

    #[test]
    fn anything_else_has_no_code() {
        let bodies: [&[u8]; 12] = [
            b"",
            b"SIP/2.0",
            b"SIP/2.0 ",
            b"SIP/2.0 48",
            b"SIP/2.0 4866 x",
            b"SIP/2.0 099 x",
            b"SIP/2.0 700 x",
            b"SIP/2.0  486 x",
            b"SIP/3.0 486 x",
            b" SIP/2.0 486 x",
            b"INVITE sip:a@b SIP/2.0\r\n",
            b"SIP/2.0 4\xd9\xa08 x",
        ];
        for body in bodies {
            assert_eq!(status_code(body), None, "{}", body.escape_ascii());
        }
    }
}
