//! The times that tools print between messages, and the one clock that is made of them.
//!
//! A log may hold times of several origins: the tool's own beside each message, those of other log
//! lines, a container's in front of each. The clock follows the one that covers the most messages; the
//! others only help where it is missing, and never by a jump: where two cannot be related, the messages
//! before and behind get different clocks.

use super::stamp::{DAY, Key, MILLISECOND, Notation, SECOND, Stamp, stamps};

/// More kinds of times than these between two messages are not looked at.
const MOST_KINDS: usize = 12;

/// Two notations of one wall clock that differ by more than this are of different time zones or hosts.
const MOST_APART: i64 = 10 * 60 * SECOND;

/// The times of one key between two messages.
#[derive(Debug, Clone, Copy)]
struct Seen {
    key: Key,
    last: i64,
    sum: i64,
    digits: u8,
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
    /// Adds the times of a line between messages, or of what is before a message on its line.
    pub(crate) fn add_line(&mut self, line: &[u8]) {
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

    /// Adds a message: the lines since the one before tell its time.
    pub(crate) fn add_message(&mut self) {
        self.gaps.push(std::mem::take(&mut self.open));
    }

    /// Returns the time of each message, or nothing if there are no times at all.
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

    /// Returns the keys, the one that covers the most messages last.
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

    /// Returns the times of one key, through midnight and the end of the year.
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

/// Returns a time of another notation on the clock of the main one, if both are of one wall clock.
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

/// Moves a time by whole periods as near as possible to another.
fn nearest(at: i64, to: i64, period: i64) -> i64 {
    let apart = to.saturating_sub(at);
    let periods = apart.saturating_add(period / 2).div_euclid(period);
    at.saturating_add(periods.saturating_mul(period))
}

/// Returns whether times of day are the times since the packet before, as `tcpdump -ttt` prints them.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The time of a message behind each of the lines.
    fn times(lines: &[&str]) -> Option<Vec<u64>> {
        let mut clock = Clock::default();
        for line in lines {
            clock.add_line(line.as_bytes());
            clock.add_message();
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
            "20261125 14:15:05.155 x",
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
                    clock.add_line(line.as_bytes());
                }
                clock.add_message();
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
}
