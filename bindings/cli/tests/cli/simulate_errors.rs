//! `simulate` with webhooks that fail, and wrong usage: the message says what is wrong and what to do.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::run::{command, feed, file};
use crate::simulate::simulate;
use crate::webhook::{CLOSED, Reply, Webhook, raw};

/// Checks the kind of the error, and that its message has these words.
#[track_caller]
fn fails(url: &str, more: &[&str], kind: &str, words: &[&str]) -> Value {
    let shown = simulate(url, more).expect(1);
    for word in words {
        assert!(shown.stderr.contains(word), "{word}: {}", shown.stderr);
    }
    let json = simulate(url, &[more, &["--json"]].concat()).expect(1);
    assert_eq!(json.stderr, "");
    let lines = json.json_lines();
    let [.., error, end] = &lines[..] else { panic!("{lines:?}") };
    assert_eq!((&error["step"], &error["kind"]), (&json!("error"), &json!(kind)));
    assert_eq!(end["step"], "end");
    error.clone()
}

#[track_caller]
fn reply_fails(reply: fn() -> Reply, kind: &str, words: &[&str]) -> Value {
    let app = Webhook::start(move |_| reply());
    fails(&app.url("/voice"), &[], kind, &[words, &[&app.url("/voice")]].concat())
}

#[test]
fn connection_refused() {
    let words = ["connection refused", CLOSED, "start the webhook"];
    fails(CLOSED, &[], "connection-refused", &words);
    let json = simulate(CLOSED, &["--json"]).expect(1).json_lines();
    assert_eq!(
        json[0],
        json!({"step": "request", "method": "POST", "url": CLOSED, "status": null})
    );
}

#[test]
fn a_request_times_out() {
    for bytes in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<Response>"] {
        let shown = simulate(&raw(bytes), &["--timeout", "0.3"]).expect(1);
        assert!(shown.stderr.contains("within 0.3 s"), "{}", shown.stderr);
        assert!(shown.stderr.contains("--timeout"), "{}", shown.stderr);
    }
    let json = simulate(&raw(b""), &["--timeout", "1", "--json"]).expect(1).json_lines();
    assert_eq!(json[1]["kind"], "timeout");
}

#[test]
fn a_whole_run_times_out() {
    let circles = Webhook::start(|_| {
        std::thread::sleep(Duration::from_millis(60));
        Reply::verbs("<Refer action=\"\"><Sip>sip:alice@example.com</Sip></Refer>")
    });
    for (url, more) in [(circles.url("/"), ["--scenario", "busy"]), (raw(b""), ["--leg", "sip"])] {
        let started = Instant::now();
        let shown = simulate(&url, &[&["--max-time", "0.5"], &more[..]].concat()).expect(1);
        assert!(started.elapsed() < Duration::from_secs(10));
        for said in ["whole run", "0.5 s", "--max-time"] {
            assert!(shown.stderr.contains(said), "{said}: {}", shown.stderr);
        }
    }
    assert!(circles.asked().len() < 10);
    let json = simulate(&raw(b""), &["--max-time", "0.5", "--json"]).expect(1).json_lines();
    assert_eq!(json[1]["kind"], "timeout");
}

#[test]
fn a_server_that_does_not_speak_http() {
    let tls = raw(b"").replace("http://", "https://");
    let shown = simulate(&tls, &["--timeout", "0.3"]).expect(1);
    assert!(shown.stderr.contains("within 0.3 s"), "{}", shown.stderr);
    let plain = raw(b"HTTP/1.1 400 Bad Request\r\n\r\n").replace("http://", "https://");
    let shown = simulate(&plain, &[]).expect(1);
    assert!(shown.stderr.contains("check scheme (http or https)"), "{}", shown.stderr);
    let shown = simulate(&raw(b"220 smtp.example.com ESMTP\r\n"), &[]).expect(1);
    assert!(shown.stderr.contains("the connection failed"), "{}", shown.stderr);
}

#[test]
fn a_status_without_a_document() {
    for (status, words) in [
        (500, ["HTTP status 500", "its log"]),
        (503, ["HTTP status 503", "its log"]),
        (404, ["HTTP status 404", "check the path"]),
        (405, ["HTTP status 405", "method"]),
        (400, ["HTTP status 400", "respond with 200"]),
    ] {
        let app = Webhook::start(move |_| Reply::text(status, "<html>"));
        fails(&app.url("/voice"), &[], "http-status", &words);
    }
    reply_fails(
        || Reply { status: 302, headers: Vec::new(), body: String::new() },
        "http-status",
        &["302", "no Location"],
    );
}

#[test]
fn a_refusal_is_probably_about_the_signature() {
    let app = Webhook::start(|_| Reply::text(403, "no"));
    fails(&app.url("/"), &[], "request-refused", &["403", "TWILIO_AUTH_TOKEN", "--token-file"]);
    let token = file("errors-token", "12345");
    let words = ["403", "auth token", "--public-base"];
    fails(&app.url("/"), &["--token-file", &token], "request-refused", &words);
    assert!(app.asked().iter().any(|asked| asked.signature.is_some()));
}

#[test]
fn a_response_that_is_not_twiml() {
    reply_fails(|| Reply::text(200, " \n"), "body-empty", &["empty body", "<Response/>"]);
    reply_fails(
        || Reply::text(200, "\n<!DOCTYPE HTML>\n<html><body>Log in</body></html>"),
        "body-html",
        &["HTML", "text/xml"],
    );
    let error = reply_fails(
        || Reply::text(200, "<Response>\n  <Say>Hello</Sya>\n</Response>"),
        "document-invalid",
        &["error[document-end-tag]", ":2:13"],
    );
    assert_eq!((&error["error"]["line"], &error["error"]["column"]), (&json!(2), &json!(13)));
    let app = Webhook::start(|_| Reply::text(200, "<Response>\n  <Say>Hello</Sya>\n</Response>"));
    let shown = simulate(&app.url("/"), &[]).expect(1);
    assert_eq!(shown.pointed(), [("  <Say>Hello</Sya>".to_owned(), 12)]);
    reply_fails(
        || Reply::text(200, "{\"twiml\": 1}"),
        "document-invalid",
        &["error[", "respond with"],
    );
}

#[test]
fn a_response_that_is_too_large() {
    let say = |bytes: usize| {
        let frame = "<Response><Say></Say></Response>".len();
        Reply::text(200, &format!("<Response><Say>{}</Say></Response>", "a".repeat(bytes - frame)))
    };
    let fits = Webhook::start(move |_| say(65_536));
    simulate(&fits.url("/"), &[]).expect(0);
    let large = Webhook::start(move |_| say(65_537));
    fails(&large.url("/"), &[], "document-too-large", &["65536 bytes", "11750"]);
    let huge = Webhook::start(move |_| say(8 << 20));
    simulate(&huge.url("/"), &[]).expect(1);
}

#[test]
fn endless_redirects_are_left() {
    let app = Webhook::of("<Redirect/>");
    fails(&app.url("/"), &[], "too-many-redirects", &["<Redirect>", "10", "--digits"]);
    // The first document, and those of ten redirects; twice, for text and JSON.
    assert_eq!(app.asked().len(), 2 * 11);
    let http = Webhook::start(|_| Reply::redirect(302, "/again"));
    fails(&http.url("/"), &[], "too-many-redirects", &["10 HTTP redirects"]);
    assert_eq!(http.asked().len(), 2 * 11);
    let retries = Webhook::of("<Refer action=\"\"><Sip>sip:alice@example.com</Sip></Refer>");
    let busy = ["--scenario", "busy"];
    fails(&retries.url("/"), &busy, "too-many-requests", &["circles"]);
    assert_eq!(retries.asked().len(), 2 * 50);
}

#[test]
fn invalid_urls_and_methods_of_verbs() {
    for (verbs, words) in [
        ("<Redirect>ftp://example.com/</Redirect>", ["<Redirect>", "ftp://example.com/"]),
        ("<Redirect>http://</Redirect>", ["<Redirect>", "http://"]),
        ("<Gather action=\"mailto:a@b\"/>", ["<Gather>", "mailto:a@b"]),
    ] {
        fails(&Webhook::of(verbs).url("/"), &["--digits", "1"], "url-invalid", &words);
    }
    let app = Webhook::of("<Redirect method=\"PUT\">/a</Redirect>");
    fails(&app.url("/"), &[], "method-invalid", &["<Redirect>", "PUT", "GET or POST"]);
    let redirected = Webhook::start(|_| Reply::redirect(302, "gopher://x/"));
    fails(&redirected.url("/"), &[], "url-invalid", &["HTTP redirect", "gopher"]);
}

#[test]
fn a_refer_that_twilio_refuses() {
    let app = Webhook::of("<Refer action=\"ftp://x/\"><Sip>sip:a@example.com</Sip></Refer>");
    fails(&app.url("/"), &[], "refer-invalid", &["<Refer>", "errors above"]);
    let shown = simulate(&app.url("/"), &[]).expect(1);
    assert!(shown.stdout.contains("error[action-invalid]"), "{}", shown.stdout);
    // An error that does not stop the call is still a no.
    let app = Webhook::of("<Refer><Sip>sip:a@example.com?X-A=%0D%0AEvil:1</Sip></Refer>");
    let run = simulate(&app.url("/"), &["--json"]).expect(1);
    assert_eq!(run.json_lines().last().unwrap()["outcome"]["kind"], "transferred");
}

/// Twilio's documentation of its content types; error 12300 is "Invalid Content-Type".
#[test]
fn a_content_type_that_twilio_does_not_run() {
    let app = |content_type: Option<&'static str>| {
        Webhook::start(move |_| Reply {
            status: 200,
            headers: content_type.map(|it| ("Content-Type", it.to_owned())).into_iter().collect(),
            body: "<Response><Say>Hello</Say></Response>".to_owned(),
        })
    };
    for (content_type, words, number) in [
        (None, "no Content-Type", json!(12300)),
        (Some("application/json"), "12300", json!(12300)),
        (Some("text/xml2"), "12300", json!(12300)),
        (Some("text/plain; charset=utf-8"), "speaks the text", Value::Null),
        (Some("audio/mpeg"), "plays it as audio", Value::Null),
    ] {
        let app = app(content_type);
        let words = [words, "text/xml", &app.url("/voice")];
        let error = fails(&app.url("/voice"), &[], "content-type", &words);
        assert_eq!(error["number"], number, "{content_type:?}");
        let verbs = simulate(&app.url("/"), &["--json"]).expect(1).json_lines();
        assert!(verbs.iter().all(|line| line["step"] != "verb"), "the document does not run");
    }
    for content_type in ["text/xml", "Application/XML; charset=utf-8", "text/html"] {
        simulate(&app(Some(content_type)).url("/"), &[]).expect(0);
    }
}

/// A request that anyone could send is refused by an app that checks signatures.
#[test]
fn a_forged_request_goes_first() {
    let token = file("forgery-token", "12345");
    let with_token = ["--token-file", &token];
    let careless = Webhook::of("<Say>Hello</Say>");
    let shown = simulate(&careless.url("/voice"), &with_token).expect(1);
    for words in ["forged: the signature is wrong", "wrong signature got HTTP status 200", "403"] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }
    let lines = simulate(&careless.url("/"), &[&with_token[..], &["--json"]].concat()).expect(1);
    let lines = lines.json_lines();
    assert_eq!((&lines[0]["forged"], &lines[0]["status"]), (&json!(true), &json!(200)));
    assert_eq!(lines[1]["kind"], "forgery-accepted");
    assert_eq!(lines[2]["step"], "request", "the real one follows");
    simulate(&careless.url("/"), &[&with_token[..], &["--no-forgery"]].concat()).expect(0);

    let (sender, base) = std::sync::mpsc::channel::<String>();
    let checked: OnceLock<String> = OnceLock::new();
    let careful = Webhook::start(move |asked| {
        let base = checked.get_or_init(|| base.recv().unwrap());
        match asked.is_signed("12345", base) {
            true => Reply::verbs("<Say>Hello</Say>"),
            false => Reply::text(403, "no"),
        }
    });
    sender.send(careful.base.clone()).unwrap();
    simulate(&careful.url("/voice"), &with_token).expect(0);
    let asked = careful.asked();
    let [forged, real] = &asked[..] else { panic!("{asked:?}") };
    assert_eq!((&forged.body, &forged.url), (&real.body, &real.url));
    let (forged, real) = (forged.signature.as_ref().unwrap(), real.signature.as_ref().unwrap());
    assert_ne!(forged, real);
    assert_eq!(forged.len(), real.len(), "it looks like a signature");
}

#[test]
fn without_a_token_a_note_says_what_was_not_tested() {
    let app = Webhook::of("<Hangup/>");
    let shown = simulate(&app.url("/"), &[]).expect(0);
    assert!(shown.stdout.contains("not signed"), "{}", shown.stdout);
    assert_eq!(app.asked().len(), 1, "no forged request");
    let lines = simulate(&app.url("/"), &["--json"]).expect(0).json_lines();
    assert!(lines.iter().any(|line| line["code"] == "unsigned"), "{lines:?}");
}

#[test]
fn warnings_can_be_denied() {
    let app = Webhook::of("<Say>Hello</Say><Reffer/>");
    simulate(&app.url("/"), &[]).expect(0);
    simulate(&app.url("/"), &["--deny", "warnings"]).expect(1);
    let clean = Webhook::of("<Say>Hello</Say>");
    simulate(&clean.url("/"), &["--deny", "warnings"]).expect(0);
}

#[test]
fn a_password_in_the_url_is_not_shown() {
    let app = Webhook::start(|_| Reply::text(500, ""));
    let url = app.url("/voice").replace("http://", "http://user:s3cret@");
    for more in [&[][..], &["--json"]] {
        let shown = simulate(&url, more).expect(1);
        assert!(!format!("{shown:?}").contains("s3cret"), "{shown:?}");
        assert!(format!("{shown:?}").contains("user:***@"), "{shown:?}");
    }
}

#[test]
fn a_proxy_is_not_used_for_this_machine() {
    let app = Webhook::of("<Hangup/>");
    let mut command = command(&["simulate", &app.url("/")]);
    command.envs(["http_proxy", "HTTP_PROXY", "ALL_PROXY"].map(|name| (name, CLOSED)));
    command.env_remove("NO_PROXY").env_remove("no_proxy");
    feed(command, b"").expect(0);
}

#[test]
fn wrong_usage_is_found_before_any_request() {
    let app = Webhook::of("<Hangup/>");
    let url = app.url("/voice");
    let scenario = file("late.scenario", "0 start\n1 response 202\n0.5 notify 200\n");
    let unstarted = file("unstarted.scenario", "0 response 202\n");
    for (more, word) in [
        (&["--scenario", "bogus"][..], "answered, busy, refused, hangup, silent"),
        (&["--scenario", &scenario], "line 3"),
        (&["--scenario", &unstarted], "line 1"),
        (&["--digits", "12a"], "0 to 9"),
        (&["--digits", ""], "0 to 9"),
        (&["--deny", "notes"], "warnings"),
        (&["--timeout", "0"], "0.001"),
        (&["--timeout", "NaN"], "0.001"),
        (&["--max-time", "0"], "0.001"),
        (&["--method", "PUT"], "PUT"),
        (&["--leg", "fax"], "fax"),
        (&["--leg", "pstn", "--from", "sip:a@example.com"], "--leg"),
        (&["--leg", "client", "--param", "From=+15005550001"], "--leg"),
        (&["--param", "novalue"], "NAME=VALUE"),
        (&["--expect", "success"], "success"),
        (&["--public-base", "https://voice.example.com"], "TWILIO_AUTH_TOKEN"),
        (&["--token-file", "/nonexistent"], "/nonexistent"),
    ] {
        let refused = simulate(&url, more).expect(2);
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
        simulate(&url, &[more, &["--json"]].concat()).expect(2);
    }
    let token = file("usage-token", "12345");
    let base = ["--token-file", &token, "--public-base", "voice"];
    assert!(simulate(&url, &base).expect(2).stderr.contains("expected scheme, host"));
    for (bad, word) in [
        ("localhost:8080/voice", "http://localhost:8080/voice"),
        ("ftp://localhost/", "http://localhost:8080/voice"),
        ("", "http://"),
        ("http://", "invalid URL"),
    ] {
        let refused = simulate(bad, &[]).expect(2);
        assert!(refused.stderr.contains(word), "{word}: {}", refused.stderr);
    }
    assert_eq!(app.asked().len(), 0);
}
