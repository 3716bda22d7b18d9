//! The REST requests that invoke the verb.

use super::*;
use crate::http::Method;
use crate::limits::MAX_REST_TWIML_CHARS;

const AC: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const CA: &str = "CA0123456789abcdefABCDEF0123456789";
const URL: &str = "https://example.com/a?b=c&d";

#[test]
fn an_update_of_a_live_call() {
    let update = CallUpdate::from_url(AC, CA, URL).unwrap();
    let request = update.request();
    assert_eq!(request.method(), Method::Post);
    assert_eq!(
        request.url(),
        format!("https://api.twilio.com/2010-04-01/Accounts/{AC}/Calls/{CA}.json"),
    );
    assert_eq!(request.body(), "Url=https%3A%2F%2Fexample.com%2Fa%3Fb%3Dc%26d");
    let request = update.with_url_method(Method::Post).request();
    assert_eq!(request.body(), "Url=https%3A%2F%2Fexample.com%2Fa%3Fb%3Dc%26d&Method=POST");

    let response = VoiceResponse::new().hangup();
    let request = CallUpdate::from_twiml(AC, CA, &response).unwrap().request();
    assert_eq!(
        request.body(),
        "Twiml=%3C%3Fxml+version%3D%221.0%22+encoding%3D%22UTF-8%22%3F%3E\
         %3CResponse%3E%3CHangup%2F%3E%3C%2FResponse%3E",
    );
}

#[test]
fn a_new_call() {
    let create = CallCreate::from_twiml(AC, &uri(), "+15005550006", &VoiceResponse::new());
    let request = create.unwrap().with_base("http://localhost:8080/").unwrap().request();
    assert_eq!(request.url(), format!("http://localhost:8080/2010-04-01/Accounts/{AC}/Calls.json"),);
    assert!(
        request.body().starts_with("To=sip%3Aalice%40example.com&From=%2B15005550006&Twiml=%3C"),
        "{}",
        request.body(),
    );
    for from in ["", " \t"] {
        let error = CallCreate::from_url(AC, &uri(), from, URL).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RestFromEmpty);
    }
}

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

#[test]
fn a_document_that_is_too_long_is_refused_in_characters() {
    let around = VoiceResponse::new().say("").unwrap().to_xml().len() + "</Say>".len() - 1;
    let fits =
        |text: String| CallUpdate::from_twiml(AC, CA, &VoiceResponse::new().say(&text).unwrap());
    assert!(fits("é".repeat(MAX_REST_TWIML_CHARS - around)).is_ok());
    let error = fits("é".repeat(MAX_REST_TWIML_CHARS - around + 1)).unwrap_err();
    assert_eq!((error.kind(), error.twilio_number()), (ErrorKind::RestTwimlTooLong, Some(32018)));
    assert_eq!(
        error.to_string(),
        "invalid REST request: the document has 4001 characters, the REST API takes 4000: \
         serve it and give its URL",
    );
}
