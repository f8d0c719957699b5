//! A file that only its owner may read, and that appears under its name when it is complete and on
//! disk. Until then it lies beside it under a name that nobody can foresee, and is always a new
//! file: a link that somebody has laid there leads nowhere.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::clock::dice;

/// It is deleted where it is not finished.
#[derive(Debug)]
pub(crate) struct Unfinished {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl Unfinished {
    /// The name begins with that of the file, so that whoever deletes what belongs to it finds it.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        let mut name = OsString::from(path.file_name().unwrap_or_default());
        name.push(format!(".{:016x}.part", dice()));
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
        fs::hard_link(&self.part, &self.path)?;
        fs::remove_file(&self.part)?;
        sync_folder(&self.path)
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

/// That a file is there under this name must survive a power loss as well as what is in it.
pub(crate) fn sync_folder(of: &Path) -> io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}
