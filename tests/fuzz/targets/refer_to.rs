//! Refer-To values: never refused; a SIP target written as Refer-To comes back as it was.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::{ReferTarget, SipUri};

fuzz_target!(|text: &str| {
    let target = ReferTarget::parse(text);
    match &target {
        ReferTarget::Sip(uri) => {
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
