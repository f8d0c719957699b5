//! A backup takes the store's place. The new store is made whole beside it first, with everything a
//! restore means for its rows; then the old one is moved aside with its log. Whatever breaks that off, no
//! server starts on half of it: while `<store>.restored` is there, none opens the store.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use assent_gate::time::Timestamp;
use rusqlite::{Connection, OpenFlags};

use super::mark::{self, Doubt, Mark};
use super::names::{LOG, SHARED_MEMORY, beside, free_name, has_log};
use super::{copy, migrations, pages};
use crate::private_file::{Unfinished, sync_folder};
use crate::store::engine;
use crate::store::error::{Result, StoreError};
use crate::store::stage::{Stage, Watch};

/// The new store is complete, and waits for its place.
const WAITING: &str = ".restored";

/// What a restore has done.
#[derive(Debug)]
pub struct Restored<T> {
    /// What it meant for the rows.
    pub rows: T,
    /// Where the old store lies now; `None`: there was none.
    pub aside: Option<PathBuf>,
    /// The backup is a copy from under a server, without the log that belongs to it.
    pub lacks_log: bool,
}

/// A restore was broken off after the old store may have been moved: no server may go on with what is
/// there.
pub(super) fn is_unfinished(path: &Path) -> bool {
    beside(path, WAITING).symlink_metadata().is_ok()
}

/// `rows` is done with the new store before it takes its place. Whoever calls holds the store's `lock`.
pub(in crate::store) fn restore<T>(
    path: &Path,
    lock: &File,
    backup: &Path,
    schema: i64,
    now: Timestamp,
    rows: impl FnOnce(&engine::Connection) -> Result<T>,
    watch: Watch<'_>,
) -> Result<Restored<T>> {
    let fault = |source| StoreError::File { path: path.to_owned(), source };
    let waiting = beside(path, WAITING);
    let new = Unfinished::beside(&waiting).map_err(fault)?;
    let lacks_log = copy_of(backup, schema, new.part(), watch)?;
    // A run of its own: no copy of before may be taken for what becomes of this.
    let run = mark::begin(lock).map_err(fault)?;
    watch(Stage::Pages);
    let rows = make_ready(new.part(), backup, schema, run, rows)?;
    new.replace().map_err(fault)?;
    let aside = move_aside(path, now).map_err(fault)?;
    fs::rename(&waiting, path).and_then(|()| sync_folder(path)).map_err(fault)?;
    mark::settle(lock, run).map_err(fault)?;
    Ok(Restored { rows, aside, lacks_log })
}

/// With its log, where one is beside it. The backup itself is only read.
fn copy_of(backup: &Path, schema: i64, to: &Path, watch: Watch<'_>) -> Result<bool> {
    let fault = |source| StoreError::File { path: backup.to_owned(), source };
    let is_empty = fs::metadata(backup).map_err(fault)?.len() == 0;
    let had_log = has_log(backup);
    let source = Connection::open_with_flags(backup, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if is_empty || migrations::age(&source, schema)? == migrations::Age::New {
        return Err(StoreError::NoTables { path: backup.to_owned() });
    }
    let doubt = mark::doubt(backup, mark::read(&source)?, had_log);
    copy::into(&source, to, watch)?;
    Ok(doubt == Some(Doubt::LacksLog))
}

/// Nobody else knows this file yet: it is made durable as a whole afterwards.
fn make_ready<T>(
    new: &Path,
    backup: &Path,
    schema: i64,
    run: i64,
    rows: impl FnOnce(&engine::Connection) -> Result<T>,
) -> Result<T> {
    let mut connection = Connection::open_with_flags(new, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch(
        "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;",
    )?;
    pages::whole(&connection, backup)?;
    migrations::migrate(&mut connection, schema)?;
    let connection = engine::Connection::from(connection);
    let done = rows(&connection)?;
    connection.sqlite().map_or(Ok(()), |file| mark::write(file, Mark::AtRest { run }))?;
    connection.close_file()?;
    Ok(done)
}

/// The store first: SQLite takes no log for a file that is not there.
fn move_aside(path: &Path, now: Timestamp) -> io::Result<Option<PathBuf>> {
    let aside = free_name(path, "before-restore", now);
    let (store, log) = (rename(path, &aside)?, rename(&beside(path, LOG), &beside(&aside, LOG))?);
    // Made anew by whoever opens the store.
    match fs::remove_file(beside(path, SHARED_MEMORY)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    sync_folder(path)?;
    Ok((store || log).then_some(aside))
}

/// Whether there was such a file.
fn rename(from: &Path, to: &Path) -> io::Result<bool> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        done => done.map(|()| true),
    }
}
