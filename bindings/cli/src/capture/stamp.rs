//! Times in a line of text, in the notations of tools and logs, with their dates and time zones.

/// Times are in microseconds: deltas add up.
pub(super) const SECOND: i64 = 1_000_000;
pub(super) const MILLISECOND: i64 = 1000;
pub(super) const DAY: i64 = 24 * 60 * 60 * SECOND;

/// No time is shorter: ` +1s` and `1.234`.
const SHORTEST: usize = 4;

/// More times than these on one line are not looked at.
const MOST_ON_A_LINE: usize = 4;

/// How a time is written. The later ones say more; of two that cover the same, they are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Notation {
    /// The time since the line before of the same kind.
    Delta,
    /// Seconds since some beginning.
    Elapsed,
    /// A time of day.
    OfDay,
    /// With month and day.
    OfYear,
    Dated,
    /// With its time zone.
    Zoned,
    /// Since 1970.
    Unix,
}

impl Notation {
    /// Returns whether it is the time of a wall clock.
    pub(super) fn is_of_day(self) -> bool {
        self >= Self::OfDay
    }
}

/// Times of one key are of one origin: the same notation, behind the same word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) notation: Notation,
    /// A hash of the word before the time; 0 where it begins the line.
    pub(super) word: u64,
}

/// A time on a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    pub(super) key: Key,
    /// In microseconds since the notation's own beginning.
    pub(super) at: i64,
    /// Digits of a second.
    pub(super) digits: u8,
    /// Where it begins.
    start: usize,
    end: usize,
}

/// Returns whether a line is what a tool prints before a message: nothing but marks are before its time.
pub(crate) fn leads(line: &[u8]) -> bool {
    stamps(line).first().is_some_and(|stamp| stamp.key.word == 0)
}

/// Returns the times on a line, in their order.
pub(super) fn stamps(line: &[u8]) -> Vec<Stamp> {
    let mut found = Vec::new();
    if line.len() < SHORTEST {
        return found;
    }
    found.extend(seconds(line));
    found.extend(delta(line));
    let mut from = 0;
    for colon in memchr::memchr_iter(b':', line) {
        if found.len() >= MOST_ON_A_LINE {
            break;
        }
        let Some(start) = colon.checked_sub(2).filter(|start| *start >= from) else { continue };
        if let Some(stamp) = of_day(line, start) {
            from = stamp.end;
            found.push(stamp);
        } else if let Some(stamp) = unix_in_json(line, colon) {
            from = stamp.end;
            found.push(stamp);
        }
    }
    if let Some(dot) = memchr::memchr_iter(b'.', line).find(|dot| unix(line, *dot).is_some()) {
        found.extend(unix(line, dot));
    }
    found.extend(unix_alone(line));
    if found.is_empty() {
        found.extend(compact(line).or_else(|| polycom(line)));
    }
    found.sort_by_key(|stamp| stamp.start);
    found
}

/// Reads `12:34:56` at an offset, with its date, its fraction and its time zone.
fn of_day(line: &[u8], start: usize) -> Option<Stamp> {
    let (before, rest) = line.split_at_checked(start)?;
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = rest else { return None };
    let (hour, minute, second) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?);
    // The sixtieth second is a leap second.
    let is_time = hour < 24 && minute < 60 && second <= 60;
    // The first half of an address, as Wireshark writes it, is not a time.
    let ends = |next: &u8| !next.is_ascii_digit() && *next != b'_';
    if !is_time || !rest.first().is_none_or(ends) {
        return None;
    }
    let (fraction, digits, rest) = fraction(rest);
    // Six pairs of an address or of a fingerprint are not a time.
    if rest.first() == Some(&b':') && rest.get(1).is_some_and(u8::is_ascii_hexdigit) {
        return None;
    }
    let hour = match (hour, rest.trim_ascii_start()) {
        (12, [b'A' | b'a', b'M' | b'm', ..]) => 0,
        (1..12, [b'P' | b'p', b'M' | b'm', ..]) => hour + 12,
        _ => hour,
    };
    let mut at = ((hour * 60 + minute) * 60 + second) * SECOND + fraction;
    let (notation, start) = match date(before, rest) {
        Some((Date::Days(days), start)) => {
            at += days * DAY;
            match zone(rest) {
                Some(zone) => {
                    at -= zone;
                    (Notation::Zoned, start)
                }
                None => (Notation::Dated, start),
            }
        }
        Some((Date::OfYear(days), start)) => {
            at += days * DAY;
            (Notation::OfYear, start)
        }
        None => {
            let is_bounded = before.last().is_none_or(|last| b" \t[(@|\"'=<],;*".contains(last));
            if !is_bounded {
                return None;
            }
            (Notation::OfDay, start)
        }
    };
    let word = word_before(line.get(..start)?);
    let end = line.len().checked_sub(rest.len())?;
    Some(Stamp { key: Key { notation, word }, at, digits, start, end })
}

/// Reads what is behind the seconds, as `.123456`, `,123` or `:123`: microseconds, and how many digits.
fn fraction(rest: &[u8]) -> (i64, u8, &[u8]) {
    let nothing = (0, 0, rest);
    let [mark @ (b'.' | b',' | b':'), digits @ ..] = rest else { return nothing };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 || (*mark == b':' && count != 3) {
        return nothing;
    }
    let value = digits.iter().take(count).zip([100_000, 10_000, 1000, 100, 10, 1]);
    let microseconds = value.map(|(byte, unit)| i64::from(byte - b'0') * unit).sum();
    let rest = digits.get(count..).unwrap_or_default();
    (microseconds, u8::try_from(count).unwrap_or(u8::MAX), rest)
}

/// Returns how far a zone is ahead of UTC.
fn zone(rest: &[u8]) -> Option<i64> {
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    match rest {
        [b'Z', after @ ..] if !after.first().is_some_and(u8::is_ascii_alphanumeric) => Some(0),
        [b'U', b'T', b'C', ..] | [b'G', b'M', b'T', ..] => Some(0),
        [sign @ (b'+' | b'-'), h1, h2, rest @ ..] => {
            let rest = rest.strip_prefix(b":").unwrap_or(rest);
            let minutes = number(&[*h1, *h2])? * 60 + number(rest.get(..2)?)?;
            let ahead = minutes * 60 * SECOND;
            Some(if *sign == b'+' { ahead } else { -ahead })
        }
        _ => None,
    }
}

enum Date {
    /// Since 1970.
    Days(i64),
    /// Since the first of January.
    OfYear(i64),
}

/// Returns the date around a time of day, and where it begins.
fn date(before: &[u8], after: &[u8]) -> Option<(Date, usize)> {
    let (date, separator) = match before {
        [date @ .., separator @ (b' ' | b'\t' | b'T' | b':' | b'_' | b'-')] => (date, *separator),
        _ => return None,
    };
    let date = date.trim_ascii_end();
    let date = date.strip_suffix(b",").unwrap_or(date);
    numeric_date(date)
        .or_else(|| named_date(date, after))
        .filter(|_| separator != b':' || date.contains(&b'/'))
}

/// Reads `2026-11-25`, `2026/11/25`, `25.11.2026`, `11/25/2026`, `20261125`, `11-25`.
fn numeric_date(text: &[u8]) -> Option<(Date, usize)> {
    let ends = |text: &[u8], length: usize| text.len().checked_sub(length);
    if let Some(start) = ends(text, 10) {
        let found = match text.get(start..)? {
            [y1, y2, y3, y4, b'-' | b'/' | b'.', m1, m2, b'-' | b'/' | b'.', d1, d2] => {
                days(&[*y1, *y2, *y3, *y4], number(&[*m1, *m2]), &[*d1, *d2])
            }
            [d1, d2, b'.' | b'-', m1, m2, b'.' | b'-', y @ ..] => {
                days(y, number(&[*m1, *m2]), &[*d1, *d2])
            }
            [m1, m2, b'/', d1, d2, b'/', y @ ..] => {
                let month = number(&[*m1, *m2]);
                // Only where the first cannot be a month it is a day.
                if month.is_some_and(|month| month > 12) {
                    days(y, number(&[*d1, *d2]), &[*m1, *m2])
                } else {
                    days(y, month, &[*d1, *d2])
                }
            }
            _ => None,
        };
        let is_alone = start
            .checked_sub(1)
            .and_then(|at| text.get(at))
            .is_none_or(|byte| !byte.is_ascii_digit());
        if let Some(days) = found.filter(|_| is_alone) {
            return Some((Date::Days(days), start));
        }
    }
    // 20261125
    if let Some([y1, y2, y3, y4, m1, m2, d1, d2]) = text.last_chunk::<8>() {
        let is_alone = text
            .len()
            .checked_sub(9)
            .and_then(|at| text.get(at))
            .is_none_or(|byte| !byte.is_ascii_alphanumeric());
        let found = days(&[*y1, *y2, *y3, *y4], number(&[*m1, *m2]), &[*d1, *d2]);
        if let Some(days) = found.filter(|_| is_alone) {
            return Some((Date::Days(days), text.len().checked_sub(8)?));
        }
    }
    // As logcat has it.
    let start = ends(text, 5)?;
    let [m1, m2, b'-', d1, d2] = text.get(start..)? else { return None };
    let days = days(b"2001", number(&[*m1, *m2]), &[*d1, *d2])?;
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    before
        .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-')
        .then_some((Date::OfYear(days - NEW_YEAR), start))
}

/// From 1970 to 2001, the year that counts where none is named: it has no leap day, as most.
const NEW_YEAR: i64 = 11_323;

/// Reads `25/Nov/2026`, `Nov 25`, `Nov 25 2026`, `Nov 25, 2026`, `25 Nov 2026`, and `Nov 25` with the year behind
/// the time.
fn named_date(text: &[u8], after: &[u8]) -> Option<(Date, usize)> {
    const MOST: usize = 16;
    let from = text.len().saturating_sub(MOST);
    let shown = text.get(from..)?;
    let mut words = shown
        .rsplit(|byte| b" ,/-".contains(byte))
        .filter(|word| !word.is_empty())
        .map(|word| word.strip_prefix(b"[").unwrap_or(word));
    let (last, second, third) = (words.next()?, words.next()?, words.next());
    let start = |word: &[u8]| {
        let at = word.as_ptr() as usize;
        at.checked_sub(text.as_ptr() as usize)
    };
    let full = |year: &[u8], name: &[u8], day: &[u8], first: &[u8]| {
        Some((Date::Days(days(year, Some(month(name)?), day)?), start(first)?))
    };
    if last.len() == 4 {
        let third = third?;
        return full(last, second, third, third).or_else(|| full(last, third, second, third));
    }
    let (name, day) = if month(second).is_some() { (second, last) } else { (last, second) };
    let first = if month(second).is_some() { second } else { day };
    // `Tue Nov 25 14:15:05 2025`
    let year = after.strip_prefix(b" ").and_then(|after| after.get(..4));
    let is_year = year.is_some_and(|year| year.starts_with(b"20") && number(year).is_some());
    if let Some(year) = year.filter(|_| is_year) {
        return full(year, name, day, first);
    }
    let days = days(b"2001", Some(month(name)?), day)?;
    Some((Date::OfYear(days - NEW_YEAR), start(first)?))
}

fn month(name: &[u8]) -> Option<i64> {
    const NAMES: [&[u8]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    // An asterisk says that the clock is not synchronised (Cisco).
    let name = name.strip_prefix(b"*").unwrap_or(name);
    let at = NAMES.iter().position(|known| name.eq_ignore_ascii_case(known))?;
    i64::try_from(at.saturating_add(1)).ok()
}

/// Returns the days since 1970.
fn days(year: &[u8], month: Option<i64>, day: &[u8]) -> Option<i64> {
    let (year, month, day) = (number(year)?, month?, number(day)?);
    let is_date = (1970..).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_date {
        return None;
    }
    // Years begin in March here, so that the leap day is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap_days = year / 4 - year / 100 + year / 400;
    // From the first of March of the year 0 to the first day of 1970.
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

/// The first second in 2009. Smaller numbers of ten digits are the month, day and time of Polycom's phones.
const OLDEST: i64 = 1_232_000_000;

/// Reads `1764080105.155257` around its dot.
fn unix(line: &[u8], dot: usize) -> Option<Stamp> {
    let start = dot.checked_sub(10)?;
    let (before, rest) = line.split_at_checked(start)?;
    let (seconds, rest) = rest.split_at_checked(10)?;
    if before.last().is_some_and(|last| !b" \t[(\"'=:,".contains(last)) {
        return None;
    }
    let seconds = number(seconds).filter(|seconds| *seconds >= OLDEST)?;
    let (fraction, digits, rest) = fraction(rest);
    (digits > 0).then_some(())?;
    let key = Key { notation: Notation::Unix, word: word_before(before) };
    let end = line.len().checked_sub(rest.len())?;
    Some(Stamp { key, at: seconds * SECOND + fraction, digits, start, end })
}

/// Reads ` at 1764080105 `, as Asterisk's history of messages has it.
fn unix_alone(line: &[u8]) -> Option<Stamp> {
    let at = memchr::memmem::find(line, b" at 1")?;
    let start = at.saturating_add(4);
    let (before, rest) = line.split_at_checked(start)?;
    let (seconds, rest) = rest.split_at_checked(10)?;
    let is_alone = rest.first().is_none_or(|next| matches!(next, b' ' | b'\t' | b'\r'));
    let seconds = number(seconds).filter(|seconds| *seconds >= OLDEST && is_alone)?;
    let key = Key { notation: Notation::Unix, word: word_before(before) };
    Some(Stamp { key, at: seconds * SECOND, digits: 0, start, end: start.saturating_add(10) })
}

/// Bytes of a line in which a compact time is looked for.
const LOOKED_AT: usize = 200;

/// Reads `20251125-141505.155`, `20251125T141505.155Z` and `11252025 141505.155000`.
fn compact(line: &[u8]) -> Option<Stamp> {
    let head = line.get(..LOOKED_AT).unwrap_or(line);
    let mut words = head.split(|byte| !byte.is_ascii_digit()).peekable();
    let mut start = 0_usize;
    while let Some(word) = words.next() {
        let next = words.peek().copied().unwrap_or_default();
        let behind = start.saturating_add(word.len());
        let separator = line.get(behind).copied().unwrap_or_default();
        if word.len() == 8 && next.len() == 6 && b"-T_ ".contains(&separator) {
            let ([a, b, c, d], [e, f, g, h]) = (word.first_chunk()?, word.last_chunk()?);
            let (day, hour) = (&[*g, *h], next);
            let days = days(&[*a, *b, *c, *d], number(&[*e, *f]), day)
                .or_else(|| days(&[*e, *f, *g, *h], number(&[*a, *b]), &[*c, *d]));
            if let (Some(days), Some(of_day)) = (days, of_six(hour)) {
                let rest = line.get(behind.saturating_add(7)..)?;
                let (fraction, digits, rest) = fraction(rest);
                let (notation, zone) = match zone(rest) {
                    Some(zone) => (Notation::Zoned, zone),
                    None => (Notation::Dated, 0),
                };
                let word = word_before(line.get(..start)?);
                let at = days * DAY + of_day + fraction - zone;
                let end = line.len().checked_sub(rest.len())?;
                return Some(Stamp { key: Key { notation, word }, at, digits, start, end });
            }
        }
        start = behind.saturating_add(1);
    }
    None
}

/// Reads `1125141505.155|` or `1125141505|` at the start of a line: month, day and time.
fn polycom(line: &[u8]) -> Option<Stamp> {
    let (time, rest) = line.split_at_checked(10)?;
    let ([m1, m2, d1, d2, ..], time) = (time, time.get(4..)?) else { return None };
    let (fraction, digits, after) = fraction(rest);
    let days =
        days(b"2001", number(&[*m1, *m2]), &[*d1, *d2]).filter(|_| after.starts_with(b"|"))?;
    let at = (days - NEW_YEAR) * DAY + of_six(time)? + fraction;
    let key = Key { notation: Notation::OfYear, word: 0 };
    let end = line.len().checked_sub(after.len())?;
    Some(Stamp { key, at, digits, start: 0, end })
}

/// Reads `141505`.
fn of_six(digits: &[u8]) -> Option<i64> {
    let [h1, h2, m1, m2, s1, s2] = digits else { return None };
    let (hour, minute, second) = (number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?);
    let is_time = hour < 24 && minute < 60 && second <= 60;
    is_time.then_some(((hour * 60 + minute) * 60 + second) * SECOND)
}

/// Reads `"timestamp":1764080105155`, in milliseconds, microseconds or nanoseconds.
fn unix_in_json(line: &[u8], colon: usize) -> Option<Stamp> {
    let name = line.get(..colon)?.strip_suffix(b"\"")?;
    let rest = line.get(colon.saturating_add(1)..)?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_whole = rest.get(count).is_none_or(|byte| b",\"} ]\r".contains(byte));
    if !matches!(count, 13 | 16 | 19) || !is_whole || rest.first() != Some(&b'1') {
        return None;
    }
    let start = line.len().checked_sub(rest.len())?;
    let key = Key { notation: Notation::Unix, word: word_before(name) };
    let at = number(rest.get(..13)?)? * MILLISECOND;
    Some(Stamp { key, at, digits: 3, start, end: start.saturating_add(count) })
}

/// Reads seconds since some beginning at the start of a line: `12.345678 `, `[   12.345678]`.
fn seconds(line: &[u8]) -> Option<Stamp> {
    let rest = line.trim_ascii_start();
    let rest = rest.strip_prefix(b"[").unwrap_or(rest).trim_ascii_start();
    let dot = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let whole = rest.get(..dot).filter(|_| (1..=7).contains(&dot))?;
    let (fraction, digits, after) = fraction(rest.get(dot..)?);
    let is_alone = matches!(after.first(), None | Some(b' ' | b'\t' | b']' | b':'));
    if digits < 3 || !is_alone || rest.get(dot) != Some(&b'.') {
        return None;
    }
    let start = line.len().checked_sub(rest.len())?;
    let end = line.len().checked_sub(after.len())?;
    let key = Key { notation: Notation::Elapsed, word: 0 };
    Some(Stamp { key, at: number(whole)? * SECOND + fraction, digits, start, end })
}

/// Reads `+12ms` at the end of a line, the time since the last line of that name (the package debug, as JsSIP
/// prints it).
fn delta(line: &[u8]) -> Option<Stamp> {
    let line = line.trim_ascii_end();
    let plus = memchr::memrchr(b'+', line)?;
    let (before, rest) = line.split_at_checked(plus)?;
    let rest = rest.get(1..)?;
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (value, unit) = rest.split_at_checked(count)?;
    let unit = match unit {
        b"ms" => MILLISECOND,
        b"s" => SECOND,
        b"m" => 60 * SECOND,
        b"h" => 60 * 60 * SECOND,
        _ => return None,
    };
    let at = number(value).filter(|_| before.ends_with(b" "))? * unit;
    let name = line.trim_ascii_start().split(|byte| *byte == b' ').next().unwrap_or_default();
    let key = Key { notation: Notation::Delta, word: hash(name) };
    Some(Stamp { key, at, digits: 3, start: plus, end: line.len() })
}

/// Returns whether a line is nothing but the time since another, with at most a name before it.
pub(super) fn is_delta(line: &[u8]) -> bool {
    let words = line.trim_ascii().split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.count() <= 2 && delta(line).is_some()
}

/// Returns what distinguishes times of different origins on a line: a hash of the word before, but for its digits; 0 if there are
/// only marks.
fn word_before(before: &[u8]) -> u64 {
    let is_mark = |byte: &u8| !byte.is_ascii_alphanumeric();
    let end = before.iter().rposition(|byte| !is_mark(byte)).map_or(0, |at| at.saturating_add(1));
    let word = before.get(..end).unwrap_or_default();
    let word = word.rsplit(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    // The transports of ngrep.
    if matches!(word, b"" | b"U" | b"T") { 0 } else { hash(word) }
}

fn hash(word: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hasher};
    let mut hasher = DefaultHasher::new();
    for byte in word.iter().filter(|byte| !byte.is_ascii_digit()) {
        hasher.write_u8(*byte);
    }
    hasher.finish().max(1)
}

/// Reads a number of at most 13 digits.
fn number(digits: &[u8]) -> Option<i64> {
    let is_number = digits.len() <= 13 && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_before_a_message_begins_with_its_time() {
        for line in [
            "----------------------------------------------- 2026-11-25 14:15:05.155257",
            "U 2026/11/25 14:15:05.155257 127.0.0.1:5071 -> 127.0.0.2:5070 #1",
            "14:15:05.155257 IP localhost.5071 > 127.0.0.2.5070: UDP, length 447",
            "[2026-11-25 14:15:05,155] DEBUG",
            "1795616105.155257 IP localhost.5071 > localhost.5070: UDP, length 447",
            "Nov 25 14:15:05.215: //-1/xxxxxxxxxxxx/SIP/Msg/ccsipDisplayMsg:",
        ] {
            assert!(leads(line.as_bytes()), "{line}");
        }
        for line in ["s=Call at 12:00:00", "<timestamp>2026-11-25T14:15:05Z</timestamp>", "v=0", ""]
        {
            assert!(!leads(line.as_bytes()), "{line}");
        }
    }
}
