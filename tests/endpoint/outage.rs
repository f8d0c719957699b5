//! TikTok cannot be reached for a day while 50 events a second come: what that takes of the disk, and
//! how it drains. With the real store, and time in the test's hand. `npm test` does a 400th of it;
//! all of it (some 10 GB, some hours in a debug build) does
//!
//! ```text
//! ASSENT_OUTAGE=1 cargo test --release --locked -p assent-endpoint --test endpoint -- --nocapture outage
//! ```
//!
//! where the number is the part: 1 all, 100 a hundredth.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use assent_gate::time::Timestamp;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::bench::{Bench, DAY, START, fired};
use crate::dispatch::{Dispatch, Far};
use crate::support::beacon::{add_to_cart, anchor, hash, id, purchase};

/// A second, of one shop.
const RATE: i64 = 50;
/// Of them, in `npm test`, one in so many.
const SHORT: i64 = 400;
/// Bytes on disk of an event that waits, with what belongs to it (docs/limits.md#a-day-without-tiktok).
const BUDGET: u64 = 3_000;
/// And of the log beside it.
const LOG: u64 = 64 * 1024 * 1024;
/// TikTok answers in a quarter of a second; then the next sends leave.
const WAVES: usize = 4;
/// Events of one wave.
const MOST: i64 = 200;

/// One shopper's way to a purchase: four events, of one checkout, after a click on an ad.
fn of_shopper(n: i64) -> Value {
    let (shopper, token) = (n / 4, format!("t{}", n / 4));
    let mut event = match n % 4 {
        0 => add_to_cart(&format!("sh-{shopper}")),
        1 => at_checkout("InitiateCheckout", &token),
        2 => at_checkout("AddPaymentInfo", &token),
        _ => purchase(&token),
    };
    let user = &mut event["user"];
    user["external_id"] = json!(hash(&format!("visitor {shopper}")));
    // A real click id is longer than 256 characters (docs/facts/tiktok.md#cookies-and-click-id).
    user["ttclid"] = json!(format!("E.C.P.{}{}", hash(&token).repeat(4), "x".repeat(24)));
    user["user_agent"] = json!(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like \
         Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
    );
    event["page"] = json!({
        "url": "https://shop.acme.example/products/ribbon?utm_source=tiktok&utm_campaign=winter",
        "referrer": "https://www.tiktok.com",
    });
    fired(event)
}

fn at_checkout(name: &str, token: &str) -> Value {
    let mut event = purchase(token);
    event["name"] = json!(name);
    event["event_id"] = json!(id(name, &anchor(token)));
    event
}

/// All at once, as many browsers would.
async fn accept(bench: &Bench, events: impl Iterator<Item = Value>, now: Timestamp) {
    let mut all = JoinSet::new();
    for event in events {
        let (store, arrived) = (bench.store.clone(), bench.arrived(&event, now, None, now));
        all.spawn(async move { store.accept(arrived).await.expect("it is stored") });
    }
    all.join_all().await;
}

/// Bytes of the store's file, or of the one beside it.
fn size(bench: &Bench, end: &str) -> u64 {
    let path = format!("{}{end}", bench.path().display());
    std::fs::metadata(path).map_or(0, |file| file.len())
}

fn part() -> i64 {
    let asked = std::env::var("ASSENT_OUTAGE").ok();
    asked.map_or(SHORT, |part| part.parse().expect("ASSENT_OUTAGE is a number"))
}

#[tokio::test]
async fn a_day_without_tiktok_fits_the_disk_and_drains_behind_what_is_fresh() {
    let bench = Bench::new("confirm = \"beacon\"");
    let mut dispatch = Dispatch::new();
    dispatch.far = Far::Nobody;
    let (step, begun) = (part().max(20), Instant::now());
    let each = (RATE * step / part()).max(1);
    let (mut came, mut now) = (0, START);
    while now.since(START) < DAY {
        accept(&bench, (came..came + each).map(of_shopper), now).await;
        came += each;
        dispatch.second(&bench, now).await;
        now = now.plus(step);
    }
    let log = size(&bench, "-wal");
    // What is in the log goes into the file when it is folded, as it is at the end of a server.
    let bench = bench.reopened(now);
    let bytes = size(&bench, "");
    let each_takes = bytes / came.unsigned_abs();
    println!(
        "{came} events wait: {bytes} bytes, {each_takes} each, and {log} in the log; {} requests in \
         a day; {:.0} s",
        dispatch.tries,
        begun.elapsed().as_secs_f64()
    );
    assert_eq!(bench.count("event WHERE ended = 0"), came, "all of them wait");
    // What it takes of a database stands in docs/postgres.md#how-much.
    assert!(log <= LOG, "{log} bytes of log");
    assert!(each_takes <= BUDGET, "{each_takes} bytes each, and {BUDGET} are stated");
    assert!(dispatch.tries < 4000, "{} requests in a day", dispatch.tries);

    let drained = drain(&bench, &mut dispatch, came, now).await;
    println!("{drained:?}; {:.0} s", begun.elapsed().as_secs_f64());
    // Some seconds more: the last pause, and the first steps of the recovery.
    let least = came / (MOST * 4 - RATE);
    assert!((least..least + 70).contains(&drained.seconds), "{drained:?}, at best {least}");
    assert_eq!(drained.behind, 0, "fresh events that waited for the backlog");
    let other_ends = "event WHERE ended = 1 AND state <> 'delivered'";
    assert_eq!(bench.count(other_ends), 0, "all are delivered");
}

#[derive(Debug)]
struct Drained {
    seconds: i64,
    fresh: usize,
    /// Fresh ones that did not leave with the first requests after they had come.
    behind: usize,
    longest_wave: Duration,
}

/// TikTok is back, and shoppers go on coming.
async fn drain(bench: &Bench, dispatch: &mut Dispatch, mut came: i64, begun: Timestamp) -> Drained {
    dispatch.far = Far::Taker;
    let mut now = begun;
    let mut drained = Drained { seconds: 0, fresh: 0, behind: 0, longest_wave: Duration::ZERO };
    // Those that have not left, with the waves since.
    let mut fresh: BTreeMap<String, usize> = BTreeMap::new();
    let mut has_begun = false;
    loop {
        for wave in 0..WAVES {
            let share = i64::from(wave == 0) + RATE / 4;
            let events: Vec<Value> = (came..came + share).map(of_shopper).collect();
            came += share;
            let ids = events.iter().map(|event| event["event_id"].as_str().expect("an id"));
            fresh.extend(ids.map(|id| (id.to_owned(), 0)));
            drained.fresh += events.len();
            accept(bench, events.into_iter(), now).await;
            let clock = Instant::now();
            let sent = dispatch.wave(bench, now).await;
            drained.longest_wave = drained.longest_wave.max(clock.elapsed());
            for id in &dispatch.taken {
                fresh.remove(id);
            }
            // The first that goes is a probe: what has waited longest.
            if has_begun {
                fresh.values_mut().for_each(|waves| *waves += 1);
                drained.behind += fresh.values().filter(|waves| **waves == 1).count();
            }
            has_begun |= sent > 0;
        }
        now = now.plus(1);
        drained.seconds = now.since(begun);
        if bench.count("event WHERE ended = 0") == 0 {
            return drained;
        }
        assert!(drained.seconds < DAY, "{drained:?}");
    }
}
