//! What a `<Gather>` collects: its attributes, and the keys that a caller presses.

use std::str::FromStr;
use std::time::Duration;

use twiml_refer::twiml::Element;

/// The attributes of a `<Gather>` that decide what it collects. A value that cannot be read counts as the default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gather {
    /// Whether it takes keys; otherwise it takes only speech.
    pub(crate) takes_keys: bool,
    /// How long it waits for the first key, and for each further one.
    pub(crate) timeout: Duration,
    /// Ends the input after so many keys.
    num_digits: Option<usize>,
    /// Each of these keys ends the input, and is not part of it.
    finish_on_key: String,
    /// Whether the action is called although no key was pressed.
    pub(crate) action_on_empty_result: bool,
}

impl Gather {
    pub(crate) fn new(element: &Element) -> Self {
        let attribute = |name| element.attribute(name).map(str::trim);
        let number = |name| attribute(name).and_then(|text| text.parse::<u32>().ok());
        Self {
            takes_keys: attribute("input")
                .is_none_or(|input| input.split_whitespace().any(|word| word == "dtmf")),
            timeout: Duration::from_secs(number("timeout").unwrap_or(5).into()),
            num_digits: number("numDigits").and_then(|count| usize::try_from(count).ok()),
            finish_on_key: attribute("finishOnKey").unwrap_or("#").to_owned(),
            action_on_empty_result: attribute("actionOnEmptyResult")
                .is_some_and(|value| value.eq_ignore_ascii_case("true")),
        }
    }

    /// Returns the digits that the app gets of these keys, and the keys that came after the input was complete.
    pub(crate) fn split<'a>(&self, pressed: &'a str) -> (String, &'a str) {
        let (mut digits, mut keys) = (String::new(), pressed.chars());
        let _ = keys.any(|key| self.push(&mut digits, key));
        (digits, keys.as_str())
    }

    /// Adds a key to the digits so far, and returns whether the input is complete.
    pub(crate) fn push(&self, digits: &mut String, key: char) -> bool {
        if self.finish_on_key.contains(key) {
            return true;
        }
        digits.push(key);
        self.num_digits.is_some_and(|count| digits.chars().count() >= count)
    }
}

/// The keys for one `<Gather>` after the other, as `--digits` names them: `1,,42#` presses 1 at the first, nothing at
/// the second and 42# at the third.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Script(Vec<String>);

impl Script {
    pub(crate) fn into_entries(self) -> Vec<String> {
        self.0
    }
}

impl FromStr for Script {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_key = |c: char| c.is_ascii_digit() || matches!(c, '*' | '#');
        let entries: Vec<String> = text.split(',').map(str::to_owned).collect();
        if text.is_empty() || !entries.iter().all(|entry| entry.chars().all(is_key)) {
            return Err("a caller can press 0 to 9, * and #; write a comma between one <Gather> \
                        and the next"
                .to_owned());
        }
        Ok(Self(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(attributes: &[(&str, &str)]) -> Gather {
        let element = Element::new("Gather").unwrap();
        Gather::new(
            &attributes.iter().fold(element, |element, (name, value)| {
                element.with_attribute(name, value).unwrap()
            }),
        )
    }

    /// Twilio's documentation of `<Gather>`: finishOnKey defaults to #, an empty one switches it off, numDigits ends
    /// the input at once.
    #[test]
    fn input_ends_as_the_attributes_say() {
        for (attributes, pressed, digits, unused) in [
            (&[][..], "42#7", "42", "7"),
            (&[], "42", "42", ""),
            (&[], "#", "", ""),
            (&[("finishOnKey", "")], "4#", "4#", ""),
            (&[("finishOnKey", "*9")], "4#91", "4#", "1"),
            (&[("numDigits", "2")], "123", "12", "3"),
            (&[("numDigits", "many")], "1", "1", ""),
        ] {
            let split = gather(attributes).split(pressed);
            assert_eq!(split, (digits.to_owned(), unused), "{attributes:?} {pressed}");
        }
    }

    #[test]
    fn attributes_have_twilios_defaults() {
        let default = gather(&[]);
        assert_eq!((default.takes_keys, default.timeout), (true, Duration::from_secs(5)));
        assert!(!default.action_on_empty_result);
        assert!(gather(&[("input", "speech dtmf")]).takes_keys);
        assert!(!gather(&[("input", "speech")]).takes_keys);
        assert_eq!(gather(&[("timeout", "2")]).timeout, Duration::from_secs(2));
        assert!(gather(&[("actionOnEmptyResult", "true")]).action_on_empty_result);
    }

    #[test]
    fn a_script_names_the_keys_of_each_gather() {
        assert_eq!("1,,42#".parse::<Script>().unwrap().into_entries(), ["1", "", "42#"]);
        assert_eq!("1".parse::<Script>().unwrap().into_entries(), ["1"]);
        "".parse::<Script>().unwrap_err();
        "1 2".parse::<Script>().unwrap_err();
    }
}
