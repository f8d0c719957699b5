//! The store's own affairs, as `assent store` does them: mostly a file's. A server may run beside a backup only.

use std::path::{Path, PathBuf};

use assent_gate::time::Timestamp;

use super::engine::Whose;
use super::error::{Result, StoreError};
use super::file::{self, Restored};
use super::restored::{self, Unsent};
use super::stage::{Stage, Watch};
use super::{Store, database, writer};
use crate::store_place::StorePlace;

const BACKUP: &str = "A PostgreSQL is backed up by its own means, without a stop: pgBackRest or WAL-G keep its log, \
                      `pg_dump` makes a copy of one moment (docs/postgres.md#backup)";
const RESTORE: &str = "A PostgreSQL is restored by its own means; before an endpoint starts on an earlier state, \
                       end what waits in it (docs/postgres.md#backup)";

impl Store {
    /// Makes the backup `to`, which must not be there yet; how large it is.
    pub fn back_up(place: &StorePlace, to: &Path, watch: Watch<'_>) -> Result<u64> {
        file::back_up(of_file(place, BACKUP)?, to, watch)
    }

    /// `backup` becomes the store; nothing that waits in it is sent.
    pub fn restore(
        place: &StorePlace,
        backup: &Path,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Restored<Unsent>> {
        let of = [Whose::Nobodys];
        let unsent =
            |connection: &_| writer::at_once(connection, &of, |tx| restored::rows(tx, now));
        file::restore(of_file(place, RESTORE)?, backup, now, unsent, watch)
    }

    /// Everything of the store in this file into an empty database; how many rows. No server starts on the file any
    /// more.
    pub fn copy(from: &Path, to: &StorePlace, watch: Watch<'_>) -> Result<u64> {
        let StorePlace::Database(to) = to else {
            return Err(StoreError::IsFile { path: from.to_owned() });
        };
        if !from.exists() {
            return Err(StoreError::Missing { path: from.to_owned() });
        }
        let lock = file::lock(from)?;
        let store = file::open_at_rest(from, &lock)?;
        let rows = database::fill(to, &store, &|n| watch(Stage::Filling(n)))?;
        file::retire(&store)?;
        Ok(rows)
    }

    /// Makes the store of an earlier release one of this. `None`: it is one already; else how many
    /// steps that took, and where the copy from before lies.
    pub fn migrate(
        place: &StorePlace,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<Option<(usize, PathBuf)>> {
        match place {
            StorePlace::File(path) => file::migrate(path, now, watch),
            // Nothing was released before the present tables: there is no step yet.
            StorePlace::Database(place) => database::open_to_read(place).map(|_| None),
        }
    }
}

/// `instead`: what is done with a database.
fn of_file<'a>(place: &'a StorePlace, instead: &'static str) -> Result<&'a Path> {
    let store = || place.to_string();
    place.file().ok_or_else(|| StoreError::IsDatabase { store: store(), instead })
}
