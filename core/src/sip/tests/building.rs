//! Building from decoded text.

use super::uri;
use crate::SipUri;
use crate::error::ErrorKind as Kind;
use crate::sip::UserToUser;

#[test]
fn all_parts_are_escaped_by_their_own_rule() {
    let built = SipUri::builder("::1")
        .user("a@b;c?d/é")
        .password("p:w")
        .port(1)
        .param("method", Some("INV;ITE"))
        .param("lr", None)
        .header("X-A", "[a]/?:+$ \t\"")
        .user_to_user(&UserToUser::from_bytes(&[1]).unwrap())
        .build()
        .unwrap();
    assert_eq!(
        built.as_str(),
        "sip:a%40b%3Bc%3Fd/%C3%A9:p%3Aw@[::1]:1;method=INV%3BITE;lr\
         ?X-A=[a]/?:+$%20%09%22&User-to-User=01%3Bencoding%3Dhex"
    );
    assert_eq!(built.user_decoded().as_deref(), Some("a@b;c?d/é"));
    assert_eq!(built.header("x-a").as_deref(), Some("[a]/?:+$ \t\""));
}

#[test]
fn what_cannot_be_written_is_refused_without_an_offset_into_nothing() {
    let builder = || SipUri::builder("example.com");
    for (result, kind) in [
        (SipUri::builder("").build(), Kind::UriHostEmpty),
        (SipUri::builder("a@b").build(), Kind::UriHostInvalid),
        (SipUri::builder("1.2.3.256").build(), Kind::UriIpv4Invalid),
        (SipUri::builder("host:80").build(), Kind::UriIpv6Invalid),
        (builder().user("").build(), Kind::UriUserEmpty),
        (builder().password("x").build(), Kind::UriUserEmpty),
        (builder().port(0).build(), Kind::UriPortInvalid),
        (builder().param("", None).build(), Kind::UriParameterNameEmpty),
        (builder().param("a", Some("")).build(), Kind::UriParameterValueEmpty),
        (builder().param("a", None).param("A", None).build(), Kind::UriParameterRepeated),
        (builder().header("a b", "").build(), Kind::HeaderNameInvalid),
        (builder().header("", "").build(), Kind::HeaderNameInvalid),
        (builder().header("a", &"x".repeat(70_000)).build(), Kind::UriOverLimit),
    ] {
        let error = result.unwrap_err();
        assert_eq!((error.kind(), error.offset()), (kind, None), "{error}");
    }
    let error = builder().header("X", "ab\0").build().unwrap_err();
    assert_eq!((error.kind(), error.offset()), (Kind::HeaderValueInvalid, Some(2)));
    assert_eq!(error.parameter(), Some("X"));
}

#[test]
fn a_header_is_added_behind_the_others() {
    let once = uri("sip:a@b;lr").with_header("X-%", "").unwrap();
    assert_eq!(once.as_str(), "sip:a@b;lr?X-%25=");
    let twice = once.with_header("Y", "1&2").unwrap();
    assert_eq!(twice.as_str(), "sip:a@b;lr?X-%25=&Y=1%262");
    assert_eq!(twice.params().collect::<Vec<_>>(), [("lr", None)]);
    assert_eq!(uri(twice.as_str()), twice);
    assert_eq!(twice.with_header("Z", &"x".repeat(70_000)).unwrap_err().kind(), Kind::UriOverLimit);
}

#[test]
fn what_is_refused_in_place_changes_nothing() {
    for before in ["sip:a@b", "sip:a@b?X-A=1"] {
        let mut uri = SipUri::parse(before).unwrap();
        for (name, value) in [("X A", ""), ("X-A", "\n"), ("X-A", &"x".repeat(70_000))] {
            uri.add_header(name, value).unwrap_err();
            assert_eq!((uri.as_str(), uri.clone()), (before, SipUri::parse(before).unwrap()));
        }
        uri.add_header("X-B", "2").unwrap();
        assert_eq!(SipUri::parse(uri.as_str()), Ok(uri));
    }
}
