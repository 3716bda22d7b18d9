//! The Event header of a NOTIFY (RFC 6665 §8.2.1): its package and its `id`.

use serde::{Deserialize, Serialize};

/// The `id` parameter: for a REFER its CSeq number (RFC 3515 §2.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Id {
    Missing,
    Number(u32),
    /// No number: it can belong to no REFER.
    Other,
}

/// Whether the package is `refer`, and the id.
///
/// Case is forgiven in the name: an endpoint that writes `Refer` means this package.
pub(super) fn read(value: &str) -> (bool, Id) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_stands_first_and_the_id_anywhere() {
        assert_eq!(read("refer"), (true, Id::Missing));
        assert_eq!(read("refer;id=93809824"), (true, Id::Number(93_809_824)));
        assert_eq!(read(" Refer ; x=1;ID = 7 "), (true, Id::Number(7)));
        assert_eq!(read("presence;id=1"), (false, Id::Number(1)));
        assert_eq!(read("refer.winfo"), (false, Id::Missing));
        assert_eq!(read(""), (false, Id::Missing));
    }

    #[test]
    fn an_id_that_is_no_number_is_no_missing_one() {
        for id in ["id", "id=", "id=+1", "id=1x", "id=4294967296", "id=\"1\""] {
            assert_eq!(read(&format!("refer;{id}")), (true, Id::Other), "{id}");
        }
    }
}
