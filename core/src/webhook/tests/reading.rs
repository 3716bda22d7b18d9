//! Reading a form, a query and pairs: nothing is lost, and what cannot be read is said exactly.

use super::*;

fn refused(body: impl AsRef<[u8]>) -> Error {
    VoiceRequest::from_form(body, None).unwrap_err()
}

#[test]
fn every_pair_stays_in_arrival_order() {
    let request = request("b=2&Unknown=x&CallSid=CA1&a=1&b=3&CallSid=CA2");
    let all: Vec<_> = request.params().collect();
    assert_eq!(
        all,
        [
            ("b", "2"),
            ("Unknown", "x"),
            ("CallSid", "CA1"),
            ("a", "1"),
            ("b", "3"),
            ("CallSid", "CA2")
        ]
    );
    assert_eq!(request.params().len(), 6);
    assert_eq!(request.param("b"), Some("2"));
    assert_eq!(request.param("CallSid"), Some("CA1"));
    assert_eq!(request.param("callsid"), None);
    assert_eq!(request.to_form(), "b=2&Unknown=x&CallSid=CA1&a=1&b=3&CallSid=CA2");
}

#[test]
fn every_standard_parameter_has_its_getter() {
    macro_rules! check {
        ($( $getter:ident $name:literal )*) => { $(
            let one = request(concat!($name, "=first&x=y&", $name, "=second"));
            assert_eq!(one.$getter(), Some("first"));
            assert_eq!(request(concat!("x", $name, "=1")).$getter(), None);
            assert_eq!(request(concat!($name, "=")).$getter(), Some(""));
            let [diagnostic] = one.diagnostics() else { panic!("{:?}", one.diagnostics()) };
            assert_eq!(diagnostic.code().as_str(), "parameter-repeated");
            assert_eq!(diagnostic.parameter(), Some($name));
            assert_eq!(diagnostic.message(), "duplicate parameter: the first value counts");
        )* };
    }
    check! {
        call_sid "CallSid" account_sid "AccountSid" from "From" to "To" caller "Caller"
        called "Called" call_status "CallStatus" api_version "ApiVersion" direction "Direction"
        forwarded_from "ForwardedFrom" caller_name "CallerName" parent_call_sid "ParentCallSid"
        call_token "CallToken" stir_verstat "StirVerstat"
        from_city "FromCity" from_state "FromState" from_zip "FromZip" from_country "FromCountry"
        to_city "ToCity" to_state "ToState" to_zip "ToZip" to_country "ToCountry"
        caller_city "CallerCity" caller_state "CallerState" caller_zip "CallerZip"
        caller_country "CallerCountry" called_city "CalledCity" called_state "CalledState"
        called_zip "CalledZip" called_country "CalledCountry"
        sip_domain "SipDomain" sip_domain_sid "SipDomainSid" sip_username "SipUsername"
        sip_call_id "SipCallId" sip_source_ip "SipSourceIp"
        refer_transfer_target "ReferTransferTarget"
    }
}

#[test]
fn what_is_not_utf8_is_named_with_its_byte() {
    let cases: [(&[u8], usize, Option<&str>); 8] = [
        (b"From=%FF", 5, Some("From")),
        (b"a=1&From=x%20%C3%28", 13, Some("From")),
        (b"a=1&&From=\xff", 10, Some("From")),
        (b"a=%E5%90", 2, Some("a")),
        (b"%80=1", 0, None),
        (b"a=1&b%2Bc%C3=%A9", 9, None),
        // Each half by itself, though together they would make a letter.
        (b"x%C3=%A9", 1, None),
        (b"x=%C3&%A9", 2, Some("x")),
    ];
    for (body, offset, parameter) in cases {
        let error = refused(body);
        assert_eq!(error.kind(), ErrorKind::RequestNotUtf8);
        let shown = String::from_utf8_lossy(body);
        assert_eq!((error.offset(), error.parameter()), (Some(offset), parameter), "{shown}");
    }
    assert_eq!(
        refused("From=%FF").to_string(),
        "invalid request at byte 5: a parameter is not UTF-8 once decoded: answer 400"
    );
}

#[test]
fn pairs_that_no_form_within_the_limit_could_bring_are_too_many() {
    let over = |pairs: &[(&str, &str)], limit: usize| {
        VoiceRequest::from_pairs(pairs.iter().copied(), limit)
            .is_err_and(|error| error.kind() == ErrorKind::RequestTooLarge)
    };
    assert!(!over(&[("a", ""), ("b", "")], 3)); // a&b
    assert!(over(&[("a", ""), ("b", "")], 2));
    assert!(over(&[("abc", "d")], 3));
    assert!(!over(&[], 0));
    // An endless source is refused as soon as it is too long.
    let endless = std::iter::repeat(("CallSid", "CA1"));
    assert!(VoiceRequest::from_pairs(endless, None).is_err());
}

#[test]
fn a_long_row_of_separators_is_nothing() {
    let body = "&".repeat(1_000_000);
    let request = VoiceRequest::from_form(body, usize::MAX).unwrap();
    assert_eq!(request.params().len(), 0);
}
