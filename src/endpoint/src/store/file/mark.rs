//! What a store's file says of itself, in a number of its header that SQLite keeps for this
//! (`application_id`): a backup, which must be restored before it may send; a store at rest; or one
//! that a server has open, whose log holds what is not yet in the file. Such a file alone, copied or
//! replicated from under its server, lacks that log. Each run of a server has a number, which stands in
//! the store and in the lock file: where they differ, the file is not the one that the last server left,
//! but an older copy that was put in its place.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::names::{LOCK, beside};
use crate::clock::dice;
use crate::run_number::RunNumber;
use crate::store::error::{Result, StoreError};

/// `ASNB`, for whoever looks at the bytes.
const BACKUP: i64 = 0x4153_4e42;
/// The highest four bits of the number tell what a run has done with the store.
const OPEN: i64 = 0x6000_0000;
const AT_REST: i64 = 0x5000_0000;
const RUN_BITS: i64 = 0x0fff_ffff;
/// A line of the lock file, with its end: every run's number has as many digits.
const LINE: u64 = 10;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// It is being made.
    New,
    /// As this run left it.
    AtRest {
        run: i64,
    },
    Backup,
    /// A server has it open, or had when it was killed, or when this file was copied.
    Open {
        run: i64,
    },
    /// Another program's.
    Foreign,
}

pub(super) fn read(connection: &Connection) -> Result<Mark> {
    let number = connection.query_row("PRAGMA application_id", [], |row| row.get::<_, i64>(0))?;
    let run = number & RUN_BITS;
    Ok(match number & !RUN_BITS {
        _ if number == 0 => Mark::New,
        _ if number == BACKUP => Mark::Backup,
        AT_REST => Mark::AtRest { run },
        OPEN => Mark::Open { run },
        _ => Mark::Foreign,
    })
}

/// The run that has it open.
pub(super) fn open_run(connection: &Connection) -> Result<Option<RunNumber>> {
    Ok(match read(connection)? {
        Mark::Open { run } => Some(RunNumber(run)),
        Mark::New | Mark::AtRest { .. } | Mark::Backup | Mark::Foreign => None,
    })
}

pub(super) fn write(connection: &Connection, mark: Mark) -> Result<()> {
    let number = match mark {
        Mark::AtRest { run } => AT_REST | run,
        Mark::Backup => BACKUP,
        Mark::Open { run } => OPEN | run,
        Mark::New | Mark::Foreign => 0,
    };
    Ok(connection.pragma_update(None, "application_id", number)?)
}

/// The number of a new run. The lock file knows it first, and durably: whoever finds it in the store must
/// find it there. Those of before stay until [`settle`], for until then they may be in the store.
pub(super) fn begin(lock: &File) -> io::Result<i64> {
    let run = i64::try_from(dice() >> 36).unwrap_or(0);
    // A line of its own, whatever a power cut has left of the one before.
    let line = format!("\n{run:09}\n");
    lock.write_all_at(line.as_bytes(), lock.metadata()?.len())?;
    lock.sync_all()?;
    Ok(run)
}

/// The store has this run's mark, durably: from now on a file with an earlier one is an older copy.
/// The lock file is never empty meanwhile, for then it would accept any.
pub(super) fn settle(lock: &File, run: i64) -> io::Result<()> {
    lock.write_all_at(format!("{run:09}\n").as_bytes(), 0)?;
    lock.sync_all()?;
    lock.set_len(LINE)?;
    lock.sync_all()
}

/// Why a file is not the store that the last server left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The log that belongs to it is missing.
    LacksLog,
    /// It is of an earlier run than the last.
    IsOlder,
}

impl Doubt {
    pub(super) fn error(self, path: PathBuf) -> StoreError {
        match self {
            Self::LacksLog => StoreError::LogMissing { path },
            Self::IsOlder => StoreError::Older { path },
        }
    }
}

/// `had_log`: there was something in one before SQLite opened the file. Without a lock file (the store was
/// moved to another machine) nobody can tell how old it is.
pub(super) fn doubt(path: &Path, mark: Mark, had_log: bool) -> Option<Doubt> {
    let (run, lacks_log) = match mark {
        Mark::Open { run } => (run, !had_log),
        Mark::AtRest { run } => (run, false),
        Mark::New | Mark::Backup | Mark::Foreign => return None,
    };
    let lock = fs::read_to_string(beside(path, LOCK)).unwrap_or_default();
    let mut runs = lock.lines().filter_map(|line| line.parse::<i64>().ok()).peekable();
    if runs.peek().is_some() {
        let is_known = runs.any(|known| known == run);
        return (!is_known).then_some(if lacks_log { Doubt::LacksLog } else { Doubt::IsOlder });
    }
    lacks_log.then_some(Doubt::LacksLog)
}
