//! The store: receipts, contexts, events with their debts, orders, withdrawals. What is here survives
//! `kill -9` and power loss.
//!
//! Three layers. This file, with `for_couriers`, is the **port**: every door of the store, a few
//! lines each (`opening` opens and closes it; what `assent store` does with the file is in `upkeep`). Behind a door is a **deed**, one
//! transaction in our nouns (`accept`, `withdraw`, `order`, `recover_purchase`, `deliver`, `erase`, …). Deeds
//! know no SQL. They have no effect but on their transaction and what they return (and a line in the log
//! where a row is damaged), so that one which was rolled back may be run again. Under them are the
//! tables, in `rows`; whoever only reads gets finished answers from [`read`]. Which engine runs their
//! statements is known to `engine` alone, and to `file` and `database`, each the own affair of one.

mod accept;
mod arrived;
mod believed_time;
#[cfg(test)]
mod both_engines;
mod check;
mod closing;
mod consent_of_order;
mod counts;
mod customer;
mod database;
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
mod lease;
mod ledger;
mod links;
mod opening;
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
mod schema;
mod stage;
mod step;
mod stored_evidence;
mod sweep;
mod unsure;
mod upkeep;
mod withdraw;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

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

use self::closing::Closing;
use self::engine::Whose;
use self::lease::Pulse;
use self::pseudonym_key::PseudonymKey;
use self::rows::tx::Tx;
use self::unsure::Unsure;
use self::writer::Writer;
use crate::clock::random_bytes;
use crate::run_number::RunNumber;

/// A handle to the writer; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Writer,
    keys: Arc<HashMap<ShopDomain, PseudonymKey>>,
    run: RunNumber,
    unsure: Unsure,
    /// Of an endpoint that shares its store.
    pulse: Option<Arc<Pulse>>,
    closing: Arc<Mutex<Option<Closing>>>,
}

/// Doors of every kind.
impl Store {
    /// The number of this endpoint's run.
    pub fn run(&self) -> RunNumber {
        self.run
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

    /// Whether other endpoints take this one for dead, or soon will: it stores, and sends nothing.
    pub fn is_unheard_of(&self) -> bool {
        self.pulse.as_ref().is_some_and(|pulse| pulse.is_lost())
    }

    /// Reaches every table and commits a page, and leaves nothing.
    pub async fn test_write(&self) -> Result<()> {
        self.writer.try_write(Whose::Nobodys, rows::test_write::write).await?;
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
        let shop = &arrived.shop.settings.shop;
        let (key, whose) = (self.key(shop)?, Whose::from(shop));
        self.writer.try_write(whose, move |tx| accept::accept(tx, &key, &arrived)).await
    }

    pub async fn withdraw(&self, no: No) -> Result<Withdrawn> {
        let (key, whose) = (self.key(&no.shop)?, Whose::from(&no.shop));
        self.writer.try_write(whose, move |tx| withdraw::withdraw(tx, &key, &no)).await
    }
}

/// Shopify's side.
impl Store {
    pub async fn order(&self, notice: Notice) -> Result<Outcome> {
        let shop = &notice.shop.settings.shop;
        let (key, whose) = (self.key(shop)?, Whose::from(shop));
        self.writer.write(whose, move |tx| order::order(tx, &key, &notice)).await
    }

    /// Noted for the story of the order that it names.
    pub async fn unread_order(&self, notice: UnreadNotice) -> Result<()> {
        let (key, whose) = (self.key(&notice.shop)?, Whose::from(&notice.shop));
        self.writer.write(whose, move |tx| order::unread(tx, &key, &notice)).await
    }

    /// Noted for the story of its order.
    pub async fn refund(
        &self,
        shop: &ShopDomain,
        webhook: Option<String>,
        order: String,
        now: Timestamp,
    ) -> Result<Outcome> {
        let (key, whose, shop) = (self.key(shop)?, Whose::from(shop), shop.clone());
        let deed =
            move |tx: Tx<'_>| order::refund(tx, &key, &shop, webhook.as_deref(), &order, now);
        self.writer.write(whose, deed).await
    }

    /// Puts a demand on record; its number. `None`: this delivery had come before.
    pub async fn demand(
        &self,
        shop: &ShopDomain,
        webhook: Option<String>,
        demand: Demand,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        let (key, whose, shop) = (self.key(shop)?, Whose::from(shop), shop.clone());
        let deed =
            move |tx: Tx<'_>| demands::put(tx, &key, &shop, webhook.as_deref(), &demand, now);
        self.writer.write(whose, deed).await
    }
}

/// The operator's side.
impl Store {
    /// Somebody says that a shop goes on; what had kept it. `None`: this store has never known such a
    /// shop.
    pub async fn resume(&self, shop: &ShopDomain) -> Result<Option<Halt>> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        self.writer.write(whose, move |tx| resume::resume(tx, &shop)).await
    }
}

/// The ends of rows.
impl Store {
    /// One step of sweeping; call it again while it finds something. Of endpoints that share a store one sweeps.
    pub async fn sweep(&self, lives: Lives, now: Timestamp) -> Result<Swept> {
        let begin = move |tx: Tx<'_>| sweep::begin(tx, now);
        let (shops, believed) = self.writer.do_chore(Whose::Nobodys, begin).await?;
        let mut swept = Swept::default();
        let mut failed = None;
        for (shop, lives) in shops.into_iter().zip(std::iter::repeat(lives)) {
            let whose = Whose::from(&shop);
            let deed = move |tx: Tx<'_>| sweep::of_shop(tx, &shop, &lives, believed, now);
            match self.writer.do_chore(whose, deed).await {
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
        let (whose, shop) = (Whose::from(shop), shop.clone());
        let deed = move |tx: Tx<'_>| erase::erase(tx, &shop, &whom, now, random_bytes);
        let Some(erased) = self.writer.write(whose, deed).await? else { return Ok(None) };
        Ok(Some(Erasure { erased, overwritten: self.writer.fold().await? }))
    }

    /// Demands that this endpoint is to carry out, the oldest first. Of those that share a store one does.
    pub async fn open_demands(&self) -> Result<Vec<OpenDemand>> {
        self.writer.write(Whose::Nobodys, demands::open).await
    }

    /// When it was last demanded that everything of this shop goes, whoever carries it out.
    pub async fn erasure_demanded(&self, shop: &ShopDomain) -> Result<Option<Timestamp>> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        self.writer.do_chore(whose, move |tx| rows::demand::erasure_demanded(tx, &shop)).await
    }

    /// Erases the customer whom a demand names, and is done with it.
    pub async fn erase_demanded(&self, open: OpenDemand, now: Timestamp) -> Result<String> {
        let whose = Whose::from(&open.shop);
        let deed = move |tx: Tx<'_>| demands::erase_customer(tx, &open, now, random_bytes);
        let outcome = self.writer.write(whose, deed).await?;
        self.writer.fold().await?;
        Ok(outcome)
    }

    /// A demand has been carried out elsewhere, with this outcome.
    pub async fn demand_done(
        &self,
        open: &OpenDemand,
        outcome: String,
        now: Timestamp,
    ) -> Result<()> {
        let (whose, shop, id) = (Whose::from(&open.shop), open.shop.clone(), open.id);
        let deed = move |tx: Tx<'_>| rows::demand::done(tx, &shop, id, &outcome, now);
        self.writer.write(whose, deed).await?;
        self.writer.fold().await.map(|_| ())
    }

    /// One step of the erasure of a whole shop.
    pub async fn erase_shop(&self, open: OpenDemand, now: Timestamp) -> Result<ShopErasure> {
        let whose = Whose::from(&open.shop);
        let step = move |tx: Tx<'_>| erase_shop::step(tx, &open, now);
        let done = self.writer.do_chore(whose, step).await?;
        if matches!(done, ShopErasure::Done(_)) {
            self.writer.fold().await?;
        }
        Ok(done)
    }
}
