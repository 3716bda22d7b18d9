//! No secret is printed: not a password in a URL, and not the value of CallToken, wherever it comes from.

use crate::run::{Run, feed, run, run_token, run_with};
use crate::webhook::{Reply, Webhook};

const SECRET: &str = "s3cret";

/// Nothing of it is printed, and `***` or asterisks are.
#[track_caller]
fn assert_hidden(run: &Run) {
    let shown = format!("{}{}", run.stdout, run.stderr);
    assert!(!shown.contains(SECRET), "{shown}");
    assert!(shown.contains("***"), "{shown}");
}

#[test]
fn what_an_app_names_is_shown_without_secrets() {
    for (verbs, then) in [
        ("<Redirect>/next?CallToken=s3cret&amp;a=1</Redirect>", Reply::verbs("")),
        (
            "<Redirect a=\"/x?CallToken=s3cret\">/next?Call%54oken=s3cret</Redirect>",
            Reply::text(500, ""),
        ),
        ("<Redirect>ftp://u:s3cret@h/?CallToken=s3cret</Redirect>", Reply::verbs("")),
        ("<Gather action=\"/next?CallToken=s3cret\"/>", Reply::verbs("")),
        (
            "<Refer action=\"/next?CallToken=s3cret\"><Sip>sip:a:s3cret@example.com</Sip></Refer>",
            Reply::redirect(307, "/over?CallToken=s3cret"),
        ),
        (
            "<Redirect>/next</Redirect>",
            Reply::redirect(307, "gopher://u:s3cret@h/?CallToken=s3cret"),
        ),
        // The line of the document itself.
        (
            "<Reffer action=\"/x?CallToken=s3cret\"/><Redirect>/next?CallToken=s3cret</Redirect>",
            Reply::verbs(""),
        ),
        ("<Redirect>/next?CallToken=s3cret</Rediret>", Reply::verbs("")),
        (
            "<Refer action=\"ftp://u:s3cret@h/\"><Sip>sip:a@example.com</Sip></Refer>",
            Reply::verbs(""),
        ),
    ] {
        let Reply { status, headers, body } = then;
        let app = Webhook::start(move |asked| match asked.path() {
            "/voice" => Reply::verbs(verbs),
            "/over" => Reply::verbs(""),
            _ => Reply { status, headers: headers.clone(), body: body.clone() },
        });
        assert_hidden(&run(&["simulate", &app.url("/voice"), "--digits", "1"]));
        let json = run(&["simulate", &app.url("/voice"), "--digits", "1", "--json"]);
        assert!(!json.stdout.contains(SECRET), "{verbs}: {}", json.stdout);
    }
}

#[test]
fn what_the_user_names_is_shown_without_secrets() {
    let app = Webhook::start(|asked| match asked.path() {
        "/voice" => {
            Reply::redirect(308, &format!("/voice/?{}", asked.url.split_once('?').unwrap().1))
        }
        _ => Reply::text(500, ""),
    });
    let url = app.url("/voice?CallToken=s3cret").replace("http://", "http://u:s3cret@");
    for more in [&[][..], &["--json"], &["--method", "GET", "--param", "CallToken=s3cret"]] {
        assert_hidden(&run(&[&["simulate", &url], more].concat()).expect(1));
    }
    for url in ["u:s3cret@localhost:8080/voice", "http://u:s3cret/@localhost/", "ftp://u:s3cret@h/"]
    {
        let said = run(&["simulate", url]).expect(2).stderr;
        assert!(!said.contains(SECRET) && said.contains("http://localhost:8080/voice"), "{said}");
    }
    assert_hidden(&run(&["check", "a", "http://u:s3cret@h/"]).expect(2));
    assert_hidden(&run(&["build", "sip:a@h", "--action", "ftp://u:s3cret@h/"]).expect(2));
    let note = ["sign", "--url", "http://u:s3cret@h/?CallToken=s3cret", "--json-body", "-"];
    assert_hidden(&run_token(&note, "{}").expect(0));
    let base = [
        "rest",
        "CA00000000000000000000000000000002",
        "--account",
        "AC00000000000000000000000000000001",
    ];
    let base = [&base[..], &["--url", "http://h/", "--base", "https://u:s3cret@h"]].concat();
    assert_hidden(&run(&base).expect(2));
}

#[test]
fn a_call_token_and_a_password_of_a_callback_or_a_trace() {
    let token = "CallSid=CA1&CallToken=s3cret&ReferCallStatus=busy";
    for more in [&[][..], &["--json"]] {
        assert_hidden(&run_with(&[&["callback"], more].concat(), token).expect(0));
        let bad = format!("{token}&CallToken=s3cret%FF");
        let ran = run_with(&[&["callback"], more].concat(), bad);
        assert!(!format!("{ran:?}").contains(SECRET), "{ran:?}");
    }
    let verify = [
        "verify",
        "--url",
        "http://u:s3cret@h/?CallToken=s3cret",
        "--signature",
        "x",
        "--body",
        "-",
    ];
    assert_hidden(&run_token(&[&verify[..], &["--explain"]].concat(), token).expect(1));
    let trace = "REFER sip:a@b SIP/2.0\nFrom: <sip:p>;tag=p\nTo: <sip:e>;tag=e\nCall-ID: 1\n\
        CSeq: 1 REFER\nRefer-To: \"Al\" <sip:al:s3cret@b>\nContent-Length: 0\n\n";
    assert_hidden(&run_with(&["replay", "--sip", "-"], trace).expect(0));
}

#[test]
fn a_public_base_with_a_password() {
    for command_of in
        [&["verify", "--url", "u", "--signature", "x"][..], &["simulate", "http://127.0.0.1:1/"]]
    {
        let mut command =
            crate::run::command(&[command_of, &["--public-base", "https://u:s3cret@h"]].concat());
        command.env("TWILIO_AUTH_TOKEN", "12345");
        let said = feed(command, b"").expect(2).stderr;
        assert!(said.contains("public base") && !said.contains(SECRET), "{said}");
    }
}
