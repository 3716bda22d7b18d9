//! Whatever text is accepted comes out as well-formed XML that yields the same text: checked with an
//! XML reader that shares no code with ours.

use proptest::prelude::*;
use roxmltree::Document;
use twiml_refer::{VoiceResponse, twiml::Element};

/// Any text, and the places where XML is delicate more often than chance has them.
fn text() -> impl Strategy<Value = String> {
    let delicate = prop::sample::select(vec![
        "&",
        "<",
        ">",
        "\"",
        "'",
        "]]>",
        "--",
        "\r",
        "\n",
        "\t",
        " ",
        "\r\n",
        "&amp;",
        "&#0;",
        "\0",
        "\u{7}",
        "\u{1b}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{85}",
        "\u{2028}",
        "\u{10ffff}",
        "<!--",
        "<?",
    ]);
    let piece = prop_oneof![delicate.prop_map(str::to_owned), "\\PC{0,3}", any::<String>()];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn what_is_accepted_is_well_formed_and_yields_the_same_text(said in text(), value in text()) {
        let Ok(say) = Element::say(&said).and_then(|say| say.with_attribute("voice", &value)) else {
            let refused = |c: char| matches!(
                c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}'
            );
            prop_assert!(said.contains(refused) || value.contains(refused), "{:?} {:?}", said, value);
            return Ok(());
        };
        let response = VoiceResponse::new().append(say);
        for xml in [response.to_xml(), response.to_xml_pretty()] {
            let document = Document::parse(&xml);
            prop_assert!(document.is_ok(), "{:?}: {}", document, xml);
            let document = document.unwrap();
            let say = document.root_element().first_element_child().unwrap();
            prop_assert_eq!(say.text().unwrap_or_default(), &said);
            prop_assert_eq!(say.attribute("voice"), Some(value.as_str()));
        }
    }

    #[test]
    fn comments_and_mixed_content_are_well_formed(comment in text(), before in text(), after in text()) {
        let element = Element::new("Prompt").unwrap();
        let built = element
            .with_text(&before)
            .and_then(|element| Ok(element.with_child(Element::new("Break")?)))
            .and_then(|element| element.with_comment(&comment))
            .and_then(|element| element.with_text(&after))
            .map(|element| VoiceResponse::new().append(element));
        let Ok(response) = built else { return Ok(()) };
        let xml = response.to_xml();
        let document = Document::parse(&xml);
        prop_assert!(document.is_ok(), "{:?}: {}", document, xml);
        let document = document.unwrap();
        let prompt = document.root_element().first_element_child().unwrap();
        let texts: String = prompt.children().filter(|n| n.is_text()).filter_map(|n| n.text()).collect();
        prop_assert_eq!(texts, before + &after);
        let found = prompt.children().find(|n| n.is_comment()).and_then(|n| n.text()).unwrap_or_default();
        // A comment cannot keep other line ends (XML 1.0, section 2.11).
        prop_assert_eq!(found, comment.replace("\r\n", "\n").replace('\r', "\n"));
    }
}
