//! Table `module`: every module that this endpoint has been, for pasted code that still names it.

use crate::store::engine::params;
use assent_gate::time::{DAY, Timestamp};

use super::tx::Tx;
use crate::module::Module;
use crate::store::error::Result;

/// Notes that it is this endpoint's own now; written at most once a day.
pub(in crate::store) fn note(tx: Tx<'_>, module: &Module, now: Timestamp) -> Result<()> {
    let sql = "INSERT INTO module (hash, last_at, bytes, brotli) VALUES (?1, ?2, ?3, ?4)
               ON CONFLICT (hash) DO UPDATE SET last_at = excluded.last_at
                   WHERE module.last_at <= excluded.last_at - ?5";
    let (hash, brotli) = (module.hash(), module.brotli());
    let row = params![hash.as_bytes(), now.0, module.bytes(), brotli, DAY];
    tx.write(sql, row)
}

/// Those that were this endpoint's own before then only are forgotten.
pub(in crate::store) fn sweep(tx: Tx<'_>, then: Timestamp) -> Result<()> {
    tx.write("DELETE FROM module WHERE last_at < ?1", params![then.0])
}
