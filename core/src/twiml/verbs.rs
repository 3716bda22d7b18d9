//! The everyday neighbours of `<Refer>`, each an [`Element`] with a constructor of its own. Their
//! attributes are taken as they come: Twilio adds to them without notice.

use super::element::Element;
use super::node::Node;
use crate::Error;

macro_rules! verb {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(Element);

        impl $name {
            fn empty() -> Self {
                Self(Element::known(stringify!($name)))
            }

            /// Adds an attribute after those it has.
            ///
            /// # Errors
            /// Those of [`Element::attribute`].
            pub fn attribute(
                self,
                name: &str,
                value: impl std::fmt::Display,
            ) -> Result<Self, Error> {
                self.0.attribute(name, value).map(Self)
            }
        }

        impl From<$name> for Element {
            fn from(verb: $name) -> Self {
                verb.0
            }
        }

        impl From<$name> for Node {
            fn from(verb: $name) -> Self {
                Self::Element(verb.0)
            }
        }
    };
}

verb! {
    /// Speaks a text to the caller.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::Say};
    ///
    /// let say = Say::new("Bonjour")?.attribute("language", "fr-FR")?;
    /// let xml = VoiceResponse::new().append(say)?.to_xml();
    /// assert!(xml.contains("<Say language=\"fr-FR\">Bonjour</Say>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    Say
}

verb! {
    /// Plays a sound file.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::Play};
    ///
    /// let play = Play::new("https://example.com/moh.mp3")?.attribute("loop", 3)?;
    /// let xml = VoiceResponse::new().append(play)?.to_xml();
    /// assert!(xml.contains("<Play loop=\"3\">https://example.com/moh.mp3</Play>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    Play
}

verb! {
    /// Waits: a second, unless the attribute `length` says otherwise.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::Pause};
    ///
    /// let xml = VoiceResponse::new().append(Pause::new().attribute("length", 5)?)?.to_xml();
    /// assert!(xml.contains("<Pause length=\"5\"/>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    Pause
}

verb! {
    /// Collects digits or speech, while what was appended to it plays.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::{Gather, Say}};
    ///
    /// let gather = Gather::new()
    ///     .attribute("numDigits", 1)?
    ///     .append(Say::new("Press 1 for sales.")?)?;
    /// let xml = VoiceResponse::new().gather(gather)?.to_xml();
    /// assert!(xml.contains("<Gather numDigits=\"1\"><Say>Press 1 for sales.</Say></Gather>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    Gather
}

verb! {
    /// Hands the call to another document.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::Redirect};
    ///
    /// let redirect = Redirect::new("/menu")?.attribute("method", "GET")?;
    /// let xml = VoiceResponse::new().append(redirect)?.to_xml();
    /// assert!(xml.contains("<Redirect method=\"GET\">/menu</Redirect>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    Redirect
}

verb! {
    /// Ends the call.
    ///
    /// ```
    /// use twiml_refer::{VoiceResponse, twiml::Hangup};
    ///
    /// let xml = VoiceResponse::new().append(Hangup::new())?.to_xml();
    /// assert!(xml.ends_with("<Response><Hangup/></Response>"));
    /// # Ok::<(), twiml_refer::Error>(())
    /// ```
    Hangup
}

impl Say {
    /// Says this text.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`](crate::error::ErrorKind::XmlCharacterForbidden).
    pub fn new(text: &str) -> Result<Self, Error> {
        Self::empty().0.text(text).map(Self)
    }
}

impl Play {
    /// Plays the file at this URL.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`](crate::error::ErrorKind::XmlCharacterForbidden).
    pub fn new(url: &str) -> Result<Self, Error> {
        Self::empty().0.text(url).map(Self)
    }
}

impl Redirect {
    /// Goes on with the document at this URL.
    ///
    /// # Errors
    /// [`ErrorKind::XmlCharacterForbidden`](crate::error::ErrorKind::XmlCharacterForbidden).
    pub fn new(url: &str) -> Result<Self, Error> {
        Self::empty().0.text(url).map(Self)
    }
}

impl Pause {
    /// Waits a second.
    #[must_use]
    pub fn new() -> Self {
        Self::empty()
    }
}

impl Hangup {
    /// Ends the call.
    #[must_use]
    pub fn new() -> Self {
        Self::empty()
    }
}

impl Gather {
    /// Collects, and says nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::empty()
    }

    /// Adds what is heard while it collects: a [`Say`], [`Play`] or [`Pause`], or anything else.
    ///
    /// # Errors
    /// Those of [`Element::append`].
    pub fn append(self, prompt: impl Into<Element>) -> Result<Self, Error> {
        self.0.append(prompt).map(Self)
    }
}

impl Default for Pause {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Hangup {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Gather {
    fn default() -> Self {
        Self::new()
    }
}
