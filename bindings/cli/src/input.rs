//! Reading files and standard input: never more than a limit and one byte. What is larger is refused by
//! core, which sees that byte.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use same_file::Handle;

use crate::exit::{Failure, Result};

/// The name of standard input where a file is expected.
const STDIN: &str = "-";

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// Returns standard input where an optional file is left out.
pub(crate) fn or_stdin(path: Option<PathBuf>) -> PathBuf {
    path.unwrap_or_else(|| PathBuf::from(STDIN))
}

/// Returns the name that messages use.
pub(crate) fn name(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// Reads at most one byte more than `limit`.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let bytes = if is_stdin(path) {
        at_most(io::stdin().lock(), limit)
    } else {
        File::open(path).and_then(|file| at_most(file, limit))
    };
    bytes.map_err(|error| Failure::input(&name(path), &error))
}

/// Opens a file or standard input to be read as a stream.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| Failure::input(&name(path), &error))?;
    Ok(Box::new(file))
}

fn at_most(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns whether an input and another path are one regular file, by whatever names and links.
pub(crate) fn is_same_file(input: &Path, other: &Path) -> bool {
    let input = if is_stdin(input) { Handle::stdin() } else { Handle::from_path(input) };
    let same = || Ok::<_, io::Error>(input? == Handle::from_path(other)?);
    other.is_file() && same().unwrap_or(false)
}

/// Refuses to read standard input twice.
pub(crate) fn check_stdin_once<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<()> {
    if paths.into_iter().filter(|path| is_stdin(path)).count() > 1 {
        return Err(Failure::usage(
            "standard input (-) can be given once only: put the other into a file",
        ));
    }
    Ok(())
}

/// The lines of standard input, one at a time and each bounded.
pub(crate) struct Lines {
    reader: BufReader<io::Stdin>,
    limit: usize,
    ended: bool,
}

/// One line, without its end.
pub(crate) struct Line {
    pub(crate) bytes: Vec<u8>,
    /// The line is longer than the limit: `bytes` are its beginning, and no line follows.
    pub(crate) is_cut: bool,
}

impl Lines {
    pub(crate) fn of_stdin(limit: usize) -> Self {
        Self { reader: BufReader::new(io::stdin()), limit, ended: false }
    }

    /// Returns whether reading the next line may block.
    pub(crate) fn may_block(&self) -> bool {
        self.reader.buffer().is_empty()
    }

    pub(crate) fn next(&mut self) -> Result<Option<Line>> {
        if self.ended {
            return Ok(None);
        }
        // Room for CR LF after a line of exactly the limit.
        let mut reader = self.reader.by_ref().take(self.limit as u64 + 2);
        let mut bytes = Vec::new();
        reader.read_until(b'\n', &mut bytes).map_err(|error| Failure::input("<stdin>", &error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.pop_if(|byte| *byte == b'\n').is_some() {
            bytes.pop_if(|byte| *byte == b'\r');
        }
        self.ended = bytes.len() > self.limit;
        Ok(Some(Line { bytes, is_cut: self.ended }))
    }
}
