//! The store's file: one server holds it, its schema is known, and what it has erased is
//! overwritten.

mod copy;
mod mark;
mod migrations;
mod names;
pub(super) mod pages;
mod privacy;
mod restore;

use std::fs::{File, TryLockError};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use assent_gate::time::Timestamp;
use rusqlite::{Connection, OpenFlags};

use self::mark::Mark;
use self::migrations::Age;
use self::names::{LOCK, beside, free_name, has_log};
use super::engine;
use super::error::{Result, StoreError};
use super::schema;
use super::stage::Watch;
use crate::private_file::{remove_parts, sync_folder};
use crate::run_number::RunNumber;

pub use self::restore::Restored;

/// Statements that the writer keeps prepared: more than it has.
const STATEMENTS: usize = 160;

/// The store's file, open.
pub(super) type Opened = Connection;

/// Held for as long as the server lives; the operating system lets go of it even after `kill -9`.
#[derive(Debug)]
pub(super) struct Lock {
    file: File,
}

/// Opens or makes the store, for writing. Whoever does holds its lock.
pub(super) fn open(path: &Path, lock: &Lock) -> Result<Connection> {
    let had_log = has_log(path);
    let mut connection = connect(path)?;
    check(path, &connection, had_log)?;
    if !pages::whole_at_start(&connection, path)? {
        tracing::info!(
            "the store is too large to be looked through now; `assent store check` does"
        );
    }
    // auto_vacuum must come before the first table; secure_delete overwrites what is deleted.
    // 16 MB of pages. The log is moved into the file by writer/checkpoints.rs.
    connection.execute_batch(
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 0;",
    )?;
    make_tables(&mut connection)?;
    let fault = |source| StoreError::File { path: path.to_owned(), source };
    let run = mark::begin(&lock.file).map_err(fault)?;
    mark::write(&connection, Mark::Open { run })?;
    mark::settle(&lock.file, run).map_err(fault)?;
    // The mark is to be in the file itself, for whoever copies that alone.
    fold(&connection);
    Ok(connection)
}

fn connect(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path)?;
    // Nobody else writes; this bounds how long a reader can delay the folding of the log.
    connection.busy_timeout(Duration::from_millis(250))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Whether a server may go on with this file.
fn check(path: &Path, connection: &Connection, had_log: bool) -> Result<()> {
    let age = migrations::age(connection, schema::NUMBER).map_err(|error| error.of_file(path))?;
    let path = || path.to_owned();
    match (age, mark::read(connection)?) {
        (_, Mark::Backup) => Err(StoreError::IsBackup { path: path() }),
        (_, Mark::Foreign) => Err(StoreError::Foreign { path: path() }),
        (Age::New, _) if has_tables(connection)? => Err(StoreError::Foreign { path: path() }),
        (age, mark) => match (mark::doubt(&path(), mark, had_log), age) {
            (Some(doubt), _) => Err(doubt.error(path())),
            (None, Age::Earlier { found }) => {
                Err(StoreError::Earlier { path: path(), found, known: schema::NUMBER })
            }
            (None, Age::New | Age::Present) => Ok(()),
        },
    }
}

fn no_folder(path: &Path) -> Result<()> {
    if path.is_dir() { Err(StoreError::IsFolder { path: path.to_owned() }) } else { Ok(()) }
}

/// The server's run that has it open, or had when it was killed.
pub(super) fn open_run(connection: &Connection) -> Result<Option<RunNumber>> {
    mark::open_run(connection)
}

fn has_tables(connection: &Connection) -> Result<bool> {
    let objects = "PRAGMA table_list";
    let mut statement = connection.prepare(objects)?;
    let names = statement.query_map([], |row| row.get::<_, String>(1))?;
    let names: Vec<String> = names.collect::<std::result::Result<_, _>>()?;
    Ok(names.iter().any(|name| !name.starts_with("sqlite_")))
}

/// Makes the backup `to`, beside a server that may be running; see [`super::Store::back_up`].
pub(super) fn back_up(path: &Path, to: &Path, watch: Watch<'_>) -> Result<u64> {
    if to.symlink_metadata().is_ok() {
        return Err(StoreError::Exists { path: to.to_owned() });
    }
    copy::keep(&open_read_only(path)?, to, watch)
}

/// `backup` takes the store's place, after `rows` was done with it; see [`super::Store::restore`].
pub(super) fn restore<T>(
    path: &Path,
    backup: &Path,
    now: Timestamp,
    rows: impl FnOnce(&engine::Connection) -> Result<T>,
    watch: Watch<'_>,
) -> Result<Restored<T>> {
    let lock = hold_lock(path)?;
    restore::restore(path, &lock.file, backup, schema::NUMBER, now, rows, watch)
}

/// Makes the store of an earlier release one of this, after a copy of it was made; see
/// [`super::Store::migrate`].
pub(super) fn migrate(
    path: &Path,
    now: Timestamp,
    watch: Watch<'_>,
) -> Result<Option<(usize, PathBuf)>> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    let _lock = lock(path)?;
    let had_log = has_log(path);
    let mut connection = connect(path)?;
    match check(path, &connection, had_log) {
        Err(StoreError::Earlier { .. }) => {}
        done => return done.map(|()| None),
    }
    pages::whole(&connection, path)?;
    let kept = free_name(path, "before-migration", now);
    copy::keep(&connection, &kept, watch)?;
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    let steps = migrations::migrate(&mut connection, schema::NUMBER)?;
    Ok(Some((steps, kept)))
}

/// Opens the store for reading; a server may be running.
pub(super) fn open_read_only(path: &Path) -> Result<Connection> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    no_folder(path)?;
    let had_log = has_log(path);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let age = migrations::age(&connection, schema::NUMBER).map_err(|error| error.of_file(path))?;
    match age {
        Age::New => return Err(StoreError::NoTables { path: path.to_owned() }),
        Age::Earlier { found } => {
            return Err(StoreError::Earlier {
                path: path.to_owned(),
                found,
                known: schema::NUMBER,
            });
        }
        Age::Present => {}
    }
    let doubt = || mark::read(&connection).map(|mark| mark::doubt(path, mark, had_log));
    // Twice: a server that starts meanwhile changes mark and lock file one after the other.
    if doubt()?.is_some()
        && let Some(doubt) = doubt()?
    {
        return Err(doubt.error(path.to_owned()));
    }
    Ok(connection)
}

/// Takes the lock, one server per store file, and makes the file where there is none.
pub(super) fn lock(path: &Path) -> Result<Lock> {
    let fault = |source| StoreError::File { path: path.to_owned(), source };
    let lock = hold_lock(path)?;
    if restore::is_unfinished(path) {
        return Err(StoreError::RestoreUnfinished { path: path.to_owned() });
    }
    // A log that belongs to nothing: SQLite would delete it.
    if has_log(path) && path.metadata().map_or(0, |file| file.len()) == 0 {
        return Err(StoreError::OnlyLog { path: path.to_owned() });
    }
    // What SQLite makes beside the store (its log) takes the store's permissions: nobody else's
    // eyes.
    private(path).map_err(fault)?;
    privacy::guard(path)?;
    sync_folder(path).map_err(fault)?;
    Ok(lock)
}

/// Whether a server (or a command that writes) holds the store at this moment. Nothing is made.
pub(super) fn is_held(path: &Path) -> bool {
    let file = File::open(beside(path, LOCK));
    let held = |file: File| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
    file.is_ok_and(held)
}

fn hold_lock(path: &Path) -> Result<Lock> {
    no_folder(path)?;
    let fault = |source| StoreError::File { path: path.to_owned(), source };
    let name = beside(path, LOCK);
    let file = private(&name).map_err(fault)?;
    // It is written to: not through a link that somebody has laid there.
    if name.symlink_metadata().map_err(fault)?.ino() != file.metadata().map_err(fault)?.ino() {
        return Err(StoreError::LockIsLink { path: name });
    }
    match file.try_lock() {
        Ok(()) => {
            remove_left(path).map_err(fault)?;
            Ok(Lock { file })
        }
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(fault(source)),
    }
}

/// What a restore or a migration that was killed has left of a whole store: personal data, of which nobody
/// would know. Only the lock's holder may be making one.
fn remove_left(path: &Path) -> std::io::Result<()> {
    let own = path.file_name().unwrap_or_default().as_bytes();
    remove_parts(path, |of| {
        of.strip_prefix(own)
            .is_some_and(|end| end == b".restored" || end.starts_with(b".before-migration-"))
    })
}

fn private(path: &Path) -> std::io::Result<File> {
    File::options().create(true).write(true).truncate(false).mode(0o600).open(path)
}

/// A store that nothing is left of.
#[cfg(test)]
pub(super) fn in_memory() -> engine::Connection {
    let mut connection = Connection::open_in_memory().expect("a store");
    make_tables(&mut connection).expect("tables");
    connection.into()
}

pub(super) fn make_tables(connection: &mut Connection) -> Result<()> {
    if migrations::age(connection, schema::NUMBER)? == Age::New {
        let making = connection.transaction()?;
        schema::TABLES.iter().try_for_each(|tables| making.execute_batch(tables))?;
        making.pragma_update(None, "user_version", schema::NUMBER)?;
        making.commit()?;
    }
    Ok(())
}

/// Folds the log into the file. Whether the log is empty now: a reader in the way only postpones it.
pub(super) fn fold(connection: &Connection) -> bool {
    match connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)) {
        Ok(busy) => busy == 0,
        Err(error) => {
            tracing::debug!(%error, "the write-ahead log could not be folded now");
            false
        }
    }
}

/// The last that a server does with its store.
pub(super) fn rest(connection: &Connection) {
    fold(connection);
    let mark_at_rest = || match mark::read(connection)? {
        Mark::Open { run } => mark::write(connection, Mark::AtRest { run }),
        Mark::New | Mark::AtRest { .. } | Mark::Backup | Mark::Foreign => Ok(()),
    };
    // Where it cannot be written the next start finds the run's number in the lock file.
    if let Err(error) = mark_at_rest() {
        tracing::debug!(%error, "the store could not be marked as at rest");
    }
    fold(connection);
}

/// A store that a server could go on with, for whoever holds its lock.
pub(super) fn open_at_rest(path: &Path, _lock: &Lock) -> Result<Connection> {
    let had_log = has_log(path);
    let connection = connect(path)?;
    check(path, &connection, had_log)?;
    Ok(connection)
}

/// From now on it counts as a backup: what is in it has gone on elsewhere.
pub(super) fn retire(connection: &Connection) -> Result<()> {
    mark::write(connection, Mark::Backup)?;
    fold(connection);
    Ok(())
}

/// Keeps everybody else from writing, until it is dropped.
#[cfg(test)]
pub(crate) struct Obstacle {
    _other: Connection,
}

#[cfg(test)]
impl Obstacle {
    pub(crate) fn before(path: &Path) -> Self {
        let other = Connection::open(path).expect("a store");
        other.execute_batch("BEGIN IMMEDIATE").expect("nobody writes at this moment");
        Self { _other: other }
    }
}
