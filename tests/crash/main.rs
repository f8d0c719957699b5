//! `kill -9`, a hundred times, at random moments, under load. Every event that got a 202 is
//! delivered, none under a second id or time, and none is sent again once its acknowledgement was
//! committed.
//!
//! The moments come from a seed, which is printed; `ASSENT_CRASH_SEED` repeats them (the machine's
//! scheduling it cannot).

#[path = "../endpoint/support/mod.rs"]
mod support;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use support::beacon::{add_to_cart, beacon, now};
use support::http::request;
use support::rows::hex;
use support::server::World;
use support::until;

const KILLS: u64 = 100;
const SHOPPERS: u64 = 6;
/// The longest life of a server, counted from the moment it listens.
const LONGEST_LIFE_MS: u64 = 400;

/// What the shoppers' side knows.
#[derive(Default)]
struct Shoppers {
    /// Where the server of the moment is; `None` while there is none.
    address: Mutex<Option<String>>,
    /// Ids that got a 202, with the times they were sent under.
    acknowledged: Mutex<HashMap<String, i64>>,
    /// Every id that was ever posted.
    posted: Mutex<HashSet<String>>,
    done: AtomicBool,
    next: AtomicU64,
}

#[test]
fn a_hundred_kills_lose_nothing_and_repeat_nothing_acknowledged() {
    let seed = std::env::var("ASSENT_CRASH_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| now().unsigned_abs() * 2_654_435_761);
    eprintln!("ASSENT_CRASH_SEED={seed}");
    let mut moments = Moments(seed | 1);
    let world = World::new();
    let shoppers = Arc::new(Shoppers::default());
    let threads: Vec<_> = (0..SHOPPERS)
        .map(|_| {
            let shoppers = shoppers.clone();
            thread::spawn(move || shoppers.shop())
        })
        .collect();

    // After each kill: which events the dead server's store had as delivered, and what TikTok had
    // received by then.
    let mut committed: HashMap<String, usize> = HashMap::new();
    for kill in 1..=KILLS {
        let sent_before = world.tiktok.received().len();
        let server = world.serve();
        shoppers.go_to(Some(server.address.clone()));
        thread::sleep(Duration::from_millis(moments.next() % LONGEST_LIFE_MS)); // the random moment itself
        server.kill();
        shoppers.go_to(None);
        fence(&world);
        let received = world.tiktok.received();
        no_id_twice_in(received[sent_before..].iter().flat_map(|request| &request.events), kill);
        for id in delivered_on_disk(&world) {
            committed.entry(id).or_insert(received.len());
        }
    }
    shoppers.done.store(true, Ordering::SeqCst);
    let server = world.serve();
    shoppers.go_to(Some(server.address.clone()));
    for thread in threads {
        thread.join().expect("a shopper failed");
    }
    let acknowledged = shoppers.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone();
    until("everything acknowledged is delivered", || {
        let delivered: HashSet<String> = delivered_on_disk(&world).into_iter().collect();
        acknowledged.keys().all(|id| delivered.contains(id)).then_some(())
    });
    assert_eq!(server.stop(), Some(0));
    judge(&world, &shoppers, &acknowledged, &committed);
}

fn judge(
    world: &World,
    shoppers: &Shoppers,
    acknowledged: &HashMap<String, i64>,
    committed: &HashMap<String, usize>,
) {
    let counted = world.tiktok.counted();
    let mut times: HashMap<String, usize> = HashMap::new();
    for conversion in &counted {
        *times.entry(conversion.event_id.clone().expect("we always send one")).or_default() += 1;
    }
    let posted = shoppers.posted.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(times.values().all(|n| *n == 1), "counted twice");
    assert!(times.keys().all(|id| posted.contains(id)), "an id that nobody posted");
    assert!(
        acknowledged.keys().all(|id| times.contains_key(id)),
        "acknowledged, and never counted"
    );

    let (mut sends, mut again) = (0, 0);
    let mut seen = HashSet::new();
    for request in world.tiktok.received() {
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        for event in body["data"].as_array().into_iter().flatten() {
            let id = event["event_id"].as_str().expect("an id").to_owned();
            sends += 1;
            again += usize::from(!seen.insert(id.clone()));
            if let Some(time) = acknowledged.get(&id) {
                assert_eq!(event["event_time"].as_i64(), Some(*time), "{id} under another time");
            }
            let at = committed.get(&id).copied().unwrap_or(usize::MAX);
            assert!(
                request.seq < at,
                "{id} was sent again after its acknowledgement was committed"
            );
        }
    }
    eprintln!(
        "{KILLS} kills: {} acknowledged, {} counted, {sends} sends, of which {again} again after an interrupted one",
        acknowledged.len(),
        counted.len()
    );
    // A server that shares a database is longer on its feet before it listens, and a killed one's sends wait.
    let least = if world.place.is_database() { 150 } else { 500 };
    assert!(acknowledged.len() > least, "hardly any load: {}", acknowledged.len());
    assert!(again > 0, "no kill ever hit a send; the test shows nothing");
    assert_eq!(world.tiktok.violations(), Vec::<String>::new());
}

/// What the dead server had sent may still lie in the stand-in's sockets. Its one thread takes up
/// what is ready in turn: by the time it has answered two newer connections one after the other, it
/// has taken up all that lay there.
fn fence(world: &World) {
    let base = world.tiktok.base_url();
    let address = base.strip_prefix("http://").expect("the stand-in speaks plainly");
    for _ in 0..2 {
        let answer = request(address, "GET", "/fence", &[], b"").expect("the stand-in answers");
        assert_eq!(answer.status, 404, "no request that would be recorded");
    }
}

/// Nothing fails in here but the server, so within one life no event needs a second send.
fn no_id_twice_in<'a>(events: impl Iterator<Item = &'a assent_lab::tiktok::Seen>, kill: u64) {
    let mut seen = HashSet::new();
    for event in events {
        assert!(
            seen.insert(event.event_id.clone()),
            "{:?} twice within life {kill}",
            event.event_id
        );
    }
}

/// What the store says on disk. A file is read from a copy: looking must not tidy up what the next server has
/// to find.
fn delivered_on_disk(world: &World) -> Vec<String> {
    if !world.place.is_database() {
        return delivered_in_file(world);
    }
    let rows = world.look();
    if !rows.tables().contains(&"event".to_owned()) {
        return Vec::new();
    }
    let ids = rows.column::<Vec<u8>>("SELECT event_id FROM event WHERE state = 'delivered'");
    ids.iter().map(|id| hex(id)).collect()
}

fn delivered_in_file(world: &World) -> Vec<String> {
    let copy = tempfile::TempDir::new().expect("a directory");
    for name in ["assent.db", "assent.db-wal"] {
        let _ = std::fs::copy(world.dir.path().join(name), copy.path().join(name));
    }
    let Ok(store) = rusqlite::Connection::open(copy.path().join("assent.db")) else {
        return Vec::new();
    };
    // A server killed before it made its tables has delivered nothing.
    let Ok(mut find) =
        store.prepare("SELECT lower(hex(event_id)) FROM event WHERE state = 'delivered'")
    else {
        return Vec::new();
    };
    let ids = find.query_map([], |row| row.get(0)).expect("it can be read");
    ids.filter_map(Result::ok).collect()
}

impl Shoppers {
    /// Posts one event after the other. Without an answer the same beacon is posted again, as the
    /// browser's outbox does.
    fn shop(&self) {
        while !self.done.load(Ordering::SeqCst) {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            let event = add_to_cart(&format!("sh-{n}"));
            let id = event["event_id"].as_str().expect("an id").to_owned();
            let time = event["event_time"].as_i64().expect("a time");
            self.posted.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
            let body = beacon(None, &[event]).to_string();
            until("a server takes it", || self.post(&body));
            self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).insert(id, time);
        }
    }

    /// `Some` once it has been acknowledged.
    fn post(&self, body: &str) -> Option<()> {
        let address = self.address.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let answer = request(
            &address,
            "POST",
            "/v1/events",
            &[("Content-Type", "text/plain")],
            body.as_bytes(),
        )?;
        assert_eq!(answer.status, 202, "{}", answer.body);
        Some(())
    }

    fn go_to(&self, address: Option<String>) {
        *self.address.lock().unwrap_or_else(PoisonError::into_inner) = address;
    }
}

/// splitmix64: the same seed gives the same moments.
struct Moments(u64);

impl Moments {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}
