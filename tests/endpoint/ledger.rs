//! What is counted adds up: whatever happens to events, those that were accepted or recovered are those
//! that came to an end and those that wait.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use assent_endpoint::rules::answer::{Answer, Reply};
use assent_endpoint::rules::debt::End;
use assent_endpoint::rules::order::Topic;
use assent_endpoint::store::{Happened, Happening, Whom};
use serde_json::Value;

use crate::bench::{Bench, DAY, DELIVERED, HOUR, START, fired};
use crate::support::beacon::{add_to_cart, hash, purchase};

/// Marsaglia's xorshift64: a seed that fails can be run again.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[derive(Default)]
struct Sum {
    entered: i64,
    ends: BTreeSet<End>,
    ended: i64,
}

impl Sum {
    fn add(&mut self, happened: &Happened) {
        match happened.what {
            Happening::Accepted(_) | Happening::Recovered(_) => self.entered += 1,
            Happening::Duplicate(_) => {}
            Happening::Ended { end, .. } => {
                self.ended += 1;
                self.ends.insert(end);
            }
        }
    }
}

fn event(dice: &mut Dice) -> Value {
    let token = format!("t{}", dice.throw(6));
    let event = if dice.throw(2) == 0 { purchase(&token) } else { add_to_cart(&token) };
    if dice.throw(3) == 0 { fired(event) } else { event }
}

fn answer(dice: &mut Dice) -> Reply {
    let answer = match dice.throw(5) {
        0 => Answer::Refused { code: 40002 },
        1 => Answer::Failed { code: 50000 },
        2 => Answer::Unreached,
        _ => return DELIVERED,
    };
    Reply { answer, request_id: None }
}

#[tokio::test]
async fn what_was_accepted_has_ended_or_waits() {
    let mut ends = BTreeSet::new();
    for seed in 1..=60_u64 {
        let bench = Bench::new(if seed % 2 == 0 { "" } else { "unconfirmed = \"drop\"" });
        let sum = Arc::new(Mutex::new(Sum::default()));
        let ear = sum.clone();
        bench.store.listen(Box::new(move |happened| {
            let mut sum = ear.lock().expect("nobody panics");
            happened.iter().for_each(|one| sum.add(one));
        }));
        let (mut dice, mut now, mut trail) = (Dice(seed * 0x9E37_79B9), START, Vec::new());
        for _ in 0..60 {
            let deed = dice.throw(12);
            trail.push(deed);
            now = now.plus(1);
            match deed {
                0..=3 => _ = bench.accept_on(&event(&mut dice), now, None, now).await,
                4 | 5 => _ = bench.deliver(&answer(&mut dice), now).await,
                6 => _ = bench.order(&purchase(&format!("t{}", dice.throw(6))), now).await,
                7 => {
                    let of = purchase(&format!("t{}", dice.throw(6)));
                    bench.told(Topic::Cancelled, &of, now, now).await;
                }
                8 => bench.withdraw(now).await,
                9 => {
                    let visitor = Whom::Visitor(hash("visitor").parse().expect("a hash"));
                    bench.erase(visitor, now).await;
                }
                10 => {
                    let waits = [60, HOUR, DAY, 3 * DAY];
                    now = now.plus(waits[usize::try_from(dice.throw(4)).expect("a few")]);
                }
                _ => _ = bench.sweep(now).await,
            }
            let waiting = bench.count("event WHERE ended = 0");
            let sum = sum.lock().expect("nobody panics");
            assert_eq!(sum.entered - sum.ended, waiting, "seed {seed}, after {trail:?}");
        }
        ends.append(&mut sum.lock().expect("nobody panics").ends);
    }
    // Else it would show little.
    for end in [End::Delivered, End::Expired, End::Withdrawn, End::Erased, End::RefusedByTiktok] {
        assert!(ends.contains(&end), "none came to {end:?}: {ends:?}");
    }
}

/// A row that cannot be read ends like any other: it is counted, and a Purchase takes its context along.
#[tokio::test]
async fn a_damaged_row_is_counted_at_its_end_and_once() {
    let bench = Bench::new("confirm = \"beacon\"");
    let sum = Arc::new(Mutex::new(Sum::default()));
    let ear = sum.clone();
    bench.store.listen(Box::new(move |happened| {
        let mut sum = ear.lock().expect("nobody panics");
        happened.iter().for_each(|one| sum.add(one));
    }));
    let event = purchase("t1");
    bench.accept(&event, START).await;
    assert_eq!(bench.count("context"), 1);
    bench.damage("UPDATE event SET attempts = -1");
    assert_eq!(bench.deliver(&DELIVERED, START).await, 0);
    assert_eq!((bench.state(&event).as_str(), bench.count("context")), ("erased", 0));
    // An erasure comes upon the same row again.
    bench.erase(Whom::Visitor(hash("visitor").parse().expect("a hash")), START).await;
    let sum = sum.lock().expect("nobody panics");
    assert_eq!((sum.entered, sum.ended, &sum.ends), (1, 1, &BTreeSet::from([End::Erased])));
}
