//! The store's doors for the couriers (the other doors: `mod.rs`).

use std::sync::Arc;
use std::time::{Duration, Instant};

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use futures_util::future::join_all;

use super::Store;
use super::deliver::{self, Claim, Owed, Settled};
use super::engine::Whose;
use super::error::{Result, StoreError};
use super::rows::tx::Tx;
use super::rows::{self, endpoint};
use crate::clock::dice;
use crate::config::Shop;
use crate::rules::answer::Reply;
use crate::rules::sentences;

/// Events claimed in one transaction.
const SLICE: usize = 32;
/// A commit and its answer. With the longest silence of an endpoint that may still send and TikTok's time to answer it is
/// shorter than a lease (rows/endpoint.rs).
const LEAVE_HOLDS: Duration = Duration::from_secs(5);

/// The courier's side.
impl Store {
    /// Claims up to `limit` events of `shop` that are due, or whose hold is over. What must not be
    /// sent ends here. In several transactions, so that nobody's beacon waits for all of them.
    pub async fn claim(&self, shop: &Arc<Shop>, limit: usize, now: Timestamp) -> Result<Claim> {
        let mut all = Claim { events: Vec::new(), next: None };
        loop {
            let most = SLICE.min(limit - all.events.len());
            match self.claim_some(shop, most, now).await {
                Ok(Claim { events, next }) => {
                    let is_last = events.len() < most;
                    all.events.extend(events);
                    all.next = next;
                    if is_last || all.events.len() == limit {
                        return Ok(all);
                    }
                }
                // What has been claimed already is sent.
                Err(_) if !all.events.is_empty() => {
                    self.unsure.add(&shop.settings.shop);
                    return Ok(all);
                }
                Err(error) => {
                    self.unsure.add(&shop.settings.shop);
                    return Err(error);
                }
            }
        }
    }

    /// A claim whose answer was lost may have been made all the same: then nobody knows of it. Gives back what
    /// this endpoint has claimed of the shop, but for `known`; nothing where every answer came.
    pub async fn give_back_unknown(
        &self,
        shop: &ShopDomain,
        known: Vec<i64>,
        now: Timestamp,
    ) -> Result<()> {
        if !self.unsure.has(shop) {
            return Ok(());
        }
        let (whose, of) = (Whose::from(shop), shop.clone());
        let deed = move |tx: Tx<'_>| deliver::give_back_unknown(tx, &of, &known, now);
        self.writer.do_chore(whose, deed).await?;
        self.unsure.remove(shop);
        Ok(())
    }

    async fn claim_some(&self, shop: &Arc<Shop>, limit: usize, now: Timestamp) -> Result<Claim> {
        let (whose, shop) = (Whose::from(&shop.settings.shop), shop.clone());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.writer.do_chore(whose, move |tx| deliver::claim(tx, &shop, limit, now)).await
    }

    /// Asks again about claimed events, in the last transaction before a send of them, and gives
    /// leave for it. Those withdrawn meanwhile are ended. A leave that was long on its way is none: another endpoint
    /// may have told a shopper since that nothing more is sent.
    pub async fn renew(
        &self,
        shop: &Arc<Shop>,
        ids: Vec<i64>,
        now: Timestamp,
    ) -> Result<Vec<Owed>> {
        let (whose, shop) = (Whose::from(&shop.settings.shop), shop.clone());
        let deed = move |tx: Tx<'_>| {
            // Before it is asked: from here on a no may come.
            let asked = Instant::now();
            Ok((deliver::renew(tx, &shop, &ids, now)?, asked))
        };
        let (owed, asked) = self.writer.do_chore(whose, deed).await?;
        if asked.elapsed() > LEAVE_HOLDS { Err(StoreError::LateLeave) } else { Ok(owed) }
    }

    /// Writes down the answer to one request with all of these.
    pub async fn settle(
        &self,
        shop: &ShopDomain,
        ids: &[i64],
        reply: &Reply,
        now: Timestamp,
    ) -> Result<Settled> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        let (ids, reply) = (ids.to_vec(), reply.clone());
        let deed = move |tx: Tx<'_>| deliver::settle(tx, &shop, &ids, &reply, now, dice);
        self.writer.do_chore(whose, deed).await
    }

    /// These were claimed by a send that nobody will settle any more.
    pub async fn interrupted(
        &self,
        shop: &ShopDomain,
        ids: Vec<i64>,
        now: Timestamp,
    ) -> Result<()> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        let deed = move |tx: Tx<'_>| deliver::interrupted(tx, &shop, &ids, now, dice);
        self.writer.do_chore(whose, deed).await
    }

    /// Why the shop's queue stands still, for `assent why`; `None` when it moves again.
    pub async fn note_pause(&self, shop: &ShopDomain, why: Option<String>) -> Result<()> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        let deed = move |tx: Tx<'_>| rows::shop::set_paused(tx, &shop, why.as_deref());
        self.writer.do_chore(whose, deed).await
    }
}

/// The courier's side, while TikTok takes nothing.
impl Store {
    /// These were claimed, and are not sent after all.
    pub async fn give_back(&self, shop: &ShopDomain, ids: Vec<i64>, now: Timestamp) -> Result<()> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        let deed = move |tx: Tx<'_>| deliver::give_back(tx, &shop, &ids, sentences::AT_ONCE, now);
        self.writer.do_chore(whose, deed).await
    }

    /// Why the shop's queue waits for TikTok, for `assent why`; `None` when it goes on.
    pub async fn note_wait(&self, shop: &ShopDomain, why: Option<String>) -> Result<()> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        let deed = move |tx: Tx<'_>| rows::shop::set_waits(tx, &shop, why.as_deref());
        self.writer.do_chore(whose, deed).await
    }

    /// TikTok takes this shop's events: whatever was noted before is over.
    pub async fn note_that_it_goes_on(&self, shop: &ShopDomain) -> Result<()> {
        let (whose, shop) = (Whose::from(shop), shop.clone());
        let deed = move |tx: Tx<'_>| rows::shop::goes_on(tx, &shop);
        self.writer.do_chore(whose, deed).await
    }

    /// Why all shops' queues wait for TikTok: there is one way to it.
    pub async fn note_all_waiting(&self, why: Option<String>) -> Result<()> {
        let note = |shop| self.note_wait(shop, why.clone());
        join_all(self.keys.keys().map(note)).await.into_iter().collect()
    }
}

/// Where endpoints share a store.
impl Store {
    /// Whether other endpoints may work with it.
    pub fn is_shared(&self) -> bool {
        self.pulse.is_some()
    }

    /// Shops of which something is due now, whoever accepted it.
    pub async fn due_shops(&self, now: Timestamp) -> Result<Vec<ShopDomain>> {
        let waiting = self.writer.do_chore(Whose::Nobodys, rows::event_queries::waiting_shops);
        let due = waiting.await?.into_iter().filter(|(_, at)| *at <= now);
        Ok(due.map(|(shop, _)| shop).collect())
    }

    /// What endpoints have claimed that are not heard of any more goes again.
    pub async fn take_over(&self, now: Timestamp) -> Result<()> {
        let gone = self.writer.do_chore(Whose::Nobodys, endpoint::gone).await?;
        let mut failed = None;
        if gone.is_empty() {
            return Ok(());
        }
        let n = gone.iter().filter(|gone| !gone.in_good_order).count();
        if n > 0 {
            tracing::warn!(
                n,
                "endpoints that share this store are not heard of any more: what they were sending goes again"
            );
        }
        for shop in self.writer.do_chore(Whose::Nobodys, rows::shop::all).await? {
            let (whose, of) = (Whose::from(&shop), shop.clone());
            let deed = move |tx: Tx<'_>| deliver::take_over(tx, &of, now);
            // The others' need not wait for one that fails; it is tried again.
            failed = self.writer.do_chore(whose, deed).await.err().or(failed);
        }
        if let Some(error) = failed {
            return Err(error);
        }
        let forget =
            move |tx: Tx<'_>| gone.iter().try_for_each(|gone| endpoint::forget(tx, gone.run));
        self.writer.do_chore(Whose::Nobodys, forget).await
    }
}
