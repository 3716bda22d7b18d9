//! The compact form is what twilio-python 9.13 prints, unless said otherwise; the pretty form is that
//! of Twilio's documentation of `<Refer>`.

use super::*;

#[test]
fn compact_as_the_official_libraries_print_it() {
    let response = VoiceResponse::new()
        .say("Fish & <chips> \"now\" 'é'")
        .unwrap()
        .refer(Refer::to(uri()).with_action("/a?b=1&c=d").unwrap());
    assert_eq!(
        response.to_xml(),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>\
         <Say>Fish &amp; &lt;chips&gt; \"now\" 'é'</Say>\
         <Refer action=\"/a?b=1&amp;c=d\"><Sip>sip:alice@example.com</Sip></Refer></Response>",
    );
    assert_eq!(response.to_string(), response.to_xml());
}

#[test]
fn pretty_adds_nothing_to_text() {
    let xml = "<Say>Hello <emphasis>dear</emphasis> <break/> caller</Say>";
    let response = parse(&format!("<Response>{xml}</Response>"));
    assert_eq!(
        response.to_xml_pretty(),
        format!("{DECLARATION}\n<Response>\n    {xml}\n</Response>"),
    );
    assert_eq!(parse(&response.to_xml_pretty()), response);
}

#[test]
fn white_space_that_was_set_is_written_so_that_it_is_read() {
    let blank = || Text::new(" \n").unwrap();
    let child = || Element::new("B").unwrap();
    let response = VoiceResponse::new().append(blank());
    assert_eq!(inner(&response), "&#32;\n");
    assert_eq!(parse(&response.to_xml()), response);
    for (text, xml) in [("\t", "&#9;"), ("\r ", "&#13; "), ("\n\n", "&#10;\n")] {
        let element = child().with_child(child()).with_text(text).unwrap();
        let response = VoiceResponse::new().append(element);
        assert_eq!(inner(&response), format!("<B><B/>{xml}</B>"));
        assert_eq!(parse(&response.to_xml()), response);
        assert_eq!(parse(&response.to_xml_pretty()), response);
    }
    let alone = VoiceResponse::new().say("  ").unwrap();
    assert_eq!(inner(&alone), "<Say>  </Say>");
    assert_eq!(parse(&alone.to_xml()), alone);
}
