//! What an order says about its Purchase.

use assent_gate::tiktok::Properties;
use assent_gate::order::Sold;
use assent_gate::time::Timestamp;

use super::debt::{Debt, End, Stage, State};
use super::policy::{ConfirmOn, PurchasePolicy};

/// What a webhook tells of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Created,
    Paid,
    Cancelled,
    Refunded,
}

impl Topic {
    /// Shopify's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "orders/create",
            Self::Paid => "orders/paid",
            Self::Cancelled => "orders/cancelled",
            Self::Refunded => "refunds/create",
        }
    }
}

/// What has been heard of an order so far, in whatever sequence it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    pub sold: Sold,
    pub created: bool,
    pub paid: bool,
    pub cancelled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It proves its Purchase.
    Counts,
    /// It is there, but the shop counts orders when they are paid.
    Unpaid,
    Cancelled,
    /// Of a kind that the shop does not report.
    NotReported,
}

pub fn standing(heard: Heard, policy: PurchasePolicy) -> Standing {
    let Heard { sold, created, paid, cancelled } = heard;
    if !policy.report.admits(sold) {
        return Standing::NotReported;
    }
    if cancelled {
        return Standing::Cancelled;
    }
    let counts = match policy.confirm_on {
        ConfirmOn::Created => created || paid,
        ConfirmOn::Paid => paid,
    };
    if counts { Standing::Counts } else { Standing::Unpaid }
}

/// A sum of money, as an order or a Purchase tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount<'a> {
    pub value: Option<f64>,
    pub currency: Option<&'a str>,
}

/// Amounts are the same if no one could pay the difference.
const CENT: f64 = 0.005;

impl<'a> Amount<'a> {
    pub fn of(told: &'a Properties) -> Self {
        Self { value: told.value, currency: told.currency.as_deref() }
    }

    pub fn differs_from(self, other: Self) -> bool {
        match (self.value, other.value) {
            (Some(one), Some(two)) => {
                self.currency != other.currency || (one - two).abs() > CENT
            }
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        }
    }
}

/// What is worth telling of a Purchase besides its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    /// The browser has not told of it; it was made from what it had left before, and from the order.
    Recovered = 1,
    /// Its order bears it out.
    Confirmed = 2,
    /// It went out unconfirmed, and its order came later.
    ConfirmedLate = 4,
    /// TikTok may count another value than the order's.
    ValueDiffers = 8,
    /// Its hold ended without an order, and it was sent all the same.
    SentUnconfirmed = 16,
}

/// The marks of one Purchase: bits of one number, so that the store can keep and count them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Marks(pub i64);

impl Marks {
    pub const NONE: Self = Self(0);

    pub fn has(self, mark: Mark) -> bool {
        self.0 & mark as i64 != 0
    }

    #[must_use]
    pub fn with(self, mark: Mark) -> Self {
        Self(self.0 | mark as i64)
    }

    #[must_use]
    pub fn without(self, mark: Mark) -> Self {
        Self(self.0 & !(mark as i64))
    }

    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Its order, by an earlier webhook or before its beacon, has brought it what it has to bring.
    fn has_its_order(self) -> bool {
        [Mark::Confirmed, Mark::ConfirmedLate, Mark::Recovered].into_iter().any(|mark| self.has(mark))
    }
}

/// A Purchase as its order finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundPurchase {
    pub stage: Stage,
    /// Claimed for a send whose answer is not known yet: it can no longer be changed.
    pub sending: bool,
    pub marks: Marks,
}

/// What happens when an order comes and there is no Purchase of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    /// The order calls for none, and ends by itself.
    Ends(End),
    /// It is not paid yet.
    Waits,
    /// It counts: its Purchase is made from it, if consent is on record.
    Recover,
}

/// The table of an order that comes without a Purchase.
pub fn alone(standing: Standing) -> Alone {
    match standing {
        Standing::NotReported => Alone::Ends(End::NotReported),
        Standing::Cancelled => Alone::Ends(End::Cancelled),
        Standing::Unpaid => Alone::Waits,
        Standing::Counts => Alone::Recover,
    }
}

/// What happens when an order meets its Purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meeting {
    /// The Purchase waited for this order, and ends by it.
    Ends(End),
    /// The order is not paid yet, and the Purchase may go out unconfirmed: then at Shopify's figures.
    Price,
    /// The order is not paid yet, and the Purchase has gone its way.
    Waits,
    /// The Purchase waited for this order, and goes out at Shopify's figures.
    Confirm,
    /// A withdrawal ended the Purchase. A later grant counts again, if one is on record.
    Recover,
    /// The Purchase is on its way or delivered. `Some`: its order had not been heard of before.
    Compare(Option<Mark>),
    /// The Purchase has gone its way or ended; the order takes over how it stands.
    Stay,
}

/// The table of an order meeting its Purchase, whichever of its webhooks tells of it.
pub fn meet(standing: Standing, purchase: FoundPurchase) -> Meeting {
    let FoundPurchase { stage, sending, marks } = purchase;
    match (standing, stage) {
        (Standing::NotReported, Stage::Held | Stage::Parked) => Meeting::Ends(End::NotReported),
        (Standing::Cancelled, Stage::Held | Stage::Parked) => Meeting::Ends(End::Cancelled),
        (Standing::NotReported | Standing::Cancelled, Stage::Due | Stage::Ended(_)) => Meeting::Stay,
        (Standing::Unpaid, Stage::Held | Stage::Parked | Stage::Due) if !sending => Meeting::Price,
        (Standing::Unpaid, _) => Meeting::Waits,
        (Standing::Counts, Stage::Held | Stage::Parked | Stage::Due) => {
            if sending || marks.has_its_order() {
                Meeting::Compare(news(marks))
            } else {
                Meeting::Confirm
            }
        }
        (Standing::Counts, Stage::Ended(End::Delivered)) => Meeting::Compare(news(marks)),
        (Standing::Counts, Stage::Ended(End::Withdrawn)) => Meeting::Recover,
        (Standing::Counts, Stage::Ended(_)) => Meeting::Stay,
    }
}

/// Whether an order that stands so has it from its Purchase: no webhook says it better.
pub fn is_of_a_purchase(stage: Stage) -> bool {
    match stage {
        Stage::Held | Stage::Parked | Stage::Due => false,
        Stage::Ended(end) => match end {
            End::Delivered
            | End::Expired
            | End::RefusedByTiktok
            | End::Withdrawn
            | End::Erased
            | End::Unconfirmed => true,
            End::Cancelled
            | End::NoCheckoutAnchor
            | End::NoConsentOnRecord
            | End::NoContext
            | End::NotReported => false,
        },
    }
}

/// The mark by which a Purchase that can no longer be changed learns of its order, if that is news.
fn news(marks: Marks) -> Option<Mark> {
    if marks.has_its_order() {
        None
    } else if marks.has(Mark::SentUnconfirmed) {
        Some(Mark::ConfirmedLate)
    } else {
        Some(Mark::Confirmed)
    }
}

/// A waiting Purchase whose order has come: when it goes out, and what is told of it.
pub fn confirmed(debt: Debt, marks: Marks, now: Timestamp) -> (Debt, Marks) {
    if debt.attempts == 0 {
        // It was not sent unconfirmed, after all.
        let marks = marks.without(Mark::SentUnconfirmed).with(Mark::Confirmed);
        return (Debt { state: State::Due { at: now }, ..debt }, marks);
    }
    // What TikTok asked to wait for is waited for.
    let late = marks.has(Mark::SentUnconfirmed);
    (debt, marks.with(if late { Mark::ConfirmedLate } else { Mark::Confirmed }))
}

/// The marks of a Purchase whose order came first. `differs`: the browser fired another value.
pub fn marks_at_start(order: Option<Standing>, differs: bool) -> Marks {
    let confirmed = if order == Some(Standing::Counts) { Marks::NONE.with(Mark::Confirmed) } else { Marks::NONE };
    if differs { confirmed.with(Mark::ValueDiffers) } else { confirmed }
}

#[cfg(test)]
mod tests {
    use assent_gate::order::Money;

    use super::*;
    use crate::rules::policy::{Confirm, ReportedKinds, Unconfirmed};

    fn policy(confirm_on: ConfirmOn, report: ReportedKinds) -> PurchasePolicy {
        let (confirm, unconfirmed) = (Confirm::Webhook, Unconfirmed::Send);
        PurchasePolicy { confirm, confirm_on, hold_seconds: 240, unconfirmed, money: Money::Presentment, report }
    }

    fn heard(topics: &str) -> Heard {
        let has = |topic: char| topics.contains(topic);
        Heard { sold: Sold::Checkout, created: has('c'), paid: has('p'), cancelled: has('x') }
    }

    /// docs/orders.md#settings: `confirm_on = "created"` is also met by `orders/paid`.
    #[test]
    fn which_webhook_counts_is_a_setting() {
        let on_created = |topics| standing(heard(topics), policy(ConfirmOn::Created, ReportedKinds::default()));
        let on_paid = |topics| standing(heard(topics), policy(ConfirmOn::Paid, ReportedKinds::default()));
        assert_eq!(["c", "p", "cp"].map(on_created), [Standing::Counts; 3]);
        assert_eq!(["c", "p", "cp"].map(on_paid), [Standing::Unpaid, Standing::Counts, Standing::Counts]);
        assert_eq!(["x", "cx", "px", "cpx"].map(on_created), [Standing::Cancelled; 4]);
    }

    #[test]
    fn what_is_not_bought_in_a_checkout_is_reported_where_the_shop_says_so() {
        let all = ReportedKinds { test: true, pos: true, draft: true, renewals: true };
        for sold in [Sold::Test, Sold::PointOfSale, Sold::Draft, Sold::Renewal] {
            let heard = Heard { sold, ..heard("cp") };
            assert_eq!(standing(heard, policy(ConfirmOn::Created, ReportedKinds::default())), Standing::NotReported);
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
            first_copy: crate::rules::debt::FirstCopy::None,
            attempts,
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
}
