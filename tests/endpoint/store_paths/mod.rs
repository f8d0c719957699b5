//! Every sequence, up to a depth, of what can happen to one event in the store: beacons of new and
//! of old evidence, a late and a timely withdrawal, a device's clock that is set forth and back, the courier's steps with each kind of answer,
//! crashes, a customer's erasure, sweeps, long waits. Time is in the test's hand; states that were
//! seen are not gone into again. (A shop of its own for each sequence: all share a store, and a
//! crash is one of the whole.)

mod bench;
mod judge;

use std::collections::HashSet;
use std::time::Instant;

use assent_endpoint::rules::answer::Answer;

use self::bench::{Bench, Case};
use self::judge::{Courier, Life};
use crate::support::beacon::{add_to_cart, purchase};
use crate::support::place::states_of_each_length;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    /// Evidence read now, or when the shopper first said yes (under the visitor id of then: after a
    /// no the device takes a new one).
    Beacon(When),
    /// A duplicate, or the first, that says that the browser has fired it.
    Fired,
    /// Of the device's visitor of now, or late of its first.
    Withdrawal(When),
    /// Somebody sets the device's clock, by an hour.
    ClockForth,
    ClockBack,
    /// What is due is claimed; leave for it is asked; it is sent and answered.
    Claim,
    Renew,
    Settle(Answer),
    /// The send breaks off inside the endpoint.
    Interrupted,
    Crash,
    Erase,
    Sweep,
    /// Eight days: past every horizon, and past a bare row's life.
    LongWait,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum When {
    Now,
    First,
}

const OPS: [Op; 20] = [
    Op::Beacon(When::Now),
    Op::Beacon(When::First),
    Op::Fired,
    Op::Withdrawal(When::Now),
    Op::Withdrawal(When::First),
    Op::ClockForth,
    Op::ClockBack,
    Op::Claim,
    Op::Renew,
    Op::Settle(Answer::Accepted { code: 0 }),
    Op::Settle(Answer::Refused { code: 40002 }),
    Op::Settle(Answer::Failed { code: 50000 }),
    Op::Settle(Answer::Unreached),
    Op::Settle(Answer::Misconfigured { code: Some(40105), status: 200 }),
    Op::Settle(Answer::Unreadable { status: 0, retry_after: None }),
    Op::Interrupted,
    Op::Crash,
    Op::Erase,
    Op::Sweep,
    Op::LongWait,
];

#[test]
fn whatever_happens_to_an_event_it_leaves_under_a_grant_only_and_has_one_end() {
    let case =
        Case { name: "an event to be sent at once", event: add_to_cart("sh-1"), purchase: "" };
    assert!(explore(&case, 5) > 0, "no sequence went on behind a send");
}

#[test]
fn whatever_happens_to_a_purchase_it_leaves_under_a_grant_only_and_has_one_end() {
    let held = |unconfirmed| format!("hold_seconds = 240\nunconfirmed = \"{unconfirmed}\"");
    for (name, unconfirmed) in
        [("a Purchase that is sent unconfirmed", "send"), ("one that is parked", "drop")]
    {
        explore(&Case { name, event: purchase("t1"), purchase: &held(unconfirmed) }, 4);
    }
}

/// Minutes: `cargo test --release -p assent-endpoint --test endpoint -- --ignored --nocapture`.
#[test]
#[ignore = "minutes"]
fn whatever_happens_two_operations_more() {
    explore(
        &Case { name: "an event to be sent at once", event: add_to_cart("sh-1"), purchase: "" },
        7,
    );
    let purchase_settings = "hold_seconds = 240\nunconfirmed = \"drop\"";
    explore(
        &Case { name: "a parked Purchase", event: purchase("t1"), purchase: purchase_settings },
        6,
    );
}

/// A clock that is set the same way twice in a row is as far off as it will be.
fn is_news(trail: &[Op], op: Op) -> bool {
    let is_clock = |op: &&Op| matches!(op, Op::ClockForth | Op::ClockBack);
    !is_clock(&&op) || trail.iter().rev().find(is_clock) != Some(&op)
}

/// Where the operation stands by which a send goes on.
fn leads_on(courier: &Courier) -> usize {
    let next = match courier {
        Courier::Idle => Op::Claim,
        Courier::Claimed(_) => Op::Renew,
        Courier::Sent(_) => Op::Settle(Answer::Accepted { code: 0 }),
    };
    OPS.iter().position(|op| *op == next).expect("it is one of them")
}

/// How many sequences went on behind a send.
#[expect(clippy::print_stdout, reason = "how much was explored is part of what the test shows")]
fn explore(case: &Case<'_>, depth: usize) -> usize {
    let begun = Instant::now();
    let mut bench = Bench::new(case);
    let mut seen = HashSet::new();
    let mut layer = vec![(Vec::new(), Courier::Idle)];
    let (mut taken, mut sent) = (0, 0);
    for _ in 0..depth {
        let (mut next, most) = (Vec::new(), states_of_each_length().div_ceil(layer.len()));
        for (n, (trail, courier)) in layer.iter().enumerate() {
            sent += usize::from(matches!(courier, Courier::Sent(_)));
            let enough = next.len().saturating_add(most);
            let mut ops = OPS;
            // A sample has not always the first of them, and every other time what leads on to an end.
            ops.rotate_left(if n % 2 == 0 { leads_on(courier) } else { n % OPS.len() });
            for op in ops.into_iter().filter(|op| courier.may(*op) && is_news(trail, *op)) {
                let mut longer: Vec<Op> = trail.clone();
                longer.push(op);
                let life = Life::of(&mut bench, &longer);
                taken += 1;
                if next.len() < enough && seen.insert(life.fingerprint(&bench)) {
                    let courier = life.courier();
                    life.ends(&mut bench);
                    Life::of(&mut bench, &longer).delivers(&mut bench);
                    next.push((longer, courier));
                }
            }
        }
        layer = next;
    }
    let (states, seconds) = (seen.len(), begun.elapsed().as_secs_f32());
    println!(
        "{}: {states} states, {taken} operations judged, {depth} deep, {seconds:.1} s",
        case.name
    );
    let least = if states_of_each_length() == usize::MAX { 200 } else { 8 * depth };
    assert!(states > least, "{states}");
    sent
}
