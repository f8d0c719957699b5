//! Copies of a whole store: a backup, and what a restore begins with. `VACUUM INTO` reads one moment of
//! the store, beside a server that goes on writing, and writes no free page: what was erased is in
//! no copy.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::mark::{self, Mark};
use super::pages;
use crate::private_file::Unfinished;
use crate::store::error::{Result, StoreError};
use crate::store::stage::{Stage, Watch};

/// How often whoever waits is told how much has been copied.
const LOOK: Duration = Duration::from_millis(200);

/// Makes the backup `to`, which must not be there yet; its size. It is whole, looked through, and on
/// disk when this returns.
pub(super) fn keep(source: &Connection, to: &Path, watch: Watch<'_>) -> Result<u64> {
    let fault = |source: io::Error| {
        let path = to.to_owned();
        if source.kind() == ErrorKind::AlreadyExists {
            StoreError::Exists { path }
        } else {
            StoreError::File { path, source }
        }
    };
    let copy = Unfinished::beside(to).map_err(fault)?;
    into(source, copy.part(), watch)?;
    let backup = Connection::open_with_flags(copy.part(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    mark::write(&backup, Mark::Backup)?;
    watch(Stage::Pages);
    pages::whole(&backup, to)?;
    backup.close().map_err(|(_, error)| error)?;
    let size = copy.part().metadata().map_err(fault)?.len();
    copy.place().map_err(fault)?;
    Ok(size)
}

/// Into a file that is there and empty.
pub(super) fn into(source: &Connection, to: &Path, watch: Watch<'_>) -> Result<()> {
    let name = to.to_str().ok_or_else(|| StoreError::NoText { path: to.to_owned() })?;
    let of = pages::in_use(source)?;
    watch(Stage::Copying { bytes: 0, of });
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let looking = scope.spawn(|| {
            while !done.load(Ordering::Acquire) {
                thread::park_timeout(LOOK);
                let bytes = to.metadata().map_or(0, |file| file.len()).max(1);
                watch(Stage::Copying { bytes, of });
            }
        });
        let copied = source.execute("VACUUM INTO ?1", [name]);
        done.store(true, Ordering::Release);
        looking.thread().unpark();
        Ok(copied.map(|_| ())?)
    })
}
