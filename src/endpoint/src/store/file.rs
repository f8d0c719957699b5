//! The store's file: one server holds it, its schema is known, and what it has erased is
//! overwritten.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{Result, StoreError};

/// 1 was a store without orders; 2 looked for an event's pixels in its story, and had days as text;
/// 3 kept no modules, 4 no refusals; 5 had noes in the device's time. None of them was released.
const SCHEMA: i64 = 6;
/// Statements that the writer keeps prepared: more than it has.
const STATEMENTS: usize = 160;

/// Held for as long as the server lives; the operating system lets go of it even after `kill -9`.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Opens or makes the store, for writing. Whoever does holds its lock.
pub(super) fn open(path: &Path, _lock: &Lock) -> Result<Connection> {
    let mut connection = Connection::open(path)?;
    // Nobody else writes; this bounds how long a reader can delay the folding of the log.
    connection.busy_timeout(Duration::from_millis(250))?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // auto_vacuum must come before the first table; secure_delete overwrites what is deleted.
    // 64 MB of pages; a log of 32 MB.
    connection.execute_batch(
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000;",
    )?;
    make_tables(&mut connection)?;
    Ok(connection)
}

/// Opens the store for reading; a server may be running.
pub(super) fn open_read_only(path: &Path) -> Result<Connection> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    schema(&connection)?;
    Ok(connection)
}

/// Takes the lock: one server per store file.
pub(super) fn lock(path: &Path) -> Result<Lock> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let fault = |source| StoreError::File { path: path.to_owned(), source };
    // What SQLite makes beside the store (its log) takes the store's permissions: nobody else's
    // eyes.
    let private =
        |name: &std::ffi::OsStr| File::options().create(true).append(true).mode(0o600).open(name);
    let file = private(&name).map_err(fault)?;
    private(path.as_os_str()).map_err(fault)?;
    // That the file is there must survive a power loss as well as what is in it.
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(Lock { _file: file }),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked { path: path.to_owned() }),
        Err(std::fs::TryLockError::Error(source)) => Err(fault(source)),
    }
}

/// 0: there are no tables yet.
fn schema(connection: &Connection) -> Result<i64> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        0 | SCHEMA => Ok(found),
        later if later > SCHEMA => Err(StoreError::Later { found, known: SCHEMA }),
        _ => Err(StoreError::Earlier { found, known: SCHEMA }),
    }
}

pub(super) fn make_tables(connection: &mut Connection) -> Result<()> {
    if schema(connection)? == 0 {
        let making = connection.transaction()?;
        making.execute_batch(include_str!("schema.sql"))?;
        making.pragma_update(None, "user_version", SCHEMA)?;
        making.commit()?;
    }
    Ok(())
}
