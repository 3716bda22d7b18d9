//! Running the binary, without anything of the surrounding environment that changes what it says.

use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The one line of JSON on standard output; standard error must be empty.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stderr, "");
        let line = self.stdout.strip_suffix('\n').expect("a final newline");
        assert!(!line.contains('\n'), "one object a line: {line}");
        serde_json::from_str(line).expect("JSON")
    }

    /// Every line as JSON.
    #[track_caller]
    pub(crate) fn json_lines(&self) -> Vec<Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    #[track_caller]
    pub(crate) fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        if status == 2 {
            assert_eq!(self.stdout, "", "nothing on standard output");
            assert_ne!(self.stderr, "", "a message");
        }
        self
    }

    /// The lines around a caret: the text and, below it, the column of its first caret.
    #[track_caller]
    pub(crate) fn pointed(&self) -> Vec<(String, usize)> {
        let both = format!("{}\n{}", self.stdout, self.stderr);
        let lines: Vec<&str> = both.lines().collect();
        let bar = |line: &str| line.split_once("| ").map(|(_, text)| text.to_owned());
        lines
            .windows(2)
            .filter_map(|pair| {
                let (text, marks) = (bar(pair[0])?, bar(pair[1])?);
                let only_marks = !marks.is_empty() && marks.chars().all(|c| " ^".contains(c));
                Some((text, marks.find('^').filter(|_| only_marks)?))
            })
            .collect()
    }
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_twiml-refer"));
    command.args(arguments);
    for variable in [
        "TWILIO_AUTH_TOKEN",
        "NO_COLOR",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "TERM",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
    ] {
        command.env_remove(variable);
    }
    command
}

pub(crate) fn run(arguments: &[&str]) -> Run {
    run_with(arguments, b"")
}

pub(crate) fn run_with(arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
    feed(command(arguments), input.as_ref())
}

/// With an auth token in the environment.
pub(crate) fn run_token(arguments: &[&str], input: impl AsRef<[u8]>) -> Run {
    let mut command = command(arguments);
    command.env("TWILIO_AUTH_TOKEN", "12345");
    feed(command, input.as_ref())
}

pub(crate) fn feed(mut command: Command, input: &[u8]) -> Run {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the command runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || match stdin.write_all(&input) {
        // Whoever has read enough does not wait for the rest.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => panic!("{error}"),
        _ => {}
    });
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the input was written");
    Run {
        status: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A file of this test alone.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content).expect("a temporary file");
    path.to_str().expect("UTF-8").to_owned()
}
