//! What an order says about its Purchase.

use assent_gate::order::Sold;
use assent_gate::tiktok::Properties;
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
            (Some(one), Some(two)) => self.currency != other.currency || (one - two).abs() > CENT,
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        }
    }
}

/// What is worth telling of a Purchase besides its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Mark {
    /// The browser has not told of it; it was made from what it had left before, and from the
    /// order.
    Recovered = 1,
    /// Its order bears it out.
    Confirmed = 2,
    /// It went out unconfirmed, and its order came later.
    ConfirmedLate = 4,
    /// TikTok may count another value than the order's.
    ValueDiffers = 8,
    /// Its hold ended without an order, and it was sent all the same.
    SentUnconfirmed = 16,
    /// Of an order: its Purchase is a test.
    Test = 32,
    /// Of an order without a Purchase: consent was on record for it, and ended.
    ConsentEnded = 64,
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
    pub fn union(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Its order, by an earlier webhook or before its beacon, has brought it what it has to bring.
    fn has_its_order(self) -> bool {
        [Mark::Confirmed, Mark::ConfirmedLate, Mark::Recovered]
            .into_iter()
            .any(|mark| self.has(mark))
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
    /// The order is not paid yet, and the Purchase may go out unconfirmed: then at Shopify's
    /// figures.
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
        (Standing::NotReported | Standing::Cancelled, Stage::Due | Stage::Ended(_))
        | (Standing::Counts, Stage::Ended(_)) => Meeting::Stay,
    }
}

/// Whether this stage was copied from the order's Purchase: then no later webhook may overwrite it.
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
    let confirmed = if order == Some(Standing::Counts) {
        Marks::NONE.with(Mark::Confirmed)
    } else {
        Marks::NONE
    };
    if differs { confirmed.with(Mark::ValueDiffers) } else { confirmed }
}

#[cfg(test)]
mod tests;
