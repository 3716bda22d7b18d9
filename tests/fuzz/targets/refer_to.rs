//! Refer-To values: never refused; a SIP target is what a second recogniser takes for one, and
//! written as Refer-To it comes back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::{SipUri, limits::MAX_URI_BYTES, sip::ReferTarget};
use twiml_refer_fuzz::sip::is_sip_uri;

fuzz_target!(|text: &str| {
    let target = ReferTarget::parse(text);
    let bracketed = ReferTarget::parse(&format!("<{text}>"));
    if is_sip_uri(text) && text.len() <= MAX_URI_BYTES {
        assert!(matches!(bracketed, ReferTarget::Sip(uri) if uri.as_str() == text));
    } else {
        assert!(!matches!(bracketed, ReferTarget::Sip(uri) if uri.as_str() == text));
    }
    match &target {
        ReferTarget::Sip(uri) => {
            assert!(is_sip_uri(uri.as_str()));
            assert!(text.contains(uri.as_str()));
            assert_eq!(ReferTarget::parse(&uri.to_refer_to()), target);
            assert_eq!(
                ReferTarget::parse(&format!(" \"a \\\" <b>\" {};tag=x", uri.to_refer_to())),
                target
            );
        }
        ReferTarget::Tel(tel) => {
            assert!(tel.to_ascii_lowercase().starts_with("tel:") && text.contains(tel.as_str()));
            assert!(SipUri::parse(tel).is_err());
        }
        other => assert_eq!(other.to_string(), text.trim()),
    }
});
