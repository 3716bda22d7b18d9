//! Requests as a server receives them: never a panic, and what is accepted is a POST or GET, as accepted, within
//! the limit, with one signature that is Twilio's over an authority, the target and the body.
#![no_main]

use std::fmt::Write;

use libfuzzer_sys::fuzz_target;
use twiml_refer::RequestValidator;
use twiml_refer::webhook::{
    AllowedMethods, HttpRequest, HttpVerifier, Origin, claimed_account_sid,
};
use twiml_refer_fuzz::signing::signature;

const NAMES: [&str; 6] = [
    "x-twilio-signature",
    "Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "Content-Length",
    "Cookie",
];
const LIMIT: usize = 200;

#[derive(Debug, arbitrary::Arbitrary)]
struct Input {
    origin: u8,
    methods: u8,
    method: Option<String>,
    target: String,
    headers: Vec<(u8, Vec<u8>)>,
    body: Vec<u8>,
    /// What a valid signature is made over: the authority, and a change of the target.
    signed: Option<(String, String)>,
}

fuzz_target!(|input: Input| {
    let Input { origin, methods, method, target, headers, body, signed } = input;
    let origin = match origin % 4 {
        0 => Origin::PublicBase,
        1 => Origin::Forwarded,
        2 => Origin::Host { https: true },
        _ => Origin::Host { https: false },
    };
    let base = "https://voice.example.com";
    let validator = RequestValidator::new("s3cret").and_then(|it| it.with_public_base(base));
    let Ok(validator) = validator.map(|it| it.with_max_body_bytes(LIMIT)) else {
        panic!("the validator can be made");
    };
    let Ok(verifier) = HttpVerifier::new(validator, origin) else { panic!("it has a base") };
    let methods = match methods % 3 {
        0 => AllowedMethods::Post,
        1 => AllowedMethods::Get,
        _ => AllowedMethods::GetAndPost,
    };
    let verifier = verifier.with_allowed_methods(methods);

    let method = method.as_deref().unwrap_or("POST");
    let (before_fragment, _) = target.split_once('#').unwrap_or((&target, ""));
    let query = before_fragment.split_once('?').map_or("", |(_, query)| query);
    let form = if method == "GET" { query.as_bytes() } else { &body };
    let pairs: Vec<_> = url::form_urlencoded::parse(form).into_owned().collect();
    let hashed = if method == "GET" { &[] } else { pairs.as_slice() };
    let mut headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| (NAMES[usize::from(*name) % NAMES.len()], value.clone()))
        .collect();
    if let Some((authority, more)) = &signed {
        let mut url =
            if origin == Origin::PublicBase { base.to_owned() } else { authority.clone() };
        write!(url, "{target}{more}").expect("a string takes all");
        headers.push((NAMES[0], signature("s3cret", &url, hashed).into_bytes()));
    }
    let all = || headers.iter().map(|(name, value)| (*name, value));
    let request = HttpRequest::new(method, &target, all(), &body);
    let verified = verifier.verify(&request);
    let line = verifier.diagnose(&request);
    assert_eq!(line.is_empty(), verified.is_ok());
    assert!(!line.contains("s3cret") && !line.chars().any(char::is_control));
    let sid = claimed_account_sid(method, &target, &body);
    assert!(sid.is_none_or(|sid| sid.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')));

    let head = verifier.check_head(method, all());
    let Ok(verified) = verified else { return };
    let allowed: &[&str] = match methods {
        AllowedMethods::Post => &["POST"],
        AllowedMethods::Get => &["GET"],
        AllowedMethods::GetAndPost => &["GET", "POST"],
    };
    assert!(head.is_ok() && allowed.contains(&method));
    assert!(body.len() <= LIMIT && signed.is_some());
    assert!(verified.params().eq(pairs.iter().map(|(name, value)| (&**name, &**value))));
    let values = |name: &'static str| all().filter(move |(known, _)| *known == name);
    assert_eq!(values(NAMES[0]).count(), 1);
    if origin != Origin::PublicBase && target.starts_with('/') {
        let forwarded = origin == Origin::Forwarded && values(NAMES[3]).count() > 0;
        let hosts: Vec<_> = values(NAMES[if forwarded { 3 } else { 1 }]).collect();
        assert!(hosts.len() == 1 && !hosts[0].1.iter().any(|byte| b"/\\?#@".contains(byte)));
    }
});
