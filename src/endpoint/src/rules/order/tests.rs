use assent_gate::order::Money;

use super::*;
use crate::rules::debt::FirstCopy;
use crate::rules::policy::{Confirm, ReportedKinds, Unconfirmed};

fn policy(confirm_on: ConfirmOn, report: ReportedKinds) -> PurchasePolicy {
    let (confirm, unconfirmed) = (Confirm::Webhook, Unconfirmed::Send);
    PurchasePolicy {
        confirm,
        confirm_on,
        hold_seconds: 240,
        unconfirmed,
        money: Money::Presentment,
        report,
    }
}

fn heard(topics: &str) -> Heard {
    let has = |topic: char| topics.contains(topic);
    Heard { sold: Sold::Checkout, created: has('c'), paid: has('p'), cancelled: has('x') }
}

/// docs/orders.md#settings: `confirm_on = "created"` is also met by `orders/paid`.
#[test]
fn which_webhook_counts_is_a_setting() {
    let on_created =
        |topics| standing(heard(topics), policy(ConfirmOn::Created, ReportedKinds::default()));
    let on_paid =
        |topics| standing(heard(topics), policy(ConfirmOn::Paid, ReportedKinds::default()));
    assert_eq!(["c", "p", "cp"].map(on_created), [Standing::Counts; 3]);
    assert_eq!(
        ["c", "p", "cp"].map(on_paid),
        [Standing::Unpaid, Standing::Counts, Standing::Counts]
    );
    assert_eq!(["x", "cx", "px", "cpx"].map(on_created), [Standing::Cancelled; 4]);
}

#[test]
fn what_is_not_bought_in_a_checkout_is_reported_where_the_shop_says_so() {
    let all = ReportedKinds { test: true, pos: true, draft: true, renewals: true };
    for sold in [Sold::Test, Sold::PointOfSale, Sold::Draft, Sold::Renewal] {
        let heard = Heard { sold, ..heard("cp") };
        assert_eq!(
            standing(heard, policy(ConfirmOn::Created, ReportedKinds::default())),
            Standing::NotReported
        );
        assert_eq!(standing(heard, policy(ConfirmOn::Created, all)), Standing::Counts);
    }
    let pos = ReportedKinds { pos: true, ..ReportedKinds::default() };
    let test = Heard { sold: Sold::Test, ..heard("c") };
    assert_eq!(standing(test, policy(ConfirmOn::Created, pos)), Standing::NotReported);
}

/// Every end but those that an order's own rows in the table name.
const OTHER_ENDS: [End; 9] = [
    End::Expired,
    End::RefusedByTiktok,
    End::Erased,
    End::Unconfirmed,
    End::Cancelled,
    End::NoCheckoutAnchor,
    End::NoConsentOnRecord,
    End::NoContext,
    End::NotReported,
];

fn marks(marks: &[Mark]) -> Marks {
    marks.iter().fold(Marks::NONE, |all, mark| all.with(*mark))
}

fn found(stage: Stage, sending: bool, marks: Marks) -> FoundPurchase {
    FoundPurchase { stage, sending, marks }
}

/// The table, written out by hand: how the order stands, how its Purchase stands, what happens.
#[test]
fn an_order_meets_its_purchase_as_the_table_says() {
    use Stage::{Due, Ended, Held, Parked};
    use Standing::{Cancelled, Counts, NotReported, Unpaid};
    let late = Some(Mark::ConfirmedLate);
    let confirmed = Some(Mark::Confirmed);
    let table = [
        // It waited for its order, and the order proves nothing.
        (NotReported, Held, false, marks(&[]), Meeting::Ends(End::NotReported)),
        (NotReported, Parked, false, marks(&[]), Meeting::Ends(End::NotReported)),
        (Cancelled, Held, false, marks(&[]), Meeting::Ends(End::Cancelled)),
        (Cancelled, Parked, false, marks(&[]), Meeting::Ends(End::Cancelled)),
        // It was released before: a cancellation is noted only.
        (NotReported, Due, false, marks(&[]), Meeting::Stay),
        (Cancelled, Due, false, marks(&[Mark::Confirmed]), Meeting::Stay),
        (Cancelled, Due, true, marks(&[]), Meeting::Stay),
        (Cancelled, Ended(End::Delivered), false, marks(&[]), Meeting::Stay),
        (NotReported, Ended(End::Withdrawn), false, marks(&[]), Meeting::Stay),
        // Not paid yet: what can still be changed goes at Shopify's figures, if it goes.
        (Unpaid, Held, false, marks(&[]), Meeting::Price),
        (Unpaid, Parked, false, marks(&[]), Meeting::Price),
        (Unpaid, Due, false, marks(&[Mark::SentUnconfirmed]), Meeting::Price),
        (Unpaid, Due, true, marks(&[]), Meeting::Waits),
        (Unpaid, Ended(End::Delivered), false, marks(&[]), Meeting::Waits),
        (Unpaid, Ended(End::Withdrawn), false, marks(&[]), Meeting::Waits),
        // It counts, and what waits goes out.
        (Counts, Held, false, marks(&[]), Meeting::Confirm),
        (Counts, Parked, false, marks(&[]), Meeting::Confirm),
        (Counts, Due, false, marks(&[]), Meeting::Confirm),
        (Counts, Due, false, marks(&[Mark::SentUnconfirmed]), Meeting::Confirm),
        // It counts, but nothing can be changed any more, or nothing need be.
        (Counts, Due, true, marks(&[]), Meeting::Compare(confirmed)),
        (Counts, Due, true, marks(&[Mark::SentUnconfirmed]), Meeting::Compare(late)),
        (Counts, Due, false, marks(&[Mark::Confirmed]), Meeting::Compare(None)),
        (Counts, Due, false, marks(&[Mark::Recovered]), Meeting::Compare(None)),
        (Counts, Due, true, marks(&[Mark::ConfirmedLate]), Meeting::Compare(None)),
        (Counts, Ended(End::Delivered), false, marks(&[]), Meeting::Compare(confirmed)),
        (
            Counts,
            Ended(End::Delivered),
            false,
            marks(&[Mark::SentUnconfirmed, Mark::ValueDiffers]),
            Meeting::Compare(late),
        ),
        (Counts, Ended(End::Delivered), false, marks(&[Mark::Recovered]), Meeting::Compare(None)),
        // A later grant counts again.
        (Counts, Ended(End::Withdrawn), false, marks(&[Mark::Confirmed]), Meeting::Recover),
    ];
    for (standing, stage, sending, marks, meeting) in table {
        let purchase = found(stage, sending, marks);
        assert_eq!(meet(standing, purchase), meeting, "{standing:?} {purchase:?}");
    }
    for end in OTHER_ENDS {
        let purchase = found(Ended(end), false, marks(&[]));
        for standing in [NotReported, Cancelled, Counts] {
            assert_eq!(meet(standing, purchase), Meeting::Stay, "{standing:?} {end:?}");
        }
        assert_eq!(meet(Unpaid, purchase), Meeting::Waits, "{end:?}");
    }
}

#[test]
fn an_order_without_a_purchase_ends_waits_or_is_recovered() {
    let of = [
        (Standing::NotReported, Alone::Ends(End::NotReported)),
        (Standing::Cancelled, Alone::Ends(End::Cancelled)),
        (Standing::Unpaid, Alone::Waits),
        (Standing::Counts, Alone::Recover),
    ];
    for (standing, what) in of {
        assert_eq!(alone(standing), what);
    }
}

#[test]
fn a_confirmed_purchase_goes_at_once_but_a_wait_that_tiktok_asked_for_is_kept() {
    let now = Timestamp(1_000);
    let held = State::Held { release_at: Timestamp(1_240) };
    let of = |state, attempts| Debt {
        state,
        event_time: Timestamp(900),
        first_copy: FirstCopy::None,
        attempts,
        alone: false,
    };
    let due_later = State::Due { at: Timestamp(2_000) };
    let sent = Mark::SentUnconfirmed;
    for (debt, before, state, after) in [
        (of(held, 0), marks(&[]), State::Due { at: now }, marks(&[Mark::Confirmed])),
        (of(State::Parked, 0), marks(&[]), State::Due { at: now }, marks(&[Mark::Confirmed])),
        (of(due_later, 0), marks(&[sent]), State::Due { at: now }, marks(&[Mark::Confirmed])),
        (of(due_later, 1), marks(&[]), due_later, marks(&[Mark::Confirmed])),
        (of(due_later, 1), marks(&[sent]), due_later, marks(&[sent, Mark::ConfirmedLate])),
    ] {
        let (debt_after, marks_after) = confirmed(debt, before, now);
        assert_eq!((debt_after.state, marks_after), (state, after), "{debt:?} {before:?}");
        assert_eq!((debt_after.event_time, debt_after.attempts), (debt.event_time, debt.attempts));
    }
}

#[test]
fn amounts_differ_when_somebody_could_pay_the_difference() {
    let euros = |value| Amount { value: Some(value), currency: Some("EUR") };
    let none = Amount { value: None, currency: None };
    assert!(!euros(81.91).differs_from(euros(81.914)));
    assert!(euros(81.91).differs_from(euros(81.92)));
    assert!(euros(1.0).differs_from(Amount { currency: Some("USD"), ..euros(1.0) }));
    assert!(euros(1.0).differs_from(none) && none.differs_from(euros(1.0)));
    assert!(!none.differs_from(Amount { value: None, currency: Some("EUR") }));
}
