//! Tables `tally` and `order_tally`: counts of the rows that have gone, for `report`. Days are days
//! since 1970-01-01, UTC.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::params;

use super::columns;
use super::tx::Tx;
use crate::rules::mode::Mode;
use crate::rules::order::Marks;
use crate::store::error::Result;

/// What is counted together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Counted {
    day: i64,
    shop: String,
    /// The event's name and mode; `None` for an order.
    event: Option<(String, Mode)>,
    state: String,
    marks: Marks,
}

impl Counted {
    /// An event that was accepted then.
    pub(in crate::store) fn event(
        accepted: Timestamp,
        shop: &ShopDomain,
        event: (String, Mode),
        state: String,
        marks: Marks,
    ) -> Self {
        let shop = shop.as_str().to_owned();
        Self { day: columns::day(accepted), shop, event: Some(event), state, marks }
    }

    /// An order that was made then.
    pub(in crate::store) fn order(
        made: Timestamp,
        shop: &ShopDomain,
        state: String,
        marks: Marks,
    ) -> Self {
        let shop = shop.as_str().to_owned();
        Self { day: columns::day(made), shop, event: None, state, marks }
    }
}

/// Adds `n` to what has been counted.
pub(in crate::store) fn add(tx: Tx<'_>, counted: &Counted, n: i64) -> Result<()> {
    let Counted { day, shop, event, state, marks } = counted;
    let done = match event {
        Some((name, mode)) => tx.execute(
            "INSERT INTO tally (shop, day, name, test, state, marks, n)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (shop, day, name, test, state, marks)
                 DO UPDATE SET n = tally.n + excluded.n",
            params![shop, day, name, mode.is_test(), state, marks.0, n],
        ),
        None => tx.execute(
            "INSERT INTO order_tally (shop, day, state, marks, n) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (shop, day, state, marks) DO UPDATE SET n = order_tally.n + excluded.n",
            params![shop, day, state, marks.0, n],
        ),
    };
    done.map(|_| ())
}
