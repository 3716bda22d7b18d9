//! What is at the far end of a leg, by direction and by every form of an address.

use super::*;

fn leg(pairs: &[(&str, &str)]) -> Leg {
    VoiceRequest::from_pairs(pairs.iter().copied(), None).unwrap().leg()
}

#[test]
fn the_far_end_of_an_inbound_call_is_from() {
    let cases = [
        ("sip:alice@example.com", Leg::Sip),
        ("sips:alice@example.com", Leg::Sip),
        ("SIP:alice@example.com", Leg::Sip),
        ("client:alice", Leg::Client),
        ("+14158675309", Leg::Pstn),
        ("14158675309", Leg::Pstn),
        ("+", Leg::Unknown),
        ("", Leg::Unknown),
        ("anonymous", Leg::Unknown),
        ("tel:+14158675309", Leg::Unknown),
        ("whatsapp:+14158675309", Leg::Unknown),
        ("+1 415 867 5309", Leg::Unknown),
        ("++1", Leg::Unknown),
        ("١٢٣", Leg::Unknown),
        ("sip", Leg::Unknown),
    ];
    for (address, expected) in cases {
        // The near end says nothing.
        for near in ["sip:app@example.com", "client:bob", "+18005551212"] {
            let inbound = leg(&[("Direction", "inbound"), ("From", address), ("To", near)]);
            assert_eq!(inbound, expected, "inbound from {address}");
            for direction in ["outbound-api", "outbound-dial", "outbound-"] {
                let outbound = leg(&[("Direction", direction), ("From", near), ("To", address)]);
                assert_eq!(outbound, expected, "{direction} to {address}");
            }
        }
    }
}

#[test]
fn without_a_known_direction_nothing_is_known() {
    for direction in ["", "Inbound", "outbound", "sideways"] {
        assert_eq!(
            leg(&[("Direction", direction), ("From", "sip:a@b"), ("To", "sip:a@b")]),
            Leg::Unknown
        );
    }
    assert_eq!(leg(&[("From", "sip:a@b"), ("SipCallId", "x")]), Leg::Unknown);
    assert_eq!(leg(&[]), Leg::Unknown);
}
