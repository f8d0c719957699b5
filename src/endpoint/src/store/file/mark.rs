//! What a store's file says of itself, in a number of its header that SQLite keeps for this
//! (`application_id`): a backup, which must be restored before it may send; a store at rest; or one
//! that a server has open, whose log holds what is not yet in the file. Such a file alone, copied or
//! replicated from under its server, lacks that log. The server's run has a number, which stands in
//! the lock file too: where it does, the file is the one that the server left.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use rusqlite::Connection;

use super::names::{LOCK, beside};
use crate::clock::dice;
use crate::store::error::Result;

/// `ASNT` and `ASNB`, for whoever looks at the bytes.
const AT_REST: i64 = 0x4153_4e54;
const BACKUP: i64 = 0x4153_4e42;
/// A run's number has these highest four bits.
const RUN: i64 = 0x6000_0000;
const RUN_BITS: i64 = 0x0fff_ffff;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    AtRest,
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
    Ok(match number {
        // 0: a file that is being made.
        0 | AT_REST => Mark::AtRest,
        BACKUP => Mark::Backup,
        number if number & !RUN_BITS == RUN => Mark::Open { run: number & RUN_BITS },
        _ => Mark::Foreign,
    })
}

pub(super) fn write(connection: &Connection, mark: Mark) -> Result<()> {
    let number = match mark {
        Mark::AtRest | Mark::Foreign => AT_REST,
        Mark::Backup => BACKUP,
        Mark::Open { run } => RUN | run,
    };
    Ok(connection.pragma_update(None, "application_id", number)?)
}

/// A new run of a server, on a store that was found with the mark `before`. The lock file knows it
/// first, and durably: whoever finds it in the store must find it there. Those of before stay where
/// they may still be in the store.
pub(super) fn new_run(mut lock: &File, before: Mark) -> io::Result<Mark> {
    let run = i64::try_from(dice() >> 36).unwrap_or(0);
    if before == Mark::AtRest {
        lock.set_len(0)?;
    }
    writeln!(lock, "{run}")?;
    lock.sync_all()?;
    Ok(Mark::Open { run })
}

/// Whether the log that belongs to this file is missing. `had_log`: there was something in one before
/// SQLite opened the file.
pub(super) fn lacks_log(path: &Path, mark: Mark, had_log: bool) -> bool {
    let Mark::Open { run } = mark else { return false };
    let runs = fs::read_to_string(beside(path, LOCK)).unwrap_or_default();
    !had_log && !runs.lines().any(|line| line.parse() == Ok(run))
}
