//! Requests: the pairs are those of a second reader of forms, and the outcome that of a second
//! implementation; writing them gives the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::{VoiceRequest, sip::SipStatus};
use twiml_refer_fuzz::outcome::outcome;
use url::form_urlencoded;

const REPORT: [&str; 3] = ["ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"];

fuzz_target!(|body: &[u8]| {
    let Ok(request) = VoiceRequest::from_form(body, None) else { return };
    let pairs: Vec<(String, String)> =
        request.params().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(pairs, form_urlencoded::parse(body).into_owned().collect::<Vec<_>>());
    let again = VoiceRequest::from_form(request.to_form(), None).expect("what is written is read");
    assert_eq!(again, request);
    let (kind, status, code, may_resume) = outcome(&pairs);
    assert_eq!(request.may_resume(), may_resume);
    let has_report = pairs.iter().any(|(name, _)| REPORT.contains(&name.as_str()));
    assert_eq!(request.refer().is_some(), has_report);
    assert_eq!(request.outcome().is_some(), has_report);
    if let Some(found) = request.outcome() {
        let found_code = found.code().map(SipStatus::as_u16);
        assert_eq!((found.kind(), found.status(), found_code), (kind, status, code));
    }
    assert_eq!(VoiceRequest::from_pairs(pairs, None).as_ref(), Ok(&request));
    let _ = request.leg();
    // Of letters and digits alone: with quotes and `=` it may be what is printed around other values.
    let is_word =
        |token: &&str| token.len() > 12 && token.bytes().all(|it| it.is_ascii_alphanumeric());
    if let Some(token) = request.call_token().filter(is_word) {
        assert!(
            !format!("{request:?}").contains(token)
                || request.params().any(|(name, value)| {
                    name != "CallToken" && (value.contains(token) || name.contains(token))
                })
        );
    }
});
