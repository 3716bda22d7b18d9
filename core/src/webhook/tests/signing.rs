//! What is signed, where the vectors `signatures` do not reach.

use super::*;

#[test]
fn forms_pairs_and_bodies_sign_alike() {
    let body = "To=%2B18005551212&Digits=1234&From=%2B14158675309&Caller=%2B14158675309\
        &CallSid=CA1234567890ABCDE";
    assert_eq!(validator().sign_form(EXAMPLE_URL, body), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
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
