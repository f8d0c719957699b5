//! Endpoints that share one store die at any moment (`kill -9`), and the store's server too (immediate
//! mode), under load and with a TikTok that fails now and then. What was accepted stands, nothing is sent
//! again once it was settled as delivered, and nothing is sent without a grant.
//!
//! One endpoint on SQLite, and three beside one PostgreSQL, for some seconds in every run; `npm run torture` does it
//! for longer (`ASSENT_SEVERAL_SECONDS`).

mod endpoints;
mod judge;
mod shoppers;
mod store;

use std::sync::Arc;
use std::time::{Duration, Instant};

use self::endpoints::Endpoints;
use self::judge::{Settled, judge};
use self::shoppers::Shoppers;
use self::store::Store;
use crate::sink::Sink;
use crate::support::beacon::now;

/// Beacons a second, of all shoppers.
const RATE: u32 = 300;
/// How long it goes on in every run.
const SHORT: u64 = 8;
/// An endpoint lives so long at least, and at most twice as long, before it is killed.
const LIFE: Duration = Duration::from_millis(1500);
/// So long it is away.
const AWAY: Duration = Duration::from_millis(300);

#[test]
fn one_endpoint_on_sqlite_is_killed_under_load() {
    survive("SQLite", &Store::sqlite(), 1);
}

#[test]
fn three_endpoints_beside_one_postgresql_are_killed_under_load() {
    survive("PostgreSQL", &Store::postgres(), 3);
}

fn survive(engine: &str, store: &Store, several: usize) {
    let seconds = std::env::var("ASSENT_SEVERAL_SECONDS").ok().and_then(|text| text.parse().ok());
    let long = Duration::from_secs(seconds.unwrap_or(SHORT));
    let mut dice = Dice(now().unsigned_abs().wrapping_mul(2_654_435_761));
    let sink = Sink::start();
    sink.turn_moody();
    let mut endpoints = Endpoints::start(store, several, sink.address);
    let shoppers = Arc::new(Shoppers::new(endpoints.addresses()));
    let begun = Instant::now();
    let threads = shoppers.begin(RATE, long);
    let (mut kills, mut restarts, mut settled) = (0, 0, Settled::default());
    while begun.elapsed() < long {
        std::thread::sleep(LIFE.mul_f64(1.0 + dice.part()));
        let (dies, third) = (dice.below(several), long / 3);
        endpoints.kill(dies);
        kills += 1;
        sink.fence();
        if begun.elapsed() > third * (restarts + 1) && restarts < 2 && store.restart() {
            restarts += 1;
        }
        settled.look(store, &sink);
        std::thread::sleep(AWAY);
        endpoints.revive(dies);
    }
    for thread in threads {
        thread.join().expect("a shopper failed");
    }
    sink.calm_down();
    let told = shoppers.told();
    settled.until_all_have_ended(store, &sink, &told);
    judge(engine, (kills, restarts), &told, &settled, &sink.arrived());
}

/// splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).expect("few");
        usize::try_from(self.next() % n).expect("few")
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).expect("its upper half")) / f64::from(u32::MAX)
    }
}
