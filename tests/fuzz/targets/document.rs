//! Documents: a second XML reader finds the same in what was read and in what is written of it, and refuses what is
//! refused here as ill-formed; reading what is written gives the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::limits::{MAX_DOCUMENT_BYTES, MAX_MESSAGE_BYTES};
use twiml_refer::{VoiceResponse, error::ErrorKind};
use twiml_refer_fuzz::xml;

fuzz_target!(|text: &str| {
    match VoiceResponse::parse(text) {
        Ok(response) => {
            for diagnostic in response.check() {
                assert!(diagnostic.message().len() <= MAX_MESSAGE_BYTES);
            }
            let written = response.to_xml();
            if let Some(found) = xml::read(text) {
                assert!(found.is_ok(), "read, though ill-formed: {found:?}: {text:?}");
                assert_eq!(xml::read(&written), Some(found), "{text:?}: {written:?}");
            }
            for written in [written, response.to_xml_pretty()] {
                if written.len() <= MAX_DOCUMENT_BYTES {
                    let again = VoiceResponse::parse(&written).expect("what is written is read");
                    assert_eq!(again, response, "{text:?}: {written:?}");
                    assert_eq!(again.first_refer(), response.first_refer(), "{text:?}");
                }
            }
        }
        Err(error) => {
            assert!(error.message().len() <= MAX_MESSAGE_BYTES);
            assert!(error.line().is_none_or(|line| line >= 1));
            assert!(error.offset().is_none_or(|offset| offset <= text.len()));
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
