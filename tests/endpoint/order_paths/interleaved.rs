//! More than one checkout at a time.

use assent_gate::beacon::BrowserLeg::{Fired, Skipped};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::explore::{explore, live};
use super::{
    Case, Courier, DROP, Fault, LATER, Op, PAID, Read, SEND, SHOPPER, Told, Way, again, bought,
    early,
};

/// The same shopper, from the same cart, once more.
const ONCE_MORE: Way = Way { checkout: Some("c2"), ..SHOPPER };
/// Someone else.
const OTHER: Way = Way { checkout: Some("c3"), cart: Some("k3"), visitor: Some("bea") };
/// The first shopper's checkout, opened on another device.
const OTHER_DEVICE: Way = Way { visitor: Some("bea"), ..SHOPPER };
/// All that the first shopper is known by on a device.
const ANN: Way = Way { checkout: None, cart: None, visitor: Some("ann") };
const BEA: Way = Way { visitor: Some("bea"), ..ANN };

#[test]
fn two_checkouts_of_one_shopper_in_every_order_of_arrival() {
    let (one, two) = (SHOPPER, ONCE_MORE);
    let ops = vec![
        early(one),
        bought(Fired, one),
        Op::Created(one),
        bought(Skipped, two),
        Op::Created(two),
        Op::Withdrawal(ANN),
        Op::Fault(Fault::AnswerLost),
    ];
    explore(&Case {
        name: "two of one shopper",
        purchase: DROP,
        fired: &[one],
        ops,
        courier: Courier::Eager,
    });
}

#[test]
fn two_shoppers_in_every_order_of_arrival() {
    let (one, two) = (SHOPPER, OTHER);
    let ops = vec![
        bought(Skipped, one),
        Op::Created(one),
        early(two),
        bought(Fired, two),
        Op::Created(two),
        Op::Withdrawal(one),
        Op::Fault(Fault::AnswerLost),
    ];
    explore(&Case {
        name: "two shoppers",
        purchase: DROP,
        fired: &[two],
        ops,
        courier: Courier::Eager,
    });
}

/// Nobody's consent covers what another left. A no of one does not stop what the other's browser
/// tells, but nothing is recovered over it.
#[test]
fn one_checkout_on_two_devices_in_every_order_of_arrival() {
    let (one, two) = (SHOPPER, OTHER_DEVICE);
    let ops = vec![
        early(one),
        Op::Beacon(Told::Receipt, Read::Before(500), two),
        bought(Skipped, two),
        again(Skipped, one),
        Op::Created(one),
        Op::Withdrawal(ANN),
        Op::Withdrawal(BEA),
    ];
    explore(&Case {
        name: "one checkout on two devices",
        purchase: SEND,
        fired: &[],
        ops,
        courier: Courier::Eager,
    });
}

/// More than can be tried whole: three checkouts, two shoppers, everything at once, in orders that
/// chance makes.
#[test]
fn three_checkouts_in_orders_that_chance_makes() {
    let ops: Vec<Op> = [(SHOPPER, Fired), (ONCE_MORE, Skipped), (OTHER, Fired)]
        .into_iter()
        .flat_map(|(way, leg)| {
            let started = Op::Beacon(Told::Started, Read::Before(600), way);
            [
                early(way),
                started,
                bought(leg, way),
                Op::Created(way),
                Op::Created(way),
                Op::Paid(way),
            ]
        })
        .chain([
            Op::Withdrawal(ANN),
            again(Fired, LATER),
            again(Skipped, Way { checkout: ONCE_MORE.checkout, ..LATER }),
            Op::Withdrawal(OTHER),
        ])
        .chain(
            [Fault::AnswerLost, Fault::FailsAfterwards, Fault::Throttles, Fault::Gateway]
                .map(Op::Fault),
        )
        .chain([Op::Crash, Op::Crash, Op::HoldOver, Op::TwoDays])
        .collect();
    let fired: &[Way] = &[SHOPPER, OTHER];
    for purchase in [SEND, DROP, PAID] {
        let orders = Just(ops.clone()).prop_shuffle();
        let tried =
            TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() })
                .run(&orders, |ops| {
                    live(&Case {
                        name: "three checkouts",
                        purchase,
                        fired,
                        ops,
                        courier: Courier::Eager,
                    });
                    Ok(())
                });
        tried.expect("whatever the order");
    }
}
