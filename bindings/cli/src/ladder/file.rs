//! The file of `--svg`. Whether it can be written is checked before anything is done; the picture then
//! replaces the old file as a whole.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::{Ladder, svg};
use crate::console;
use crate::exit::{Failure, Result};
use crate::input;
use crate::message;

/// A file for a picture.
pub(crate) struct SvgFile {
    /// The path as it was given.
    path: PathBuf,
    place: Place,
}

enum Place {
    /// A regular file, or none yet: it is replaced.
    File(PathBuf),
    /// A pipe or a device.
    Stream(File),
}

impl SvgFile {
    /// Refuses to overwrite one of the `inputs`, by whatever name.
    pub(crate) fn open<'a>(
        path: Option<&Path>,
        inputs: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Option<Self>> {
        let Some(path) = path else { return Ok(None) };
        if input::is_stdin(path) {
            return Err(Failure::usage("--svg needs a file: standard output has the ladder"));
        }
        if let Some(input) = inputs.into_iter().find(|input| input::is_same_file(input, path)) {
            let (path, input) = (path.display(), input::name(input));
            let text = format!("--svg {path} would overwrite the input {input}: name another file");
            return Err(Failure::usage(&text));
        }
        let place = Place::find(path).map_err(|error| failure(path, &error))?;
        Ok(Some(Self { path: path.to_owned(), place }))
    }

    /// Draws the ladders. Without any, the file stays as it is.
    pub(crate) fn draw(self, ladders: &[Ladder]) -> Result<()> {
        if ladders.is_empty() {
            let text = format!("there is no transfer to draw into {}", self.path.display());
            console::print_error(&message::warning(&text));
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

impl Place {
    /// Follows a link: its target is replaced, not the link.
    fn find(path: &Path) -> io::Result<Self> {
        if !path.exists() {
            if path.is_symlink() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "dangling symbolic link"));
            }
            return temporary(path).map(|_| Self::File(path.to_owned()));
        }
        let file = OpenOptions::new().write(true).open(path)?;
        if !file.metadata()?.is_file() {
            return Ok(Self::Stream(file));
        }
        let path = fs::canonicalize(path)?;
        temporary(&path).map(|_| Self::File(path))
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary(path)?;
    file.write_all(bytes)?;
    if let Ok(old) = fs::metadata(path) {
        file.as_file().set_permissions(old.permissions())?;
    }
    file.persist(path)?;
    Ok(())
}

/// Creates a file in the same folder, with the permissions of any new file.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

fn failure(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(&format!("cannot write {}: {error}", path.display()))
}
