//! The file of `--svg`. Whether it can be written is found out before anything is done; it is written when all
//! is known, into a file beside it that then takes its place: what was there stays whole until then. What is
//! drawn stands in `ladder`.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::exit::Failure;
use crate::input;
use crate::ladder::{Ladder, svg};
use crate::output;
use crate::render;

pub(crate) struct Picture {
    /// As it was given.
    path: PathBuf,
    place: Place,
}

enum Place {
    /// A regular file, or none yet: it is replaced.
    File(PathBuf),
    /// A pipe or a device.
    Stream(File),
}

impl Picture {
    /// No file of `inputs`, by whatever name, is written.
    pub(crate) fn open<'a>(
        path: Option<&Path>,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        if input::is_stdin(path) {
            return Err(Failure::usage("--svg needs a file: standard output has the ladder"));
        }
        for input in inputs {
            if input::is_same_file(input, path) {
                let (path, input) = (path.display(), input::name(input));
                let message =
                    format!("--svg {path} would overwrite the input {input}: name another file");
                return Err(Failure::usage(&message));
            }
        }
        let place = place(path).map_err(|error| failure(path, &error))?;
        Ok(Some(Self { path: path.to_owned(), place }))
    }

    /// Draws them, one below the other; if there are none, the file stays what it was.
    pub(crate) fn draw(self, ladders: &[Ladder]) -> Result<(), Failure> {
        if ladders.is_empty() {
            let message = format!("there is no transfer to draw into {}", self.path.display());
            output::complain(&render::warning(&message, &render::for_stderr()));
            return Ok(());
        }
        let picture = svg::draw(ladders);
        match self.place {
            Place::Stream(mut file) => file.write_all(picture.as_bytes()),
            Place::File(path) => replace(&path, picture.as_bytes()),
        }
        .map_err(|error| failure(&self.path, &error))
    }
}

/// Where a link leads, its file is replaced, not the link.
fn place(path: &Path) -> io::Result<Place> {
    if !path.exists() {
        if fs::symlink_metadata(path).is_ok() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "dangling symbolic link"));
        }
        beside(path).and_then(|(temporary, _)| fs::remove_file(temporary))?;
        return Ok(Place::File(path.to_owned()));
    }
    let file = OpenOptions::new().write(true).open(path)?;
    if !file.metadata()?.is_file() {
        return Ok(Place::Stream(file));
    }
    let path = fs::canonicalize(path)?;
    beside(&path).and_then(|(temporary, _)| fs::remove_file(temporary))?;
    Ok(Place::File(path))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path).map(|old| old.permissions());
    let (temporary, mut file) = beside(path)?;
    let written = file
        .write_all(bytes)
        .and_then(|()| permissions.map_or(Ok(()), |old| file.set_permissions(old)))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A new file in the same folder.
fn beside(path: &Path) -> io::Result<(PathBuf, File)> {
    let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let mut hidden = OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    let path = path.with_file_name(hidden);
    let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
    Ok((path, file))
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(&format!("cannot write {}: {error}", path.display()))
}
