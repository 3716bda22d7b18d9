//! The REST requests that invoke the verb.

use super::*;

const AC: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const CA: &str = "CA0123456789abcdefABCDEF0123456789";
const URL: &str = "https://example.com/a?b=c&d";

#[test]
fn nothing_is_smuggled_into_the_path() {
    for sid in [
        "",
        "AC",
        "CA",
        "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "acaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/../",
        "ACgaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "AC\u{661}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        let error = CallUpdate::from_url(sid, CA, URL).unwrap_err();
        assert_eq!((error.kind(), error.parameter()), (ErrorKind::SidInvalid, Some("AccountSid")));
        let sid = sid.replacen("AC", "CA", 1);
        let error = CallUpdate::from_url(AC, &sid, URL).unwrap_err();
        assert_eq!((error.kind(), error.parameter()), (ErrorKind::SidInvalid, Some("CallSid")));
    }
    let error = CallUpdate::from_url(CA, CA, URL).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "invalid REST request: invalid account SID {CA}: expected AC and 32 hexadecimal digits"
        ),
    );
}

#[test]
fn bases_and_urls() {
    let base = |base: &str| {
        CallUpdate::from_url(AC, CA, URL)
            .unwrap()
            .with_base(base)
            .map(|update| update.request().url().split("/2010").next().unwrap().to_owned())
    };
    for (given, origin) in [
        ("https://api.dublin.ie1.twilio.com", "https://api.dublin.ie1.twilio.com"),
        ("https://API.twilio.com:443/", "https://api.twilio.com"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ] {
        assert_eq!(base(given).unwrap(), origin);
    }
    for given in [
        "",
        "api.twilio.com",
        "ftp://api.twilio.com",
        "https://",
        "https://api.twilio.com/x",
        "https://api.twilio.com?x",
        "https://api.twilio.com/#",
        "https://user@api.twilio.com",
        "https://:pw@api.twilio.com",
        " https://api.twilio.com",
        "https://api.twilio.com\n",
    ] {
        assert_eq!(base(given).unwrap_err().kind(), ErrorKind::RestBaseInvalid, "{given:?}");
    }
    for url in ["", "/a", "//example.com/a", "ftp://example.com/", "https://example.com/a b"] {
        let error = CallUpdate::from_url(AC, CA, url).unwrap_err();
        assert_eq!((error.kind(), error.parameter()), (ErrorKind::RestUrlInvalid, Some("Url")));
    }
}
