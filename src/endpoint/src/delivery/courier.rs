//! One shop's courier: takes what is due, sends it, writes the answer down. It decides nothing; the
//! tables do.

use std::sync::Arc;
use std::time::Duration;

use assent_gate::time::Timestamp;
use tokio::sync::{Notify, watch};

use super::flights::{Flights, Landing};
use super::tiktok::Tiktok;
use crate::clock::{Clock, dice};
use crate::config::Shop;
use crate::rules::answer::{Answer, Reply};
use crate::rules::mode::Mode;
use crate::rules::pause::Pause;
use crate::rules::sentences;
use crate::store::{Claimed, Store, StoreError};

/// Requests of one shop under way at one time.
const FLIGHTS: usize = 16;
/// TikTok recommends single sends (docs/facts/tiktok.md#the-request); a backlog goes out in groups
/// of at most this many.
const LARGEST_GROUP: usize = 50;
/// Events claimed in one transaction: few enough that the browser's beacons need not wait for it.
const LARGEST_CLAIM: usize = 200;
/// The longest sleep, so that a clock that is set forward is noticed.
const LONGEST_SLEEP: i64 = 15;
const STORE_REST: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
pub struct Courier {
    pub shop: Arc<Shop>,
    pub store: Store,
    pub tiktok: Arc<Tiktok>,
    pub clock: Clock,
    /// Rung when something may have fallen due.
    pub bell: Arc<Notify>,
}

impl Courier {
    /// Works until `stop` says `true`, then finishes what is on its way.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut flights = Flights::default();
        let mut pause = Pause::Running;
        while !*stop.borrow() {
            let next = self.depart(&mut flights, pause).await;
            tokio::select! {
                Some(landing) = flights.land() => pause = self.landed(pause, landing).await,
                () = tokio::time::sleep(next), if flights.len() < FLIGHTS => {}
                () = self.bell.notified(), if flights.len() < FLIGHTS => {}
                _ = stop.changed() => {}
            }
        }
        while flights.land().await.is_some() {} // what is lost now is found at the next start
    }

    /// Sends what is due and there is room for; returns how long there is nothing more to do.
    async fn depart(&self, flights: &mut Flights, pause: Pause) -> Duration {
        let now = self.clock.now();
        let room = pause.admits(now, FLIGHTS - flights.len(), flights.len());
        let limit = match pause {
            Pause::Running => (room * LARGEST_GROUP).min(LARGEST_CLAIM),
            Pause::Paused { .. } => room,
        };
        if limit == 0 {
            return match pause {
                Pause::Paused { probe_at, .. } if flights.is_empty() => until(now, probe_at),
                // A landing wakes us.
                Pause::Paused { .. } | Pause::Running => until(now, now.plus(LONGEST_SLEEP)),
            };
        }
        let claim = match self.store.claim(&self.shop, limit, now).await {
            Ok(claim) => claim,
            Err(error) => {
                let shop = self.shop.settings.shop.as_str();
                tracing::error!(shop, %error, "cannot look for what is due");
                return STORE_REST;
            }
        };
        let empty = claim.events.is_empty();
        for parcel in parcels(&claim.events, room) {
            flights.start(parcel.ids.clone(), self.clone().fly(parcel));
        }
        match pause {
            Pause::Running => until(now, claim.next.unwrap_or(now.plus(LONGEST_SLEEP))),
            // Whatever else is due waits for the probe's answer. A claim that found nothing to send
            // looks again at once, while there is anything due.
            Pause::Paused { .. } if empty => {
                until(now, claim.next.unwrap_or(now.plus(LONGEST_SLEEP)))
            }
            Pause::Paused { .. } => until(now, now.plus(LONGEST_SLEEP)),
        }
    }

    /// One send, split for as long as TikTok refuses the whole for the sake of a part. Returns the
    /// last answer.
    async fn fly(self, parcel: Parcel) -> Option<Answer> {
        let Parcel { mode, ids } = parcel;
        let mut parcels = vec![ids];
        let mut last = None;
        while let Some(ids) = parcels.pop() {
            // The place first: between the answer about consent and the send nothing may wait.
            let place = self.tiktok.place().await;
            let parcel =
                self.insist(|| self.store.renew(&self.shop, ids.clone(), self.clock.now())).await?;
            if parcel.is_empty() {
                continue;
            }
            let reply = self.tiktok.send(place, &self.shop, mode, &parcel).await;
            let ids: Vec<i64> = parcel.iter().map(|owed| owed.id).collect();
            if ids.len() > 1 && reply.answer.is_for_a_part() {
                let (first, second) = ids.split_at(ids.len() / 2);
                parcels.extend([second.to_vec(), first.to_vec()]);
                continue;
            }
            let shop = &self.shop.settings.shop;
            self.insist(|| self.store.settle(shop, &ids, &reply, self.clock.now())).await?;
            self.log(&reply, ids.len());
            last = Some(reply.answer);
        }
        last
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

    async fn landed(&self, pause: Pause, landing: Landing) -> Pause {
        let answer = match landing {
            Landing::Landed(Some(answer)) => answer,
            Landing::Landed(None) => return pause,
            Landing::Lost(ids) => {
                tracing::error!(
                    shop = self.shop.settings.shop.as_str(),
                    events = ids.len(),
                    "a send broke off"
                );
                let shop = &self.shop.settings.shop;
                self.insist(|| self.store.interrupted(shop, ids.clone(), self.clock.now())).await;
                return pause;
            }
        };
        let after = pause.after(answer, self.clock.now(), dice());
        let told = match (pause, after) {
            (Pause::Running, Pause::Paused { .. }) => Some(sentences::paused(answer)),
            (Pause::Paused { .. }, Pause::Running) => None,
            (Pause::Running, Pause::Running) | (Pause::Paused { .. }, Pause::Paused { .. }) => {
                return after;
            }
        };
        let shop = self.shop.settings.shop.as_str();
        match &told {
            Some(why) => tracing::error!(
                shop,
                "{why}. Everything is kept; repair the token, the pixel or api_base"
            ),
            None => tracing::info!(shop, "TikTok takes this shop's events again"),
        }
        if let Err(error) = self.store.note_pause(&self.shop.settings.shop, told).await {
            tracing::warn!(shop, %error, "the pause could not be noted for `assent why`");
        }
        after
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

/// What goes in one request: of one mode.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parcel {
    mode: Mode,
    ids: Vec<i64>,
}

/// Single sends where there is room, else groups; alone what must go alone.
fn parcels(events: &[Claimed], room: usize) -> Vec<Parcel> {
    let size = events.len().div_ceil(room).clamp(1, LARGEST_GROUP);
    let mut parcels = Vec::new();
    for mode in [Mode::Live, Mode::Test] {
        for alone in [true, false] {
            let ids: Vec<i64> = events
                .iter()
                .filter(|event| (event.mode, event.alone) == (mode, alone))
                .map(|event| event.id)
                .collect();
            let size = if alone { 1 } else { size };
            parcels.extend(ids.chunks(size).map(|ids| Parcel { mode, ids: ids.to_vec() }));
        }
    }
    parcels
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_secs(then.since(now).clamp(0, LONGEST_SLEEP).unsigned_abs())
}
