//! A courier without sockets and with time in the test's hand: the real queue, flights and store,
//! and the lab's strict TikTok. All sends that may be under way at one time leave before the first
//! is answered, and every answer comes within the second.

use assent_endpoint::delivery::flight::Flight;
use assent_endpoint::delivery::queue::{Errand, Parcel, Queue, Turn};
use assent_endpoint::delivery::tiktok::body;
use assent_endpoint::delivery::way::{Change, Leave, Way};
use assent_endpoint::rules::answer::{Answer, Reply, read};
use assent_gate::time::Timestamp;
use assent_lab::tiktok::{Options, Tiktok};
use serde_json::Value;

use crate::bench::Bench;
use crate::support::server::PIXEL;

const TOKEN: &str = "x";
/// One throw for all: 62 in 100.
const DICE: u64 = 0x9e37_79b9_7f4a_7c15;

/// Who is at the other end.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Far {
    /// The lab's TikTok.
    Strict,
    Nobody,
    /// A TikTok that takes everything and keeps nothing: for millions.
    Taker,
}

pub(crate) struct Dispatch {
    queue: Queue,
    way: Way,
    pub(crate) tiktok: Tiktok,
    pub(crate) far: Far,
    pub(crate) turns: Vec<Turn>,
    pub(crate) changes: Vec<Change>,
    /// Requests that were tried, whether or not they arrived.
    pub(crate) tries: usize,
    /// Events that the last wave's requests brought, and that were taken.
    pub(crate) taken: Vec<String>,
}

impl Dispatch {
    pub(crate) fn new() -> Self {
        Self {
            queue: Queue::default(),
            way: Way::default(),
            tiktok: Tiktok::new(&Options::one(PIXEL, TOKEN)),
            far: Far::Strict,
            turns: Vec::new(),
            changes: Vec::new(),
            tries: 0,
            taken: Vec::new(),
        }
    }

    /// Until there is nothing more to do in this second.
    pub(crate) async fn second(&mut self, bench: &Bench, now: Timestamp) {
        while self.wave(bench, now).await > 0 {}
    }

    /// What may leave at one time; how many requests.
    pub(crate) async fn wave(&mut self, bench: &Bench, now: Timestamp) -> usize {
        self.taken.clear();
        let room = self.queue.room(now, 0);
        if room.events == 0 {
            return 0;
        }
        let room = match self.way.leave(now) {
            Leave::Given => room,
            Leave::AsScout => room.for_a_scout(),
            Leave::NotFor(_) => return 0,
        };
        let claim = bench.store.claim(&bench.shop, room.events, now).await.expect("a claim");
        if claim.events.is_empty() && room.errand == Errand::Scout {
            self.way.scout_stays();
        }
        let before = self.tries;
        let mut landed = Vec::new();
        for parcel in room.parcels(&claim.events) {
            landed.push(self.fly(bench, parcel, now).await);
        }
        for answer in landed.into_iter().flatten() {
            self.turns.extend(self.queue.landed(answer, now, DICE));
        }
        self.tries - before
    }

    async fn fly(&mut self, bench: &Bench, parcel: Parcel, now: Timestamp) -> Option<Answer> {
        let mode = parcel.mode;
        let mut flight = Flight::of(parcel);
        while let Some(ids) = flight.next_parcel() {
            let owed = bench.store.renew(&bench.shop, ids, now).await.expect("leave");
            if owed.is_empty() {
                continue;
            }
            let bytes = body(&bench.shop, mode, &owed).expect("who tests has a code");
            let reply = self.says(&bytes, now);
            self.changes.extend(self.way.told(reply.answer, now, DICE));
            let ids: Vec<i64> = owed.iter().map(|owed| owed.id).collect();
            if flight.answered(&ids, &reply) {
                let shop = &bench.shop.settings.shop;
                bench.store.settle(shop, &ids, &reply, now).await.expect("it is settled");
            }
        }
        let left = flight.left();
        if !left.is_empty() {
            let shop = &bench.shop.settings.shop;
            bench.store.give_back(shop, left, now).await.expect("they are given back");
        }
        flight.last()
    }

    /// How many requests TikTok had taken before this event's.
    pub(crate) fn position_of(&self, event: &Value) -> usize {
        let id = event["event_id"].as_str().expect("an id");
        let taken = self.tiktok.received().into_iter().filter(|one| one.code == Some(0));
        let mut taken = taken.map(|one| one.body);
        taken.position(|body| body.contains(id)).expect("it has come")
    }

    fn says(&mut self, body: &[u8], now: Timestamp) -> Reply {
        self.tries += 1;
        match self.far {
            Far::Strict => {}
            Far::Nobody => return Reply { answer: Answer::Unreached, request_id: None },
            Far::Taker => {
                let sent: Value = serde_json::from_slice(body).expect("JSON");
                let events = sent["data"].as_array().expect("events").iter();
                let ids = events.map(|one| one["event_id"].as_str().expect("an id").to_owned());
                self.taken.extend(ids);
                return Reply { answer: Answer::Accepted { code: 0 }, request_id: None };
            }
        }
        self.tiktok.set_clock(now.0);
        let body = std::str::from_utf8(body).expect("JSON");
        match self.tiktok.track(TOKEN, body) {
            Some(said) => read(said.status, said.retry_after_seconds, said.body.as_bytes()),
            None => Reply {
                answer: Answer::Unreadable { status: 0, retry_after: None },
                request_id: None,
            },
        }
    }
}
