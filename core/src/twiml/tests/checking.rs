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
fn what_was_read_is_measured_as_it_would_be_sent() {
    // Each > takes four bytes in our form, and one in this.
    let read = parse(&format!("<Response><Say>{}</Say></Response>", ">".repeat(40_000)));
    assert!(read.to_xml().len() > 65_536);
    assert_eq!(found(&read), ["document-too-large Response"]);
    let small = parse(&format!("<Response><Say>{}</Say></Response>", ">".repeat(10_000)));
    assert_eq!(found(&small), [""; 0]);
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
