//! What holds for every document that is built: it reads back equal, whole or cut. What is read is in the fuzz target
//! `document`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the strategies are tests, too

use proptest::collection::vec;
use proptest::prelude::*;
use twiml_refer::{
    Refer, SipUri, VoiceResponse,
    http::Method,
    twiml::{Comment, Element, Node, Text},
};

/// Text out of what XML treats specially, and anything else that it allows.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{0,5}",
        3 => prop::sample::select(vec![
            "<", ">", "&", "\"", "'", " ", "\t", "\n", "\r", "\r\n", "]]>", "--", "-", "&amp;",
            "&#10;", "<!--", "?>", "é", "\u{85}", "\u{2028}", "\u{feff}", "\u{fffd}", "\u{10ffff}",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("allowed by XML", |c| {
            !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
        }).prop_map(String::from),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec!["Say", "Refer", "Sip", "Gather", "Response", "x:y", "_", "É.1-"])
            .prop_map(str::to_owned),
        "[A-Za-z_][A-Za-z0-9._-]{0,6}",
    ]
}

fn comment() -> impl Strategy<Value = Comment> {
    text().prop_map(|text| Comment::new(&(text.replace('-', "~"))).unwrap())
}

fn with_attributes(element: Element, attributes: Vec<(String, String)>) -> Element {
    attributes.into_iter().fold(element, |element, (name, value)| {
        // A name that is there already is refused; the others are kept.
        element.clone().with_attribute(&name, value).unwrap_or(element)
    })
}

fn refer() -> impl Strategy<Value = Refer> {
    let action = prop::option::of("(https?://[a-z]{1,5}\\.example)?/[a-z&=?;éß]{0,8}");
    let method = prop::option::of(prop::sample::select(vec![Method::Get, Method::Post]));
    (
        "sips?:[a-z]{1,5}@[a-z]{1,5}\\.example(\\?X-[A-Z]=[a-z]{0,3}(&X-[A-Z]=[0-9]{1,3})?)?",
        action,
        method,
    )
        .prop_map(|(uri, action, method)| {
            let mut refer = Refer::to(SipUri::parse(&uri).unwrap());
            if let Some(action) = action {
                refer = refer.with_action(&action).unwrap();
            }
            method.map_or(refer.clone(), |method| refer.with_method(method))
        })
}

fn node(element: impl Strategy<Value = Element> + 'static) -> impl Strategy<Value = Node> {
    prop_oneof![
        2 => text().prop_map(|text| Text::new(&text).unwrap().into()),
        1 => comment().prop_map(Node::from),
        3 => element.prop_map(Node::from),
        1 => refer().prop_map(Node::from),
    ]
}

fn element() -> impl Strategy<Value = Element> {
    let leaf = name().prop_map(|name| Element::new(&name).unwrap());
    leaf.prop_recursive(4, 40, 4, |deeper| {
        (name(), vec((name(), text()), 0..4), vec(node(deeper), 0..4)).prop_map(
            |(name, attributes, nodes)| {
                let element = with_attributes(Element::new(&name).unwrap(), attributes);
                nodes.into_iter().fold(element, |element, node| element.with_child(node))
            },
        )
    })
}

fn response() -> impl Strategy<Value = VoiceResponse> {
    (prop::option::of(text()), vec(node(element()), 0..6)).prop_map(|(attribute, nodes)| {
        let response =
            nodes.into_iter().fold(VoiceResponse::new(), |response, node| response.append(node));
        match attribute {
            Some(value) => response.with_attribute("a", value).unwrap(),
            None => response,
        }
    })
}

fn assert_stable(xml: &str) {
    let Ok(read) = VoiceResponse::parse(xml) else { return };
    let written = read.to_xml();
    let again = VoiceResponse::parse(&written).expect(&written);
    assert_eq!(again, read, "{xml}");
    assert_eq!(again.to_xml(), written);
    assert_eq!(VoiceResponse::parse(&read.to_xml_pretty()).unwrap(), read, "{xml}");
    assert_eq!(read.check().len(), again.check().len());
}

proptest! {
    #[test]
    fn a_refer_is_read_as_it_was_built(refer in refer()) {
        let response = VoiceResponse::new().refer(refer.clone());
        prop_assert_eq!(response.first_refer(), Some(refer.clone()));
        let read = VoiceResponse::parse(&response.to_xml_pretty()).unwrap();
        prop_assert_eq!(read.first_refer(), Some(refer));
    }

    #[test]
    fn elements_are_equal_if_they_are_written_alike(one in response(), other in response()) {
        prop_assert_eq!(one == other, one.to_xml() == other.to_xml());
        prop_assert_eq!(&one.clone(), &one);
    }

    #[test]
    fn what_was_built_reads_back_equal(response in response()) {
        let xml = response.to_xml();
        let read = VoiceResponse::parse(&xml);
        prop_assert_eq!(read.as_ref(), Ok(&response), "{}", xml);
        let pretty = response.to_xml_pretty();
        let from_pretty = VoiceResponse::parse(&pretty);
        prop_assert_eq!(from_pretty.as_ref(), Ok(&response), "{}", pretty);
        let codes = |response: &VoiceResponse| {
            response.check().iter().map(|found| (found.code(), found.path().to_owned())).collect::<Vec<_>>()
        };
        prop_assert_eq!(codes(&response), codes(&read.unwrap()));
    }

    #[test]
    fn a_document_cut_or_changed_anywhere_is_answered_with_a_place(
        response in response(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = response.to_xml().into_bytes();
        let at = at.index(bytes.len());
        let cut = VoiceResponse::parse_bytes(&bytes[..at]).unwrap_err();
        prop_assert!(cut.line().is_some() && cut.offset().is_some_and(|offset| offset <= at));
        bytes[at] = byte;
        if let Ok(read) = VoiceResponse::parse_bytes(&bytes) {
            assert_stable(&read.to_xml());
        }
    }
}
