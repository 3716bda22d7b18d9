//! Log lines at a bounded rate, so that a flood of forged requests does not fill the log.

use std::sync::Mutex;
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_secs(1);

/// Grants one line an interval, and counts those between.
#[derive(Debug, Default)]
pub(crate) struct Rate(Mutex<(Option<Instant>, u64)>);

impl Rate {
    /// How many lines were left out since the last one; `None` if this one is, too.
    pub(crate) fn grant(&self, now: Instant) -> Option<u64> {
        let Ok(mut state) = self.0.lock() else { return None };
        let (last, left_out) = &mut *state;
        if last.is_some_and(|last| now.saturating_duration_since(last) < INTERVAL) {
            *left_out = left_out.saturating_add(1);
            return None;
        }
        *last = Some(now);
        Some(std::mem::take(left_out))
    }
}

/// What stands at the end of a line for those that were left out before it.
pub(crate) fn more(left_out: u64) -> String {
    if left_out == 0 { String::new() } else { format!(" ({left_out} more were not logged)") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_a_second_and_the_others_are_counted() {
        let (rate, start) = (Rate::default(), Instant::now());
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        let granted = [0, 10, 999, 1000, 1500, 2500].map(|time| rate.grant(after(time)));
        assert_eq!(granted, [Some(0), None, None, Some(2), None, Some(1)]);
        assert_eq!([more(0), more(2)], ["", " (2 more were not logged)"]);
    }
}
