//! What holds for every SIP URI and every User-to-User that is built. What is read is in the fuzz target `sip_uri`.

use proptest::prelude::*;
use twiml_refer::{SipUri, sip::UserToUser};

fn header_value() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|text| text.replace(['\r', '\n', '\0'], ""))
}

proptest! {
    #[test]
    fn whatever_is_built_reads_back_equal(
        user in "\\PC{1,20}",
        password in proptest::option::of("\\PC{0,10}"),
        port in proptest::option::of(1..=u16::MAX),
        names in prop::collection::btree_set("[a-z]{1,8}", 0..4),
        value in "\\PC{1,10}",
        headers in prop::collection::vec(("[A-Za-z0-9.!%*_+`'~-]{1,12}", header_value()), 0..5),
    ) {
        let mut builder = SipUri::builder("example.com").user(&user);
        if let Some(password) = &password {
            builder = builder.password(password);
        }
        if let Some(port) = port {
            builder = builder.port(port);
        }
        for name in &names {
            builder = builder.param(name, Some(&value));
        }
        for (name, value) in &headers {
            builder = builder.header(name, value);
        }
        let uri = builder.build().unwrap();
        let read = SipUri::parse(uri.as_str()).unwrap();
        prop_assert_eq!(&read, &uri);
        prop_assert_eq!(read.user_decoded().unwrap(), user);
        prop_assert_eq!(read.password().is_some(), password.is_some());
        prop_assert_eq!(read.port(), port);
        prop_assert_eq!(read.params().count(), names.len());
        let decoded: Vec<_> = read.headers().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        prop_assert_eq!(&decoded, &headers);

        let added = headers.iter().try_fold(SipUri::parse("sip:a@b").unwrap(), |uri, (name, value)| {
            uri.with_header(name, value)
        });
        let decoded: Vec<_> =
            added.as_ref().unwrap().headers().map(|(n, v)| (n.into_owned(), v.into_owned())).collect();
        prop_assert_eq!(decoded, headers);
    }

    #[test]
    fn user_to_user_survives_the_uri(data in "[^\r\n\0]{1,30}", bytes in prop::collection::vec(any::<u8>(), 1..40)) {
        for value in [UserToUser::new(&data).unwrap(), UserToUser::from_bytes(&bytes).unwrap()] {
            let uri = SipUri::parse("sip:a@b").unwrap().with_user_to_user(&value).unwrap();
            prop_assert_eq!(uri.user_to_user().unwrap().unwrap(), value);
        }
        prop_assert_eq!(UserToUser::from_bytes(&bytes).unwrap().to_bytes().unwrap(), bytes);
    }
}
