//! Documents: a second XML reader finds the same in them, and refuses what is refused here as
//! ill-formed; what is read is written so that reading that gives the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::limits::{MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES};
use twiml_refer::{VoiceResponse, error::ErrorKind};
use twiml_refer_fuzz::xml;

fuzz_target!(|text: &str| {
    match VoiceResponse::parse(text) {
        Ok(response) => {
            let shape = xml::shape(&response);
            if let Some(found) = xml::read(text) {
                assert_eq!(found.as_ref(), Ok(&shape), "{text:?}");
            }
            for diagnostic in response.check() {
                assert!(diagnostic.message().len() <= MAX_MESSAGE_BYTES);
            }
            let written = response.to_xml();
            if written.len() > MAX_DOCUMENT_BYTES {
                return;
            }
            if let Some(found) = xml::read(&written) {
                assert_eq!(found, Ok(shape), "{written:?}");
            }
            let again = VoiceResponse::parse(&written).expect("what is written is read");
            assert_eq!(again.first_refer(), response.first_refer(), "{text:?}");
            assert_eq!(again.to_xml(), written);
        }
        Err(error) => {
            assert!(error.message().len() <= MAX_MESSAGE_BYTES);
            assert!(error.line().is_none_or(|line| line >= 1));
            let is_ours = matches!(
                error.kind(),
                ErrorKind::DocumentRootInvalid
                    | ErrorKind::DocumentEncoding
                    | ErrorKind::DepthExceeded
                    | ErrorKind::ElementsExceeded
                    | ErrorKind::DocumentTooLarge
            );
            // The second reader takes a reference to what is no character, and nearly anything for a
            // declaration or an instruction.
            let is_lax = text.contains("<?")
                || (error.kind() == ErrorKind::XmlCharacterForbidden && text.contains("&#"));
            if !is_ours
                && !is_lax
                && let Some(Ok(_)) = xml::read(text)
            {
                panic!("refused, though well-formed: {error}: {text:?}");
            }
        }
    }
});
