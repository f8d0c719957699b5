//! Every sequence of a case's operations.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Instant;

use super::bench::Bench;
use super::life::Life;
use super::shelf::Snapshot;
use super::{Case, Op};
use crate::support::place::states_of_each_length;

/// Where a sequence has come to: the test's own memory, and the store's rows.
struct State {
    life: Life,
    rows: Snapshot,
}

#[expect(clippy::print_stdout, reason = "how much was explored is part of what the test shows")]
pub(super) fn explore(case: &Case<'_>) {
    let begun = Instant::now();
    let mut bench = Bench::new(case.purchase);
    let mut seen = HashSet::new();
    let mut layer = vec![State { life: Life::new(case), rows: bench.snapshot() }];
    let (mut taken, mut whole) = (0, 0);
    while !layer.is_empty() {
        let (mut next, most) = (Vec::new(), states_of_each_length().div_ceil(layer.len()));
        for (n, State { life, rows }) in layer.iter().enumerate() {
            whole += usize::from(life.is_whole());
            let (mut ops, enough) = (distinct(life.choices()), next.len().saturating_add(most));
            // A sample has not always the first of them.
            let turn = n.checked_rem(ops.len()).unwrap_or(0);
            ops.rotate_left(turn);
            for op in ops {
                bench.restore(rows);
                let mut longer = life.clone();
                longer.step(&mut bench, op);
                taken += 1;
                if next.len() < enough && seen.insert(hash(&longer.fingerprint(&bench))) {
                    let rows = bench.snapshot();
                    longer.clone().ends(&mut bench);
                    next.push(State { life: longer, rows });
                }
            }
        }
        layer = next;
    }
    let (states, seconds, sequences) =
        (seen.len(), begun.elapsed().as_secs_f32(), sequences(&case.ops));
    println!(
        "{}: {sequences} sequences of {} operations: {taken} steps judged, {states} states each lived to its end, \
         {whole} of them with all that may happen behind them, {seconds:.1} s",
        case.name,
        case.ops.len()
    );
    assert!(whole > 0);
}

/// A fingerprint is kilobytes long. Of a million states, two share a hash once in some ten million
/// explorations.
fn hash(fingerprint: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    fingerprint.hash(&mut hasher);
    hasher.finish()
}

/// The same operation twice leads to the same.
fn distinct(ops: Vec<Op>) -> Vec<Op> {
    let mut once: Vec<Op> = Vec::new();
    for op in ops {
        if !once.contains(&op) {
            once.push(op);
        }
    }
    once
}

/// How many sequences there are of these, the courier's steps not counted.
fn sequences(ops: &[Op]) -> usize {
    let factorial = |n: usize| (1..=n).product::<usize>();
    let once = distinct(ops.to_vec());
    let alike = once.iter().map(|op| factorial(ops.iter().filter(|other| *other == op).count()));
    factorial(ops.len()) / alike.product::<usize>()
}

/// A case's operations in the order in which they stand, cut short by nothing.
pub(super) fn live(case: &Case<'_>) {
    let mut bench = Bench::new(case.purchase);
    let mut life = Life::new(case);
    for op in &case.ops {
        life.step(&mut bench, *op);
    }
    life.ends(&mut bench);
}
