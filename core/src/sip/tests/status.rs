//! Status codes: the range, the three digits, the classes.

use crate::error::ErrorKind;
use crate::sip::SipStatus;

#[test]
fn codes_are_100_to_699() {
    for code in 100..=699_u16 {
        let status = SipStatus::new(code).unwrap();
        assert_eq!((status.as_u16(), u16::from(status)), (code, code));
        assert_eq!(SipStatus::from_digits(code.to_string().as_bytes()), Some(status));
        assert_eq!(status.is_provisional(), code / 100 == 1, "{code}");
        assert_eq!(status.is_success(), code / 100 == 2, "{code}");
        assert_eq!(status.is_final(), code / 100 >= 2, "{code}");
    }
    for code in [i64::MIN, -486, 0, 99, 700, 999, 65_536 + 486, i64::MAX] {
        let error = SipStatus::new(code).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SipStatusInvalid);
        let text = format!("invalid SIP status code {code}: must be 100 to 699");
        assert_eq!(error.to_string(), text);
    }
    assert!(SipStatus::try_from(699_u16).is_ok() && SipStatus::try_from(700_u16).is_err());
}

#[test]
fn text_is_exactly_three_ascii_digits() {
    assert_eq!("486".parse::<SipStatus>().unwrap(), 486);
    for text in ["", "48", "4866", " 486", "486 ", "+86", "4x6", "099", "700", "٤٨٦", "4\u{d9}"]
    {
        let error = text.parse::<SipStatus>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::SipStatusInvalid, "{text}");
    }
}

#[test]
fn serde_writes_and_checks_a_number() {
    let status = SipStatus::new(202).unwrap();
    assert_eq!(serde_json::to_string(&status).unwrap(), "202");
    assert_eq!(serde_json::from_str::<SipStatus>("202").unwrap(), status);
    for text in ["99", "700", "-1", "\"202\"", "202.5"] {
        assert!(serde_json::from_str::<SipStatus>(text).is_err(), "{text}");
    }
}
