//! A file that only its owner may read, and that appears under its name when it is complete and on
//! disk. Until then it lies beside it under a name that nobody can foresee, and is always a new
//! file: a link that somebody has laid there leads nowhere.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::clock::dice;

/// Between its name and this are the dice's digits.
const PART: &str = ".part";
const DICE: usize = 16;

/// It is deleted where it is not finished.
#[derive(Debug)]
pub(crate) struct Unfinished {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl Unfinished {
    /// The name begins with that of the file, so that whoever deletes what belongs to it finds it. What a
    /// process that was killed has left of the same file goes.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        let own = path.file_name().unwrap_or_default();
        remove_parts(path, |of| of == own.as_bytes())?;
        let mut name = OsString::from(path.file_name().unwrap_or_default());
        name.push(format!(".{:016x}{PART}", dice()));
        let part = path.with_file_name(name);
        let file =
            File::options().read(true).write(true).create_new(true).mode(0o600).open(&part)?;
        Ok(Self { file, part, path: path.to_owned() })
    }

    /// Where it lies until it is finished.
    pub(crate) fn part(&self) -> &Path {
        &self.part
    }

    /// Puts it in the place of what stood there.
    pub(crate) fn replace(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        sync_folder(&self.path)
    }

    /// Puts it there if nothing stands there: a rename would not ask.
    pub(crate) fn place(self) -> io::Result<()> {
        self.file.sync_all()?;
        match fs::hard_link(&self.part, &self.path) {
            Ok(()) => fs::remove_file(&self.part)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
            // vfat, CIFS and some others have no links.
            Err(_) => self.place_without_link()?,
        }
        sync_folder(&self.path)
    }

    /// An empty file of our own keeps the place; that is what the rename puts away. A kill between the two
    /// leaves it there, empty.
    fn place_without_link(&self) -> io::Result<()> {
        File::options().write(true).create_new(true).mode(0o600).open(&self.path)?;
        fs::rename(&self.part, &self.path).inspect_err(|_| {
            let _ = fs::remove_file(&self.path);
        })
    }
}

impl Write for &Unfinished {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.file).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.file).flush()
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After it was finished there is none. The first fault is the one that is reported.
        let _ = fs::remove_file(&self.part);
    }
}

/// Removes what killed processes have left, in the folder of `beside`, of the files that `is_of` tells
/// by their names; with what SQLite has laid beside it.
pub(crate) fn remove_parts(beside: &Path, is_of: impl Fn(&[u8]) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(folder(beside))? {
        let entry = entry?;
        if of_part(entry.file_name().as_bytes()).is_some_and(&is_of) {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
    }
    Ok(())
}

/// The name of the file that this is a part of; `None`: it is none.
fn of_part(name: &[u8]) -> Option<&[u8]> {
    let name = name.strip_suffix(b"-journal").unwrap_or(name).strip_suffix(PART.as_bytes())?;
    let (of, dice) = name.split_at_checked(name.len().checked_sub(DICE)?)?;
    dice.iter().all(u8::is_ascii_hexdigit).then(|| of.strip_suffix(b"."))?
}

/// That a file is there under this name must survive a power loss as well as what is in it.
pub(crate) fn sync_folder(of: &Path) -> io::Result<()> {
    File::open(folder(of)).and_then(|folder| folder.sync_all())
}

fn folder(of: &Path) -> &Path {
    of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).expect("a folder");
        let name = |entry: io::Result<fs::DirEntry>| entry.expect("an entry").file_name();
        let mut names: Vec<String> =
            names.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_one_removes_what_was_left_of_the_same_file_and_of_no_other() {
        let dir = tempfile::TempDir::new().expect("a folder");
        for name in [
            "out.db.0123456789abcdef.part",
            "out.db.0123456789abcdef.part-journal",
            "out.db.more.0123456789abcdef.part",
            "out.db.0123456789abcdeg.part",
            "out.db.part",
            "ut.db.0123456789abcdef.part",
        ] {
            fs::write(dir.path().join(name), "").expect("a file");
        }
        let new = Unfinished::beside(&dir.path().join("out.db")).expect("a file");
        let own = new.part().file_name().expect("a name").to_string_lossy().into_owned();
        drop(new);
        assert!(!own.is_empty() && of_part(own.as_bytes()) == Some(b"out.db"));
        assert_eq!(
            names(dir.path()),
            [
                "out.db.0123456789abcdeg.part",
                "out.db.more.0123456789abcdef.part",
                "out.db.part",
                "ut.db.0123456789abcdef.part"
            ]
        );
    }

    #[test]
    fn where_there_are_no_links_it_takes_its_place_and_nobody_elses() {
        let dir = tempfile::TempDir::new().expect("a folder");
        let path = dir.path().join("out");
        let new = Unfinished::beside(&path).expect("a file");
        (&new).write_all(b"whole").expect("written");
        new.place_without_link().expect("nothing stands there");
        assert_eq!(fs::read(&path).expect("a file"), b"whole");
        let second = Unfinished::beside(&path).expect("a file");
        let refused = second.place_without_link().expect_err("something stands there");
        assert_eq!(refused.kind(), ErrorKind::AlreadyExists);
        drop((new, second));
        assert_eq!(names(dir.path()), ["out"]);
        assert_eq!(fs::read(&path).expect("a file"), b"whole");
    }
}
