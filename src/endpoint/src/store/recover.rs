//! A send that was under way when the process ended, or that broke off, was perhaps received. It is sent again, under the
//! same id and with the same time, while TikTok can still tell it from a copy.

use assent_gate::time::Timestamp;
use rusqlite::Connection;

use crate::clock::dice;
use crate::rules::debt::{Debt, State, wait};
use crate::store::Store;
use crate::store::StoreError;
use crate::store::rows::event::{self as row, OPEN, Open, Step};
use crate::store::withdraw::{WITHDRAWN, withdrawn};

const STOPPED: &str = "the endpoint stopped during a send; it will be sent again under the same id";
const BROKEN_OFF: &str = "a send broke off inside the endpoint; it will be sent again under the same id";

impl Store {
    /// These were claimed by a send that nobody will settle any more. After a wait: what broke it off may be of the event.
    pub async fn interrupted(&self, ids: Vec<i64>, now: Timestamp) -> Result<(), StoreError> {
        self.writer.write(move |tx| interrupted(tx, &ids, now)).await
    }
}

fn interrupted(tx: &Connection, ids: &[i64], now: Timestamp) -> rusqlite::Result<()> {
    let sql = format!("SELECT {OPEN} FROM event WHERE id = ?1 AND ended = 0 AND sending = 1");
    for id in ids {
        let open = tx.prepare_cached(&sql)?.query_map([id], Open::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        for open in open {
            let at = now.plus(wait(open.debt.attempts, dice()));
            again(tx, open, at, BROKEN_OFF, now)?;
        }
    }
    Ok(())
}

/// After a start.
pub(super) fn recover(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let sql = format!("SELECT {OPEN} FROM event WHERE ended = 0 AND sending = 1");
    let interrupted = connection.prepare(&sql)?.query_map([], Open::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let tx = connection.unchecked_transaction()?;
    // A start is when tokens are repaired: no queue stands still until TikTok says so again.
    tx.execute("UPDATE shop SET paused = NULL", [])?;
    for open in interrupted {
        again(&tx, open, now, STOPPED, now)?;
    }
    tx.commit()
}

fn again(tx: &Connection, open: Open, at: Timestamp, reason: &str, now: Timestamp) -> rusqlite::Result<()> {
    let open = Open { debt: open.debt.copied(), ..open };
    if open.payload.is_none() {
        return withdrawn(tx, &open, WITHDRAWN, now);
    }
    let attempts = open.debt.attempts.saturating_add(1);
    let debt = Debt { state: State::Due { at }, attempts, ..open.debt };
    row::write(tx, &Step { id: open.id, debt, sending: false, code: None, reason, what: Some(reason) }, now)
}
