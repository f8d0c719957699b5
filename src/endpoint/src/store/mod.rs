//! The store: receipts, contexts, events with their debts, withdrawals. What is here survives `kill -9` and power loss.
//!
//! [`accept`](Store::accept) and [`withdraw`](Store::withdraw) are the browser's side, [`order`](Store::order) is
//! Shopify's, [`claim`](Store::claim) and [`settle`](Store::settle) are the delivery's, [`sweep`](Store::sweep) lets rows go
//! when their life is over, and [`erase`](Store::erase) a customer's at once; [`demands`] are what Shopify asks on behalf of
//! a customer or a shop. Each runs as one transaction of the [`writer`]. Who only
//! reads opens the file with a [`Reader`](read::Reader).

mod accept;
mod consent_of_order;
mod customer;
mod deliver;
pub mod demands;
mod entry;
mod erase;
mod erase_shop;
mod newcomer;
mod order;
#[cfg(test)]
mod plans;
pub mod read;
mod recover;
mod recover_purchase;
pub mod rows;
mod settle;
mod sweep;
mod withdraw;
mod writer;

use std::collections::HashMap;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::Connection;

pub use accept::{Arrived, Taken};
pub use deliver::{Claim, Owed};
pub use erase::{Erased, Erasure, Whom};
pub use erase_shop::Step;
pub use order::{Notice, Outcome, Topic};
pub use rows::shop::IndexKey;
pub use settle::Settled;
pub use sweep::{Lives, Swept};
pub use withdraw::Withdrawn;
use writer::Writer;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store has too much to write at once")]
    Busy,
    #[error("the store's writer has stopped")]
    Gone,
    #[error("the store could not commit; nothing was kept")]
    NotCommitted,
    #[error("{path}: another server has this store open; one server per store file")]
    Locked { path: PathBuf },
    #[error("{path}: there is no store yet; `assent serve` makes it")]
    None { path: PathBuf },
    #[error("{path}: {source}; is the directory there, and may this user write to it?")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the store was made by a later release (schema {found}, this one knows {known})")]
    Later { found: i64, known: i64 },
    #[error(
        "the store was made by an earlier development build (schema {found}, this one makes {known}); start with a new file"
    )]
    Earlier { found: i64, known: i64 },
    #[error("the store: {0}")]
    Sqlite(#[from] rusqlite::Error),
}

/// 1 was a store without orders, never released.
const SCHEMA: i64 = 2;
const FAREWELL: Duration = Duration::from_secs(5);

/// A handle to the writer; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Writer,
    keys: Arc<HashMap<ShopDomain, IndexKey>>,
    end: Arc<Mutex<Option<End>>>,
}

/// What is left to do when the last writer has gone.
#[derive(Debug)]
struct End {
    closed: Receiver<()>,
    /// Held for as long as the server lives; the operating system lets go of it even after `kill -9`.
    _lock: File,
}

impl Store {
    /// Opens or makes the store, for one server. Sends that a crash interrupted become due again.
    pub fn open<'a>(
        path: &Path,
        shops: impl IntoIterator<Item = &'a ShopDomain>,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let lock = lock(path)?;
        let mut connection = Connection::open(path)?;
        // Nobody else writes; this bounds how long a reader can delay the folding of the log.
        connection.busy_timeout(Duration::from_millis(250))?;
        connection.set_prepared_statement_cache_capacity(64);
        // auto_vacuum must come before the first table; secure_delete overwrites what is deleted.
        connection.execute_batch(
            "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8000;", // 64 MB of pages; a log of 32 MB
        )?;
        prepare(&mut connection)?;
        let keys = rows::shop::keys(&connection, shops)?;
        recover::recover(&connection, now)?;
        let (writer, closed) =
            Writer::start(connection).map_err(|source| StoreError::File { path: path.to_owned(), source })?;
        let end = Arc::new(Mutex::new(Some(End { closed, _lock: lock })));
        Ok(Self { writer, keys: Arc::new(keys), end })
    }

    /// Commits what is queued and closes the file. Other handles must be gone, or be dropped soon.
    pub fn close(self) {
        let Self { writer, keys: _, end } = self;
        drop(writer);
        let end = end.lock().ok().and_then(|mut end| end.take());
        // Longer than any commit. If a handle is still about, the commits are there all the same; only the file's
        // tidying is left to the next start.
        if let Some(End { closed, _lock }) = end
            && closed.recv_timeout(FAREWELL).is_err()
        {
            tracing::warn!("the store was still in use at the end");
        }
    }

    /// How much waits to be written.
    pub fn depth(&self) -> usize {
        self.writer.depth()
    }

    /// Can the store write? Asks the writer to commit nothing.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.writer.try_write(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await
    }
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let fault = |source| StoreError::File { path: path.to_owned(), source };
    // What SQLite makes beside the store (its log) takes the store's permissions: nobody else's eyes.
    let private = |name: &std::ffi::OsStr| File::options().create(true).append(true).mode(0o600).open(name);
    let file = private(&name).map_err(fault)?;
    private(path.as_os_str()).map_err(fault)?;
    // That the file is there must survive a power loss as well as what is in it.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::Locked { path: path.to_owned() }),
        Err(std::fs::TryLockError::Error(source)) => Err(fault(source)),
    }
}

fn known(connection: &Connection) -> Result<i64, StoreError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        0 | SCHEMA => Ok(found),
        later if later > SCHEMA => Err(StoreError::Later { found, known: SCHEMA }),
        _ => Err(StoreError::Earlier { found, known: SCHEMA }),
    }
}

fn prepare(connection: &mut Connection) -> Result<(), StoreError> {
    if known(connection)? == 0 {
        let making = connection.transaction()?;
        making.execute_batch(include_str!("schema.sql"))?;
        making.pragma_update(None, "user_version", SCHEMA)?;
        making.commit()?;
    }
    Ok(())
}
