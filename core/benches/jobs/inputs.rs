//! The inputs: the document of Twilio's documentation with action, method and two headers,
//! and the callback that answers it, each in any size.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;
use twiml_refer::{
    Refer, RequestValidator, SipUri, VoiceRequest, VoiceResponse, http::Method,
    webhook::VerifyError,
};

#[derive(Clone, Copy)]
pub(crate) struct Size {
    pub(crate) verbs: usize,
    pub(crate) headers: usize,
    /// Characters of a header's value.
    pub(crate) value: usize,
}

pub(crate) fn target(size: Size) -> String {
    let value = "billing-12".repeat(size.value / 10);
    let headers: Vec<_> = (0..size.headers).map(|n| format!("X-Reason{n:02}={value}")).collect();
    format!("sip:alice@example.com?{}", headers.join("&"))
}

pub(crate) fn document(target: &str, verbs: usize) -> VoiceResponse {
    (0..verbs).fold(VoiceResponse::new(), |response, _| {
        let target = SipUri::parse(target).unwrap();
        let refer =
            Refer::to(target).with_action("/handleRefer").unwrap().with_method(Method::Post);
        response.refer(refer)
    })
}

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const URL: &str = "https://voice.example.com/handleRefer";

pub(crate) struct Callback {
    body: Vec<u8>,
    signature: String,
    validator: RequestValidator,
    hashed: Vec<u8>,
}

/// The parameters that Twilio sends for a SIP call, and as many SIP headers as it takes.
pub(crate) fn callback(count: usize, longer: usize) -> Callback {
    let sid = |prefix: &str| format!("{prefix}{}", "0123456789abcdef".repeat(2));
    let known = [
        ("AccountSid", sid("AC")),
        ("ApiVersion", "2010-04-01".to_owned()),
        ("CallSid", sid("CA")),
        ("CallStatus", "in-progress".to_owned()),
        ("Called", "sip:ivr@example.sip.twilio.com".to_owned()),
        ("Caller", "sip:bob@example.com".to_owned()),
        ("Direction", "inbound".to_owned()),
        ("From", "sip:bob@example.com".to_owned()),
        ("NotifySipResponseCode", "200".to_owned()),
        ("ReferCallStatus", "in-progress".to_owned()),
        ("ReferSipResponseCode", "202".to_owned()),
        ("SipCallId", "a84b4c76e66710@pc33.atlanta.example.com".to_owned()),
        ("SipDomain", "example.sip.twilio.com".to_owned()),
        ("SipDomainSid", sid("SD")),
        ("SipSourceIp", "192.0.2.4".to_owned()),
        ("SipUsername", "bob".to_owned()),
        ("To", "sip:ivr@example.sip.twilio.com".to_owned()),
    ];
    let headers =
        (0..count - known.len()).map(|n| (format!("SipHeader_X-Id{n:03}"), n.to_string()));
    let pairs: Vec<_> = known
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(headers)
        .map(|(name, value)| (name, value.repeat(longer)))
        .collect();
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(&pairs);
    let mut hashed = URL.to_owned();
    let mut sorted = pairs.clone();
    sorted.sort();
    sorted.iter().for_each(|(name, value)| hashed.extend([name.as_str(), value]));
    let validator = RequestValidator::new(TOKEN).unwrap();
    let mut callback = Callback {
        body: form.finish().into_bytes(),
        signature: String::new(),
        validator,
        hashed: hashed.into_bytes(),
    };
    callback.signature = STANDARD.encode(callback.bare_hmac());
    callback
}

impl Callback {
    /// The least that any check has to do.
    pub(crate) fn bare_hmac(&self) -> [u8; 20] {
        let mut mac = Hmac::<Sha1>::new_from_slice(TOKEN.as_bytes()).unwrap();
        mac.update(&self.hashed);
        mac.finalize().into_bytes().into()
    }

    pub(crate) fn verify(&self) -> Result<VoiceRequest, VerifyError> {
        self.validator.verify(Method::Post, URL, &self.body, Some(&self.signature))
    }
}
