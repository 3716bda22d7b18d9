//! What is refused in reading: kind, line, column, offset and message of every error.

use super::*;

/// The error, with its place as `line:column@offset`.
fn place(error: &Error) -> String {
    let known = "a reader's error has a place";
    let (line, column) = (error.line().expect(known), error.column().expect(known));
    format!("{line}:{column}@{}", error.offset().expect(known))
}

#[track_caller]
fn refuses(xml: &str, kind: ErrorKind, at: &str, says: &str) {
    let error = refused(xml);
    assert_eq!((error.kind(), place(&error).as_str()), (kind, at), "{xml}: {error}");
    let text = error.to_string();
    assert!(text.contains(says) && !text.ends_with('…'), "{xml}: {text}");
    let bytes = VoiceResponse::parse_bytes(xml.as_bytes()).unwrap_err();
    assert_eq!(bytes, error, "{xml}");
}

#[test]
fn tags() {
    use ErrorKind::*;
    refuses("<Response>\n <Say></Sya>", DocumentEndTag, "2:7@17", "found </Sya>: expected </Say>");
    refuses(
        "<Response></Response></Response>",
        DocumentEndTag,
        "1:22@21",
        "the end of the document",
    );
    refuses("</Response>", DocumentEndTag, "1:1@0", "expected <Response>");
    refuses("<Response></response>", DocumentEndTag, "1:11@10", "expected </Response>");
    refuses("<Response></ Response>", DocumentEndTag, "1:11@10", "expected </Response>");
    refuses("<Response></Response a='1'>", DocumentEndTag, "1:11@10", "expected </Response>");
    refuses(
        "<Response>é\n<Say>é",
        DocumentUnclosed,
        "2:1@13",
        "<Say> is never closed: expected </Say>",
    );
    refuses("<Response>", DocumentUnclosed, "1:1@0", "<Response> is never closed");
    refuses("<Response><Say", DocumentSyntax, "1:11@10", "the tag is not closed: expected >");
    refuses("<Response><", DocumentSyntax, "1:11@10", "the tag is not closed: expected >");
    refuses("<Response>< Say/>", DocumentSyntax, "1:11@10", "expected a name after <");
    refuses("<Response><>", DocumentSyntax, "1:11@10", "expected a name after <");
    refuses("<Response><1a/>", XmlNameInvalid, "1:12@11", "invalid XML name 1a");
    refuses("<Response><a/ >", XmlNameInvalid, "1:12@11", "invalid XML name a/");
    refuses("<Response><!x></Response>", DocumentSyntax, "1:11@10", "expected <!-- or <![CDATA[");
    refuses("<Response><![cdata[x]]>", DocumentSyntax, "1:11@10", "the CDATA section");
    refuses("<Response><![CDATA[x", DocumentSyntax, "1:11@10", "expected ]]>");
    refuses("<Response>]]></Response>", DocumentSyntax, "1:11@10", "expected ]]&gt;");
    refuses("<Response>é]]></Response>", DocumentSyntax, "1:12@12", "expected ]]&gt;");
}

#[test]
fn attributes() {
    use ErrorKind::*;
    let syntax = "expected name=\"value\"";
    refuses("<Response a='1'b='2'/>", DocumentAttributeSyntax, "1:16@15", syntax);
    refuses("<Response a/>", DocumentAttributeSyntax, "1:12@11", syntax);
    refuses("<Response a=1/>", DocumentAttributeSyntax, "1:13@12", syntax);
    refuses("<Response a=/>", DocumentAttributeSyntax, "1:13@12", syntax);
    refuses("<Response ='1'/>", DocumentAttributeSyntax, "1:11@10", syntax);
    refuses("<Response \"a\"=\"1\"/>", XmlNameInvalid, "1:11@10", "invalid XML name");
    refuses("<Response 1='1'/>", XmlNameInvalid, "1:11@10", "invalid XML name 1");
    refuses(
        "<Response\n a='1' é='é' a='2'/>",
        AttributeRepeated,
        "2:14@25",
        "duplicate attribute a",
    );
    refuses("<Response a='x<'/>", DocumentSyntax, "1:15@14", "expected &lt;");
    refuses("<Response a='x&'/>", DocumentSyntax, "1:15@14", "expected &amp;");
    refuses("<Response a='x& y;'/>", DocumentSyntax, "1:15@14", "expected &amp;");
    refuses("<Response a='&nbsp;'/>", DocumentEntityUnknown, "1:14@13", "undefined entity &nbsp;");
    refuses("<Response a='&#0;'/>", XmlCharacterForbidden, "1:14@13", "&#0; is not allowed");
    refuses("<Response a='1/>", DocumentSyntax, "1:1@0", "is not closed: expected '");
    refuses("<Response a=\"1/>", DocumentSyntax, "1:1@0", "is not closed: expected \"");
}

#[test]
fn references() {
    use ErrorKind::*;
    refuses("<Response>a & b</Response>", DocumentSyntax, "1:13@12", "expected &amp;");
    refuses("<Response>a & b;</Response>", DocumentSyntax, "1:13@12", "expected &amp;");
    refuses("<Response>&", DocumentSyntax, "1:11@10", "expected &amp;");
    refuses("<Response>&a&amp;", DocumentSyntax, "1:11@10", "expected &amp;");
    refuses("<Response>&;</Response>", DocumentSyntax, "1:11@10", "expected &amp;");
    refuses(
        "<Response>\n&AMP;</Response>",
        DocumentEntityUnknown,
        "2:1@11",
        "undefined entity &AMP;",
    );
    for reference in
        ["&#0;", "&#8;", "&#xB;", "&#xD800;", "&#xFFFE;", "&#x110000;", "&#99999999999999999999;"]
    {
        let xml = format!("<Response>{reference}</Response>");
        refuses(&xml, XmlCharacterForbidden, "1:11@10", reference);
    }
    for reference in ["&#;", "&#x;", "&#-1;", "&#+1;", "&#1a;", "&#X41;", "&#xG;", "&# 1;"] {
        let xml = format!("<Response>{reference}</Response>");
        refuses(&xml, DocumentSyntax, "1:11@10", "expected digits");
    }
}

#[test]
fn what_stands_around_the_root() {
    use ErrorKind::*;
    refuses("", DocumentEmpty, "1:1@0", "write <Response>");
    refuses(" \n ", DocumentEmpty, "2:2@3", "write <Response>");
    refuses("<!-- x -->", DocumentEmpty, "1:11@10", "write <Response>");
    refuses(" \n x<Response/>", DocumentOutsideRoot, "2:2@3", "text outside");
    refuses("<Response/>\r\nx", DocumentOutsideRoot, "2:1@13", "text outside");
    refuses("<Response/>&#32;", DocumentOutsideRoot, "1:12@11", "text outside");
    refuses("<Response/><![CDATA[]]>", DocumentOutsideRoot, "1:12@11", "text outside");
    refuses("<Response/><Say/>", DocumentOutsideRoot, "1:12@11", "<Say> outside");
    refuses("\u{feff}\u{feff}<Response/>", DocumentOutsideRoot, "1:1@3", "text outside");
    refuses(
        "<html/>",
        DocumentRootInvalid,
        "1:1@0",
        "the root element is <html>: expected <Response>",
    );
    refuses("\n<response/>", DocumentRootInvalid, "2:1@1", "expected <Response> (case matters)");
    refuses("<x:Response/>", DocumentRootInvalid, "1:1@0", "the root element is <x:Response>");
    refuses("<!DOCTYPE Response><Response/>", DocumentDtd, "1:1@0", "remove <!DOCTYPE");
    refuses(
        "<!DOCTYPE r [<!ENTITY a \"b\">]><Response>&a;</Response>",
        DocumentDtd,
        "1:1@0",
        "remove",
    );
    refuses("<!doctype html><html/>", DocumentDtd, "1:1@0", "remove");
    refuses("<!DOCTYPE><html/>", DocumentDtd, "1:1@0", "remove");
    refuses("\n<!DOCTYPE r [", DocumentDtd, "2:1@1", "remove");
    refuses("<Response><!DOCTYPE r></Response>", DocumentDtd, "1:11@10", "remove");
}

#[test]
fn declarations_instructions_and_comments() {
    use ErrorKind::*;
    let expected = "expected <?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    refuses("<?xml?><Response/>", DocumentSyntax, "1:1@0", expected);
    refuses("<?xml encoding='UTF-8'?><Response/>", DocumentSyntax, "1:1@0", expected);
    refuses("<?xml version='2.0'?><Response/>", DocumentSyntax, "1:16@15", expected);
    refuses("<?xml version='1.'?><Response/>", DocumentSyntax, "1:16@15", expected);
    refuses("<?xml version='1.0' version='1.0'?>", DocumentSyntax, "1:21@20", expected);
    refuses("<?xml version='1.0' x='y'?>", DocumentSyntax, "1:21@20", expected);
    refuses("<?xml version='1.0' standalone='maybe'?>", DocumentSyntax, "1:33@32", expected);
    refuses("<?xml version='1.0' encoding=UTF-8?>", DocumentAttributeSyntax, "1:30@29", "name=");
    refuses(
        "<?xml version='1.0' encoding='ISO-8859-1'?><Response/>",
        DocumentEncoding,
        "1:31@30",
        "unsupported encoding ISO-8859-1: save it as UTF-8",
    );
    refuses(" <?xml version='1.0'?><Response/>", DocumentSyntax, "1:2@1", "the very beginning");
    refuses("<Response/><?xml version='1.0'?>", DocumentSyntax, "1:12@11", "the very beginning");
    refuses("<?XML x?><Response/>", DocumentSyntax, "1:1@0", "expected a name after <?");
    refuses("<? x?><Response/>", DocumentSyntax, "1:1@0", "expected a name after <?");
    refuses("<Response><?pi", DocumentSyntax, "1:11@10", "expected ?>");
    refuses("<?xml version='1.0'", DocumentSyntax, "1:1@0", "expected ?>");
    refuses("<Response><!-- a", DocumentSyntax, "1:11@10", "expected -->");
    refuses("<Response><!-->", DocumentSyntax, "1:11@10", "expected -->");
    refuses("<Response><!--é--x--></Response>", CommentInvalid, "1:16@16", "must not contain --");
    refuses("<Response><!-- a ---></Response>", CommentInvalid, "1:18@17", "end with -");
    refuses("<!-- a -- b --><Response/>", CommentInvalid, "1:8@7", "must not contain --");
}

#[test]
fn characters_and_encodings() {
    use ErrorKind::*;
    refuses("<Response>\r\na\u{7}", XmlCharacterForbidden, "2:2@13", "U+0007 is not allowed");
    refuses("<Response a='\0'/>", XmlCharacterForbidden, "1:14@13", "U+0000 is not allowed");
    refuses("<Response><!--\u{ffff}-->", XmlCharacterForbidden, "1:15@14", "U+FFFF is not allowed");
    refuses("<?pi \u{1b}?><Response/>", XmlCharacterForbidden, "1:6@5", "U+001B is not allowed");
    refuses(
        "\u{feff}<Response>\u{fffe}",
        XmlCharacterForbidden,
        "1:11@13",
        "U+FFFE is not allowed",
    );
    for (bytes, kind, at) in [
        (&b"\xef\xbb\xbf<Response>\n\xc3\xa9\xff"[..], DocumentNotUtf8, "2:2@16"),
        (b"\xff\xfe<\0R\0", DocumentEncoding, "1:1@0"),
        (b"\xfe\xff\0<\0R", DocumentEncoding, "1:1@0"),
        (b"\xef\xbb", DocumentNotUtf8, "1:1@0"),
    ] {
        let error = VoiceResponse::parse_bytes(bytes).unwrap_err();
        assert_eq!((error.kind(), place(&error).as_str()), (kind, at), "{bytes:?}");
    }
}
