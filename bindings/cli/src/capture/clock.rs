//! The times that tools print between messages, and the one clock that is made of them.
//!
//! A log may hold times of several origins: the tool's own beside each message, those of other log
//! lines, a container's in front of each. The clock follows the one that covers the most messages; the
//! others only help where it is missing, and never by a jump: where two cannot be related, the messages
//! before and behind get different clocks.

/// In microseconds: deltas add up.
const SECOND: i64 = 1_000_000;
const MILLISECOND: i64 = 1000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

/// More kinds of times than these between two messages are not looked at.
const MOST_KINDS: usize = 12;

/// More times than these on one line are not looked at.
const MOST_ON_A_LINE: usize = 4;

/// Two notations of one wall clock that differ by more than this are of different time zones or hosts.
const MOST_APART: i64 = 10 * 60 * SECOND;

/// How a time is written. The later ones say more; of two that cover the same, they are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Notation {
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
    /// Whether it names a time of a wall clock.
    fn is_of_day(self) -> bool {
        self >= Self::OfDay
    }
}

/// Times of one key are of one origin: the same notation, behind the same word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    notation: Notation,
    /// A hash of the word before the time; 0 where it begins the line.
    word: u64,
}

/// A time on a line.
#[derive(Debug, Clone, Copy)]
struct Stamp {
    key: Key,
    /// In microseconds since the notation's own beginning.
    at: i64,
    /// Digits of a second.
    digits: u8,
    /// Where it begins.
    start: usize,
    end: usize,
}

/// The times of one key between two messages.
#[derive(Debug, Clone, Copy)]
struct Seen {
    key: Key,
    last: i64,
    sum: i64,
    digits: u8,
}

/// Whether a line is what a tool puts before a message: nothing but marks before its time.
pub(crate) fn leads(line: &[u8]) -> bool {
    stamps(line).first().is_some_and(|stamp| stamp.key.word == 0)
}

/// The times of a capture, as its lines go by.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// What was seen before each message.
    gaps: Vec<Vec<Seen>>,
    open: Vec<Seen>,
}

/// When a message was, in milliseconds on the clock with that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Time {
    pub(crate) at: u64,
    pub(crate) clock: u32,
}

impl Clock {
    /// Takes in a line between messages, or what is before a message on its line.
    pub(crate) fn hear(&mut self, line: &[u8]) {
        for stamp in stamps(line) {
            let Stamp { key, at, digits, .. } = stamp;
            if let Some(seen) = self.open.iter_mut().find(|seen| seen.key == key) {
                seen.last = at;
                seen.sum = seen.sum.saturating_add(at);
                seen.digits = seen.digits.max(digits);
            } else if self.open.len() < MOST_KINDS {
                self.open.push(Seen { key, last: at, sum: at, digits });
            }
        }
    }

    /// A message is here.
    pub(crate) fn message(&mut self) {
        self.gaps.push(std::mem::take(&mut self.open));
    }

    /// The time of each message; none if there are no times at all.
    pub(crate) fn times(&self) -> Option<Vec<Time>> {
        let mut keys = self.keys();
        let main = keys.pop()?.key;
        let mut times = self.series(main);
        let mut clocks = vec![0; times.len()];
        // The others, the best first, where the main one is missing.
        while let Some(Coverage { key, .. }) = keys.pop() {
            if times.iter().all(Option::is_some) {
                break;
            }
            self.fill(&mut times, &mut clocks, (main, key));
        }
        let first = times.iter().flatten().next().copied().unwrap_or_default();
        let (mut last, mut clock) = (first, 0);
        let times = times.into_iter().zip(clocks).map(|(at, of)| {
            if at.is_some() {
                clock = of;
            }
            last = at.unwrap_or(last);
            Time { at: u64::try_from(last / MILLISECOND).unwrap_or_default(), clock }
        });
        Some(times.collect())
    }

    /// The keys, that which covers the most messages last.
    fn keys(&self) -> Vec<Coverage> {
        let mut keys: Vec<Coverage> = Vec::new();
        for seen in self.gaps.iter().flatten() {
            if let Some(known) = keys.iter_mut().find(|known| known.key == seen.key) {
                known.messages = known.messages.saturating_add(1);
                known.digits = known.digits.max(seen.digits);
            } else if keys.len() < MOST_KEYS {
                keys.push(Coverage { key: seen.key, messages: 1, digits: seen.digits });
            }
        }
        keys.sort_by_key(|it| (it.messages, it.digits.min(3), it.key.notation, it.key.word == 0));
        keys
    }

    /// The times of one key, each after the one before.
    fn series(&self, key: Key) -> Vec<Option<i64>> {
        let seen: Vec<Option<Seen>> =
            self.gaps.iter().map(|gap| gap.iter().find(|seen| seen.key == key).copied()).collect();
        if key.notation == Notation::Delta || are_deltas(key, &seen) {
            let mut now = 0_i64;
            return seen
                .iter()
                .map(|seen| {
                    now = now.saturating_add((*seen)?.sum);
                    Some(now)
                })
                .collect();
        }
        let period = match key.notation {
            Notation::OfDay => Some(DAY),
            Notation::OfYear => Some(DAY * 365),
            _ => None,
        };
        let mut before = None;
        let mut unwrap = |seen: &Option<Seen>| {
            let mut at = (*seen)?.last;
            if let (Some(period), Some(before)) = (period, before) {
                at = nearest(at, before, period);
            }
            before = Some(at);
            Some(at)
        };
        seen.iter().map(&mut unwrap).collect()
    }

    /// Fills in the times of another key, related to those that are known.
    fn fill(&self, times: &mut [Option<i64>], clocks: &mut [u32], (main, other): (Key, Key)) {
        let others = self.series(other);
        // Where both are known they say how far apart they are; forwards, then backwards for the beginning.
        let mut apart: Option<i64> = None;
        let mut before: Option<i64> = None;
        let first_apart = times
            .iter()
            .zip(&others)
            .find_map(|(time, other)| Some((*time)?.saturating_sub((*other)?)));
        let mut clock: u32 = 0;
        let mut was_filled = false;
        for index in 0..times.len() {
            let (Some(time), Some(other_at)) = (times.get_mut(index), others.get(index)) else {
                break;
            };
            match (*time, *other_at) {
                (Some(time), other_at) => {
                    apart = other_at.map(|other| time.saturating_sub(other)).or(apart);
                    if was_filled && apart.is_none() && !is_near(before, time) {
                        clock = clock.saturating_add(1);
                    }
                    was_filled = false;
                    before = Some(time);
                }
                (None, Some(other_at)) => {
                    let related = match apart.or(first_apart) {
                        Some(apart) => other_at.saturating_add(apart),
                        None => same_wall_clock(before, other_at, (main, other)),
                    };
                    let known = apart.or(first_apart).is_some();
                    if !known && !is_near(before, related) && before.is_some() {
                        clock = clock.saturating_add(1);
                        apart = Some(0);
                    }
                    *time = Some(related);
                    was_filled = true;
                    before = Some(related);
                }
                (None, None) => {}
            }
            if let Some(slot) = clocks.get_mut(index) {
                *slot = (*slot).max(clock);
            }
        }
    }
}

/// Keys are compared one by one.
const MOST_KEYS: usize = 64;

struct Coverage {
    key: Key,
    messages: usize,
    digits: u8,
}

fn is_near(before: Option<i64>, at: i64) -> bool {
    before.is_none_or(|before| at.saturating_sub(before).abs() <= MOST_APART)
}

/// A time of another notation on the clock of the main one, if both are of one wall clock.
fn same_wall_clock(before: Option<i64>, other_at: i64, (main, other): (Key, Key)) -> i64 {
    let is_absolute = |key: Key| key.notation >= Notation::Dated;
    match before {
        Some(before) if main.notation.is_of_day() && other.notation.is_of_day() => {
            if is_absolute(main) && is_absolute(other) {
                other_at
            } else {
                nearest(other_at.rem_euclid(DAY), before, DAY)
            }
        }
        _ => other_at,
    }
}

/// The time that is this one but for whole periods, and nearest to another.
fn nearest(at: i64, to: i64, period: i64) -> i64 {
    let apart = to.saturating_sub(at);
    let periods = apart.saturating_add(period / 2).div_euclid(period);
    at.saturating_add(periods.saturating_mul(period))
}

/// `tcpdump -ttt` prints the time since the packet before as a time of day.
fn are_deltas(key: Key, seen: &[Option<Seen>]) -> bool {
    if key.notation != Notation::OfDay || key.word != 0 {
        return false;
    }
    let mut last = None;
    let (mut all, mut short, mut backwards) = (0_usize, 0_usize, false);
    for seen in seen.iter().flatten() {
        if seen.last >= 60 * 60 * SECOND {
            return false;
        }
        all = all.saturating_add(1);
        short = short.saturating_add(usize::from(seen.last < SECOND));
        backwards |= last.is_some_and(|last| seen.last < last);
        last = Some(seen.last);
    }
    backwards && short.saturating_mul(2) >= all
}

/// The times on a line, in their order.
fn stamps(line: &[u8]) -> Vec<Stamp> {
    let mut found = Vec::new();
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
    found.sort_by_key(|stamp| stamp.start);
    found
}

/// `12:34:56` at an offset, with its date, its fraction and its time zone.
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
            let is_bounded = before.last().is_none_or(|last| b" \t[(@|\"'=<".contains(last));
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

/// What is behind the seconds, as `.123456`, `,123` or `:123`: microseconds, and how many digits.
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

/// How far a zone is ahead of UTC.
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

/// The date around a time of day, and where it begins.
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

/// `2026-11-25`, `2026/11/25`, `25.11.2026`, `11/25/2026`, `11-25`.
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

/// `25/Nov/2026`, `Nov 25`, `Nov 25 2026`, `Nov 25, 2026`, `25 Nov 2026`, and `Nov 25` with the year behind
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

/// The days since 1970.
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

/// `1764080105.155257` around its dot.
fn unix(line: &[u8], dot: usize) -> Option<Stamp> {
    let start = dot.checked_sub(10)?;
    let (before, rest) = line.split_at_checked(start)?;
    let (seconds, rest) = rest.split_at_checked(10)?;
    if before.last().is_some_and(|last| !b" \t[(\"'=:,".contains(last)) {
        return None;
    }
    let seconds = number(seconds).filter(|seconds| *seconds >= 1_000_000_000)?;
    let (fraction, digits, rest) = fraction(rest);
    (digits > 0).then_some(())?;
    let key = Key { notation: Notation::Unix, word: word_before(before) };
    let end = line.len().checked_sub(rest.len())?;
    Some(Stamp { key, at: seconds * SECOND + fraction, digits, start, end })
}

/// `"timestamp":1764080105155`, in milliseconds, microseconds or nanoseconds.
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

/// Seconds since some beginning at the start of a line: `12.345678 `, `[   12.345678]`.
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

/// `+12ms` at the end of a line, the time since the last line of that name (the package debug, as JsSIP
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

/// What tells times of different origins on a line apart: the word before, but for its digits; 0 if there are
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

/// Of at most 13 digits.
fn number(digits: &[u8]) -> Option<i64> {
    let is_number = digits.len() <= 13 && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The time of a message behind each of the lines.
    fn times(lines: &[&str]) -> Option<Vec<u64>> {
        let mut clock = Clock::default();
        for line in lines {
            clock.hear(line.as_bytes());
            clock.message();
        }
        clock.times().map(|times| times.iter().map(|time| time.at).collect())
    }

    fn after(line: &str) -> Option<u64> {
        times(&[line])?.pop()
    }

    /// Reference: `date -u -d '2026-11-25 14:15:05.155' +%s%3N`.
    const REFERENCE: u64 = 1_795_616_105_155;

    #[test]
    fn dates_and_times_as_each_tool_prints_them() {
        for line in [
            "----------------------------------------------- 2026-11-25 14:15:05.155257",
            "U 2026/11/25 14:15:05.155257 127.0.0.1:5071 -> 127.0.0.2:5070 #1",
            "2026/11/25 14:15:05.155257 127.0.0.1:5071 -> 127.0.0.2:5070",
            "2026-11-25T14:15:05.155Z x",
            "2026-11-25T15:15:05.155257123+01:00 stdout F x",
            "[2026-11-25 14:15:05,155] DEBUG",
            "2026-11-25 14:15:05:155 [app/belle-sip] MESSAGE",
            "@2026-11-25 14:15:05,155||FINEST|Tele|8513|",
            "2026-11-25\t14:15:05.155257",
            "1795616105.155257 IP localhost.5071 > localhost.5070: UDP, length 447",
            "    Arrival Time: Nov 25, 2026 14:15:05.155257000 UTC",
            "Epoch Time: 1795616105.155256987 seconds",
            "Wed Nov 25 2026 14:15:05.155 x",
            "Wed, 25 Nov 2026 14:15:05.155 GMT x",
            "25.11.2026 14:15:05.155 x",
            "11/25/2026 02:15:05.155 PM x",
            "25/Nov/2026:15:15:05.155 +0100 dbg",
            "{\"ts\":1795616105155,\"x\":1}",
            "{\"ts\":\"1795616105155257000\"}",
        ] {
            assert_eq!(after(line), Some(REFERENCE), "{line}");
        }
        assert_eq!(after("Wed Nov 25 14:15:05 2026"), Some(REFERENCE - 155));
        assert_eq!(after("2024-02-29 00:00:00"), Some(1_709_164_800_000));
        assert_eq!(after("2024-03-01 00:00:00"), Some(1_709_251_200_000));
        assert_eq!(after("1970-01-01 00:00:01"), Some(1000));
        assert_eq!(after("11-02 00:00:00.5 1 2 I x"), after("Nov  2 00:00:00.5 host x"));
    }

    #[test]
    fn a_time_alone_counts_through_midnight() {
        const DAY: u64 = 86_400_000;
        assert_eq!(after("00:00:01.5 IP a > b"), Some(1500));
        assert_eq!(
            times(&["23:59:59.9 x", "00:00:00.1 x", "23:59:59.95 x"]),
            Some(vec![DAY - 100, DAY + 100, DAY - 50])
        );
        assert_eq!(
            times(&["Dec 31 23:59:59 x", "Jan  1 00:00:01 x"]).map(|it| it[1] - it[0]),
            Some(2000)
        );
        assert_eq!(after("recv 400 bytes from udp/[10.0.0.1]:5060 at 00:00:02.25:"), Some(2250));
    }

    #[test]
    fn the_clock_never_jumps_because_the_notation_changes() {
        let gaps = |gaps: &[&[&str]]| {
            let mut clock = Clock::default();
            for lines in gaps {
                for line in *lines {
                    clock.hear(line.as_bytes());
                }
                clock.message();
            }
            let times = clock.times().unwrap_or_default();
            let first = times[0].at;
            let since = |at: u64| i128::from(at) - i128::from(first);
            times.iter().map(|time| (since(time.at), time.clock)).collect::<Vec<_>>()
        };
        // FreeSWITCH: messages have the time of day, other lines a date, in another time zone.
        assert_eq!(
            gaps(&[
                &["recv 495 bytes from udp/[203.0.113.10]:5060 at 14:15:05.155257:"],
                &[
                    "2025-11-25 13:15:05.197001 [DEBUG] x",
                    "send 366 bytes to udp/[x]:5060 at 14:15:05.197257:"
                ],
                &["send 366 bytes to udp/[x]:5060 at 14:15:09.155257:",],
            ]),
            [(0, 0), (42, 0), (4000, 0)]
        );
        // A message whose own time is missing: the other lines say when it was.
        assert_eq!(
            gaps(&[
                &["2025-11-25 13:15:05.000 x", "at 14:15:05.000"],
                &["2025-11-25 13:15:07.000 x"],
                &["at 14:15:08.000"],
            ]),
            [(0, 0), (2000, 0), (3000, 0)]
        );
        // The date comes late, or goes away.
        assert_eq!(
            gaps(&[&["14:15:05.000 x"], &["14:15:06.000 x"], &["2025-11-25 14:15:07.000 x"]]),
            [(0, 0), (1000, 0), (2000, 0)]
        );
        // Two clocks that nothing relates.
        assert_eq!(
            gaps(&[&["14:15:05.000 x"], &["14:15:06.000 x"], &["2025-11-25 10:15:07.000 x"]])
                .iter()
                .map(|(_, clock)| *clock)
                .collect::<Vec<_>>(),
            [0, 0, 1]
        );
    }

    #[test]
    fn deltas_add_up() {
        assert_eq!(
            times(&[
                " 00:00:00.000000 IP a > b",
                " 00:00:04.000000 IP a > b",
                " 00:00:00.042000 IP a > b"
            ]),
            Some(vec![0, 4000, 4042])
        );
        // Parts of milliseconds count.
        let packets =
            [" 00:00:00.500600 IP a > b", " 00:00:00.000600 IP a > b", " 00:00:00.000800 IP a > b"];
        assert_eq!(times(&packets), Some(vec![500, 501, 502]));
        assert_eq!(
            times(&[
                "JsSIP:Transport received text message: +0ms",
                "JsSIP:Transport sending message: +2s"
            ]),
            Some(vec![0, 2000])
        );
    }

    #[test]
    fn what_is_no_time_is_ignored() {
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
            "Ethernet II, Src: 00:00:00_00:00:00 (00:00:00:00:00:00)",
        ] {
            assert_eq!(times(&[line]), None, "{line}");
        }
    }

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
