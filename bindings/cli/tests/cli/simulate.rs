//! `simulate` with webhooks that are as they should be: requests, transfers and what comes of them.
//! The walk through the verbs is in `simulate_walk`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use twiml_refer::webhook::Leg;

use crate::run::{Run, command, feed, file, run, run_with};
use crate::webhook::{Reply, Webhook};

pub(crate) const TOKEN: &str = "12345";
pub(crate) const REFER: &str = "<Refer action=\"/done\"><Sip>sip:alice@example.com</Sip></Refer>";

/// An app that transfers every call, and says sorry if that fails.
pub(crate) fn app() -> Webhook {
    Webhook::start(|asked| match asked.path() {
        "/voice" => Reply::verbs(&format!("<Say>Hello</Say>{REFER}")),
        _ => Reply::verbs("<Say>Sorry</Say><Hangup/>"),
    })
}

pub(crate) fn simulate(url: &str, more: &[&str]) -> Run {
    run(&[&["simulate", url], more].concat())
}

/// The apps of these tests verify nothing, so no forged request is tried.
pub(crate) fn signed(url: &str, more: &[&str]) -> Run {
    let mut command = command(&[&["simulate", url, "--no-forgery"], more].concat());
    command.env("TWILIO_AUTH_TOKEN", TOKEN);
    feed(command, b"")
}

pub(crate) fn end(run: &Run) -> Value {
    run.json_lines().pop().unwrap()
}

fn outcome(kind: &str, status: Option<&str>, code: Option<u16>, may_resume: bool) -> Value {
    json!({"kind": kind, "status": status, "code": code, "may_resume": may_resume})
}

#[test]
fn the_scenarios_end_as_twilios_documentation_says() {
    // Scenario; the three parameters; CallStatus; outcome; whether the app is heard.
    let rows = [
        (
            "answered",
            [Some("in-progress"), Some("202"), Some("200")],
            "in-progress",
            outcome("transferred", None, None, false),
        ),
        (
            "busy",
            [Some("busy"), Some("202"), Some("486")],
            "in-progress",
            outcome("target-failed", Some("busy"), Some(486), true),
        ),
        (
            "refused",
            [Some("failed"), Some("405"), None],
            "in-progress",
            outcome("rejected", None, Some(405), true),
        ),
        (
            "hangup",
            [Some("canceled"), Some("202"), Some("180")],
            "completed",
            outcome("canceled", None, None, false),
        ),
        (
            "silent",
            [None, Some("202"), None],
            "in-progress",
            outcome("unconfirmed", None, None, true),
        ),
    ];
    for (scenario, params, call_status, outcome) in rows {
        let app = app();
        let run = simulate(&app.url("/voice"), &["--scenario", scenario, "--json"]).expect(0);
        assert_eq!(run.stderr, "");
        let lines = run.json_lines();
        assert_eq!(
            lines.last().unwrap(),
            &json!({"step": "end", "outcome": outcome, "follows": "action",
                "verbs": ["Say", "Hangup"]}),
            "{scenario}",
        );
        let steps = lines.iter().filter_map(|line| line["step"].as_str());
        let steps: Vec<_> = steps.filter(|step| *step != "note").collect();
        assert_eq!(
            steps,
            ["request", "verb", "verb", "request", "verb", "verb", "end"],
            "{scenario}"
        );
        let hello = lines.iter().find(|line| line["step"] == "verb" && line["name"] == "Say");
        assert_eq!(hello.unwrap()["execution"], "runs");
        let said = lines.iter().rfind(|line| line["name"] == "Say").unwrap();
        let fate = if outcome["may_resume"] == true { "runs" } else { "unheard" };
        assert_eq!(said["execution"], fate, "{scenario}: {said}");
        let completed = lines.iter().find(|line| line["output"] == "completed").unwrap();
        assert_eq!(completed["outcome"], outcome);

        let asked = app.asked();
        let [voice, done] = &asked[..] else { panic!("{asked:?}") };
        assert_eq!((voice.method.as_str(), voice.url.as_str()), ("POST", "/voice"));
        assert_eq!((done.method.as_str(), done.url.as_str()), ("POST", "/done"));
        let names = ["ReferCallStatus", "ReferSipResponseCode", "NotifySipResponseCode"];
        assert_eq!(names.map(|name| done.param(name)), params.map(|it| it.map(str::to_owned)));
        assert_eq!(names.map(|name| voice.param(name)), [None, None, None]);
        assert_eq!(voice.param("CallStatus").as_deref(), Some("in-progress"));
        assert_eq!(done.param("CallStatus").as_deref(), Some(call_status), "{scenario}");
        assert_eq!(done.param("CallSid"), voice.param("CallSid"));
    }
}

/// One answer to whether the call is still there: that of the action request.
#[test]
fn the_call_is_gone_where_its_dialog_is() {
    let busy = "0 start\n1 response 202\n2 notify 486\n";
    for (name, scenario, more, gone) in [
        ("silent-refer", "0 start\n", &[][..], true),
        ("refer-408", "0 start\n1 response 408\n", &[], true),
        ("refer-481", "0 start\n1 response 481\n", &[], true),
        ("refer-405", "0 start\n1 response 405\n", &[], false),
        ("busy-live", busy, &[], false),
        ("busy-completed", busy, &["--param", "CallStatus=completed"], true),
    ] {
        let app = app();
        let scenario = file(name, scenario);
        let more = [&["--scenario", &scenario][..], more].concat();
        let run = simulate(&app.url("/voice"), &[&more[..], &["--json"]].concat()).expect(0);
        assert_eq!(end(&run)["outcome"]["may_resume"], !gone, "{name}");
        let asked = app.asked().pop().unwrap();
        let call_status = if gone { "completed" } else { "in-progress" };
        assert_eq!(asked.param("CallStatus").as_deref(), Some(call_status), "{name}");
        let body = asked.body;
        let json = run_with(&["callback", "--json"], &body).expect(0).json();
        assert_eq!(
            (&json["may_resume"], &json["outcome"]["may_resume"]),
            (&json!(!gone), &json!(!gone))
        );
        let shown = simulate(&app.url("/voice"), &more).expect(0).stdout;
        assert_eq!(shown.contains("never heard: the caller is gone"), gone, "{name}: {shown}");
    }
}

#[test]
fn people_see_the_walk_and_the_ladder() {
    let app = app();
    let shown = simulate(&app.url("/voice"), &["--scenario", "busy"]).expect(0);
    assert_eq!(shown.stderr, "");
    for text in [
        &format!("POST {}  200", app.url("/voice")),
        "<Say>      Hello",
        "REFER",
        "NOTIFY 2: 486",
        "NotifySipResponseCode=486",
        &format!("POST {}  200", app.url("/done")),
        "<Say>      Sorry",
        "outcome: target-failed (busy, code 486)",
    ] {
        assert!(shown.stdout.contains(text), "{text}: {}", shown.stdout);
    }
    assert!(!shown.stdout.contains("never heard"), "{}", shown.stdout);
    let gone = simulate(&app.url("/voice"), &["--scenario", "hangup"]).expect(0);
    assert!(gone.stdout.contains("<Say>      Sorry  (never heard"), "{}", gone.stdout);
}

#[test]
fn a_scenario_may_be_a_file() {
    let app = app();
    let scenario = file("no-answer.scenario", "0 start\n0.1 response 200\n30 notify 487\n");
    let run = simulate(&app.url("/voice"), &["--scenario", &scenario, "--json"]).expect(0);
    assert_eq!(end(&run)["outcome"], outcome("target-failed", Some("no-answer"), Some(487), true));
    assert_eq!(app.asked()[1].param("ReferSipResponseCode").as_deref(), Some("200"));
}

#[test]
fn every_transfer_of_the_vectors_reaches_the_app_as_it_ended() {
    let app = app();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/transfer");
    let mut played = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "scenario") {
            continue;
        }
        let expected = fs::read_to_string(path.with_extension("expected.jsonl")).unwrap();
        let completed = expected
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .find(|line| line["output"] == "completed");
        let name = path.to_str().unwrap();
        let run = simulate(&app.url("/voice"), &["--scenario", name, "--json"]).expect(0);
        let Some(completed) = completed else {
            assert_eq!(end(&run)["outcome"], Value::Null, "{name}");
            continue;
        };
        assert_eq!(end(&run)["outcome"], completed["outcome"], "{name}");
        let done = app.asked().pop().unwrap();
        let before = app.asked().iter().rfind(|asked| asked.path() == "/voice").unwrap().request();
        let params: Vec<_> = done.request().params().map(|pair| json!(pair)).collect();
        for pair in completed["params"].as_array().unwrap() {
            assert!(params.contains(pair), "{name}: {pair}");
        }
        let own = completed["params"].as_array().unwrap().len();
        assert_eq!(params.len(), before.params().len() + own, "{name}");
        played += 1;
    }
    assert!(played > 50, "{played}");
}

#[test]
fn expectations_are_the_answer() {
    let app = app();
    let with = |scenario, expected| {
        simulate(&app.url("/voice"), &["--scenario", scenario, "--expect", expected])
    };
    with("busy", "target-failed").expect(0);
    with("refused", "rejected").expect(0);
    let no = with("busy", "transferred").expect(1);
    assert!(no.stderr.contains("expected transferred"), "{}", no.stderr);
    assert!(no.stdout.contains("outcome: target-failed"), "its lines are printed as usual");
    let none = Webhook::of("<Say>Hello</Say>");
    simulate(&none.url("/"), &[]).expect(0);
    simulate(&none.url("/"), &["--expect", "transferred"]).expect(1);
    let json = simulate(&none.url("/"), &["--json"]).expect(0);
    assert_eq!(end(&json), json!({"step": "end", "outcome": null, "follows": null, "verbs": []}));
}

#[test]
fn a_call_of_each_leg_has_its_parameters() {
    for (leg, expected) in [("sip", Leg::Sip), ("pstn", Leg::Pstn), ("client", Leg::Client)] {
        let app = Webhook::of("<Hangup/>");
        simulate(&app.url("/"), &["--leg", leg]).expect(0);
        let asked = &app.asked()[0];
        assert_eq!(
            asked.content_type.as_deref(),
            Some("application/x-www-form-urlencoded; charset=UTF-8")
        );
        let request = asked.request();
        assert_eq!(request.leg(), expected);
        assert_eq!(request.diagnostics(), []);
        for name in ["CallSid", "AccountSid", "From", "To", "Caller", "Called", "ApiVersion"] {
            assert!(asked.param(name).is_some_and(|value| !value.is_empty()), "{name}");
        }
        assert_eq!(asked.param("Direction").as_deref(), Some("inbound"));
        assert_eq!(asked.param("SipCallId").is_some(), leg == "sip");
    }
    let app = Webhook::of("<Hangup/>");
    let more = [
        "--from",
        "sip:bob@x.org",
        "--to",
        "+15005550006",
        "--param",
        "SipHeader_X-A=1 2",
        "--param",
        "SipHeader_X-A=3",
        "--param",
        "CallerName=Bob",
        "--param",
        "ApiVersion=2008-08-01",
    ];
    simulate(&app.url("/"), &more).expect(0);
    let asked = &app.asked()[0];
    let value = |name| asked.param(name).unwrap();
    let request = asked.request();
    assert_eq!(request.sip_headers().collect::<Vec<_>>(), [("X-A", "1 2"), ("X-A", "3")]);
    let versions = request.params().filter(|(name, _)| *name == "ApiVersion");
    assert_eq!(versions.collect::<Vec<_>>(), [("ApiVersion", "2008-08-01")]);
    assert_eq!((value("From"), value("Caller")), ("sip:bob@x.org".into(), "sip:bob@x.org".into()));
    assert_eq!((value("To"), value("Called")), ("+15005550006".into(), "+15005550006".into()));
    assert_eq!((value("SipHeader_X-A"), value("CallerName")), ("1 2".into(), "Bob".into()));
}

#[test]
fn refer_is_for_sip_legs() {
    let app = app();
    for leg in ["pstn", "client"] {
        let run = simulate(&app.url("/voice"), &["--leg", leg, "--json"]).expect(0);
        assert!(run.json_lines().contains(&json!({"at": 0.0, "output": "error", "code": 13801})));
        assert_eq!(end(&run)["outcome"], Value::Null);
        let shown = simulate(&app.url("/voice"), &["--leg", leg]).expect(0);
        assert!(shown.stdout.contains("error 13801"), "{}", shown.stdout);
        simulate(&app.url("/voice"), &["--leg", leg, "--expect", "transferred"]).expect(1);
    }
    assert!(app.asked().iter().all(|asked| asked.path() == "/voice"), "no action is called");
}

#[test]
fn requests_are_signed_with_the_token() {
    let app = app();
    signed(&app.url("/voice?shop=7"), &[]).expect(0);
    for asked in app.asked() {
        assert!(asked.method == "POST" && asked.is_signed(TOKEN, &app.base), "{asked:?}");
    }
    simulate(&app.url("/voice"), &[]).expect(0);
    assert_eq!(app.asked().last().unwrap().signature, None);
    let token = file("simulate-token", "67890\n");
    signed(&app.url("/voice"), &["--token-file", &token]).expect(0);
    assert!(app.asked().last().unwrap().is_signed("67890", &app.base));
}

#[test]
fn the_public_base_is_what_is_signed() {
    let app = app();
    let base = "https://voice.example.com";
    signed(&app.url("/voice"), &["--public-base", base]).expect(0);
    let asked = app.asked();
    assert_eq!(asked.len(), 2);
    for asked in asked {
        assert!(asked.is_signed(TOKEN, base) && !asked.is_signed(TOKEN, &app.base), "{asked:?}");
    }
}

/// The base is that of the app: what is signed for it would be valid there.
#[test]
fn the_public_base_is_for_the_origin_of_the_app() {
    let base = "https://voice.example.com";
    for way in ["action", "gather", "redirect", "http"] {
        let other = Webhook::of("<Hangup/>");
        let to = other.url("/admin/delete?id=1");
        let app = Webhook::start(move |asked| match (way, asked.path()) {
            ("http", "/next") => Reply::redirect(307, &to),
            ("redirect", "/next") => Reply::verbs(&format!("<Redirect>{to}</Redirect>")),
            ("gather", "/next") => Reply::verbs(&format!("<Gather action=\"{to}\"/>")),
            (_, "/next") => Reply::verbs(&format!(
                "<Refer action=\"{to}\"><Sip>sip:a@example.com</Sip></Refer>"
            )),
            _ => Reply::verbs("<Redirect>/next</Redirect>"),
        });
        signed(&app.url("/voice"), &["--public-base", base, "--digits", "1"]).expect(0);
        assert!(app.asked().iter().all(|asked| asked.is_signed(TOKEN, base)), "{way}");
        let [asked] = &other.asked()[..] else { panic!("{way}: {:?}", other.asked()) };
        assert!(asked.is_signed(TOKEN, &other.base) && !asked.is_signed(TOKEN, base), "{way}");
    }
}

#[test]
fn a_get_has_its_parameters_in_the_query() {
    let app = Webhook::start(|asked| match asked.path() {
        "/a/voice" => Reply::verbs(
            "<Refer action=\"done?id=7\" method=\"GET\"><Sip>sip:alice@example.com</Sip></Refer>",
        ),
        _ => Reply::verbs(""),
    });
    signed(&app.url("/a/voice?shop=7"), &["--method", "GET"]).expect(0);
    let asked = app.asked();
    let [voice, done] = &asked[..] else { panic!("{asked:?}") };
    assert!(voice.url.starts_with("/a/voice?shop=7&"), "{}", voice.url);
    assert!(done.url.starts_with("/a/done?id=7&"), "{}", done.url);
    for asked in [voice, done] {
        assert_eq!((asked.method.as_str(), asked.body.as_str()), ("GET", ""));
        assert_eq!(asked.param("Direction").as_deref(), Some("inbound"));
        assert!(asked.is_signed(TOKEN, &app.base), "{asked:?}");
    }
    assert_eq!(done.param("ReferCallStatus").as_deref(), Some("in-progress"));
    for more in [&["--param", "CallToken=s3cret", "--method", "GET"][..], &["--json"]] {
        let shown = simulate(&app.url("/a/voice"), more).expect(0);
        assert!(!format!("{shown:?}").contains("s3cret"), "{shown:?}");
    }
    assert!(app.asked().iter().any(|asked| asked.url.contains("CallToken=s3cret")));
}

/// Ends with the test.
struct Python(Child);

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_webhook_of_pythons_standard_library() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/webhooks/webhook.py");
    let child = Command::new("python3").args([script, TOKEN]).stdout(Stdio::piped()).spawn();
    let mut python = Python(child.expect("python3"));
    let mut port = String::new();
    BufReader::new(python.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let url = format!("http://127.0.0.1:{}/voice", port.trim());
    for (scenario, status) in [
        ("answered", "in-progress"),
        ("busy", "busy"),
        ("refused", "failed"),
        ("hangup", "canceled"),
        ("silent", "none"),
    ] {
        let shown = signed(&url, &["--scenario", scenario]).expect(0);
        assert!(shown.stdout.contains("One moment, please — é."), "{}", shown.stdout);
        assert!(shown.stdout.contains(&format!("It ended {status}.")), "{}", shown.stdout);
    }
    let refused = simulate(&url, &[]).expect(1);
    assert!(refused.stderr.contains("403"), "{}", refused.stderr);
}
