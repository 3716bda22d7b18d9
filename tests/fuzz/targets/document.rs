//! Documents: nothing is read that a second XML reader refuses; what is read is written so that both
//! read it, and reading that gives the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::{VoiceResponse, limits::MAX_MESSAGE_BYTES};

fuzz_target!(|text: &str| {
    match VoiceResponse::parse(text) {
        Ok(response) => {
            let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
            if let Some(error) = ill_formed(plain) {
                panic!("read, though ill-formed: {error}: {text:?}");
            }
            for finding in response.check() {
                assert!(finding.message().len() <= MAX_MESSAGE_BYTES);
            }
            let written = response.to_xml();
            if written.len() > twiml_refer::limits::MAX_DOCUMENT_BYTES {
                return;
            }
            assert_eq!(ill_formed(&written), None, "{written:?}");
            let again = VoiceResponse::parse(&written).expect("what is written is read");
            assert_eq!(again.to_xml(), written);
        }
        Err(error) => {
            assert!(error.message().len() <= MAX_MESSAGE_BYTES);
            assert!(error.line().is_none_or(|line| line >= 1));
        }
    }
});

/// What the second reader refuses as XML 1.0. It knows namespaces as well, which we do not ask for.
fn ill_formed(text: &str) -> Option<roxmltree::Error> {
    use roxmltree::Error;
    roxmltree::Document::parse(text).err().filter(|error| {
        match error {
            Error::InvalidXmlPrefixUri(_)
            | Error::UnexpectedXmlUri(_)
            | Error::UnexpectedXmlnsUri(_)
            | Error::InvalidElementNamePrefix(_)
            | Error::DuplicatedNamespace(..)
            | Error::UnknownNamespace(..) => false,
            // Without namespaces a colon is a character like others, even at the beginning.
            Error::InvalidName(_) => !text.contains(':'),
            _ => true,
        }
    })
}
