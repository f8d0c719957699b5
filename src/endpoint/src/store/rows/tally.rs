//! Tables `tally` and `order_tally`: counts of the rows that have gone, for `report`. Days are days
//! since 1970-01-01, UTC.

use assent_gate::time::Timestamp;
use rusqlite::params;

use super::columns;
use super::tx::Tx;
use crate::rules::order::Marks;
use crate::store::error::Result;

/// What is counted together.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Counted {
    day: i64,
    shop: String,
    /// The event's name; `None` for an order.
    name: Option<String>,
    state: String,
    marks: Marks,
}

impl Counted {
    /// An event that was accepted then.
    pub(in crate::store) fn event(
        accepted: Timestamp,
        shop: String,
        name: String,
        state: String,
        marks: Marks,
    ) -> Self {
        Self { day: columns::day(accepted), shop, name: Some(name), state, marks }
    }

    /// An order that was made then.
    pub(in crate::store) fn order(
        made: Timestamp,
        shop: String,
        state: String,
        marks: Marks,
    ) -> Self {
        Self { day: columns::day(made), shop, name: None, state, marks }
    }
}

/// Adds `n` to what has been counted.
pub(in crate::store) fn add(tx: Tx<'_>, counted: &Counted, n: i64) -> Result<()> {
    let Counted { day, shop, name, state, marks } = counted;
    let done = match name {
        Some(name) => tx.execute(
            "INSERT INTO tally (day, shop, name, state, marks, n) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (day, shop, name, state, marks) DO UPDATE SET n = tally.n + excluded.n",
            params![day, shop, name, state, marks.0, n],
        ),
        None => tx.execute(
            "INSERT INTO order_tally (day, shop, state, marks, n) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (day, shop, state, marks) DO UPDATE SET n = order_tally.n + excluded.n",
            params![day, shop, state, marks.0, n],
        ),
    };
    done.map(|_| ())
}
