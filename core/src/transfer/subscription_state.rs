//! The Subscription-State header of a NOTIFY (RFC 6665 §8.2.3): whether the subscription goes on,
//! and for how long.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Subscription {
    Missing,
    /// `active`, `pending`, or a state of an extension: it goes on.
    Live,
    Terminated,
}

/// The state and its `expires` in seconds.
pub(super) fn read(value: Option<&str>) -> (Subscription, Option<u32>) {
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

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(read(value), (state, expires), "{value:?}");
        }
    }
}
