//! A shop's erasure: every row of every table that has a `shop`, whatever tables there will be. In small steps, so that
//! other shops' beacons need not wait.

use assent_gate::time::Timestamp;
use rusqlite::{Connection, params};

use crate::store::Store;
use crate::store::StoreError;
use crate::store::demands::{self, Open};

/// Rows per step.
const STEP: i64 = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// There may be more: take another.
    More,
    /// Nothing is left, and the demand is done with this outcome.
    Done(String),
}

struct Table {
    name: String,
    /// By its number a few rows can be named at a time.
    numbered: bool,
}

impl Store {
    /// One step of the erasure of a whole shop. What stays is its key, a random number that leads nowhere without rows, and
    /// the records of demands.
    pub async fn erase_shop(&self, open: Open, now: Timestamp) -> Result<Step, StoreError> {
        let step = self.writer.write(move |tx| step(tx, &open, now)).await?;
        if matches!(step, Step::Done(_)) {
            self.writer.fold().await?;
        }
        Ok(step)
    }
}

fn step(tx: &Connection, open: &Open, now: Timestamp) -> rusqlite::Result<Step> {
    let shop = open.shop.as_str();
    for table in tables(tx)? {
        let deleted = i64::try_from(delete(tx, &table, shop)?).unwrap_or(i64::MAX);
        if deleted > 0 {
            tx.execute("UPDATE demand SET erased = erased + ?2 WHERE id = ?1", params![open.id, deleted])?;
            return Ok(Step::More);
        }
    }
    tx.execute("UPDATE shop SET paused = NULL WHERE domain = ?1", [shop])?;
    let rows: i64 = tx.query_row("SELECT erased FROM demand WHERE id = ?1", [open.id], |row| row.get(0))?;
    let outcome = if rows == 0 { "nothing of this shop was kept".to_owned() } else { format!("rows erased: {rows}") };
    demands::done(tx, open.id, &outcome, now)?;
    Ok(Step::Done(outcome))
}

/// Events go before the receipts they point at.
fn tables(tx: &Connection) -> rusqlite::Result<Vec<Table>> {
    let with_shop = "SELECT tables.name, NOT tables.wr FROM pragma_table_list AS tables
         WHERE tables.schema = 'main' AND tables.type = 'table' AND tables.name <> 'demand'
             AND EXISTS (SELECT 1 FROM pragma_table_info(tables.name) AS columns WHERE columns.name = 'shop')
         ORDER BY tables.name <> 'event', tables.name";
    let table = |row: &rusqlite::Row<'_>| Ok(Table { name: row.get(0)?, numbered: row.get(1)? });
    tx.prepare_cached(with_shop)?.query_map([], table)?.collect()
}

fn delete(tx: &Connection, table: &Table, shop: &str) -> rusqlite::Result<usize> {
    let Table { name, numbered } = table;
    let few = if *numbered {
        format!("rowid IN (SELECT rowid FROM \"{name}\" WHERE shop = ?1 LIMIT {STEP})")
    } else {
        "shop = ?1".to_owned() // small rows, and not many
    };
    tx.prepare_cached(&format!("DELETE FROM \"{name}\" WHERE {few}"))?.execute([shop])
}
