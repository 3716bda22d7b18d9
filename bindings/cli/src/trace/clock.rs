//! The times that tools print between messages: a time of day, with or without its date, or seconds
//! since 1970.

const DAY: u64 = 24 * 60 * 60 * 1000;

/// A time as it is printed, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stamp {
    Absolute(u64),
    /// Of a day that is not told.
    OfDay(u64),
}

/// Whether a line is what a tool puts before a message: nothing but marks stand before its time.
pub(crate) fn leads(line: &[u8]) -> bool {
    let is_mark = |byte: &u8| b"-[( \tUT".contains(byte);
    stamp(line).is_some_and(|(at, _)| line.get(..at).is_some_and(|it| it.iter().all(is_mark)))
}

/// The time that the lines tell as they go by.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    now: Option<u64>,
}

impl Clock {
    /// In milliseconds since some beginning.
    pub(crate) fn now(&self) -> Option<u64> {
        self.now
    }

    /// Takes in a line between messages.
    pub(crate) fn hear(&mut self, line: &[u8]) {
        let said = match stamp(line) {
            None => return,
            Some((_, Stamp::Absolute(at))) => at,
            Some((_, Stamp::OfDay(of_day))) => {
                let now = self.now.unwrap_or(of_day);
                let today = now - now % DAY + of_day;
                // More than half a day back or ahead is midnight.
                if today + DAY / 2 < now {
                    today + DAY
                } else if now + DAY / 2 < today {
                    today.saturating_sub(DAY)
                } else {
                    today
                }
            }
        };
        self.now = Some(said);
    }
}

/// The first time on a line, and where it begins.
fn stamp(line: &[u8]) -> Option<(usize, Stamp)> {
    if let Some(seconds) = since_1970(line) {
        return Some((0, Stamp::Absolute(seconds)));
    }
    let at =
        (0..line.len()).find(|at| line.get(*at..).is_some_and(|rest| of_day(rest).is_some()))?;
    let (before, rest) = line.split_at_checked(at)?;
    let of_day = of_day(rest)? + milliseconds(rest.get(8..)?);
    let date = match before {
        [date @ .., b' ' | b'\t' | b'T'] => days(date).map(|days| (date.len() - 10, days)),
        _ => None,
    };
    match (date, before.last()) {
        (Some((at, days)), _) => Some((at, Stamp::Absolute(days * DAY + of_day))),
        // Six pairs of an address or of a fingerprint are no time.
        (None, None | Some(b' ' | b'\t' | b'[' | b'(')) => Some((at, Stamp::OfDay(of_day))),
        _ => None,
    }
}

/// The milliseconds of `12:34:56`, at the beginning of a text.
fn of_day(text: &[u8]) -> Option<u64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else { return None };
    if rest.first().is_some_and(|next| *next == b':' || next.is_ascii_digit()) {
        return None;
    }
    let (hour, minute, second) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?);
    // The sixtieth second is a leap second.
    let is_time = hour < 24 && minute < 60 && second <= 60;
    is_time.then_some(((hour * 60 + minute) * 60 + second) * 1000)
}

/// What stands behind the seconds, as `.123456` or `,123`.
fn milliseconds(rest: &[u8]) -> u64 {
    let [b'.' | b',', digits @ ..] = rest else { return 0 };
    let digit = |index: usize| digits.get(index).filter(|byte| byte.is_ascii_digit());
    (0..3)
        .map_while(digit)
        .zip([100, 10, 1])
        .map(|(byte, unit)| u64::from(byte - b'0') * unit)
        .sum()
}

/// The days since 1970 of the date that ends a text, as `2026-11-25` or `2026/11/25`.
fn days(text: &[u8]) -> Option<u64> {
    let date = text.get(text.len().checked_sub(10)?..)?;
    let [y @ .., b'-' | b'/', m1, m2, b'-' | b'/', d1, d2] = date else { return None };
    let (year, month, day) = (number(y)?, number(&[*m1, *m2])?, number(&[*d1, *d2])?);
    let is_date = (1970..).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date {
        return None;
    }
    // Years begin in March here, so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // From the first of March of the year 0 to the first day of 1970.
    Some((year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1).saturating_sub(719_468))
}

/// `1764080105.155257` at the beginning of a line.
fn since_1970(line: &[u8]) -> Option<u64> {
    let (seconds, rest) = line.split_at_checked(10)?;
    let has_decimals = matches!(rest, [b'.', digit, ..] if digit.is_ascii_digit());
    has_decimals.then(|| number(seconds))?.map(|seconds| seconds * 1000 + milliseconds(rest))
}

/// Of at most ten digits.
fn number(digits: &[u8]) -> Option<u64> {
    let is_number = digits.len() <= 10 && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(lines: &[&str]) -> Option<u64> {
        let mut clock = Clock::default();
        for line in lines {
            clock.hear(line.as_bytes());
        }
        clock.now()
    }

    /// Reference: `date -u -d '2026-11-25 14:15:05.155' +%s%3N`.
    const REFERENCE: u64 = 1_795_616_105_155;

    #[test]
    fn a_date_and_a_time_as_each_tool_prints_them() {
        for line in [
            "----------------------------------------------- 2026-11-25 14:15:05.155257",
            "U 2026/11/25 14:15:05.155257 127.0.0.1:5071 -> 127.0.0.2:5070 #1",
            "2026/11/25 14:15:05.155257 127.0.0.1:5071 -> 127.0.0.2:5070",
            "2026-11-25T14:15:05.155Z x",
            "[2026-11-25 14:15:05,155] DEBUG",
            "2026-11-25\t14:15:05.155257",
            "1795616105.155257 IP localhost.5071 > localhost.5070: UDP, length 447",
        ] {
            assert_eq!(after(&[line]), Some(REFERENCE), "{line}");
        }
        assert_eq!(after(&["2024-02-29 00:00:00"]), Some(1_709_164_800_000));
        assert_eq!(after(&["2024-03-01 00:00:00"]), Some(1_709_251_200_000));
        assert_eq!(after(&["1970-01-01 00:00:01"]), Some(1000));
    }

    #[test]
    fn a_time_alone_counts_through_midnight() {
        assert_eq!(after(&["00:00:01.5 IP a > b"]), Some(1500));
        assert_eq!(after(&["23:59:59.9 x", "00:00:00.1 x"]), Some(DAY + 100));
        assert_eq!(after(&["23:59:59.9 x", "00:00:00.1 x", "23:59:59.95 x"]), Some(DAY - 50));
        assert_eq!(after(&["10:00:00 x", "09:59:59 x"]), Some(9 * 3_600_000 + 3_599_000));
        assert_eq!(after(&["recv 400 bytes from udp/[10.0.0.1]:5060 at 00:00:02.25:"]), Some(2250));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for line in [
            "",
            "interface: lo (127.0.0.0/255.0.0.0)",
            "Node 0: 127.0.0.1:5071",
            "24:00:00",
            "12:60:00",
            "112:00:00",
            "00:1b:44:11:3a:b7",
            "1:2:3",
            "a=fingerprint:SHA-1 12:34:56:AB:19:12:24:01",
            "a=fingerprint:SHA-1 4A:12:34:56",
        ] {
            assert_eq!(after(&[line]), None, "{line}");
        }
    }

    #[test]
    fn what_stands_before_a_message_begins_with_its_time() {
        for line in [
            "----------------------------------------------- 2026-11-25 14:15:05.155257",
            "U 2026/11/25 14:15:05.155257 127.0.0.1:5071 -> 127.0.0.2:5070 #1",
            "14:15:05.155257 IP localhost.5071 > 127.0.0.2.5070: UDP, length 447",
            "[2026-11-25 14:15:05,155] DEBUG",
            "1795616105.155257 IP localhost.5071 > localhost.5070: UDP, length 447",
        ] {
            assert!(leads(line.as_bytes()), "{line}");
        }
        for line in ["s=Call at 12:00:00", "<timestamp>2026-11-25T14:15:05Z</timestamp>", "v=0", ""]
        {
            assert!(!leads(line.as_bytes()), "{line}");
        }
    }
}
