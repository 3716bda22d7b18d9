//! Every diagnostic, its path, its position and its order; and what follows a `<Refer>`.

use super::*;
use crate::diagnostic::Severity;

const TARGET: &str = "<Sip>sip:alice@example.com</Sip>";

/// `code path` of every diagnostic.
fn found(response: &VoiceResponse) -> Vec<String> {
    response.check().iter().map(|found| format!("{} {}", found.code(), found.path())).collect()
}

#[track_caller]
fn finds(body: &str, expected: &[&str]) {
    let response = parse(&format!("<Response>{body}</Response>"));
    assert_eq!(found(&response), expected, "{body}");
    // What was built has the same diagnostics as what was read.
    let copy = response.nodes().iter().cloned().fold(VoiceResponse::new(), VoiceResponse::append);
    assert_eq!(found(&copy), expected, "{body}");
}

#[test]
fn a_good_document_has_no_diagnostics() {
    finds("", &[]);
    finds(&format!("<Say>x</Say><Refer action='/a' method='GET'>{TARGET}</Refer>"), &[]);
    let all = "<Connect/><Dial/><Echo/><Enqueue/><Gather/><Pause/><Pay/><Play/><Prompt/><Queue/>\
               <Record/><Say/><Sms/><Start/><Stop/>";
    for last in ["Hangup", "Leave", "Redirect", "Reject"] {
        finds(&format!("{all}<{last}/>"), &[]);
    }
    // A comment is not an error, wherever it is.
    finds(
        "<!-- a --><Refer action=''><!-- b --><Sip><!-- c -->sip:a@example.com</Sip></Refer>",
        &[],
    );
}

#[test]
fn targets() {
    let refer = "Response/Refer[0]";
    let sip = "Response/Refer[0]/Sip";
    finds("<Refer action='/a'/>", &[&format!("target-missing {refer}")]);
    finds("<Refer action='/a'><Sip/></Refer>", &[&format!("target-missing {sip}")]);
    finds("<Refer action='/a'><Sip> \n</Sip></Refer>", &[&format!("target-missing {sip}")]);
    finds("<Refer action='/a'><Sip>tel:+1</Sip></Refer>", &[&format!("target-invalid {sip}")]);
    finds(
        &format!("<Refer action='/a'>{TARGET}<Sip/>{TARGET}</Refer>"),
        &[&format!("target-missing {sip}[1]"), &format!("target-repeated {sip}[1]")],
    );
    finds(
        &format!("<Refer action='/a'><Sip>x</Sip>{TARGET}</Refer>"),
        &[&format!("target-invalid {sip}[0]"), &format!("target-repeated {sip}[1]")],
    );
    let response = parse("<Response>\n<Refer><Sip>\n tel:1</Sip></Refer></Response>");
    let invalid = response.check().pop().unwrap();
    assert_eq!(invalid.code().as_str(), "target-invalid");
    assert_eq!((invalid.line(), invalid.column()), (Some(2), Some(8)));
    assert_eq!((invalid.severity(), invalid.twilio_number()), (Severity::Error, Some(32110)));
    let cause = SipUri::parse("tel:1").unwrap_err();
    assert_eq!(invalid.error(), Some(&cause));
}

#[test]
fn attributes_children_and_text_of_a_refer() {
    let refer = "Response/Refer[0]";
    finds(
        &format!("<Refer action='/a' method='post'>{TARGET}</Refer>"),
        &[&format!("method-invalid {refer}")],
    );
    finds(
        &format!("<Refer action='ftp://x/'>{TARGET}</Refer>"),
        &[&format!("action-invalid {refer}")],
    );
    finds(
        &format!("<Refer b='1' action='/a' a='1' method='DELETE'>{TARGET}</Refer>"),
        &[
            &format!("method-invalid {refer}"),
            &format!("attribute-unknown {refer}"),
            &format!("attribute-unknown {refer}"),
        ],
    );
    finds(
        "<Refer action='/a'>x<Say/><Foo/><Say/><Sip a='1'>sip:a@example.com<b/></Sip>y</Refer>",
        &[
            &format!("text-ignored {refer}"),
            &format!("child-unknown {refer}/Say[0]"),
            &format!("child-unknown {refer}/Foo"),
            &format!("child-unknown {refer}/Say[1]"),
            &format!("attribute-unknown {refer}/Sip"),
            &format!("child-unknown {refer}/Sip/b"),
            &format!("text-ignored {refer}"),
        ],
    );
    let response =
        parse("<Response><Refer x='1' action='/a'><Sip y='1'>sip:a@b</Sip></Refer></Response>");
    let messages: Vec<_> = response.check().iter().map(|found| found.message()).collect();
    assert_eq!(
        messages,
        [
            "unknown attribute x of <Refer>: it is ignored",
            "unknown attribute y of <Sip>: it is ignored",
        ],
    );
}

#[test]
fn no_action_is_a_note_for_what_was_built_and_what_was_read() {
    finds(&format!("<Refer>{TARGET}</Refer>"), &["no-action Response/Refer[0]"]);
    finds(&format!("<Refer><!-- x -->{TARGET}</Refer>"), &["no-action Response/Refer[0]"]);
    let built = VoiceResponse::new().refer(Refer::to(uri())).check().pop().unwrap();
    assert_eq!((built.line(), built.column(), built.severity()), (None, None, Severity::Note));
    let read = parse(&format!("<Response>\n  <Refer>{TARGET}</Refer></Response>")).check();
    assert_eq!((read[0].line(), read[0].column()), (Some(2), Some(3)));
}

#[test]
fn a_refer_inside_another_verb() {
    finds(
        &format!("<Gather><Say/><Refer>{TARGET}</Refer></Gather>"),
        &["refer-misplaced Response/Gather[0]/Refer[0]"],
    );
    finds(
        "<Dial/><Dial><x><Refer method='put'/><Refer action='/a'><Sip/></Refer></x></Dial>",
        &[
            "target-missing Response/Dial[1]/x/Refer[0]",
            "method-invalid Response/Dial[1]/x/Refer[0]",
            "refer-misplaced Response/Dial[1]/x/Refer[0]",
            "refer-misplaced Response/Dial[1]/x/Refer[1]",
            "target-missing Response/Dial[1]/x/Refer[1]/Sip",
        ],
    );
    finds(
        &format!("<Refer action='/a'>{TARGET}<Refer>{TARGET}</Refer></Refer>"),
        &["refer-misplaced Response/Refer[0]/Refer[0]"],
    );
    finds(
        &format!(
            "<Refer action='/a'><Sip>sip:a@example.com<x><Refer>{TARGET}</Refer></x></Sip></Refer>"
        ),
        &[
            "child-unknown Response/Refer[0]/Sip/x",
            "refer-misplaced Response/Refer[0]/Sip/x/Refer[0]",
        ],
    );
    let response =
        parse(&format!("<Response><Dial><x><Refer>{TARGET}</Refer></x></Dial></Response>"));
    assert_eq!(
        response.check()[0].message(),
        "<Refer> inside <x>: Twilio takes it in <Response> only",
    );
}

#[test]
fn unknown_verbs_and_what_they_were_meant_for() {
    let hint = |name: &str| {
        let found = parse(&format!("<Response><{name}/></Response>")).check().remove(0);
        assert_eq!(found.code().as_str(), "verb-unknown");
        assert_eq!(found.path(), format!("Response/{name}[0]"));
        found.message().split_once(" (did you mean ").map(|(_, hint)| hint.to_owned())
    };
    for (name, verb) in [
        ("refer", Some("<Refer>?)")),
        ("REFER", Some("<Refer>?)")),
        ("Reffer", Some("<Refer>?)")),
        ("Refre", Some("<Refer>?)")),
        ("Referer", Some("<Refer>?)")),
        ("hang-up", Some("<Hangup>?)")),
        ("Enque", Some("<Enqueue>?)")),
        ("Sya", Some("<Say>?)")),
        ("Sip", None),
        ("Transfer", None),
        ("x:Refer", Some("<Refer>?)")),
        ("Conference", None),
        ("Größe", None),
    ] {
        assert_eq!(hint(name).as_deref(), verb, "{name}");
    }
    assert_eq!(hint(&"Refer".repeat(10)), None);
    finds(
        "<a/><b/><a/>",
        &["verb-unknown Response/a[0]", "verb-unknown Response/b[0]", "verb-unknown Response/a[1]"],
    );
}

#[test]
fn what_never_runs_is_reported_once_and_once_for_a_refer() {
    finds(
        &format!("<Refer action='/a'>{TARGET}</Refer><Say/><Hangup/><Refer>{TARGET}</Refer>"),
        &[
            "unreachable Response/Say[0]",
            "unreachable Response/Refer[1]",
            "no-action Response/Refer[1]",
        ],
    );
    finds(
        &format!("<Refer>{TARGET}</Refer><Refer action='/a'>{TARGET}</Refer><!-- c --><x/>"),
        &["no-action Response/Refer[0]", "verb-unknown Response/x[0]", "unreachable Response/x[0]"],
    );
    // An action that cannot be called takes nothing over.
    finds(
        &format!("<Refer action='a b'>{TARGET}</Refer><Say/>"),
        &["action-invalid Response/Refer[0]"],
    );
    finds(
        &format!("<Refer action='/a'>{TARGET}</Refer><Refer action='/b'>{TARGET}</Refer>"),
        &["unreachable Response/Refer[1]"],
    );
    let refer = format!("<Refer action='/a'>{TARGET}</Refer>");
    let response = parse(&format!("<Response><Hangup/><Say/>{refer}{refer}</Response>"));
    let severities: Vec<_> =
        response.check().iter().map(|found| (found.severity(), found.path().to_owned())).collect();
    assert_eq!(
        severities,
        [
            (Severity::Warning, "Response/Say[0]".to_owned()),
            (Severity::Error, "Response/Refer[0]".to_owned()),
        ],
    );
}

#[test]
fn text_in_the_response_is_ignored() {
    finds("a<Say>b</Say>c", &["text-ignored Response", "text-ignored Response"]);
    finds("<Say>b</Say>&#32;", &[]);
    let response = parse("<Response>\n  <Say/>x</Response>");
    assert_eq!((response.check()[0].line(), response.check()[0].column()), (Some(2), Some(9)));
}

#[test]
fn a_document_over_the_limit() {
    let around = VoiceResponse::new().say("x").unwrap().to_xml().len() - 1;
    let fits = VoiceResponse::new().say(&"x".repeat(65_536 - around)).unwrap();
    assert_eq!(found(&fits), [""; 0]);
    let over = VoiceResponse::new().say(&"x".repeat(65_537 - around)).unwrap();
    assert_eq!(found(&over), ["document-too-large Response"]);
    assert_eq!(
        over.check()[0].message(),
        "the document has 65537 bytes: Twilio refuses more than 65536",
    );
    assert_eq!(over.check()[0].twilio_number(), Some(11750));
}

#[test]
fn what_was_read_is_measured_as_it_would_be_sent() {
    // Each > takes four bytes in our form, and one in this.
    let read = parse(&format!("<Response><Say>{}</Say></Response>", ">".repeat(40_000)));
    assert!(read.to_xml().len() > 65_536);
    assert_eq!(found(&read), ["document-too-large Response"]);
    let small = parse(&format!("<Response><Say>{}</Say></Response>", ">".repeat(10_000)));
    assert_eq!(found(&small), [""; 0]);
}

#[test]
fn what_follows() {
    let follows = |body: &str| parse(&format!("<Response>{body}</Response>")).follows();
    assert_eq!(follows("<Say/>"), None);
    for end in ["Hangup", "Leave", "Redirect", "Reject"] {
        assert_eq!(follows(&format!("<Say/><{end}/><Refer action='/a'>{TARGET}</Refer>")), None);
    }
    assert_eq!(follows(&format!("<Gather><Refer>{TARGET}</Refer></Gather>")), None);
    for (body, expected) in [
        (format!("<Refer>{TARGET}</Refer>"), Follows::Hangup),
        (format!("<Say/><Refer>{TARGET}</Refer><!-- c -->text"), Follows::Hangup),
        (format!("<Refer>{TARGET}</Refer><Say/>"), Follows::NextVerb),
        (format!("<Refer>{TARGET}</Refer><Refer action='/a'>{TARGET}</Refer>"), Follows::NextVerb),
        (format!("<Refer action='/a'>{TARGET}</Refer><Say/>"), Follows::Action),
        (format!("<Refer action=''>{TARGET}</Refer><Say/>"), Follows::Action),
        ("<Refer action='/a'/>".to_owned(), Follows::Action),
        ("<Refer action='a b'/><Say/>".to_owned(), Follows::NextVerb),
        ("<Refer/><Bogus/>".to_owned(), Follows::Hangup),
    ] {
        assert_eq!(follows(&body), Some(expected), "{body}");
    }
    let names = [Follows::Action, Follows::NextVerb, Follows::Hangup].map(|it| it.to_string());
    assert_eq!(names, ["action", "next-verb", "hangup"]);
}

#[test]
fn an_enormous_name_does_not_multiply() {
    let name = "x".repeat(20_000);
    let body = "<Refer/>".repeat(2_000);
    let response = parse(&format!("<Response><{name}>{body}</{name}></Response>"));
    let found = response.check();
    assert_eq!(found.len(), 1 + 2 * 2_000);
    assert!(found.iter().all(|found| found.path().len() < 100));
}

/// 64 KiB of document with a name of 60 bytes on each of 62 levels, and thousands of `<Refer>` below them.
#[test]
fn long_paths_do_not_multiply() {
    let names: Vec<_> = (10..72).map(|level| format!("{}{level}", "x".repeat(58))).collect();
    let starts: String = names.iter().map(|name| format!("<{name}>")).collect();
    let ends: String = names.iter().rev().map(|name| format!("</{name}>")).collect();
    let body = "<Refer/>".repeat(6_000);
    let found = parse(&format!("<Response>{starts}{body}{ends}</Response>")).check();
    assert_eq!(found.len(), 1 + 2 * 6_000);
    assert!(found.iter().all(|found| found.path().len() < 250));
    assert_eq!(
        found.last().unwrap().path(),
        format!("…/{}/{}/{}/Refer[5999]", names[59], names[60], names[61])
    );
}

#[test]
fn diagnostics_of_the_target_have_its_position() {
    for (xml, place) in [
        (
            "<Response>\n<Refer action='/a'>\n <Sip>sip:a@b?X-Twilio-A=1</Sip></Refer></Response>",
            (3, 2),
        ),
        (
            "<Response>\n<Refer action='/a'><!-- --><Sip>sip:a@b?X-Twilio-A=1</Sip></Refer></Response>",
            (2, 28),
        ),
    ] {
        let found = VoiceResponse::parse(xml).unwrap().check();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code().as_str(), "header-reserved");
        assert_eq!(found[0].path(), "Response/Refer[0]/Sip");
        assert_eq!((found[0].line(), found[0].column()), (Some(place.0), Some(place.1)));
    }
}

#[test]
fn below_the_limit_of_levels_nothing_is_looked_at() {
    let nested = |levels: usize| {
        let refer = Element::from(Refer::to(uri()).with_action("/a").unwrap());
        (2..levels).fold(refer, |inner, _| Element::gather().with_child(inner))
    };
    let response = VoiceResponse::new().append(nested(63).with_attribute("a", 1).unwrap());
    assert_eq!(response.check().pop().unwrap().code().as_str(), "refer-misplaced");
    let path = response.check().pop().unwrap().path().to_owned();
    assert!(path.starts_with("…/Gather[0]/") && path.ends_with("/Gather[0]/Refer[0]"), "{path}");

    // A `<Refer>` on each of 20 000 levels: paths of all of them would take gigabytes.
    let refer = Element::from(Refer::to(uri()).with_action("/a").unwrap());
    let deep = (0..20_000).fold(refer.clone(), |inner, _| {
        Element::gather().with_child(refer.clone()).with_child(inner)
    });
    let found = VoiceResponse::new().append(deep).check();
    let misplaced = found.iter().filter(|it| it.code().as_str() == "refer-misplaced").count();
    assert_eq!(misplaced, 62);
    assert!(found.iter().all(|it| it.path().matches('/').count() < 64));
}
