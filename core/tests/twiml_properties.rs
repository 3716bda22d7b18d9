//! What holds for every document that is built: it is well-formed and reads back equal. What is read is in the fuzz
//! target `document`.
#![allow(clippy::unwrap_used, clippy::expect_used)] // the strategies are tests, too

use proptest::collection::vec;
use proptest::prelude::*;
use roxmltree::{Document, NodeType};
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

proptest! {
    #[test]
    fn what_was_built_reads_back_equal(response in response()) {
        for xml in [response.to_xml(), response.to_xml_pretty()] {
            let read = VoiceResponse::parse(&xml);
            prop_assert_eq!(read.as_ref(), Ok(&response), "{}", xml);
            let read = read.unwrap();
            prop_assert_eq!(read.first_refer(), response.first_refer());
            let codes = |response: &VoiceResponse| {
                let found = response.check();
                found.iter().map(|it| (it.code(), it.path().to_owned())).collect::<Vec<_>>()
            };
            prop_assert_eq!(codes(&response), codes(&read));
        }
    }

    /// An XML reader that shares no code with ours reads what was built.
    #[test]
    fn what_was_built_is_well_formed(
        value in text(), before in text().prop_map(|text| text + "x"), comment in text(), after in text(),
    ) {
        let comment = comment.replace('-', "~");
        let prompt = Element::new("Prompt").and_then(|prompt| prompt.with_attribute("a", &value))
            .and_then(|prompt| prompt.with_text(&before))
            .and_then(|prompt| prompt.with_comment(&comment))
            .and_then(|prompt| Ok(prompt.with_child(Element::new("Break")?)))
            .and_then(|prompt| prompt.with_text(&after));
        let response = VoiceResponse::new().append(prompt.unwrap());
        for xml in [response.to_xml(), response.to_xml_pretty()] {
            let document = Document::parse(&xml);
            prop_assert!(document.is_ok(), "{:?}: {}", document, xml);
            let document = document.unwrap();
            let prompt = document.root_element().first_element_child().unwrap();
            let texts = |kind: NodeType| {
                prompt.children().filter(|node| node.node_type() == kind).filter_map(|node| node.text()).collect::<String>()
            };
            prop_assert_eq!(prompt.attribute("a"), Some(value.as_str()));
            prop_assert_eq!(texts(NodeType::Text), format!("{before}{after}"), "{}", xml);
            // A comment cannot keep other line ends (XML 1.0, section 2.11).
            let comment = comment.replace("\r\n", "\n").replace('\r', "\n");
            prop_assert_eq!(texts(NodeType::Comment), comment);
        }
    }
}
