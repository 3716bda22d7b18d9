//! Reading files and standard input, never more than a limit and one byte: what is larger is
//! refused by core, which sees that byte.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// The name of standard input where a file is expected.
const STDIN: &str = "-";

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == STDIN
}

/// The file of an optional argument: standard input if it is left out.
pub(crate) fn or_stdin(path: Option<PathBuf>) -> PathBuf {
    path.unwrap_or_else(|| PathBuf::from(STDIN))
}

/// How messages call it.
pub(crate) fn name(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() }
}

/// The first bytes, one more than `limit` where there are as many.
pub(crate) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let failure = |error| Failure::input(&name(path), &error);
    if is_stdin(path) {
        read_from(io::stdin().lock(), limit).map_err(failure)
    } else {
        File::open(path).and_then(|file| read_from(file, limit)).map_err(failure)
    }
}

/// A file or standard input, to be read as a stream.
pub(crate) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Failure> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin()));
    }
    let file = File::open(path).map_err(|error| Failure::input(&name(path), &error))?;
    Ok(Box::new(file))
}

/// Whether an input and another path are one regular file, by whatever names and links.
#[cfg(unix)]
pub(crate) fn is_same_file(input: &Path, other: &Path) -> bool {
    use std::fs::{Metadata, metadata};
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;

    let identity = |it: Metadata| it.is_file().then(|| (it.dev(), it.ino()));
    let of_stdin = || File::from(io::stdin().as_fd().try_clone_to_owned()?).metadata();
    let input = if is_stdin(input) { of_stdin() } else { metadata(input) };
    let (input, other) = (input.ok().and_then(identity), metadata(other).ok().and_then(identity));
    input.is_some() && input == other
}

/// Whether an input and another path are one file.
#[cfg(not(unix))]
pub(crate) fn is_same_file(input: &Path, other: &Path) -> bool {
    let (input, other) = (input.canonicalize().ok(), other.canonicalize().ok());
    input.is_some() && input == other
}

fn read_from(reader: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader
        .take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Standard input can be read once.
pub(crate) fn check_stdin_once<'a>(
    paths: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<(), Failure> {
    if paths.into_iter().filter(|path| is_stdin(path)).count() > 1 {
        Err(Failure::usage("standard input (-) can be given once only; put the other into a file"))
    } else {
        Ok(())
    }
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
    /// It is longer than the limit: what is here is its beginning, and no line will follow.
    pub(crate) is_cut: bool,
}

impl Lines {
    pub(crate) fn of_stdin(limit: usize) -> Self {
        Self { reader: BufReader::new(io::stdin()), limit, ended: false }
    }

    /// Whether the next line may have to be waited for.
    pub(crate) fn may_wait(&self) -> bool {
        self.reader.buffer().is_empty()
    }

    pub(crate) fn next(&mut self) -> Result<Option<Line>, Failure> {
        if self.ended {
            return Ok(None);
        }
        // Room for the end of a line (CR LF) behind one that just fits.
        let most = u64::try_from(self.limit).unwrap_or(u64::MAX).saturating_add(2);
        let mut bytes = Vec::new();
        self.reader
            .by_ref()
            .take(most)
            .read_until(b'\n', &mut bytes)
            .map_err(|error| Failure::input("<stdin>", &error))?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        let is_cut = bytes.len() > self.limit;
        self.ended = is_cut;
        Ok(Some(Line { bytes, is_cut }))
    }
}
