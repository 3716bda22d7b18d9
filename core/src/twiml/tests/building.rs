//! Values check themselves when they are set.

use super::*;
use crate::http::Method;
use crate::limits::{MAX_DEPTH, MAX_ELEMENTS};

fn kind<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn names_are_xml_names() {
    for name in ["Say", "say-as", "_x", "x:Say", "Größe", "a.1"] {
        assert_eq!(Element::new(name).unwrap().name(), name);
        assert!(Element::new("A").unwrap().attribute(name, "").is_ok());
    }
    for (name, at) in [("", 0), ("1a", 0), ("-a", 0), ("a b", 1), ("a>", 1), ("é\"", 2), ("\0", 0)]
    {
        let error = Element::new(name).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::XmlNameInvalid, Some(at)), "{name}");
        let set = Element::new("A").unwrap().attribute(name, "");
        assert_eq!(kind(set), ErrorKind::XmlNameInvalid);
    }
}

#[test]
fn characters_that_xml_forbids_are_refused_with_their_offset() {
    for c in ['\0', '\u{7}', '\u{b}', '\u{1b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let text = format!("aé{c}b");
        let errors = [
            Say::new(&text).unwrap_err(),
            Text::new(&text).unwrap_err(),
            Comment::new(&text).unwrap_err(),
            Element::new("A").unwrap().text(&text).unwrap_err(),
            Element::new("A").unwrap().attribute("a", &text).unwrap_err(),
            VoiceResponse::new().attribute("a", &text).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::XmlCharacterForbidden);
            assert_eq!(error.offset(), Some(3));
        }
        assert_eq!(Refer::to(uri()).action(&text).unwrap_err().offset(), Some(3));
    }
    let error = Say::new("\u{1b}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid TwiML at byte 0: U+001B is not allowed in an XML document: remove it",
    );
    for c in ['\t', '\n', '\r', ' ', '\u{7f}', '\u{85}', '\u{fffd}', '\u{10ffff}'] {
        assert!(Say::new(&c.to_string()).is_ok(), "{c:?}");
    }
}

#[test]
fn an_attribute_stands_once_however_many_there_are() {
    let mut element = Element::new("A").unwrap();
    for index in 0..20_000 {
        element = element.attribute(&format!("a{index}"), index).unwrap();
    }
    for name in ["a0", "a15", "a16", "a19999"] {
        let error = element.clone().attribute(name, "").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AttributeRepeated);
        assert_eq!(error.parameter(), Some(name));
    }
    assert_eq!(element.attribute_value("a7"), Some("7"));
    assert_eq!(element.attribute_value("A7"), None);
    assert_eq!(element.attributes().len(), 20_000);
}

#[test]
fn actions_that_are_urls() {
    for action in [
        "",
        "/handleRefer",
        "handleRefer",
        "../up?x=1&y=a:b",
        "?q",
        "#f",
        "a/b:c",
        "/a:b",
        "//example.com/x",
        "https://example.com",
        "HTTP://Example.com:8080/a?b#c",
        "https://user:pass@example.com/",
        "https://[::1]:8443/",
        "https://bücher.example/straße",
        "/größe",
    ] {
        let refer = Refer::to(uri()).action(action).unwrap();
        assert_eq!(refer.action_url(), Some(action));
    }
}

#[test]
fn actions_that_are_none() {
    for (action, at) in [
        ("/a b", 2),
        ("/a\n", 2),
        (" /a", 0),
        ("/é\u{a0}", 3),
        ("/a\u{85}", 2),
        ("/<a", 1),
        ("/a>", 2),
        ("/\"", 1),
        ("https:\\\\example.com", 6),
        ("/\u{7f}", 1),
        ("javascript:alert(1)", 0),
        ("mailto:a@example.com", 0),
        ("sip:alice@example.com", 0),
        ("1:2", 0),
        (":x", 0),
        ("https:", 0),
        ("https:example.com", 0),
        ("https:/example.com", 0),
        ("https:///example.com", 0),
        ("https://?x", 0),
        ("https://user@/x", 0),
        ("https://exa%00mple/", 0),
        ("https://example.com:99999/", 0),
        ("//", 0),
        ("///x", 0),
    ] {
        let error = Refer::to(uri()).action(action).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ActionInvalid, "{action:?}");
        assert_eq!((error.offset(), error.parameter()), (Some(at), Some("action")), "{action:?}");
    }
}

#[test]
fn methods_are_get_and_post_in_capitals() {
    for method in [Method::Get, Method::Post] {
        assert_eq!(method.to_string().parse(), Ok(method));
    }
    for method in ["", "get", "Post", "DELETE", " GET"] {
        let error = method.parse::<Method>().unwrap_err();
        assert_eq!((error.kind(), error.parameter()), (ErrorKind::MethodInvalid, Some("method")));
    }
}

#[test]
fn comments_cannot_end_themselves() {
    for (text, at) in [("a--b", 1), ("a-", 1), ("-", 0), ("--", 0), ("x-->", 1)] {
        let error = Comment::new(text).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::CommentInvalid, Some(at)), "{text}");
    }
    assert_eq!(Comment::new("-a-b ").unwrap().as_str(), "-a-b ");
    assert_eq!(Comment::new("a\r\nb\rc").unwrap().as_str(), "a\nb\nc");
}

#[test]
fn depth_is_bounded_when_appended_and_dropping_works() {
    let mut element = Element::new("A").unwrap();
    let mut levels = 1;
    let error = loop {
        match Element::new("A").unwrap().append(element.clone()) {
            Ok(deeper) => (element, levels) = (deeper, levels + 1),
            Err(error) => break error,
        }
    };
    assert_eq!((levels, error.kind()), (MAX_DEPTH, ErrorKind::DepthExceeded));
    assert_eq!(kind(VoiceResponse::new().append(element)), ErrorKind::DepthExceeded);

    let chain = |levels: usize| {
        (1..levels).fold(Element::new("A").unwrap(), |inner, _| {
            Element::new("A").unwrap().append(inner).unwrap()
        })
    };
    let response = VoiceResponse::new().append(chain(MAX_DEPTH - 1)).unwrap();
    assert_eq!(parse(&response.to_xml()), response);
    assert_eq!(parse(&response.to_xml_pretty()), response);
}

#[test]
fn count_is_bounded_when_appended() {
    let leaf = || Element::new("A").unwrap();
    let mut response = VoiceResponse::new();
    for _ in 1..MAX_ELEMENTS {
        response = response.append(leaf()).unwrap();
    }
    assert_eq!(parse(&response.to_xml()), response);
    assert_eq!(kind(response.clone().append(leaf())), ErrorKind::ElementsExceeded);
    // Text is no element.
    assert!(response.text("x").is_ok());

    let half = (0..MAX_ELEMENTS / 2).fold(leaf(), |all, _| all.append(leaf()).unwrap());
    assert_eq!(kind(half.clone().append(half)), ErrorKind::ElementsExceeded);

    // A Refer counts as two.
    let mut response = VoiceResponse::new();
    for _ in 0..(MAX_ELEMENTS - 1) / 2 {
        response = response.refer(Refer::to(uri())).unwrap();
    }
    assert_eq!(kind(response.clone().refer(Refer::to(uri()))), ErrorKind::ElementsExceeded);
    assert!(response.hangup().is_ok());
}

#[test]
fn text_beside_text_joins_and_empty_text_is_nothing() {
    let say = Element::new("Say").unwrap().text("a").unwrap().text("").unwrap().text("b").unwrap();
    assert_eq!(say.nodes().len(), 1);
    assert_eq!(say.text_content(), "ab");
    let response = VoiceResponse::new().text("").unwrap().text("a").unwrap().text("b").unwrap();
    assert_eq!(response.nodes(), [Node::Text(Text::new("ab").unwrap())]);
}

#[test]
fn an_element_that_is_a_refer_becomes_one() {
    let sip = || Element::new("Sip").unwrap().text(" sip:alice@example.com\n").unwrap();
    let element = Element::new("Refer").unwrap();
    let fits = element.clone().attribute("method", "GET").unwrap().append(sip()).unwrap();
    let response = VoiceResponse::new().append(fits.clone()).unwrap();
    assert_eq!(response.first_refer(), Some(&Refer::to(uri()).method(Method::Get)));
    let inside = VoiceResponse::new().gather(Gather::new().append(fits).unwrap()).unwrap();
    assert_eq!(inside.first_refer(), None);

    let typed = Element::from(Refer::to(uri()).action("/a").unwrap().method(Method::Post));
    let shown: Vec<_> = typed.attributes().collect();
    assert_eq!(shown, [("action", "/a"), ("method", "POST")]);
    assert_eq!(typed.children().next().unwrap().text_content(), "sip:alice@example.com");

    let unfit = element.append(sip()).unwrap().append(sip()).unwrap();
    let response = VoiceResponse::new().append(unfit.clone()).unwrap();
    assert_eq!(response.nodes(), [Node::Element(unfit)]);
}

#[test]
fn a_relative_action_resolves_as_rfc_3986_says() {
    // RFC 3986 section 5.4, with an http base.
    let base = "http://a/b/c/d;p?q";
    for (action, url) in [
        ("g", "http://a/b/c/g"),
        ("/g", "http://a/g"),
        ("//g", "http://g/"),
        ("?y", "http://a/b/c/d;p?y"),
        ("", "http://a/b/c/d;p?q"),
        ("../g", "http://a/b/g"),
        ("https://x/y", "https://x/y"),
    ] {
        let refer = Refer::to(uri()).action(action).unwrap();
        assert_eq!(refer.resolve_action(base).unwrap().as_deref(), Some(url));
    }
    assert_eq!(Refer::to(uri()).resolve_action("whatever").unwrap(), None);
    for base in ["", "/a", "ftp://a/", "https:a"] {
        let error = Refer::to(uri()).action("g").unwrap().resolve_action(base).unwrap_err();
        let seen = (error.kind(), error.parameter());
        assert_eq!(seen, (ErrorKind::ActionInvalid, Some("base_url")));
    }
}

#[test]
fn a_document_that_was_read_and_refuses_a_node_is_still_the_one_that_was_read() {
    let mut response = VoiceResponse::parse("<Response><Say>Hello</Say></Response>").unwrap();
    let deep = (1..MAX_DEPTH)
        .try_fold(Element::new("a").unwrap(), |inner, _| Element::new("a").unwrap().append(inner));
    assert!(response.add(deep.unwrap()).is_err());
    assert_eq!(response.nodes().len(), 1);
    response.add(Element::new("Hangup").unwrap()).unwrap();
    assert_eq!(response.nodes().len(), 2);
}
