//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest that we test with, and say to support.
const OLDEST: u32 = 14;
/// Debian and Ubuntu keep a folder for each version, none of them on the PATH.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder with `initdb`, `postgres` and `psql`, and their version.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    pub(crate) version: u32,
}

impl Programs {
    /// The one that `$POSTGRESQL_BIN` names, else the newest.
    ///
    /// # Panics
    /// Says what to install, if there is none.
    pub(crate) fn find() -> Self {
        let told = std::env::var_os("POSTGRESQL_BIN").map(PathBuf::from);
        let folders = told.map_or_else(candidates, |folder| vec![folder]);
        folders
            .iter()
            .filter_map(|folder| Self::at(folder))
            .filter(|found| found.version >= OLDEST)
            .max_by_key(|found| found.version)
            .unwrap_or_else(|| panic!("{}", how_to(&folders)))
    }

    fn at(folder: &Path) -> Option<Self> {
        let [_, _, server] = ["initdb", "psql", "postgres"].map(|name| folder.join(name));
        let told = Command::new(&server).arg("--version").output().ok()?;
        let told = String::from_utf8(told.stdout).ok()?;
        // postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)
        let (_, version) = told.split_once("(PostgreSQL) ")?;
        let major = version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()?;
        let whole = ["initdb", "psql"].iter().all(|name| folder.join(name).is_file());
        whole.then(|| Self { folder: folder.to_owned(), version: major })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn candidates() -> Vec<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.chain(std::env::split_paths(&path)).collect()
}

fn how_to(looked: &[PathBuf]) -> String {
    let looked: Vec<_> = looked.iter().map(|folder| folder.display().to_string()).collect();
    format!(
        "These tests need PostgreSQL {OLDEST} or newer (initdb, postgres, psql), and there is none in {}. \
         Install it (Debian: apt-get install -y --no-install-recommends postgresql; macOS: brew install postgresql@17), \
         or set POSTGRESQL_BIN to its folder.",
        looked.join(", ")
    )
}
