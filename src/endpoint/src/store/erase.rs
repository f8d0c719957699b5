//! A customer's erasure (docs/contract.md#what-is-stored): context, debt and links go; the bare
//! receipt stays, and nothing leads to it. Withdrawals stay: without them what a shopper forbade
//! could come in again.

use std::fmt;

use assent_gate::hex::{Anchor, Digest};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, Params, Row, params};
use serde::{Deserialize, Serialize};

use super::fact;
use super::index;
use super::reach::{Reach, Rows, Sought};
use super::receipts::Proof;
use super::row::{self, OPEN, Open};
use super::withdraw::ended;
use super::{Store, StoreError, accept};
use crate::delivery::debt::End;

const ASKED: &str = "a customer's erasure was asked for; everything personal was erased";
const ASKED_UNDER_WAY: &str = "a customer's erasure was asked for while it was on its way to TikTok, which may have got \
                               that copy; no other is sent, and everything personal was erased";
const CUT: &str = "a customer's erasure cut its links";

/// By what a shop can name a customer. Raw contacts and tokens never come this far.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// Shopify's order id, as a bare number or as `gid://shopify/Order/…`.
    Order(String),
    /// A hashed e-mail address or phone number.
    Contact(Digest),
    Checkout(Anchor),
    /// The hashed visitor id: TikTok's `external_id`.
    Visitor(Digest),
}

impl fmt::Debug for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Whom(…)")
    }
}

/// How many rows an erasure reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Events that had not ended: they are `erased`, and nothing more of them is sent.
    pub undelivered: usize,
    /// Events that had ended before: their rows lead to nobody any more.
    pub ended: usize,
    pub contexts: usize,
    /// Receipts that stay, bare.
    pub receipts: usize,
    /// What Shopify had told of their orders.
    pub orders: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    #[serde(flatten)]
    pub erased: Erased,
    /// Nothing of it is left in the store's files. `false`: a reader keeps the log from being folded; the server tries
    /// again every minute, and a store at rest when it is next opened and closed.
    pub overwritten: bool,
}

impl Store {
    /// Forgets a customer. `None`: this store has never known such a shop.
    pub async fn erase(&self, shop: &ShopDomain, whom: Whom, now: Timestamp) -> Result<Option<Erasure>, StoreError> {
        let shop = shop.clone();
        let Some(erased) = self.writer.write(move |tx| erase(tx, &shop, &whom, now)).await? else { return Ok(None) };
        Ok(Some(Erasure { erased, overwritten: self.writer.fold().await? }))
    }
}

fn erase(tx: &Connection, shop: &ShopDomain, whom: &Whom, now: Timestamp) -> rusqlite::Result<Option<Erased>> {
    let Some(key) = index::find(tx, shop)? else { return Ok(None) };
    let reached = Reach::of(tx, shop, &Sought::of(whom, &key))?;
    rows(tx, &reached.rows, now).map(Some)
}

/// Erases what was reached.
pub(super) fn rows(tx: &Connection, reached: &Rows, now: Timestamp) -> rusqlite::Result<Erased> {
    Erase { tx, now }.rows(reached)
}

struct Erase<'a> {
    tx: &'a Connection,
    now: Timestamp,
}

impl Erase<'_> {
    fn rows(&self, rows: &Rows) -> rusqlite::Result<Erased> {
        let Rows { events, contexts, receipts, orders } = rows;
        let mut erased =
            Erased { contexts: contexts.len(), receipts: receipts.len(), orders: orders.len(), ..Erased::default() };
        for context in contexts {
            self.execute("DELETE FROM context WHERE rowid = ?1", [context])?;
        }
        for event in events {
            if self.event(*event)? {
                erased.undelivered += 1;
            } else {
                erased.ended += 1;
            }
        }
        for receipt in receipts {
            self.receipt(*receipt)?;
        }
        // Last, so that each knows what has now become of its Purchase.
        for order in orders {
            fact::erase(self.tx, *order)?;
        }
        Ok(erased)
    }

    /// Whether it had not ended before. One that is on its way ends at once, so that whatever TikTok answers leads to no
    /// second send.
    fn event(&self, id: i64) -> rusqlite::Result<bool> {
        let read = |row: &Row<'_>| Ok((Open::read(row)?, row.get(7)?, row.get(8)?, row.get(9)?));
        let (open, waits, sending, receipt): (Open, bool, bool, i64) = self
            .tx
            .prepare_cached(&format!("SELECT {OPEN}, ended = 0, sending, receipt FROM event WHERE id = ?1"))?
            .query_row([id], read)?;
        match (waits, sending) {
            (true, false) => ended(self.tx, &open, End::Erased, ASKED, self.now)?,
            (true, true) => ended(self.tx, &open, End::Erased, ASKED_UNDER_WAY, self.now)?,
            (false, _) => {
                self.execute(
                    "UPDATE event SET history = history || ?2 WHERE id = ?1",
                    params![id, row::line(self.now, CUT)],
                )?;
            }
        }
        self.execute(
            "UPDATE event SET checkout = NULL, cart = NULL, visitor = NULL, order_id = NULL, receipt = ?2 WHERE id = ?1",
            [id, row::ERASED],
        )?;
        self.execute("DELETE FROM customer WHERE event = ?1", [id])?;
        self.unlinked_receipt(receipt)?;
        Ok(waits)
    }

    /// A receipt under no link at all was found by this event only; it may be others', who still need it.
    fn unlinked_receipt(&self, id: i64) -> rusqlite::Result<()> {
        let own = "SELECT 1 FROM receipt WHERE id = ?1 AND checkout IS NULL AND cart IS NULL AND visitor IS NULL
                   AND NOT EXISTS (SELECT 1 FROM event WHERE receipt = ?1 AND ended = 0)";
        if self.tx.prepare_cached(own)?.exists([id])? { self.receipt(id) } else { Ok(()) }
    }

    /// Leaves it bare. Its digest was made of its links and would still tell them to whoever guesses right.
    fn receipt(&self, id: i64) -> rusqlite::Result<()> {
        let evidence = self
            .tx
            .prepare_cached("SELECT evidence FROM receipt WHERE id = ?1")?
            .query_row([id], |row| Ok(serde_json::from_slice::<Proof>(row.get_ref(0)?.as_bytes()?).ok()))?;
        // What cannot be read may be personal.
        let bare = evidence.map_or(Ok("{}".to_owned()), |proof| accept::to_json(&proof.bare()))?;
        self.execute(
            "UPDATE receipt SET digest = randomblob(32), checkout = NULL, cart = NULL, visitor = NULL, evidence = ?2
             WHERE id = ?1",
            params![id, bare],
        )
    }

    fn execute(&self, sql: &str, keys: impl Params) -> rusqlite::Result<()> {
        self.tx.prepare_cached(sql)?.execute(keys).map(|_| ())
    }
}
