//! What an order says about its Purchase.

use assent_gate::order::Sold;

use crate::config::{ConfirmOn, Purchase};

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

pub fn standing(heard: Heard, purchase: Purchase) -> Standing {
    let Heard { sold, created, paid, cancelled } = heard;
    if !purchase.report.admits(sold) {
        return Standing::NotReported;
    }
    if cancelled {
        return Standing::Cancelled;
    }
    let counts = match purchase.confirm_on {
        ConfirmOn::Created => created || paid,
        ConfirmOn::Paid => paid,
    };
    if counts { Standing::Counts } else { Standing::Unpaid }
}

/// What is worth telling of a Purchase besides its end. Bits of one number, so that the store can join and count them.
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

impl Mark {
    pub fn bit(self) -> i64 {
        i64::from(self as u8)
    }

    pub fn is_in(self, marks: i64) -> bool {
        marks & self.bit() != 0
    }
}

#[cfg(test)]
mod tests {
    use assent_gate::order::Money;

    use super::*;
    use crate::config::{Confirm, Report, Unconfirmed};

    fn purchase(confirm_on: ConfirmOn, report: Report) -> Purchase {
        let (confirm, unconfirmed) = (Confirm::Webhook, Unconfirmed::Send);
        Purchase { confirm, confirm_on, hold_seconds: 240, unconfirmed, money: Money::Presentment, report }
    }

    fn heard(topics: &str) -> Heard {
        let has = |topic: char| topics.contains(topic);
        Heard { sold: Sold::Checkout, created: has('c'), paid: has('p'), cancelled: has('x') }
    }

    /// docs/orders.md#settings: `confirm_on = "created"` is also met by `orders/paid`.
    #[test]
    fn which_webhook_counts_is_a_setting() {
        let on_created = |topics| standing(heard(topics), purchase(ConfirmOn::Created, Report::default()));
        let on_paid = |topics| standing(heard(topics), purchase(ConfirmOn::Paid, Report::default()));
        assert_eq!(["c", "p", "cp"].map(on_created), [Standing::Counts; 3]);
        assert_eq!(["c", "p", "cp"].map(on_paid), [Standing::Unpaid, Standing::Counts, Standing::Counts]);
        assert_eq!(["x", "cx", "px", "cpx"].map(on_created), [Standing::Cancelled; 4]);
    }

    #[test]
    fn what_is_not_bought_in_a_checkout_is_reported_where_the_shop_says_so() {
        let all = Report { test: true, pos: true, draft: true, renewals: true };
        for sold in [Sold::Test, Sold::PointOfSale, Sold::Draft, Sold::Renewal] {
            let heard = Heard { sold, ..heard("cp") };
            assert_eq!(standing(heard, purchase(ConfirmOn::Created, Report::default())), Standing::NotReported);
            assert_eq!(standing(heard, purchase(ConfirmOn::Created, all)), Standing::Counts);
        }
        let pos = Report { pos: true, ..Report::default() };
        let test = Heard { sold: Sold::Test, ..heard("c") };
        assert_eq!(standing(test, purchase(ConfirmOn::Created, pos)), Standing::NotReported);
    }
}
