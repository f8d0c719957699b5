//! The files that belong to a store, by their names.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use assent_gate::time::Timestamp;

use crate::calendar::moment;

/// How the names of the files beside the store end.
pub(super) const LOCK: &str = ".lock";
pub(super) const LOG: &str = "-wal";
pub(super) const SHARED_MEMORY: &str = "-shm";

/// A file beside the store, whose name only ends otherwise.
pub(super) fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path.as_os_str());
    name.push(end);
    PathBuf::from(name)
}

/// Whether something is in the log. An empty one tells nothing: a reader makes it.
pub(super) fn has_log(path: &Path) -> bool {
    beside(path, LOG).metadata().is_ok_and(|log| log.len() > 0)
}

/// `assent.db.before-restore-20261129T215953Z`, or with a number behind it: nothing stands there yet.
pub(super) fn free_name(path: &Path, why: &str, now: Timestamp) -> PathBuf {
    let at: String = moment(now.0).chars().filter(char::is_ascii_alphanumeric).collect();
    let name = |n: u32| {
        let number = if n == 0 { String::new() } else { format!("-{n}") };
        beside(path, &format!(".{why}-{at}{number}"))
    };
    let is_free = |name: &PathBuf| {
        name.symlink_metadata().is_err() && beside(name, LOG).symlink_metadata().is_err()
    };
    (0..).map(name).find(is_free).expect("there are numbers enough")
}
