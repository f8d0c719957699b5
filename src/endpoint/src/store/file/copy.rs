//! Copies of a whole store: a backup, and what a restore begins with. `VACUUM INTO` reads one moment of
//! the store, beside a server that goes on writing, and writes no free page: what was erased is in
//! no copy.

use std::io::{self, ErrorKind};
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::mark::{self, Mark};
use super::pages;
use crate::private_file::Unfinished;
use crate::store::error::{Result, StoreError};

/// Makes the backup `to`, which must not be there yet; its size. It is whole, looked through, and on
/// disk when this returns.
pub(super) fn keep(source: &Connection, to: &Path) -> Result<u64> {
    let fault = |source: io::Error| {
        let path = to.to_owned();
        if source.kind() == ErrorKind::AlreadyExists {
            StoreError::Exists { path }
        } else {
            StoreError::File { path, source }
        }
    };
    let copy = Unfinished::beside(to).map_err(fault)?;
    into(source, copy.part())?;
    let backup = Connection::open_with_flags(copy.part(), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    mark::write(&backup, Mark::Backup)?;
    pages::whole(&backup, to)?;
    backup.close().map_err(|(_, error)| error)?;
    let size = copy.part().metadata().map_err(fault)?.len();
    copy.place().map_err(fault)?;
    Ok(size)
}

/// Into a file that is there and empty.
pub(super) fn into(source: &Connection, to: &Path) -> Result<()> {
    let name = to.to_str().ok_or_else(|| StoreError::NoText { path: to.to_owned() })?;
    Ok(source.execute("VACUUM INTO ?1", [name]).map(|_| ())?)
}
