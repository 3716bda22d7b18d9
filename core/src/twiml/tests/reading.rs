//! What is read, and as what.

use super::*;
use crate::http::Method;

#[test]
fn twilios_own_spellings_of_a_refer() {
    let expected = Some(Refer::to(uri()));
    for xml in [
        "<Response><Refer><Sip>sip:alice@example.com</Sip></Refer></Response>",
        "<Response>\n    <Refer>\n        <Sip>\n            sip:alice@example.com\n        </Sip>\n    </Refer>\n</Response>\n",
        "\u{feff}<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n<Response ><Refer\n><Sip>\tsip:alice@example.com\r\n</Sip ></Refer></Response>",
        "<?xml version=\"1.0\"?><!-- a --><?pi x?><Response><?pi?><Refer><?pi?><Sip>sip:<?pi?>alice@example.com</Sip></Refer></Response><!-- b --><?pi?>\n",
        "<Response><Refer><Sip><![CDATA[sip:alice@example.com]]></Sip></Refer></Response>",
        "<Response><Refer><Sip>sip&#58;alice&#x40;example.com</Sip></Refer></Response>",
    ] {
        let response = parse(xml);
        assert_eq!(response.first_refer(), expected, "{xml}");
        assert_eq!(VoiceResponse::parse_bytes(xml.as_bytes()).unwrap(), response);
        assert_eq!(xml.parse::<VoiceResponse>().unwrap(), response);
    }
    let xml = "<Response><Refer method='GET' action='/x?a=1&amp;b=2'><Sip>sip:alice@example.com</Sip></Refer></Response>";
    let refer = Refer::to(uri()).with_method(Method::Get).with_action("/x?a=1&b=2").unwrap();
    assert_eq!(parse(xml).first_refer(), Some(refer));
}

#[test]
fn a_refer_that_fits_its_type_loses_nothing() {
    for refer in [
        "<Refer><Sip>\n  sip:alice@example.com\t</Sip></Refer>",
        "<Refer method=\"GET\" action=\"\"><Sip>sip:alice@example.com</Sip></Refer>",
    ] {
        let response = parse(&format!("<Response>{refer}</Response>"));
        assert_eq!(inner(&response), refer);
        assert_eq!(*response.first_refer().unwrap().target(), uri());
        assert_eq!(parse(&response.to_xml_pretty()), response);
    }
}

#[test]
fn a_refer_that_does_not_fit_its_type_loses_nothing() {
    for refer in [
        "<Refer/>",
        "<Refer action=\"/a\"/>",
        "<Refer><Sip/></Refer>",
        "<Refer><Sip>  </Sip></Refer>",
        "<Refer><Sip>tel:+15005550006</Sip></Refer>",
        "<Refer><Sip>sip:a@example.com</Sip><Sip>sip:b@example.com</Sip></Refer>",
        "<Refer method=\"post\"><Sip>sip:a@example.com</Sip></Refer>",
        "<Refer action=\"a b\"><Sip>sip:a@example.com</Sip></Refer>",
        "<Refer referUrl=\"/x\"><Sip>sip:a@example.com</Sip></Refer>",
        "<Refer><Sip codecs=\"x\">sip:a@example.com</Sip></Refer>",
        "<Refer><!-- c --><Sip>sip:a@example.com</Sip></Refer>",
        "<Refer><Sip><!-- c -->sip:a@example.com</Sip></Refer>",
        "<Refer><Sip>sip:a@example.com</Sip><Say>x</Say></Refer>",
        "<Refer>x<Sip>sip:a@example.com</Sip></Refer>",
        "<Refer><sip>sip:a@example.com</sip></Refer>",
        "<Refer>sip:a@example.com</Refer>",
    ] {
        let response = parse(&format!("<Response>{refer}</Response>"));
        assert!(
            matches!(&response.nodes()[0], Node::Element(it) if it.name() == "Refer"),
            "{refer}"
        );
        assert_eq!(response.first_refer(), None);
        assert_eq!(inner(&response), refer);
        assert_eq!(parse(&response.to_xml()), response);
        assert_eq!(parse(&response.to_xml_pretty()), response);
    }
}

#[test]
fn what_is_unknown_is_kept_and_written_back() {
    for body in [
        "<x:Foo x:a=\"1\" b=\"\"/>",
        "<Dial><Sip>sip:a@example.com</Sip></Dial>",
        "<Say>Hello <break time=\"1s\"/> <b>you</b> </Say>",
        "<Gather><!-- a --><Say>x</Say><!----></Gather>",
        "text<Hangup/> more ",
        "<Größe>é\u{10348}</Größe>",
        "<Response><Response/></Response>",
    ] {
        assert_eq!(inner(&parse(&format!("<Response>{body}</Response>"))), body);
    }
    let xml = format!("{DECLARATION}<Response xmlns:x=\"urn:x\" a=\"1\"/>");
    let response = parse(&xml);
    assert_eq!(response.attributes().collect::<Vec<_>>(), [("xmlns:x", "urn:x"), ("a", "1")]);
    assert_eq!(response.to_xml(), xml);
}

#[test]
fn white_space_between_elements_is_dropped_and_in_text_kept() {
    for (read, written) in [
        (" \n ", ""),
        (" <A/>\n<B> <C/> </B> ", "<A/><B><C/></B>"),
        (" <!-- c --> <A/>", "<!-- c --><A/>"),
        ("<A>  </A>", "<A>  </A>"),
        ("<A> x <B/> <C/></A>", "<A> x <B/> <C/></A>"),
        ("<A> <B/>&#32;<C/> </A>", "<A><B/>&#32;<C/></A>"),
        ("<A><B/><![CDATA[ ]]></A>", "<A><B/>&#32;</A>"),
        ("<A><B/> <?pi?> </A>", "<A><B/></A>"),
        ("<A> <![CDATA[]]></A>", "<A> </A>"),
    ] {
        assert_eq!(inner(&parse(&format!("<Response>{read}</Response>"))), written, "{read}");
    }
}

#[test]
fn text_means_what_xml_says() {
    let say =
        |text: &str| match &parse(&format!("<Response><Say>{text}</Say></Response>")).nodes()[0] {
            Node::Element(say) => say.text(),
            other => panic!("{other:?}"),
        };
    assert_eq!(say("a&amp;&lt;&gt;&quot;&apos;&#65;&#x42;&#x1F600;"), "a&<>\"'AB\u{1f600}");
    assert_eq!(say("a\r\nb\rc\nd&#13;"), "a\nb\nc\nd\r");
    assert_eq!(say("x<![CDATA[<&amp;\r\n]]]]><![CDATA[>]]>y"), "x<&amp;\n]]>y");
    assert_eq!(say("a<?pi ?>b"), "ab");
    assert_eq!(say("> \" ' ]] ]>"), "> \" ' ]] ]>");
    assert_eq!(say("&#0000000000000000000065;"), "A");
    assert_eq!(say("\u{7f}\u{85}\u{fffd}"), "\u{7f}\u{85}\u{fffd}");
}

#[test]
fn attribute_values_mean_what_xml_says() {
    for (written, value) in [
        ("\"a\tb\nc\r\nd\re\"", "a b c d e"),
        ("'&#9;&#10;&#13;&quot;&apos;\"'", "\t\n\r\"'\""),
        ("\">'\"", ">'"),
        ("  =  ", ""),
    ] {
        let xml = match written {
            "  =  " => "<Response a  =  ''/>".to_owned(),
            value => format!("<Response a={value}/>"),
        };
        let response = parse(&xml);
        assert_eq!(response.attributes().collect::<Vec<_>>(), [("a", value)]);
        assert_eq!(parse(&response.to_xml()), response);
    }
}

#[test]
fn the_limits_are_reached_but_not_passed() {
    let nested = |levels: usize| {
        let inside = levels - 1;
        format!("<Response>{}{}</Response>", "<A>".repeat(inside), "</A>".repeat(inside))
    };
    assert!(VoiceResponse::parse(&nested(64)).is_ok());
    assert!(VoiceResponse::parse(&nested(65)).is_err());
    let wide = |elements: usize| format!("<Response>{}</Response>", "<A/>".repeat(elements - 1));
    assert!(VoiceResponse::parse(&wide(10_000)).is_ok());
    assert!(VoiceResponse::parse(&wide(10_001)).is_err());
    let large = |bytes: usize| {
        let around = "<Response><Say></Say></Response>".len();
        format!("<Response><Say>{}</Say></Response>", "x".repeat(bytes - around))
    };
    assert_eq!(large(65_536).len(), 65_536);
    assert!(VoiceResponse::parse(&large(65_536)).is_ok());
    assert!(VoiceResponse::parse(&large(65_537)).is_err());
}

#[test]
fn many_attributes_take_no_time() {
    let attributes: String = (0..7_000).map(|index| format!(" a{index}=''")).collect();
    let response = parse(&format!("<Response{attributes}/>"));
    assert_eq!(response.attributes().len(), 7_000);
}
