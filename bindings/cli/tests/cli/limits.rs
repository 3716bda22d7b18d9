//! Input of any size is read within its limit, in little time.

use std::fs::File;
use std::io::Write;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::run::{command, run, run_token, run_with};
use crate::webhook::Webhook;

/// Generous for a busy machine, and hopeless for reading a gigabyte or an endless file.
const AT_ONCE: Duration = Duration::from_secs(5);

#[cfg(unix)]
#[test]
fn endless_input_is_refused_at_once() {
    for (arguments, kind) in [
        (&["check", "--json"][..], "document-too-large"),
        (&["read", "--json", "-"], "document-too-large"),
        (&["callback", "--json"], "request-too-large"),
        (&["uri", "-", "--json"], "uri-over-limit"),
        (&["replay", "--sip", "-", "--json"], "trace-too-large"),
        (&["build", "sip:a@example.com", "--json", "--uui-hex", "-"], "uri-over-limit"),
        (&["sign", "--url", "u", "--json", "--body", "-"], "request-too-large"),
        (&["sign", "--url", "u", "--json", "--json-body", "-"], "request-too-large"),
        (
            &["verify", "--url", "u", "--json", "--signature", "s", "--body", "-"],
            "request-too-large",
        ),
        (
            &[
                "rest",
                "CA00000000000000000000000000000002",
                "--json",
                "--twiml",
                "-",
                "--account",
                "AC00000000000000000000000000000001",
            ],
            "document-too-large",
        ),
    ] {
        let started = Instant::now();
        let output = command(arguments)
            .env("TWILIO_AUTH_TOKEN", "12345")
            .stdin(File::open("/dev/zero").unwrap())
            .stdout(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&json["valid"], &json["error"]["kind"]), (&json!(false), &json!(kind)));
        assert!(started.elapsed() < AT_ONCE, "{arguments:?}");
    }
}

/// Whatever is named as a file.
#[cfg(unix)]
#[test]
fn endless_files_are_refused_at_once() {
    let started = Instant::now();
    for (arguments, status) in [
        (&["replay", "/dev/zero"][..], 1),
        (&["simulate", "http://127.0.0.1:1/", "--scenario", "/dev/zero"], 1),
        (&["simulate", "http://127.0.0.1:1/", "--token-file", "/dev/zero"], 2),
        (&["sign", "--url", "u", "--token-file", "/dev/zero"], 2),
    ] {
        run(arguments).expect(status);
    }
    assert!(started.elapsed() < AT_ONCE);
}

/// A webhook that never stops talking, in its head or in its body.
#[test]
fn an_endless_answer_is_refused_at_once() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 "] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.write_all(head.as_bytes());
            while stream.write_all(&[b'a'; 4096]).is_ok() {}
        });
        let started = Instant::now();
        run(&["simulate", &url]).expect(1);
        assert!(started.elapsed() < AT_ONCE, "{head:?}");
        server.join().unwrap();
    }
}

#[test]
fn a_gigabyte_is_refused_at_once() {
    let path = format!("{}/gigabyte", env!("CARGO_TARGET_TMPDIR"));
    File::create(&path).unwrap().set_len(1 << 30).unwrap();
    let started = Instant::now();
    for name in ["check", "read", "callback"] {
        run(&[name, &path]).expect(1);
    }
    run(&["replay", "--sip", &path]).expect(1);
    run_token(&["sign", "--url", "https://example.com/", "--body", &path], "").expect(1);
    assert!(started.elapsed() < AT_ONCE);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn what_just_fits_is_read() {
    let body = format!("A={}", "b".repeat(64 * 1024 - 2));
    run_with(&["callback"], format!("?{body}\r\n")).expect(0);
    let over = run_with(&["callback", "--json"], format!("{body}b")).expect(1).json();
    assert_eq!(over["error"]["kind"], "request-too-large");

    let open = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Say>";
    let close = "</Say></Response>";
    let text = "x".repeat(64 * 1024 - open.len() - close.len());
    run_with(&["check"], format!("{open}{text}{close}")).expect(0);
    let json = run_with(&["check", "--json"], format!("{open}{text}x{close}")).expect(1).json();
    assert_eq!(
        (&json["error"]["kind"], &json["error"]["number"]),
        (&json!("document-too-large"), &json!(11750))
    );

    let uri = format!("sip:{}@example.com", "u".repeat(64 * 1024 - 16));
    run_with(&["uri", "-"], format!("{uri}\r\nsip:a@example.com\n")).expect(0);
    let over = run_with(&["uri", "-", "--json"], format!("{uri}m\nsip:a@example.com\n")).expect(1);
    assert_eq!(over.json_lines()[0]["error"]["kind"], "uri-over-limit");
    assert!(over.stderr.contains("the rest is not read"), "{}", over.stderr);
}

#[test]
fn many_short_lines_are_no_large_input() {
    let many = "sip:alice@example.com\n".repeat(10_000);
    assert_eq!(run_with(&["uri", "-", "--json"], many).expect(0).json_lines().len(), 10_000);
}

/// Each diagnostic shows its line, and a document or a URI that is one line may have thousands.
#[test]
fn of_many_diagnostics_the_gravest_are_shown_and_the_others_counted() {
    let verbs = "<a/>".repeat(9000);
    let document = format!("<Response>{verbs}<Refer action='/a'/></Response>");
    let headers = "b=&".repeat(9000);
    let uri = format!("sip:alice@example.com?{headers}c=%0A");
    let app = Webhook::of(&format!("{verbs}<Refer action='/a'/>"));
    for (found, rest, worst) in [
        (run_with(&["check"], &document).expect(1), 8951, "error[target-missing]"),
        (run_with(&["uri", "-"], &uri).expect(0), 8953, "error[header-injection]"),
        (run(&["build", &uri, "--action", "/a"]).expect(0), 8953, "error[header-injection]"),
        (run(&["simulate", &app.url("/voice")]).expect(1), 8951, "error[target-missing]"),
    ] {
        let shown = found.stdout + &found.stderr;
        assert!(shown.contains(&format!("{rest} more diagnostics; --json lists all")), "{rest}");
        assert!(shown.contains(worst), "{worst}");
        let drawn = ["error[", "warning[", "note["].map(|start| shown.matches(start).count());
        assert_eq!(drawn.iter().sum::<usize>(), 50);
    }
    let all = run_with(&["check", "--json"], &document).expect(1).json();
    assert_eq!(all["diagnostics"].as_array().unwrap().len(), 9001);
}
