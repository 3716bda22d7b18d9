//! What every command has in common: help, usage, colour, and the output's end.

use std::io::Read;
use std::path::Path;
use std::process::{self, Command, Stdio};
use std::{env, fs};

use crate::run::{command, feed, run};
use crate::simulate::app;

const COMMANDS: [&str; 14] = [
    "build",
    "uri",
    "check",
    "read",
    "callback",
    "sign",
    "verify",
    "rest",
    "replay",
    "simulate",
    "emulate",
    "demo",
    "completions",
    "man",
];

#[test]
fn every_command_has_help_with_an_example() {
    let help = run(&["--help"]).expect(0);
    assert_eq!(help.stderr, "");
    assert!(help.stdout.contains("Example:\n  twiml-refer "), "{}", help.stdout);
    for name in COMMANDS {
        assert!(help.stdout.contains(&format!("\n  {name} ")), "{name}: {}", help.stdout);
        let own = run(&[name, "--help"]).expect(0);
        assert!(own.stdout.contains(&format!("Usage: twiml-refer {name}")), "{}", own.stdout);
        let (_, example) = own.stdout.split_once("Example:\n  ").expect(name);
        assert!(example.contains(&format!("twiml-refer {name}")), "{example}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let expected = format!("twiml-refer {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"]).expect(0).stdout, expected);
}

#[test]
fn wrong_usage_is_two() {
    for arguments in [&[][..], &["bogus"], &["uri"], &["uri", "--bogus"], &["check", "a", "b"]] {
        run(arguments).expect(2);
    }
    let shown = run(&["uri", "--\u{1b}[31m"]).expect(2);
    assert!(!shown.stderr.contains('\u{1b}'), "{:?}", shown.stderr);
}

#[test]
fn a_file_that_cannot_be_read_is_two() {
    for name in ["check", "read", "callback"] {
        for path in ["/nonexistent/file", env!("CARGO_TARGET_TMPDIR")] {
            for arguments in [&[name, path][..], &[name, path, "--json"]] {
                let failed = run(arguments).expect(2);
                assert!(
                    failed.stderr.contains(&format!("cannot read {path}")),
                    "{}",
                    failed.stderr
                );
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_two() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [
        &["build", "sip:a@example.com"][..],
        &["uri", "sip:a@example.com", "--json"],
        &["completions", "zsh"],
        &["man"],
        &["demo"],
        &["--help"],
    ] {
        let status = command(arguments)
            .stdin(Stdio::null())
            .stdout(full())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let many = "sip:alice@example.com?X-Twilio-A=1\nsip:\n".repeat(20_000);
    for arguments in [&["uri", "-", "--json"][..], &["uri", "-"]] {
        let mut child = command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = many.clone();
        let writer = std::thread::spawn(move || {
            // It is meant to stop reading before the end.
            let _ = std::io::Write::write_all(&mut stdin, input.as_bytes());
        });
        let mut errors = child.stderr.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            errors.read_to_string(&mut text).map(|_| text).unwrap()
        });
        let mut stdout = child.stdout.take().unwrap();
        let mut some = [0; 10];
        stdout.read_exact(&mut some).unwrap();
        drop(stdout);
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
        writer.join().unwrap();
        let errors = reader.join().unwrap();
        assert!(!errors.contains("panicked") && !errors.contains("cannot write"), "{errors}");
        if arguments.contains(&"--json") {
            assert_eq!(errors, "");
        }
    }
    for arguments in [
        &["--help"][..],
        &["build", "sip:a@example.com", "--json"],
        &["man"],
        &["demo", "--json"],
        &["completions", "fish"],
    ] {
        let mut child = command(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments:?}");
    }
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let coloured = |variables: &[(&str, &str)]| {
        let mut command = command(&["build", "sip:alice@example.com?To=1"]);
        command.envs(variables.iter().copied());
        feed(command, b"").expect(0).stderr.contains('\u{1b}')
    };
    assert!(!coloured(&[]), "a pipe is not a terminal");
    assert!(coloured(&[("CLICOLOR_FORCE", "1")]), "as if it were one");
    assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
    let mut help = command(&["--help"]);
    help.env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1");
    assert!(!feed(help, b"").expect(0).stdout.contains('\u{1b}'));
}

#[test]
fn json_has_no_colour() {
    let mut command = command(&["check", "--json"]);
    command.env("CLICOLOR_FORCE", "1");
    assert!(!feed(command, b"<Response><Refer/></Response>").expect(1).stdout.contains('\u{1b}'));
}

#[test]
fn completions_name_every_command() {
    for shell in ["bash", "zsh", "fish"] {
        let script = run(&["completions", shell]).expect(0).stdout;
        for name in COMMANDS {
            assert!(script.contains(name), "{shell}: {name}");
        }
        assert!(script.contains("token-file"), "{shell}");
    }
    run(&["completions", "tcsh"]).expect(2);
}

#[cfg(unix)]
#[test]
fn bash_accepts_its_completions() {
    let script = run(&["completions", "bash"]).expect(0).stdout;
    let Ok(status) = std::process::Command::new("bash").args(["-n", "-c", &script]).status() else {
        return; // there is no bash here
    };
    assert!(status.success());
}

#[test]
fn manual_pages_are_roff_with_a_title() {
    let page = run(&["man"]).expect(0).stdout;
    assert!(page.contains(".TH twiml-refer 1"), "{page}");
    for name in COMMANDS {
        assert!(page.contains(&format!("twiml\\-refer\\-{name}(1)")), "{name}: {page}");
        let own = run(&["man", name]).expect(0).stdout;
        assert!(own.contains(&format!(".TH twiml-refer-{name} 1")), "{own}");
    }
    run(&["man", "bogus"]).expect(2);
}

/// What README shows for the shell, one block after the other in an empty folder, with an app where it
/// says that one runs. Not the tests themselves, nor the picture, which `picture` holds fresh, nor `emulate`, which
/// waits for a phone: `tests/run sip` has some.
#[test]
fn the_readme_runs() {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = fs::read_to_string(project.join("README.md")).unwrap();
    let blocks = readme.split("\n```sh\n").skip(1).map(|block| block.split("```").next().unwrap());
    let is_left_out = |block: &str| {
        block == "tests/run\n" || block.contains("replay.svg") || block.contains("emulate")
    };
    let app = app();
    let script = blocks
        .filter(|block| !is_left_out(block))
        .collect::<String>()
        .replace("cargo run -q --bin twiml-refer --", "twiml-refer")
        .replace("http://localhost:8080/voice", &app.url("/voice"));
    let folder = env::temp_dir().join(format!("twiml-refer-readme-{}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    let ours = Path::new(env!("CARGO_BIN_EXE_twiml-refer")).parent().unwrap();
    let path = env::join_paths([ours, Path::new("/usr/bin"), Path::new("/bin")]).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-ec", &script]).current_dir(&folder).env("PATH", path);
    let ran = feed(shell, b"").expect(0);
    fs::remove_dir_all(&folder).unwrap();
    for said in [
        "4. hangup:",
        "no diagnostics",
        r#""kind":"transferred""#,
        "outcome: target-failed",
        "tried   https://voice.example.com/handleRefer",
    ] {
        assert!(ran.stdout.contains(said), "{said}\n{}", ran.stdout);
    }
}
