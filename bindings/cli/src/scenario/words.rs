//! The words of a scenario line, each with its place, and the values that stand in them.

use super::{Place, ScenarioError};

/// A word and where it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) place: Place,
}

/// The words of a line, without its comment.
pub(super) fn words(line: &str, number: usize) -> impl Iterator<Item = Word<'_>> {
    let code = line.split_once('#').map_or(line, |(code, _)| code);
    let mut column = 1;
    code.split(char::is_whitespace).filter_map(move |text| {
        let place = Place { line: number, column };
        column += text.chars().count() + 1;
        (!text.is_empty()).then_some(Word { text, place })
    })
}

impl<'a> Word<'a> {
    pub(super) fn refuse(self, expected: &str) -> ScenarioError {
        let message = format!("{} cannot stand here; expected {expected}", self.text);
        ScenarioError { place: self.place, message }
    }

    /// The words `name` and `value` of `name=value`.
    pub(super) fn option(self) -> Option<(&'a str, Word<'a>)> {
        let (name, value) = self.text.split_once('=')?;
        let column = self.place.column + name.chars().count() + 1;
        let place = Place { column, ..self.place };
        Some((name, Word { text: value, place }))
    }

    pub(super) fn number<N: std::str::FromStr>(self, expected: &str) -> Result<N, ScenarioError> {
        let digits = self.text.bytes().all(|byte| byte.is_ascii_digit());
        self.text.parse().ok().filter(|_| digits).ok_or_else(|| self.refuse(expected))
    }

    /// Seconds with up to three decimals, as milliseconds.
    pub(super) fn milliseconds(self) -> Result<u64, ScenarioError> {
        let (seconds, decimals) = self.text.split_once('.').unwrap_or((self.text, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(seconds) || !is_number(decimals) || decimals.len() > 3 {
            return Err(self.refuse("a time in seconds, to the millisecond at most, as 0.05"));
        }
        let padded = format!("{decimals:0<3}");
        seconds
            .parse::<u64>()
            .ok()
            .and_then(|seconds| seconds.checked_mul(1000)?.checked_add(padded.parse().ok()?))
            .filter(|milliseconds| *milliseconds <= MAX_MILLISECONDS)
            .ok_or_else(|| self.refuse("a time within a hundred years"))
    }
}

/// A hundred years: far below where a double loses milliseconds.
const MAX_MILLISECONDS: u64 = 100 * 366 * 24 * 60 * 60 * 1000;
