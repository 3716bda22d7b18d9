//! SIP URIs: accepted are just those that a second recogniser accepts; what is accepted prints as
//! it was, and survives being taken apart and built again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::{SipUri, limits::MAX_URI_BYTES};
use twiml_refer_fuzz::sip::is_sip_uri;

fuzz_target!(|text: &str| {
    let parsed = SipUri::parse(text);
    let expected = is_sip_uri(text) && text.len() <= MAX_URI_BYTES;
    assert_eq!(parsed.is_ok(), expected, "{text:?}: {parsed:?}");
    match parsed {
        Ok(uri) => {
            assert_eq!(uri.as_str(), text);
            assert!(uri.equivalent(&uri));
            let _ = uri.check();
            let behind_user = text.split_once('@').map_or(text, |(_, rest)| rest);
            let headers =
                behind_user.split_once('?').map(|(_, headers)| headers.split('&').count());
            assert_eq!(uri.headers().count(), headers.unwrap_or(0));
            let longer = uri.clone().with_header("X-Fuzz", text);
            if !text.contains(['\r', '\n', '\0']) && text.len() < 10_000 {
                let longer = longer.expect("a URI has no character that a header refuses");
                assert_eq!(
                    longer.header("X-Fuzz").as_deref(),
                    uri.header("X-Fuzz").as_deref().or(Some(text))
                );
                assert_eq!(SipUri::parse(longer.as_str()).as_ref(), Ok(&longer));
            }
        }
        Err(error) => {
            assert!(error.offset().is_none_or(|offset| offset <= text.len()));
            assert!(error.message().len() <= twiml_refer::limits::MAX_MESSAGE_BYTES);
        }
    }
});
