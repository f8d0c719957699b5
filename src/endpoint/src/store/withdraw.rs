//! A "no": kept as long as receipts, and everything undelivered it names is erased in the same transaction.

use assent_gate::beacon::Withdrawal;
use assent_gate::hex::Anchor;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::rules::debt::{Debt, End, State};
use crate::store::Store;
use crate::store::StoreError;
use crate::store::rows::event::{self as row, OPEN, Open, Step};
use crate::store::rows::shop::Who;

/// What a withdrawal reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    pub events: usize,
    pub contexts: usize,
}

pub(super) const WITHDRAWN: &str = "the shopper withdrew consent; everything personal was erased";
pub(super) const NO_LONGER: &str =
    "its evidence does not grant under the shop's present settings; everything personal was erased";

impl Store {
    pub async fn withdraw(&self, shop: &ShopDomain, no: Withdrawal, now: Timestamp) -> Result<Withdrawn, StoreError> {
        let key = self.keys.get(shop).ok_or(StoreError::Gone)?;
        let visitor = no.external_id.as_ref().map(|visitor| key.who(visitor));
        let shop = shop.clone();
        self.writer.try_write(move |tx| No { tx, shop: shop.as_str(), at: no.at, now }.run(&no, visitor)).await
    }
}

/// The latest withdrawal of any of these, in the device's time.
pub(super) fn withdrawn_at(
    tx: &Connection,
    shop: &str,
    whos: impl IntoIterator<Item = Who>,
) -> rusqlite::Result<Option<Timestamp>> {
    let mut latest = None;
    let mut find = tx.prepare_cached("SELECT at FROM withdrawal WHERE shop = ?1 AND who = ?2")?;
    for who in whos {
        let at = find.query_row(params![shop, who], |row| row.get(0)).optional()?;
        latest = latest.max(at.map(Timestamp));
    }
    Ok(latest)
}

pub(super) struct No<'a> {
    pub(super) tx: &'a Connection,
    pub(super) shop: &'a str,
    pub(super) at: Timestamp,
    pub(super) now: Timestamp,
}

impl No<'_> {
    pub(super) fn run(&self, no: &Withdrawal, visitor: Option<Who>) -> rusqlite::Result<Withdrawn> {
        let mut reached = Withdrawn { events: 0, contexts: 0 };
        for anchor in &no.checkouts {
            self.remember(anchor.as_str().as_bytes())?;
            reached.events += self.events("checkout", &anchor.as_str())?;
            reached.contexts += self.contexts("anchor", &anchor.as_str())?;
        }
        for anchor in &no.carts {
            self.remember(anchor.as_str().as_bytes())?;
            reached.events += self.events("cart", &Anchor::as_str(anchor))?;
            reached.contexts += self.contexts("cart", &anchor.as_str())? + self.contexts("anchor", &anchor.as_str())?;
        }
        if let Some(visitor) = visitor {
            self.remember(&visitor)?;
            reached.events += self.events("visitor", &visitor)?;
            reached.contexts += self.contexts("visitor", &visitor)?;
        }
        Ok(reached)
    }

    fn remember(&self, who: &[u8]) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO withdrawal (shop, who, at, received_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (shop, who) DO UPDATE SET at = max(at, excluded.at), received_at = excluded.received_at",
            )?
            .execute(params![self.shop, who, self.at.0, self.now.0])?;
        Ok(())
    }

    /// Ends what waits. What is on its way to TikTok at this moment cannot be called back: it loses its personal part
    /// now, and the answer decides whether it was delivered or withdrawn.
    fn events(&self, column: &str, who: &dyn rusqlite::ToSql) -> rusqlite::Result<usize> {
        let sql = format!(
            "SELECT {OPEN}, event.sending FROM event
             WHERE shop = ?1 AND {column} = ?2 AND ended = 0 AND evaluated_at <= ?3 AND payload IS NOT NULL"
        );
        let mut find = self.tx.prepare_cached(&sql)?;
        let found = find
            .query_map(params![self.shop, who, self.at.0], |row| Ok((Open::read(row)?, row.get::<_, bool>(7)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        for (open, sending) in &found {
            if *sending {
                let what = "the shopper withdrew consent while it was on its way to TikTok";
                self.tx
                    .prepare_cached(
                        "UPDATE event SET payload = NULL, reason = ?2, history = history || ?3 WHERE id = ?1",
                    )?
                    .execute(params![open.id, what, row::line(self.now, what)])?;
            } else {
                withdrawn(self.tx, open, WITHDRAWN, self.now)?;
            }
        }
        Ok(found.len())
    }

    fn contexts(&self, column: &str, who: &dyn rusqlite::ToSql) -> rusqlite::Result<usize> {
        let sql = format!("DELETE FROM context WHERE shop = ?1 AND {column} = ?2 AND evaluated_at <= ?3");
        self.tx.prepare_cached(&sql)?.execute(params![self.shop, who, self.at.0])
    }
}

/// Ends one event as withdrawn.
pub(super) fn withdrawn(tx: &Connection, open: &Open, reason: &str, now: Timestamp) -> rusqlite::Result<()> {
    ended(tx, open, End::Withdrawn, reason, now)
}

/// Ends one event.
pub(super) fn ended(tx: &Connection, open: &Open, end: End, reason: &str, now: Timestamp) -> rusqlite::Result<()> {
    let debt = Debt { state: State::Ended(end), ..open.debt };
    row::write(tx, &Step { id: open.id, debt, sending: false, code: None, reason, what: Some(reason) }, now)
}
