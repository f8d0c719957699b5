//! An order and its shopper's browser tell of one Purchase, and everything may come in any order:
//! what the browser left before, its Purchase, both of Shopify's webhooks and one of them again, a
//! withdrawal and a later yes, a fault of TikTok's, a crash, the end of the hold. Every sequence is
//! lived through by the real store; every copy that gets leave goes, in the courier's bytes,
//! through the dedup of the stand-in for TikTok; and an [`oracle`] of the test's own, which reads
//! nothing of the code's opinion, judges each step. Time is in the test's hand. A state that was
//! seen is not gone into again.

mod bench;
mod checkout;
mod explore;
mod interleaved;
mod life;
mod oracle;
mod shelf;
mod standin;

use assent_gate::beacon::BrowserLeg;

use self::explore::explore;

/// Who speaks, of what. A part that is `None` is not named.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Way {
    checkout: Option<&'static str>,
    cart: Option<&'static str>,
    visitor: Option<&'static str>,
}

/// What a beacon tells.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    Receipt,
    Started,
    Purchase(BrowserLeg),
}

/// When the consent was read that a beacon rests on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Read {
    /// Seconds before the shopper bought.
    Before(i64),
    Now,
}

/// Of the next send.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    /// TikTok took it, and its answer is lost.
    AnswerLost,
    /// TikTok took it, and says that it failed.
    FailsAfterwards,
    Throttles,
    /// TikTok never saw it, and nobody can know.
    Gateway,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Op {
    Beacon(Told, Read, Way),
    Created(Way),
    Paid(Way),
    /// Names what its way names.
    Withdrawal(Way),
    Fault(Fault),
    /// The endpoint dies: where the courier runs by itself at its next send, once TikTok has it;
    /// else at once.
    Crash,
    /// Time passes beyond `release_at`.
    HoldOver,
    /// … and beyond TikTok's memory of the first copy.
    TwoDays,
    /// The courier's steps, where it does not run by itself.
    Claim,
    Send,
    Settle,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Courier {
    /// Pays whatever is due after each operation.
    Eager,
    /// Each of its steps is an operation, with whatever comes between them.
    ByStep,
}

struct Case<'a> {
    name: &'a str,
    /// `[shops.purchase]`.
    purchase: &'a str,
    /// Whose pixel has fired the Purchase, whether or not a beacon says so in the end.
    fired: &'a [Way],
    ops: Vec<Op>,
    courier: Courier,
}

const SHOPPER: Way = Way { checkout: Some("c1"), cart: Some("k1"), visitor: Some("ann") };

/// The same device after a no.
const LATER: Way = Way { visitor: Some("ann again"), ..SHOPPER };

const fn early(way: Way) -> Op {
    Op::Beacon(Told::Receipt, Read::Before(600), way)
}

const fn bought(leg: BrowserLeg, way: Way) -> Op {
    Op::Beacon(Told::Purchase(leg), Read::Before(0), way)
}

/// A later yes, told with the Purchase.
const fn again(leg: BrowserLeg, way: Way) -> Op {
    Op::Beacon(Told::Purchase(leg), Read::Now, way)
}

const SEND: &str = "confirm = \"webhook\"\nunconfirmed = \"send\"";
const DROP: &str = "confirm = \"webhook\"\nunconfirmed = \"drop\"";
const PAID: &str = "confirm = \"webhook\"\nunconfirmed = \"send\"\nconfirm_on = \"paid\"";
const BEACON: &str = "confirm = \"beacon\"";

/// What both sides tell of one checkout. A webhook that Shopify sends again stands twice.
fn arrivals(leg: BrowserLeg) -> Vec<Op> {
    let way = SHOPPER;
    vec![early(way), bought(leg, way), Op::Created(way), Op::Created(way), Op::Paid(way)]
}

/// … with this besides, on a courier that pays at once.
fn one_checkout(name: &str, purchase: &str, leg: BrowserLeg, besides: &[Op]) {
    let fired: &[Way] = if leg == BrowserLeg::Fired { &[SHOPPER] } else { &[] };
    let ops = [arrivals(leg), besides.to_vec()].concat();
    explore(&Case { name, purchase, fired, ops, courier: Courier::Eager });
}

const NO: Op = Op::Withdrawal(SHOPPER);

#[test]
fn a_purchase_that_is_sent_unconfirmed_in_every_order_of_arrival() {
    let besides = [NO, Op::Fault(Fault::AnswerLost), Op::Crash, Op::HoldOver];
    one_checkout("fired, send", SEND, BrowserLeg::Fired, &besides);
}

#[test]
fn a_purchase_that_is_dropped_unconfirmed_in_every_order_of_arrival() {
    one_checkout(
        "skipped, drop",
        DROP,
        BrowserLeg::Skipped,
        &[NO, Op::Fault(Fault::AnswerLost), Op::HoldOver],
    );
    one_checkout(
        "fired, drop, late",
        DROP,
        BrowserLeg::Fired,
        &[Op::Fault(Fault::Gateway), Op::TwoDays],
    );
    one_checkout(
        "skipped, drop, late",
        DROP,
        BrowserLeg::Skipped,
        &[Op::Fault(Fault::AnswerLost), Op::TwoDays],
    );
}

#[test]
fn a_purchase_that_counts_when_it_is_paid_in_every_order_of_arrival() {
    let besides = [NO, Op::Fault(Fault::Throttles), Op::HoldOver];
    one_checkout("fired, paid", PAID, BrowserLeg::Fired, &besides);
}

#[test]
fn a_purchase_that_needs_no_order_in_every_order_of_arrival() {
    let besides = [NO, Op::Fault(Fault::FailsAfterwards), Op::Crash];
    one_checkout("skipped, beacon", BEACON, BrowserLeg::Skipped, &besides);
}

#[test]
fn a_purchase_after_a_later_yes_in_every_order_of_arrival() {
    let (way, leg) = (SHOPPER, BrowserLeg::Fired);
    let besides = [Op::Created(way), Op::Paid(way), Op::HoldOver];
    let ops =
        [early(way), bought(leg, way), NO, again(leg, LATER)].into_iter().chain(besides).collect();
    explore(&Case {
        name: "fired, a later yes",
        purchase: SEND,
        fired: &[way],
        ops,
        courier: Courier::Eager,
    });

    let leg = BrowserLeg::Skipped;
    let besides = [Op::Created(way), Op::Fault(Fault::AnswerLost), Op::TwoDays];
    let ops = [bought(leg, way), NO, again(leg, LATER)].into_iter().chain(besides).collect();
    explore(&Case {
        name: "skipped, a much later yes",
        purchase: DROP,
        fired: &[],
        ops,
        courier: Courier::Eager,
    });

    let cart_alone = Op::Beacon(Told::Receipt, Read::Now, Way { checkout: None, ..LATER });
    let no = Op::Withdrawal(Way { checkout: None, cart: None, ..way });
    let ops = vec![early(way), no, cart_alone, Op::Created(way), Op::Paid(way)];
    explore(&Case {
        name: "a later yes to the cart",
        purchase: DROP,
        fired: &[],
        ops,
        courier: Courier::Eager,
    });
}

/// Whatever comes between the courier's claim, its leave, TikTok's answer and its being written
/// down.
#[test]
fn a_purchase_between_any_two_steps_of_the_courier() {
    let (way, leg) = (SHOPPER, BrowserLeg::Skipped);
    let ops = vec![
        bought(leg, way),
        Op::Created(way),
        NO,
        again(leg, LATER),
        Op::Fault(Fault::AnswerLost),
        Op::Crash,
    ];
    explore(&Case {
        name: "skipped, by step",
        purchase: DROP,
        fired: &[],
        ops,
        courier: Courier::ByStep,
    });
    let ops = vec![early(way), bought(leg, way), Op::Created(way), Op::Crash, Op::TwoDays];
    explore(&Case {
        name: "late, by step",
        purchase: DROP,
        fired: &[],
        ops,
        courier: Courier::ByStep,
    });
}

/// Minutes: `cargo test --release -p assent-endpoint --test endpoint -- --ignored --nocapture
/// order_paths`.
#[test]
#[ignore = "minutes"]
fn everything_at_once_in_every_order_of_arrival() {
    let (way, crash) = (SHOPPER, Op::Crash);
    for (name, purchase, leg, fault) in [
        ("send", SEND, BrowserLeg::Skipped, Fault::AnswerLost),
        ("drop", DROP, BrowserLeg::Fired, Fault::FailsAfterwards),
        ("paid", PAID, BrowserLeg::Skipped, Fault::Throttles),
        ("beacon", BEACON, BrowserLeg::Fired, Fault::Gateway),
    ] {
        let fault = Op::Fault(fault);
        one_checkout(
            name,
            purchase,
            leg,
            &[NO, again(leg, LATER), fault, crash, Op::HoldOver, Op::TwoDays],
        );
        let fired: &[Way] = if leg == BrowserLeg::Fired { &[way] } else { &[] };
        let ops = vec![
            early(way),
            bought(leg, way),
            Op::Created(way),
            NO,
            again(leg, LATER),
            fault,
            crash,
            Op::HoldOver,
        ];
        explore(&Case {
            name: &format!("{name}, by step"),
            purchase,
            fired,
            ops,
            courier: Courier::ByStep,
        });
    }
}
