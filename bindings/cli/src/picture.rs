//! The file of `--svg`. It is opened before anything is done, so that a path that cannot be written
//! is known at once, and filled when all is known. What is drawn stands in `ladder`.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Failure;
use crate::input;
use crate::ladder::{Ladder, svg};
use crate::output;
use crate::render;

pub(crate) struct Picture {
    path: PathBuf,
    file: File,
    /// There was no such file, and nothing is written yet.
    is_bare: bool,
}

impl Picture {
    pub(crate) fn open(path: Option<&Path>) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        if input::is_stdin(path) {
            return Err(Failure::usage("--svg needs a file: standard output has the ladder"));
        }
        let is_bare = !path.exists();
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|error| failure(path, &error))?;
        Ok(Some(Self { path: path.to_owned(), file, is_bare }))
    }

    /// Draws them, one below the other; if there are none, the file stays what it was.
    pub(crate) fn draw(mut self, ladders: &[Ladder]) -> Result<(), Failure> {
        if ladders.is_empty() {
            let message = format!("there is no transfer to draw into {}", self.path.display());
            output::complain(&render::warning(&message, &render::for_stderr()));
            return Ok(());
        }
        self.is_bare = false;
        self.write(svg::draw(ladders).as_bytes()).map_err(|error| failure(&self.path, &error))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        // What is no regular file has no length to take away.
        if self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        self.file.write_all(bytes)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        if self.is_bare {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(&format!("cannot write {}: {error}", path.display()))
}
