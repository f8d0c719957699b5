//! A module that this endpoint has been before.

use crate::module::{Module, ModuleHash};
use crate::store::engine::{self, Connection, OptionalExtension as _, params};

/// `None`: it has never been, or not for 24 months.
pub(in crate::store) fn kept(
    store: &Connection,
    hash: ModuleHash,
) -> engine::Result<Option<Module>> {
    let sql = "SELECT bytes, brotli FROM module WHERE hash = ?1";
    let read = |row: &engine::Row<'_>| {
        Ok(Module::new(row.get::<Vec<u8>>(0)?, row.get::<Option<Vec<u8>>>(1)?))
    };
    store.query_row(sql, params![hash.as_bytes()], read).optional()
}
