//! Table `clock`: what is kept of the server's clock, in one row.

use super::columns;
use super::tx::Tx;
use crate::rules::clock::ClockSeen;
use crate::store::engine::params;
use crate::store::error::Result;

pub(in crate::store) fn kept(tx: Tx<'_>) -> Result<Option<ClockSeen>> {
    let sql = "SELECT believed, seen, lasted FROM clock WHERE id = 1";
    tx.find(sql, params![], |row| {
        let (believed, seen) = (columns::time(row, 0)?, columns::time(row, 1)?);
        Ok(ClockSeen { believed, seen, lasted: row.get(2)? })
    })
}

/// The clock is believed as it is at the next look.
pub(in crate::store) fn forget(tx: Tx<'_>) -> Result<()> {
    tx.write("DELETE FROM clock", params![])
}

pub(in crate::store) fn keep(tx: Tx<'_>, clock: ClockSeen) -> Result<()> {
    let ClockSeen { believed, seen, lasted } = clock;
    let sql = "INSERT INTO clock (id, believed, seen, lasted) VALUES (1, ?1, ?2, ?3)
               ON CONFLICT (id) DO UPDATE SET believed = ?1, seen = ?2, lasted = ?3";
    tx.write(sql, params![believed.0, seen.0, lasted])
}
