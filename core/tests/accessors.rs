//! Public functions that no other test calls.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use twiml_refer::{
    SipUri, VoiceResponse,
    error::ErrorGroup,
    sip::{Scheme, UserToUser},
    transfer::TransferSettings,
    twiml::{Element, Text},
    webhook::Algorithm,
};

#[test]
fn a_scheme_and_an_algorithm_have_names() {
    let scheme = |uri| SipUri::parse(uri).unwrap().scheme().as_str();
    assert_eq!((scheme("SIP:a@example.com"), scheme("sips:a@example.com")), ("sip", "sips"));
    assert_eq!(Scheme::Sips.as_str(), "sips");
    let algorithms = [Algorithm::Sha1, Algorithm::Sha256].map(Algorithm::as_str);
    assert_eq!(algorithms, ["sha1", "sha256"]);
}

/// The value is from the example in RFC 7433 section 4.1.
#[test]
fn user_to_user_says_what_its_content_is() {
    let value = UserToUser::parse("56a390f3d2b7310023a2;encoding=hex").unwrap();
    let value = value.with_content("bar").unwrap();
    assert_eq!(value.content(), Some("bar"));
    assert_eq!(value.to_string(), "56a390f3d2b7310023a2;encoding=hex;content=bar");
    assert!(value.with_content("two words").is_err());
}

#[test]
fn nodes_are_added_to_an_element_in_place() {
    let mut say = Element::new("Say").unwrap();
    say.push(Text::new("Hello").unwrap());
    let response = VoiceResponse::new().append(say);
    assert!(response.to_xml().ends_with("<Response><Say>Hello</Say></Response>"));
}

#[test]
fn an_error_says_which_part_refused() {
    let error = SipUri::parse("").unwrap_err();
    assert_eq!((error.group(), error.kind().group()), (ErrorGroup::SipUri, ErrorGroup::SipUri));
    assert_eq!(error.group().as_str(), "sip-uri");
}

#[test]
fn a_transfer_takes_ten_minutes_at_most() {
    assert_eq!(TransferSettings::new().max_duration(), Duration::from_secs(600));
}
