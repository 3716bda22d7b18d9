//! Replacements that are counted.

use regex_lite::{Captures, Regex};

/// A generated text.
pub(crate) struct Patched(pub(crate) String);

impl Patched {
    /// Replaces every match of a pattern (`^` is the beginning of a line), of which there must be so
    /// many; `None`: one at least.
    pub(crate) fn replace(
        &mut self,
        expected: Option<usize>,
        pattern: &str,
        replacement: impl Fn(&Captures<'_>) -> String,
    ) -> Result<(), String> {
        let regex = Regex::new(&format!("(?m){pattern}")).map_err(|error| error.to_string())?;
        let found = regex.find_iter(&self.0).count();
        if expected.map_or(found == 0, |expected| found != expected) {
            let expected = expected.map_or("some".to_owned(), |count| count.to_string());
            return Err(format!("{found} matches instead of {expected} for: {pattern}"));
        }
        self.0 = regex.replace_all(&self.0, replacement).into_owned();
        Ok(())
    }

    /// Removes every match of a pattern, of which there must be one at least.
    pub(crate) fn remove(&mut self, pattern: &str) -> Result<(), String> {
        self.replace(None, pattern, |_| String::new())
    }

    /// Replaces what is between two texts, each of which is there once, the first one included.
    pub(crate) fn replace_between(
        &mut self,
        first: &str,
        last: &str,
        replacement: &str,
    ) -> Result<(), String> {
        let pattern =
            format!(r"(?s:^{}.*?^{})", regex_lite::escape(first), regex_lite::escape(last));
        self.replace(Some(1), &pattern, |_| format!("{replacement}{last}"))
    }

    /// Refuses a text in which something is left.
    pub(crate) fn has_no(&self, texts: &[&str]) -> Result<(), String> {
        match texts.iter().find(|text| self.0.contains(**text)) {
            Some(text) => Err(format!("{text} is left")),
            None => Ok(()),
        }
    }

    /// Lists what a pattern captures, in order.
    pub(crate) fn all(&self, pattern: &str) -> Result<Vec<String>, String> {
        let regex = Regex::new(&format!("(?m){pattern}")).map_err(|error| error.to_string())?;
        let names = regex.captures_iter(&self.0).filter_map(|found| found.get(1));
        Ok(names.map(|name| name.as_str().to_owned()).collect())
    }
}
