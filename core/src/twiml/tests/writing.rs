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

#[test]
fn the_neighbours_in_one_line_each() {
    let gather = Element::gather()
        .with_attribute("numDigits", 1)
        .unwrap()
        .with_child(Element::play("/menu.mp3").unwrap())
        .with_child(Element::pause());
    let response = VoiceResponse::new()
        .with_comment(" start ")
        .unwrap()
        .play("/hi.mp3")
        .unwrap()
        .pause(2)
        .gather(gather)
        .redirect("/again?x=1&y=2")
        .unwrap()
        .hangup();
    assert_eq!(
        inner(&response),
        "<!-- start --><Play>/hi.mp3</Play><Pause length=\"2\"/>\
         <Gather numDigits=\"1\"><Play>/menu.mp3</Play><Pause/></Gather>\
         <Redirect>/again?x=1&amp;y=2</Redirect><Hangup/>",
    );
    assert_eq!(response.verbs().count(), 5);
    assert_eq!(
        response.to_xml_pretty(),
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Response>
    <!-- start -->
    <Play>/hi.mp3</Play>
    <Pause length="2"/>
    <Gather numDigits="1">
        <Play>/menu.mp3</Play>
        <Pause/>
    </Gather>
    <Redirect>/again?x=1&amp;y=2</Redirect>
    <Hangup/>
</Response>"#,
    );
    let empty = VoiceResponse::default();
    assert_eq!(empty.to_xml(), format!("{DECLARATION}<Response/>"));
    assert_eq!(empty.to_xml_pretty(), format!("{DECLARATION}\n<Response/>"));
}
