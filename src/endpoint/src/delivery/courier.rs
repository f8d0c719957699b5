//! One shop's courier: takes what is due, sends it, writes the answer down. It decides nothing:
//! [`super::queue`] says what may start, [`super::flight`] how a send goes on, the tables what
//! follows from an answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::bell::{Bell, Ring};
use super::flight::Flight;
use super::flights::{Flights, Landing};
use super::queue::{FLIGHTS, Parcel, Queue, Turn};
use super::tiktok::Tiktok;
use crate::clock::{Clock, dice};
use crate::config::Shop;
use crate::monitor::Series;
use crate::rules::answer::{Answer, Reply};
use crate::rules::sentences;
use crate::store::{Store, StoreError};

const STORE_REST: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct Courier {
    pub shop: Arc<Shop>,
    pub store: Store,
    pub tiktok: Arc<Tiktok>,
    pub clock: Clock,
    /// Rung when something may have fallen due.
    pub bell: Arc<Bell>,
    pub series: Arc<Series>,
}

impl Courier {
    /// Works until `stop` says `true`, then finishes what is on its way.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut flights = Flights::default();
        let mut queue = Queue::default();
        while !*stop.borrow() {
            let next = self.depart(&mut flights, queue).await;
            tokio::select! {
                Some(landing) = flights.land() => self.landed(&mut queue, landing).await,
                () = tokio::time::sleep(next), if flights.len() < FLIGHTS => {}
                why = self.bell.heard(), if flights.len() < FLIGHTS => match why {
                    Ring::Due => {}
                    Ring::Mended => queue.mended(self.clock.now()),
                },
                _ = stop.changed() => {}
            }
        }
        while flights.land().await.is_some() {} // what is lost now is found at the next start
    }

    /// Sends what is due and there is room for; returns how long there is nothing more to do.
    async fn depart(&self, flights: &mut Flights, queue: Queue) -> Duration {
        let now = self.clock.now();
        let room = queue.room(now, flights.len());
        if room.events == 0 {
            return Duration::from_secs(queue.rest(now, flights.len()));
        }
        let claim = match self.store.claim(&self.shop, room.events, now).await {
            Ok(claim) => claim,
            Err(error) => {
                let shop = self.shop.settings.shop.as_str();
                tracing::error!(shop, %error, "cannot look for what is due");
                return STORE_REST;
            }
        };
        for parcel in room.parcels(&claim.events) {
            flights.start(parcel.ids.clone(), self.clone().fly(parcel));
        }
        Duration::from_secs(queue.rest_after(now, claim.events.len(), claim.next))
    }

    /// One send; returns its last answer.
    async fn fly(self, parcel: Parcel) -> Option<Answer> {
        let shop = &self.shop.settings.shop;
        let Parcel { mode, .. } = parcel;
        let mut flight = Flight::of(parcel);
        while let Some(ids) = flight.next_parcel() {
            // The place first: between the answer about consent and the send nothing may wait.
            let place = self.tiktok.place().await;
            let owed =
                self.insist(|| self.store.renew(&self.shop, ids.clone(), self.clock.now())).await?;
            if owed.is_empty() {
                continue;
            }
            let reply = self.tiktok.send(place, &self.shop, mode, &owed).await;
            self.series.answered(reply.answer);
            let ids: Vec<i64> = owed.iter().map(|owed| owed.id).collect();
            if flight.answered(&ids, &reply) {
                self.insist(|| self.store.settle(shop, &ids, &reply, self.clock.now())).await?;
                self.log(&reply, ids.len());
            }
        }
        flight.last()
    }

    /// Asks the store until it does it: an answer that is not written down would lead to a second
    /// send.
    async fn insist<T, F>(&self, ask: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        loop {
            match ask().await {
                Ok(done) => return Some(done),
                Err(StoreError::Stopped) => return None,
                Err(error) => {
                    let shop = self.shop.settings.shop.as_str();
                    tracing::error!(shop, %error, "cannot write to the store; trying again");
                    tokio::time::sleep(STORE_REST).await;
                }
            }
        }
    }

    async fn landed(&self, queue: &mut Queue, landing: Landing) {
        let answer = match landing {
            Landing::Landed(Some(answer)) => answer,
            Landing::Landed(None) => return,
            Landing::Lost(ids) => {
                tracing::error!(
                    shop = self.shop.settings.shop.as_str(),
                    events = ids.len(),
                    "a send broke off"
                );
                let shop = &self.shop.settings.shop;
                self.insist(|| self.store.interrupted(shop, ids.clone(), self.clock.now())).await;
                return;
            }
        };
        let shop = self.shop.settings.shop.as_str();
        let told = match queue.landed(answer, self.clock.now(), dice()) {
            None => return,
            Some(Turn::Stopped(answer)) => {
                let why = sentences::paused(answer);
                tracing::error!(
                    shop,
                    "{why}. Everything is kept; repair the token, the pixel or api_base"
                );
                Some(why)
            }
            Some(Turn::Moves) => {
                tracing::info!(shop, "TikTok takes this shop's events again");
                None
            }
        };
        if let Err(error) = self.store.note_pause(&self.shop.settings.shop, told).await {
            tracing::warn!(shop, %error, "the pause could not be noted for `assent why`");
        }
    }

    fn log(&self, reply: &Reply, events: usize) {
        let (shop, said) = (self.shop.settings.shop.as_str(), sentences::answered(reply.answer));
        let request = reply.request_id.as_deref().unwrap_or("none");
        match reply.answer {
            Answer::Accepted { .. } | Answer::Partial { .. } | Answer::Duplicate { .. } => {
                tracing::debug!(shop, events, request, "{said}");
            }
            Answer::Refused { code: 40062 } => tracing::error!(shop, events, request, "{said}"),
            Answer::Refused { .. }
            | Answer::TooMany { .. }
            | Answer::Misconfigured { .. }
            | Answer::Throttled { .. }
            | Answer::Failed { .. }
            | Answer::Unreadable { .. }
            | Answer::Unreached => tracing::warn!(shop, events, request, "{said}"),
        }
    }
}
