//! The page of `emulate --web`, without a browser: what each URL answers. How the page looks and that what it shows is
//! text, `tests/run browser` tries.

use std::io::{Read, Write};
use std::net::TcpStream;

use roxmltree::Document;
use serde_json::{Value, json};

use super::{Emulator, Endpoint, run_emulate, wait_for};
use crate::run::file;
use crate::simulate::{REFER, TOKEN, app};
use crate::webhook::{Reply, Webhook};

/// What a page got.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    #[track_caller]
    fn json(&self) -> Value {
        assert_eq!((self.status, self.header("Content-Type")), (200, Some("application/json")));
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The page, by its address.
struct Page(String);

impl Page {
    fn of(emulator: &mut Emulator) -> Self {
        Self(emulator.property("url").strip_prefix("http://").unwrap().to_owned())
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", self.0))
    }

    fn ask(&self, request: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.0).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_owned(), body: body.to_owned() }
    }

    /// Waits until the first call of the list is so.
    fn first_call(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        wait_for(|| Some(self.get("/calls.json").json()["calls"][0].clone()).filter(&is_so))
    }
}

/// What the signature of a POST covers: the URL, and each name and value, sorted
/// (<https://www.twilio.com/docs/usage/security#validating-requests>).
fn signed(url: &str, form: &[(&str, &str)]) -> String {
    let mut pairs = form.to_vec();
    pairs.sort_unstable();
    let pairs = pairs.iter().map(|(name, value)| [*name, *value].concat());
    url.to_owned() + &pairs.collect::<String>()
}

#[track_caller]
fn step<'a>(call: &'a Value, name: &str) -> &'a Value {
    let mut steps = call["steps"].as_array().unwrap().iter();
    steps.find(|step| step["step"] == name).unwrap_or_else(|| panic!("no {name} in {call}"))
}

#[test]
fn a_call_is_on_the_page_while_it_goes_on_and_when_it_has_ended() {
    let app = Webhook::start(|asked| match asked.path() {
        "/voice" => Reply::verbs(&format!("\n<Saay>Hi</Saay>{REFER}")),
        _ => Reply::verbs("<Say>&lt;/script&gt;</Say><Hangup/>"),
    });
    let mut emulator = Emulator::start(&app.url("/voice"), &["--web", "127.0.0.1:0"]);
    let page = Page::of(&mut emulator);
    let list = page.get("/calls.json").json();
    assert_eq!((&list["calls"], &list["oldest"]), (&json!([]), &Value::Null));
    assert_eq!(list["about"]["listening"], json!([emulator.address]));

    let mut endpoint = Endpoint::call(&emulator.address, "X-Note: <script>\r\n");
    endpoint.is_answered();
    let refer = endpoint.receive_first("REFER");
    let live = page.first_call(|call| call["status"] == "in-progress");
    assert_eq!(
        (&live["is_live"], &live["from"]),
        (&json!(true), &json!(format!("sip:alice@{}", endpoint.own)))
    );
    endpoint.answer(&refer, "202 Accepted");
    endpoint.notify("486 Busy Here", "terminated;reason=noresource");
    endpoint.is_hung_up();
    let ended = page.first_call(|call| call["is_live"] == false);
    assert_eq!(
        (&ended["status"], &ended["outcome_kind"]),
        (&json!("completed"), &json!("target-failed"))
    );
    let path = format!("/calls/{}", ended["call_sid"].as_str().unwrap());
    let call = page.get(&format!("{path}.json")).json();

    // Each request with what was signed, before its status.
    let asked = app.asked();
    let sending: Vec<_> =
        call["steps"].as_array().unwrap().iter().filter(|it| it["step"] == "sending").collect();
    assert_eq!((sending.len(), asked.len()), (2, 2));
    for (sending, asked) in sending.iter().zip(&asked) {
        let (url, request) = (app.url(&asked.url), asked.request());
        let params: Vec<_> = request.params().collect();
        assert_eq!((&sending["method"], &sending["url"]), (&json!("POST"), &json!(url)));
        assert_eq!(sending["params"], json!(params));
        assert_eq!(sending["signed"], signed(&url, &params));
    }
    assert!(sending[0]["params"].to_string().contains(r#"["SipHeader_X-Note","<script>"]"#));
    assert_eq!(step(&call, "request")["status"], 200);
    assert_eq!(step(&call, "answered")["text"], "the call is answered");
    let document = step(&call, "document");
    assert_eq!(document["lines"][1], format!("<Saay>Hi</Saay>{REFER}</Response>"));
    let diagnostic = step(&call, "diagnostic");
    assert_eq!((&diagnostic["code"], &diagnostic["line"]), (&json!("verb-unknown"), &json!(2)));
    let transfer = step(&call, "transfer");
    assert_eq!(transfer["text"], "target-failed (busy, code 486)");
    assert_eq!(transfer["params"][0], "ReferCallStatus=busy");
    assert!(call["result"].as_str().unwrap().ends_with("its action: <Say> <Hangup>"), "{call}");
    assert_eq!(call["ended"], "the call was ended (BYE)");

    // The ladder, as text and as a picture.
    let picture = page.get(&format!("{path}/ladder.svg"));
    assert_eq!(picture.header("Content-Type"), Some("image/svg+xml"));
    assert!(
        picture
            .header("Content-Security-Policy")
            .unwrap()
            .starts_with("default-src 'none'; style-src")
    );
    Document::parse(&picture.body).unwrap();
    for ladder in [call["ladder"].as_str().unwrap(), &picture.body] {
        for shown in ["INVITE", "NOTIFY: 486 Busy Here", "target-failed", "/done", "BYE"] {
            assert!(ladder.contains(shown), "{shown}: {ladder}");
        }
    }

    // Nothing is sent again that has not changed; but to a page of another run of the command, all.
    let list = page.get("/calls.json").json();
    let (run, version) = (list["run"].as_str().unwrap(), list["version"].as_u64().unwrap());
    let path = |run: &str, since: u64| format!("/calls.json?run={run}&since={since}");
    assert_eq!(page.get(&path(run, version)).json()["calls"], json!([]));
    assert_eq!(page.get(&path(run, version - 1)).json()["calls"].as_array().unwrap().len(), 1);
    assert_eq!(page.get(&path("CA1", version)).json()["calls"].as_array().unwrap().len(), 1);
    emulator.signal("TERM");
    assert_eq!(emulator.end().expect(0).stderr, "");
}

#[test]
fn errors_are_on_the_page() {
    for (document, number, status, message) in [
        ("<Response><Say>Hello</Sya></Response>", 12100, 200, "</Sya>"),
        ("no", 11200, 500, "status 500"),
    ] {
        let app = Webhook::start(move |_| Reply::text(status, document));
        let mut emulator = Emulator::start(&app.url("/voice"), &["--web", "127.0.0.1:0"]);
        let page = Page::of(&mut emulator);
        let mut endpoint = Endpoint::call(&emulator.address, "");
        endpoint.is_answered();
        endpoint.is_hung_up();
        let call = page.first_call(|call| call["is_live"] == false);
        assert_eq!(call["has_error"], true);
        let call = page.get(&format!("/calls/{}.json", call["call_sid"].as_str().unwrap())).json();
        let error = step(&call, "error");
        assert_eq!(error["number"], number, "{error}");
        assert!(!error["advice"].as_str().unwrap().is_empty());
        assert!(call["result"].as_str().unwrap().contains(message), "{call}");
        if status == 200 {
            assert_eq!(step(&call, "document")["lines"], json!([document]));
            assert_eq!(error["error"]["line"], 1);
        }
    }
}

#[test]
fn no_secret_is_on_the_page() {
    let app = Webhook::of(
        "<Play>https://u:s3cret@example.com/a.mp3</Play><Redirect>https://u:s3cret@127.0.0.1:1/?CallToken=s3cret</Redirect>",
    );
    let password = file("page-password", "s3cret\n");
    let more = ["--web", "127.0.0.1:0", "--user", "a", "--password-file", &password];
    let mut emulator = Emulator::start(&app.url("/voice?CallToken=s3cret"), &more);
    let page = Page::of(&mut emulator);
    let headers = "X-Url: https://u:s3cret@example.com/\r\n";
    let mut endpoint = Endpoint::call(&emulator.address, headers);
    endpoint.is_answered();
    endpoint.is_hung_up();
    let call = page.first_call(|call| call["is_live"] == false);
    let path = format!("/calls/{}", call["call_sid"].as_str().unwrap());
    let details = page.get(&format!("{path}.json"));
    assert!(details.body.contains("https://u:***@example.com/"), "{details:?}");
    assert!(details.body.contains("X-Urlhttps://u:***@"), "{details:?}");
    let picture = page.get(&format!("{path}/ladder.svg"));
    for answer in [details, picture, page.get("/calls.json")] {
        assert!(!answer.body.contains("s3cret") && !answer.body.contains(TOKEN), "{answer:?}");
    }
}

#[test]
fn only_the_page_is_served_and_only_to_be_read() {
    let app = app();
    let mut emulator = Emulator::start(&app.url("/voice"), &["--web", "127.0.0.1:0"]);
    let page = Page::of(&mut emulator);
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/calls.json", "application/json"),
        ("/?x=1", "text/html; charset=utf-8"),
    ] {
        let answer = page.get(path);
        assert_eq!((answer.status, answer.header("Content-Type")), (200, Some(media_type)));
        let length = answer.body.len().to_string();
        assert_eq!(answer.header("Content-Length"), Some(length.as_str()));
        let head = page.ask(&format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assert_eq!((head.head, head.body), (answer.head, String::new()));
    }
    let html = page.get("/").body;
    for inline in ["<style", "style=", "javascript:", "onclick", "onload", "://"] {
        assert!(!html.contains(inline), "{inline}");
    }
    assert_eq!(html.matches("<script").count(), html.matches("<script src=").count());

    let no_such_call = "/calls/CA00000000000000000000000000000001.json";
    let long = format!("/{}", "a".repeat(8000));
    for path in [
        "/index.html",
        "//",
        "/../page.css",
        "/calls/",
        "/calls/.json",
        "/calls/../page.css",
        no_such_call,
        "/calls/CA1/ladder.svg",
        "/calls/%3Cscript%3E.json",
        "/<script>alert(1)</script>",
        "http://127.0.0.1/",
        &long,
    ] {
        let answer = page.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("script"), "{path}: {answer:?}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "get"] {
        let answer = page.ask(&format!("{method} / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        assert_eq!((answer.status, answer.header("Allow")), (405, Some("GET, HEAD")), "{method}");
    }
    // A page elsewhere whose name resolves to this address.
    for (host, status) in [
        ("Host: localhost:8000\r\n", 200),
        ("Host: evil.example\r\n", 421),
        ("Host: localhost.evil.example\r\n", 421),
        ("Host: 127.0.0.2\r\n", 421),
        ("", 400),
        ("Host: localhost\r\nHost: evil.example\r\n", 400),
    ] {
        let answer = page.ask(&format!("GET /calls.json HTTP/1.1\r\n{host}\r\n"));
        assert_eq!(answer.status, status, "{host}");
        // Whatever is answered.
        let policy = answer.header("Content-Security-Policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"),
            "{policy}"
        );
        for (name, value) in [
            ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{host}");
        }
        assert_eq!(answer.header("Access-Control-Allow-Origin"), None);
    }
    emulator.signal("TERM");
    emulator.end().expect(0);
}

#[test]
fn an_address_that_others_reach_is_warned_of() {
    let app = app();
    let more = ["--web", "0.0.0.0:0", "--api", "0.0.0.0:0"];
    let emulator = Emulator::start(&app.url("/voice"), &more);
    emulator.signal("TERM");
    let stderr = emulator.end().expect(0).stderr;
    // With the port that the system has chosen.
    assert_eq!(stderr.matches("warning: 0.0.0.0:").count(), 2, "{stderr}");
    assert!(!stderr.contains("0.0.0.0:0 "), "{stderr}");
    assert!(stderr.contains("--web") && stderr.contains("--api"), "{stderr}");
    let refused = run_emulate(&[&app.url("/voice"), "--web", "192.0.2.1:0"]).expect(2);
    assert!(refused.stderr.contains("--web 127.0.0.1:0 takes a free port"), "{}", refused.stderr);
}
