//! Table `endpoint`: which endpoints share this store, and when each was last heard of. Seconds are the
//! database's: the endpoints' clocks need not agree.

use super::tx::Tx;
use crate::run_number::RunNumber;
use crate::store::engine::params;
use crate::store::error::Result;

/// Who was not heard of for so many seconds is taken for dead, and others take over what it has claimed.
/// Longer than the last moment of [`FRESH`], a leave's way (for_couriers.rs) and TikTok's answer together: 10 + 5 + 10.
pub(in crate::store) const LEASE: i64 = 30;
/// Who was not heard of for so many sends nothing: it could still be under way when the lease is over.
pub(in crate::store) const FRESH: i64 = 10;

/// The condition that the run in this column is not heard of any more.
pub(super) fn is_unheard_of(column: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM endpoint
             WHERE endpoint.run = {column} AND endpoint.seen_at > unixepoch() - {LEASE})"
    )
}

/// This endpoint is there.
pub(in crate::store) fn beat(tx: Tx<'_>) -> Result<()> {
    let sql = "INSERT INTO endpoint (run, seen_at) VALUES (?1, unixepoch())
               ON CONFLICT (run) DO UPDATE SET seen_at = excluded.seen_at";
    tx.write(sql, params![tx.run().0])
}

/// Whether all that an endpoint wrote has come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Writers {
    Ended,
    /// A claim of theirs may still be committed.
    AtWork,
}

/// This endpoint ends in good order: others need not wait for what it has left. Where that is nothing, they need not
/// look for it either.
pub(in crate::store) fn resign(tx: Tx<'_>, writers: Writers) -> Result<()> {
    let left = "SELECT 1 FROM event WHERE ended = 0 AND sending > 0 AND sender = ?1";
    let own = params![tx.run().0];
    let sql = if writers == Writers::AtWork || tx.exists(left, own)? {
        "UPDATE endpoint SET seen_at = 0 WHERE run = ?1"
    } else {
        "DELETE FROM endpoint WHERE run = ?1"
    };
    tx.write(sql, own)
}

/// Whether what this endpoint sends now is its own until TikTok has answered. Who has the store alone needs
/// no lease.
pub(in crate::store) fn may_send(tx: Tx<'_>) -> Result<bool> {
    let sql = format!("SELECT 1 FROM endpoint WHERE run = ?1 AND seen_at > unixepoch() - {FRESH}");
    Ok(tx.run() == RunNumber::ALONE || tx.exists(&sql, params![tx.run().0])?)
}

/// Whether this endpoint does what one is to do for all: of those that are heard of the one with the lowest
/// number.
pub(in crate::store) fn is_first(tx: Tx<'_>) -> Result<bool> {
    let lower =
        format!("SELECT 1 FROM endpoint WHERE run < ?1 AND seen_at > unixepoch() - {LEASE}");
    Ok(tx.run() == RunNumber::ALONE || !tx.exists(&lower, params![tx.run().0])?)
}

/// Those that are heard of.
pub(in crate::store) fn heard_of(tx: Tx<'_>) -> Result<Vec<RunNumber>> {
    let sql =
        format!("SELECT run FROM endpoint WHERE seen_at > unixepoch() - {LEASE} ORDER BY run");
    tx.list(&sql, params![], |row| Ok(RunNumber(row.get(0)?)))
}

/// An endpoint that is not heard of any more.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Gone {
    pub(in crate::store) run: RunNumber,
    /// It said so.
    pub(in crate::store) in_good_order: bool,
}

/// Those that are not heard of any more, and may have left something.
pub(in crate::store) fn gone(tx: Tx<'_>) -> Result<Vec<Gone>> {
    let sql = format!("SELECT run, seen_at FROM endpoint WHERE seen_at <= unixepoch() - {LEASE}");
    tx.list(&sql, params![], |row| {
        Ok(Gone { run: RunNumber(row.get(0)?), in_good_order: row.get::<i64>(1)? == 0 })
    })
}

/// It has left nothing any more. Not if it was heard of meanwhile.
pub(in crate::store) fn forget(tx: Tx<'_>, run: RunNumber) -> Result<()> {
    let sql = format!("DELETE FROM endpoint WHERE run = ?1 AND seen_at <= unixepoch() - {LEASE}");
    tx.write(&sql, params![run.0])
}
