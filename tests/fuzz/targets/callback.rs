//! Callbacks: the pairs are those of a second reader of forms, and the outcome that of a second judge;
//! writing them gives the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::webhook::ReferCallback;
use twiml_refer_fuzz::outcome::outcome;
use url::form_urlencoded;

fuzz_target!(|body: &[u8]| {
    let Ok(callback) = ReferCallback::from_form(body) else { return };
    let pairs: Vec<(String, String)> =
        callback.params().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    assert_eq!(pairs, form_urlencoded::parse(body).into_owned().collect::<Vec<_>>());
    let again = ReferCallback::from_form(callback.to_form()).expect("what is written is read");
    assert_eq!(again, callback);
    let it = callback.outcome();
    let told = (it.kind(), it.status(), it.code(), callback.may_resume());
    assert_eq!(told, outcome(&pairs));
    assert_eq!(ReferCallback::from_pairs(pairs).as_ref(), Ok(&callback));
    let _ = callback.request().leg();
    if let Some(token) = callback.request().call_token().filter(|token| token.len() > 12) {
        assert!(
            !format!("{callback:?}").contains(token)
                || callback.params().any(|(name, value)| {
                    name != "CallToken" && (value.contains(token) || name.contains(token))
                })
        );
    }
});
