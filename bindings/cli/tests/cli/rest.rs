//! `rest`.

use serde_json::json;

use crate::run::{run, run_with};

const CALL: &str = "CA00000000000000000000000000000002";
const ACCOUNT: &str = "AC00000000000000000000000000000001";
const URL: &str = "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000001\
    /Calls/CA00000000000000000000000000000002.json";

fn arguments<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["rest", CALL, "--account", ACCOUNT], more].concat()
}

#[test]
fn a_url_for_a_live_call() {
    let more = ["--url", "https://example.com/a?c=d&e=f", "--url-method", "GET", "--json"];
    assert_eq!(
        run(&arguments(&more)).expect(0).json(),
        json!({
            "method": "POST",
            "url": URL,
            "body": "Url=https%3A%2F%2Fexample.com%2Fa%3Fc%3Dd%26e%3Df&Method=GET",
        }),
    );
    let shown = run(&arguments(&["--url", "https://example.com/"])).expect(0);
    assert!(shown.stdout.starts_with(&format!("POST {URL}\n")), "{}", shown.stdout);
    assert!(shown.stdout.ends_with("\nUrl=https%3A%2F%2Fexample.com%2F\n"), "{}", shown.stdout);
}

#[test]
fn a_document_for_a_live_call() {
    let document = "<Response><Hangup/></Response>";
    let json = run_with(&arguments(&["--twiml", "-", "--json"]), document).expect(0).json();
    assert_eq!(
        json["body"],
        "Twiml=%3C%3Fxml+version%3D%221.0%22+encoding%3D%22UTF-8%22%3F%3E\
         %3CResponse%3E%3CHangup%2F%3E%3C%2FResponse%3E",
    );
    let base = ["--twiml", "-", "--json", "--base", "https://api.sydney.au1.twilio.com"];
    let json = run_with(&arguments(&base), document).expect(0).json();
    let url = json["url"].as_str().unwrap();
    assert!(url.starts_with("https://api.sydney.au1.twilio.com/2010-04-01/"), "{url}");
}

#[test]
fn a_curl_line_takes_the_credentials_from_the_environment() {
    let shown =
        run(&arguments(&["--url", "https://example.com/?a='b&c=$HOME", "--curl"])).expect(0);
    let line = shown.stdout.trim_end();
    assert!(line.contains("-u \"$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN\""), "{line}");
    assert!(line.starts_with("curl ") && line.contains(URL), "{line}");
    let json =
        run(&arguments(&["--url", "https://example.com/", "--curl", "--json"])).expect(0).json();
    assert!(json["curl"].as_str().unwrap().starts_with("curl "));
}

#[cfg(unix)]
#[test]
fn a_shell_reads_the_curl_line_as_it_is_meant() {
    let line = run_with(
        &arguments(&["--twiml", "-", "--curl"]),
        "<Response><Say>it's $HOME `id` \"x\" 100%</Say></Response>",
    )
    .expect(0)
    .stdout;
    // A function in the place of curl shows what it would get.
    let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}\n{line}");
    let output = std::process::Command::new("sh")
        .arg("-c")
        .arg(script)
        .env("TWILIO_ACCOUNT_SID", "AC1")
        .env("TWILIO_AUTH_TOKEN", "tok'en")
        .output()
        .unwrap();
    let got = String::from_utf8(output.stdout).unwrap();
    let got: Vec<_> = got.lines().collect();
    assert_eq!(got[..5], ["-X", "POST", URL, "-u", "AC1:tok'en"]);
    assert_eq!(
        got[6],
        "Twiml=%3C%3Fxml+version%3D%221.0%22+encoding%3D%22UTF-8%22%3F%3E%3CResponse%3E%3CSay%3E\
         it%27s+%24HOME+%60id%60+%22x%22+100%25%3C%2FSay%3E%3C%2FResponse%3E",
    );
}

#[test]
fn values_that_core_refuses_are_wrong_usage() {
    let url = ["--url", "https://example.com/"];
    for (call, account, more) in [
        ("CA1", ACCOUNT, &url[..]),
        ("CA/../../00000000000000000000000000", ACCOUNT, &url[..]),
        (CALL, "AC1", &url[..]),
        (CALL, CALL, &url[..]),
        (CALL, ACCOUNT, &["--url", "/a"]),
        (CALL, ACCOUNT, &["--url", "ftp://example.com/"]),
        (CALL, ACCOUNT, &["--url", "https://example.com/", "--url-method", "PUT"]),
        (CALL, ACCOUNT, &["--url", "https://example.com/", "--base", "https://example.com/a"]),
        (CALL, ACCOUNT, &["--url", "https://example.com/", "--twiml", "-"]),
        (CALL, ACCOUNT, &["--twiml", "-", "--url-method", "GET"]),
        (CALL, ACCOUNT, &["--twiml", "/nonexistent/file"]),
        (CALL, ACCOUNT, &[]),
    ] {
        run(&[&["rest", call, "--json", "--account", account], more].concat()).expect(2);
    }
    run(&["rest", CALL, "--url", "https://example.com/"]).expect(2);
}

#[test]
fn a_document_that_cannot_be_sent_is_a_no() {
    let json = run_with(&arguments(&["--twiml", "-", "--json"]), "<Response>").expect(1).json();
    assert_eq!(
        (&json["valid"], &json["error"]["kind"]),
        (&json!(false), &json!("document-unclosed"))
    );
    let long = format!("<Response><Say>{}</Say></Response>", "a".repeat(4000));
    let json = run_with(&arguments(&["--twiml", "-", "--json"]), &long).expect(1).json();
    assert_eq!(json["error"]["kind"], "rest-twiml-too-long");
    assert_eq!(json["error"]["number"], 32018);
    let shown = run_with(&arguments(&["--twiml", "-"]), &long).expect(1);
    assert!(shown.stderr.contains("serve it and give its URL"), "{}", shown.stderr);
}
