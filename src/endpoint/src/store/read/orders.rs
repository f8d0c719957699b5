//! How many orders were made on each day, and what became of them, for `report`.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::calendar::{Day, Days};
use crate::rules::debt::{End, Stage};
use crate::rules::order::{Mark, Marks};
use crate::store::rows::day;

/// One day's orders of a shop, by Shopify's time of their making (UTC). `orders` is always the sum
/// of delivered, waiting and ended; recovered, confirmed, late and `value_differs` are some of the
/// delivered.
#[derive(Debug, Clone, Serialize)]
pub struct OrderDay {
    pub day: Day,
    pub shop: String,
    pub orders: i64,
    pub delivered: i64,
    pub recovered: i64,
    pub confirmed: i64,
    pub late: i64,
    pub value_differs: i64,
    pub waiting: i64,
    /// Every end but `delivered`, by name.
    pub ended: BTreeMap<String, i64>,
}

/// Each order and how it stands: as its Purchase where there is a row of it, else as the order's
/// own row says. Rows that hold only a refund are no orders: they have no figures.
const STANDINGS: &str = "SELECT order_fact.created_at AS created_at, order_fact.shop AS shop,
         coalesce(event.state, order_fact.state) AS state,
         coalesce(event.marks, order_fact.marks) AS marks
     FROM order_fact LEFT JOIN event
         ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
     WHERE order_fact.figures IS NOT NULL";

pub(in crate::store) fn days(store: &Connection, days: Days) -> rusqlite::Result<Vec<OrderDay>> {
    let mut found: BTreeMap<(Day, String), OrderDay> = BTreeMap::new();
    let mut counts = store.prepare(&format!(
        "SELECT day, shop, state, marks, CAST(sum(n) AS BIGINT) FROM
             (SELECT {} AS day, shop, state, marks, 1 AS n
              FROM ({STANDINGS} AND order_fact.created_at BETWEEN ?1 AND ?2) AS standings
              UNION ALL
              SELECT day, shop, state, marks, n
              FROM order_tally WHERE day BETWEEN ?3 AND ?4) AS counts
         GROUP BY day, shop, state, marks",
        day::number_of("created_at")
    ))?;
    let (first, last) = days.seconds();
    let bounds = params![first, last, days.first().number(), days.last().number()];
    let mut rows = counts.query(bounds)?;
    while let Some(row) = rows.next()? {
        let Some(day) = Day::of_number(row.get(0)?) else { continue };
        let shop: String = row.get(1)?;
        let counted =
            found.entry((day, shop.clone())).or_insert_with(|| OrderDay::empty(day, shop));
        counted.add(row.get(2)?, Marks(row.get(3)?), row.get(4)?);
    }
    Ok(found.into_values().collect())
}

impl OrderDay {
    fn empty(day: Day, shop: String) -> Self {
        Self {
            day,
            shop,
            orders: 0,
            delivered: 0,
            recovered: 0,
            confirmed: 0,
            late: 0,
            value_differs: 0,
            waiting: 0,
            ended: BTreeMap::new(),
        }
    }

    fn add(&mut self, state: String, marks: Marks, n: i64) {
        self.orders += n;
        match Stage::of_name(&state) {
            Some(Stage::Held | Stage::Parked | Stage::Due) => self.waiting += n,
            Some(Stage::Ended(End::Delivered)) => self.add_delivered(marks, n),
            // A word that this release does not know is counted all the same.
            Some(Stage::Ended(_)) | None => *self.ended.entry(state).or_default() += n,
        }
    }

    fn add_delivered(&mut self, marks: Marks, n: i64) {
        self.delivered += n;
        for (mark, count) in [
            (Mark::Recovered, &mut self.recovered),
            (Mark::Confirmed, &mut self.confirmed),
            (Mark::ConfirmedLate, &mut self.late),
            (Mark::ValueDiffers, &mut self.value_differs),
        ] {
            *count += if marks.has(mark) { n } else { 0 };
        }
    }

    /// How many ended in this way.
    pub fn ended_as(&self, end: End) -> i64 {
        self.ended.get(end.name()).copied().unwrap_or(0)
    }
}
