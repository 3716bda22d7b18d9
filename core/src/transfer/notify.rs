//! Reading a NOTIFY: its Event and Subscription-State headers, and its sipfrag. Which reply it gets and
//! what it does to the transfer is in `rules`.

use serde::{Deserialize, Serialize};

/// What a NOTIFY says, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notification {
    pub(super) is_refer: bool,
    pub(super) id: Id,
    pub(super) subscription: Subscription,
    /// In seconds.
    pub(super) expires: Option<u32>,
    pub(super) code: Option<u16>,
}

/// The last NOTIFY in order that came in the dialog, and its reply: what a repeat is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LastNotify {
    pub(super) cseq: u32,
    pub(super) notification: Notification,
    pub(super) reply: u16,
}

pub(super) const OK: u16 = 200;
pub(super) const BAD_REQUEST: u16 = 400;
pub(super) const NO_SUBSCRIPTION: u16 = 481;
pub(super) const BAD_EVENT: u16 = 489;
pub(super) const OUT_OF_ORDER: u16 = 500;

impl Notification {
    pub(super) fn read(event: &str, subscription_state: Option<&str>, body: &[u8]) -> Self {
        let (is_refer, id) = read_event(event);
        let (subscription, expires) = read_state(subscription_state);
        Self { is_refer, id, subscription, expires, code: status_code(body) }
    }

    pub(super) fn ends_subscription(&self) -> bool {
        self.subscription == Subscription::Terminated
    }
}

/// The `id` parameter of an Event header (RFC 6665 §8.2.1): for a REFER its CSeq number (RFC 3515 §2.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Id {
    Missing,
    Number(u32),
    /// No number: it can belong to no REFER.
    Other,
}

/// Reads an Event header: whether the package is `refer`, and the id.
///
/// Case is forgiven in the name: an endpoint that writes `Refer` means this package.
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
    /// `active`, `pending`, or a state of an extension: it goes on.
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

/// delta-seconds; a number that passes 32 bits counts as the largest, as RFC 3261 §20.19 would have it.
fn seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX))
}

/// Reads the status code of a `message/sipfrag` (RFC 3420), which begins with a status line; what
/// follows that line does not matter.
///
/// A line that ends in LF alone, no end of line at all, and a missing reason phrase are forgiven.
fn status_code(body: &[u8]) -> Option<u16> {
    let (version, rest) = body.split_at_checked(b"SIP/2.0 ".len())?;
    if !version.eq_ignore_ascii_case(b"SIP/2.0 ") {
        return None;
    }
    match rest {
        [a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9']
        | [a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9', b' ' | b'\r' | b'\n', ..] => {
            let digit = |byte: &u8| u16::from(byte - b'0');
            Some(100 * digit(a) + 10 * digit(b) + digit(c))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_stands_first_and_the_id_anywhere() {
        assert_eq!(read_event("refer"), (true, Id::Missing));
        assert_eq!(read_event("refer;id=93809824"), (true, Id::Number(93_809_824)));
        assert_eq!(read_event(" Refer ; x=1;ID = 7 "), (true, Id::Number(7)));
        assert_eq!(read_event("presence;id=1"), (false, Id::Number(1)));
        assert_eq!(read_event("refer.winfo"), (false, Id::Missing));
        assert_eq!(read_event(""), (false, Id::Missing));
    }

    #[test]
    fn an_id_that_is_no_number_is_no_missing_one() {
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
            assert_eq!(status_code(body), Some(486), "{}", body.escape_ascii());
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
