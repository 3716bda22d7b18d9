//! `simulate` and the verbs around a `<Refer>`: which run, which do not, and what comes next.

use serde_json::json;

use crate::simulate::{REFER, TOKEN, end, signed, simulate};
use crate::webhook::{Reply, Webhook};

#[test]
fn a_gather_gets_the_digits() {
    let app = Webhook::start(|asked| match (asked.path(), asked.param("Digits").as_deref()) {
        ("/voice", None) => {
            Reply::verbs("<Gather numDigits=\"1\"><Say>Press 1.</Say></Gather><Say>Nothing?</Say>")
        }
        ("/voice", Some("1")) => {
            Reply::verbs("<Gather action=\"/second\" method=\"GET\"/><Say>no</Say>")
        }
        ("/second", Some("42")) => Reply::verbs(&format!("{REFER}<Say>no</Say>")),
        ("/done", None) => Reply::verbs(""),
        _ => Reply::text(404, ""),
    });
    let all = ["--digits", "1", "--digits", "42#", "--expect", "transferred"];
    simulate(&app.url("/voice"), &all).expect(0);
    let methods: Vec<_> = app.asked().iter().map(|it| it.method.clone()).collect();
    assert_eq!(methods, ["POST", "POST", "GET", "POST"]);
    let shown = simulate(&app.url("/voice"), &[]).expect(0);
    assert!(shown.stdout.contains("Press 1.") && shown.stdout.contains("Nothing?"));
    assert!(shown.stdout.contains("no <Refer> was reached"), "{}", shown.stdout);
    let left = Webhook::of("<Hangup/>");
    let shown = simulate(&left.url("/"), &["--digits", "9"]).expect(0);
    assert!(shown.stdout.contains("no <Gather> asked for the digits 9"), "{}", shown.stdout);
}

#[test]
fn redirects_are_followed() {
    let app = Webhook::start(|asked| match asked.path() {
        "/a/voice" => Reply::verbs("<Redirect method=\"GET\">menu</Redirect><Say>no</Say>"),
        "/a/menu" => Reply::redirect(307, "../b/menu"),
        "/b/menu" => Reply::verbs("<Redirect>../voice</Redirect>"),
        "/voice" => Reply::redirect(303, "/refer?x=1"),
        "/refer" => Reply::verbs(REFER),
        _ => Reply::verbs(""),
    });
    signed(&app.url("/a/voice"), &["--expect", "transferred"]).expect(0);
    let seen: Vec<_> =
        app.asked().iter().map(|it| (it.method.clone(), it.path().to_owned())).collect();
    let expected = [
        ("POST", "/a/voice"),
        ("GET", "/a/menu"),
        ("GET", "/b/menu"),
        ("POST", "/voice"),
        ("GET", "/refer"),
        ("POST", "/done"),
    ];
    assert_eq!(seen, expected.map(|(method, path)| (method.to_owned(), path.to_owned())));
    assert!(app.asked().iter().all(|asked| asked.is_signed(TOKEN, &app.base)));
}

#[test]
fn other_verbs_are_passed_over_with_a_note() {
    let app = Webhook::of(
        "<Dial>+15005550006</Dial><Record/><Enqueue>q</Enqueue><Connect/><Hangup/><Say>no</Say>",
    );
    let shown = simulate(&app.url("/"), &[]).expect(0).stdout;
    assert_eq!(shown.matches("on with the next verb").count(), 4, "{shown}");
    assert!(!shown.lines().any(|line| line.starts_with("    <Say>")), "{shown}");
    let json = simulate(&app.url("/"), &["--json"]).expect(0).json_lines();
    let names: Vec<_> = json.iter().filter_map(|line| line["name"].as_str()).collect();
    assert_eq!(names, ["Dial", "Record", "Enqueue", "Connect", "Hangup"]);
    let fates: Vec<_> = json.iter().filter_map(|line| line["execution"].as_str()).collect();
    assert_eq!(fates, ["skipped", "skipped", "skipped", "skipped", "runs"]);
    assert_eq!(app.asked().len(), 2);
}

#[test]
fn a_refer_with_warnings_alone_is_run() {
    let sip = "<Sip>sip:alice@example.com</Sip>";
    for refer in [
        format!("<Refer action=\"/done\"><!-- to Alice -->{sip}</Refer>"),
        format!("<Refer action=\"/done\" timeout=\"5\">{sip}</Refer>"),
        format!("<Refer action=\"/done\">now: {sip}<Number>+15005550006</Number></Refer>"),
        "<Refer action=\"/done\"><Sip a=\"b\">\n  sip:alice@<!-- -->example.com\n</Sip></Refer>"
            .to_owned(),
    ] {
        let app = Webhook::start(move |asked| match asked.path() {
            "/voice" => Reply::verbs(&refer),
            _ => Reply::verbs(""),
        });
        let shown = simulate(&app.url("/voice"), &["--expect", "transferred"]).expect(0);
        assert!(shown.stdout.contains("<Refer>    sip:alice@example.com  action=/done"));
        assert_eq!(app.asked().len(), 2);
    }
    let twice = Webhook::of(&format!("<Refer>{sip}{sip}</Refer>"));
    simulate(&twice.url("/"), &[]).expect(1);
}

#[test]
fn what_follows_a_refer_without_an_action() {
    let refer = "<Refer><Sip>sip:alice@example.com</Sip></Refer>";
    let run = |verbs: &str, scenario| {
        let app = Webhook::of(verbs);
        let run = simulate(&app.url("/"), &["--scenario", scenario, "--json"]).expect(0);
        assert_eq!(app.asked().len(), 1, "nothing else is called");
        let end = end(&run);
        let last = run.json_lines().into_iter().rfind(|line| line["step"] == "verb").unwrap();
        (end["follows"].clone(), end["verbs"].clone(), last["execution"].clone())
    };
    let next = format!("{refer}<Say>Sorry</Say>");
    assert_eq!(run(refer, "busy"), (json!("hangup"), json!([]), json!("runs")));
    assert_eq!(run(&next, "busy"), (json!("next-verb"), json!(["Say"]), json!("runs")));
    assert_eq!(run(&next, "hangup"), (json!("next-verb"), json!(["Say"]), json!("unheard")));
    assert_eq!(run(&format!("{refer}<Reffer/>"), "busy").0, json!("hangup"));
    // A second one is a transfer of its own, unless the caller is gone.
    let twice = format!("{refer}<Say>Again</Say>{refer}");
    assert_eq!(run(&twice, "busy"), (json!("hangup"), json!([]), json!("runs")));
    assert_eq!(
        run(&twice, "answered"),
        (json!("next-verb"), json!(["Say", "Refer"]), json!("unheard"))
    );
}

#[test]
fn diagnostics_are_shown_as_check_shows_them() {
    let app = Webhook::start(|asked| match asked.path() {
        "/voice" => Reply::verbs(
            "<Reffer/>\n<Refer action=\"/done\"><Sip>sip:a@example.com?X-Twilio-A=1</Sip></Refer>",
        ),
        _ => Reply::verbs(""),
    });
    let json = simulate(&app.url("/voice"), &["--json"]).expect(0).json_lines();
    let found: Vec<_> = json.iter().filter(|line| line["step"] == "diagnostic").collect();
    let codes: Vec<_> = found.iter().map(|found| &found["code"]).collect();
    assert_eq!(codes, ["verb-unknown", "header-reserved"]);
    assert_eq!((&found[1]["line"], &found[1]["number"]), (&json!(2), &json!(32113)));
    let shown = simulate(&app.url("/voice"), &[]).expect(0);
    assert!(shown.stdout.contains("[verb-unknown]"), "{}", shown.stdout);
    assert!(shown.pointed().iter().any(|(line, at)| line.contains("<Reffer/>") && *at == 10));
}

/// A long name is cut in the path of its diagnostic.
#[test]
fn an_unknown_verb_with_a_long_name_is_ignored() {
    let app = Webhook::start(|asked| match asked.path() {
        "/voice" => Reply::verbs(&format!("<{}/>{REFER}", "Verb".repeat(20))),
        _ => Reply::verbs(""),
    });
    let json = simulate(&app.url("/voice"), &["--json", "--scenario", "busy"]).json_lines();
    let verb = json.iter().find(|line| line["name"] == "Verb".repeat(20)).unwrap();
    assert_eq!(verb["execution"], "ignored", "{json:?}");
}

#[test]
fn a_gone_caller_needs_no_document() {
    let app = Webhook::start(|asked| match asked.path() {
        "/voice" => Reply::verbs(REFER),
        _ => Reply { status: 204, headers: Vec::new(), body: String::new() },
    });
    simulate(&app.url("/voice"), &["--scenario", "hangup"]).expect(0);
    simulate(&app.url("/voice"), &["--scenario", "busy"]).expect(1);
}

/// Twilio's documentation of `<Gather>`: with `actionOnEmptyResult` the action is called although nothing was pressed.
#[test]
fn a_script_of_digits_presses_nothing_where_it_is_empty() {
    let gather = |number: u32, more: &str| {
        format!("<Gather action=\"/g{number}\" {more}/><Redirect>/none{number}</Redirect>")
    };
    let app = Webhook::start(move |asked| match asked.path() {
        "/voice" => Reply::verbs(&gather(1, "")),
        "/g1" => Reply::verbs(&gather(2, "")),
        "/none2" => Reply::verbs(&gather(3, "actionOnEmptyResult=\"true\"")),
        "/g3" => Reply::verbs(&gather(4, "finishOnKey=\"*\"")),
        _ => Reply::verbs("<Hangup/>"),
    });
    for digits in [&["--digits", "1,,,42*7"][..], &["--digits", "1,", "--digits", ",42*7"]] {
        let shown = simulate(&app.url("/voice"), digits).expect(0).stdout;
        let asked = app.asked();
        let last: Vec<_> = asked[asked.len() - 5..].iter().collect();
        let paths: Vec<_> = last.iter().map(|it| it.path()).collect();
        assert_eq!(paths, ["/voice", "/g1", "/none2", "/g3", "/g4"]);
        let digits: Vec<_> = last.iter().map(|it| it.param("Digits")).collect();
        let expected = [None, Some("1"), None, Some(""), Some("42")];
        assert_eq!(digits, expected.map(|it| it.map(str::to_owned)));
        assert!(shown.contains("the input ended before 7"), "{shown}");
        assert!(shown.contains("actionOnEmptyResult"), "{shown}");
    }
}

#[test]
fn an_app_that_misreads_whether_the_caller_is_there_gets_a_note() {
    let notes = |scenario, after: &'static str| -> Vec<String> {
        let app = Webhook::start(move |asked| match asked.path() {
            "/voice" => Reply::verbs(REFER),
            _ => Reply::verbs(after),
        });
        let run = simulate(&app.url("/voice"), &["--scenario", scenario, "--json"]).expect(0);
        let codes = run.json_lines().into_iter().filter(|line| line["step"] == "note");
        let codes = codes.filter_map(|line| line["code"].as_str().map(str::to_owned));
        codes.filter(|code| code != "unsigned").collect()
    };
    let none: [&str; 0] = [];
    for scenario in ["answered", "hangup"] {
        assert_eq!(notes(scenario, "<Say>Sorry</Say><Play>a.mp3</Play>"), ["caller-is-gone"]);
        assert_eq!(notes(scenario, "<Hangup/>"), none);
        assert_eq!(notes(scenario, ""), none);
    }
    for scenario in ["busy", "refused", "silent"] {
        assert_eq!(notes(scenario, "<Pause/><Hangup/>"), ["caller-left-alone"]);
        assert_eq!(notes(scenario, ""), ["caller-left-alone"]);
        assert_eq!(notes(scenario, "<Say>Sorry</Say><Hangup/>"), none);
        assert_eq!(notes(scenario, "<Dial>+15005550006</Dial>"), none);
    }
}

/// Without an action the verbs after it are for a caller who is still there; that they are not heard by one who is
/// gone is no mistake of the app.
#[test]
fn verbs_after_a_refer_without_an_action_are_no_mistake() {
    let refer = "<Refer><Sip>sip:alice@example.com</Sip></Refer>";
    for (verbs, scenario, left_alone) in [
        (format!("{refer}<Say>Sorry</Say>"), "answered", false),
        (format!("{refer}<Say>Sorry</Say>"), "busy", false),
        (refer.to_owned(), "busy", true),
    ] {
        let app = Webhook::of(&verbs);
        let shown = simulate(&app.url("/"), &["--scenario", scenario]).expect(0).stdout;
        assert!(!shown.contains("speaks to a caller who is gone"), "{shown}");
        assert_eq!(shown.contains("ends without a word"), left_alone, "{verbs}: {shown}");
    }
}
