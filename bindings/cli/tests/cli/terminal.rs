//! A terminal gets no character that it would act on or not show; elsewhere documents are exact.
#![cfg(unix)]

use std::process::Command;

use crate::run::{command, file, run, run_with};
use crate::webhook::{Reply, Webhook};

/// One of each kind: C1, a soft hyphen, marks of direction, no width, line separators, a tag.
const HIDDEN: [char; 14] = [
    '\u{80}',
    '\u{9b}',
    '\u{ad}',
    '\u{61c}',
    '\u{200b}',
    '\u{200e}',
    '\u{200f}',
    '\u{2028}',
    '\u{202e}',
    '\u{2066}',
    '\u{2069}',
    '\u{feff}',
    '\u{fffb}',
    '\u{e0041}',
];

fn hidden() -> String {
    HIDDEN.map(|c| format!("x{c}")).concat()
}

#[track_caller]
fn assert_visible(text: &str) {
    let found: Vec<_> = text.chars().filter(|c| HIDDEN.contains(c) || *c == '\u{7f}').collect();
    assert!(found.is_empty(), "{found:?} in {text:?}");
}

/// What the command prints on a terminal.
fn on_terminal(arguments: &[&str]) -> String {
    let terminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    let ours = command(arguments);
    let mut python = Command::new("python3");
    python.args(["-c", terminal]).arg(ours.get_program()).args(ours.get_args());
    for variable in ["TWILIO_AUTH_TOKEN", "CLICOLOR_FORCE"] {
        python.env_remove(variable);
    }
    python.env("NO_COLOR", "1");
    String::from_utf8(python.output().expect("python3").stdout).unwrap()
}

#[test]
fn a_document_is_exact_but_on_a_terminal() {
    let hidden = hidden();
    let references = HIDDEN.map(|c| format!("x&#x{:X};", u32::from(c))).concat();
    let path =
        file("hidden.xml", format!("<Response><Say a=\"{hidden}\">{hidden}</Say></Response>"));
    for arguments in
        [&["read", &path][..], &["build", "sip:a@example.com", "--action", "/a", "--say", &hidden]]
    {
        let exact = run(arguments).expect(0).stdout;
        assert_eq!(exact.matches(&hidden).count(), if arguments[0] == "read" { 2 } else { 1 });
        let shown = on_terminal(arguments).replace("\r\n", "\n");
        assert_visible(&shown);
        assert_eq!(shown, exact.replace(&hidden, &references));
        // It means the same.
        assert_eq!(run_with(&["read"], &shown).expect(0).stdout, exact);
    }
    // Lines and tabs are what they are.
    let pretty = ["read", &file("tab.xml", "<Response><Say>a\tb\nc</Say></Response>"), "--pretty"];
    assert_eq!(on_terminal(&pretty).replace("\r\n", "\n"), run(&pretty).expect(0).stdout);
}

#[test]
fn json_escapes_what_is_not_seen() {
    let hidden = hidden();
    let document = format!("<Response><Say>{hidden}</Say></Response>");
    let read = run_with(&["read", "--json"], &document).expect(0);
    assert_visible(&read.stdout);
    assert!(
        read.stdout.contains("\\u202e") && read.stdout.contains("\\udb40\\udc41"),
        "{}",
        read.stdout
    );
    assert_eq!(read.json()["verbs"][0]["text"], hidden);
}

#[test]
fn messages_and_lines_show_what_is_not_seen() {
    let hidden = hidden();
    let name = format!("a\u{202e}{hidden}");
    let shown = |text: String| {
        assert_visible(&text);
        assert!(text.contains('\u{fffd}') || text.contains("\\u{"), "{text}");
    };
    for (arguments, input) in [
        (&["read"][..], format!("<Response><{hidden}")),
        (&["read"], format!("<Response><Say>{hidden}</Sya></Response>")),
        (
            &["check"],
            format!(
                "<Response>{hidden}<Refer a=\"{hidden}\"><Sip>{hidden}</Sip></Refer></Response>"
            ),
        ),
        (&["callback"], format!("ReferCallStatus={hidden}&{hidden}={hidden}")),
        (&["uri", "-"], format!("sip:{hidden}@example.com")),
        (&["uri", &hidden], String::new()),
        (&["build", "sip:a@example.com", "--action", &hidden], String::new()),
        (&["build", &hidden], String::new()),
        (&["replay", "-"], format!("0 {hidden}")),
        (&["replay", "-"], format!("0 start\n1 response 202\n2 notify 200 reason={hidden}")),
        (
            &["replay", "--sip", "-"],
            format!(
                "REFER sip:a@b SIP/2.0\nCall-ID: {hidden}\nCSeq: 1 REFER\nFrom: a\nTo: b\n\
                 Refer-To: {hidden}\n\n"
            ),
        ),
        (&["simulate", &hidden], String::new()),
        (&["man", &hidden], String::new()),
        (&["check", &name], String::new()),
        (&[&hidden], String::new()),
    ] {
        let ran = run_with(arguments, input);
        shown(ran.stdout + &ran.stderr);
    }
    let app = Webhook::start(move |asked| match asked.path() {
        "/voice" => Reply::verbs(&format!(
            "<Say a=\"{hidden}\">{hidden}</Say><Redirect>/next?{hidden}</Redirect>"
        )),
        _ => Reply::text(200, &format!("<Response>{hidden}<")),
    });
    let ran = run(&["simulate", &app.url("/voice")]).expect(1);
    shown(ran.stdout);
    shown(ran.stderr);
}
