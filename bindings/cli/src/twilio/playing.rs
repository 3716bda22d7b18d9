//! How long a caller listens: estimates for what is said or played here, and the pauses that a document asks for.

use std::time::Duration;

use twiml_refer::twiml::Element;

/// At about 150 words a minute.
const PER_CHARACTER: Duration = Duration::from_millis(70);

/// Audio is not fetched, so that its length is not known.
const AUDIO: Duration = Duration::from_secs(3);

/// A tone of `<Play digits>`, or a `w` in it.
const PER_DIGIT: Duration = Duration::from_millis(500);

/// The longest time for one verb, whatever its `loop` or `length` says.
const LONGEST: Duration = Duration::from_secs(3600);

/// Returns about how long a `<Say>`, `<Play>` or `<Pause>` takes; other verbs take no time of their own.
pub(crate) fn playing_time(element: &Element) -> Duration {
    let number = |name: &str, default: u32| {
        element.attribute(name).and_then(|text| text.trim().parse().ok()).unwrap_or(default)
    };
    let once = match element.name() {
        "Pause" => return Duration::from_secs(number("length", 1).into()).min(LONGEST),
        "Say" => PER_CHARACTER.saturating_mul(length(&element.text())),
        "Play" => {
            element.attribute("digits").map_or(AUDIO, |it| PER_DIGIT.saturating_mul(length(it)))
        }
        _ => return Duration::ZERO,
    };
    // Twilio repeats without end where `loop` is 0.
    let times = Some(number("loop", 1)).filter(|times| *times > 0).unwrap_or(u32::MAX);
    once.saturating_mul(times).min(LONGEST)
}

fn length(text: &str) -> u32 {
    u32::try_from(text.trim().chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_takes_its_time() {
        let verb = |name: &str, attributes: &[(&str, &str)], text: &str| {
            let element = Element::new(name).unwrap().with_text(text).unwrap();
            attributes.iter().fold(element, |element, (name, value)| {
                element.with_attribute(name, value).unwrap()
            })
        };
        for (element, expected) in [
            (verb("Pause", &[], ""), Duration::from_secs(1)),
            (verb("Pause", &[("length", "7")], ""), Duration::from_secs(7)),
            (verb("Pause", &[("length", "4000000000")], ""), LONGEST),
            (verb("Say", &[], " 0123456789 "), Duration::from_millis(700)),
            (verb("Say", &[("loop", "2")], "0123456789"), Duration::from_millis(1400)),
            (verb("Say", &[("loop", "0")], "0"), LONGEST),
            (verb("Play", &[("digits", "w12")], ""), Duration::from_millis(1500)),
            (verb("Hangup", &[], ""), Duration::ZERO),
        ] {
            assert_eq!(playing_time(&element), expected, "{element:?}");
        }
    }
}
