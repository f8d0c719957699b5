//! A module that this endpoint has been before.

use rusqlite::{Connection, OptionalExtension as _};

use crate::module::{Module, ModuleHash};

/// `None`: it has never been, or not for 24 months.
pub(in crate::store) fn kept(
    store: &Connection,
    hash: ModuleHash,
) -> rusqlite::Result<Option<Module>> {
    let sql = "SELECT bytes, brotli FROM module WHERE hash = ?1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Module::new(row.get::<_, Vec<u8>>(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
    };
    store.query_row(sql, [hash.as_bytes()], read).optional()
}
