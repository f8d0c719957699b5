//! One shop's courier: takes what is due, sends it, writes the answer down. It decides nothing:
//! [`super::queue`] and [`super::way`] say what may start, [`super::flight`] how a send goes on, the tables what
//! follows from an answer.

use std::sync::{Arc, Once};
use std::time::Duration;

use assent_gate::time::Timestamp;
use tokio::sync::watch;

use super::bell::{Bell, Ring};
use super::flight::Flight;
use super::flights::{Flights, Landing};
use super::queue::{Errand, FLIGHTS, Parcel, Queue, Turn, seconds};
use super::tiktok::Tiktok;
use super::way::{Change, Leave};
use crate::clock::{Clock, dice};
use crate::config::Shop;
use crate::monitor::Series;
use crate::rules::answer::{Answer, Reply};
use crate::rules::mode::Mode;
use crate::rules::sentences;
use crate::store::{Claim, Store, StoreError};

const STORE_REST: Duration = Duration::from_secs(1);
/// Of a shop of which nothing waits, where somebody else looks for all shops.
const SHARED_REST: Duration = Duration::from_secs(300);
/// A damaged row, or file, is asked so often; then the place is needed for others.
const MOST_TRIES: u32 = 5;

#[derive(Debug, Clone)]
pub struct Courier {
    pub shop: Arc<Shop>,
    pub store: Store,
    pub tiktok: Arc<Tiktok>,
    pub clock: Clock,
    /// Rung when something may have fallen due.
    pub bell: Arc<Bell>,
    pub series: Arc<Series>,
    /// Whether it has been said that TikTok took the first event since the start.
    pub first: Arc<Once>,
}

impl Courier {
    /// Works until `stop` says `true`, then finishes what is on its way.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut flights = Flights::default();
        let mut queue = Queue::default();
        let mut freed = self.tiktok.freed();
        while !*stop.borrow() {
            // What is known already is heeded before anything else starts.
            while let Some(landing) = flights.landed() {
                self.landed(&mut queue, landing).await;
            }
            let next = self.depart(&mut flights, queue).await;
            tokio::select! {
                Some(landing) = flights.land() => self.landed(&mut queue, landing).await,
                _ = freed.changed() => {}
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
        let room = match self.tiktok.leave() {
            Leave::Given => room,
            Leave::AsScout => room.for_a_scout(),
            Leave::NotFor(wait) => return Duration::from_secs(seconds(wait)),
        };
        let claim = match self.claim(flights, room.events, now).await {
            Ok(claim) => claim,
            Err(error) => {
                let shop = self.shop.settings.shop.as_str();
                tracing::error!(shop, %error, "cannot look for what is due");
                self.stays(room.errand);
                return STORE_REST;
            }
        };
        if claim.events.is_empty() {
            self.stays(room.errand);
        }
        for parcel in room.parcels(&claim.events) {
            flights.start(parcel.ids.clone(), self.clone().fly(parcel));
        }
        if claim.events.is_empty() && claim.next.is_none() && self.store.is_shared() {
            // Nothing waits. What others leave is looked for in one question for all shops, and rings.
            return SHARED_REST;
        }
        Duration::from_secs(queue.rest_after(now, claim.events.len(), claim.next))
    }

    /// What may be sent, and was not claimed before without our hearing of it.
    async fn claim(
        &self,
        flights: &Flights,
        limit: usize,
        now: Timestamp,
    ) -> Result<Claim, StoreError> {
        let shop = &self.shop.settings.shop;
        self.store.give_back_unknown(shop, flights.events(), now).await?;
        self.store.claim(&self.shop, limit, now).await
    }

    /// Whoever was to find out something for others, and does not go, says so.
    fn stays(&self, errand: Errand) {
        match errand {
            Errand::Scout => self.tiktok.scout_stays(),
            Errand::Delivery | Errand::Probe => {}
        }
    }

    /// One send; returns its last answer.
    async fn fly(self, parcel: Parcel) -> Option<Answer> {
        let shop = &self.shop.settings.shop;
        let Parcel { mode, errand, .. } = parcel;
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
            self.tell_of_the_way(reply.answer).await;
            let ids: Vec<i64> = owed.iter().map(|owed| owed.id).collect();
            if flight.answered(&ids, &reply) {
                self.insist(|| self.store.settle(shop, &ids, &reply, self.clock.now())).await?;
                self.log(&reply, ids.len(), errand);
                self.tell_of_the_first(reply.answer, mode).await;
            }
        }
        let last = flight.last();
        if last.is_none() {
            self.stays(errand);
        }
        let left = flight.left();
        if !left.is_empty() {
            self.insist(|| self.store.give_back(shop, left.clone(), self.clock.now())).await?;
        }
        last
    }

    /// All shops share it: a line when nobody is there, and one when somebody is again.
    async fn tell_of_the_way(&self, answer: Answer) {
        let told = match self.tiktok.told(answer) {
            None => return,
            Some(Change::Blocked) => {
                let why = sentences::waits(answer);
                tracing::error!("{why}. Check this machine's way to `api_base`");
                Some(why)
            }
            Some(Change::Free) => {
                tracing::info!("TikTok can be reached again");
                None
            }
        };
        if let Err(error) = self.store.note_all_waiting(told).await {
            tracing::warn!(%error, "the wait could not be noted for `assent why`");
        }
    }

    async fn insist<T, F>(&self, ask: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        insist(self.shop.settings.shop.as_str(), ask).await
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
        if let Some(turn) = queue.landed(answer, self.clock.now(), dice()) {
            self.tell(turn).await;
        }
    }

    /// A line when the queue turns, and a note for `assent why`.
    async fn tell(&self, turn: Turn) {
        let (domain, shop) = (&self.shop.settings.shop, self.shop.settings.shop.as_str());
        let noted = match turn {
            Turn::Stopped(answer) => {
                let why = sentences::paused(answer);
                tracing::error!(
                    shop,
                    "{why}. Everything is kept; repair the token, the pixel or api_base"
                );
                self.store.note_pause(domain, Some(why)).await
            }
            Turn::Moves => {
                tracing::info!(shop, "TikTok takes this shop's events again");
                self.store.note_pause(domain, None).await
            }
            Turn::Waits(answer) => {
                let why = sentences::waits(answer);
                tracing::warn!(shop, "{why}");
                self.store.note_wait(domain, Some(why)).await
            }
            Turn::GoesOn => {
                tracing::info!(shop, "TikTok takes events at their pace again");
                self.store.note_wait(domain, None).await
            }
        };
        if let Err(error) = noted {
            tracing::warn!(shop, %error, "the queue's state could not be noted for `assent why`");
        }
    }

    /// Who has just set it up waits for this line.
    async fn tell_of_the_first(&self, answer: Answer, mode: Mode) {
        let Answer::Accepted { .. } = answer else { return };
        let domain = &self.shop.settings.shop;
        let shop = domain.as_str();
        // That its queue stands still may have been noted by an endpoint that has ended since. Who starts beside others
        // leaves the note, for it could be theirs.
        if self.store.is_shared()
            && !self.first.is_completed()
            && let Err(error) = self.store.note_that_it_goes_on(domain).await
        {
            tracing::warn!(shop, %error, "the queue's state could not be noted for `assent why`");
        }
        self.first.call_once(|| match mode {
            Mode::Live => tracing::info!(shop, "first verified event: TikTok took it (code 0), and counts it"),
            Mode::Test => tracing::info!(
                shop,
                "first verified event: TikTok took it (code 0) as a test: Events Manager, Test events"
            ),
        });
    }

    fn log(&self, reply: &Reply, events: usize, errand: Errand) {
        let (shop, said) = (self.shop.settings.shop.as_str(), sentences::answered(reply.answer));
        let request = reply.request_id.as_deref().unwrap_or("none");
        match reply.answer {
            Answer::Refused { code: 40062 } => tracing::error!(shop, events, request, "{said}"),
            Answer::Accepted { .. } | Answer::Partial { .. } | Answer::Duplicate { .. } => {
                tracing::debug!(shop, events, request, "{said}");
            }
            // The queue's turn is told, not each answer of a wait.
            Answer::Throttled { .. }
            | Answer::Misconfigured { .. }
            | Answer::Failed { .. }
            | Answer::Unreadable { .. }
            | Answer::Unreached
                if errand != Errand::Delivery || reply.answer.holds_up_the_rest() =>
            {
                tracing::debug!(shop, events, request, "{said}");
            }
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

/// Asks the store until it does it: an answer that is not written down would lead to a second
/// send. Where it never will, the events stay as they are, on their way: none is sent again before
/// the next start, which looks at each.
async fn insist<T, F>(shop: &str, ask: impl Fn() -> F) -> Option<T>
where
    F: Future<Output = Result<T, StoreError>>,
{
    for tries in 1.. {
        match ask().await {
            Ok(done) => return Some(done),
            Err(StoreError::Stopped) => return None,
            Err(error) if error.is_lasting() && tries >= MOST_TRIES => {
                tracing::error!(
                    shop,
                    %error,
                    "the store cannot write this down, and is not asked again: these events \
                     stay on their way until the next start"
                );
                return None;
            }
            Err(error) => {
                tracing::error!(shop, %error, "cannot write to the store; trying again");
                tokio::time::sleep(STORE_REST).await;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_store_is_asked_until_it_does_it_unless_it_never_will() {
        let asked = Cell::new(0);
        let busy_at_first = || async {
            asked.set(asked.get() + 1);
            if asked.get() < 100 { Err(StoreError::NotCommitted) } else { Ok(7) }
        };
        assert_eq!(insist("a shop", busy_at_first).await, Some(7));
        asked.set(0);
        let tripped = || async {
            asked.set(asked.get() + 1);
            Err::<(), _>(StoreError::Panicked)
        };
        assert_eq!((insist("a shop", tripped).await, asked.get()), (None, MOST_TRIES));
    }
}
