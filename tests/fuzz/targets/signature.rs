//! Signatures: made as the documentation says, valid for what was signed, and for nothing else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twiml_refer::RequestValidator;
use twiml_refer_fuzz::signing::signature;

#[derive(Debug, arbitrary::Arbitrary)]
struct Request {
    token: String,
    url: String,
    pairs: Vec<(String, String)>,
    other_url: String,
    other_pairs: Vec<(String, String)>,
    forged: String,
}

fuzz_target!(|request: Request| {
    let Request { token, url, pairs, other_url, other_pairs, forged } = request;
    if url.contains(['#', '@']) || token.is_empty() || url.contains("bodySHA256") {
        return;
    }
    let Ok(validator) = RequestValidator::new(token.clone()) else {
        panic!("a token that is not empty is refused");
    };
    let made = validator.sign(&url, pairs.iter().map(|(name, value)| (name, value)));
    assert_eq!(made, signature(&token, &url, &pairs));
    let is_valid = |url: &str, pairs: &[(String, String)], signature: &str| {
        validator.validate(url, pairs.iter().map(|(name, value)| (name, value)), Some(signature))
    };
    assert!(is_valid(&url, &pairs, &made));
    assert!(!is_valid(&url, &pairs, &forged) || forged == made);
    assert!(RequestValidator::new("").is_err());
    // Another request is valid only if it hashes the same text, or differs by a port alone.
    let hashed = |url: &str, pairs: &[(String, String)]| {
        let mut pairs = pairs.to_vec();
        pairs.sort();
        pairs.dedup();
        let text: String = pairs.iter().map(|(name, value)| format!("{name}{value}")).collect();
        format!("{url}{text}")
    };
    if hashed(&url, &pairs) != hashed(&url, &other_pairs) {
        assert!(!is_valid(&url, &other_pairs, &made));
    }
    if !other_url.contains([':', '@', '#']) && hashed(&other_url, &pairs) != hashed(&url, &pairs) {
        assert!(!is_valid(&other_url, &pairs, &made));
    }
});
