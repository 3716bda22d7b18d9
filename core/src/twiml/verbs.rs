//! The verbs of TwiML Voice: constructors of the everyday ones, and the table of all.

use super::element::Element;
use super::refer::Refer;
use crate::Error;

/// The everyday neighbours of `<Refer>`. Attributes are added as they come: Twilio adds to them without
/// notice.
impl Element {
    /// Creates a `<Say>`: speaks the text to the caller.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::Element};
    ///
    /// let say = Element::say("Bonjour")?.with_attribute("language", "fr-FR")?;
    /// let xml = VoiceResponse::new().append(say).to_xml();
    /// assert!(xml.contains("<Say language=\"fr-FR\">Bonjour</Say>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`](crate::error::ErrorKind::XmlCharacterForbidden).
    pub fn say(text: &str) -> Result<Self, Error> {
        Self::known("Say").with_text(text)
    }

    /// Creates a `<Play>`: plays the sound file at this URL.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`](crate::error::ErrorKind::XmlCharacterForbidden).
    pub fn play(url: &str) -> Result<Self, Error> {
        Self::known("Play").with_text(url)
    }

    /// Creates a `<Pause>`: waits a second, unless the attribute `length` is set.
    #[must_use]
    pub fn pause() -> Self {
        Self::known("Pause")
    }

    /// Creates a `<Gather>`: collects digits or speech, while the verbs in it run.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::Element};
    ///
    /// let gather = Element::gather()
    ///     .with_attribute("numDigits", 1)?
    ///     .with_child(Element::say("Press 1 for sales.")?);
    /// let xml = VoiceResponse::new().gather(gather).to_xml();
    /// assert!(xml.contains("<Gather numDigits=\"1\"><Say>Press 1 for sales.</Say></Gather>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    #[must_use]
    pub fn gather() -> Self {
        Self::known("Gather")
    }

    /// Creates a `<Redirect>`: goes on with the document at this URL.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`](crate::error::ErrorKind::XmlCharacterForbidden).
    pub fn redirect(url: &str) -> Result<Self, Error> {
        Self::known("Redirect").with_text(url)
    }

    /// Creates a `<Hangup>`: ends the call.
    #[must_use]
    pub fn hangup() -> Self {
        Self::known("Hangup")
    }
}

/// A verb or noun that every package of this project has a builder for, with the attributes that
/// Twilio's own helper libraries know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Verb {
    name: &'static str,
    attributes: &'static [&'static str],
}

impl Verb {
    /// Returns the name of the element.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Returns the names of the attributes, as they are spelled in a document.
    #[must_use]
    pub const fn attributes(self) -> &'static [&'static str] {
        self.attributes
    }
}

/// Returns the verbs that have a constructor, and the noun `Sip`, with their attributes.
///
/// ```
/// let say = twiml_refer::twiml::verbs().iter().find(|verb| verb.name() == "Say").unwrap();
/// assert_eq!(say.attributes(), ["voice", "loop", "language"]);
/// ```
#[must_use]
pub const fn verbs() -> &'static [Verb] {
    &BUILT
}

const BUILT: [Verb; 8] = [
    Verb { name: "Say", attributes: &["voice", "loop", "language"] },
    Verb { name: "Play", attributes: &["loop", "digits"] },
    Verb { name: "Pause", attributes: &["length"] },
    Verb {
        name: "Gather",
        attributes: &[
            "input",
            "action",
            "method",
            "timeout",
            "speechTimeout",
            "maxSpeechTime",
            "profanityFilter",
            "finishOnKey",
            "numDigits",
            "partialResultCallback",
            "partialResultCallbackMethod",
            "language",
            "hints",
            "bargeIn",
            "debug",
            "actionOnEmptyResult",
            "speechModel",
            "enhanced",
        ],
    },
    Verb { name: "Redirect", attributes: &["method"] },
    Verb { name: "Hangup", attributes: &[] },
    Verb { name: Refer::NAME, attributes: &[Refer::ACTION, Refer::METHOD] },
    Verb { name: Refer::TARGET, attributes: &[] },
];

/// All verbs that the official helper libraries' `VoiceResponse` has, in alphabetical order.
pub(super) const ALL: [&str; 20] = [
    "Connect",
    "Dial",
    "Echo",
    "Enqueue",
    "Gather",
    "Hangup",
    "Leave",
    "Pause",
    "Pay",
    "Play",
    "Prompt",
    "Queue",
    "Record",
    "Redirect",
    Refer::NAME,
    "Reject",
    "Say",
    "Sms",
    "Start",
    "Stop",
];

pub(super) fn is_verb(name: &str) -> bool {
    ALL.contains(&name)
}

/// The most letters in which a name differs from the one that may have been meant.
const MAX_DISTANCE: usize = 2;

/// The letters of a name that are compared: a longer name is not near to any.
const MAX_LETTERS: usize = 16;

/// Returns ` (did you mean …?)` with the known name that has the fewest letters to insert, drop, change or
/// exchange, without regard to case, of several the first; an empty text if none is near.
pub(super) fn suggestion(name: &str, known: &[&str], is_element: bool) -> String {
    let name: String = name.chars().take(MAX_LETTERS).map(|c| c.to_ascii_lowercase()).collect();
    let nearest = known
        .iter()
        .map(|known| (strsim::osa_distance(&name, &known.to_ascii_lowercase()), known))
        // With half of its letters changed, it is another word.
        .filter(|&(distance, known)| {
            distance <= MAX_DISTANCE.min(known.len().saturating_sub(1) / 2)
        })
        .min_by_key(|&(distance, _)| distance);
    match nearest {
        Some((_, known)) if is_element => format!(" (did you mean <{known}>?)"),
        Some((_, known)) => format!(" (did you mean {known}?)"),
        None => String::new(),
    }
}
