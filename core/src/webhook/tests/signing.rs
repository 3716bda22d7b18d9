//! The vectors of Twilio's documentation and of the official packages.

use super::*;

const BY_SHA1: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
const BY_SHA256: &str = "033hgUJA9M/hXIZsYjwkerEP/DBm35nEri5FhCYjA5s=";

#[test]
fn the_published_vectors() {
    let with_port = "https://mycompany.com:443/myapp.php?foo=1&bar=2";
    let another_port = "http://mycompany.com:1234/myapp.php?foo=1&bar=2";
    let cases = [
        (EXAMPLE_URL, BY_SHA1),
        (with_port, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (another_port, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
    ];
    for (url, signature) in cases {
        assert_eq!(validator().sign(url, EXAMPLE), signature, "{url}");
        assert!(validator().validate(url, EXAMPLE, Some(signature)), "{url}");
    }
    assert_eq!(validator().sign(EXAMPLE_URL, [("", ""); 0]), "zYQTYrRWXE7LtzbG4PfP7/bkkGo=");
    // Twilio may have signed the other spelling of the port.
    for url in [EXAMPLE_URL, with_port] {
        assert!(validator().validate(url, EXAMPLE, Some(BY_SHA1)));
        assert!(validator().validate(url, EXAMPLE, Some("kvajT1Ptam85bY51eRf/AJRuM3w=")));
    }
}

#[test]
fn the_order_of_arrival_does_not_matter() {
    let mut params = EXAMPLE;
    params.reverse();
    assert_eq!(validator().sign(EXAMPLE_URL, params), BY_SHA1);
    params.swap(1, 3);
    assert_eq!(validator().sign(EXAMPLE_URL, params), BY_SHA1);
}

#[test]
fn repeated_names_are_deduplicated_and_sorted() {
    let expected = "IK+Dwps556ElfBT0I3Rgjkr1wJU=";
    let digits = ["5678", "1234", "1234"].map(|digits| ("Digits", digits));
    let params = [("Sid", "CA123"), ("SidAccount", "AC123")].into_iter().chain(digits);
    assert_eq!(validator().sign(EXAMPLE_URL, params.clone()), expected);
    assert!(validator().validate(EXAMPLE_URL, params, Some(expected)));
    let body = "Digits=1234&Sid=CA123&Digits=5678&SidAccount=AC123&Digits=1234";
    assert!(validator().verify(Method::Post, EXAMPLE_URL, body, Some(expected)).is_ok());
}

#[test]
fn the_caller_pins_the_algorithm() {
    let sha256 = validator().with_algorithm(Algorithm::Sha256);
    assert_eq!(sha256.sign(EXAMPLE_URL, EXAMPLE), BY_SHA256);
    assert!(sha256.validate(EXAMPLE_URL, EXAMPLE, Some(BY_SHA256)));
    assert!(!sha256.validate(EXAMPLE_URL, EXAMPLE, Some(BY_SHA1)));
    assert!(!validator().validate(EXAMPLE_URL, EXAMPLE, Some(BY_SHA256)));
    assert_eq!(Algorithm::default(), Algorithm::Sha1);
    assert_eq!([Algorithm::Sha1, Algorithm::Sha256].map(|it| it.to_string()), ["sha1", "sha256"]);
}

#[test]
fn forms_pairs_and_bodies_sign_alike() {
    let body = "To=%2B18005551212&Digits=1234&From=%2B14158675309&Caller=%2B14158675309\
        &CallSid=CA1234567890ABCDE";
    assert_eq!(validator().sign_form(EXAMPLE_URL, body), BY_SHA1);
    assert_eq!(
        validator().sign_form("https://voice.example.com/refer", BODY),
        "O15dENaal3IO/3sC6RgDyUBKbg4="
    );
}

#[test]
fn the_fragment_is_not_signed_and_user_info_is() {
    let base = "https://voice.example.com/refer";
    let plain = validator().sign_form(base, BODY);
    assert_eq!(validator().sign_form(&format!("{base}#rc=3"), BODY), plain);
    assert_eq!(
        validator().sign_form("https://user:pass@voice.example.com/refer#x", BODY),
        "JAFbmKkFxLtkA9S8G282EqEG1o4="
    );
}

#[test]
fn many_names_sort_by_their_bytes_below_and_above_the_bound_of_kept_keys() {
    for count in [3, 1024, 1025, 3000] {
        // Common beginnings of eight bytes and more, shorter and longer names, and a repeat.
        let mut pairs: Vec<_> =
            (0..count).map(|n| (format!("CallerCity{n}"), n.to_string())).collect();
        pairs.push(("CallerC".to_owned(), "short".to_owned()));
        pairs.push(("CallerC\0".to_owned(), "zero".to_owned()));
        pairs.push(("CallerCity1".to_owned(), "1".to_owned()));
        pairs.push(("É".to_owned(), "last".to_owned()));
        let mut sorted = pairs.clone();
        sorted.sort();
        sorted.dedup();
        let joined: String = sorted.into_iter().map(|(name, value)| name + &value).collect();
        let tried = validator()
            .explain("https://a/", VoiceRequest::from_pairs(pairs, usize::MAX).unwrap().to_form());
        assert_eq!(tried[0].hashed(), format!("https://a/{joined}"), "{count}");
    }
}
