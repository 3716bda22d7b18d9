//! Values check themselves when they are set.

use super::*;
use crate::http::Method;
use crate::limits::{MAX_DEPTH, MAX_ELEMENTS};

fn kind_of<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind()
}

#[test]
fn names_are_xml_names() {
    for name in ["Say", "say-as", "_x", "x:Say", "Größe", "a.1"] {
        assert_eq!(Element::new(name).unwrap().name(), name);
        assert!(Element::new("A").unwrap().with_attribute(name, "").is_ok());
    }
    for (name, at) in [("", 0), ("1a", 0), ("-a", 0), ("a b", 1), ("a>", 1), ("é\"", 2), ("\0", 0)]
    {
        let error = Element::new(name).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::XmlNameInvalid, Some(at)), "{name}");
        let set = Element::new("A").unwrap().with_attribute(name, "");
        assert_eq!(kind_of(set), ErrorKind::XmlNameInvalid);
    }
}

#[test]
fn characters_that_xml_forbids_are_refused_with_their_offset() {
    for c in ['\0', '\u{7}', '\u{b}', '\u{1b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let text = format!("aé{c}b");
        let errors = [
            Element::say(&text).unwrap_err(),
            Text::new(&text).unwrap_err(),
            Comment::new(&text).unwrap_err(),
            Element::new("A").unwrap().with_text(&text).unwrap_err(),
            Element::new("A").unwrap().with_attribute("a", &text).unwrap_err(),
            VoiceResponse::new().with_attribute("a", &text).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::XmlCharacterForbidden);
            assert_eq!(error.offset(), Some(3));
        }
        assert_eq!(Refer::to(uri()).with_action(&text).unwrap_err().offset(), Some(3));
    }
    let error = Element::say("\u{1b}").unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid TwiML at byte 0: U+001B is not allowed in an XML document: remove it",
    );
    for c in ['\t', '\n', '\r', ' ', '\u{7f}', '\u{85}', '\u{fffd}', '\u{10ffff}'] {
        assert!(Element::say(&c.to_string()).is_ok(), "{c:?}");
    }
}

/// `<A>` in `<A>` and so on.
fn nested(levels: usize) -> Element {
    let element = || Element::new("A").unwrap();
    (1..levels).fold(element(), |inner, _| element().with_child(inner))
}

#[test]
fn building_does_not_fail_for_depth_or_count() {
    let codes = |response: &VoiceResponse| -> Vec<_> {
        let diagnostics = response.check();
        diagnostics.iter().map(|it| it.code().as_str()).filter(|it| it.starts_with("doc")).collect()
    };
    let response = VoiceResponse::new().append(nested(MAX_DEPTH - 1));
    assert_eq!(codes(&response), [""; 0]);
    assert_eq!(parse(&response.to_xml()), response);
    assert_eq!(parse(&response.to_xml_pretty()), response);
    let response = VoiceResponse::new().append(nested(MAX_DEPTH));
    assert_eq!(codes(&response), ["document-too-deep"]);
    assert_eq!(refused(&response.to_xml()).kind(), ErrorKind::DepthExceeded);

    let leaf = || Element::new("A").unwrap();
    let mut response = (1..MAX_ELEMENTS).fold(VoiceResponse::new(), |all, _| all.append(leaf()));
    assert_eq!(codes(&response), [""; 0]);
    assert_eq!(parse(&response.to_xml()), response);
    // Text is not an element.
    response.push(Text::new("x").unwrap());
    assert_eq!(codes(&response), [""; 0]);
    response.push(leaf());
    assert_eq!(codes(&response), ["document-too-many-elements"]);
    assert_eq!(refused(&response.to_xml()).kind(), ErrorKind::ElementsExceeded);
}

/// Deep enough to overflow the stack of a test's thread, were there a call for each level.
#[test]
fn a_very_deep_tree_does_not_overflow_the_stack() {
    const LEVELS: usize = 200_000;
    let response = VoiceResponse::new().append(nested(LEVELS - 1));
    let copy = response.clone();
    assert_eq!(copy, response);
    assert_ne!(copy, VoiceResponse::new().append(nested(LEVELS)));
    assert_eq!(format!("{copy:?}").len(), format!("{response:?}").len());
    let xml = response.to_xml();
    assert_eq!(xml.matches("<A>").count(), xml.matches("</A>").count());
    let diagnostics = response.check();
    let codes: Vec<_> = diagnostics.iter().map(|it| it.code().as_str()).collect();
    let expected =
        ["document-too-large", "document-too-deep", "document-too-many-elements", "verb-unknown"];
    assert_eq!(codes, expected);
    let hash = std::hash::BuildHasher::hash_one;
    let state = std::hash::RandomState::new();
    assert_eq!(hash(&state, &copy), hash(&state, &response));
    drop((copy, response));
}

#[test]
fn the_indentation_of_a_deep_tree_does_not_grow_without_bound() {
    let response = VoiceResponse::new().append(nested(2_000));
    let line = 2 * ("    ".len() * MAX_DEPTH + "\n</A>".len());
    assert!(response.to_xml_pretty().len() < 2_010 * line);
}

#[test]
fn text_beside_text_joins_and_empty_text_is_nothing() {
    let say = Element::new("Say")
        .unwrap()
        .with_text("a")
        .unwrap()
        .with_text("")
        .unwrap()
        .with_text("b")
        .unwrap();
    assert_eq!(say.nodes().len(), 1);
    assert_eq!(say.text(), "ab");
    let response =
        VoiceResponse::new().with_text("").unwrap().with_text("a").unwrap().with_text("b").unwrap();
    assert_eq!(response.nodes(), [Node::Text(Text::new("ab").unwrap())]);
}

#[test]
fn an_element_that_is_a_refer_has_a_typed_view() {
    let sip = || Element::new("Sip").unwrap().with_text(" sip:alice@example.com\n").unwrap();
    let element = Element::new("Refer").unwrap();
    let fits = element.clone().with_attribute("method", "GET").unwrap().with_child(sip());
    let expected = Refer::to(uri()).with_method(Method::Get);
    assert_eq!(Refer::try_from(&fits).unwrap(), expected);
    let response = VoiceResponse::new().append(fits.clone());
    assert_eq!(response.first_refer(), Some(expected));
    assert_eq!(response.nodes(), [Node::Element(fits.clone())]);
    let inside = VoiceResponse::new().gather(Element::gather().with_child(fits));
    assert_eq!(inside.first_refer(), None);

    let refer = Refer::to(uri()).with_action("/a").unwrap().with_method(Method::Post);
    let built = Element::from(refer.clone());
    let attributes: Vec<_> = built.attributes().collect();
    assert_eq!(attributes, [("action", "/a"), ("method", "POST")]);
    assert_eq!(built.children().next().unwrap().text(), "sip:alice@example.com");
    assert_eq!(Refer::try_from(&built).unwrap(), refer);
}

#[test]
fn what_does_not_fit_a_refer_says_why() {
    for (xml, kind) in [
        ("<Say/>", ErrorKind::ReferMismatch),
        ("<Refer/>", ErrorKind::ReferMismatch),
        ("<Refer><Sip/></Refer>", ErrorKind::ReferMismatch),
        ("<Refer><Sip>sip:a@b</Sip><Sip>sip:a@b</Sip></Refer>", ErrorKind::ReferMismatch),
        ("<Refer x='1'><Sip>sip:a@b</Sip></Refer>", ErrorKind::ReferMismatch),
        ("<Refer><Sip x='1'>sip:a@b</Sip></Refer>", ErrorKind::ReferMismatch),
        ("<Refer><!-- --><Sip>sip:a@b</Sip></Refer>", ErrorKind::ReferMismatch),
        ("<Refer><sip>sip:a@b</sip></Refer>", ErrorKind::ReferMismatch),
        ("<refer><Sip>sip:a@b</Sip></refer>", ErrorKind::ReferMismatch),
        ("<Refer><Sip>tel:+1</Sip></Refer>", ErrorKind::UriSchemeUnsupported),
        ("<Refer method='post'><Sip>sip:a@b</Sip></Refer>", ErrorKind::MethodInvalid),
        ("<Refer action='a b'><Sip>sip:a@b</Sip></Refer>", ErrorKind::ActionInvalid),
    ] {
        let response = parse(&format!("<Response>{xml}</Response>"));
        let element = response.verbs().next().unwrap();
        assert_eq!(kind_of(Refer::try_from(element)), kind, "{xml}");
    }
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
        let refer = Refer::to(uri()).with_action(action).unwrap();
        assert_eq!(refer.resolve_action(base).unwrap().as_deref(), Some(url));
    }
    assert_eq!(Refer::to(uri()).resolve_action("whatever").unwrap(), None);
    for base in ["", "/a", "ftp://a/", "https:a"] {
        let error = Refer::to(uri()).with_action("g").unwrap().resolve_action(base).unwrap_err();
        let seen = (error.kind(), error.parameter());
        assert_eq!(seen, (ErrorKind::ActionInvalid, Some("base_url")));
    }
}

/// More than 16 names are found in another way than a few.
#[test]
fn an_attribute_stands_once_among_many() {
    let mut element = Element::new("A").unwrap();
    for index in 1..=18 {
        element = element.with_attribute(&format!("a{index}"), index).unwrap();
        for known in 1..=index {
            let name = format!("a{known}");
            let error = element.clone().with_attribute(&name, "").unwrap_err();
            let seen = (error.kind(), error.parameter());
            assert_eq!(seen, (ErrorKind::AttributeRepeated, Some(&*name)), "of {index}");
        }
    }
}

#[test]
fn an_attribute_that_is_refused_leaves_the_element_as_it_was() {
    let mut say = Element::say("Hello").unwrap().with_attribute("voice", "alice").unwrap();
    let before = say.clone();
    for (name, value) in [("voice", "bob"), ("a b", "1"), ("loop", "\u{7}")] {
        assert!(say.set_attribute(name, value).is_err());
        assert_eq!(say, before);
    }
    say.set_attribute("loop", 2).unwrap();
    assert_eq!(say.attribute("loop"), Some("2"));
}
