//! How much room is left where the store is.

use std::path::Path;

/// Bytes that this user may still write on the disk of this file. `None`: it cannot be asked.
pub(crate) fn free(file: &Path) -> Option<u64> {
    let folder =
        file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let disk = rustix::fs::statvfs(folder).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}
