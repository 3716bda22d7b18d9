//! User-to-User (RFC 7433 §4.1).

use crate::{error::ErrorKind as Kind, sip::UserToUser};

#[test]
fn read_and_written_again() {
    for (text, again) in [
        ("56a390f3d2b7310023a2;encoding=hex;purpose=foo;content=bar", None),
        ("\"a \\\"b\\\\\";x;y=\"z \"", None),
        ("\t00 ; Encoding = hex ", Some("00;Encoding=hex")),
    ] {
        let value = UserToUser::parse(text).unwrap();
        assert_eq!(value.to_string(), again.unwrap_or(text));
        assert_eq!(UserToUser::parse(&value.to_string()).unwrap(), value);
    }
}

#[test]
fn the_parts() {
    let value: UserToUser = "0a1B;encoding=HEX;purpose=p;content=c;other=\"o\"".parse().unwrap();
    assert_eq!((value.data(), value.encoding()), ("0a1B", Some("HEX")));
    assert_eq!((value.purpose(), value.content()), (Some("p"), Some("c")));
    assert_eq!(value.to_bytes(), Some(vec![0x0A, 0x1B]));
    let odd = UserToUser::new("123").unwrap().with_encoding("hex").unwrap();
    assert_eq!(odd.to_bytes(), None);
    let changed = odd.with_encoding("text").unwrap();
    assert_eq!((changed.to_string().as_str(), changed.to_bytes()), ("123;encoding=text", None));
}

#[test]
fn refused_with_the_place() {
    for (text, kind, offset) in [
        ("", Kind::UserToUserDataEmpty, 0),
        (" ;encoding=hex", Kind::UserToUserDataEmpty, 1),
        ("\"\"", Kind::UserToUserDataEmpty, 2),
        ("a=b", Kind::UserToUserSyntax, 1),
        ("a,b", Kind::UserToUserSyntax, 1),
        ("\"a", Kind::UserToUserSyntax, 2),
        ("\"a\r\"", Kind::UserToUserSyntax, 2),
        ("a;", Kind::UserToUserSyntax, 2),
        ("a;b=", Kind::UserToUserSyntax, 4),
        ("a;encoding", Kind::UserToUserParameterInvalid, 2),
        ("a;encoding=\"hex\"", Kind::UserToUserParameterInvalid, 2),
        ("a;encoding=hex;Encoding=hex", Kind::UserToUserParameterRepeated, 15),
    ] {
        let error = UserToUser::parse(text).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (kind, Some(offset)), "{text}: {error}");
    }
    assert_eq!(UserToUser::new("").unwrap_err().kind(), Kind::UserToUserDataEmpty);
    assert_eq!(UserToUser::from_bytes(&[]).unwrap_err().kind(), Kind::UserToUserDataEmpty);
    assert_eq!(UserToUser::new("a\nb").unwrap_err().offset(), Some(1));
    let error = UserToUser::new("a").unwrap().with_purpose("b c").unwrap_err();
    assert_eq!(
        (error.kind(), error.parameter()),
        (Kind::UserToUserParameterInvalid, Some("purpose"))
    );
}
