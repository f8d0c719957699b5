//! Everything that can happen to a shopper's browser, in every order up to a depth: pages and a
//! second tab, three kinds of event, Shopify's word, a CMP's record (early, late or for a moment),
//! looks by the page itself, the bridge, GPC, deletion, clocks that are set, an endpoint that answers
//! or does not. States that were seen are not gone into again, so what is
//! explored is every state within the depth, not a sample.
//!
//! After each step [`judge`] compares the session with [`oracle`], which knows the world and not
//! the gate; from each new state [`ends`] says yes to the end, and no to the end. (Orders' webhooks
//! are not in it: the browser never meets them.)

mod endpoint;
mod ends;
mod fingerprint;
mod judge;
mod oracle;
mod shopper;

use std::collections::HashSet;
use std::time::Instant;

use self::oracle::Shop;
use self::shopper::{Shopper, Step};
use super::cmp::OneTrust;
use super::world::{NO, YES};

const RECORDS: &[OneTrust] =
    &[OneTrust::Absent, OneTrust::Undecided, OneTrust::Yes, OneTrust::No, OneTrust::Garbage];
/// Where Shopify alone is asked, a record can still say no.
const FEW: &[OneTrust] = &[OneTrust::Absent, OneTrust::No];

const SHOPIFY: Shop = Shop {
    cmp: "shopify",
    undecided: "hold",
    missing: "hold",
    records: FEW,
    bridge: false,
    clocks: false,
};
/// Nobody asks for the bridge there, but its no counts.
const SHOPIFY_BESIDE_A_BRIDGE: Shop = Shop { bridge: true, ..SHOPIFY };
const ONETRUST: Shop = Shop { cmp: "onetrust", records: RECORDS, ..SHOPIFY };
const ONETRUST_OR_SHOPIFY: Shop = Shop { undecided: "shopify", ..ONETRUST };
const ONETRUST_WHERE_IT_WRITES: Shop = Shop { missing: "shopify", ..ONETRUST_OR_SHOPIFY };
/// A no or a yes, late or not, on a device whose clock is wrong.
const SHOPIFY_ANY_TIME: Shop = Shop { clocks: true, ..SHOPIFY };
const ONETRUST_ANY_TIME: Shop =
    Shop { clocks: true, records: &[OneTrust::Yes, OneTrust::No], ..ONETRUST };
const BRIDGE: Shop = Shop { cmp: "bridge", bridge: true, ..SHOPIFY };
const BRIDGE_OR_SHOPIFY: Shop = Shop { undecided: "shopify", ..BRIDGE };
const AUTO: Shop = Shop { cmp: "auto", records: RECORDS, bridge: true, ..SHOPIFY };
const AUTO_OR_SHOPIFY: Shop = Shop { undecided: "shopify", ..AUTO };

#[test]
fn where_shopify_decides_nothing_leaves_without_its_yes_and_nothing_is_lost_or_told_twice() {
    explore(SHOPIFY, 4);
}

#[test]
fn where_a_cmp_decides_nothing_leaves_without_its_yes_and_nothing_is_lost_or_told_twice() {
    explore(ONETRUST, 5);
}

#[test]
fn where_shopify_decides_meanwhile_nothing_leaves_without_a_yes_and_nothing_is_lost_or_told_twice()
{
    explore(ONETRUST_OR_SHOPIFY, 4);
}

#[test]
fn where_shopify_decides_without_a_record_nothing_leaves_without_a_yes_and_nothing_is_lost_or_told_twice()
 {
    explore(ONETRUST_WHERE_IT_WRITES, 4);
}

#[test]
fn wherever_the_clock_is_set_what_came_first_is_what_came_first() {
    explore(SHOPIFY_ANY_TIME, 4);
    explore(ONETRUST_ANY_TIME, 4);
}

#[test]
fn where_the_bridge_decides_nothing_leaves_without_its_yes_and_nothing_is_lost_or_told_twice() {
    explore(BRIDGE, 4);
}

#[test]
fn where_a_bridge_speaks_beside_shopify_nothing_leaves_without_a_yes_and_nothing_is_lost_or_told_twice()
 {
    for shop in [SHOPIFY_BESIDE_A_BRIDGE, BRIDGE_OR_SHOPIFY] {
        explore(shop, 4);
    }
}

#[test]
fn where_every_record_decides_nothing_leaves_against_one_and_nothing_is_lost_or_told_twice() {
    explore(AUTO, 4);
}

/// Further than single steps come: a tab that was told no, and another one in which the shopper has
/// said yes since.
#[test]
fn where_two_tabs_were_told_different_things_the_later_word_counts() {
    use Step::{Opens, OtherTab, Publishes, Signal};
    for shop in [BRIDGE, AUTO] {
        explore_after(&[Opens(YES), Publishes(NO), OtherTab, Signal(YES), Publishes(YES)], shop, 3);
    }
    explore_after(&[Opens(YES), Signal(NO), OtherTab, Signal(YES)], SHOPIFY_BESIDE_A_BRIDGE, 3);
}

/// Minutes: `cargo test --release -p assent-gate -- --ignored --nocapture`.
#[test]
#[ignore = "minutes, and in a release build only"]
fn whatever_happens_a_step_or_two_deeper() {
    for shop in [SHOPIFY, ONETRUST] {
        explore(shop, 6);
    }
    for shop in [
        ONETRUST_OR_SHOPIFY,
        ONETRUST_WHERE_IT_WRITES,
        SHOPIFY_ANY_TIME,
        ONETRUST_ANY_TIME,
        SHOPIFY_BESIDE_A_BRIDGE,
        BRIDGE,
        BRIDGE_OR_SHOPIFY,
        AUTO,
        AUTO_OR_SHOPIFY,
    ] {
        explore(shop, 6);
    }
}

fn explore(shop: Shop, depth: usize) {
    explore_after(&[], shop, depth);
}

fn explore_after(before: &[Step], shop: Shop, depth: usize) {
    let begun = Instant::now();
    let steps = shopper::steps(shop);
    let mut first = Shopper::of(shop);
    for step in before {
        first = first.after(*step).expect("this can happen");
    }
    let mut seen = HashSet::from([first.fingerprint()]);
    let mut taken = 0_usize;
    let mut layer = vec![first];
    for deeper in (0..depth).rev() {
        let mut next = Vec::new();
        for shopper in &layer {
            for step in &steps {
                let Some(after) = shopper.after(*step) else { continue };
                taken += 1;
                if seen.insert(after.fingerprint()) {
                    after.ends_well();
                    if deeper > 0 {
                        next.push(after);
                    }
                }
            }
        }
        layer = next;
    }
    let Shop { cmp, undecided, .. } = shop;
    let (states, seconds) = (seen.len(), begun.elapsed().as_secs_f32());
    println!(
        "cmp {cmp}, undecided {undecided}: {states} states, {taken} steps taken, {depth} deep, {seconds:.1} s"
    );
    assert!(states > 500);
}
