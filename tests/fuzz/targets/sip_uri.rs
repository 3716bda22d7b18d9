//! SIP URIs and Refer-To values: a URI is accepted if a second recogniser accepts it, and only then; it prints as it
//! was, and survives being taken apart and built again. A Refer-To value is never refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::limits::{MAX_MESSAGE_BYTES, MAX_URI_BYTES};
use twiml_refer::{SipUri, sip::ReferTarget};
use twiml_refer_fuzz::sip::is_sip_uri;

fuzz_target!(|text: &str| {
    let parsed = SipUri::parse(text);
    let expected = is_sip_uri(text) && text.len() <= MAX_URI_BYTES;
    assert_eq!(parsed.is_ok(), expected, "{text:?}: {parsed:?}");
    let bracketed = ReferTarget::parse(&format!("<{text}>"));
    assert_eq!(matches!(bracketed, ReferTarget::Sip(uri) if uri.as_str() == text), expected);
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
            if text.len() < 10_000 {
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
            assert!(error.message().len() <= MAX_MESSAGE_BYTES);
        }
    }
    let target = ReferTarget::parse(text);
    match &target {
        ReferTarget::Sip(uri) => {
            assert!(is_sip_uri(uri.as_str()) && text.contains(uri.as_str()));
            for written in
                [uri.to_refer_to(), format!(" \"a \\\" <b>\" {};tag=x", uri.to_refer_to())]
            {
                assert_eq!(ReferTarget::parse(&written), target);
            }
        }
        ReferTarget::Tel(tel) => {
            assert!(tel.to_ascii_lowercase().starts_with("tel:") && text.contains(tel.as_str()));
            assert!(SipUri::parse(tel).is_err());
        }
        other => assert_eq!(other.to_string(), text.trim()),
    }
});
