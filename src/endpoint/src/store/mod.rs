//! The store: receipts, contexts, events with their debts, orders, withdrawals. What is here survives
//! `kill -9` and power loss.
//!
//! Three layers. This file, with `for_couriers`, is the **port**: every door of the store, a few
//! lines each (what `assent store` does with the file is in `upkeep`). Behind a door is a **deed**, one
//! transaction in our nouns (`accept`, `withdraw`, `order`, `recover_purchase`, `deliver`, `erase`, …). Deeds
//! know no SQL. They have no effect but on their transaction and what they return (and a line in the log
//! where a row is damaged), so that one which was rolled back may be run again. Under them are the
//! tables, in `rows`; whoever only reads gets finished answers from [`read`]. Which engine runs their
//! statements is known to `engine` alone, and to `file`, which is SQLite's own affair.

mod accept;
mod arrived;
mod believed_time;
#[cfg(test)]
mod both_engines;
mod check;
mod consent_of_order;
mod customer;
mod deliver;
mod demands;
mod durability;
mod engine;
mod erase;
mod erase_shop;
mod erasure_plan;
mod error;
mod file;
mod for_couriers;
mod ledger;
mod links;
mod operator;
mod order;
mod pseudonym_key;
#[cfg(test)]
mod query_plans;
pub mod read;
mod recover_purchase;
mod restored;
mod resume;
mod rows;
mod stage;
mod step;
mod stored_evidence;
mod sweep;
mod upkeep;
mod withdraw;
mod writer;

use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::Demand;
use assent_gate::time::Timestamp;

pub use self::arrived::{Arrived, Taken};
pub use self::check::{Finding, check};
pub use self::customer::Whom;
pub use self::deliver::{Claim, Claimed, Owed, Settled};
pub use self::durability::Durability;
pub use self::erase::Erasure;
pub use self::erase_shop::ShopErasure;
pub use self::erasure_plan::Erased;
pub use self::error::{Result, StoreError};
#[cfg(test)]
pub(crate) use self::file::Obstacle;
pub use self::file::Restored;
pub use self::ledger::{Happened, Happening, Listener};
pub use self::order::{Notice, Outcome, UnreadNotice};
pub use self::restored::Unsent;
pub use self::resume::Halt;
pub use self::rows::demand::OpenDemand;
pub use self::stage::{Stage, Watch};
pub use self::stored_evidence::{ConsentRecord, ShopifySignals, StoredEvidence};
pub use self::sweep::{Lives, Swept};
pub use self::withdraw::{No, Withdrawn};

use self::engine::Connection;
use self::pseudonym_key::PseudonymKey;
use self::rows::tx::Tx;
use self::writer::Writer;
use crate::clock::random_bytes;

/// For the last commits when a server stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// A handle to the writer; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Writer,
    keys: Arc<HashMap<ShopDomain, PseudonymKey>>,
    closing: Arc<Mutex<Option<Closing>>>,
}

/// What is left to do when the last writer has gone.
#[derive(Debug)]
struct Closing {
    closed: Receiver<()>,
    _lock: file::Lock,
}

/// Opening and closing.
impl Store {
    /// Opens or makes the store, for one server. Sends that a crash interrupted become due again.
    pub fn open<'a>(
        path: &Path,
        shops: impl IntoIterator<Item = &'a ShopDomain>,
        now: Timestamp,
    ) -> Result<Self> {
        let lock = file::lock(path)?;
        let connection = Connection::from(file::open(path, &lock)?);
        let shops: Vec<_> = shops.into_iter().cloned().collect();
        let keys = writer::at_once(&connection, |tx| {
            deliver::restart(tx, now)?;
            let key = |shop: &ShopDomain| Ok((shop.clone(), rows::shop::key_or_new(tx, shop)?));
            shops.iter().map(key).collect()
        })?;
        let fault = |source| StoreError::File { path: path.to_owned(), source };
        let (writer, closed) = Writer::start(connection).map_err(fault)?;
        let closing = Arc::new(Mutex::new(Some(Closing { closed, _lock: lock })));
        Ok(Self { writer, keys: Arc::new(keys), closing })
    }

    /// Commits what is queued and closes the file. Other handles must be gone, or be dropped soon.
    pub fn close(self) {
        let Self { writer, keys: _, closing } = self;
        drop(writer);
        let closing = closing.lock().ok().and_then(|mut closing| closing.take());
        // Longer than any commit. If a handle is still about, the commits are there all the same;
        // only the file's tidying is left to the next start.
        if let Some(Closing { closed, _lock }) = closing
            && closed.recv_timeout(FAREWELL).is_err()
        {
            tracing::warn!("the store was still in use at the end");
        }
    }

    /// How much waits to be written.
    pub fn depth(&self) -> usize {
        self.writer.depth()
    }

    /// `false` after a panic in the writer's thread: nothing can be stored any more, and only a new
    /// process can.
    pub fn is_alive(&self) -> bool {
        self.writer.is_alive()
    }

    /// Comes back when [`Self::is_alive`] has become false.
    pub async fn broken(&self) {
        self.writer.broken().await;
    }

    fn key(&self, shop: &ShopDomain) -> Result<PseudonymKey> {
        let unknown = || StoreError::UnknownShop { shop: shop.as_str().to_owned() };
        self.keys.get(shop).cloned().ok_or_else(unknown)
    }
}

/// How it is.
impl Store {
    pub fn durability(&self) -> Durability {
        self.writer.durability()
    }

    /// Reaches every table and commits a page, and leaves nothing.
    pub async fn test_write(&self) -> Result<()> {
        self.writer.try_write(rows::test_write::write).await?;
        self.writer.is_sound();
        Ok(())
    }

    /// Ends the writer as a bug of ours would.
    #[cfg(test)]
    pub(crate) fn break_off(&self) {
        self.writer.break_off();
    }

    /// What is committed from now on is told to this listener; to the first one only.
    pub fn listen(&self, listener: Listener) {
        self.writer.ear.set(listener);
    }
}

/// The browser's side.
impl Store {
    pub async fn accept(&self, arrived: Arrived) -> Result<Taken> {
        let key = self.key(&arrived.shop.settings.shop)?;
        self.writer.try_write(move |tx| accept::accept(tx, &key, &arrived)).await
    }

    pub async fn withdraw(&self, no: No) -> Result<Withdrawn> {
        let key = self.key(&no.shop)?;
        self.writer.try_write(move |tx| withdraw::withdraw(tx, &key, &no)).await
    }
}

/// Shopify's side.
impl Store {
    pub async fn order(&self, notice: Notice) -> Result<Outcome> {
        let key = self.key(&notice.shop.settings.shop)?;
        self.writer.write(move |tx| order::order(tx, &key, &notice)).await
    }

    /// Noted for the story of the order that it names.
    pub async fn unread_order(&self, notice: UnreadNotice) -> Result<()> {
        let key = self.key(&notice.shop)?;
        self.writer.write(move |tx| order::unread(tx, &key, &notice)).await
    }

    /// Noted for the story of its order.
    pub async fn refund(
        &self,
        shop: &ShopDomain,
        webhook: Option<String>,
        order: String,
        now: Timestamp,
    ) -> Result<Outcome> {
        let (key, shop) = (self.key(shop)?, shop.clone());
        let deed =
            move |tx: Tx<'_>| order::refund(tx, &key, &shop, webhook.as_deref(), &order, now);
        self.writer.write(deed).await
    }

    /// Puts a demand on record; its number. `None`: this delivery had come before.
    pub async fn demand(
        &self,
        shop: &ShopDomain,
        webhook: Option<String>,
        demand: Demand,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        let (key, shop) = (self.key(shop)?, shop.clone());
        let deed =
            move |tx: Tx<'_>| demands::put(tx, &key, &shop, webhook.as_deref(), &demand, now);
        self.writer.write(deed).await
    }
}

/// The operator's side.
impl Store {
    /// Somebody says that a shop goes on; what had kept it. `None`: this store has never known such a
    /// shop.
    pub async fn resume(&self, shop: &ShopDomain) -> Result<Option<Halt>> {
        let shop = shop.clone();
        self.writer.write(move |tx| resume::resume(tx, &shop)).await
    }
}

/// The ends of rows.
impl Store {
    /// One step of sweeping; call it again while it finds something.
    pub async fn sweep(&self, lives: Lives, now: Timestamp) -> Result<Swept> {
        let (shops, believed) = self.writer.do_chore(move |tx| sweep::begin(tx, now)).await?;
        let mut swept = Swept::default();
        let mut failed = None;
        for (shop, lives) in shops.into_iter().zip(std::iter::repeat(lives)) {
            let deed = move |tx: Tx<'_>| sweep::of_shop(tx, &shop, &lives, believed, now);
            match self.writer.do_chore(deed).await {
                Ok(of_shop) => swept.add(of_shop),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(swept), Err)
    }

    /// Forgets a customer. `None`: this store has never known such a shop.
    pub async fn erase(
        &self,
        shop: &ShopDomain,
        whom: Whom,
        now: Timestamp,
    ) -> Result<Option<Erasure>> {
        let shop = shop.clone();
        let deed = move |tx: Tx<'_>| erase::erase(tx, &shop, &whom, now, random_bytes);
        let Some(erased) = self.writer.write(deed).await? else { return Ok(None) };
        Ok(Some(Erasure { erased, overwritten: self.writer.fold().await? }))
    }

    /// Demands that are to be carried out, the oldest first.
    pub async fn open_demands(&self) -> Result<Vec<OpenDemand>> {
        self.writer.write(rows::demand::open).await
    }

    /// Erases the customer whom a demand names, and is done with it.
    pub async fn erase_demanded(&self, open: OpenDemand, now: Timestamp) -> Result<String> {
        let deed = move |tx: Tx<'_>| demands::erase_customer(tx, &open, now, random_bytes);
        let outcome = self.writer.write(deed).await?;
        self.writer.fold().await?;
        Ok(outcome)
    }

    /// A demand has been carried out elsewhere, with this outcome.
    pub async fn demand_done(&self, id: i64, outcome: String, now: Timestamp) -> Result<()> {
        self.writer.write(move |tx| rows::demand::done(tx, id, &outcome, now)).await?;
        self.writer.fold().await.map(|_| ())
    }

    /// One step of the erasure of a whole shop.
    pub async fn erase_shop(&self, open: OpenDemand, now: Timestamp) -> Result<ShopErasure> {
        let done = self.writer.do_chore(move |tx| erase_shop::step(tx, &open, now)).await?;
        if matches!(done, ShopErasure::Done(_)) {
            self.writer.fold().await?;
        }
        Ok(done)
    }
}
