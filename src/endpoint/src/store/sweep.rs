//! Rows go when their life is over. Done in small steps, so that the browser's beacons need not wait.

use assent_gate::time::{DAY, HOUR, Timestamp};
use rusqlite::{Connection, params};

use crate::rules::debt::State;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::rows::event::{self as row, OPEN, Open, Step};
use crate::store::rows::order as fact;

/// The lives of rows that no setting changes, in seconds.
const CONTEXT: i64 = 48 * HOUR;
const BARE_ROW: i64 = 7 * DAY;
const PIXEL: i64 = 7 * DAY;
pub(super) const ORDER: i64 = 7 * DAY;
const MONTH: i64 = 30 * DAY + 12 * HOUR;
/// Rows per step.
const STEP: i64 = 500;

pub(super) const EXPIRED: &str = "a copy sent now could be counted twice, or no longer be counted; it was not sent";
const UNCONFIRMED: &str = "no order confirmed this Purchase";

/// How long receipts (and withdrawals, and the records of demands that are done) are kept.
#[derive(Debug, Clone, Copy)]
pub struct Lives {
    pub receipts_months: u32,
}

/// How many rows a step touched; all zero when there is nothing left to do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    pub expired: usize,
    pub contexts: usize,
    pub bare_rows: usize,
    pub orders: usize,
    pub webhooks: usize,
    pub receipts: usize,
}

impl Store {
    /// One step of sweeping; call it again while it finds something.
    pub async fn sweep(&self, lives: Lives, now: Timestamp) -> Result<Swept, StoreError> {
        self.writer.write(move |tx| sweep(tx, lives, now)).await
    }
}

fn sweep(tx: &Connection, lives: Lives, now: Timestamp) -> rusqlite::Result<Swept> {
    let expired = expire(tx, now)?;
    let contexts = tx.execute(
        "DELETE FROM context WHERE rowid IN (SELECT rowid FROM context WHERE last_at < ?1 LIMIT ?2)",
        params![now.plus(-CONTEXT).0, STEP],
    )?;
    let bare_rows = bare_rows(tx, now.plus(-BARE_ROW))?;
    let orders = orders(tx, now.plus(-ORDER))?;
    let webhooks = tx.execute(
        "DELETE FROM webhook WHERE (shop, webhook_id) IN
             (SELECT shop, webhook_id FROM webhook WHERE received_at < ?1 LIMIT ?2)",
        params![now.plus(-ORDER).0, STEP],
    )?;
    let oldest = now.plus(-MONTH * i64::from(lives.receipts_months)).0;
    // An event row still needs its receipt while it waits; it never outlives one by the contract's figures.
    let receipts = tx.execute(
        "DELETE FROM receipt WHERE id IN (SELECT id FROM receipt WHERE last_at < ?1 LIMIT ?2)",
        params![oldest, STEP],
    )?;
    tx.execute("DELETE FROM pixel WHERE last_at < ?1", [now.plus(-PIXEL).0])?;
    tx.execute("DELETE FROM withdrawal WHERE received_at < ?1", [oldest])?;
    tx.execute("DELETE FROM demand WHERE done_at < ?1", [oldest])?;
    give_back(tx)?;
    Ok(Swept { expired, contexts, bare_rows, orders, webhooks, receipts })
}

/// Some free pages back to the disk. One page a step of the statement, so it must be stepped to its end.
fn give_back(tx: &Connection) -> rusqlite::Result<()> {
    let mut vacuum = tx.prepare_cached("PRAGMA incremental_vacuum(64)")?;
    let mut pages = vacuum.query([])?;
    while pages.next()?.is_some() {}
    Ok(())
}

/// Ends what waited past its horizon: the queue of a paused shop, a parked Purchase, a shop no longer configured.
fn expire(tx: &Connection, now: Timestamp) -> rusqlite::Result<usize> {
    let sql = format!("SELECT {OPEN} FROM event WHERE ended = 0 AND sending = 0 AND horizon <= ?1 LIMIT ?2");
    let late =
        tx.prepare_cached(&sql)?.query_map(params![now.0, STEP], Open::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    for Open { id, debt, .. } in &late {
        let reason = match debt.state {
            State::Parked => UNCONFIRMED,
            State::Held { .. } | State::Due { .. } | State::Ended(_) => EXPIRED,
        };
        let debt = debt.at(now);
        row::write(tx, &Step { id: *id, debt, sending: false, code: None, reason, what: Some(reason) }, now)?;
    }
    Ok(late.len())
}

/// Rows that ended long ago become a count.
fn bare_rows(tx: &Connection, ended_before: Timestamp) -> rusqlite::Result<usize> {
    let old = "SELECT id FROM event WHERE ended = 1 AND at < ?1 ORDER BY at LIMIT ?2";
    let bounds = params![ended_before.0, STEP];
    tx.execute(
        &format!(
            "INSERT INTO tally (day, shop, name, state, marks, n)
             SELECT date(received_at, 'unixepoch'), shop, name, state, marks, count(*) FROM event WHERE id IN ({old})
             GROUP BY 1, 2, 3, 4, 5
             ON CONFLICT (day, shop, name, state, marks) DO UPDATE SET n = n + excluded.n"
        ),
        bounds,
    )?;
    tx.execute(&format!("DELETE FROM customer WHERE event IN ({old})"), bounds)?;
    tx.execute(&format!("DELETE FROM event WHERE id IN ({old})"), bounds)
}

/// Orders whose week is over become a count, each as it stands.
fn orders(tx: &Connection, received_before: Timestamp) -> rusqlite::Result<usize> {
    let old = "SELECT id FROM order_fact WHERE received_at < ?1 ORDER BY received_at LIMIT ?2";
    fact::tally(tx, old, params![received_before.0, STEP])
}
