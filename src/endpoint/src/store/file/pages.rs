//! Whether the file's pages hold together.

use std::path::Path;

use rusqlite::Connection;

use crate::store::error::{Result, StoreError};

/// A file up to this size is looked through at every start: that takes about a second.
const SOON: i64 = 256 * 1024 * 1024;

/// What is wrong, in SQLite's words: of pages, nothing of what is in them. Empty where all is well.
pub(in crate::store) fn faults(connection: &Connection) -> Result<Vec<String>> {
    of(connection, "PRAGMA integrity_check(10)")
}

/// The bytes of all pages that hold something.
pub(super) fn in_use(connection: &Connection) -> Result<u64> {
    let of = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let pages = of("PRAGMA page_count")? - of("PRAGMA freelist_count")?;
    Ok(u64::try_from(pages * of("PRAGMA page_size")?).unwrap_or(0))
}

pub(super) fn whole(connection: &Connection, path: &Path) -> Result<()> {
    refuse(faults(connection)?, path)
}

/// The same without a look at what the indices say, and nothing of a large file. Whether it was
/// looked at.
pub(super) fn whole_at_start(connection: &Connection, path: &Path) -> Result<bool> {
    let (count, size): (i64, i64) = (
        connection.query_row("PRAGMA page_count", [], |row| row.get(0))?,
        connection.query_row("PRAGMA page_size", [], |row| row.get(0))?,
    );
    if count * size > SOON {
        return Ok(false);
    }
    refuse(of(connection, "PRAGMA quick_check(10)")?, path)?;
    Ok(true)
}

fn of(connection: &Connection, pragma: &str) -> Result<Vec<String>> {
    let mut statement = connection.prepare(pragma)?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
    let lines: Vec<String> = lines.collect::<std::result::Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

fn refuse(faults: Vec<String>, path: &Path) -> Result<()> {
    match faults.into_iter().next() {
        None => Ok(()),
        Some(what) => Err(StoreError::Broken { path: path.to_owned(), what }),
    }
}
