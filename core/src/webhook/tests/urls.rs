//! The URL candidates: which are tried, that each is tried once, and no others.

use super::*;

/// What is tried for a URL, in its order.
fn tried(validator: &RequestValidator, url: &str) -> Vec<String> {
    validator.explain(url, "").iter().map(|candidate| candidate.url().to_owned()).collect()
}

#[test]
fn each_spelling_that_the_platform_signs_is_let_in() {
    // The URL that the app sees, and the signatures of `BODY` over the URLs beside them.
    let cases = [
        // https://voice.example.com/refer, and with :443
        ("https://voice.example.com/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com/refer", "kyxfOhDb5LC9YOlHBpESSPGbyGQ="),
        ("https://voice.example.com:443/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com:443/refer", "kyxfOhDb5LC9YOlHBpESSPGbyGQ="),
        ("https://voice.example.com:8443/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        // http://voice.example.com/refer, and with :80
        ("http://voice.example.com/refer", "Phf0c9hCho3wPbJkiYNZIZsrkHo="),
        ("http://voice.example.com/refer", "zx5x3MF0LMT3+eNZ5BhI/BLdBzY="),
        ("http://voice.example.com:80/refer", "Phf0c9hCho3wPbJkiYNZIZsrkHo="),
        // https://[2001:db8::1]/refer, and with :443
        ("https://[2001:db8::1]/refer", "MqOknAkven63ac4hW+8x/hGos48="),
        ("https://[2001:db8::1]/refer", "INBKLRS6GoFTqRzmRueCUy+VvUQ="),
        ("https://[2001:db8::1]:443/refer", "MqOknAkven63ac4hW+8x/hGos48="),
        ("https://[2001:db8::1]:8443/refer", "MqOknAkven63ac4hW+8x/hGos48="),
        // https://user:pass@voice.example.com/refer, with :443, and without user info
        ("https://user:pass@voice.example.com/refer", "JAFbmKkFxLtkA9S8G282EqEG1o4="),
        ("https://user:pass@voice.example.com/refer", "oPoN5OiL4HIttk2kRt5riXbPTvc="),
        ("https://user:pass@voice.example.com:443/refer", "JAFbmKkFxLtkA9S8G282EqEG1o4="),
        ("https://user:pass@voice.example.com/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://user:pass@voice.example.com:8443/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://u:p@ss@voice.example.com/refer", "kyxfOhDb5LC9YOlHBpESSPGbyGQ="),
        // HTTPS://Voice.Example.com/refer, and with :443
        ("HTTPS://Voice.Example.com/refer", "9P8M4Xn/UdyJD5/EGKSUkOhEGpw="),
        ("HTTPS://Voice.Example.com/refer", "eMFYHlegMFzKFVn4GusMci4CTzo="),
        ("HTTPS://Voice.Example.com:443/refer", "9P8M4Xn/UdyJD5/EGKSUkOhEGpw="),
        // https://voice.example.com/refer?
        ("https://voice.example.com/refer?", "woWVbIczWBxTh7EzMjhW6YDC9pA="),
        ("https://voice.example.com:443/refer?", "woWVbIczWBxTh7EzMjhW6YDC9pA="),
        // …/refer#rc=3 and …/refer?a=1#rc=3
        ("https://voice.example.com/refer#rc=3", "tPZmY4vVVkWh9ubTV8IkQzpJSy0="),
        ("https://voice.example.com/refer?a=1#rc=3", "ZuW8TBbD1ZW9tRyyl4JS+M0DlXc="),
        // wss://voice.example.com/stream, and with /
        ("wss://voice.example.com/stream", "kQvU3xH9cnlwhhDAWt5i8+x2tXg="),
        ("wss://voice.example.com/stream", "L58WHPTKHI9LjdGxVtAIGxk/YVw="),
        ("wss://voice.example.com:443/stream", "L58WHPTKHI9LjdGxVtAIGxk/YVw="),
    ];
    for (url, signature) in cases {
        assert!(passes(&validator(), url, signature), "{url} {signature}");
    }
}

#[test]
fn nothing_else_is_let_in() {
    let cases = [
        // Signed: https://voice.example.com/refer
        ("https://voice.example.com/refer/", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com/refer?", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com/Refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://Voice.example.com/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("HTTPS://voice.example.com/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("http://voice.example.com/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com:0/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com:65536/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com:/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com:+443/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com:443x/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com:1:443/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        (" https://voice.example.com/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com/ref%65r", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com\\/refer", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        // Signed with :443, and another port is not the default one.
        ("https://voice.example.com:8443/refer", "kyxfOhDb5LC9YOlHBpESSPGbyGQ="),
        ("http://voice.example.com:443/refer#x", "kyxfOhDb5LC9YOlHBpESSPGbyGQ="),
        // What stands behind # in a Host header or a request target is a stranger's.
        ("https://voice.example.com/refer#rc=3", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com/refer#/other", "O15dENaal3IO/3sC6RgDyUBKbg4="),
        ("https://voice.example.com/refer?a=1#&admin=1", "dvuin90kEmuCY3dvCJrVcTgGu1k="),
        ("https://voice.example.com/refer?#", "woWVbIczWBxTh7EzMjhW6YDC9pA="),
        // Signed with user info or fragment, which are never added.
        ("https://voice.example.com/refer", "JAFbmKkFxLtkA9S8G282EqEG1o4="),
        ("https://voice.example.com/refer", "tPZmY4vVVkWh9ubTV8IkQzpJSy0="),
        // The slash is for wss only, and never taken away.
        ("wss://voice.example.com/stream/", "kQvU3xH9cnlwhhDAWt5i8+x2tXg="),
        ("ws://voice.example.com/stream", "L58WHPTKHI9LjdGxVtAIGxk/YVw="),
        // The opt-in is off.
        ("https://voice.example.com/refer?name=O%27Hara", "TmhIEOBCvc+wggHB2lYfA/HGaoI="),
        ("https://voice.example.com/refer?To=sip:bob@example.com", "jtOTzgzq81BMTKngtANCfCU6kDA="),
    ];
    for (url, signature) in cases {
        assert!(!passes(&validator(), url, signature), "{url} {signature}");
    }
}

#[test]
fn encoded_spellings_are_opt_in() {
    let tolerant = validator().with_encoded_spellings(true);
    let cases = [
        ("https://voice.example.com/refer?name=O%27Hara", "TmhIEOBCvc+wggHB2lYfA/HGaoI="),
        ("https://voice.example.com/refer?name=O'Hara", "ZDQFT7/N9hZ+DFSL6+VFZj82kL8="),
        (
            "https://voice.example.com:443/refer?To=sip:bob@example.com",
            "jtOTzgzq81BMTKngtANCfCU6kDA=",
        ),
        (
            "https://voice.example.com/refer?To=sip%3abob%40example.com",
            "jtOTzgzq81BMTKngtANCfCU6kDA=",
        ),
        // …/r%C3%A9f?name=J%C3%BCrgen&To=sip%3Abob%40example.com
        (
            "https://voice.example.com/réf?name=Jürgen&To=sip:bob@example.com",
            "QYCW0oJuQFOCJa6kgmWp3+wfzJA=",
        ),
    ];
    // Lower-case digits are no spelling of upper-case ones: from there it is decoded only.
    for (url, signature) in cases {
        assert_eq!(passes(&tolerant, url, signature), !url.contains("%3a"), "{url}");
        assert!(!passes(&tolerant.clone().with_encoded_spellings(false), url, signature));
    }
}

#[test]
fn only_sip_uris_and_quotes_are_written_anew() {
    let tolerant = validator().with_encoded_spellings(true);
    let urls = tried(&tolerant, "foo://h/a:b@c?t=12:30%3A&To=sips:b@x:5060;p&q=%27#'");
    assert_eq!(
        urls,
        [
            "foo://h/a:b@c?t=12:30%3A&To=sips:b@x:5060;p&q=%27#'",
            "foo://h/a:b@c?t=12:30%3A&To=sips%3Ab%40x%3A5060;p&q=%27#'",
            "foo://h/a:b@c?t=12:30%3A&To=sips:b@x:5060;p&q='#'",
            "foo://h/a:b@c?t=12:30%3A&To=sips%3Ab%40x%3A5060;p&q='#'",
        ]
    );
    // What is encoded stays as it is spelled.
    let urls = tried(&tolerant, "foo://h/?To=sip%3aa:b");
    let expected = ["foo://h/?To=sip%3aa:b", "foo://h/?To=sip:a:b", "foo://h/?To=sip%3aa%3Ab"];
    assert_eq!(urls, expected);
}

#[test]
fn what_is_beyond_ascii_is_escaped_all_at_once_or_not_at_all() {
    let tolerant = validator().with_encoded_spellings(true);
    assert_eq!(
        tried(&tolerant, "ftp://é/é?ü=%C3%BC'"),
        [
            "ftp://é/é?ü=%C3%BC'",
            "ftp://é/é?ü=%C3%BC%27",
            "ftp://é/%C3%A9?%C3%BC=%C3%BC'",
            "ftp://é/%C3%A9?%C3%BC=%C3%BC%27",
        ]
    );
}

#[test]
fn every_spelling_is_tried_once_as_given_first() {
    assert_eq!(
        tried(&validator(), "https://u:p@h/a?b#c"),
        [
            "https://u:***@h/a?b#c",
            "https://u:***@h:443/a?b#c",
            "https://h/a?b#c",
            "https://h:443/a?b#c",
        ]
    );
    assert_eq!(
        tried(&validator(), "wss://h:9/a?b"),
        ["wss://h:9/a?b", "wss://h/a?b", "wss://h:9/a/?b", "wss://h/a/?b"]
    );
    assert_eq!(tried(&validator(), "wss://h:0"), ["wss://h:0", "wss://h:0/"]);
    assert_eq!(tried(&validator(), "ftp://h/a"), ["ftp://h/a"]);
    assert_eq!(tried(&validator(), "/a?b=https://h:1/#c"), ["/a?b=https://h:1/#c"]);
    assert_eq!(tried(&validator(), ""), [""]);
    let all = tried(&validator().with_encoded_spellings(true), "wss://u@h:1/'%27?a=sip:b%40c#f");
    let unique: std::collections::HashSet<_> = all.iter().collect();
    assert_eq!((all.len(), unique.len()), (72, 72));
}

#[test]
fn what_has_no_valid_scheme_has_no_user_info() {
    for url in ["1a://u@h/", "a/b://u@h/"] {
        assert_eq!(tried(&validator(), url), [url]);
    }
}

#[test]
fn a_request_target_is_appended_to_the_base_as_it_is() {
    for (base, url, joined) in [
        ("https://h.example", "/a?b=1", "https://h.example/a?b=1"),
        ("https://h.example/", "/a", "https://h.example/a"),
        ("https://h.example/tw", "/a", "https://h.example/tw/a"),
        ("https://h.example/tw/", "/a", "https://h.example/tw/a"),
        ("https://h.example/tw", "/", "https://h.example/tw/"),
        ("https://h.example/tw", "http://10.0.0.7:8080/a", "https://h.example/tw/a"),
        ("https://h.example/tw", "http://10.0.0.7:8080", "https://h.example/tw"),
        // Concatenated, never resolved, and nothing decoded.
        ("https://h.example", "//evil.example/a", "https://h.example//evil.example/a"),
        ("https://h.example/tw", "/../a", "https://h.example/tw/../a"),
        ("https://h.example/tw", "/t/%2B1555?", "https://h.example/tw/t/%2B1555?"),
        ("https://h.example", "/a#/b", "https://h.example/a#/b"),
        ("https://h.example/t'w", "/a", "https://h.example/t'w/a"),
    ] {
        let behind = validator().with_public_base(base).unwrap();
        assert_eq!(tried(&behind, url)[0], joined, "{base} {url}");
        let signature = validator().sign_form(joined, BODY);
        assert_eq!(passes(&behind, url, &signature), !joined.contains('#'), "{base} {url}");
    }
}

#[test]
fn what_is_neither_a_target_nor_a_url_never_matches_a_base() {
    let behind = validator().with_public_base("https://h.example").unwrap();
    for url in
        ["", "*", "refer", "?a=1", ".evil.example/a", "@evil.example/a", ":1/a", "ftp://h/a", "#"]
    {
        assert!(tried(&behind, url).is_empty(), "{url}");
        let joined = format!("https://h.example{url}");
        for signed in [&joined, &joined.replace("example", "example/"), url] {
            let signature = validator().sign_form(signed, BODY);
            assert!(!passes(&behind, url, &signature), "{url} {signed}");
        }
        assert!(!passes(&behind, url, &behind.sign_form(url, BODY)), "{url}");
    }
}

#[test]
fn what_is_no_base_is_refused() {
    for bad in [
        "",
        "voice.example.com",
        "https://",
        "https:///",
        "https:///tw",
        "https://h/%2e%2E/a",
        "https://h/a/%2e",
        "ftp://h",
        "https://h//",
        "https://h/a//",
        "https://h/../a",
        "https://h/a/.",
        "https://h/a?",
        "https://h?x",
        "https://h#x",
        "https://u@h",
        "https://h:0",
        "https://h:65536",
        "https://h:",
        "https://h:x",
        "https://a b",
        "https://a\nb",
        "https://h/a b",
        "https://h/a\u{7f}",
        " https://h",
        "https://h\\x",
        "https://[::1",
    ] {
        let error = validator().with_public_base(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PublicBaseInvalid, "{bad}");
    }
    for good in [
        "http://h",
        "HTTPS://H:8443",
        "wss://[::1]:1",
        "ws://1.2.3.4/",
        "https://bücher.example",
        "https://h/app/v1/",
    ] {
        assert!(validator().with_public_base(good).is_ok(), "{good}");
    }
}
