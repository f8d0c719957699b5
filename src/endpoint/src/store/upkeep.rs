//! The file's own affairs, as `assent store` does them. A server may run beside a backup only.

use std::path::{Path, PathBuf};

use assent_gate::time::Timestamp;

use super::error::Result;
use super::file::{self, Restored};
use super::restored::{self, Unsent};
use super::stage::Watch;
use super::{Store, writer};

impl Store {
    /// Makes the backup `to`, which must not be there yet; how large it is.
    pub fn back_up(path: &Path, to: &Path, watch: Watch<'_>) -> Result<u64> {
        file::back_up(path, to, watch)
    }

    /// `backup` becomes the store; nothing that waits in it is sent.
    pub fn restore(
        path: &Path,
        backup: &Path,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Restored<Unsent>> {
        let unsent = |connection: &_| writer::at_once(connection, |tx| restored::rows(tx, now));
        file::restore(path, backup, now, unsent, watch)
    }

    /// Makes the store of an earlier release one of this. `None`: it is one already; else how many
    /// steps that took, and where the copy from before lies.
    pub fn migrate(
        path: &Path,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Option<(usize, PathBuf)>> {
        file::migrate(path, now, watch)
    }
}
