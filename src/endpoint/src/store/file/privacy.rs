//! The store holds hashed identities and shoppers' addresses: of its files nobody else on the machine may
//! read any. A group may, where somebody has set it so, as for a replicator of another user.

use std::fs::{self, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::names::{LOCK, LOG, SHARED_MEMORY, beside};
use crate::store::error::{Result, StoreError};

/// What others may do with a file.
const OTHERS: u32 = 0o007;
const OWNER_ONLY: u32 = 0o600;

/// Takes from others what they may do, and says so; an error where that cannot be done.
pub(super) fn guard(path: &Path) -> Result<()> {
    for end in ["", LOG, SHARED_MEMORY, LOCK] {
        let file = beside(path, end);
        let mode = match fs::metadata(&file) {
            Ok(metadata) => metadata.permissions().mode() & 0o7777,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(source) => return Err(StoreError::File { path: file, source }),
        };
        if mode & OTHERS == 0 {
            continue;
        }
        fs::set_permissions(&file, Permissions::from_mode(OWNER_ONLY))
            .map_err(|source| StoreError::Exposed { path: file.clone(), mode, source })?;
        tracing::warn!(
            file = %file.display(),
            mode = format!("{mode:04o}"),
            "others on this machine could open this file, which holds hashed identities and \
             shoppers' addresses; it is 0600 now. Who may have read it? Look at what makes it so (a \
             copy, a umask, a deployment)"
        );
    }
    Ok(())
}
