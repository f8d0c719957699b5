//! Tables `tally` and `order_tally`: counts of the rows that have gone, for `report`. Days are days
//! since 1970-01-01 of the shop's own time zone.

use crate::store::engine::params;
use assent_gate::settings::ShopDomain;

use super::money::Money;
use super::tx::Tx;
use crate::calendar::Day;
use crate::rules::mode::Mode;
use crate::rules::order::Marks;
use crate::store::error::Result;

/// What is counted together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Counted {
    pub(in crate::store) day: Day,
    /// The event's name and mode; `None` for an order.
    pub(in crate::store) event: Option<(String, Mode)>,
    pub(in crate::store) state: String,
    pub(in crate::store) marks: Marks,
    /// Empty: none was told.
    pub(in crate::store) currency: String,
}

/// How many, and what they are worth.
#[derive(Clone, Copy, Default)]
pub(in crate::store) struct Sum {
    n: i64,
    value: f64,
}

impl Sum {
    pub(in crate::store) fn add(&mut self, money: &Money) {
        self.n += 1;
        self.value += money.value.filter(|value| value.is_finite()).unwrap_or(0.0);
    }
}

/// Adds to what has been counted.
pub(in crate::store) fn add(
    tx: Tx<'_>,
    shop: &ShopDomain,
    counted: &Counted,
    sum: Sum,
) -> Result<()> {
    let Counted { day, event, state, marks, currency } = counted;
    let (shop, day, Sum { n, value }) = (shop.as_str(), day.number(), sum);
    match event {
        Some((name, mode)) => tx.write(
            "INSERT INTO tally (shop, day, name, test, state, marks, currency, n, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (shop, day, name, test, state, marks, currency)
                 DO UPDATE SET n = tally.n + excluded.n, value = tally.value + excluded.value",
            params![shop, day, name, mode.is_test(), state, marks.0, currency, n, value],
        ),
        None => tx.write(
            "INSERT INTO order_tally (shop, day, state, marks, currency, n, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (shop, day, state, marks, currency) DO UPDATE
                 SET n = order_tally.n + excluded.n, value = order_tally.value + excluded.value",
            params![shop, day, state, marks.0, currency, n, value],
        ),
    }
}
